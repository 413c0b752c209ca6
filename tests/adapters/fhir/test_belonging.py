"""Whose data these are, versions and pages, and everything that is no resource."""

from typing import Any

import pytest

from sangao.adapters.fhir.reading import read
from sangao.engine.errors import SangaoError
from tests.adapters.fhir.made import ON, bundle, codes, condition, observation, patient, pressure, taken


def refused(*resources: Any, **rest: Any) -> bool:
    try:
        taken(*resources, **rest)
    except SangaoError as error:
        assert [one.code for one in error.problems] == ["fhir.several_patients"] and error.usage
        return True
    return False


def test_two_patients_are_refused() -> None:
    assert refused(patient("a"), patient("b"))
    assert refused(observation("8480-6", 152, "mm[Hg]"), condition(subject={"reference": "Patient/b"}))
    assert refused(*(observation("8480-6", 1, id=one, subject={"reference": f"urn:uuid:{one}"}) for one in "ab"))
    assert not refused(patient("a"), patient("a"), observation("8480-6", 152, "mm[Hg]"))


def test_of_two_patients_the_one_named_is_read() -> None:
    other = observation("8480-6", 118, "mm[Hg]", id="other", subject={"reference": "Patient/b"})
    found = taken(patient("a"), patient("b", gender="female"), pressure(152, 96), other, patient="Patient/a")
    assert [one.value for one in found.chart.readings] == ["male", "1961-03-02", 152, 96]
    assert codes(found) == ["fhir.other_patient"] and found.chart.id == "a"


def test_what_is_about_somebody_else_is_left_out_with_a_problem() -> None:
    others = [
        {"subject": {"reference": "Patient/b"}},
        {"subject": {"reference": "Group/1"}},
        {"subject": {"reference": "https://elsewhere.example/Patient/b"}},
        {"focus": [{"reference": "RelatedPerson/mother"}]},
    ]
    for rest in others:
        found = taken(patient(), observation("8480-6", 152, "mm[Hg]", **rest))
        assert codes(found) == ["fhir.other_patient"] and len(found.chart.readings) == 2


def test_one_id_on_two_servers_is_two_people() -> None:
    sent = {"fullUrl": "https://a.example/fhir/Patient/1", "resource": patient("1")}
    same = observation("8480-6", 152, "mm[Hg]", subject={"reference": "https://a.example/fhir/Patient/1"})
    other = observation("8480-6", 118, "mm[Hg]", id="x", subject={"reference": "https://b.example/fhir/Patient/1"})
    found = read({"resourceType": "Bundle", "entry": [sent, {"resource": same}, {"resource": other}]}, ON)
    assert [one.value for one in found.chart.readings[2:]] == [152] and codes(found) == ["fhir.other_patient"]


@pytest.mark.parametrize(
    "reference", ["Patient/a", "urn:uuid:a", "Patient/a/_history/3", "https://x.example/Patient/a"]
)
def test_every_way_to_refer_to_the_patient(reference: str) -> None:
    found = taken(patient(), observation("8480-6", 152, "mm[Hg]", subject={"reference": reference}))
    assert len(found.chart.readings) == 3 and codes(found) == []


def test_a_patient_known_by_identifier_alone() -> None:
    own = {"system": "urn:mrn", "value": "7"}
    known = patient(identifier=[own])
    assert codes(taken(known, observation("8480-6", 152, "mm[Hg]", subject={"identifier": own}))) == []
    other = observation("8480-6", 152, "mm[Hg]", subject={"identifier": {"system": "urn:mrn", "value": "8"}})
    assert codes(taken(known, other)) == ["fhir.other_patient"]


def test_a_resource_that_says_of_nobody_is_this_patients_and_says_so() -> None:
    found = taken(patient(), observation("8480-6", 152, "mm[Hg]", subject=None))
    assert len(found.chart.readings) == 3 and codes(found) == ["fhir.no_subject"]


def test_a_contained_patient_is_the_patient() -> None:
    inside = {**patient("p"), "identifier": [{"system": "urn:mrn", "value": "7"}]}
    made = observation("8480-6", 152, "mm[Hg]", contained=[inside], subject={"reference": "#p"})
    found = taken(made)
    assert [one.fact for one in found.chart.readings] == ["sex", "birth_date", "sbp_office"] and codes(found) == []
    stranger = {**inside, "birthDate": "1990-01-01"}
    assert refused(made, {**made, "id": "o2", "contained": [stranger]})


def test_sex_and_birth_date() -> None:
    def said(**rest: Any) -> dict[str, Any]:
        return {one.fact: one.value for one in taken(patient(**rest)).chart.readings}

    assert said() == {"sex": "male", "birth_date": "1961-03-02"}
    assert said(gender="other", birthDate="1961") == {"birth_date": "1961"}
    assert said(gender=None, birthDate=None) == {}
    assert codes(taken(patient(gender="unknown"))) == ["fhir.sex_unknown"]
    assert codes(taken(patient(birthDate=1961))) == ["fhir.unreadable"]
    assert codes(taken(patient(deceasedDateTime="2025-01-01"))) == ["fhir.deceased"]
    assert codes(taken(patient(deceasedBoolean=False))) == []


def test_an_age_of_another_day_is_not_todays_age() -> None:
    then = observation("30525-0", 50, "a", "2016-03-09")
    if taken(then).traced.get("age"):  # only where the book reads ages at all
        raise AssertionError("an age of ten years ago was taken for that of today")


def test_versions_the_newest_counts() -> None:
    older = {**pressure(118, 76), "meta": {"versionId": "1"}}
    newer = {**pressure(152, 96), "meta": {"versionId": "2"}}
    found = taken(newer, older)
    assert [one.value for one in found.chart.readings] == [152, 96] and codes(found) == ["fhir.versions"]
    assert codes(taken(newer, newer)) == []
    undecided = taken(pressure(118, 76), pressure(152, 96))
    assert len(undecided.chart.readings) == 4 and codes(undecided) == ["fhir.versions"]


def test_a_history_holds_the_newest_state_and_nothing_that_was_deleted() -> None:
    def entry(resource: Any, method: str = "PUT") -> dict[str, Any]:
        return {"fullUrl": "https://x.example/Observation/bp", "resource": resource, "request": {"method": method}}

    states = [entry(pressure(152, 96, id="bp")), entry(pressure(118, 76, id="bp"), "POST")]
    assert [one.value for one in taken(bundle(type="history", entry=states)).chart.readings] == [152, 96]
    gone = [entry(None, "DELETE"), *states]
    assert taken(bundle(type="history", entry=gone)).chart.readings == ()


def test_bundles_in_bundles_parameters_and_null_prefetches() -> None:
    nested = bundle(bundle(patient(), pressure(152, 96)))
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": pressure(152, 96)}]}
    for source in (nested, parameters, [None, pressure(152, 96)], [bundle(), [pressure(152, 96)]]):
        found = read(source, ON)
        assert [one.value for one in found.chart.readings][-2:] == [152, 96] and codes(found) == []


@pytest.mark.parametrize(
    "broken", [3, "x", {}, {"resourceType": 7}, [3], {"resourceType": "Bundle", "entry": 3}, {"entry": []}]
)
def test_what_is_no_resource_is_a_problem_and_the_rest_is_read(broken: Any) -> None:
    found = read([broken, pressure(152, 96)], ON)
    assert [one.value for one in found.chart.readings] == [152, 96] and codes(found) == ["fhir.unreadable"]


def test_what_is_nothing_at_all_is_refused() -> None:
    with pytest.raises(SangaoError):
        read("Bundle", ON)  # type: ignore[arg-type]


def test_types_that_are_not_read_are_named() -> None:
    found = taken(patient(), {"resourceType": "Encounter", "id": "1"}, {"resourceType": "Encounter", "id": "2"})
    assert [(one.code, dict(one.parts)) for one in found.problems] == [
        ("fhir.not_read", {"type": "Encounter", "count": 2})
    ]
