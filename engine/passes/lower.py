"""Resolved trees → core expressions: every node has a kind, comparisons are of integers or masks, none is constant.

A runner takes "nothing known" as unknown in every comparison, so a comparison that no patient can change would be a
dead test that sometimes answers: it is a problem.
"""

from fractions import Fraction

from sangao.engine.errors import Span
from sangao.engine.language import tree
from sangao.engine.language.tree import Node
from sangao.engine.pack import ir
from sangao.engine.passes import fold, leaves, units
from sangao.engine.passes.kinds import Coded, Many, Truth, Typed, constant, kind
from sangao.engine.passes.numbers import arithmetic, compare
from sangao.engine.passes.order import decision
from sangao.engine.passes.resolve import Here, entry_of, members, read
from sangao.engine.passes.units import Const, Num
from sangao.engine.passes.work import Failed, nearest
from sangao.engine.rules.text import Text
from sangao.engine.truth import FALSE, TRUE


def condition(text: Text, here: Here) -> ir.Expr:
    """Return the condition a text states; raises `Failed`."""
    return truth(read(text, here), here)


def truth(node: Node, here: Here) -> ir.Expr:
    """Return a node as a condition; raises `Failed` when it is none."""
    typed = lower(node, here)
    if isinstance(typed, Truth):
        return typed.expr
    raise here.work.fail("meaning.not_a_condition", node.span, **kind(typed))


def number(node: Node, here: Here) -> Num | Const:
    """Return a node as a number; raises `Failed` when it is none."""
    typed = lower(node, here)
    if isinstance(typed, Num | Const):
        return typed
    raise here.work.fail("meaning.not_a_number", node.span, **kind(typed))


def lower(node: Node, here: Here) -> Typed:
    """Return the core form of a resolved node, with its kind; raises `Failed`."""
    match node:
        case tree.Bool(value):
            return Truth(ir.Always(TRUE if value else FALSE))
        case tree.Number(value, unit):
            return Const(value, unit)
        case tree.Day(day):
            return Const(Fraction(day.toordinal()), units.DATE)
        case tree.Name():
            return _named(node, here)
        case tree.And(items):
            return Truth(fold.both(_each(items, here)))
        case tree.Or(items):
            return Truth(fold.either(_each(items, here)))
        case tree.Not(item):
            return Truth(fold.negate(truth(item, here)))
        case tree.Compare():
            return _compare(node, here)
        case tree.Among(item, codes):
            return _among(item, codes, here)
        case tree.Has(item, set_decision):
            return _has(item, set_decision, here)
        case tree.Window():
            return _window(node, here)
        case tree.Call("count", items):
            return _count(items, here)
        case tree.Call(function, items):
            return arithmetic(function, [number(item, here) for item in items], node.span, here)
        case tree.Plus(items):
            return arithmetic("+", [number(item, here) for item in items], node.span, here)
        case tree.Minus(item):
            return units.multiple(Fraction(-1), number(item, here))
        case tree.Times(by, item):
            return units.multiple(by, number(item, here))
    raise here.work.fail("meaning.known", node.span)


def _each(items: tuple[Node, ...], here: Here) -> list[ir.Expr]:
    """Lower several conditions; all of them are looked at before one fails."""
    found: list[ir.Expr] = []
    failed = False
    for item in items:
        try:
            found.append(truth(item, here))
        except Failed:
            failed = True
    if failed:
        raise Failed("conditions")
    return found


def _named(node: tree.Name, here: Here) -> Typed:
    fact = here.work.dictionary.facts.get(node.id)
    if fact is None:
        return _asked(node, here)
    if here.only is None:
        leaf = leaves.bare(fact.id, here)
        here.reads[leaf] = None
    else:
        leaf = fact.id
    if fact.kind == "bool":
        return Truth(ir.Read(leaf))
    if fact.kind == "code":
        return Coded(ir.Read(leaf), fact.id, fact.values, fact.ordered)
    unit = units.DATE if fact.kind == "date" else leaves.unit_of(fact)
    return Num(ir.Read(leaf), leaves.step_of(fact), unit)


def _asked(node: tree.Name, here: Here) -> Typed:
    found = decision(entry_of(node.id, here), here.work, node.span)
    here.asks[found.id] = None
    outcome = found.outcome
    match outcome.kind:
        case "bool":
            return Truth(ir.Ask(found.id))
        case "code":
            return Coded(ir.Ask(found.id), node.id, outcome.codes, outcome.ordered)
        case "set":
            return Many(found.id, outcome.codes)
        case "date":
            return Num(ir.Ask(found.id), Fraction(1), units.DATE)
    return Num(ir.Ask(found.id), outcome.step, outcome.unit)


def _compare(node: tree.Compare, here: Here) -> Truth:
    op, left, right = node.op, node.left, node.right
    if _is_code(left, here) and not _is_code(right, here):
        op, left, right = units.FLIPPED[op], right, left  # type: ignore[assignment]
    one = lower(left, here)
    if isinstance(one, Coded):
        return _code_test(one, op, right, node.span, here)
    if _is_code(right, here):
        assert isinstance(right, tree.Name)
        known = [*here.work.dictionary.facts, *here.scope.names]
        raise here.work.fail("meaning.unknown_name", right.span, name=right.id, nearest=nearest(right.id, known))
    other = lower(right, here)
    if isinstance(one, Truth) and isinstance(right, tree.Bool) and op in ("=", "!="):
        return Truth(one.expr if right.value == (op == "=") else fold.negate(one.expr))
    if isinstance(one, Num | Const) and isinstance(other, Num | Const):
        return Truth(compare(op, one, other, node.span, here))
    wrong = other if isinstance(one, Num | Const) else one
    raise here.work.fail("meaning.not_comparable", node.span, **kind(wrong))


def _is_code(node: Node, here: Here) -> bool:
    return (
        isinstance(node, tree.Name)
        and node.id not in here.work.dictionary.facts
        and (here.only is not None or node.id not in here.scope.names)
    )


def _code_test(coded: Coded, op: str, right: Node, span: Span, here: Here) -> Truth:
    if not isinstance(right, tree.Name) or (right.id not in coded.values and not _is_code(right, here)):
        raise here.work.fail("meaning.code_against", right.span, name=coded.name, values="、".join(coded.values))
    at = _index(right, coded, here)
    if op not in ("=", "!=") and not coded.ordered:
        raise here.work.fail("meaning.not_ordered", span, name=coded.name)
    tests = {"=": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[op]
    return _member(coded, [i for i in range(len(coded.values)) if (i > at) - (i < at) in tests], span, here)


def _among(item: Node, codes: tuple[tree.Name, ...], here: Here) -> Truth:
    coded = lower(item, here)
    if not isinstance(coded, Coded):
        raise here.work.fail("meaning.not_coded", item.span, **kind(coded))
    return _member(coded, [_index(code, coded, here) for code in codes], item.span, here)


def _index(code: tree.Name, coded: Coded, here: Here) -> int:
    if code.id not in coded.values:
        near = nearest(code.id, coded.values)
        raise here.work.fail(
            "meaning.unknown_code",
            code.span,
            name=coded.name,
            given=code.id,
            nearest=near,
            values="、".join(coded.values),
        )
    return coded.values.index(code.id)


def _member(coded: Coded, held: list[int], span: Span, here: Here) -> Truth:
    mask = sum(1 << i for i in set(held))
    if mask in (0, (1 << len(coded.values)) - 1):
        raise here.work.fail("checks.constant_comparison", span, **constant(mask != 0))
    return Truth(ir.Member(coded.item, mask))


def _has(item: tree.Name, decision_name: tree.Name, here: Here) -> Truth:
    many = _asked(decision_name, here)
    if not isinstance(many, Many):
        raise here.work.fail("meaning.not_a_set", decision_name.span, name=decision_name.id)
    if item.id not in many.items:
        near = nearest(item.id, many.items)
        raise here.work.fail("meaning.unknown_item", item.span, name=decision_name.id, item=item.id, nearest=near)
    return Truth(ir.Has(many.decision, many.items.index(item.id)))


def _count(items: tuple[Node, ...], here: Here) -> Num:
    if len(items) == 1:
        only = lower(items[0], here)
        if isinstance(only, Many):
            return Num(ir.CountIn(only.decision), Fraction(1), "")
        if not isinstance(only, Truth):
            raise here.work.fail("meaning.not_a_condition", items[0].span, **kind(only))
    return Num(ir.Tally(tuple(_each(items, here))), Fraction(1), "")


def _window(node: tree.Window, here: Here) -> Typed:
    where = None
    if node.where is not None:
        where = truth(node.where, here.within(members(node.subject.id, here.work), node.subject.id))
    leaf = here.work.leaves[leaves.window(node, where, here)]
    here.reads[leaf.id] = None
    if leaf.kind == "bool":
        return Truth(ir.Read(leaf.id))
    return Num(ir.Read(leaf.id), leaf.step, units.DATE if leaf.kind == "date" else leaf.unit)
