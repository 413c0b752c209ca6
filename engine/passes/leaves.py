"""Leaves: what a pack asks of a chart. Bare facts under their occasion rule, formulas, windows."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from sangao.engine.fact import Fact, Group, Kind
from sangao.engine.formulas import FORMULAS
from sangao.engine.language import tree
from sangao.engine.language.unparse import unparse
from sangao.engine.pack import ir
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Failed, Scope, Work
from sangao.engine.quantity import decimal_text, unit_name
from sangao.engine.rules.documents import FormulaDoc

COUNTED = (0, 100_000)  # occasions or days in one life, with room
INT32 = (-(2**31), 2**31 - 1)
NUMBERS = frozenset({"last", "first", "mean", "max", "min", "change"})
TRUTHS = frozenset({"ever", "all", "running", "streak"})


def bare(fact: str, here: Here) -> str:
    """Return the leaf of a fact's bare name: the formula that gives it in this pack, or its last occasion."""
    formula = here.scope.formulas.get(fact)
    if formula is not None:
        return derived(formula, here)
    declared = here.work.dictionary.facts[fact]
    own, suffix, more = occasion(declared.group, here.scope, here.work)
    low, high = limits(declared)
    leaf = ir.Leaf(
        fact + suffix,
        declared.kind,
        ir.Bare(fact, own),
        (fact,),
        unit_of(declared),
        step_of(declared),
        low,
        high,
        declared.values,
    )
    return claim(leaf, here.work, more, "~measured")


def derived(doc: FormulaDoc, here: Here) -> str:
    """Return the leaf of a fact that a formula gives when it was not measured."""
    work, fact, formula = here.work, str(doc.formula), FORMULAS.get(str(doc.use))
    if fact in here.opened or formula is None or fact not in work.dictionary.facts:
        raise Failed("formula")
    inside = replace(here, opened=(*here.opened, fact))
    inputs = tuple(bare(str(doc.inputs[slot.name]), inside) for slot in formula.inputs)  # type: ignore[index]
    declared = work.dictionary.facts[fact]
    rests = {one for leaf in inputs for one in work.leaves[leaf].facts if one != fact}
    low, high = limits(declared)
    leaf = ir.Leaf(
        fact,
        declared.kind,
        ir.Derived(fact, formula.id, inputs),
        (fact, *in_order(rests, work)),
        unit_of(declared),
        step_of(declared),
        low,
        high,
    )
    return claim(leaf, work, f"~{formula.id}", f"~{here.scope.pack.pack}")


def unusable(fact: str, work: Work) -> str:
    """Return the leaf that says whether something was said of a fact that nobody can use."""
    return claim(ir.Leaf(f"unusable({fact})", "bool", ir.Unusable(fact), (fact,)), work)


def window(node: tree.Window, where: ir.Expr | None, here: Here) -> str:
    """Return the leaf of a window whose names are resolved and whose condition is lowered."""
    work, subject = here.work, node.subject.id
    fact = work.dictionary.facts.get(subject)
    group = fact.group if fact else subject
    if node.op in NUMBERS and (fact is None or fact.kind not in ("number", "date")):
        raise work.fail("meaning.window_kind", node.span, op=node.op, name=subject)
    if node.op in ("mean", "change") and fact is not None and fact.kind != "number":
        raise work.fail("meaning.window_kind", node.span, op=node.op, name=subject)
    if where is None and fact is not None and fact.kind == "bool":
        where = ir.Read(subject)  # an entry of the fact that says false is no occurrence of it
    if node.op in TRUTHS and where is None:
        raise work.fail("meaning.window_condition", node.span, op=node.op, name=subject)
    dated = node.op in ("days_since", "due") and fact is not None and fact.kind == "date"
    if node.op == "due" and (not dated or node.within is None or node.where is not None or node.inside is not None):
        raise work.fail("pathway.due_of", node.span, name=subject)
    own, suffix, more = occasion(group, here.scope, work)
    source = ir.Window(
        node.op,
        subject if dated else group or subject,
        fact.id if fact else None,
        where,
        node.n or 1,
        node.within.value if node.within else None,
        node.inside.value if node.inside else None,
        own,
    )
    facts = {fact.id} if fact else set()
    facts |= reads(where) if where is not None else set()
    if not facts:
        facts |= set(work.dictionary.groups[subject].members)
    kind, unit, step, (low, high) = _shape(node, fact)
    leaf = ir.Leaf(unparse(node) + suffix, kind, source, in_order(facts, work), unit, step, low, high)
    work.window_trees.setdefault(leaf.id, node)
    return claim(leaf, work, more, f"~{here.scope.pack.pack}")


def _shape(node: tree.Window, fact: Fact | None) -> tuple[Kind, str, Fraction, tuple[int | None, int | None]]:
    if node.op in TRUTHS:
        return "bool", "", Fraction(1), (None, None)
    if node.op in ("count", "days"):
        return "number", "", Fraction(1), COUNTED
    if node.op == "days_since":
        ahead = fact is not None and fact.kind == "date"  # a date may lie ahead
        least = -date.max.toordinal() if fact is not None and fact.never else -COUNTED[1]
        return "number", "days", Fraction(1), (least if ahead else 0, COUNTED[1])
    assert fact is not None
    low, high = limits(fact)
    if node.op == "change" and low is not None and high is not None:
        low, high = low - high, high - low
    return fact.kind, unit_of(fact), step_of(fact), (low, high)


def occasion(group: str | None, scope: Scope, work: Work) -> tuple[Group | None, str, str]:
    """Return the scope's occasion rule where it differs from the pack's own, and how it shows in the ids of leaves."""
    if group is None:
        return None, "", ""
    rule = scope.rules.get(group, work.groups[group])
    suffix = "" if rule.occasion == "mean" else f"~{rule.occasion}"
    repeat = "" if rule.repeat_over is None else f"{'>=' if rule.repeat_at else '>'}{decimal_text(rule.repeat_over)}"
    return (None if rule == work.dictionary.groups[group] else rule), suffix, repeat


def claim(leaf: ir.Leaf, work: Work, *more: str) -> str:
    """Keep a leaf under its id, or under a longer one where another leaf has it; return the id."""
    for addition in ("", *more):
        named = replace(leaf, id=leaf.id + addition)
        if work.leaves.setdefault(named.id, named) == named:
            return named.id
    raise ValueError(f"no id is left for the leaf {leaf.id}")


def limits(fact: Fact) -> tuple[int | None, int | None]:
    """Return what a fact can be at all, in grid steps; dates are ordinal days."""
    if fact.kind == "date":
        return date.min.toordinal(), date.max.toordinal()
    if fact.kind != "number":
        return None, None
    return (round(fact.hard[0] / fact.grid), round(fact.hard[1] / fact.grid)) if fact.hard else INT32


def unit_of(fact: Fact) -> str:
    """Return the one name of a fact's own unit."""
    return unit_name(fact.unit)


def step_of(fact: Fact) -> Fraction:
    """Return the grid of a number, one for the rest."""
    return fact.grid if fact.kind == "number" else Fraction(1)


def in_order(facts: set[str], work: Work) -> tuple[str, ...]:
    """Return facts in the order of the dictionary."""
    return tuple(fact for fact in work.dictionary.facts if fact in facts)


def reads(expr: ir.Expr) -> set[str]:
    """Return the leaf ids an expression reads."""
    match expr:
        case ir.Read(leaf):
            return {leaf}
        case ir.Plus(items) | ir.Least(items) | ir.Most(items) | ir.Tally(items) | ir.Both(items) | ir.Either(items):
            return {leaf for item in items for leaf in reads(item)}
        case ir.Times(_, item) | ir.Size(item) | ir.Not(item) | ir.Member(item, _):
            return reads(item)
        case ir.Compare(_, left, right):
            return reads(left) | reads(right)
    return set()
