"""Tokens that were used: each is taken once, until it would have expired anyway.

In memory for one process; in a SQLite file where several workers must know of each other, or where a restart must not
forget. Both answer in one step, so that two requests with one token cannot both pass.
"""

import heapq
import sqlite3
import threading
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Protocol

from sangao.adapters.journal import database
from sangao.adapters.journal.turns import turn
from sangao.engine.errors import Span, fail, why

MOST = 1_000_000  # remembered at a time in memory


class Seen(Protocol):
    """Remembers what was used."""

    def first(self, issuer: str, jti: str, until: float) -> bool:
        """Return whether this is the first use, and remember it until then (seconds since 1970)."""

    def close(self) -> None:
        """Finish."""


class SeenHere:
    """Remembers in memory, in any thread. A full memory takes nothing new: forgetting would let replays in.

    >>> seen = SeenHere()
    >>> seen.first("a", "1", time() + 60), seen.first("a", "1", time() + 60), seen.first("b", "1", time() + 60)
    (True, False, True)
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._seen: set[bytes] = set()
        self._due: list[tuple[float, bytes]] = []

    def first(self, issuer: str, jti: str, until: float) -> bool:
        """Return whether this is the first use; false also when nothing more can be remembered."""
        one, now = _name(issuer, jti), time()
        with self._lock:
            while self._due and self._due[0][0] < now:
                self._seen.discard(heapq.heappop(self._due)[1])
            if one in self._seen or len(self._seen) >= self._most:
                return False
            self._seen.add(one)
            heapq.heappush(self._due, (until, one))
        return True

    def close(self) -> None:
        """Do nothing."""


class SeenInFile:
    """Remembers in a SQLite file that several processes share."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it where there is none. Raises SangaoError (`host.unwritable`)."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            with turn(path):  # workers start together, and who finds a file being turned to WAL is refused at once
                self._file.execute("PRAGMA journal_mode=WAL")
                self._file.execute("PRAGMA synchronous=NORMAL")
                self._file.execute("CREATE TABLE IF NOT EXISTS seen (one BLOB PRIMARY KEY, until REAL) WITHOUT ROWID")
                self._file.execute("CREATE INDEX IF NOT EXISTS due ON seen (until)")
        except (OSError, sqlite3.Error) as error:
            reason = why(error) if isinstance(error, OSError) else database.reason(str(error))
            raise fail("host.unwritable", Span(str(path)), usage=True, reason=reason) from error
        self._swept = 0.0

    def first(self, issuer: str, jti: str, until: float) -> bool:
        """Return whether this is the first use by any process. Raises `sqlite3.Error` when the file cannot be used."""
        with self._lock:
            now = time()
            if now - self._swept > 60:
                self._swept = now
                self._file.execute("DELETE FROM seen WHERE until < ?", (now,))
            done = self._file.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (_name(issuer, jti), until))
            return done.rowcount == 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def _name(issuer: str, jti: str) -> bytes:
    return sha256(f"{len(issuer)}:{issuer}{jti}".encode("utf-8", "surrogatepass")).digest()
