"""The answer of a search: only a whole list lets what is not in it be assumed absent."""

from typing import Any

import pytest

from sangao.adapters.fhir.reading import Reading
from tests.adapters.fhir.made import Json, bundle, codes, condition, patient, taken


def answer(asked: str, *resources: Json, relation: str = "self", **rest: Any) -> Json:
    """Return the answer of a search."""
    link = [{"relation": relation, "url": f"https://ehr.example/fhir/{asked}"}]
    return bundle(*resources, **{"type": "searchset", "link": link, **rest})


def assumed(found: Reading, name: str = "conditions") -> bool:
    """Return whether a list was delivered with nothing in it that suspends what it would allow."""
    listed = found.chart.lists.get(name)
    return listed is not None and all(one.key for one in listed)


def outcome(severity: str, code: str) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


@pytest.mark.parametrize(
    "asked",
    ["Condition?patient=a", "Condition?subject=Patient%2Fa&_count=200", "Condition?patient=a&clinical-status=active"],
)
def test_a_whole_list_is_delivered_though_it_is_empty(asked: str) -> None:
    assert assumed(taken(patient(), answer(asked, total=0), patient="Patient/a"))


@pytest.mark.parametrize(
    "asked",
    [
        "Condition?patient=a&_summary=count",
        "Condition?patient=a&_count=0",
        "Condition?patient=a&clinical-status=resolved",
        "Condition?patient=a&clinical-status:not=active",
        "Condition?patient=someone-else",
    ],
)
def test_what_a_search_did_not_ask_for_is_not_absent(asked: str) -> None:
    assert not assumed(taken(patient(), answer(asked), patient="Patient/a"))


def test_stopped_drugs_alone_are_not_all_drugs() -> None:
    found = taken(patient(), answer("MedicationRequest?patient=a&status=stopped"), patient="Patient/a")
    assert not assumed(found, "medications")


def test_a_count_above_what_was_sent_is_a_part() -> None:
    assert not assumed(taken(patient(), answer("Condition?patient=a", total=3)))
    assert not assumed(taken(patient(), answer("Condition?patient=a", condition(), total=3)))
    assert assumed(taken(patient(), answer("Condition?patient=a", condition(), total=1)))


@pytest.mark.parametrize("told", [("error", "timeout"), ("warning", "suppressed"), ("information", "incomplete")])
def test_a_server_that_says_it_left_something_out_is_believed(told: tuple[str, str]) -> None:
    assert not assumed(taken(patient(), answer("Condition?patient=a", outcome(*told))))
    assert assumed(taken(patient(), answer("Condition?patient=a", outcome("information", "informational"))))


def test_a_page_that_does_not_name_its_search_is_still_a_part() -> None:
    found = taken(patient(), answer("Condition?page=2", condition(), relation="next"))
    assert not assumed(found)
    assert "fhir.more_pages" in codes(found)
