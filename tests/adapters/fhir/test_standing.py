"""Statuses nobody can read, names and codes that contradict, reports withdrawn: never taken for certain."""

from typing import Any

import pytest

from sangao.adapters.fhir.reading import read
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.adapters.fhir.made import (
    ATC,
    ICD10,
    LOINC,
    ON,
    SNOMED,
    bundle,
    codes,
    concept,
    condition,
    medication,
    observation,
    patient,
    pressure,
    quantity,
    taken,
)
from tests.adapters.fhir.test_listing import allergic, allergy, truth
from tests.opened import opened

WOMAN = patient(gender="female", birthDate="1995-01-01")
UNREADABLE = [
    {"text": "疑似"},
    {"text": "maybe"},
    {"coding": [{"display": "Suspected"}]},
    {"coding": [{"system": SNOMED, "code": "410516002"}]},
    {"coding": [{"code": "Provisional"}]},
    {"coding": [{"code": "confirmed"}], "text": "已排除"},
    {},
]
REFUTED = [
    "refuted",
    {"text": "refuted"},
    {"text": "已排除"},
    {"coding": [{"code": "Refuted"}]},
    {"coding": [{"code": "REFUTED"}]},
    {"coding": [{"code": "ruled-out"}]},
    {"coding": [{"display": "Refuted"}]},
]


def known(fact: str, *resources: Any) -> Any:
    return opened("sangao_national").admit(taken(*resources).chart).timeline.named()[fact]


# --- statuses ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", UNREADABLE)
def test_a_verification_nobody_can_read_is_no_confirmation(status: Any) -> None:
    doubtful = condition("E11.9", verificationStatus=status)
    assert truth("diabetes", doubtful) == (UNKNOWN, UNKNOWN) and codes(taken(doubtful)) == ["fhir.doubtful"]
    assert allergic("statin_allergy", allergy(verificationStatus=status)) == ["unknown"]


@pytest.mark.parametrize("status", REFUTED)
def test_what_is_refuted_in_any_spelling_claims_nothing(status: Any) -> None:
    gone = condition("E11.9", verificationStatus=status)
    assert truth("diabetes", gone) == (UNKNOWN, FALSE) and codes(taken(gone)) == ["fhir.left_out"]
    assert allergic("statin_allergy", allergy(verificationStatus=status)) == []


@pytest.mark.parametrize("status", [None, "confirmed", concept("CONFIRMED"), {"text": "确诊"}, {"text": "已确诊"}])
def test_what_is_confirmed_in_any_spelling_is_there(status: Any) -> None:
    assert truth("diabetes", condition("E11.9", verificationStatus=status)) == (TRUE, TRUE)


@pytest.mark.parametrize("status", [{"text": "resolved"}, {"text": "已治愈"}, concept("Inactive"), "RESOLVED"])
def test_what_is_over_in_any_spelling_is_past(status: Any) -> None:
    over = condition("E87.5", clinical=None, clinicalStatus=status)
    assert truth("hyperkalaemia", over) == (FALSE, FALSE)


@pytest.mark.parametrize("status", [{"text": "好转"}, concept("unknown"), {"coding": []}])
def test_a_clinical_status_nobody_can_read_is_neither(status: Any) -> None:
    one = condition("E87.5", clinical=None, clinicalStatus=status)
    assert truth("hyperkalaemia", one) == (UNKNOWN, UNKNOWN) and codes(taken(one)) == ["fhir.doubtful"]


@pytest.mark.parametrize("over", [{"clinical": "resolved"}, {"clinical": None}, {"clinical": "inactive"}])
def test_a_pregnancy_that_is_over_says_nothing_of_today(over: dict[str, Any]) -> None:
    past = condition("Z33", abatementDateTime="2020-10-01", **over)
    assert truth("pregnant", WOMAN, past) == (UNKNOWN, UNKNOWN)
    assert truth("pregnant", WOMAN, past, condition("Z33", id="now")) == (TRUE, TRUE)


@pytest.mark.parametrize(
    "name", ["高血压待查", "高血压?", "疑似高血压", "排除高血压", "否认高血压", "Suspected hypertension"]
)
@pytest.mark.parametrize("place", ["text", "display"])
def test_a_suspicion_under_a_code_is_no_diagnosis(name: str, place: str) -> None:
    code: dict[str, Any] = {"coding": [{"system": ICD10, "code": "I10"}]}
    (code if place == "text" else code["coding"][0])[place] = name
    asked = condition() | {"code": code}
    assert truth("hypertension", asked) == (UNKNOWN, UNKNOWN) and codes(taken(asked)) == ["fhir.doubtful"]


def test_a_suspicion_about_a_relative_is_no_family_history() -> None:
    told = {"coding": [{"system": ICD10, "code": "I21.9"}], "text": "心肌梗死待查"}
    father = {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "FTH"}
    family: dict[str, Any] = {"resourceType": "FamilyMemberHistory", "id": "f", "status": "completed"}
    family |= {
        "patient": {"reference": "Patient/a"},
        "relationship": {"coding": [father]},
        "condition": [{"code": told}],
    }
    assert known("fh_premature_cvd", family) == UNKNOWN and codes(taken(family)) == ["fhir.doubtful"]


def test_a_condition_whose_codes_mean_two_things_settles_neither() -> None:
    both = condition() | {
        "code": {"coding": [concept("I10", ICD10)["coding"][0], concept("44054006", SNOMED)["coding"][0]]}
    }
    assert truth("hypertension", both) == truth("diabetes", both) == (UNKNOWN, UNKNOWN)
    assert truth("hf", both) == (UNKNOWN, UNKNOWN), "and nothing of the list is assumed"
    assert codes(taken(both)) == ["fhir.codes_differ"]


def test_codes_of_which_one_says_more_of_the_same_agree() -> None:
    same = condition() | {
        "code": {"coding": [concept("E11.9", ICD10)["coding"][0], concept("44054006", SNOMED)["coding"][0]]}
    }
    assert known("t2dm", same) == known("diabetes", same) == TRUE and codes(taken(same)) == []
    kinds = condition() | {"code": {"coding": [concept(one, ICD10)["coding"][0] for one in ("E10.9", "E11.9")]}}
    assert known("diabetes", kinds) == TRUE and known("t2dm", kinds) == UNKNOWN


# --- containers -------------------------------------------------------------------------------------------------------
def report(status: str | None, **rest: Any) -> dict[str, Any]:
    inside = {key: value for key, value in observation("4548-4", 5.5, "%", id="h").items() if key != "subject"}
    made = {
        "resourceType": "DiagnosticReport",
        "id": "dr",
        "subject": {"reference": "Patient/a"},
        "contained": [inside],
    }
    return made | ({"status": status} if status else {}) | rest


def hba1c(*resources: Any) -> Any:
    return opened("dm_primary_2025").admit(taken(patient(), *resources).chart).timeline.named()["hba1c"]


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended"])
def test_a_part_of_a_report_that_is_signed_counts(status: str) -> None:
    assert hba1c(report(status)) == (550, 550)


@pytest.mark.parametrize("status", ["preliminary", "registered", "partial", "unknown", None])
def test_a_part_of_a_report_nobody_signed_is_unknown_and_no_older_one_stands_in(status: str | None) -> None:
    assert hba1c(observation("4548-4", 8, "%", at="2026-01-01"), report(status)) is None


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_part_of_a_report_that_was_withdrawn_is_left_out(status: str) -> None:
    assert hba1c(observation("4548-4", 8, "%", at="2026-01-01"), report(status)) == (800, 800)
    assert "fhir.left_out" in codes(taken(patient(), report(status)))


def test_what_may_change_a_report_may_change_its_parts() -> None:
    assert hba1c(report("final", modifierExtension=[{"url": "https://x.example"}])) is None


@pytest.mark.parametrize(
    "wrong", [{"status": "entered-in-error"}, {"modifierExtension": [{"url": "https://x.example"}]}]
)
def test_a_medication_entered_in_error_is_no_drug_anybody_knows(wrong: dict[str, Any]) -> None:
    inside = {"resourceType": "Medication", "id": "x", "code": concept("C09AA02", ATC), **wrong}
    given = medication(medicationReference={"reference": "#x"}, contained=[inside])
    del given["medicationCodeableConcept"]
    assert truth("acei", given) == (UNKNOWN, UNKNOWN)
    assert codes(taken(given)) == ["fhir.medication"]


def test_a_drug_that_is_only_shown_is_read_by_what_is_shown() -> None:
    given = medication(medicationReference={"reference": "Medication/none", "display": "阿托伐他汀钙片"})
    del given["medicationCodeableConcept"]
    assert truth("statin", given) == (TRUE, TRUE) and codes(taken(given)) == []


# --- whose ------------------------------------------------------------------------------------------------------------
def test_a_relative_reference_leads_to_its_own_server() -> None:
    entries = [
        {"fullUrl": "https://a.example/fhir/Patient/a", "resource": patient()},
        {"fullUrl": "https://a.example/fhir/Observation/1", "resource": pressure(152, 96, id="1")},
        {"fullUrl": "https://b.example/fhir/Observation/1", "resource": pressure(110, 70, "2026-03-08", id="1")},
    ]
    found = read({"resourceType": "Bundle", "entry": entries}, ON)
    assert [one.value for one in found.chart.readings[2:]] == [152, 96] and codes(found) == ["fhir.other_patient"]
    found = read({"resourceType": "Bundle", "entry": [{"resource": patient()}, entries[2]]}, ON)
    assert [one.value for one in found.chart.readings[2:]] == [110, 70], "a patient without a server may be on any"


def test_a_medication_of_another_server_is_not_the_one_meant() -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": concept("A10BA02", ATC)}
    order = medication(medicationReference={"reference": "Medication/m"})
    del order["medicationCodeableConcept"]
    entries = [
        {"fullUrl": "https://b.example/fhir/Medication/m", "resource": drug},
        {"fullUrl": "https://a.example/fhir/MedicationRequest/1", "resource": order},
    ]
    assert codes(read({"resourceType": "Bundle", "entry": entries}, ON)) == ["fhir.dangling"]
    entries[0]["fullUrl"] = "https://a.example/fhir/Medication/m"
    assert codes(read({"resourceType": "Bundle", "entry": entries}, ON)) == []


# --- names, arms, units, dates ----------------------------------------------------------------------------------------
def named(code: str, name: str, value: Any = 7.8, **rest: Any) -> dict[str, Any]:
    made = observation(code, value, "mmol/L", at="2026-03-05", **rest)
    return made | {"code": {"coding": [{"system": LOINC, "code": code, "display": name}]}}


@pytest.mark.parametrize(
    ("code", "name"), [("14771-0", "餐后2小时血糖"), ("14749-6", "空腹血糖"), ("22748-8", "高密度脂蛋白胆固醇")]
)
def test_a_name_that_says_another_fact_than_its_code_leaves_both_unknown(code: str, name: str) -> None:
    older = observation(code, 5.2, "mmol/L", at="2026-01-01", id="old")
    found = taken(patient(), older, named(code, name))
    assert codes(found) == ["fhir.name_differs"]
    fact = next(one.fact for one in found.chart.readings if one.value == 5.2)
    assert opened("sangao_national").admit(found.chart).timeline.named()[fact] is None


@pytest.mark.parametrize(
    "name", ["空腹血糖", "空腹血糖(mmol/L)", "Glucose", "血糖", "GLU 葡萄糖", "Fasting glucose [Moles/volume]"]
)
def test_a_harmless_name_is_not_refused(name: str) -> None:
    found = taken(patient(), named("14771-0", name))
    assert codes(found) == [] and found.chart.readings[-1].value == 7.8


def test_a_goal_is_no_measurement() -> None:
    found = taken(patient(), named("22748-8", "目标低密度脂蛋白胆固醇", 1.8))
    assert codes(found) == ["fhir.name_differs"] and len(found.chart.readings) == 2


LEFT: dict[str, Any] = {"bodySite": concept("368208006", SNOMED)}
RIGHT: dict[str, Any] = {"bodySite": concept("368209003", SNOMED)}


def test_of_both_arms_the_higher_counts() -> None:
    given = [pressure(132, 82, id="l", **LEFT), pressure(162, 98, id="r", **RIGHT)]
    for sent in (given, given[::-1]):
        found = taken(patient(), *sent)
        assert [one.value for one in found.chart.readings[2:]] == [162, 98] and codes(found) == []
        assert found.traced["sbp_office"] == "Observation/r"
    apart = taken(patient(), pressure(132, 82, "2026-03-02", id="l", **LEFT), given[1])
    assert len(apart.chart.readings) == 6, "of two days each stands"


def test_of_an_arm_given_by_half_nothing_is_concluded() -> None:
    half = observation("8480-6", 118, "mm[Hg]", **LEFT)
    found = taken(patient(), half, pressure(112, 70, id="r", **RIGHT))
    assert {one.value for one in found.chart.readings[2:]} == {"no value"}
    assert codes(found) == ["fhir.half_arm"] * 2


@pytest.mark.parametrize("performer", [{"type": "Patient"}, {"type": "RelatedPerson", "display": "女儿"}])
def test_what_the_patient_measured_is_a_home_pressure_without_a_reference_too(performer: dict[str, str]) -> None:
    found = taken(patient(), pressure(138, 86, performer=[performer]))
    assert dict(found.chart.readings[2].qualifiers)["setting"] == "self"
    other = taken(patient(), pressure(138, 86, performer=[{"type": "Practitioner"}]))
    assert other.chart.readings[2].qualifiers == ()


@pytest.mark.parametrize(
    ("code", "value", "unit", "read"),
    [
        ("9318-7", 45, "mg/g{creat}", (45, "mg/g")),
        ("59261-8", 53, "mmol/mol{Hb}", (53, "mmol/mol")),
        ("9318-7", 30, "ug/mg", (30, "mg/g")),
        ("14585-4", 5, "g/mol", (5, "mg/mmol")),
    ],
)
def test_a_unit_is_read_without_its_notes(code: str, value: Any, unit: str, read: tuple[Any, str]) -> None:
    found = taken(patient(), observation(code, value, unit)).chart.readings[-1]
    assert (found.value, found.unit) == read


def test_a_note_alone_is_no_unit() -> None:
    found = observation("1558-6") | {"valueQuantity": quantity(130, "{x}")}
    assert taken(patient(), found).chart.readings[-1].unit == "{x}"


@pytest.mark.parametrize(("at", "told"), [("2026-02", 2), ("2026", 2), ("2026-02-10", 0)])
def test_a_date_without_a_day_is_told(at: str, told: int) -> None:
    assert codes(read(bundle(patient(), pressure(152, 96, at)), ON)) == ["fhir.vague_date"] * told
