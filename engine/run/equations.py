"""Registered equations over columns: in double, away from the edges of the grid, as `formulas.apply` rounds them."""

from collections.abc import Sequence
from itertools import repeat
from math import ceil, floor
from typing import Any

import numpy as np

from sangao.engine import formulas
from sangao.engine.pack import ir
from sangao.engine.run.vectors import Array

ROOM = 8 * formulas.EDGE  # the doubles of a column may be a unit in the last place beside those of `apply`


def solved(formula: formulas.Formula, leaf: ir.Leaf, inputs: Sequence[ir.Leaf], given: Sequence[Array]) -> Array:
    """Return which rows doubles settle (0: not; 1: a value; 2: nothing is known), and their values in grid steps.

    `given`: exact integers of the numbers, places of the codes. Returned as two rows of one array.
    """
    rows = len(given[0])
    outside = np.zeros(rows, bool)
    rooms: list[Array] = []
    codes = np.zeros(rows, np.int64)
    for slot, source, values in zip(formula.inputs, inputs, given, strict=True):
        if slot.direction == 0:
            codes = codes * (len(source.values) + 1) + values
            continue
        if slot.low is not None:
            outside |= values < ceil(slot.low / source.step)
        if slot.high is not None:
            outside |= values > floor(slot.high / source.step)
        rooms.append(values * float(source.step))
    found = np.zeros((2, rows), np.int64)
    found[0][outside] = 2
    for code in np.unique(codes):
        here = np.flatnonzero((codes == code) & ~outside)
        if not len(here):
            continue
        columns, numbers = [], iter(rooms)
        strange = False
        for slot, source, values in zip(formula.inputs, inputs, given, strict=True):
            if slot.direction == 0:
                named = source.values[int(values[here[0]])]
                strange |= named not in slot.codes
                columns.append(repeat(named))
            else:
                columns.append(next(numbers)[here].tolist())
        if strange:
            found[0, here] = 2
            continue
        _compute(formula, leaf, columns, here, found)
    return found


def _compute(formula: formulas.Formula, leaf: ir.Leaf, columns: Sequence[Any], here: Array, found: Array) -> None:
    compute = formula.compute
    scaled = np.array([compute(*row) for row in zip(*columns, strict=False)]) / float(leaf.step)
    whole = np.rint(scaled)
    good = (np.abs(np.abs(scaled - np.trunc(scaled)) - 0.5) > ROOM) & (np.abs(scaled) < 2.0**31)
    value = np.where(good, whole, 0).astype(np.int64)
    out = np.zeros(len(here), bool)
    if leaf.low is not None:
        out |= value < leaf.low
    if leaf.high is not None:
        out |= value > leaf.high
    found[0, here] = np.where(good, np.where(out, 2, 1), 0)
    found[1, here] = value
