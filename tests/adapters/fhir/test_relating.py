"""Family history: who counts, what is said, and when an onset was early."""

from typing import Any

import pytest

from tests.adapters.fhir.made import ICD10, codes, concept, taken

V3 = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def relative(code: str = "I21.9", age: Any = None, kin: str = "FTH", unit: str = "a", **rest: Any) -> dict[str, Any]:
    had: dict[str, Any] = {"code": concept(code, ICD10)}
    if age is not None:
        had["onsetAge"] = {"value": age, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    made = {"resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "relationship": concept(kin, V3)}
    return {**made, "patient": {"reference": "Patient/a"}, "condition": [had], **rest}


def said(*resources: Any) -> dict[str, Any]:
    return {one.fact: one.value for one in taken(*resources).chart.readings}


def test_no_family_history_says_nothing() -> None:
    assert "family_history" not in taken().chart.lists


@pytest.mark.parametrize(
    ("code", "fact"), [("I10", "fh_htn"), ("E11.9", "fh_dm"), ("I25.1", "fh_chd"), ("I63.9", "fh_stroke")]
)
def test_a_disease_of_a_first_degree_relative(code: str, fact: str) -> None:
    assert said(relative(code))[fact] is True
    assert taken(relative(code)).chart.lists["family_history"] == ()
    assert taken(relative(code)).traced[fact] == "FamilyMemberHistory/f"


def test_a_disease_coded_in_another_edition_of_icd_10_is_not_lost() -> None:
    for code, fact in (("I10", "fh_htn"), ("E11.9", "fh_dm")):
        had = [{"code": concept(code, f"{ICD10}-cm")}]
        assert said(relative(condition=had))[fact] is True


@pytest.mark.parametrize("kin", ["GRFTH", "UNCLE", "SPS", "STPFTH", "HSIB"])
def test_others_do_not_count(kin: str) -> None:
    assert said(relative(kin=kin)) == {} and codes(taken(relative(kin=kin))) == ["fhir.relative"]


@pytest.mark.parametrize(
    ("kin", "age", "expected"),
    [
        ("FTH", 49, True),
        ("FTH", 50, "unknown"),  # the sources draw the line at 50, and at 55 for men, 65 for women
        ("FTH", 54, "unknown"),
        ("FTH", 55, None),
        ("MTH", 55, "unknown"),
        ("MTH", 64, "unknown"),
        ("MTH", 65, None),
        ("PRN", 60, "unknown"),  # nobody says whether father or mother
        ("PRN", 65, None),
        ("FTH", None, "unknown"),
        ("FTH", -1, True),
        ("FTH", "49", "unknown"),
    ],
)
def test_an_early_onset(kin: str, age: Any, expected: Any) -> None:
    found = said(relative(age=age, kin=kin))
    assert found.get("fh_premature_cvd") == expected and found["fh_chd"] is True


def test_an_age_in_another_unit_is_no_age_in_years() -> None:
    assert said(relative(age=40, unit="mo"))["fh_premature_cvd"] == "unknown"


def test_a_stated_early_onset_lifts_the_doubt_another_relative_leaves() -> None:
    assert said(relative(age=52), {**relative(age=40), "id": "g"})["fh_premature_cvd"] is True


@pytest.mark.parametrize("status", ["entered-in-error", "health-unknown"])
def test_a_relative_nobody_knows_anything_of_delivers_no_list(status: str) -> None:
    unknown = relative(status=status, condition=[])
    assert said(unknown) == {} and "family_history" not in taken(unknown).chart.lists


def test_a_disease_that_cannot_be_read_suspends_what_the_list_allows() -> None:
    odd = relative("999999")
    assert [one.key for one in taken(odd).chart.lists["family_history"]] == ["999999"]


@pytest.mark.parametrize(("words", "sex"), [("父亲", "male"), ("Mother", "female"), ("兄弟姐妹", None)])
def test_a_relative_in_words(words: str, sex: str | None) -> None:
    found = said(relative(age=56, relationship={"text": words}))
    early = {"male": None, "female": "unknown", None: "unknown"}[sex]
    assert found["fh_chd"] is True and found.get("fh_premature_cvd") == early


def test_a_relative_nobody_can_tell_may_be_any_and_suspends_what_the_list_allows() -> None:
    odd = relative(relationship={"coding": [{"system": "http://house", "code": "01"}]})
    assert said(odd) == {} and [one.key for one in taken(odd).chart.lists["family_history"]] == [""]
    assert codes(taken(odd)) == ["fhir.doubtful"]


def test_a_history_that_was_withheld_delivers_no_list() -> None:
    withheld = relative(condition=[], dataAbsentReason=concept("withheld", "x"))
    assert "family_history" not in taken(withheld).chart.lists
