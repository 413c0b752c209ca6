"""Learning more never overturns a settled answer; the order of rows does not matter where the policy says so."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.rows import compile_rows
from tests.laws.random_packs import Half, Maker, charts, refined, values


def within(outcome: ir.Outcome, more: Any, less: Any) -> bool:
    """Return whether what is possible after learning lies inside what was possible before."""
    if outcome.kind in ("number", "date"):
        return less is None or (more is not None and less[0] <= more[0] and more[1] <= less[1])
    if outcome.kind == "set":
        return less[0] & ~more[0] == 0 and more[1] & ~less[1] == 0
    return more & ~less == 0


@given(charts(lawful=True), st.randoms(use_true_random=True))
def test_learning_more_keeps_every_possible_set_inside_the_old_one(half: Half, random: Random) -> None:
    learned = {x.id: refined(random, x, half.opened[x.id]) for x in half.pack.leaves.values()}
    rows = compile_rows(half.pack)
    before, _ = rows.evaluate(half.opened, half.opened)
    after, _ = rows.evaluate(learned, learned)
    for one in half.pack.decisions.values():
        assert within(one.outcome, after[one.id], before[one.id])


@given(charts(lawful=True, enough=False))
def test_the_assumed_pass_never_allows_more_than_the_open_one(half: Half) -> None:
    opened, assumed = compile_rows(half.pack).evaluate(half.opened, half.assumed)
    for one in half.pack.decisions.values():
        assert within(one.outcome, assumed[one.id], opened[one.id])


@given(charts(lawful=True))
def test_nothing_but_an_empty_chart_still_answers_every_decision(half: Half) -> None:
    blank: dict[str, Any] = {
        x.id: None if x.kind in ("number", "date") else (1 << (len(x.values) or 2)) - 1
        for x in half.pack.leaves.values()
    }
    opened, _ = compile_rows(half.pack).evaluate(blank, blank)
    before, _ = compile_rows(half.pack).evaluate(half.opened, half.opened)
    for one in half.pack.decisions.values():
        assert within(one.outcome, before[one.id], opened[one.id])


@given(st.randoms(use_true_random=True))
def test_row_order_does_not_matter_for_highest_unique_and_collect(random: Random) -> None:
    maker = Maker(random, lawful=False, enough=False, size=5)
    for i in range(3):
        maker.leaf(i)
    outcome, form = maker.table()
    assert isinstance(form, ir.Table)
    if form.hit == "first":
        form = replace(form, hit="highest")
    rows = list(form.rows)
    random.shuffle(rows)
    decisions = {
        "given": ir.Decision("given", outcome, form, tuple(maker.leaves)),
        "shuffled": ir.Decision("shuffled", outcome, replace(form, rows=tuple(rows)), tuple(maker.leaves)),
    }
    pack = replace(maker.pack(), decisions=decisions)
    opened, assumed = values(random, pack)
    for answers in (*compile_rows(pack).evaluate(opened, assumed), *spec.evaluate(pack, opened, assumed)):
        assert answers["given"] == answers["shuffled"]


@given(charts())
def test_asking_twice_gives_the_same_answer(half: Half) -> None:
    rows = compile_rows(half.pack)
    assert rows.evaluate(half.opened, half.assumed) == rows.evaluate(half.opened, half.assumed)
