"""One meaning, many runners: what the definition says, the generated Python says, bit for bit."""

from dataclasses import replace
from random import Random
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.cells import possible
from sangao.engine.run.ground import FEW
from sangao.engine.run.rows import Rows, compile_rows
from sangao.engine.run.sights import Sights
from sangao.engine.run.told import nodes
from sangao.engine.run.trial import Trial
from tests.laws.random_packs import Half, charts, refined


def fresh(pack: ir.Pack) -> Rows:
    return Rows(pack, tuple(pack.leaves), tuple(pack.decisions))


@given(charts())
def test_generated_rows_equal_the_definition(half: Half) -> None:
    assert fresh(half.pack).evaluate(half.opened, half.assumed) == spec.evaluate(half.pack, half.opened, half.assumed)


@given(charts())
def test_a_chart_without_assumptions_is_answered_as_the_definition_does(half: Half) -> None:
    expected = spec.evaluate(half.pack, half.opened, half.opened)
    assert fresh(half.pack).evaluate(half.opened, half.opened) == expected


@given(charts(blank=0.0), st.randoms(use_true_random=True))
def test_a_complete_chart_takes_the_plain_path_to_the_same_answer(half: Half, random: Random) -> None:
    full = {x.id: refined(random, x, half.opened[x.id], 1.0) for x in half.pack.leaves.values()}
    full = {name: (value[0], value[0]) if isinstance(value, tuple) else value & -value for name, value in full.items()}
    assert fresh(half.pack).evaluate(full, full) == spec.evaluate(half.pack, full, full)


@given(charts(), st.randoms(use_true_random=True))
def test_bare_numbers_are_answered_as_the_values_they_stand_for(half: Half, random: Random) -> None:
    rows = fresh(half.pack)
    for blank in (0.0, 0.3):
        numbers = [
            None if random.random() < blank else random.randrange(len(leaf.values) or (2 if leaf.kind == "bool" else 9))
            for leaf in half.pack.leaves.values()
        ]
        known = dict(zip(rows.leaves, rows.points(numbers), strict=True))
        opened, assumed = spec.evaluate(half.pack, known, known)
        assert rows.run_numbers(numbers) == (tuple(opened.values()), tuple(assumed.values()))
        answers, trace = rows.answer_numbers(numbers)
        assert answers == rows.told(tuple(opened.values()), tuple(assumed.values()))
        values = rows.points(numbers)
        assert rows.named(answers, trace) == rows.named(answers, rows.traced(values, values)[2])


@given(charts())
def test_one_decision_alone_is_answered_as_within_the_whole(half: Half) -> None:
    opened, assumed = spec.evaluate(half.pack, half.opened, half.assumed)
    rows = fresh(half.pack)
    for one in half.pack.decisions:
        assert rows.decide(one, half.opened, half.assumed) == (opened[one], assumed[one])


@given(charts())
def test_a_trace_changes_no_answer_and_names_nodes_of_the_pack(half: Half) -> None:
    rows = fresh(half.pack)
    values = [[half.opened[x] for x in rows.leaves], [half.assumed[x] for x in rows.leaves]]
    opened, assumed, steps = rows.traced(values[0], values[1])
    assert (opened, assumed) == rows.run(values[0], values[1])
    named = rows.named(rows.told(opened, assumed), steps)
    assert {step.decision for step in named} == set(half.pack.decisions)
    for step in named:
        assert set(step.certain) <= set(step.possible) <= set(nodes(half.pack.decisions[step.decision].form))


def test_twenty_boolean_columns_are_answered_without_their_million_cells() -> None:
    columns = tuple(ir.Input(f"b{i}", ir.Read(f"b{i}"), "bool", (), 2) for i in range(20))
    pair = [tuple(2 if j in (i, (i + 7) % 20) else None for j in range(20)) for i in range(20)]
    rows = [ir.Row(f"r{i}", cells, i % 4) for i, cells in enumerate(pair)]
    table = ir.Table("highest", columns, (*rows, ir.Row("else", (None,) * 20, 0)))
    outcome = ir.Outcome("code", ("a", "b", "c", "d"), True)
    assert possible(table, outcome, (3,) * 20) == 0b1111
    assert possible(table, outcome, (1,) * 20) == 0b0001
    assert possible(replace(table, hit="collect"), replace(outcome, kind="set"), (3,) * 20) == (0b0001, 0b1111)
    settled = possible(table, outcome, (3,) * 3 + (2,) + (3,) * 6 + (2,) + (3,) * 9)  # columns 3 and 10: row 3 holds
    assert settled == 0b1000


@given(charts())
def test_one_runner_serves_a_pack_however_often_it_is_asked_for(half: Half) -> None:
    rows = compile_rows(half.pack)
    assert compile_rows(half.pack) is rows


@given(charts())
def test_one_decision_with_the_answers_it_asks_given_is_answered_as_within_the_whole(half: Half) -> None:
    _, assumed = spec.evaluate(half.pack, half.opened, half.assumed)
    rows = fresh(half.pack)
    for name, one in half.pack.decisions.items():
        run = rows.ground.alone(name)
        second, first = ([values[leaf] for leaf in one.reads] for values in (half.assumed, half.opened))
        assert run(second, first, [assumed[asked] for asked in one.asks]) == (assumed[name],)


@given(charts(), st.randoms(use_true_random=True), st.sampled_from([0, FEW]))
def test_what_is_filled_and_taken_back_leaf_by_leaf_stands_as_the_definition_says(
    half: Half, random: Random, few: int
) -> None:
    with patch("sangao.engine.run.ground.FEW", few):
        sights = Sights(fresh(half.pack).ground)
        answers = sights.answers(half.pack.decisions, half.opened, half.assumed)
        places = range(len(half.pack.decisions))
        trial = Trial(sights, dict(half.opened), dict(half.assumed), answers, places)
        put = []
        for leaf in random.choices(list(half.pack.leaves), k=6):
            value = refined(random, half.pack.leaves[leaf], half.assumed[leaf], 0.8)
            put.append(trial.put(leaf, value, value))
            expected = spec.evaluate(half.pack, trial.first, trial.second)[1]
            assert trial.answers == expected
            for name, one in half.pack.decisions.items():
                assert trial.of(name).allowed == expected[name]
                assert trial.of(name).open is not spec.single(one.outcome, expected[name])
        for taken in reversed(put):
            trial.back(taken)
        assert (trial.first, trial.second) == (half.opened, half.assumed)
        assert trial.answers == spec.evaluate(half.pack, half.opened, half.assumed)[1]
