"""Ends for a number nothing is known of, where whole numbers serve: Python compares small ones several times faster.

A leaf is *near* when a program only compares it with constants, and it and they stay well inside `FAR`. Every other
number that is blank has infinite ends, which sums and comparisons of any two numbers carry through.
"""

from collections.abc import Iterator

from sangao.engine.pack import ir
from sangao.engine.pack.below import parts
from sangao.engine.run.cones import expressions

FAR = (1 << 30) - 1  # the largest whole number of one digit in CPython
SAFE = 1 << 29


def bounded(leaf: ir.Leaf) -> bool:
    """Return whether a leaf is a number or date that stays well inside `FAR`."""
    if leaf.kind not in ("number", "date") or leaf.low is None or leaf.high is None:
        return False
    return leaf.low > -SAFE and leaf.high < SAFE


def otherwise(form: ir.Form) -> Iterator[str]:
    """Yield the leaves that a form does more with than compare them with constants well inside `FAR`."""
    columns: tuple[ir.Input, ...] = ()
    if isinstance(form, ir.Table):
        columns = form.inputs
    elif isinstance(form, ir.Score):
        columns = tuple(item.input for item in form.items)
    for column in columns:
        if isinstance(column.expr, ir.Read) and any(abs(cut) >= SAFE for cut in column.cuts):
            yield column.expr.leaf
    whole = {id(column.expr) for column in columns}
    for top in expressions(form):
        if not (id(top) in whole and isinstance(top, ir.Read)):
            yield from _below(top)


def _below(expr: ir.Expr) -> Iterator[str]:
    match expr:
        case ir.Read(leaf):
            yield leaf
        case ir.Compare(_, ir.Read(), ir.Int(value)) | ir.Compare(_, ir.Int(value), ir.Read()) if abs(value) < SAFE:
            return
        case _:
            for part in parts(expr):
                yield from _below(part)
