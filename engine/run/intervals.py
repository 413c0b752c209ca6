"""Intervals of integers: what is known of a number. `None` is "nothing known" and stays it through arithmetic."""

from collections.abc import Iterable, Sequence

from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Interval = tuple[int, int] | None


def plus(items: Iterable[Interval]) -> Interval:
    """Add; nothing known of one is nothing known of the sum.

    >>> plus([(1, 2), (10, 10)]), plus([(1, 2), None])
    ((11, 12), None)
    """
    low = high = 0
    for item in items:
        if item is None:
            return None
        low, high = low + item[0], high + item[1]
    return low, high


def times(by: int, item: Interval) -> Interval:
    """Multiply by a constant; a negative one turns the interval round."""
    if item is None:
        return None
    ends = (by * item[0], by * item[1])
    return min(ends), max(ends)


def least(items: Sequence[Interval]) -> Interval:
    """Return the smallest of several numbers."""
    if any(item is None for item in items):
        return None
    return min(item[0] for item in items if item), min(item[1] for item in items if item)


def most(items: Sequence[Interval]) -> Interval:
    """Return the largest of several numbers."""
    if any(item is None for item in items):
        return None
    return max(item[0] for item in items if item), max(item[1] for item in items if item)


def size(item: Interval) -> Interval:
    """Return the absolute value.

    >>> size((-3, 2)), size((-5, -3))
    ((0, 3), (3, 5))
    """
    if item is None:
        return None
    low, high = item
    return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def compare(op: str, a: Interval, b: Interval) -> int:
    """Return the truth of `a op b`: settled when the whole intervals agree.

    >>> compare(">=", (140, 150), (140, 140)) == TRUE, compare(">=", (139, 150), (140, 140)) == UNKNOWN
    (True, True)
    """
    if a is None or b is None:
        return UNKNOWN
    if op in (">", ">="):
        return compare({">": "<", ">=": "<="}[op], b, a)
    if op == "!=":
        equal = compare("=", a, b)
        return UNKNOWN if equal == UNKNOWN else TRUE + FALSE - equal
    if op == "<":
        may, may_not = a[0] < b[1], a[1] >= b[0]
    elif op == "<=":
        may, may_not = a[0] <= b[1], a[1] > b[0]
    else:
        may, may_not = a[0] <= b[1] and b[0] <= a[1], not (a[0] == a[1] == b[0] == b[1])
    return TRUE * may | FALSE * may_not


def hull(items: Iterable[Interval]) -> Interval:
    """Return the smallest interval around all; nothing known of one is nothing known of all."""
    low: int | None = None
    high = 0
    for item in items:
        if item is None:
            return None
        low, high = (item[0], item[1]) if low is None else (min(low, item[0]), max(high, item[1]))
    return None if low is None else (low, high)


def meet(a: Interval, b: Interval) -> Interval:
    """Return what both intervals allow; intervals that contradict each other leave the first."""
    if a is None or b is None:
        return b if a is None else a
    low, high = max(a[0], b[0]), min(a[1], b[1])
    return (low, high) if low <= high else a
