"""What stands below an expression, one step or all the way down."""

from collections.abc import Iterator

from sangao.engine.pack import ir


def parts(expr: ir.Expr) -> tuple[ir.Expr, ...]:
    """Return the expressions one step below an expression.

    >>> parts(ir.Not(ir.Read("pregnant")))
    (Read(leaf='pregnant'),)
    """
    match expr:
        case ir.Plus(items) | ir.Least(items) | ir.Most(items) | ir.Tally(items) | ir.Both(items) | ir.Either(items):
            return items
        case ir.Times(_, item) | ir.Size(item) | ir.Not(item) | ir.Member(item, _):
            return (item,)
        case ir.Compare(_, left, right):
            return left, right
    return ()


def levels(expr: ir.Expr) -> int:
    """Return how deep an expression is.

    >>> levels(ir.Not(ir.Read("pregnant")))
    2
    """
    return 1 + max(map(levels, parts(expr)), default=0)


def depth(decision: ir.Decision) -> int:
    """Return how deep a decision is without what it asks: its deepest expression and its exceptions."""
    match decision.form:
        case ir.Table(_, inputs):
            return max((levels(column.expr) for column in inputs), default=0)
        case ir.Criteria(items):
            return max((levels(item.when) for item in items), default=0)
        case ir.Score(scored):
            return max((levels(one.input.expr) for one in scored), default=0)
        case ir.Advice(when):
            return levels(when)
        case ir.Tree(root):
            return _branch(root)


def _branch(branch: ir.Branch) -> int:
    own = max(levels(branch.when), 0 if isinstance(branch.then, int) else levels(branch.then))
    return max(own, 1 + max(map(_branch, branch.exceptions), default=0))


def walk(expr: ir.Expr) -> Iterator[ir.Expr]:
    """Yield an expression and everything below it."""
    yield expr
    for part in parts(expr):
        yield from walk(part)
