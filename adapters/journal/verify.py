"""The chain looked at again: rows altered, out of order, missing inside, at the beginning or at the end.

>>> seal = Seal()
>>> first = Draft("begin", "2025-03-09T00:00:00.000000Z", "log", "{}")
>>> row = Row(1, first, GENESIS, seal.of(1, first, GENESIS))
>>> list(chain([row], seal, Start(), (1, row.hash), {}))
[]
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sangao.adapters.journal.entry import GENESIS, Draft, Row, Seal
from sangao.engine.errors import Problem


@dataclass(frozen=True, slots=True)
class Start:
    """Where a chain begins: behind the rows that a checkpoint says were removed, with the hash of the last of them."""

    through: int = 0
    hash: str = GENESIS


def start_of(checkpoints: Iterable[Row]) -> Start:
    """Return where the chain begins by its checkpoints, the beginning of the log when there is none.

    A checkpoint is believed because it stands in the chain that begins behind it: `chain` comes to it.
    """
    found = Start()
    for row in checkpoints:
        said = _body(row.draft.body)
        through, hash = said.get("through"), said.get("hash")
        if isinstance(through, int) and isinstance(hash, str) and found.through < through < row.seq:
            found = Start(through, hash)
    return found


def _body(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def chain(
    rows: Iterable[Row],
    seal: Seal,
    start: Start,
    head: tuple[int, str] | None,
    anchors: Mapping[int, str],
    *,
    whole: bool = True,
) -> Iterator[Problem]:
    """Yield what is wrong with rows in their order; `head` is how far they should reach, None when nobody knows.

    Of a log that is not `whole` (some rows were chosen) each row is looked at, and those that follow each other.
    """
    seq, hash = start.through, start.hash
    open_ = {number: noted for number, noted in anchors.items() if number > start.through}
    for row in rows:
        if row.seq <= start.through:
            continue  # declared as removed; the removal was broken off
        if row.seq <= seq:
            yield Problem("journal.order", parts={"seq": row.seq})
            continue
        if row.seq > seq + 1:
            if whole and seq == 0:
                yield Problem("journal.start", parts={"seq": row.seq})
            elif whole:
                yield Problem("journal.gap", parts={"start": seq + 1, "end": row.seq - 1})
        elif row.prev != hash:
            yield Problem("journal.order", parts={"seq": row.seq})
        if seal.of(row.seq, row.draft, row.prev) != row.hash:
            yield Problem("journal.altered", parts={"seq": row.seq})
        if open_.pop(row.seq, row.hash) != row.hash:
            yield Problem("journal.anchor", parts={"seq": row.seq})
        seq, hash = row.seq, row.hash
    if not whole:
        head = None
    if head is not None and head[0] != seq:
        yield Problem("journal.tail", parts={"seq": seq, "head": head[0]})
    elif head is not None and head[1] != hash:
        yield Problem("journal.altered", parts={"seq": seq})
    yield from (Problem("journal.anchor", parts={"seq": number}) for number in sorted(open_))


def read_line(found: Mapping[str, Any]) -> Row | None:
    """Return the row of an exported line, None when it is none."""
    draft = {name: found.get(name) for name in Draft.__slots__}
    texts = all(isinstance(value, str) for name, value in draft.items() if name != "facts")
    whole = isinstance(found.get("seq"), int) and all(isinstance(found.get(one), str) for one in ("prev", "hash"))
    if not (texts and whole and isinstance(draft["facts"], str | None)):
        return None
    return Row(found["seq"], Draft(**draft), found["prev"], found["hash"])  # type: ignore[arg-type]
