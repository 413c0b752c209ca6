"""Messages on disk before they are acknowledged: one SQLite file, each message committed and synced by itself.

`kill -9` and a power cut lose nothing that was acknowledged: the log of SQLite is synced at every commit. A message
that is sent again, as senders do when an answer got lost, is known by its content and stored once.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sangao.engine.errors import Problem, SangaoError, Span, why

_SCHEMA = """
create table if not exists message (
    id integer primary key,
    digest blob not null unique,
    received text not null,
    peer text not null,
    control text not null,
    type text not null,
    code text not null,
    state text not null,
    body blob not null,
    times integer not null default 1
) strict;
create index if not exists waiting on message (id) where state = 'waiting';
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of the spool."""

    id: int
    received: str
    control: str
    type: str
    body: bytes


class Spool:
    """A file of messages; safe to share between threads, one writer at a time."""

    def __init__(self, path: str | Path) -> None:
        """Open or make the file. Raises SangaoError when it cannot be used."""
        self.path = Path(path)
        self._lock = threading.Lock()
        try:
            self._file = sqlite3.connect(self.path, timeout=10, check_same_thread=False, isolation_level=None)
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = full")
            self._file.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self.path, error) from error

    def store(self, body: bytes, *, peer: str, control: str, type: str, code: str) -> int:
        """Store a message and return its number after it is on disk. Raises SangaoError when it could not be.

        `code` is what it will be answered with; one that was accepted waits to be worked on, any other is kept as
        evidence.
        """
        digest = hashlib.sha256(body).digest()
        state = "waiting" if code in ("AA", "CA", "") else "refused"
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        values = (digest, now, peer, control[:200], type[:40], code, state, body)
        with self._lock:
            try:
                found = self._file.execute(
                    "insert into message (digest, received, peer, control, type, code, state, body)"
                    " values (?, ?, ?, ?, ?, ?, ?, ?)"
                    " on conflict (digest) do update set times = times + 1, code = excluded.code,"
                    " state = case state when 'refused' then excluded.state else state end returning id",
                    values,
                ).fetchall()  # to its end: only then is it committed
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error
        return int(found[0][0])

    def waiting(self, limit: int = 100) -> list[Stored]:
        """Return accepted messages nobody has worked on yet, oldest first."""
        with self._lock:
            rows = self._file.execute(
                "select id, received, control, type, body from message where state = 'waiting' order by id limit ?",
                (limit,),
            ).fetchall()
        return [Stored(*row) for row in rows]

    def drain(self, limit: int = 100) -> Iterator[Stored]:
        """Yield waiting messages; each counts as done when the next is asked for, so one that fails comes again."""
        while found := self.waiting(limit):
            for one in found:
                yield one
                self.done(one.id)

    def done(self, number: int) -> None:
        """Note that a message was worked on."""
        with self._lock:
            self._file.execute("update message set state = 'done' where id = ?", (number,))

    def counts(self) -> dict[str, int]:
        """Return how many messages there are by state."""
        with self._lock, closing(self._file.execute("select state, count(*) from message group by state")) as found:
            return dict(found.fetchall())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def _unusable(path: Path, error: Exception) -> SangaoError:
    reason = why(error) if isinstance(error, OSError) else {"zh": "数据库错误", "en": type(error).__name__}
    return SangaoError([Problem("hl7.spool", Span(path.name), {"reason": reason})], usage=True)
