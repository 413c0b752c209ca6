"""Many rows at once in numpy: which combinations there are, and conditions of the dictionary over whole columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sangao.engine.native import ffi, is_native, lib
from sangao.engine.pack import ir
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Array = Any  # a numpy array; its kind is said where it matters
FEW = 1 << 17  # numbers below this (and 4 × the rows) are told apart by a table of all of them
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


@dataclass(slots=True)
class Seen:
    """What the rows say of one fact: where something is said (bool), and what (int64: grid steps, or a mask).

    `blank`: where that is only that nothing was said, so that a list does not answer for the fact.
    """

    there: Array
    value: Array
    blank: Array | None = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """The combinations that some columns hold: the first row of each, and which of them each row holds."""

    first: Array
    at: Array


def distinct(columns: Sequence[Array], rows: int) -> Distinct:
    """Return the combinations of several columns of integers or truths.

    >>> found = distinct([np.array([5, 7, 5]), np.array([True, True, True])], 3)
    >>> found.first.tolist(), found.at.tolist()
    ([0, 1], [0, 1, 0])
    """
    if not rows:
        return Distinct(np.zeros(0, np.int64), np.zeros(0, np.int64))
    few = min(FEW, 4 * rows)
    at, number = np.zeros(rows, np.int64), 1
    for column in columns:
        coded, size = _ranged(column, few)
        if size == 1:  # the same in every row
            continue
        if number > 1:
            at *= size
            at += coded
        else:
            at = coded
        number *= size
        if number > few:  # both factors stay below FEW or the rows, so no product comes near 2**63
            at, number = _coded(at, few)
    return numbered(at, number)


def _ranged(column: Array, few: int) -> tuple[Array, int]:
    """Return a column as numbers from 0 on, in an array of their own, and a number they stay below."""
    least, most = int(column.min()), int(column.max())
    if most - least < few:
        return np.subtract(column, least, dtype=np.int64), most - least + 1
    return _coded(column.astype(np.int64, copy=False), few)


def _coded(column: Array, few: int) -> tuple[Array, int]:
    """Return a column as numbers from 0 on that are all there, and how many they are."""
    if column.min() >= 0 and (most := int(column.max())) < few:  # a table of all there may be
        found = numbered(column.copy(), most + 1)
        return found.at, len(found.first)
    coded = pc.dictionary_encode(pa.array(column))
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), len(coded.dictionary)


def numbered(codes: Array, number: int, *, use_native: bool = True) -> Distinct:
    """Return which codes below `number` there are, in the order in which they first stand; takes the array it is given.

    In C where the kernel is built, else in numpy: same result.
    """
    if use_native and is_native():
        places, first = np.empty(number, np.int32), np.empty(min(number, len(codes)), np.int64)
        given = ffi.from_buffer("int64_t[]", codes)
        room = ffi.from_buffer("int32_t[]", places), number, ffi.from_buffer("int64_t[]", first)
        count = lib.sangao_numbered(given, len(codes), *room)
        assert count >= 0
        return Distinct(first[:count], codes)
    first = np.full(number, len(codes), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    order = np.argsort(first)[: int(np.count_nonzero(first < len(codes)))]
    places = np.empty(number, np.int64)
    places[order] = np.arange(len(order))
    return Distinct(first[order], places[codes])


class NotVectors(Exception):
    """A condition that has no meaning over columns here; it is asked of each combination instead."""


def truths(expr: ir.Expr, seen: Mapping[str, Seen], nothing: Mapping[str, Any], rows: int) -> Array:
    """Return the Kleene truth of a condition in every row as masks (1 false, 2 true, 3 unknown).

    `seen` by fact id, each row exact or blank; `nothing`: the mask of a blank truth or code. Raises NotVectors.
    """
    match expr:
        case ir.Always(value):
            return np.full(rows, value, np.int8)
        case ir.Read(fact):
            return _masks(fact, seen, nothing, rows)
        case ir.Compare(op, left, right):
            first, known = _numbers(left, seen, rows)
            second, also = _numbers(right, seen, rows)
            found = COMPARE[op](first, second).view(np.int8) + np.int8(FALSE)
            return found | ~(known & also) * np.int8(UNKNOWN)
        case ir.Member(ir.Read(fact), mask):
            values = _masks(fact, seen, nothing, rows)
            return _joined(values & ~mask != 0, values & mask != 0)
        case ir.Not(inner):
            found = truths(inner, seen, nothing, rows)
            return (found >> 1 & 1) | (found & 1) << 1
        case ir.Both(items):
            false, true = _planes(items, seen, nothing, rows)
            return _joined(np.logical_or.reduce(false), np.logical_and.reduce(true))
        case ir.Either(items):
            false, true = _planes(items, seen, nothing, rows)
            return _joined(np.logical_and.reduce(false), np.logical_or.reduce(true))
    raise NotVectors


def _joined(false: Array, true: Array) -> Array:
    """Return masks from where each truth is possible."""
    return false.view(np.int8) * np.int8(FALSE) + true.view(np.int8) * np.int8(TRUE)


def _planes(
    items: Sequence[ir.Expr], seen: Mapping[str, Seen], nothing: Mapping[str, Any], rows: int
) -> tuple[list[Array], list[Array]]:
    found = [truths(one, seen, nothing, rows) for one in items]
    if not found:
        raise NotVectors
    return [one & FALSE != 0 for one in found], [one & TRUE != 0 for one in found]


def _masks(fact: str, seen: Mapping[str, Seen], nothing: Mapping[str, Any], rows: int) -> Array:
    blank = nothing[fact]
    if blank is None:
        raise NotVectors
    here = seen.get(fact)
    return np.full(rows, blank, np.int64) if here is None else np.where(here.there, here.value, blank)


def _numbers(expr: ir.Expr, seen: Mapping[str, Seen], rows: int) -> tuple[Array, Array]:
    match expr:
        case ir.Int(value) if abs(value) < 1 << 40:
            return np.full(rows, value, np.int64), np.ones(rows, bool)
        case ir.Read(fact):
            here = seen.get(fact)
            if here is None:
                return np.zeros(rows, np.int64), np.zeros(rows, bool)
            return here.value, here.there
        case ir.Times(by, inner) if 0 < abs(by) < 1 << 24:
            value, known = _numbers(inner, seen, rows)
            return value * by, known
        case ir.Plus(items) if 0 < len(items) < 16:
            parts = [_numbers(one, seen, rows) for one in items]
            return sum(one[0] for one in parts), np.logical_and.reduce([one[1] for one in parts])
    raise NotVectors
