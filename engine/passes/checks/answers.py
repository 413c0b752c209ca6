"""What a decision answers when everything is known, as a diagram.

Terminals: a mask of outcome bits (one bit when the decision is sound), an expression for a number or date, a whole
number (as an expression too) for a count or a sum.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Space
from sangao.engine.truth import FALSE, TRUE


def answer(space: Space, decision: ir.Decision) -> int:
    """Return the diagram of what a decision answers."""
    match decision.form:
        case ir.Table():
            every = (1 << len(decision.outcome.codes)) - 1
            return space.d.map("answered", lambda mask: mask or every, outcomes(space, decision.form))
        case ir.Tree(root):
            return subtree(space, root)
        case ir.Criteria(items, need):
            count = space.count([space.truth(item.when) for item in items])
            if decision.outcome.kind == "number":
                return space.d.map("number", ir.Int, count)
            return space.d.map(f"enough {need}", lambda held: TRUE if held >= need else FALSE, count)
        case ir.Score(items, cuts):
            total = space.sum([points(space, item) for item in items])
            if decision.outcome.kind == "number":
                return space.d.map("number", ir.Int, total)
            return space.d.map(f"banded {cuts}", lambda value: 1 << bisect_right(cuts, value), total)
        case ir.Advice(when):
            return space.d.map("advised", lambda held: TRUE if held else FALSE, space.truth(when))


def items(space: Space, decision: ir.Decision) -> list[int]:
    """Return, per item of a set decision, the diagram of whether it is in the set."""
    if isinstance(decision.form, ir.Criteria):
        return [space.truth(item.when) for item in decision.form.items]
    assert isinstance(decision.form, ir.Table)
    found = [space.d.false] * len(decision.outcome.codes)
    for row in decision.form.rows:
        found[row.then] = space.d.either(found[row.then], matches(space, decision.form, row))
    return found


def numbers(decision: ir.Decision) -> Iterator[ir.Expr]:
    """Yield the expressions a number or date decision can answer with."""
    match decision.form:
        case ir.Tree(root):
            yield from dict.fromkeys(node.then for node in branches(root) if not isinstance(node.then, int))
        case ir.Criteria(items):
            yield from map(ir.Int, range(len(items) + 1))
        case ir.Score(items):
            sums = {0}
            for item in items:
                sums = {a + b for a in sums for b in item.points}
            yield from map(ir.Int, sorted(sums))


def branches(node: ir.Branch) -> Iterator[ir.Branch]:
    """Yield a branch and all branches below it, parents first."""
    yield node
    for one in node.exceptions:
        yield from branches(one)


# --- tables and scores ------------------------------------------------------------------------------------------------
def band(space: Space, column: ir.Input, mask: int) -> int:
    """Return whether an input lies in the bands of a mask."""
    d = space.d
    if column.kind == "bool":
        held = space.truth(column.expr)
        return d.either(held if mask & TRUE else d.false, d.negate(held) if mask & FALSE else d.false)
    if column.kind == "code":
        return space.member(column.expr, mask)
    below = [space.compare("<", column.expr, ir.Int(cut)) for cut in column.cuts]
    found = d.false
    for i in range(column.bands):
        if mask >> i & 1:
            from_here = d.negate(below[i - 1]) if i else d.true
            found = d.either(found, d.both(from_here, below[i] if i < len(below) else d.true))
    return found


def matches(space: Space, form: ir.Table, row: ir.Row) -> int:
    """Return where a row matches."""
    cells = [band(space, column, mask) for column, mask in zip(form.inputs, row.cells, strict=True) if mask is not None]
    return space.d.any(cells) if row.mode == "any" and cells else space.d.all(cells)


def outcomes(space: Space, form: ir.Table) -> int:
    """Return the mask of outcomes of a table that answers one outcome; no outcome where no row matches."""
    d, result = space.d, space.d.terminal(0)
    rows = list(form.rows)
    if form.hit == "highest":
        rows.sort(key=lambda row: row.then)
    elif form.hit == "first":
        rows.reverse()
    for row in rows:
        here, then = matches(space, form, row), d.terminal(1 << row.then)
        if form.hit == "unique":
            then = d.combine("or", lambda a, b: a | b, result, then, unit=d.terminal(0))
        result = d.choose(here, then, result)
    return result


def points(space: Space, item: ir.Points) -> int:
    """Return the points of an item."""
    d, result = space.d, space.d.terminal(item.points[0])
    for i, number in enumerate(item.points[1:], 1):
        result = d.choose(band(space, item.input, 1 << i), d.terminal(number), result)
    return result


# --- trees ------------------------------------------------------------------------------------------------------------
def remaining(space: Space, node: ir.Branch) -> list[int]:
    """Return, per exception of a node, where it holds and no exception that holds is over it."""
    d = space.d
    held = [space.truth(one.when) for one in node.exceptions]
    found = []
    for one, here in zip(node.exceptions, held, strict=True):
        over = [held[i] for i, other in enumerate(node.exceptions) if one.id in other.over]
        found.append(d.without(here, d.any(over)))
    return found


def subtree(space: Space, node: ir.Branch) -> int:
    """Return what a node answers where it is looked at: its exceptions that remain, else its own outcome."""
    d = space.d
    result = nothing = d.terminal(None)
    for one, here in zip(node.exceptions, remaining(space, node), strict=True):
        below = d.choose(here, subtree(space, one), nothing)
        result = d.combine("meet", _meet, result, below, unit=nothing)
    own: Any = 1 << node.then if isinstance(node.then, int) else node.then
    return d.map(f"or {own!r}", lambda value: own if value is None else value, result)


def _meet(a: Any, b: Any) -> Any:
    """Several that hold agree; where they do not, that is a tie, which is reported elsewhere."""
    if a == b:
        return a
    if isinstance(a, int) and isinstance(b, int):
        return a & b or a | b
    return a
