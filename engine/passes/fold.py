"""Conditions built without what no patient can change: `true and x` becomes `x`, nested `and` becomes one."""

from collections.abc import Iterable

from sangao.engine.pack.ir import Always, Both, Either, Expr, Int, Not, Plus, Times
from sangao.engine.truth import FALSE, TRUE, negated


def both(items: Iterable[Expr]) -> Expr:
    """Return the `and` of conditions, flat, without constants and repetitions.

    >>> from sangao.engine.pack.ir import Read
    >>> both([Always(TRUE), Read("a"), Both((Read("b"), Read("a")))])
    Both(items=(Read(leaf='a'), Read(leaf='b')))
    """
    parts = _flat(items, Both)
    if any(part == Always(FALSE) for part in parts):
        return Always(FALSE)
    kept = tuple(dict.fromkeys(part for part in parts if part != Always(TRUE)))
    return Both(kept) if len(kept) > 1 else kept[0] if kept else Always(TRUE)


def either(items: Iterable[Expr]) -> Expr:
    """Return the `or` of conditions, flat, without constants and repetitions."""
    parts = _flat(items, Either)
    if any(part == Always(TRUE) for part in parts):
        return Always(TRUE)
    kept = tuple(dict.fromkeys(part for part in parts if part != Always(FALSE)))
    return Either(kept) if len(kept) > 1 else kept[0] if kept else Always(FALSE)


def negate(item: Expr) -> Expr:
    """Return the `not` of a condition; two of them cancel, as they do for every truth."""
    if isinstance(item, Always):
        return Always(negated(item.truth))
    return item.item if isinstance(item, Not) else Not(item)


def times(by: int, item: Expr) -> Expr:
    """Return a multiple; constants multiply out."""
    if by == 1:
        return item
    if isinstance(item, Int):
        return Int(by * item.value)
    return Times(by * item.by, item.item) if isinstance(item, Times) else Times(by, item)


def plus(items: Iterable[Expr]) -> Expr:
    """Return a sum, flat, its constants added up at the end."""
    parts = _flat(items, Plus)
    constant = sum(part.value for part in parts if isinstance(part, Int))
    rest: list[Expr] = [part for part in parts if not isinstance(part, Int)]
    if constant or not rest:
        rest.append(Int(constant))
    return Plus(tuple(rest)) if len(rest) > 1 else rest[0]


def _flat(items: Iterable[Expr], kind: type[Both] | type[Either] | type[Plus]) -> list[Expr]:
    result: list[Expr] = []
    for item in items:
        result += item.items if isinstance(item, kind) else [item]
    return result
