"""Small packs for the checks: facts by short names, decisions by hand."""

from dataclasses import replace
from fractions import Fraction

from sangao.engine.errors import Problem
from sangao.engine.fact import Dictionary, Fact, Group, Unit
from sangao.engine.pack import ir
from sangao.engine.passes.checks import check

CODED = frozenset({"checks.unproved_row", "checks.no_name", "checks.long_sentence"})


def number(id: str, high: int = 300, step: str = "1", resolution: str = "1", group: str | None = None) -> Fact:
    """Return a number fact in mmHg."""
    grid = Fraction(step)
    return Fact(
        id, "number", id, id, (Unit("mmHg"),), grid, Fraction(resolution), (Fraction(0), Fraction(high)), group=group
    )


def yes(id: str) -> Fact:
    """Return a bool fact."""
    return Fact(id, "bool", id, id)


def leaf(fact: Fact, derived: bool = False) -> ir.Leaf:
    """Return the bare leaf of a fact."""
    limits = [int(end / fact.grid) for end in fact.hard] if fact.hard else [None, None]
    source = ir.Derived(fact.id, "f@1", ()) if derived else ir.Bare(fact.id)
    return ir.Leaf(fact.id, fact.kind, source, (fact.id,), fact.unit, fact.grid, limits[0], limits[1], fact.values)


def pack(
    *decisions: ir.Decision,
    facts: tuple[Fact, ...],
    groups: tuple[Group, ...] = (),
    promises: tuple[ir.Promise, ...] = (),
    derived: tuple[str, ...] = (),
    contradictions: tuple[ir.Contradiction, ...] = (),
) -> ir.Pack:
    """Return a pack of decisions over facts."""
    named = {one.id: one for one in facts}
    dictionary = Dictionary(named, {one.id: one for one in groups})
    meta = ir.Meta("small", "1", "small", "小", "small", "project", "D")
    words = {f"{one.id}": ir.Words(one.id, one.id, place=f"rules/{one.id}.yaml:1:1") for one in decisions}
    leaves = {one.id: leaf(one, one.id in derived) for one in facts}
    made = {one.id: one for one in decisions}
    return ir.Pack(meta, dictionary, leaves, made, words=words, promises=promises, contradictions=contradictions)


def table(id: str, hit: ir.Hit, inputs: tuple[ir.Input, ...], *rows: ir.Row, codes: str = "abc") -> ir.Decision:
    """Return a table with outcomes a, b, c …"""
    kind = "set" if hit == "collect" else "code"
    outcome = ir.Outcome(kind, tuple(codes), hit == "highest")  # type: ignore[arg-type]
    return ir.Decision(id, outcome, ir.Table(hit, inputs, rows), *reading(inputs))


def reading(inputs: tuple[ir.Input, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the leaves and decisions that plain inputs read."""
    reads = tuple(one.expr.leaf for one in inputs if isinstance(one.expr, ir.Read))
    return reads, tuple(one.expr.decision for one in inputs if isinstance(one.expr, ir.Ask))


def banded(fact: str, *cuts: int) -> ir.Input:
    """Return a number input parted at cuts."""
    return ir.Input(fact, ir.Read(fact), "number", cuts, len(cuts) + 1)


def tree(id: str, then: int, *exceptions: ir.Branch, codes: str = "abc", asks: tuple[str, ...] = ()) -> ir.Decision:
    """Return a decision with a default and exceptions."""
    root = ir.Branch("default", ir.Always(2), then, exceptions)
    return ir.Decision(id, ir.Outcome("code", tuple(codes), True), ir.Tree(root), (), asks)


def at_least(fact: str, value: int) -> ir.Expr:
    """Return the condition `fact >= value`."""
    return ir.Compare(">=", ir.Read(fact), ir.Int(value))


def found(pack: ir.Pack) -> list[Problem]:
    """Return the problems of a pack that are not about words or evidence."""
    return [one for one in check(pack) if one.code not in CODED]


def codes(pack: ir.Pack) -> list[str]:
    """Return the codes of what is found."""
    return [one.code for one in found(pack)]


__all__ = ["at_least", "banded", "codes", "found", "number", "pack", "replace", "table", "tree", "yes"]
