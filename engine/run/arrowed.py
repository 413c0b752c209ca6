"""The five Arrow columns of a decision, from what the program or the row runner found in both passes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from sangao.engine.answer import Answer, Quantity, Value
from sangao.engine.pack import ir
from sangao.engine.run import answers
from sangao.engine.run.flat import Out
from sangao.engine.run.vectors import Array, distinct

STATUS = ("settled", "provisional", "unknown")
PARTS = ("", ".status", ".at_least", ".at_most", ".possible")
KINDS = {Out.BYTE: np.uint8, Out.MASK: np.uint64, Out.NUMBER: np.int64}


def bits(truths: Array) -> Array:
    """Return one bit per row, the first in the lowest place."""
    return np.packbits(np.asarray(truths, bool), bitorder="little")


def numbers(kind: Out, data: Any, rows: int) -> Array:
    """Return an output of a program as one number per row."""
    if kind == Out.BITS:
        return np.unpackbits(np.frombuffer(data, np.uint8), count=rows, bitorder="little")
    return np.frombuffer(data, KINDS[kind], rows)


def pairs_of(kind: str, parts: Mapping[str, Array], rows: int) -> tuple[list[tuple[Any, Any]], Array]:
    """Return the different pairs (open, assumed) of a decision and which of them each row has."""
    if kind in ("number", "date"):
        names = ("possible", "at_least", "at_most", "taken", "value", "certain")
        columns = [parts[one] for one in names]
        for i in (1, 2, 4, 5):
            columns[i] = np.where(columns[0 if i < 3 else 3] != 0, columns[i], 0)
    elif kind == "set":
        columns = [parts[one].view(np.int64) for one in ("certain", "possible", "sure", "taken")]
    else:
        columns = [parts[one].view(np.int64) for one in ("possible", "taken")]
    which = distinct(columns, rows)
    pairs: list[tuple[Any, Any]] = []
    for row in which.first:
        one = [int(column[row]) for column in columns]
        if kind in ("number", "date"):
            pairs.append(((one[1], one[2]) if one[0] else None, (one[4], one[5]) if one[3] else None))
        elif kind == "set":
            masks = [value & (1 << 64) - 1 for value in one]
            pairs.append(((masks[0], masks[1]), (masks[2], masks[3])))
        else:
            pairs.append((one[0] & (1 << 64) - 1, one[1] & (1 << 64) - 1))
    return pairs, which.at


class Told:
    """The five columns of one decision from pairs of both passes: worded once for each different pair."""

    def __init__(self, decision: ir.Decision) -> None:
        self.decision = decision
        kind = decision.outcome.kind
        names = pa.dictionary(pa.int16() if len(decision.outcome.codes) > 127 else pa.int8(), pa.string())
        kinds = {"bool": pa.bool_(), "number": pa.float64(), "date": pa.date32(), "set": pa.list_(pa.string())}
        self.kind = kinds.get(kind, names)
        status = pa.dictionary(pa.int8(), pa.string())
        types = (self.kind, status, self.kind, self.kind, pa.uint64())
        self.fields = [pa.field(decision.id + part, one) for part, one in zip(PARTS, types, strict=True)]
        self._answers: dict[Any, Answer] = {}

    def answer(self, opened: Any, assumed: Any) -> Answer:
        """Return the answer of a pair."""
        found = self._answers.get((opened, assumed))
        if found is None:
            if len(self._answers) > 100_000:
                self._answers.clear()
            found = self._answers[opened, assumed] = answers.answer(self.decision, opened, assumed)
        return found

    def columns(self, pairs: Sequence[tuple[Any, Any]], at: Any) -> list[Any]:
        """Return the columns of rows that hold these pairs."""
        each = [self.answer(*pair) for pair in pairs]
        places = np.asarray(at, np.int64)
        kind = self.decision.outcome.kind
        masks = []
        for opened, _ in pairs:
            mask = None if kind in ("number", "date") else opened[1] if kind == "set" else opened
            masks.append(mask if mask is None or mask < 1 << 64 else None)
        return [
            self._values([one.value for one in each], places),
            _coded([one.status for one in each], STATUS, self.fields[1].type, places),
            self._values([one.at_least for one in each], places),
            self._values([one.at_most for one in each], places),
            pa.array(masks, pa.uint64()).take(pa.array(places)),
        ]

    def _values(self, values: Sequence[Value], places: Array) -> Any:
        if pa.types.is_dictionary(self.kind):
            return _coded(values, self.decision.outcome.codes, self.kind, places)
        return pa.array([plain(self.decision.outcome.kind, one) for one in values], self.kind).take(pa.array(places))


def plain(kind: str, value: Value) -> Any:
    """Return a value as an Arrow cell: a number in the decision's unit, a day (never: the last one there is)."""
    if isinstance(value, Quantity):
        return float(value.number)
    if kind == "date" and isinstance(value, str):
        return date.max if value == "never" else date.fromisoformat(value)
    return list(value) if isinstance(value, tuple) else value


def _coded(values: Sequence[Any], codes: Sequence[str], kind: Any, places: Array) -> Any:
    at = {code: i for i, code in enumerate(codes)}
    which = np.array([-1 if one is None else at[one] for one in values], kind.index_type.to_pandas_dtype())
    found, known = which[places], None
    if (which < 0).any():
        there = found >= 0
        found *= there
        known = pa.py_buffer(bits(there))
    indices = pa.Array.from_buffers(kind.index_type, len(found), [known, pa.py_buffer(found)])
    # INVARIANT: an index is the place of a code, so nothing has to be looked through for others.
    return pa.DictionaryArray.from_arrays(indices, pa.array(codes, pa.string()), safe=False)
