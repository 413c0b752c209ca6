"""Functions over the dated occasions of a chart: how often, how many days, in a row, the last one.

An *occasion* is what one day gave: the readings of a group on that day, already made into one value by the occasion
rule. The functions here see only what matters of it: when it was (`None`: undated), whether the `where` condition holds
of it (a truth), and the value asked for (an interval, `None` when the member was not measured then). Occasions whose
condition is certainly false are passed too: they break a streak.

Laws: no usable occasion gives "nothing known", a count too; an occasion whose condition is unknown is possible, not
certain; an undated occasion never proves a different day.

>>> high, low = Occasion(10, TRUE), Occasion(12, FALSE)
>>> count([high, low]), running([high, low], 1) == FALSE
((1, 1), True)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Interval = tuple[int, int] | None
WindowOp = Literal[
    "last",
    "first",
    "mean",
    "max",
    "min",
    "count",
    "days",
    "ever",
    "all",
    "running",
    "streak",
    "change",
    "days_since",
    "due",
]


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion: ordinal day (`None` undated), truth of the condition, value as an interval on the fact's grid."""

    day: int | None
    holds: int = TRUE
    value: Interval = None


def within(occasions: Sequence[Occasion], first: int) -> list[Occasion]:
    """Keep the occasions from ordinal day `first` on; an undated one may lie there, so it is only possible.

    >>> [one.holds for one in within([Occasion(5), Occasion(None)], 4)] == [TRUE, UNKNOWN]
    True
    """
    kept = [one for one in occasions if one.day is not None and one.day >= first]
    return kept + [Occasion(None, one.holds & TRUE | FALSE, one.value) for one in occasions if one.day is None]


def count(occasions: Sequence[Occasion]) -> Interval:
    """Return how many occasions satisfy, from certain to possible."""
    if not occasions:
        return None
    return sum(one.holds == TRUE for one in occasions), sum(one.holds != FALSE for one in occasions)


def days(occasions: Sequence[Occasion], inside: int | None = None) -> Interval:
    """Return how many different days satisfy; with `inside` the most that fit into so many days (last − first).

    >>> days([Occasion(1), Occasion(20), Occasion(40)], inside=28), days([Occasion(3), Occasion(None)])
    ((2, 2), (1, 2))
    """
    if not occasions:
        return None
    sure = sorted({one.day for one in occasions if one.day is not None and one.holds == TRUE})
    may = sorted({one.day for one in occasions if one.day is not None and one.holds != FALSE})
    undated = [one for one in occasions if one.day is None and one.holds != FALSE]
    certain = _most_inside(sure, inside)
    if any(one.holds == TRUE for one in undated):
        certain = max(certain, 1)
    return certain, _most_inside(may, inside) + len(undated)


def _most_inside(found: Sequence[int], inside: int | None) -> int:
    if inside is None:
        return len(found)
    return max((sum(start <= day <= start + inside for day in found) for start in found), default=0)


def ever(occasions: Sequence[Occasion]) -> int:
    """Return whether some occasion satisfies."""
    if not occasions:
        return UNKNOWN
    if any(one.holds == TRUE for one in occasions):
        return TRUE
    return UNKNOWN if any(one.holds == UNKNOWN for one in occasions) else FALSE


def every(occasions: Sequence[Occasion]) -> int:
    """Return whether all occasions satisfy."""
    if not occasions:
        return UNKNOWN
    if any(one.holds == FALSE for one in occasions):
        return FALSE
    return UNKNOWN if any(one.holds == UNKNOWN for one in occasions) else TRUE


def running(occasions: Sequence[Occasion], n: int) -> int:
    """Return whether the last `n` occasions all satisfy; fewer than `n` cannot.

    >>> running([Occasion(1), Occasion(2, FALSE), Occasion(3)], 2) == FALSE
    True
    """
    if not occasions:
        return UNKNOWN
    if len(occasions) < n:
        return FALSE
    if any(one.day is None for one in occasions):  # their order is not known
        whole = every(occasions)
        return whole if whole == TRUE or not any(one.holds != FALSE for one in occasions) else UNKNOWN
    return every(_ordered(occasions)[-n:])


def streak(occasions: Sequence[Occasion], n: int, inside: int | None = None) -> int:
    """Return whether some `n` consecutive occasions, on different days, all satisfy inside the span.

    >>> week = [Occasion(1), Occasion(8), Occasion(15)]
    >>> streak(week, 3, 28) == TRUE, streak(week, 3, 13) == FALSE
    (True, True)
    """
    if not occasions:
        return UNKNOWN
    dated = _ordered([one for one in occasions if one.day is not None])
    undated = [one for one in occasions if one.day is None]
    runs = [dated[i : i + n] for i in range(len(dated) - n + 1)]
    runs = [run for run in runs if inside is None or _day(run[-1]) - _day(run[0]) <= inside]
    found = {every(run) for run in runs}
    if TRUE in found and all(one.holds == TRUE for one in undated):
        return TRUE
    if TRUE in found or UNKNOWN in found:  # an undated occasion that fails may lie between
        return UNKNOWN
    may = sum(one.holds != FALSE for one in occasions)
    return UNKNOWN if undated and any(one.holds != FALSE for one in undated) and may >= n else FALSE


def last(occasions: Sequence[Occasion], n: int = 1) -> Interval:
    """Return the value of the `n`-th occasion from the end that satisfies; unsure ones widen it.

    >>> last([Occasion(1, TRUE, (140, 140)), Occasion(9, UNKNOWN, (150, 150))])
    (140, 150)
    """
    return _hull([one.value for one in _candidates(occasions, n, backwards=True)])


def first(occasions: Sequence[Occasion], n: int = 1) -> Interval:
    """Return the value of the `n`-th occasion from the start that satisfies."""
    return _hull([one.value for one in _candidates(occasions, n, backwards=False)])


def days_since(occasions: Sequence[Occasion], on: int) -> Interval:
    """Return the days from the last occasion that satisfies to ordinal day `on`."""
    found = _candidates(occasions, 1, backwards=True)
    if not found or any(one.day is None for one in found):
        return None
    gaps = [on - _day(one) for one in found]
    return min(gaps), max(gaps)


def change(occasions: Sequence[Occasion]) -> Interval:
    """Return last minus first of the occasions that satisfy; one occasion has no change."""
    if sum(one.holds == TRUE for one in occasions) < 2:
        return None
    start, end = first(occasions), last(occasions)
    return None if start is None or end is None else (end[0] - start[1], end[1] - start[0])


def largest(occasions: Sequence[Occasion]) -> Interval:
    """Return the largest value of the occasions that satisfy."""
    return _extreme(occasions, max)


def smallest(occasions: Sequence[Occasion]) -> Interval:
    """Return the smallest value of the occasions that satisfy."""
    return _extreme(occasions, min)


def mean(occasions: Sequence[Occasion]) -> Interval:
    """Return the mean over the occasions that satisfy, rounded half-even to the grid; unsure ones widen it.

    >>> mean([Occasion(1, TRUE, (140, 140)), Occasion(2, TRUE, (145, 145))])
    (142, 142)
    """
    sure, may = _valued(occasions)
    if not sure:
        return None
    low = _lowest_mean([one[0] for one in sure], [one[0] for one in may])
    high = -_lowest_mean([-one[1] for one in sure], [-one[1] for one in may])
    return round(low), round(high)


def _lowest_mean(sure: list[int], may: list[int]) -> Fraction:
    total, number = Fraction(sum(sure)), len(sure)
    for value in sorted(may):
        if (total + value) / (number + 1) < total / number:
            total, number = total + value, number + 1
    return total / number


def _extreme(occasions: Sequence[Occasion], pick: Callable[[Sequence[int]], int]) -> Interval:
    sure, may = _valued(occasions)
    if not sure:
        return None
    # An unsure occasion can only move the result towards itself, never back.
    low, high = pick([one[0] for one in sure]), pick([one[1] for one in sure])
    lows, highs = [pick([low, one[0]]) for one in may], [pick([high, one[1]]) for one in may]
    return min([low, *lows]), max([high, *highs])


def _valued(occasions: Sequence[Occasion]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    sure = [one.value for one in occasions if one.holds == TRUE and one.value is not None]
    may = [one.value for one in occasions if one.holds == UNKNOWN and one.value is not None]
    return sure, may


def _candidates(occasions: Sequence[Occasion], n: int, *, backwards: bool) -> list[Occasion]:
    """Return every occasion that may be the `n`-th that satisfies; empty when it may not exist."""
    live = [one for one in occasions if one.holds != FALSE]
    if sum(one.holds == TRUE for one in live) < n:
        return []
    if any(one.day is None for one in live):
        return live
    ordered = _ordered(live)
    if backwards:
        ordered.reverse()
    sure = 0
    for position, one in enumerate(ordered):
        sure += one.holds == TRUE
        if sure == n:
            return [*(before for before in ordered[n - 1 : position]), one]
    return []


def _hull(values: Sequence[Interval]) -> Interval:
    if not values or any(value is None for value in values):
        return None
    return min(value[0] for value in values if value), max(value[1] for value in values if value)


def _ordered(occasions: Sequence[Occasion]) -> list[Occasion]:
    return sorted(occasions, key=_day)


def _day(one: Occasion) -> int:
    if one.day is None:
        raise ValueError("an undated occasion has no day")
    return one.day
