"""Slips of the pen in one expression: a bound moved, `>=` for `>`, a condition left out, another unit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sangao.engine.pack import ir
from sangao.engine.passes.checks.study import names

NEVER = date.max.toordinal()  # the end of the calendar says "never": nobody writes the day before it by mistake
FLIPPED = {">=": ">", ">": ">=", "<=": "<", "<": "<="}


def slips(pack: ir.Pack, expr: ir.Expr) -> Iterator[tuple[str, ir.Expr]]:
    """Yield an expression with one slip in it."""
    match expr:
        case ir.Compare(op, left, right):
            yield from _compared(pack, expr)
            for what, one in slips(pack, left):
                yield what, ir.Compare(op, one, right)
            for what, one in slips(pack, right):
                yield what, ir.Compare(op, left, one)
        case ir.Both(items) | ir.Either(items) | ir.Tally(items):
            for i, item in enumerate(items):
                if len(items) > 1:
                    yield f"condition {i + 1} dropped", type(expr)(items[:i] + items[i + 1 :])
                for what, one in slips(pack, item):
                    yield what, type(expr)((*items[:i], one, *items[i + 1 :]))
        case ir.Not(item):
            for what, one in slips(pack, item):
                yield what, ir.Not(one)
        case ir.Member(item, mask):
            held = [i for i in range(mask.bit_length()) if mask >> i & 1]
            if len(held) > 1:
                for i in held:
                    yield f"code {i} dropped", ir.Member(item, mask & ~(1 << i))


def _compared(pack: ir.Pack, expr: ir.Compare) -> Iterator[tuple[str, ir.Expr]]:
    whole = any(isinstance(side, ir.Tally | ir.CountIn) for side in (expr.left, expr.right))
    if expr.op in FLIPPED and not whole:
        yield f"{expr.op} → {FLIPPED[expr.op]}", replace(expr, op=FLIPPED[expr.op])
    for name, other in (("left", expr.right), ("right", expr.left)):
        side = getattr(expr, name)
        if isinstance(side, ir.Int) and side.value != NEVER:
            for by in (-pace(pack, other), pace(pack, other)):
                if _always(pack, expr.op, other, side.value) and _always(pack, expr.op, other, side.value + by):
                    continue
                yield f"bound {side.value} → {side.value + by}", replace(expr, **{name: ir.Int(side.value + by)})
            factor = other_unit(pack, other)
            if factor is not None:
                value = round(side.value * factor)
                yield f"unit: {side.value} → {value}", replace(expr, **{name: ir.Int(value)})


def _always(pack: ir.Pack, op: str, expr: ir.Expr, bound: int) -> bool:
    """Return whether a count reaches a bound wherever it is known: without `where` it is unknown, or one at least."""
    source = pack.leaves[expr.leaf].source if isinstance(expr, ir.Read) and expr.leaf in pack.leaves else None
    return op == ">=" and bound <= 1 and isinstance(source, ir.Window) and source.op == "count" and source.where is None


def pace(pack: ir.Pack, expr: ir.Expr) -> int:
    """Return how far apart two values stand that can be told apart, on the scale of an expression."""
    by = 1
    while isinstance(expr, ir.Times | ir.Size):
        if isinstance(expr, ir.Times):
            by *= abs(expr.by)
        expr = expr.item
    read = sorted(name for name in names([expr]) if name in pack.leaves)
    if not read or isinstance(expr, ir.Tally):
        return by
    leaf = pack.leaves[read[0]]
    fact = pack.dictionary.facts.get(leaf.facts[0])
    counted = isinstance(leaf.source, ir.Window) and leaf.source.op in ("count", "days", "days_since")
    if fact is None or fact.kind != "number" or leaf.kind != "number" or counted:
        return by
    return by * max(1, int(fact.resolution / leaf.step))


def other_unit(pack: ir.Pack, expr: ir.Expr) -> float | None:
    """Return the factor of another unit in which a threshold might have been written by mistake."""
    for name in sorted(names([expr])):
        leaf = pack.leaves.get(name)
        fact = pack.dictionary.facts.get(leaf.facts[0]) if leaf and leaf.kind == "number" else None
        if fact is not None and len(fact.units) > 1 and fact.units[1].factor != 1 and leaf and leaf.unit:
            return float(fact.units[1].factor)
    return None
