"""A log that was exported: JSON lines, verified and asked again like the database they came from."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sangao.adapters.journal import verify
from sangao.adapters.journal.entry import Row, Seal, moment
from sangao.adapters.journal.log import Head
from sangao.adapters.journal.store import FORMAT
from sangao.engine.errors import Problem, Span, fail, why


class Exported:
    """An exported file. Raises SangaoError for one that is no log, when it is opened or read."""

    def __init__(self, file: Path, seal: Seal) -> None:
        self.file = file
        self.seal = seal
        self.bad: list[Problem] = []
        first = next(self._lines(), None)
        if first is None or not isinstance(first[1], Mapping) or not {"kind", "hash"} <= first[1].keys():
            raise fail("journal.not_a_journal", Span(str(file)), usage=True)
        head = self._head()
        if isinstance(head.get("format"), int) and head["format"] > FORMAT:
            raise fail("journal.newer", Span(str(file)), usage=True, format=head["format"], known=FORMAT)
        if head and head.get("key") != seal.mark():
            raise fail("journal.key", Span(str(file)), usage=True)

    def _lines(self) -> Iterator[tuple[int, Any]]:
        try:
            with self.file.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield number, _parsed(line)
        except OSError as error:
            raise fail("host.unreadable", Span(str(self.file)), usage=True, reason=why(error)) from error

    def rows(self) -> Iterator[Row]:
        """Return the rows in their order; lines that are none are kept in `bad`."""
        self.bad = []
        for number, found in self._lines():
            if isinstance(found, Mapping) and found.get("kind") == "head":
                continue
            row = verify.read_line(found) if isinstance(found, Mapping) else None
            if row is None:
                self.bad.append(Problem("journal.bad_line", Span(str(self.file), number, 1)))
            else:
                yield row

    def head(self) -> Head | None:
        """Return how far the log reached when it was exported, None when the file does not say."""
        found = self._head()
        seq, hash = found.get("seq"), found.get("hash")
        return Head(seq, hash) if isinstance(seq, int) and isinstance(hash, str) else None

    @property
    def whole(self) -> bool:
        """Return whether every row was exported, not only those of some days or of a tenant."""
        return self._head().get("whole") is not False

    def _head(self) -> Mapping[str, Any]:
        lines = (found for _, found in self._lines() if isinstance(found, Mapping) and found.get("kind") == "head")
        return next(lines, {})

    def entries(
        self,
        ids: Sequence[str] = (),
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        tenant: str | None = None,
        kind: str | None = "answer",
    ) -> Generator[Row]:
        """Return rows as `Journal.entries` does."""
        wanted = frozenset(ids)
        first, last = moment(since) if since else "", moment(until) if until else "~"
        for row in self.rows():
            draft = row.draft
            chosen = (
                (not wanted or draft.subject in wanted)
                and tenant in (None, draft.tenant)
                and kind in (None, draft.kind)
            )
            if chosen and first <= draft.time < last:
                yield row

    def verify(self, anchors: Mapping[int, str] | None = None) -> tuple[Problem, ...]:
        """Return what is wrong with the chain and the lines; `journal.key` alone when the key is another."""
        head = self.head()
        checkpoints = [row for row in self.rows() if row.draft.kind == "checkpoint"]
        start = verify.start_of(checkpoints) if self.whole else verify.Start()
        reach = None if head is None else (head.seq, head.hash)
        found = list(verify.chain(self.rows(), self.seal, start, reach, anchors or {}, whole=self.whole))
        if head is None:
            found.append(Problem("journal.no_head", Span(str(self.file))))
        return (*self.bad, *found)

    def pack(self, hash: str) -> bytes | None:
        """Return None: an exported log holds no packs."""
        return None

    def close(self) -> None:
        """Do nothing: the file is opened for each reading."""


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
