"""Cells → bands and masks: every cut point of an input parts its range, half-open, so no gap lies between two cells."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from math import ceil, floor

from sangao.engine.errors import SangaoError
from sangao.engine.language.cells import Cell, Interval, parse_cell
from sangao.engine.pack import ir
from sangao.engine.passes.kinds import Coded, Truth, Typed
from sangao.engine.passes.numbers import bounds
from sangao.engine.passes.ranges import Bounds
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.units import DATE, Num
from sangao.engine.passes.work import Failed, Work, nearest
from sangao.engine.rules.text import Text

Steps = list[tuple[int | None, int | None]]
"""Half-open ranges of grid steps; None reaches as far as the input can."""


def banded(
    name: str, typed: Typed, cells: Sequence[Text], span_of: Text, here: Here
) -> tuple[ir.Input, list[int | None]]:
    """Return an input parted at every cut point of its cells, and each cell as a mask of bands; raises `Failed`."""
    read = [_cell(text, here.work) for text in cells]
    match typed:
        case Num(expr, step, unit) if unit != DATE:
            limits = bounds(expr, here)
            parts = _each(lambda cell, text: _number(cell, step, unit, limits, text, here), read, cells)
            cuts = sorted({end for part in parts for pair in part or () for end in pair if end is not None})
            column = ir.Input(name, expr, "number", tuple(cuts), len(cuts) + 1)
            return column, [None if part is None else _mask(part, cuts) for part in parts]
        case Coded(item, _, values):
            column = ir.Input(name, item, "code", (), len(values))
            return column, _each(lambda cell, text: _code(cell, False, values, name, text, here), read, cells)
        case Truth(condition):
            column = ir.Input(name, condition, "bool", (), 2)
            pair = ("false", "true")
            return column, _each(lambda cell, text: _code(cell, True, pair, name, text, here), read, cells)
    raise here.work.fail("meaning.input_kind", span_of, name=name)


def _each(one: object, read: Sequence[Cell | None], cells: Sequence[Text]) -> list:  # type: ignore[type-arg]
    found, failed = [], False
    for cell, text in zip(read, cells, strict=True):
        try:
            if cell is None:
                raise Failed("cell")
            found.append(one(cell, text))  # type: ignore[operator]
        except Failed:
            failed = True
    if failed:
        raise Failed("cells")
    return found


def _cell(text: Text, work: Work) -> Cell | None:
    try:
        with cell_problems(work):
            return parse_cell(str(text), text.place())
    except Failed:
        return None


@contextmanager
def cell_problems(work: Work) -> Iterator[None]:
    """Turn the error of a cell into problems of the folder; raises `Failed`."""
    try:
        yield
    except SangaoError as error:
        for problem in error.problems:
            work.report(problem.code, problem.where, *problem.also, **problem.parts)
        raise Failed("cell") from None


def _number(cell: Cell, step: Fraction, unit: str, limits: Bounds, text: Text, here: Here) -> Steps | None:
    return None if cell.kind == "any" else steps_of(cell, step, unit, limits, text, here)


def _code(cell: Cell, truth: bool, values: tuple[str, ...], name: str, text: Text, here: Here) -> int | None:
    return None if cell.kind == "any" else mask_of(cell, truth, values, name, text, here)


def steps_of(cell: Cell, step: Fraction, unit: str, limits: Bounds, text: Text, here: Here) -> Steps:
    """Return the ranges of grid steps a number cell holds, inside what the input can be; raises `Failed`."""
    if cell.kind != "number":
        raise here.work.fail("meaning.cell_kind", text, zh="数值区间", en="a band of numbers")
    if cell.unit and cell.unit != unit:
        raise here.work.fail("meaning.unit", text, left=unit or "1", right=cell.unit)
    found: Steps = []
    for one in cell.intervals:
        low, high = _on_grid(one, step)
        if limits[0] is not None:
            low = None if low is None or low <= limits[0] else low
        if limits[1] is not None:
            high = None if high is None or high > limits[1] else high
        start = limits[0] if low is None else low
        end = (None if limits[1] is None else limits[1] + 1) if high is None else high
        if start is None or end is None or start < end:
            found.append((low, high))
    if not found:
        raise here.work.fail("checks.dead_cell", text, cell=text)
    return found


def _on_grid(one: Interval, step: Fraction) -> tuple[int | None, int | None]:
    """Return the half-open range of steps whose values lie in an interval, exactly."""
    low = high = None
    if one.low is not None:
        low = floor(one.low / step) + 1 if one.low_open else ceil(one.low / step)
    if one.high is not None:
        high = ceil(one.high / step) if one.high_open else floor(one.high / step) + 1
    return low, high


def _mask(part: Steps, cuts: Sequence[int]) -> int:
    """Return the bands that lie in one of the ranges; every end of a range is a cut."""
    mask = 0
    for band in range(len(cuts) + 1):
        start = cuts[band - 1] if band else None
        for low, high in part:
            above = low is None or (start is not None and start >= low)
            below = high is None or start is None or start < high
            if above and below:
                mask |= 1 << band
    return mask


def mask_of(cell: Cell, truth: bool, values: tuple[str, ...], name: str, text: Text, here: Here) -> int:
    """Return the values a cell of a code or bool input holds, as a mask; raises `Failed`."""
    if truth:
        if cell.kind != "bool":
            raise here.work.fail("meaning.cell_kind", text, zh="true 或 false", en="true or false")
        return 2 if cell.truth else 1
    if cell.kind != "code":
        raise here.work.fail("meaning.cell_kind", text, zh="代码", en="codes")
    for code in cell.codes:
        if code not in values:
            near, listed = nearest(code, values), "、".join(values)
            raise here.work.fail("meaning.unknown_code", text, name=name, given=code, nearest=near, values=listed)
    mask = sum(1 << values.index(code) for code in cell.codes)
    mask = ((1 << len(values)) - 1) & ~mask if cell.negated else mask
    if not mask:
        raise here.work.fail("checks.dead_cell", text, cell=text)
    return mask
