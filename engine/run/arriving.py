"""Arrow columns on their way to facts: exact grid steps or masks where a cell is simple, a mark where it is not.

A cell is *simple* when the scalar admission takes it without a problem and gives one exact value. Numbers are rounded
for whole columns at once where doubles prove the nearest grid step; whatever is near an edge, outside the usual range
or no number goes through the same functions as a chart's value, once for each different cell.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sangao.engine import quantity
from sangao.engine.chart import Chart, Reading
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact
from sangao.engine.run.entering import Taker, bounds, steps, too_late
from sangao.engine.run.rounding import LIMIT, Rounded, rounded
from sangao.engine.run.vectors import Array, Seen

KEPT = 200_000  # cells remembered per column before starting anew
Given = tuple[tuple[Reading, ...], tuple[Problem, ...]]


class Cells:
    """One column of a table bound to one fact (None: the pack knows no such name)."""

    def __init__(
        self,
        name: str,
        fact: Fact | None,
        taker: Taker | None,
        on: date,
        *,
        read: Callable[[Any], Given] | None = None,
        plain: bool = True,
        blank: int | None = None,
    ) -> None:
        """`read` gives what a chart keeps of a cell (else as `Chart.of` does), `plain`: numbers stand as they are,
        `blank`: what a blank cell says."""
        self.name, self.fact, self.on = name, fact, on
        self._reading, self._plain, self._blank = read, plain, blank
        self._taker = taker
        self._given: dict[Any, Given] = {}
        self._taken: dict[Any, int | bool | None] = {}

    def given(self, value: Any) -> Given:
        """Return what a chart that holds this cell keeps of it."""
        key = (type(value), value)
        try:
            found = self._given.get(key)
        except TypeError:  # a list or a struct
            return self._read(value)
        if found is None:
            if len(self._given) >= KEPT:
                self._given.clear()
            found = self._given[key] = self._read(value)
        return found

    def _read(self, value: Any) -> Given:
        if self._reading is not None:
            return self._reading(value)
        chart = Chart.of({self.name: value}, on=self.on)
        return chart.readings, chart.problems

    def _exact(self, value: Any) -> int | bool | None:
        """Return the exact value of a cell, None for a blank, False where the cell is not simple."""
        readings, problems = self.given(value)
        if problems or len(readings) > 1:
            return False
        if not readings:
            return None
        assert self._taker is not None
        entered = self._taker(readings[0].value, readings[0].unit)
        if entered.problem is not None or entered.value is None:
            return False
        if isinstance(entered.value, int):
            return int(entered.value)
        low, high = entered.value
        if self.fact is not None and too_late(self.fact, (low, high), self.on.toordinal()):
            return False
        return int(low) if low == high and abs(low) < LIMIT * 2 else False

    def exact(self, value: Any) -> int | bool | None:
        """As `_exact`, each different cell once."""
        key = (type(value), value)
        try:
            if key not in self._taken:
                if len(self._taken) >= KEPT:
                    self._taken.clear()
                self._taken[key] = self._exact(value)
            return self._taken[key]
        except TypeError:
            return self._exact(value)

    def read(self, column: Any, odd: Array) -> Seen:
        """Return what a column says of the fact; rows whose cell is not simple are marked in `odd`."""
        column = laid_out(column)
        fact = self.fact
        if not (self._plain and fact is not None and fact.kind == "number" and is_number(column.type)):
            there, value, bad = self._each(column)
        else:
            found = self._rounded(column)
            there, value, bad = found.there, found.steps, np.zeros(len(column), bool)
            if found.left:  # near an edge, unusual, no number
                places = np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False) ^ there)
                there[places], value[places], bad[places] = self._each(column.take(pa.array(places)))
        odd |= bad
        if self._blank is not None:
            blank = ~(there | bad)
            value[blank] = self._blank
            there |= blank
            return Seen(there, value, blank)
        return Seen(there, value)

    def _rounded(self, column: Any) -> Rounded:
        """Return the grid steps of a number where doubles prove them and they are usual."""
        fact = self.fact
        assert fact is not None
        low, high = bounds(fact)
        if fact.warn:
            low, high = steps(fact.warn[0], fact), steps(fact.warn[1], fact)
        return rounded(column, float(1 / fact.grid), low, high)

    def _each(self, column: Any) -> tuple[Array, Array, Array]:
        """Return where cells are simple, their values (0 elsewhere), and where they are not; equal ones taken once."""
        at, kind = None, column.type
        if not (pa.types.is_boolean(kind) or pa.types.is_dictionary(kind) or pa.types.is_nested(kind)):
            with suppress(pa.ArrowNotImplementedError):
                column = pc.dictionary_encode(column)
        if pa.types.is_boolean(kind):
            cells: list[Any] = [False, True, None]
            at = pc.fill_null(pc.cast(column, pa.int8()), len(cells) - 1).to_numpy()
        elif pa.types.is_dictionary(column.type):
            cells = [*python_values(column.dictionary), None]  # the last one stands for a blank
            at = pc.fill_null(column.indices.cast(pa.int64()), len(cells) - 1).to_numpy()
        else:
            cells = python_values(column)
        taken = [None if one is None else self.exact(one) for one in cells]
        good = np.array([type(one) is int for one in taken], bool)
        bad = np.array([one is False for one in taken], bool)
        value = np.array([one if type(one) is int else 0 for one in taken], np.int64)
        if at is None:
            return good, value, bad
        return good[at], value[at], bad[at] if bad.any() else np.zeros(len(at), bool)


def is_number(kind: Any) -> bool:
    """Return whether an Arrow type holds numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def laid_out(column: Any) -> Any:
    """Return a column in a layout that can be picked from: views become texts, runs are written out."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return laid_out(pc.run_end_decode(column))
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    return column


def python_values(column: Any) -> list[Any]:
    """Return cells as a host would put them into a chart: a narrow float is the shortest text that names it."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), column.type.value_type
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        numbers = column.to_numpy(zero_copy_only=False)
        known = pc.is_valid(column).to_pylist()
        narrow = np.float32 if pa.types.is_float32(kind) else np.float16
        return [str(narrow(one)) if there else None for one, there in zip(numbers, known, strict=True)]
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # a day beyond the calendar, a moment in nanoseconds
        found = pc.cast(column, pa.string()).to_pylist()
    return found


def bound(
    names: Iterable[str], facts: dict[str, Fact], spelled: dict[str, str], takers: Callable[[str], Taker], on: date
) -> list[Cells]:
    """Return the columns by name, each with the fact a chart would take it for."""
    found = []
    for name in names:
        fact = facts.get(name) or facts.get(spelled.get(quantity.normalise(name).lower(), ""))
        fact = None if fact is None or fact.site else fact
        found.append(Cells(name, fact, None if fact is None else takers(fact.id), on))
    return found
