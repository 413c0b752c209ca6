"""Comparisons and arithmetic of resolved numbers: one unit, integers, never a constant."""

from sangao.engine.errors import Span
from sangao.engine.pack import ir
from sangao.engine.passes import leaves, ranges, units
from sangao.engine.passes.kinds import constant
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.units import Const, Num, UnitError
from sangao.engine.passes.work import Failed


def compare(op: str, left: Num | Const, right: Num | Const, span: Span, here: Here) -> ir.Expr:
    """Return a comparison of numbers; a constant one is a problem."""
    try:
        result = units.compared(op, left, right)
    except UnitError as error:
        raise _wrong_unit(error, span, here) from None
    if isinstance(result, bool):
        raise here.work.fail("checks.constant_comparison", span, **constant(result))
    always = ranges.always(result.op, bounds(result.left, here), bounds(result.right, here))
    if always is not None:
        raise here.work.fail("checks.constant_comparison", span, **constant(always))
    return result


def bounds(expr: ir.Expr, here: Here) -> ranges.Bounds:
    """Return what a number expression can be at all."""
    facts = here.work.dictionary.facts
    known: dict[str, ranges.Bounds] = {}
    for leaf in leaves.reads(expr):
        if here.only is None:
            known[leaf] = (here.work.leaves[leaf].low, here.work.leaves[leaf].high)
        else:
            known[leaf] = leaves.limits(facts[leaf])
    return ranges.bounds(expr, known, here.work.bounds)


def _wrong_unit(error: UnitError, span: Span, here: Here) -> Failed:
    if "" in (error.left, error.right):
        return here.work.fail("meaning.unit_missing", span, unit=error.left or error.right)
    return here.work.fail("meaning.unit", span, left=error.left, right=error.right)


def arithmetic(function: str, items: list[Num | Const], span: Span, here: Here) -> Num | Const:
    """Return a sum (`+`), `min`, `max` or `abs` of numbers; units that do not go together are a problem."""
    try:
        match function:
            case "+":
                return units.add(items)
            case "min":
                return units.extreme(ir.Least, items)
            case "max":
                return units.extreme(ir.Most, items)
            case _:
                return units.size(items[0])
    except UnitError as error:
        raise _wrong_unit(error, span, here) from None
