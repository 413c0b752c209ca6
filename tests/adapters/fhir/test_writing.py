"""Results as resources, valid by the models of both releases, and never firmer than the answers."""

import json
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as r5
from fhir.resources.R4B import get_fhir_model_class as r4

from sangao.adapters.fhir import writing
from sangao.adapters.fhir.requirements import codings, requirement
from sangao.engine.answer import Result
from tests.adapters.fhir.made import condition, medication, observation, patient, pressure, taken
from tests.adapters.fhir.test_laws import whole
from tests.adapters.invariants import broken
from tests.opened import opened

MODELS = {"R4": r4, "R5": r5}


def result(*resources: Any, name: str = "htn_guideline_2024") -> Result:
    return opened(name).decide_all(taken(*resources).chart)


def valid(made: dict[str, Any], release: str = "R4") -> dict[str, Any]:
    text = json.dumps(made, ensure_ascii=False, allow_nan=False)
    MODELS[release](made["resourceType"]).model_validate_json(text)
    assert release != "R4" or broken(made) == []
    return made


def parts(made: dict[str, Any], decision: str) -> dict[str, list[Any]]:
    """Return the parts of one decision by name."""
    found: dict[str, list[Any]] = {}
    (parameter,) = [one for one in made["contained"][0]["parameter"] if one["name"] == decision]
    for part in parameter["part"]:
        (value,) = [value for key, value in part.items() if key.startswith("value")]
        found.setdefault(part["name"], []).append(value)
    return found


@pytest.mark.parametrize(("release", "lang"), [("R4", "zh"), ("R5", "en")])
@pytest.mark.parametrize(
    "resources",
    [(), (patient(), pressure(152, 96), condition(), medication(), observation("8480-6", status="x"))],
)
def test_every_bundle_is_valid(resources: tuple[Any, ...], release: Any, lang: str) -> None:
    made = valid(writing.bundle(result(*resources), lang, release), release)
    assert [one["resource"]["resourceType"] for one in made["entry"]][:2] == ["GuidanceResponse", "RiskAssessment"]


def test_an_empty_chart_asks_for_data_and_gives_no_outcome() -> None:
    made = valid(writing.guidance_response(result(), ["htn.grade"]))
    assert made["status"] == "data-required" and made["subject"] == {"display": "—"}
    assert parts(made, "htn.grade")["status"] == ["unknown"] and "value" not in parts(made, "htn.grade")
    assert parts(made, "htn.grade")["possible"][0] == "normal"
    wanted = [one["codeFilter"][0]["code"][-1]["code"] for one in made["dataRequirement"]]
    assert wanted == ["sbp_office", "dbp_office"]
    risk = valid(writing.risk_assessment(result(), "htn.risk"))
    assert risk["status"] == "registered" and "qualitativeRisk" not in risk["prediction"][0]
    assert "very high" in writing.risk_assessment(result(), "htn.risk", "en")["prediction"][0]["rationale"]
    assert writing.detected_issues(result(name="htn_primary_2025")) == []


def test_a_settled_answer_is_traced_to_what_it_rests_on() -> None:
    made = valid(writing.guidance_response(result(patient(), pressure(152, 96)), ["htn.grade"]))
    assert made["status"] == "success" and "dataRequirement" not in made
    found = parts(made, "htn.grade")
    assert (found["value"], found["status"], found["text"]) == (["grade1"], ["settled"], ["1级"])
    assert found["basis"] == [{"reference": "Observation/bp-2026-03-01"}]
    assert made["subject"] == {"reference": "Patient/a"} and made["occurrenceDateTime"] == "2026-03-09"
    assert made["moduleCanonical"] == "urn:sangao:pack:htn_guideline_2024|2024"
    (run,) = made["identifier"]
    assert run["value"].split(":")[0] == opened("htn_guideline_2024").hash


def test_what_rests_on_an_assumption_is_preliminary_and_asks_to_confirm_it() -> None:
    old = patient(birthDate="1950-01-01")
    found = result(old, pressure(152, 96), condition("E11.9"), condition("I50.9"))
    open_ = [name for name, one in found.decisions.items() if one.status == "provisional"]
    made = valid(writing.guidance_response(found, open_[:1]))
    assert made["status"] == "data-requested"
    assumed = parts(made, open_[0])["assumed"]
    wanted = {one["codeFilter"][0]["code"][-1]["code"] for one in made["dataRequirement"]}
    assert set(assumed) <= wanted


def test_a_settled_risk_is_final_with_its_outcome_and_basis() -> None:
    made = valid(writing.risk_assessment(result(patient(), pressure(182, 112), condition("I63.9")), "htn.risk"))
    prediction = made["prediction"][0]
    assert made["status"] == "final" and prediction["qualitativeRisk"]["coding"][0]["code"] == "very_high"
    assert {"reference": "Condition/cI63.9"} in made["basis"]
    with pytest.raises(KeyError):
        writing.risk_assessment(result(), "nothing")


def test_a_drug_that_must_not_be_kept_is_an_issue() -> None:
    found = result(patient(), medication("C09AA02"), medication("C09DX04"), name="htn_primary_2025")
    issues = [valid(one) for one in writing.detected_issues(found)]
    (arni,) = [one for one in issues if one["code"]["coding"][0]["code"] == "arni"]
    assert (arni["severity"], arni["status"]) == ("high", "final")
    assert {"reference": "MedicationRequest/mC09AA02"} in arni["implicated"]
    r5_form = valid(writing.detected_issues(found, release="R5")[0], "R5")
    assert "subject" in r5_form and "patient" not in r5_form


def test_a_diagnosis_that_is_not_borne_out_is_an_issue() -> None:
    def issues(*resources: Any) -> list[tuple[str, str]]:
        found = writing.detected_issues(result(patient(), *resources, name="dm_primary_2025"), "en")
        return [
            (valid(one)["severity"], one["status"])
            for one in found
            if one["code"]["coding"][0]["code"] == "dm.dx_correct"
        ]

    normal, other = observation("14771-0", 5.2, "mmol/L"), medication("C09AA02")
    assert issues(condition("E11.9"), other, normal) == [("moderate", "preliminary")]
    assert issues(condition("E11.9"), normal) == []  # nothing said of drugs: one that lowers glucose may explain it
    treated = medication("A10BA02")
    assert issues(condition("E11.9"), treated, normal) == [("low", "preliminary")]
    assert issues(condition("E11.9")) == []  # nothing measured: a question, no issue


def test_problems_stand_in_an_operation_outcome_without_any_value() -> None:
    found = result(patient(), pressure(152, 96, status="preliminary"))
    made = valid(writing.guidance_response(found, ["htn.grade"]))
    outcome = made["contained"][1]
    codes = [one["details"]["coding"][0]["code"] for one in outcome["issue"]]
    assert "fhir.not_final" in codes and made["evaluationMessage"] == [{"reference": "#problems"}]
    assert outcome["issue"][codes.index("fhir.not_final")]["diagnostics"] == "Observation/bp-2026-03-01"
    assert "152" not in json.dumps(outcome)


@pytest.mark.parametrize(
    ("fact", "kind", "code"),
    [
        ("sbp_office", "Observation", "8480-6"),
        ("hba1c", "Observation", "4548-4"),
        ("hf", "Condition", "I50"),
        ("statin", "MedicationRequest", "C10AA"),
        ("fh_dm", "FamilyMemberHistory", "fh_dm"),
        ("bp_rest_5min", "Observation", "bp_rest_5min"),
    ],
)
def test_a_requirement_names_type_and_codes(fact: str, kind: str, code: str) -> None:
    declared = opened("htn_primary_2025").compiled.dictionary.facts[fact]
    made = requirement(declared, "2026-03-09")
    assert made["type"] == kind and code in [one["code"] for one in made["codeFilter"][0]["code"]]
    assert codings(declared)[-1]["code"] == fact


def test_a_requirement_of_the_patient_and_of_a_window() -> None:
    facts = opened("htn_primary_2025").compiled.dictionary.facts
    assert requirement(facts["sex"], "2026-03-09") == {"type": "Patient", "mustSupport": ["gender"]}
    needed = requirement(facts["sbp_office"], "2026-03-09", {"days": 2, "until": "2026-03-20"})
    assert needed["dateFilter"] == [{"path": "effective", "valuePeriod": {"start": "2026-03-09", "end": "2026-03-20"}}]


def test_the_resources_of_these_tests_are_themselves_fhir() -> None:
    valid(whole())
