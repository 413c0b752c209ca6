"""Lists that were delivered or not, their items, and facts that say or deny one another."""

from typing import Any

import pytest

from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.engine.run.admitting import admitted, codes, known


def test_a_list_that_was_not_delivered_says_nothing_and_an_empty_one_lets_its_members_be_assumed_false() -> None:
    absent, empty = admitted(), admitted(conditions=[])
    assert absent.open["diabetes"] == absent.assumed["diabetes"] == UNKNOWN
    assert empty.open["diabetes"] == UNKNOWN
    assert empty.assumed["diabetes"] == FALSE
    assert "diabetes" in empty.assumed_facts
    complete = admitted(conditions=[], complete=["conditions"])
    assert complete.open["diabetes"] == FALSE
    assert complete.assumed_facts == ()


def test_an_item_that_maps_to_nothing_suspends_the_assumptions_of_its_list() -> None:
    found = admitted(conditions=[{"code": "E11.900"}, {"code": "Z99.999x"}])
    assert "chart.unmapped" in codes(found)
    assert found.open["diabetes"] == TRUE
    assert found.assumed["af"] == UNKNOWN


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"code": "i48.x01"}, TRUE),
        ({"code": "I48", "status": "refuted"}, FALSE),
        ({"code": "I48", "since": "2027-01-01"}, UNKNOWN),
        ("af", TRUE),
        ({"name": "心房颤动"}, TRUE),
    ],
)
def test_a_condition_counts_by_code_name_status_and_time(entry: Any, expected: int) -> None:
    assert admitted(conditions=[entry]).open["af"] == expected


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3", "ICD-10", ""])
def test_a_code_of_the_system_of_its_list_counts(system: str) -> None:
    assert admitted(conditions=[{"code": "I48", "system": system}]).open["af"] == TRUE


@pytest.mark.parametrize("system", ["ICPC-2", "http://hl7.org/fhir/sid/icd-10-cm", "atc", "http://snomed.info/sct", 7])
def test_a_code_of_another_system_is_not_read_and_suspends_its_list(system: Any) -> None:
    found = admitted(conditions=[{"code": "I48", "system": system}, {"code": "E11"}])
    assert [code for code in codes(found) if code.startswith("chart.un")] == ["chart.unknown_system", "chart.unmapped"]
    assert found.assumed["af"] == UNKNOWN and found.assumed["dialysis"] == UNKNOWN
    assert found.open["diabetes"] == TRUE
    named = admitted(conditions=[{"code": "I48", "system": system, "name": "糖尿病"}])
    assert named.open["diabetes"] == TRUE and named.open["af"] == UNKNOWN
    nameless = admitted(conditions=[{"code": "糖尿病", "system": system, "name": None}])
    assert nameless.open["diabetes"] == TRUE, "a word in the place of a code is a name"


def test_a_narrower_fact_says_the_broader_one_and_a_denied_broader_one_denies_it() -> None:
    assert admitted(facts={"acei": True}).open["on_antihypertensive"] == TRUE
    assert admitted(conditions=["ischaemic_stroke"]).open["stroke"] == TRUE
    denied = admitted(facts={"on_antihypertensive": False}).timeline.named()
    assert denied["acei"] == denied["thiazide"] == FALSE
    both = admitted(facts={"on_antihypertensive": False, "acei": True})
    assert "chart.contradiction" in codes(both)
    assert both.open["on_antihypertensive"] == UNKNOWN


def test_asked_and_not_known_is_unknown_in_both_passes_until_another_fact_says_it() -> None:
    unsure = admitted(medications=[], facts={"acei": "unknown", "on_antihypertensive": "不详"})
    assert unsure.open["on_antihypertensive"] == unsure.assumed["on_antihypertensive"] == UNKNOWN
    assert not {"acei", "on_antihypertensive"} & set(unsure.assumed_facts) and not codes(unsure)
    told = admitted(facts={"on_antihypertensive": "unknown", "acei": True})
    assert told.open["on_antihypertensive"] == TRUE and not codes(told)
    denied = admitted(facts={"on_antihypertensive": False, "acei": "unknown"})
    assert known(denied, "acei") == FALSE
