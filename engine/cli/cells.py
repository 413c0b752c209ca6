"""The cells of answers: what an answer says in a text, and what it counts as."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sangao.engine.answer import Quantity, Value
from sangao.engine.pack import ir
from sangao.engine.run import answers

KEPT = 100_000  # different pairs of one decision that are remembered
KNOWN, NONE, SOME, OPEN = "known", "none", "some", "unknown"  # cells of a count that are no outcome
PARTS = ("", ".status", ".at_least", ".at_most", ".possible")


def plain(value: Value) -> str:
    """Return a value as one cell: a code, true or false, a number in the decision's unit, a day, codes joined by `;`.

    >>> plain(Quantity("3", "months")), plain(("a", "b")), plain(True), plain(None)
    ('3', 'a;b', 'true', '')
    """
    if value is None:
        return ""
    if isinstance(value, Quantity):
        return value.number
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(value) if isinstance(value, tuple) else value


def mask(outcome: ir.Outcome, opened: Any) -> str:
    """Return the possible outcomes as a bit mask in declared order (of a set: its items); numbers have none."""
    if outcome.kind in ("number", "date"):
        return ""
    return str(opened[1] if outcome.kind == "set" else opened)


def cell(decision: ir.Decision, pair: tuple[Any, Any]) -> str:
    """Return what a pair of passes counts as: an outcome, `unknown`; of a number `known`, of a set `none` or `some`."""
    found = answers.answer(decision, *pair)
    if found.status == "unknown":
        return OPEN
    if decision.outcome.kind in ("number", "date"):
        return KNOWN
    if decision.outcome.kind == "set":
        return SOME if found.value else NONE
    return plain(found.value)


def frozen(value: Any) -> Any:
    """Return what JSON made a list of as the tuple it was.

    >>> frozen([[1, 2], None])
    ((1, 2), None)
    """
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def header(key: str, names: Sequence[str]) -> str:
    """Return the first line of the answer table: the key, five columns per decision."""
    return line((key, *(f"{name}{part}" for name in names for part in PARTS))) + "\n"


def line(cells: Iterable[Any]) -> str:
    """Return cells as one line of CSV, without its end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def text(keys: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    """Return the lines of a batch: keys, and per decision the five cells of each row."""
    quoted = [key if key.isalnum() else line((key,)) for key in keys]
    return "".join(f"{line}\n" for line in map(",".join, zip(quoted, *columns, strict=True)))


def placed(column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Return the different pairs of a column, and which of them stands where."""
    places: dict[Any, int] = {}
    at = [places.setdefault(pair, len(places)) for pair in column]
    return list(places), at


def picked(column: Any, places: Sequence[int]) -> Any:
    """Return some places of an Arrow column."""
    import numpy as np

    return column.take(np.array(places, np.int64))


def counted(pairs: Sequence[Any], at: Any) -> Counter[Any]:
    """Return how often each pair stands in a column of places among the pairs, in the order of the pairs."""
    import numpy as np

    numbers = np.bincount(at, minlength=len(pairs)).tolist()
    return Counter({pair: number for pair, number in zip(pairs, numbers, strict=True) if number})


class Texts(dict[Any, str]):
    """The five cells of one decision for each pair of passes, written when first met."""

    def __init__(self, decision: ir.Decision) -> None:
        super().__init__()
        self.decision = decision

    def __missing__(self, pair: tuple[Any, Any]) -> str:
        opened, assumed = pair
        found = answers.answer(self.decision, opened, assumed)
        cells = (plain(found.value), found.status, plain(found.at_least), plain(found.at_most))
        text = self[pair] = line((*cells, mask(self.decision.outcome, opened)))
        if len(self) > KEPT:
            self.clear()
        return text


class Counts(dict[Any, str]):
    """What each pair of passes of one decision counts as."""

    def __init__(self, decision: ir.Decision) -> None:
        super().__init__()
        self.decision = decision

    def __missing__(self, pair: tuple[Any, Any]) -> str:
        found = self[pair] = cell(self.decision, pair)
        if len(self) > KEPT:
            self.clear()
        return found
