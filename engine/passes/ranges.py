"""What a number can be at all: bounds of an expression from the bounds of its leaves and decisions."""

from collections.abc import Mapping

from sangao.engine.pack import ir

Bounds = tuple[int | None, int | None]
ANY: Bounds = (None, None)


def bounds(expr: ir.Expr, leaves: Mapping[str, Bounds], decisions: Mapping[str, Bounds]) -> Bounds:
    """Return the least and the greatest value; None at an end that nothing bounds.

    >>> bounds(ir.Times(-2, ir.Read("a")), {"a": (1, 5)}, {})
    (-10, -2)
    """
    match expr:
        case ir.Int(value):
            return value, value
        case ir.Read(leaf):
            return leaves.get(leaf, ANY)
        case ir.Ask(decision) | ir.CountIn(decision):
            return decisions.get(decision, ANY)
        case ir.Times(by, item):
            low, high = bounds(item, leaves, decisions)
            ends = (None if low is None else by * low, None if high is None else by * high)
            return ends if by >= 0 else (ends[1], ends[0])
        case ir.Tally(items):
            return 0, len(items)
        case ir.Size(item):
            return _size(*bounds(item, leaves, decisions))
        case ir.Plus(items) | ir.Least(items) | ir.Most(items):
            parts = [bounds(one, leaves, decisions) for one in items]
            lows, highs = [low for low, _ in parts], [high for _, high in parts]
            if isinstance(expr, ir.Plus):
                return _sum(lows), _sum(highs)
            if isinstance(expr, ir.Least):
                return _all(lows, min), min((high for high in highs if high is not None), default=None)
            return max((low for low in lows if low is not None), default=None), _all(highs, max)
    return ANY


def hull(parts: list[Bounds]) -> Bounds:
    """Return the bounds around several."""
    return _all([low for low, _ in parts], min), _all([high for _, high in parts], max)


def always(op: str, left: Bounds, right: Bounds) -> bool | None:
    """Return what a comparison answers whatever the patient, None when that depends.

    >>> always(">=", (0, 10), (11, 11)), always("<", (0, 10), (5, 5))
    (False, None)
    """
    if op in (">", ">="):
        return always({">": "<", ">=": "<="}[op], right, left)
    if op == "!=":
        equal = always("=", left, right)
        return None if equal is None else not equal
    (a, b), (c, d) = left, right
    if op == "=":
        if (b is not None and c is not None and b < c) or (d is not None and a is not None and d < a):
            return False
        return True if None not in (a, c) and a == b == c == d else None
    if b is not None and c is not None and (b < c or (op == "<=" and b == c)):
        return True
    if a is not None and d is not None and (a > d or (op == "<" and a == d)):
        return False
    return None


def _size(low: int | None, high: int | None) -> Bounds:
    least = 0
    if low is not None and low > 0:
        least = low
    if high is not None and high < 0:
        least = -high
    return least, None if low is None or high is None else max(abs(low), abs(high))


def _sum(ends: list[int | None]) -> int | None:
    return None if None in ends else sum(end for end in ends if end is not None)


def _all(ends: list[int | None], pick: type[int] | object) -> int | None:
    if None in ends or not ends:
        return None
    known = [end for end in ends if end is not None]
    return min(known) if pick is min else max(known)
