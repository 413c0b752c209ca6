"""The log as a host holds it: record, and only then answer.

>>> from tempfile import TemporaryDirectory
>>> folder = TemporaryDirectory()
>>> with Journal.open(f"{folder.name}/log.db") as journal:
...     receipt = journal.record(Entry("next-steps", "htn_primary_2025", "ab" * 32, "cd" * 32, {"decisions": {}}))
...     receipt.seq, journal.verify()
(2, ())
>>> folder.cleanup()
"""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from sangao.adapters.journal import retention, verify
from sangao.adapters.journal.entry import Entry, Feedback, Receipt, Row, Seal, drafted, moment, now
from sangao.adapters.journal.store import FORMAT, Store
from sangao.adapters.journal.tables import ROWS, columns
from sangao.adapters.journal.writer import MOST_WAITING, Writer
from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.guide import Pack
from sangao.engine.pack import canon

Keep = Literal["facts", "hash"]
WAIT_SECONDS: Final = 5.0


def default_place() -> Path:
    """Return the file of the log where none is named: `$XDG_STATE_HOME/sangao/journal.db`, else under `~/.local`."""
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "sangao" / "journal.db"


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log reaches: note it elsewhere and `verify(anchors=…)` shows when the whole log was rewritten."""

    seq: int
    hash: str


class Journal:
    """The decision log of a service; share one between threads and tasks.

    `record` and `recorded` return after the commit, so an answer that left is in the log whatever happens next. `keep`
    says whether the facts are stored (what `replay` needs) or only their hash.
    """

    def __init__(
        self, store: Store, keep: Keep = "facts", wait: float = WAIT_SECONDS, most: int = MOST_WAITING
    ) -> None:
        self.store = store
        self.keep: Final = keep
        self._wait = wait
        self._writer = Writer(store.append, most)
        self._packs: set[str] = set()

    @classmethod
    def open(
        cls,
        url: str | Path | None = None,
        *,
        key: bytes | str | None = None,
        keep: Keep = "facts",
        wait: float = WAIT_SECONDS,
        make: bool = True,
        writes: bool = True,
    ) -> "Journal":
        """Open a log: a file, `sqlite:///FILE` or `postgresql://…`; by default the file of `default_place`.

        With a `key` rows are chained by HMAC; `wait` is how many seconds a caller waits for its commit; without `make`
        a log that is not there is an error, without `writes` it is only read. Raises SangaoError.
        """
        secret = key.encode() if isinstance(key, str) else key
        return cls(
            Store(url if url is not None else default_place(), Seal(secret or None), make=make, writes=writes),
            keep,
            wait,
        )

    # --- writing ------------------------------------------------------------------------------------------------------
    def record(self, one: Entry | Feedback) -> Receipt:
        """Commit an answer or a feedback, then return. Raises SangaoError: then the answer must not be given."""
        draft = drafted(one, hash_only=self.keep == "hash")
        return _receipt(self._writer.write(draft, self._wait))

    async def recorded(self, one: Entry | Feedback) -> Receipt:
        """As `record`, for a caller that awaits."""
        draft = drafted(one, hash_only=self.keep == "hash")
        return _receipt(await self._writer.written(draft, self._wait))

    def feedback(
        self, of: str, outcome: str, detail: Mapping[str, Any] | None = None, *, service: str = "", tenant: str = ""
    ) -> Receipt:
        """Commit what a user made of an answer; who awaits says `recorded(Feedback(…))`."""
        return self.record(Feedback(of, outcome, detail or {}, service, tenant))

    def keep_pack(self, pack: Pack) -> None:
        """Keep a pack beside the answers that it gives, so that they can be asked again when no cache has it any more.

        Call it when a pack is loaded; the second call for one pack costs nothing. Raises SangaoError.
        """
        if pack.hash not in self._packs:
            self.store.keep(pack.hash, pack.id, lambda: canon.dumps(pack.compiled))
            self._packs.add(pack.hash)

    # --- reading ------------------------------------------------------------------------------------------------------
    def head(self) -> Head:
        """Return how far the log reaches. Raises SangaoError when the database does not answer: also what readiness
        checks ask.
        """
        with self.store.reading() as connection:
            return Head(*self.store.head(connection))

    def entries(
        self,
        ids: Sequence[str] = (),
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        tenant: str | None = None,
        kind: str | None = "answer",
    ) -> Generator[Row]:
        """Return rows in order: those with these ids (of feedback: what it is of), of a span, a tenant, a kind."""
        with self.store.reading() as connection:
            yield from self.store.rows(connection, *_conditions(ids, since, until, tenant, kind))

    def entry(self, id: str, tenant: str | None = None) -> Row:
        """Return one answer. Raises SangaoError (`journal.unknown_entry`), for another tenant's too."""
        with closing(self.entries([id], tenant=tenant)) as found:
            for one in found:
                return one
        raise fail("journal.unknown_entry", usage=True)

    def pack(self, hash: str) -> bytes | None:
        """Return the bytes of a kept pack (`keep_pack`), None when it was not kept."""
        return self.store.pack(hash)

    def verify(self, anchors: Mapping[int, str] | None = None) -> tuple[Problem, ...]:
        """Return what is wrong with the chain, nothing when all is well.

        `anchors` are hashes by number that were noted elsewhere (`head`): they show a log that was rewritten whole.
        """
        with self.store.reading() as connection:
            seq, hash = self.store.head(connection)
            start = verify.start_of(self.store.rows(connection, ROWS.c.kind == "checkpoint"))
            rows = self.store.rows(connection, ROWS.c.seq > start.through)
            return tuple(verify.chain(rows, self.store.seal, start, (seq, hash), anchors or {}))

    def export(
        self, *, since: datetime | None = None, until: datetime | None = None, tenant: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Return rows of every kind as JSON objects, the head last, all as of one moment.

        The lines verify as the log does (`sangao journal verify FILE`); of chosen ones each, but not that none lacks.
        """
        with self.store.reading() as connection:
            seq, hash = self.store.head(connection)
            for row in self.store.rows(connection, *_conditions((), since, until, tenant, None)):
                yield columns(row)
        whole = since is None and until is None and tenant is None
        told = {"kind": "head", "format": FORMAT, "seq": seq, "hash": hash}
        yield {**told, "key": self.store.seal.mark(), "whole": whole}

    def retain(self, days: int, *, on: datetime | None = None, anyway: bool = False) -> retention.Removed:
        """Remove what is older than so many days, behind a chained checkpoint.

        A log that does not verify keeps all it has, for what is removed can no longer be looked into; `anyway` removes
        all the same. Raises SangaoError, with what `verify` found.
        """
        found = () if anyway else self.verify()
        if found:
            raise SangaoError(found)
        return retention.remove(self.store, (on or now()).astimezone(UTC) - timedelta(days=days))

    def close(self) -> None:
        """Write what waits and close the database."""
        self._writer.close()
        self.store.close()

    def __enter__(self) -> "Journal":
        """Return the log; it is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the log."""
        self.close()


def _conditions(
    ids: Sequence[str], since: datetime | None, until: datetime | None, tenant: str | None, kind: str | None
) -> list[Any]:
    asked: list[Any] = [ROWS.c.subject.in_(list(ids))] if ids else []
    asked += [ROWS.c.time >= moment(since)] if since else []
    asked += [ROWS.c.time < moment(until)] if until else []
    asked += [ROWS.c.tenant == tenant] if tenant is not None else []
    asked += [ROWS.c.kind == kind] if kind is not None else []
    return asked


def _receipt(row: Row) -> Receipt:
    return Receipt(row.draft.subject, row.seq, row.hash)
