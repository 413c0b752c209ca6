"""A rate against an earlier one, and how fractions are shown: one decimal, halves up."""

from collections.abc import Mapping
from fractions import Fraction

from sangao.engine.run.measuring import Measured

Ends = tuple[Fraction | None, Fraction | None]


def points(now: Ends, before: Ends) -> Ends:
    """Return the range of the difference (of a rate times its `per`: percentage points)."""
    (low, high), (first, last) = now, before
    return None if low is None or last is None else low - last, None if high is None or first is None else high - first


def change(now: Ends, before: Ends) -> Ends:
    """Return the range of the relative change; nothing grows from nothing, so it is None when before may be 0.

    >>> change((Fraction(110), Fraction(110)), (Fraction(100), Fraction(100)))
    (Fraction(1, 10), Fraction(1, 10))
    """
    (low, high), (first, last) = now, before
    if first is None or first <= 0:
        return None, None
    return None if low is None or last is None else low / last - 1, None if high is None else high / first - 1


def shown(value: Fraction | None, places: int = 1) -> str | None:
    """Return a number with so many decimals, halves rounded away from zero.

    >>> shown(Fraction(61, 2)), shown(Fraction(-1, 16)), shown(Fraction(1, 20)), shown(None)
    ('30.5', '-0.1', '0.1', None)
    """
    if value is None:
        return None
    scale = 10**places
    whole = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole // scale}.{whole % scale:0{places}d}" if places else f"{sign}{whole}"


def totals(found: Measured, before: Mapping[str, int | None] | None = None) -> dict[str, int | str | None]:
    """Return the counts and rates of a measure as they are shown; `before`: its counts of another period.

    All come from the pass with assumptions, but `least` and `most`: the ends when nothing at all is assumed.
    """
    counts, per = found.assumed, Fraction(found.measure.per if found.is_rate else 1)
    made: dict[str, int | str | None] = {
        "n": number(counts.n),
        "d": number(counts.d),
        "unknown": counts.unknown,
        "open": counts.open,
        "rate": shown(scaled(counts.rate, per)),
        "low": shown(scaled(counts.low, per)),
        "high": shown(scaled(counts.high, per)),
        "least": shown(scaled(found.open.low, per)),
        "most": shown(scaled(found.open.high, per)),
        "points": None,
        "change": None,
    }
    if before is not None:
        d = before.get("d")
        n = Fraction(before["n"] or 0)
        was = n if d is None else n / d if d else None
        now = counts.low, counts.high
        gained, moved = points(now, (was, was)), change(now, (was, was))
        made["points"] = shown(scaled(gained[0], per)) if gained[0] == gained[1] else None
        made["change"] = shown(scaled(moved[0], Fraction(100))) if moved[0] == moved[1] else None
    return made


def number(value: Fraction | None) -> str | None:
    """Return a count as it is shown: a whole number whole.

    >>> number(Fraction(12)), number(Fraction(25, 2))
    ('12', '12.5')
    """
    return None if value is None else str(value.numerator) if value.denominator == 1 else shown(value)


def scaled(value: Fraction | None, per: Fraction) -> Fraction | None:
    """Return a fraction per hundred, or per whatever it is shown per."""
    return None if value is None else value * per
