"""Specimens, parts of the body, postures and devices, in words as in codes; what is not understood first."""

from typing import Any

import pytest

from sangao.engine.guide import Pack
from tests.adapters.fhir.made import SNOMED, codes, concept, observation, patient, pressure, taken
from tests.adapters.fhir.test_observing import grade
from tests.opened import opened

V2 = "http://terminology.hl7.org/CodeSystem/v2-0487"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return opened("htn_primary_2025")


def glucose(**rest: Any) -> dict[str, Any]:
    return observation("14771-0", 7.5, "mmol/L", **rest)


def diagnoses(*resources: Any) -> bool:
    """Return whether the glucose counts as one of venous plasma."""
    return opened("dm_primary_2025").admit(taken(*resources).chart).open["fpg"] is not None


@pytest.mark.parametrize("words", ["甲管", "全血", "Whole blood", "?", "标本1"])
def test_a_specimen_nobody_understands_is_not_taken_for_plasma(words: str) -> None:
    sent = glucose(specimen={"display": words})
    assert not diagnoses(sent)
    assert dict(taken(sent).chart.readings[-1].qualifiers)["sample"] == "unknown"


def test_a_code_of_a_specimen_that_is_not_known_is_not_taken_for_plasma() -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "type": concept("XX9", "urn:local")}
    assert not diagnoses(specimen, glucose(specimen={"reference": "Specimen/s"}))


@pytest.mark.parametrize("specimen", [None, {"reference": "Specimen/lost"}, {}, {"display": " "}, 7])
def test_a_specimen_of_which_nothing_is_said_leaves_the_word_to_the_code(specimen: Any) -> None:
    assert diagnoses(glucose(**({"specimen": specimen} if specimen is not None else {})))


@pytest.mark.parametrize("words", ["末梢血", "指尖全血", "毛细血管血", "Capillary blood", "finger stick"])
@pytest.mark.parametrize("form", ["display", "lost", "resource", "contained", "shown"])
def test_a_capillary_specimen_is_known_by_its_words_wherever_they_stand(words: str, form: str) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "type": {"text": words}}
    coded = {**specimen, "type": {"coding": [{"system": "urn:local", "code": "7", "display": words}]}}
    sent = {
        "display": [glucose(specimen={"display": words})],
        "lost": [glucose(specimen={"reference": "Specimen/lost", "display": words})],
        "resource": [specimen, glucose(specimen={"reference": "Specimen/s"})],
        "contained": [glucose(specimen={"reference": "#s"}, contained=[specimen])],
        "shown": [coded, glucose(specimen={"reference": "Specimen/s"})],
    }[form]
    found = taken(*sent)
    assert dict(found.chart.readings[-1].qualifiers)["sample"] == "capillary" and codes(found) == []
    assert not diagnoses(*sent)


@pytest.mark.parametrize("words", ["静脉血", "血浆", "血清", "血", "Venous blood", "Serum or Plasma"])
def test_plasma_and_blood_leave_the_word_to_the_code(words: str) -> None:
    assert diagnoses(glucose(specimen={"display": words}))


@pytest.mark.parametrize("kind", [{"text": "尿液"}, {"text": "Urine"}, concept("122575003", SNOMED), concept("UR", V2)])
def test_urine_under_a_code_of_blood_is_unknown_and_told(kind: Any) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "type": kind}
    for code, unit in (("14771-0", "mmol/L"), ("14682-9", "umol/L")):
        older = observation(code, 5, unit, "2026-02-01", id="old")
        found = taken(specimen, older, observation(code, 7.5, unit, specimen={"reference": "Specimen/s"}))
        assert codes(found) == ["chinese.sample_differs"]
        assert [one.value for one in found.chart.readings] == [5, "no value"], "an older result does not stand in"


def test_blood_under_a_code_of_urine_is_unknown_and_told() -> None:
    ratio = observation("9318-7", 35, "mg/g", specimen={"display": "血清"})
    assert codes(taken(ratio)) == ["chinese.sample_differs"] and taken(ratio).chart.readings[0].value == "no value"
    assert codes(taken(observation("9318-7", 35, "mg/g", specimen={"display": "随机尿"}))) == []


# --- where a pressure was taken ---------------------------------------------------------------------------------------
SITES = [
    {"text": "手腕"},
    {"text": "大腿"},
    {"text": "左前臂"},
    {"text": "不详"},
    {"coding": [{"display": "手腕"}]},
    {"coding": [{"system": "urn:local", "code": "9", "display": "脚踝"}]},
    {"coding": [{"system": SNOMED, "code": "368208006"}], "text": "手腕"},
    "手腕",
]


@pytest.mark.parametrize("site", SITES)
def test_a_site_in_words_that_is_no_upper_arm_makes_the_pressure_unknown(pack: Pack, site: Any) -> None:
    sent = pressure(128, 76, bodySite=site)
    assert grade(pack, sent)[:2] == (None, "unknown")
    assert set(codes(taken(sent))) == {"fhir.other_site"}


@pytest.mark.parametrize(
    ("words", "arm"),
    [
        ("左上臂", "left"),
        ("右侧上臂", "right"),
        ("左臂", "left"),
        ("上肢(右)", "right"),
        ("上臂", None),
        ("手臂", None),
        ("双上臂", None),
        ("Right upper arm", "right"),
    ],
)
def test_an_upper_arm_in_words_is_one(words: str, arm: str | None) -> None:
    for site in ({"text": words}, {"coding": [{"system": "urn:local", "code": "1", "display": words}]}):
        found = taken(pressure(128, 76, bodySite=site))
        assert codes(found) == [] and found.chart.readings[0].value == 128
        assert dict(found.chart.readings[0].qualifiers).get("arm") == arm


def test_posture_and_device_in_words_count(pack: Pack) -> None:
    for words in ("立位", "平卧位", "standing"):
        sent = pressure(128, 76, method={"text": words})
        assert grade(pack, sent)[:2] == (None, "unknown") and set(codes(taken(sent))) == {"fhir.other_circumstance"}
    assert codes(taken(pressure(128, 76, method={"text": "坐位"}))) == []
    home = taken(patient(), pressure(128, 76, device={"display": "家用电子血压计"}))
    assert dict(home.chart.readings[-1].qualifiers)["setting"] == "home"
    clinic = taken(patient(), pressure(128, 76, device={"display": "水银血压计"}))
    assert "setting" not in dict(clinic.chart.readings[-1].qualifiers)
