"""Denying one kind denies that kind: who has no type 2 diabetes may have type 1, who stopped one drug takes another."""

from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.run.admit import Admission
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.opened import opened

ON = "2025-10-09"


def admitted(**lists: Any) -> Admission:
    return opened("htn_primary_2025").admit(Chart.of({}, on=ON, **lists))


def said(admission: Admission) -> dict[str, Any]:
    return {one.fact: one.value for one in admission.readings if one.fact != "today"}


@pytest.mark.parametrize("item", [{"code": "E11.9", "status": "refuted"}, {"fact": "t2dm", "status": "refuted"}])
def test_refuting_one_kind_of_diabetes_leaves_the_others_to_be_assumed(item: dict[str, str]) -> None:
    found = admitted(conditions=[item])
    assert said(found) == {"t2dm": FALSE}
    assert {"diabetes", "t1dm"} <= set(found.assumed_facts), "provisional, as the delivered list allows: not settled"


def test_a_stopped_drug_settles_nothing_of_its_class() -> None:
    found = admitted(medications=[{"code": "C09AA02", "until": "2025-01-01"}])
    assert said(found) == {"acei": FALSE} and "on_antihypertensive" in found.assumed_facts
    both = said(admitted(medications=[{"code": "C09BA02", "status": "stopped"}, {"code": "C08CA01"}]))
    assert both == {"acei": FALSE, "thiazide": FALSE, "ccb_dhp": TRUE, "on_antihypertensive": TRUE}


def test_denying_the_broader_one_still_denies_the_narrower() -> None:
    assert said(admitted(conditions=[{"fact": "diabetes", "status": "refuted"}]))["t2dm"] == FALSE


def test_what_is_there_is_there_with_all_it_is() -> None:
    assert said(admitted(conditions=[{"code": "E11.9"}])) == {"t2dm": TRUE, "diabetes": TRUE}


@pytest.mark.parametrize(
    ("code", "drug", "disease"),
    [("C09AA02", "acei", "cancer"), ("N05AH03", "antipsychotic", "kidney_disease"), ("C67", None, "bladder_cancer")],
)
def test_a_drug_code_is_no_diagnosis_and_a_diagnosis_no_drug(code: str, drug: str | None, disease: str) -> None:
    """ATC and ICD-10 share their first letters: C09 is an ACE inhibitor or a cancer of the tonsil."""
    taken, had = said(admitted(medications=[{"code": code}])), said(admitted(conditions=[{"code": code}]))
    assert disease not in taken and had[disease] == TRUE
    assert drug is None or (taken[drug] == TRUE and drug not in had)


@pytest.mark.parametrize(
    "past", [{"status": "resolved"}, {"status": "refuted"}, {"until": "2020-10-01"}, {"status": "inactive"}]
)
@pytest.mark.parametrize("item", [{"code": "Z33"}, {"fact": "pregnant"}])
def test_a_pregnancy_that_is_over_or_was_refuted_does_not_deny_one_today(
    item: dict[str, str], past: dict[str, str]
) -> None:
    """Terms set 82810-3 aside for the same reason: an old "not pregnant" answers no question of today."""
    chart = Chart.of({"sex": "female", "age": 31}, on=ON, conditions=[{**item, **past}])
    found = opened("htn_primary_2025").admit(chart)
    assert "pregnant" not in said(found) and "pregnant" not in found.assumed_facts
    assert (found.open["pregnant"], found.assumed["pregnant"]) == (UNKNOWN, UNKNOWN)


def test_what_must_be_asked_is_still_told_by_an_item_that_stands_and_by_sex() -> None:
    pack = opened("htn_primary_2025")
    both = [{"code": "Z33", "status": "resolved"}, {"code": "Z33", "since": "2025-06"}]
    assert pack.admit(Chart.of({"sex": "female", "age": 31}, on=ON, conditions=both)).open["pregnant"] == TRUE
    assert pack.admit(Chart.of({"sex": "male"}, on=ON, conditions=both[:1])).open["pregnant"] == FALSE
