"""What is missing, and what was assumed, as the words say it: compared with trying everything."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given

from sangao.engine.fact import Dictionary, Fact
from sangao.engine.pack import ir
from sangao.engine.run import residual, spec
from sangao.engine.run.rows import Rows, compile_rows
from sangao.engine.run.walks import point
from tests.laws.random_packs import HIGH, Half, charts


def every_value(leaf: ir.Leaf, value: Any) -> list[Any]:
    """Return all a leaf may be, one by one."""
    if leaf.kind in ("number", "date"):
        low, high = value or (leaf.low, leaf.high)
        return [(one, one) for one in range(low, high + 1)]
    return [1 << bit for bit in range(value.bit_length()) if value >> bit & 1]


def fillings(half: Half, blanks: Iterable[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every chart in which these leaves have a value."""
    blanks = list(blanks)
    taken = {leaf: half.assumed[leaf] for leaf in blanks}
    for leaf in blanks:
        if not isinstance(taken[leaf], tuple | None) and taken[leaf].bit_count() == 1:
            taken[leaf] = half.opened[leaf]
    for given_values in product(*(every_value(half.pack.leaves[leaf], taken[leaf]) for leaf in blanks)):
        more = dict(zip(blanks, given_values, strict=True))
        yield {**half.opened, **more}, {**half.assumed, **more}


def blank_needs(half: Half, decision: str, rows: Rows) -> dict[str, set[str]]:
    """Return the blank leaves of a decision with the blank facts each waits for."""
    one = rows.cone(decision)
    blanks = residual.blank_leaves(half.pack, one.decisions, one.leaves, half.opened, half.assumed)
    bare = {  # only a bare leaf tells that its fact is blank: a window may be open for any of the facts it reads
        x for x, leaf in half.pack.leaves.items() if isinstance(leaf.source, ir.Bare) and not point(half.assumed[x])
    }
    return {x: set(half.pack.leaves[x].facts) & bare or set(half.pack.leaves[x].facts) for x in blanks}


def brute_force(half: Half, decision: str, rows: Rows, needs: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Return the settling sets by trying all subsets and all values."""
    facts = [x for x in half.pack.dictionary.facts if any(x in one for one in needs.values())]
    outcome = half.pack.decisions[decision].outcome
    found: list[tuple[str, ...]] = []
    for size in range(len(facts) + 1):
        for chosen in combinations(facts, size):
            if any(set(one) <= set(chosen) for one in found):
                continue
            filled = [leaf for leaf, needed in needs.items() if needed <= set(chosen)]
            if all(spec.single(outcome, rows.decide(decision, *chart)[1]) for chart in fillings(half, filled)):
                found.append(chosen)
    price = {x: half.pack.dictionary.facts[x].cost for x in facts}
    found.sort(key=lambda one: (sum(price[x] for x in one), len(one), [facts.index(x) for x in one]))
    return [one for one in found if one]


@given(charts(lawful=True, enough=False, size=5, blank=0.6))
def test_missing_sets_agree_with_trying_every_subset_and_every_value(half: Half) -> None:
    rows = compile_rows(half.pack)
    decision = list(half.pack.decisions)[-1]
    needs = blank_needs(half, decision, rows)
    size = 1
    for leaf in needs:
        size *= HIGH + 1 if half.pack.leaves[leaf].kind in ("number", "date") else 3
    assume(size <= 1000)
    expected = brute_force(half, decision, rows, needs)
    answer = residual.missing(rows, decision, half.opened, half.assumed)
    assert answer.minimal
    assert list(answer.sets) == expected[:8]
    assert answer.more == (len(expected) > 8)


@given(charts(lawful=True, enough=False))
def test_the_value_rests_on_the_assumptions_listed_and_on_no_other(half: Half) -> None:
    facts = tuple(x for x in half.pack.leaves if half.opened[x] != half.assumed[x])
    rows = compile_rows(half.pack)
    for decision in half.pack.decisions.values():
        listed = residual.assumed(rows, decision.id, half.opened, half.assumed, facts)
        if not spec.single(decision.outcome, rows.decide(decision.id, half.opened, half.assumed)[1]):
            assert listed == ()
            continue

        def holds(kept: Iterable[str], decision: ir.Decision = decision) -> bool:
            resting = {
                x: half.assumed[x] if set(half.pack.leaves[x].facts) & set(facts) <= set(kept) else half.opened[x]
                for x in half.pack.leaves
            }
            return spec.single(decision.outcome, rows.decide(decision.id, half.opened, resting)[1])

        assert holds(listed)
        for one in listed:
            assert not holds(set(listed) - {one})


def small_pack(form: ir.Form, outcome: ir.Outcome, leaves: list[ir.Leaf], facts: list[Fact]) -> ir.Pack:
    meta = ir.Meta("small", "1", "small", "小", "small", "project", "")
    reads = tuple(x.id for x in leaves)
    decision = ir.Decision("q", outcome, form, reads)
    return ir.Pack(meta, Dictionary({x.id: x for x in facts}), {x.id: x for x in leaves}, {"q": decision})


def number(name: str, low: int = 0, high: int = 300) -> tuple[ir.Leaf, Fact]:
    return ir.Leaf(name, "number", ir.Bare(name), (name,), low=low, high=high), Fact(name, "number", name, name)


def truth(name: str, **more: Any) -> tuple[ir.Leaf, Fact]:
    return ir.Leaf(name, "bool", ir.Bare(name), (name,)), Fact(name, "bool", name, name, **more)


YES = ir.Outcome("bool", ("false", "true"), True)


def test_a_difference_between_two_arms_needs_both_unless_one_alone_cannot_matter() -> None:
    pairs = [number("left", 0, 200), number("right", 90, 110)]
    apart = ir.Size(ir.Plus((ir.Read("left"), ir.Times(-1, ir.Read("right")))))
    form = ir.Advice(ir.Compare(">", apart, ir.Int(20)), "order", "x", "soon")
    pack = small_pack(form, YES, [x for x, _ in pairs], [x for _, x in pairs])
    asked = residual.missing(compile_rows(pack), "q", {"left": None, "right": None}, {"left": None, "right": None})
    assert asked.sets == (("left", "right"),)
    half_known = {"left": (100, 100), "right": None}
    assert residual.missing(compile_rows(pack), "q", half_known, half_known).sets == (("right",),)
    bounded = {"left": (95, 105), "right": (90, 110)}  # never more than 20 apart: nothing is missing
    assert residual.missing(compile_rows(pack), "q", bounded, bounded).sets == ()


def test_a_site_setting_is_named_last_and_only_where_nothing_else_settles() -> None:
    pairs = [truth("arni_available", site=True, cost=1), truth("heart_failure", cost=9)]
    either = ir.Advice(ir.Both((ir.Read("arni_available"), ir.Read("heart_failure"))), "drug", "arni", "routine")
    pack = small_pack(either, YES, [x for x, _ in pairs], [x for _, x in pairs])
    blank = {"arni_available": 3, "heart_failure": 3}
    assert residual.missing(compile_rows(pack), "q", blank, blank).sets == (("heart_failure", "arni_available"),)
    known = {"arni_available": 1, "heart_failure": 3}
    assert residual.missing(compile_rows(pack), "q", known, known).sets == ()


@pytest.mark.parametrize("count", [12, 30])
def test_many_blank_facts_are_answered_within_the_budget_and_say_so_when_they_were_not(count: int) -> None:
    pairs = [truth(f"b{i}", cost=1 + i % 3) for i in range(count)]
    items = tuple(ir.Item(f"i{i}", ir.Read(f"b{i}")) for i in range(count))
    leaves, facts = [x for x, _ in pairs], [x for _, x in pairs]
    blank = {f"b{i}": 3 for i in range(count)}
    anyone = residual.missing(compile_rows(small_pack(ir.Criteria(items), YES, leaves, facts)), "q", blank, blank)
    assert anyone == residual.Missing((tuple(blank),), False, True)
    pair = tuple(ir.Item(f"i{i}", ir.Both((ir.Read(f"b{i}"), ir.Read(f"b{i + 1}")))) for i in range(0, count, 2))
    many = residual.missing(compile_rows(small_pack(ir.Criteria(pair, 3), YES, leaves, facts)), "q", blank, blank)
    assert many.sets or not many.minimal
    again = residual.missing(compile_rows(small_pack(ir.Criteria(pair, 3), YES, leaves, facts)), "q", blank, blank)
    assert again == many


def test_what_a_wide_table_lacks_and_rests_on_is_found_without_its_million_cells() -> None:
    pairs = [truth(f"b{i}") for i in range(20)]
    columns = tuple(ir.Input(x.id, ir.Read(x.id), "bool", (), 2) for x, _ in pairs)
    cells = [tuple(2 if j in (i, (i + 7) % 20) else None for j in range(20)) for i in range(20)]
    rows = tuple(ir.Row(f"r{i}", one, i % 2) for i, one in enumerate(cells))
    table = ir.Table("highest", columns, (*rows, ir.Row("else", (None,) * 20, 0)))
    pack = small_pack(table, YES, [x for x, _ in pairs], [x for _, x in pairs])
    blank, known = dict.fromkeys(pack.leaves, 3), dict.fromkeys(pack.leaves, 1) | {"b1": 3, "b8": 2}
    decision = pack.decisions["q"]
    test = ir.Known("all", ("b8",))
    granting = replace(pack, decisions={"q": replace(decision, enough=ir.Enough(test, (("b1", 1), ("b3", 1))))})
    with patch("sangao.engine.run.spec.table", side_effect=AssertionError("cell by cell")):
        assert residual.missing(compile_rows(pack), "q", blank, blank) == residual.Missing((tuple(blank),), False, True)
        assert residual.missing(compile_rows(pack), "q", known, known).sets == (("b1",),)
        assert residual.assumed(compile_rows(granting), "q", known, known, ()) == ("b1",)


def test_a_decision_tightened_by_must_ask_asks_although_others_assume() -> None:
    leaf, fact = truth("pregnant", absent="assume_false", list="conditions")
    pack = small_pack(ir.Advice(ir.Read("pregnant"), "refer", "x", "soon"), YES, [leaf], [fact])
    decision = pack.decisions["q"]
    strict = ir.Decision("q", decision.outcome, decision.form, decision.reads, (), ("pregnant",))
    tight = ir.Pack(pack.meta, pack.dictionary, pack.leaves, {"q": strict})
    assert residual.missing(compile_rows(pack), "q", {"pregnant": 3}, {"pregnant": 1}).sets == ()
    assert residual.missing(compile_rows(tight), "q", {"pregnant": 3}, {"pregnant": 1}).sets == (("pregnant",),)
    assert residual.assumed(compile_rows(pack), "q", {"pregnant": 3}, {"pregnant": 1}, ("pregnant",)) == ("pregnant",)
    assert residual.assumed(compile_rows(tight), "q", {"pregnant": 3}, {"pregnant": 1}, ("pregnant",)) == ()
