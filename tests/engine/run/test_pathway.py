"""Where a patient stands: states still possible, tasks done, due, overdue, the next step; one meaning everywhere."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from sangao.engine import cases
from sangao.engine.chart import Chart, Reading
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack, load
from sangao.engine.pack import canon, ir
from sangao.engine.run import spec
from sangao.engine.run.columns import Answered, enter, run
from sangao.engine.run.many import Many
from sangao.engine.truth import TRUE, UNKNOWN
from tests.laws.columns import lowered
from tests.opened import opened

GATES = "gates.pathway"
LOOP = "gates.referral"
BEGUN = {
    "suspicion_date": "2026-01-05",
    "suspect_date": "2026-01-05",
    "suspect_rule_recorded": True,
    "confirmed_date": "2026-02-02",
    "confirm_result": "confirmed",
    "confirm_measurements_recorded": True,
    "confirm_physician_recorded": True,
    "confirm_disease_bp": False,
}
NOT_YET = {
    name: "never"
    for name in ("assessment_date", "plan_date", "plan_started_date", "last_followup_date", "repeat_assessment_date")
}


@pytest.fixture(scope="module")
def gates() -> Pack:
    return opened("pathway_gates")


def chart(on: str, facts: dict[str, Any]) -> Chart:
    return Chart.of(facts, on=on)


def test_an_empty_chart_may_be_anywhere_and_nothing_is_said_to_be_in_order(gates: Pack) -> None:
    found = gates.pathway(GATES, chart("2026-03-01", {}))
    assert len(found.state.possible) == len(found.pathway.states)
    assert {one.stands for one in found.tasks} == {"unknown"}
    assert found.next is not None and found.next.status == "unknown"
    assert {one.status for one in found.executed.values()} == {"unknown"}


def test_a_patient_on_the_way(gates: Pack) -> None:
    facts = {**BEGUN, **NOT_YET, "reassess_event_date": "never", "previous_assessment_date": "never"}
    found = gates.pathway(GATES, chart("2026-03-04", {**facts, "followup_class": "satisfied"}))
    assert found.state.value == "assess"
    assert [one.task for one in found.standing("done")] == ["select", "confirm"]
    assert [one.task for one in found.standing("due")] == ["assess"]
    assert found.next is not None and found.next.value == "assess"
    assert found.next_due is not None and found.next_due.value == "2026-03-04"
    assert [one.task for one in found.links][:3] == ["select", "confirm", "assess"] and len(found.links) == 7
    late = gates.pathway(GATES, chart("2026-03-05", {**facts, "followup_class": "satisfied"}))
    assert [one.task for one in late.standing("overdue")] == ["assess"]
    assert late.executed["strict"].value == "not_executed"


def test_a_guard_that_is_not_known_keeps_both_states(gates: Pack) -> None:
    facts = {**BEGUN, "assessment_date": "2026-02-10", "repeat_assessment_date": "never"}
    found = gates.pathway(GATES, chart("2026-03-04", {**facts, "plan_started_date": "never"}))
    assert found.state.possible == ("plan", "implement")
    assert found.state.missing.sets == (("plan_date",),)


def test_the_json_form_names_every_task_with_its_due_date(gates: Pack) -> None:
    made = gates.pathway(LOOP, chart("2026-06-10", {"referral_sent_date": "2026-06-01"})).to_dict()
    assert made["schema"] == "sangao.pathway/1" and made["state"]["possible"][0] == "sent"
    contact = next(one for one in made["tasks"] if one["task"] == "contact")
    assert (contact["due"], contact["stands"], contact["who"]) == ("2026-06-15", "unknown", ["gp"])
    receive = next(one for one in made["tasks"] if one["task"] == "receive")
    assert receive["due"] is None, "no row gives the limit, and no site has set one"


def test_a_site_sets_the_limits_of_the_loop(gates: Pack) -> None:
    set_here = load("pathway_gates", settings={"referral_receive_days": "3"})
    given = chart("2026-06-10", {"referral_sent_date": "2026-06-01", "referral_received_date": "never"})
    receive = next(one for one in set_here.pathway(LOOP, given).tasks if one.task == "receive")
    assert (receive.due.value, receive.stands) == ("2026-06-04", "overdue")


def test_an_unknown_pathway_is_named(gates: Pack) -> None:
    with pytest.raises(SangaoError) as caught:
        gates.pathway("gates.pathwya", chart("2026-06-10", {}))
    assert caught.value.problems[0].code == "host.unknown_pathway" and GATES in str(caught.value)


def test_a_saved_pack_keeps_its_pathways_and_they_are_part_of_its_hash(gates: Pack) -> None:
    again = canon.loads(canon.dumps(gates.compiled))
    assert again.pathways == gates.compiled.pathways and canon.pack_hash(again) == gates.hash
    assert canon.pack_hash(replace(gates.compiled, pathways={})) != gates.hash
    plain = replace(opened("lipid_2023").compiled)
    assert b"pathways" not in canon.section(plain, canon.MEANING), "a pack without pathways keeps its hash"


def test_what_serves_the_next_step_is_not_shown(gates: Pack) -> None:
    assert "gates.pathway.plan.open" in gates.compiled.decisions
    assert not any(name.endswith(".open") for name in gates.decisions)


def charts(gates: Pack, number: int) -> list[Chart]:
    """Charts of the cases, and of half of what they give."""
    found = []
    draw = Random(20261122)
    for case in draw.sample(gates.compiled.cases, number):
        whole = cases.chart_of(case, "2026-03-01")
        found += [whole, replace(whole, readings=tuple(one for one in whole.readings if draw.random() < 0.5))]
    return found


def test_every_runner_gives_what_the_definition_gives(gates: Pack) -> None:
    given = charts(gates, 60)
    entered = [(one.open, one.assumed) for one in map(gates.admit, given)]
    flat = lowered(gates.compiled)
    answered = Answered(flat, run(flat.program, enter(flat, entered)), len(entered))
    columns = {id: answered.abstract(one) for id, one in gates.compiled.decisions.items() if id.startswith("gates.")}
    for i, values in enumerate(entered):
        opened, assumed = gates.rows.evaluate(*values)
        for id, column in columns.items():
            assert column[i] == (opened[id], assumed[id]), (id, i)
    part = {id: one for id, one in gates.compiled.decisions.items()}
    for values in entered[:10]:
        by_spec = spec.evaluate(replace(gates.compiled, decisions=part), *values)
        assert gates.rows.evaluate(*values) == by_spec


def test_many_charts_are_admitted_as_one_is(gates: Pack) -> None:
    wanted = [id for id in gates.decisions if id.startswith(("gates.pathway", "gates.referral"))]
    many = Many(gates.compiled, wanted)
    for one in charts(gates, 60):
        alone, together = gates.admit(one), many.admit(one)
        for leaf, plainly, assumed in zip(many.leaves, together.open, together.assumed, strict=True):
            assert (plainly, assumed) == (alone.open[leaf], alone.assumed[leaf]), leaf


def test_never_is_a_value_only_where_the_fact_allows_it(gates: Pack) -> None:
    allowed = gates.admit(chart("2026-03-01", {"plan_date": "未做"}))
    assert not allowed.problems
    refused = gates.admit(chart("2026-03-01", {"urgent_referral_date": "never"}))
    assert [one.code for one in refused.problems] == ["chart.not_a_date"]


def test_the_day_of_the_chart_is_no_fact_a_host_may_send(gates: Pack) -> None:
    sent = Chart(None, chart("2026-03-01", {}).on, (Reading("today", "2020-01-01"),))
    found = gates.admit(sent)
    assert [one.code for one in found.problems] == ["chart.unknown_fact"]
    assert found.open["today"] == (sent.on.toordinal(),) * 2


def walked(pathway: ir.Pathway, truth: Callable[[ir.Expr], int], state: str) -> set[str]:
    """Return the states a walk from a state may end in: the meaning of a pathway, written down once more."""
    steps = next(one for one in pathway.states if one.id == state).steps
    held = [(one, truth(one.when)) for one in steps if not one.back]
    certain = [one for one, how in held if how == TRUE]
    assert len(certain) < 2, "these pathways have one way on at a time"
    ways = certain or [one for one, how in held if how == UNKNOWN]
    found = set() if certain else {state}
    return found.union(*(walked(pathway, truth, one.to) for one in ways))


@pytest.mark.parametrize("name", [GATES, LOOP])
def test_the_decision_ends_where_the_walk_ends(gates: Pack, name: str) -> None:
    pathway = gates.compiled.pathways[name]
    codes = gates.compiled.decisions[name].outcome.codes
    for one in charts(gates, 80):
        admission = gates.admit(one)
        opened, _ = gates.rows.evaluate(admission.open, admission.assumed)
        env = spec.Env(admission.open, opened)
        ends = walked(pathway, lambda expr, env=env: spec.truth(expr, env), pathway.start)  # type: ignore[misc]
        assert opened[name] == sum(1 << codes.index(state) for state in ends)
