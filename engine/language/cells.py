"""Cells of tables: `"[120..140)"`, `">= 180"`, `"grade1, grade2"`, `"not(A)"`, `-`; exact, ends open or closed."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from sangao.engine.errors import Span as Place
from sangao.engine.errors import fail
from sangao.engine.language.lexer import NAME, UNIT, WORDS
from sangao.engine.language.tree import NOWHERE
from sangao.engine.quantity import decimal_text, parse_number, unit_name


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers; an end that is None reaches as far as the input can."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Fraction) -> bool:
        """Return whether a number lies in the range.

        >>> Interval(Fraction(120), Fraction(140), high_open=True).holds(Fraction(140))
        False
        """
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell asks of its input.

    `any` asks nothing; `number` that the value lies in one of `intervals` (`not(…)` is already turned into intervals;
    `unit` is empty when none stood); `code` that it is one of `codes`, or none of them when `negated`; `bool` that it
    is `truth`.
    """

    kind: Literal["any", "number", "code", "bool"]
    intervals: tuple[Interval, ...] = ()
    codes: tuple[str, ...] = ()
    truth: bool = False
    negated: bool = False
    unit: str = ""
    span: Place = field(default=NOWHERE, compare=False)


_VALUE = r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_BAND = re.compile(rf"([\[(])\s*({_VALUE})\s*\.\.\s*({_VALUE})\s*([\])])\s*(.*)")
_SIGNED = re.compile(rf"(<=|>=|!=|=|<|>)?\s*({_VALUE})\s*(.*)")
_CODE = re.compile(NAME)
_UNIT = re.compile(rf"(?:{UNIT})?")
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)


def parse_cell(text: str, where: Place = NOWHERE) -> Cell:
    """Return what a cell asks; `where` is the place of its first character. Raises `SangaoError`.

    >>> parse_cell("[120..140)").intervals[0].high_open, parse_cell("not(a, b)").negated
    (True, True)
    """
    plain = text.strip()
    if len(plain) > 2000:
        raise fail("language.cell", where, found=plain[:40] + "…")
    if plain == "-":
        return Cell("any", span=where)
    if plain in ("true", "false"):
        return Cell("bool", truth=plain == "true", span=where)
    inner = _NOT.fullmatch(plain)
    parts = [part.strip() for part in (inner[1] if inner else plain).split(",")]
    if all(_CODE.fullmatch(part) and part not in WORDS for part in parts):
        return Cell("code", codes=tuple(dict.fromkeys(parts)), negated=inner is not None, span=where)
    bands = [_band(part, plain, where) for part in parts]
    units = {unit for _, unit in bands if unit}
    if len(units) > 1:
        raise fail("language.cell_mixed", where, found=plain)
    intervals = tuple(interval for several, _ in bands for interval in several)
    if inner:
        intervals = outside(intervals)
        if not intervals:
            raise fail("language.cell_empty", where, found=plain)
    return Cell("number", intervals=intervals, unit=units.pop() if units else "", span=where)


def _band(part: str, cell: str, where: Place) -> tuple[tuple[Interval, ...], str]:
    band = _BAND.fullmatch(part)
    if band:
        low, high, unit = parse_number(band[2]), parse_number(band[3]), _unit(band[5])
        if low is None or high is None or unit is None:
            raise fail("language.cell", where, found=cell)
        open_low, open_high = band[1] == "(", band[4] == ")"
        if low > high or (low == high and (open_low or open_high)):
            raise fail("language.cell_empty", where, found=part)
        return (Interval(low, high, open_low, open_high),), unit
    signed = _SIGNED.fullmatch(part)
    value, unit = (parse_number(signed[2]), _unit(signed[3])) if signed else (None, None)
    if signed is None or value is None or unit is None:
        mixed = _CODE.fullmatch(part) and part not in WORDS
        raise fail("language.cell_mixed" if mixed else "language.cell", where, found=cell)
    return _ranges(signed[1] or "=", value), unit


def _unit(text: str) -> str | None:
    """Return the name of a unit, None when the text, or what it is short for, is none (`升/4`)."""
    name = unit_name(text)
    return name if _UNIT.fullmatch(text) and _UNIT.fullmatch(name) else None


def _ranges(sign: str, value: Fraction) -> tuple[Interval, ...]:
    below, above = Interval(high=value, high_open=True), Interval(low=value, low_open=True)
    match sign:
        case "<":
            return (below,)
        case "<=":
            return (Interval(high=value),)
        case ">":
            return (above,)
        case ">=":
            return (Interval(low=value),)
        case "!=":
            return (below, above)
    return (Interval(value, value),)


def outside(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return the numbers in none of the ranges, as ranges in rising order.

    >>> outside((Interval(Fraction(1), Fraction(2), high_open=True),))[1]
    Interval(low=Fraction(2, 1), high=None, low_open=False, high_open=False)
    """
    free: list[Interval] = []
    start: tuple[Fraction, bool] | None = None  # where the free range begins and whether that end is excluded
    began = False
    for band in sorted(intervals, key=lambda band: (band.low is not None, band.low or 0, band.low_open)):
        if band.low is not None:
            gap = Interval(start[0] if start else None, band.low, bool(start and start[1]), not band.low_open)
            empty = start and (start[0] > band.low or (start[0] == band.low and (gap.low_open or gap.high_open)))
            if not empty:
                free.append(gap)
        began = True
        if band.high is None:
            return tuple(free)
        end = (band.high, not band.high_open)
        start = end if start is None else max(start, end)
    if not began or start is None:
        return (Interval(),)
    return (*free, Interval(low=start[0], low_open=start[1]))


def unparse_cell(cell: Cell) -> str:
    """Return the canonical text of a cell.

    >>> unparse_cell(parse_cell("not( [120..140) )"))
    '< 120, >= 140'
    """
    match cell.kind:
        case "any":
            return "-"
        case "bool":
            return "true" if cell.truth else "false"
        case "code":
            codes = ", ".join(cell.codes)
            return f"not({codes})" if cell.negated else codes
    return ", ".join(f"{interval_text(interval)} {cell.unit}".rstrip() for interval in cell.intervals)


def interval_text(interval: Interval) -> str:
    """Return a range as a cell writes it.

    >>> interval_text(Interval(Fraction(3), Fraction(5), low_open=True))
    '(3..5]'
    """
    low, high = interval.low, interval.high
    if low is not None and high is not None:
        if low == high:
            return f"= {decimal_text(low)}"
        left, right = "(" if interval.low_open else "[", ")" if interval.high_open else "]"
        return f"{left}{decimal_text(low)}..{decimal_text(high)}{right}"
    if low is not None:
        return f"{'>' if interval.low_open else '>='} {decimal_text(low)}"
    if high is not None:
        return f"{'<' if interval.high_open else '<='} {decimal_text(high)}"
    return "-"
