"""The 20 Synthea bundles from end to end; what is expected was read from the data by hand.

The bundles use mg/dL, old LOINC codes, SNOMED conditions and RxNorm drugs, and know no Chinese name.
"""

import gzip
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from sangao.adapters.fhir import writing
from sangao.adapters.fhir.reading import Reading, read
from sangao.engine.truth import TRUE
from tests.adapters.fhir.made import codes
from tests.opened import opened

DATA = Path(__file__).parents[4] / "shared" / "data" / "synthea_fhir_r4_sample.ndjson.gz"
ON = date(2021, 4, 1)
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="needs the folder ../shared/data beside the project")

GRADES = {  # the latest blood pressure before 2021-04-01, and the grade it makes
    "ba18818d": (167.68, 89.38, "grade2"),
    "9afe28dc": (104.49, 80.43, "high_normal"),
    "57a5a683": (104.35, 71.43, "normal"),
    "09246e38": (135.27, 86.58, "high_normal"),
    "948e608d": (166.40, 113.42, "grade3"),
    "9eb43ac3": (151.16, 97.95, "grade1"),
    "3d3d63e8": (124.26, 75.95, "high_normal"),
    "b361ebbe": (127.78, 71.35, "high_normal"),
    "ebb1f0e2": (133.71, 87.84, "high_normal"),
    "7a18395e": (123.48, 78.79, "high_normal"),
    "8d1f86a8": (167.93, 94.06, "grade2"),
    "bae2bf00": (106.16, 84.33, "high_normal"),
    "43400618": (135.56, 72.20, "high_normal"),
    "1fc53917": (159.34, 109.70, "grade2"),
    "148f10e1": (119.38, 73.90, "normal"),
    "8f437924": (119.94, 73.20, "normal"),
    "ab4e7a7d": (175.33, 111.44, "grade3"),
    "806be451": (133.67, 79.37, "high_normal"),
    "da2c7b0a": (126.51, 72.41, "high_normal"),
}
HYPERTENSIVE = {"ba18818d", "948e608d", "9eb43ac3", "8d1f86a8", "1fc53917", "ab4e7a7d"}
DIABETIC = {"948e608d", "9eb43ac3", "b361ebbe", "ebb1f0e2", "8d1f86a8", "bae2bf00", "af0e5952", "148f10e1", "ab4e7a7d"}
DRUGS = {  # with an active order; hydrochlorothiazide is given to everybody with hypertension
    "thiazide": HYPERTENSIVE,
    "metformin": {"948e608d", "9eb43ac3", "b361ebbe", "ebb1f0e2", "8d1f86a8", "af0e5952", "148f10e1"},
    "ccb_dhp": {"ba18818d", "3d3d63e8"},
    "insulin": {"948e608d", "ab4e7a7d"},
}
FORMER = {"ba18818d", "9afe28dc", "7a18395e", "8f437924", "ab4e7a7d"}  # all others never smoked


@cache
def bundles() -> dict[str, dict[str, Any]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return {one["entry"][0]["resource"]["id"][:8]: one for one in found}


@cache
def patient(name: str) -> Reading:
    return read(bundles()[name], ON)


def latest(name: str, fact: str) -> Any:
    found = [one for one in patient(name).chart.readings if one.fact == fact and (one.at or "") < ON.isoformat()]
    return max(found, key=lambda one: one.at or "")


def test_there_are_twenty() -> None:
    assert len(bundles()) == 20 and set(GRADES) < set(bundles())


@pytest.mark.parametrize("name", GRADES)
def test_the_latest_pressure_makes_the_grade(name: str) -> None:
    systolic, diastolic, grade = GRADES[name]
    assert round(latest(name, "sbp_office").value, 2) == systolic
    assert round(latest(name, "dbp_office").value, 2) == diastolic
    answer = opened("htn_primary_2025").decide("htn.grade", patient(name).chart)
    assert (answer.value, answer.status) == (grade, "settled")
    assert answer.because[0]["data"][0]["source"] == latest(name, "sbp_office").source


@pytest.mark.parametrize("name", sorted(HYPERTENSIVE | DIABETIC))
def test_what_is_on_the_problem_list_is_known(name: str) -> None:
    admitted = opened("htn_primary_2025").admit(patient(name).chart).timeline.named()
    assert (admitted.get("hypertension") == TRUE) == (name in HYPERTENSIVE)
    assert (admitted.get("diabetes") == TRUE) == (name in DIABETIC)


def test_no_condition_is_assumed_absent_beside_codes_nobody_here_knows() -> None:
    pack = opened("htn_primary_2025")
    for name in bundles():
        found = pack.admit(patient(name).chart)
        assert "chart.unmapped" in {one.code for one in found.problems}
        assert {pack.compiled.dictionary.facts[one].list for one in found.assumed_facts} <= {"medications"}


def test_glucose_of_blood_without_a_sample_diagnoses_nothing() -> None:
    """2339-0 is glucose in blood: nobody says whether venous, and nobody says fasting."""
    for name in DIABETIC:
        admitted = opened("dm_primary_2025").admit(patient(name).chart)
        assert admitted.open["fpg"] is None and admitted.open["pg_random"] is None


def test_lipids_in_mg_come_out_in_mmol() -> None:
    pack = opened("lipid_2023")
    for name in ("57a5a683", "ba18818d"):
        given = latest(name, "ldl")
        assert given.unit == "mg/dL"
        low, high = pack.admit(patient(name).chart).open["ldl"]
        assert low == high == round(given.value / 38.67 * 1000)


def test_an_egfr_in_the_wrong_unit_is_said_and_not_used() -> None:
    found = opened("htn_primary_2025").problems(patient("57a5a683").chart)
    wrong = [one for one in found if one.code == "chart.unknown_unit"]
    assert wrong and {one.fact for one in wrong} == {"egfr"}


def test_a_zero_width_space_in_a_name_hinders_nothing() -> None:
    assert any("\u200b" in json.dumps(one, ensure_ascii=False) for one in bundles().values())
    for name in bundles():
        assert all("\u200b" not in str(one.parts) for one in patient(name).problems)


@pytest.mark.parametrize("drug", DRUGS)
def test_a_drug_by_its_english_name_is_taken(drug: str) -> None:
    assert {name for name in bundles() if drug in patient(name).traced} == DRUGS[drug]
    assert all(patient(name).traced[drug].startswith("MedicationRequest/") for name in DRUGS[drug])


def test_coded_smoking_status() -> None:
    said = {name: latest(name, "smoke_status").value for name in bundles()}
    assert {name for name, value in said.items() if value == "former"} == FORMER
    assert set(said.values()) == {"never", "former"}


def test_every_reading_and_entry_names_a_resource_that_was_sent() -> None:
    for name, bundle in bundles().items():
        sent = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in bundle["entry"]}
        chart = patient(name).chart
        assert {one.source for one in chart.readings} <= sent
        assert {entry.source for entries in chart.lists.values() for entry in entries} <= sent
        assert set(patient(name).traced.values()) <= sent


def test_every_resource_is_used_or_said_to_be_left_out() -> None:
    for name, bundle in bundles().items():
        found = patient(name)
        told = {str(place) for one in found.problems for place in (one.where, *one.also)}
        used = {one.source for one in found.chart.readings}
        used |= {entry.source for entries in found.chart.lists.values() for entry in entries}
        known_drugs = {
            f"MedicationRequest/{one['resource']['id']}"
            for one in bundle["entry"]
            if one["resource"]["resourceType"] == "MedicationRequest"
        }
        sent = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in bundle["entry"]}
        assert sent - used - told <= known_drugs, "only a drug no fact speaks of passes without a word"


def test_no_bundle_has_a_problem_that_is_not_expected() -> None:
    expected = {"terms.unknown_code", "fhir.left_out", "fhir.doubtful"}
    assert {code for name in bundles() for code in codes(patient(name))} <= expected


@pytest.mark.parametrize("name", ["ba18818d", "806be451"])
def test_the_result_is_valid_fhir(name: str) -> None:
    result = opened("htn_guideline_2024").decide_all(patient(name).chart)
    made = writing.bundle(result, decisions=["htn.grade", "htn.class", "htn.risk"])
    get_fhir_model_class("Bundle").model_validate_json(json.dumps(made))
