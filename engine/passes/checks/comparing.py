"""Comparisons of numbers as diagrams: every test is the sign of a sum of leaves, below a whole number or not.

`Least`, `Most` and `Size` part into several sums; counts and numbers of opened decisions are tried value by value.
"""

from math import gcd
from typing import TYPE_CHECKING

from sangao.engine.pack import ir

if TYPE_CHECKING:
    from sangao.engine.passes.checks.space import Space

Term = tuple[int, ir.Expr]  # a factor and what it multiplies
Factors = list[tuple[tuple[str, str], int]]  # ("leaf" | "ask", id) with its factor


def compare(space: "Space", op: str, left: ir.Expr, right: ir.Expr) -> int:
    """Return the diagram of a comparison."""
    if op in (">", ">="):
        return compare(space, {">": "<", ">=": "<="}[op], right, left)
    if op == "!=":
        return space.d.negate(compare(space, "=", left, right))
    terms = [*terms_of(left, 1), *terms_of(right, -1)]
    if op == "=":
        turned = [(-by, item) for by, item in terms]
        return space.d.both(_below(space, terms, 1), _below(space, turned, 1))
    return _below(space, terms, 1 if op == "<=" else 0)


def terms_of(expr: ir.Expr, by: int) -> list[Term]:
    """Return a sum as its terms.

    >>> terms_of(ir.Times(-1, ir.Plus((ir.Read("a"), ir.Int(3)))), 2)
    [(-2, Read(leaf='a')), (-2, Int(value=3))]
    """
    match expr:
        case ir.Plus(items):
            return [term for one in items for term in terms_of(one, by)]
        case ir.Times(more, item):
            return terms_of(item, by * more) if more else []
    return [(by, expr)]


def _below(space: "Space", terms: list[Term], limit: int) -> int:
    """Return whether a sum lies below a whole number."""
    for at, (by, item) in enumerate(terms):
        rest = [*terms[:at], *terms[at + 1 :]]
        match item:
            case ir.Least(items) | ir.Most(items):
                each = [_below(space, [*rest, *terms_of(one, by)], limit) for one in items]
                return space.d.all(each) if isinstance(item, ir.Most) == (by > 0) else space.d.any(each)
            case ir.Size(inner):
                each = [_below(space, [*rest, *terms_of(inner, by * sign)], limit) for sign in (1, -1)]
                return space.d.all(each) if by > 0 else space.d.any(each)
            case ir.Tally(items):
                return _counted(space, [space.truth(one) for one in items], by, rest, limit)
            case ir.CountIn(decision):
                return _counted(space, space.items(decision), by, rest, limit)
            case ir.Ask(decision) if space.inline:
                return _asked(space, decision, by, rest, limit)
    return _line(space, terms, limit)


def _counted(space: "Space", truths: list[int], by: int, rest: list[Term], limit: int) -> int:
    count, found = space.count(truths), space.d.false
    for number in range(len(truths) + 1):
        below = _below(space, rest, limit - by * number)
        found = space.d.either(found, space.d.both(space.equal(count, number), below))
    return found


def _asked(space: "Space", decision: str, by: int, rest: list[Term], limit: int) -> int:
    from sangao.engine.passes.checks.answers import numbers

    chosen, found = space.answer(decision), space.d.false
    for value in numbers(space.pack.decisions[decision]):
        below = _below(space, [*rest, *terms_of(value, by)], limit)
        found = space.d.either(found, space.d.both(space.equal(chosen, value), below))
    return found


def _line(space: "Space", terms: list[Term], limit: int) -> int:
    """Return whether a sum of leaves lies below a whole number; equal sums are one variable, whichever way written."""
    factors: dict[tuple[str, str], int] = {}
    for by, item in terms:
        match item:
            case ir.Int(value):
                limit -= by * value
            case ir.Read(leaf):
                factors["leaf", leaf] = factors.get(("leaf", leaf), 0) + by
            case ir.Ask(decision):
                factors["ask", decision] = factors.get(("ask", decision), 0) + by
            case _:
                raise TypeError(f"not a number: {item!r}")
    kept = sorted((name, by) for name, by in factors.items() if by)
    if not kept:
        return space.d.true if limit > 0 else space.d.false
    common = gcd(*(by for _, by in kept))
    if kept[0][1] < 0:  # -g < limit is not (g < 1 - limit), in whole numbers
        turned = [(name, -by // common) for name, by in kept]
        return space.d.negate(space.less(turned, _up(1 - limit, common), bounds(space.pack, turned)))
    plain = [(name, by // common) for name, by in kept]
    return space.less(plain, _up(limit, common), bounds(space.pack, plain))


def _up(limit: int, by: int) -> int:
    """Return the least whole t with `by × g < limit` exactly when `g < t`."""
    return -(-limit // by)


def bounds(pack: ir.Pack, factors: Factors) -> tuple[int | None, int | None]:
    """Return what a sum can be at all."""
    low: int | None = 0
    high: int | None = 0
    for (kind, name), by in factors:
        leaf = pack.leaves[name] if kind == "leaf" else None
        ends = (leaf.low, leaf.high) if leaf else (None, None)
        first, last = ends if by > 0 else (ends[1], ends[0])
        low = None if low is None or first is None else low + by * first
        high = None if high is None or last is None else high + by * last
    return low, high
