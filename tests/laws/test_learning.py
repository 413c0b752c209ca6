"""Learning more never overturns a settled answer; the order of rows does not matter where the policy says so."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.rows import compile_rows
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
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


def trees() -> Iterator[ir.Branch]:
    """Yield trees of four exceptions: of two that answer otherwise one is over the other, of alike ones as it comes.

    Who is over whom need not carry on: a over b and b over c says nothing of a and c.
    """
    random = Random(4)
    for outcomes in product((0, 1), repeat=4):
        for ranks in permutations(range(4)):
            alike = random.random()
            below = [
                ir.Branch(
                    f"e{i}",
                    ir.Read(f"e{i}"),
                    outcomes[i],
                    (),
                    tuple(
                        f"e{j}"
                        for j in range(4)
                        if ranks[i] > ranks[j] and (outcomes[i] != outcomes[j] or random.random() < alike)
                    ),
                )
                for i in range(4)
            ]
            yield ir.Branch("default", ir.Always(TRUE), 2, tuple(below))


def test_exceptions_that_beat_one_another_allow_what_they_may_come_to_and_less_when_more_is_known() -> None:
    outcome = ir.Outcome("code", ("a", "b", "c"), False)
    for root in trees():
        allowed: dict[tuple[int, ...], int] = {}
        for states in product((TRUE, FALSE, UNKNOWN), repeat=4):
            env = spec.Env({f"e{i}": state for i, state in enumerate(states)}, {})
            allowed[states] = spec.branch(root, outcome, env)
        for states, found in allowed.items():
            assert UNKNOWN in states or found.bit_count() == 1
            for i in range(4):
                if states[i] == UNKNOWN:
                    for known in (TRUE, FALSE):
                        less = allowed[(*states[:i], known, *states[i + 1 :])]
                        assert less & ~found == 0, (root, states, i)


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
