"""Lengths of calendar time: days exactly, months and years by calendar and clamped to the month end."""

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sangao.engine.quantity.number import parse_number
from sangao.engine.quantity.unit import normalise, unit_name


@dataclass(frozen=True, slots=True)
class Span:
    """A length of calendar time: exact days, or calendar months clamped to the month end (a year is 12 months).

    `year`: the calendar year of the day it is counted from, which begins on 1 January and ends on 31 December.
    """

    days: int = 0
    months: int = 0
    year: bool = field(default=False, repr=False)


THIS_YEAR = Span(year=True)


_DAYS = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}
_LAST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SPAN = re.compile(r"([0-9.]+)\s*(\w+)")


def span_of(count: Fraction, unit: str) -> Span | None:
    """Return the span of a count of `days`, `weeks`, `months` or `years`; None for parts of a day or another unit.

    >>> span_of(Fraction(4), "weeks"), span_of(Fraction(3, 2), "years")
    (Span(days=28, months=0), Span(days=0, months=18))
    """
    days, months = count * _DAYS.get(unit, 0), count * _MONTHS.get(unit, 0)
    if (unit not in _DAYS and unit not in _MONTHS) or days.denominator != 1 or months.denominator != 1 or count < 0:
        return None
    return Span(int(days), int(months))


def parse_span(text: str) -> Span | None:
    """Return the span a text states, in English or Chinese; None when it states none.

    >>> parse_span("4 weeks"), parse_span("3个月"), parse_span("soon")
    (Span(days=28, months=0), Span(days=0, months=3), None)
    >>> parse_span("this year") == THIS_YEAR
    True
    """
    if text.strip() == "this year":
        return THIS_YEAR
    match = _SPAN.fullmatch(normalise(text))
    count = parse_number(match[1]) if match else None
    return span_of(count, unit_name(match[2])) if match and count is not None else None


def add_span(day: date, span: Span, sign: int = 1) -> date:
    """Return the day one span after (`sign` 1) or before (-1) a day; beyond the calendar's ends, its end.

    >>> add_span(date(2025, 3, 31), Span(months=1), -1)
    datetime.date(2025, 2, 28)
    >>> add_span(date(2025, 3, 31), THIS_YEAR, -1)
    datetime.date(2025, 1, 1)
    """
    if span.year:
        day = date(day.year, 12, 31) if sign > 0 else date(day.year, 1, 1)
    if span.months:
        month = day.year * 12 + day.month - 1 + sign * span.months
        year, index = divmod(month, 12)
        if not date.min.year <= year <= date.max.year:
            return date.max if sign > 0 else date.min
        last = _LAST[index] + (index == 1 and _leap(year))
        day = date(year, index + 1, min(day.day, last))
    ordinal = day.toordinal() + sign * span.days
    return date.fromordinal(max(date.min.toordinal(), min(ordinal, date.max.toordinal())))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
