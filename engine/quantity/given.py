"""Readings as people and devices write them: `7.0 mmol/L`, `152mmHg`, `>33.3`, `<0.5`, `80+`, a meter's `HI`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sangao.engine.quantity.number import parse_number, to_grid
from sangao.engine.quantity.unit import normalise, unit_name


@dataclass(frozen=True, slots=True)
class Given:
    """What a text says of a number: an interval (both ends equal when it is exact) and the unit, empty when none stood.

    `mark` is `high` or `low` for a meter's `HI` and `LO`: beyond what it can show, which only the fact can place; both
    ends are None then.
    """

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False
    unit: str = ""
    mark: Literal["high", "low"] | None = None

    @property
    def exact(self) -> Fraction | None:
        """Return the value when the text says a single one."""
        return self.low if self.low is not None and self.low == self.high else None


_BELOW = ("不高于", "不超过", "不大于", "小于等于", "小于或等于", "≤", "≦", "⩽", "<=", "=<")
_UNDER = ("小于", "低于", "不足", "未满", "<")
_FROM = ("不低于", "不小于", "大于等于", "大于或等于", "≥", "≧", "⩾", ">=", "=>")
_OVER = ("大于", "高于", "超过", ">")
_SIGNS = {sign: kind for kind, signs in (("<=", _BELOW), ("<", _UNDER), (">=", _FROM), (">", _OVER)) for sign in signs}
_SIGN = re.compile("|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)))
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}(?![0-9]))?")
_UNIT = re.compile(r"(?:[^\W\d_]|%|‰|°|/\s*(?=[^\W\d_]))[^<>=≥≤~,;:!?↑↓|\\\"']*")
_AFTER = re.compile(r"(\+|及以上|以上|及以下|以下)$")
_MARKS: dict[str, Literal["high", "low"]] = {"HI": "high", "LO": "low"}


def read(text: str) -> Given | None:
    """Return what a text says of a number, None when it says none or leaves doubt (`3.9-6.1`, `156/92`, `1,200`).

    >>> read("＞33.3 mmol/L")
    Given(low=Fraction(333, 10), high=None, low_open=True, high_open=False, unit='mmol/L', mark=None)
    >>> read("80岁以上").low, read("HI").mark, read("阴性")
    (Fraction(80, 1), 'high', None)
    """
    if len(text) > 500:
        return None
    plain = normalise(text).rstrip("↑↓ ")
    mark = _MARKS.get(plain[:2].upper())
    if mark and (not plain[2:].strip() or (plain[2].isspace() and _UNIT.fullmatch(plain[2:].strip()))):
        return Given(None, None, unit=unit_name(plain[2:]), mark=mark)
    sign = _SIGN.match(plain)
    kind = _SIGNS[sign[0]] if sign else ""
    rest = plain[sign.end() :].lstrip() if sign else plain
    number = _NUMBER.match(rest)
    value = parse_number(number[0]) if number else None
    if number is None or value is None:
        return None
    rest = rest[number.end() :].lstrip("↑↓ ")
    if rest[:1] == "+":  # `80+ 岁`
        rest = rest[1:].strip() + "+"
    after = _AFTER.search(rest)
    if after:
        if kind:
            return None
        kind, rest = "<=" if after[0].endswith("下") else ">=", rest[: after.start()].strip()
    if rest and not _UNIT.fullmatch(rest):
        return None
    unit = unit_name(rest)
    if not kind:
        return Given(value, value, unit=unit)
    if kind[0] == "<":
        return Given(None, value, high_open=kind == "<", unit=unit)
    return Given(value, None, low_open=kind == ">", unit=unit)


def parse(text: str) -> tuple[Fraction, str] | None:
    """Return value and unit name of a text that states one exact value, else None (censored readings: `read`).

    >>> parse("152mmHg"), parse("7.0 mmol/l"), parse("96"), parse(">33.3")
    ((Fraction(152, 1), 'mmHg'), (Fraction(7, 1), 'mmol/L'), (Fraction(96, 1), ''), None)
    """
    given = read(text)
    value = given.exact if given else None
    return (value, given.unit) if given and value is not None else None


def parse_pair(text: str) -> tuple[Fraction, Fraction, str] | None:
    """Return both numbers and the unit of a blood pressure in one text, else None.

    >>> parse_pair("156/92 mmHg")
    (Fraction(156, 1), Fraction(92, 1), 'mmHg')
    """
    above, slash, below = normalise(text).partition("/")
    top, bottom = parse_number(above), parse(below)
    return (top, *bottom) if slash and top is not None and bottom else None


def grid_interval(
    given: Given, factor: Fraction = Fraction(1), offset: Fraction = Fraction(0), grid: Fraction = Fraction(1)
) -> tuple[int | None, int | None]:
    """Return the grid values a reading may have, as a closed interval of steps; None is an open side.

    An end that is excluded and falls on the grid excludes that step (`<30` settles `< 30`); one that falls between two
    steps is rounded as a value would be, for rounding keeps the order. Needs a factor above 0.

    >>> grid_interval(read("<30 mg/g"), grid=Fraction("0.01"))
    (None, 2999)
    """

    def end(value: Fraction | None, excluded: bool, inward: int) -> int | None:
        if value is None:
            return None
        steps = to_grid(value, factor, offset, grid)
        return steps + inward if excluded and steps * grid == value * factor + offset else steps

    return end(given.low, given.low_open, 1), end(given.high, given.high_open, -1)
