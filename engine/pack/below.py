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


def walk(expr: ir.Expr) -> Iterator[ir.Expr]:
    """Yield an expression and everything below it."""
    yield expr
    for part in parts(expr):
        yield from walk(part)
