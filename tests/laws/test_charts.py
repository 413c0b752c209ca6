"""Laws on generated charts of every shipped pack."""

import copy
import gc
import os
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.engine import quantity
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack, load
from sangao.engine.pack import canon, ir
from tests.laws.charts import Charts
from tests.laws.definition import Definition

GUIDELINES = Path(__file__).parents[2] / "guidelines"
FOLDERS = sorted(found.parent.name for found in GUIDELINES.glob("*/pack.yaml"))
PACKS = os.environ.get("SANGAO_PACKS", "").split() or [name for name in FOLDERS if not name.endswith("_base")]
LONG = os.environ.get("SANGAO_TIER") == "long"
CHARTS = 100_000 if LONG else 2_000  # of every pack
PART = 10_000 if LONG else 1_000  # so many at a time: one test
WHOLE = (
    10  # one chart in so many also asks the definition of what other packs brought in: their own pack asks it on all
)
FEW = 5_000 if LONG else 100


@cache
def pack(name: str) -> Pack:
    made = load(GUIDELINES / name)
    gc.freeze()  # a pack is hundreds of thousands of objects that stay: the collector need not walk them again
    return made


def inside(outcome: ir.Outcome, narrow: Any, wide: Any) -> bool:
    if outcome.kind in ("number", "date"):
        return wide is None or (narrow is not None and wide[0] <= narrow[0] and narrow[1] <= wide[1])
    if outcome.kind == "set":
        return wide[0] & ~narrow[0] == 0 and narrow[1] & ~wide[1] == 0
    return narrow & ~wide == 0


@pytest.mark.parametrize("first", range(0, CHARTS, PART))
@pytest.mark.parametrize("name", PACKS)
def test_the_generated_rows_say_exactly_what_the_definition_says(name: str, first: int) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 20261122 + first)
    definition = Definition(asked.compiled)
    for number in range(first, min(first + PART, CHARTS)):
        admission = asked.admit(Chart.from_dict(charts.one()))
        by_rows = asked.rows.evaluate(admission.open, admission.assumed)
        told = None if number % WHOLE == 0 else by_rows
        assert by_rows == definition.evaluate(admission.open, admission.assumed, told), number


@pytest.mark.parametrize("name", PACKS)
def test_learning_a_blank_fact_never_leaves_what_was_possible(name: str) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 7)
    derived = [leaf for leaf in asked.compiled.leaves.values() if isinstance(leaf.source, ir.Derived)]
    for number in range(FEW):
        given = charts.one()
        before = asked.admit(Chart.from_dict(given))
        named = before.timeline.named()
        blank = [fact for fact in charts.facts if fact.id not in before.timeline.by_fact and fact.list is None]
        blank = [fact for fact in blank if not (fact.id == "age" and "birth_date" in given["facts"])]
        # A second member of an occasion that is there would be new evidence about that occasion's pair.
        blank = [fact for fact in blank if fact.group is None and named[fact.id] != 1]
        # A measured value beats a computed one: where a formula already gave a value it is no blank.
        held = {leaf.source.fact for leaf in derived if before.open[leaf.id] is not None}
        blank = [fact for fact in blank if fact.id not in held]
        if not blank:
            continue
        fact = charts.random.choice(blank)
        more = copy.deepcopy(given)
        more["facts"][fact.id] = charts.value(fact)
        after = asked.admit(Chart.from_dict(more))
        if {problem.code for problem in after.problems} & {"chart.contradiction"}:
            continue  # a contradictory chart: the law does not speak of it
        wide, _ = asked.rows.evaluate(before.open, before.assumed)
        narrow, _ = asked.rows.evaluate(after.open, after.assumed)
        for one, decision in asked.compiled.decisions.items():
            assert inside(decision.outcome, narrow[one], wide[one]), (number, fact.id, one)


@pytest.mark.parametrize("name", PACKS)
def test_declaring_a_list_complete_only_settles(name: str) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 11)
    for number in range(FEW):
        given = charts.one()
        lists = [one for one in ("conditions", "symptoms", "medications", "family_history") if one in given]
        more = {**given, "complete": lists}
        before, after = (asked.admit(Chart.from_dict(one)) for one in (given, more))
        wide, _ = asked.rows.evaluate(before.open, before.assumed)
        narrow, _ = asked.rows.evaluate(after.open, after.assumed)
        for one, decision in asked.compiled.decisions.items():
            assert inside(decision.outcome, narrow[one], wide[one]), (number, one)


@pytest.mark.parametrize("name", PACKS)
def test_the_unit_a_value_is_entered_in_does_not_matter(name: str) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 13)
    facts = [fact for fact in charts.facts if fact.kind == "number" and len(fact.units) > 1]
    for _ in range(FEW if facts else 0):
        fact = charts.random.choice(facts)
        unit = charts.random.choice(fact.units[1:])
        given = charts.random.choice(charts.edges.get(fact.id, [1])) * fact.grid
        converted = (given - unit.offset) / unit.factor
        own = asked.admit(Chart.of({fact.id: f"{quantity.decimal_text(given)} {fact.unit}"}, on="2026-06-15"))
        steps = quantity.to_grid(Fraction(converted), unit.factor, unit.offset, fact.grid)
        value = own.timeline.named()[fact.id]
        assert value is None or value == (steps, steps)


@pytest.mark.parametrize("name", PACKS)
def test_the_empty_chart_of_every_decision_is_unknown_with_a_missing_set(name: str) -> None:
    asked = pack(name)
    brought = frozenset[str]() if LONG else Definition(asked.compiled).brought  # their own pack asks them
    chart = Chart.of({}, on=asked.compiled.meta.start or "2026-06-15")
    for one, decision in asked.compiled.decisions.items():
        if one in brought:
            continue
        answer = asked.decide(one, chart)
        assert answer.status == "unknown", one
        if not isinstance(decision.form, ir.Advice):
            assert answer.missing.sets, one


@pytest.mark.parametrize("name", PACKS)
def test_a_saved_pack_answers_the_same_charts_alike(name: str) -> None:
    asked = pack(name)
    again = Pack(canon.loads(canon.dumps(asked.compiled)))
    assert again.hash == asked.hash
    assert canon.dumps(again.compiled) == canon.dumps(asked.compiled)
    charts = Charts(asked.compiled, 17)
    for _ in range(20):
        chart = Chart.from_dict(charts.one())
        first, second = asked.admit(chart), again.admit(chart)
        assert (first.open, first.assumed) == (second.open, second.assumed)
        assert asked.rows.evaluate(first.open, first.assumed) == again.rows.evaluate(second.open, second.assumed)
