"""Numbers without loss: decimal text to `Fraction`, and the one rounding of the system, onto a fact's grid."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import SupportsIndex

from sangao.engine.quantity.unit import normalise

Number = int | float | str | Decimal | Fraction

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 400  # far beyond any reading, far below what makes integer arithmetic slow


def parse_number(text: str) -> Fraction | None:
    """Return the exact value of a decimal text (full-width digits too), None when it is anything else.

    Commas are refused: `1,200` and `7,0` cannot be told apart safely.

    >>> parse_number("7.0"), parse_number("１４０"), parse_number("156/92")
    (Fraction(7, 1), Fraction(140, 1), None)
    """
    if len(text) > _LONGEST:
        return None
    plain = normalise(text)
    return Fraction(plain) if _DECIMAL.fullmatch(plain) else None


def parse_ratio(text: str) -> Fraction | None:
    """Return the exact value of a decimal or of a quotient of two, as unit factors are written.

    >>> parse_ratio("1/18.016")
    Fraction(125, 2252)
    """
    above, slash, below = text.partition("/")
    top = parse_number(above)
    bottom = parse_number(below) if slash else Fraction(1)
    return top / bottom if top is not None and bottom else None


def decimal_text(value: Fraction) -> str:
    """Return the shortest exact decimal text; a value without one (1/3) is written as a quotient.

    >>> decimal_text(Fraction("139.50")), decimal_text(Fraction(-1, 8)), decimal_text(Fraction(1, 3))
    ('139.5', '-0.125', '1/3')
    """
    if value.denominator == 1:
        return str(value.numerator)
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def exact(value: object) -> Fraction:
    """Return what a value says as decimal text: a float is its shortest decimal that reads back, at its own width.

    Raises `ValueError` for text without a number, infinities and NaN, `TypeError` for what is no number (bool too).

    >>> exact(0.1), exact("7.0")
    (Fraction(1, 10), Fraction(7, 1))
    """
    number: Fraction | None
    if isinstance(value, bool):
        raise TypeError("a truth is not a number")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float):  # numpy's float64 is one, with a repr of its own
        number = Fraction(float.__repr__(value)) if isfinite(value) else None
    elif isinstance(value, str):
        number = parse_number(value)
    elif isinstance(value, Decimal):
        number = Fraction(value) if value.is_finite() and abs(value.adjusted()) < _LONGEST else None
    elif isinstance(value, SupportsIndex):
        return Fraction(value.__index__())
    elif hasattr(value, "__float__"):  # numpy's float32 and float16: `str` is shortest at their width
        number = parse_number(str(value))
    else:
        raise TypeError(f"not a number: {type(value).__name__}")
    if number is None:
        raise ValueError("not a finite decimal number")
    return number


@lru_cache(maxsize=4096)
def gridder(factor: Fraction, offset: Fraction, grid: Fraction) -> Callable[[object], int]:
    """Return the function `value → round_half_even((value × factor + offset) / grid)`, to be kept for the hot path.

    >>> gridder(Fraction(1, 18), Fraction(0), Fraction("0.001"))(126)
    7000
    """
    times, plus = factor / grid, offset / grid
    try:
        fast_times, fast_plus = float(times), float(plus)
    except OverflowError:
        fast_times, fast_plus = float("inf"), 0.0
    limit = 2.0**31 if isfinite(fast_times) and abs(fast_plus) < 2.0**31 else 0.0

    def land(value: object) -> int:
        # A float differs from its decimal text by half a unit in the last place, the product and the sum add as much
        # again: below 2**31 all of it is less than 2**-18, so away from the edges the nearest integer is proved.
        kind = type(value)
        if kind is float or kind is int:
            try:
                near = value * fast_times  # type: ignore[operator]
            except OverflowError:
                near = float("inf")
            if -limit < near < limit:
                near += fast_plus
                whole = round(near)
                if -0.4999 < near - whole < 0.4999:
                    return whole
        return round(exact(value) * times + plus)  # Fraction rounds half to even

    return land


def to_grid(
    value: object,
    factor: Fraction = Fraction(1),
    offset: Fraction = Fraction(0),
    grid: Fraction = Fraction(1),
) -> int:
    """Return how many grid steps a value is after exact conversion, rounded half-even.

    Raises `ValueError` and `TypeError` as `exact` does.

    >>> to_grid(139.5, grid=Fraction("0.01")), to_grid("126", Fraction(1000, 18016), grid=Fraction("0.001"))
    (13950, 6994)
    """
    return gridder(factor, offset, grid)(value)


def from_grid(steps: int, step: Fraction) -> str:
    """Return the exact shortest decimal text of a number of grid steps.

    >>> from_grid(13950, Fraction("0.01"))
    '139.5'
    """
    return decimal_text(steps * step)
