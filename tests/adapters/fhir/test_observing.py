"""Observations: what is left out, what is unknown, what is a value."""

from typing import Any

import pytest

from sangao.adapters.fhir.provenance import sources
from sangao.engine.guide import Pack
from tests.adapters.fhir.made import SNOMED, codes, concept, observation, patient, pressure, quantity, taken
from tests.opened import opened


@pytest.fixture(scope="module")
def pack() -> Pack:
    return opened("htn_primary_2025")


def grade(pack: Pack, *resources: Any) -> tuple[Any, str, Any]:
    found = pack.decide("htn.grade", taken(*resources).chart)
    return found.value, found.status, found.at_least


def test_nothing_sent_is_nothing_known(pack: Pack) -> None:
    assert grade(pack) == (None, "unknown", "normal")
    assert taken().chart.readings == () and taken().chart.lists == {}


@pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
def test_a_panel_of_either_code_is_read_by_its_components(pack: Pack, panel: str) -> None:
    found = taken(pressure(152, 96, panel=panel))
    assert [(one.fact, one.value, one.unit, one.at, one.source) for one in found.chart.readings] == [
        ("sbp_office", 152, "mm[Hg]", "2026-03-01", "Observation/bp-2026-03-01"),
        ("dbp_office", 96, "mm[Hg]", "2026-03-01", "Observation/bp-2026-03-01"),
    ]
    assert found.traced == {"sbp_office": found.chart.readings[0].source, "dbp_office": found.chart.readings[1].source}
    assert codes(found) == [] and grade(pack, pressure(152, 96, panel=panel)) == ("grade1", "settled", "grade1")


def test_one_component_alone_bounds_the_answer(pack: Pack) -> None:
    assert grade(pack, observation("8462-4", 95, "mm[Hg]")) == (None, "unknown", "grade1")


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended"])
def test_results_that_stand_are_used(pack: Pack, status: str) -> None:
    assert grade(pack, pressure(152, 96, status=status))[0] == "grade1"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_what_never_was_leaves_the_older_reading_in_place(pack: Pack, status: str) -> None:
    older, newer = pressure(118, 76, "2026-02-01"), pressure(182, 112, status=status)
    assert grade(pack, older, newer) == ("normal", "settled", "normal")
    assert codes(taken(older, newer)) == ["fhir.left_out"]


@pytest.mark.parametrize("status", ["preliminary", "unknown", "nonsense", None, 7])
def test_an_unverified_result_never_makes_way_for_an_older_normal_one(pack: Pack, status: Any) -> None:
    older, newer = pressure(118, 76, "2026-02-01"), pressure(182, 112, status=status)
    assert grade(pack, older, newer) == (None, "unknown", "normal")
    assert codes(taken(older, newer)) == ["fhir.not_final", "fhir.not_final"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"valueQuantity": quantity(None, "mm[Hg]")}, "fhir.unreadable"),
        ({"valueQuantity": quantity(float("nan"), "mm[Hg]")}, "fhir.unreadable"),
        ({"valueQuantity": quantity(True, "mm[Hg]")}, "fhir.unreadable"),
        ({"valueQuantity": quantity(10**400, "mm[Hg]")}, "fhir.unreadable"),
        ({"valueQuantity": quantity(112, "mm[Hg]", comparator="ad")}, "fhir.unreadable"),
        ({"valueQuantity": {"value": 112, "unit": "kPa", "code": "mm[Hg]"}}, "fhir.unit_conflict"),
        ({"valueQuantity": None}, "fhir.no_value"),
        ({"valueQuantity": None, "dataAbsentReason": concept("error", "x")}, "fhir.no_value"),
        ({"dataAbsentReason": concept("error", "x")}, "fhir.unreadable"),
        ({"valueString": "112"}, "fhir.unreadable"),
        ({"valueQuantity": None, "valueRange": {"low": {"value": 70}}}, "fhir.value_form"),
        ({"valueQuantity": None, "valueString": " "}, "fhir.unreadable"),
        ({"bodySite": concept("61396006", SNOMED)}, "fhir.other_site"),
    ],
)
def test_a_value_nobody_can_read_is_unknown_and_hides_the_older_one(
    pack: Pack, changed: dict[str, Any], code: str
) -> None:
    older, sbp = observation("8462-4", 76, "mm[Hg]", "2026-02-01", id="old"), observation("8480-6", 118, "mm[Hg]")
    newer = {**observation("8462-4", 112, "mm[Hg]"), **changed}
    assert grade(pack, older, sbp, newer)[:2] == (None, "unknown")
    assert code in codes(taken(older, sbp, newer))


@pytest.mark.parametrize("reason", ["not-performed", "asked-declined", "not-asked", "not-applicable"])
def test_what_nobody_measured_leaves_the_older_reading_in_place(pack: Pack, reason: str) -> None:
    declined = observation("8480-6", dataAbsentReason=concept(reason, "x"))
    assert grade(pack, pressure(118, 76, "2026-02-01"), declined) == ("normal", "settled", "normal")
    assert codes(taken(declined)) == ["fhir.no_value"]


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_a_comparator_makes_an_interval(comparator: str) -> None:
    made = observation("9318-7", valueQuantity=quantity(30, "mg/g", comparator=comparator))
    assert taken(made).chart.readings[0].value == f"{comparator}30"


def test_a_bound_settles_only_what_it_settles(pack: Pack) -> None:
    def diastolic(value: int, comparator: str) -> Any:
        return observation("8462-4", valueQuantity=quantity(value, "mm[Hg]", comparator=comparator))

    assert grade(pack, observation("8480-6", 118, "mm[Hg]"), diastolic(110, ">="))[0] == "grade3"
    assert grade(pack, observation("8480-6", 118, "mm[Hg]"), diastolic(80, "<"))[0] == "normal"
    assert grade(pack, observation("8480-6", 118, "mm[Hg]"), diastolic(90, "<"))[:2] == (None, "unknown")


def test_units_are_converted_by_the_fact_and_a_mass_without_a_unit_is_not_used() -> None:
    pack = opened("dm_primary_2025")

    def fpg(*resources: Any) -> Any:
        return pack.admit(taken(*resources).chart).open["fpg"]

    assert fpg(observation("1558-6", 126, "mg/dL")) == (6994, 6994)
    assert fpg(observation("14771-0", 7.0, "mmol/L")) == (7000, 7000)
    assert fpg(observation("14771-0", 7.0)) == (7000, 7000)
    bare = observation("1558-6", valueQuantity={"value": 126})
    assert fpg(bare) is None and codes(taken(bare)) == ["terms.no_unit"]
    text = {**observation("1558-6"), "valueString": "126"}
    assert fpg(text) is None and codes(taken(text)) == ["terms.no_unit"]


def test_a_capillary_or_self_measured_glucose_diagnoses_nothing() -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "type": concept("122554006", SNOMED)}
    drop = observation("14771-0", 7.9, "mmol/L", specimen={"reference": "Specimen/s"})
    home = observation("14771-0", 7.9, "mmol/L", performer=[{"reference": "Patient/a"}])
    admitted = opened("dm_primary_2025").admit
    assert admitted(taken(specimen, drop).chart).open["fpg"] is None
    assert admitted(taken(patient(), home).chart).open["fpg"] is None
    inside = {**drop, "contained": [specimen], "specimen": {"reference": "#s"}}
    assert admitted(taken(inside).chart).open["fpg"] is None


def test_a_pressure_the_patient_took_is_a_home_pressure(pack: Pack) -> None:
    home = pressure(152, 96, performer=[{"reference": "Patient/a"}])
    assert grade(pack, patient(), home)[:2] == (None, "unknown")
    assert dict(taken(patient(), home).chart.readings[-1].qualifiers)["setting"] == "self"


@pytest.mark.parametrize(
    ("code", "arm"), [("368208006", "left"), ("368209003", "right"), ("40983000", None), (None, None)]
)
def test_the_arm_is_kept(code: str | None, arm: str | None) -> None:
    made = pressure(152, 96, **({"bodySite": concept(code, SNOMED)} if code else {}))
    assert dict(taken(made).chart.readings[0].qualifiers).get("arm") == arm


def test_codes_not_known_here_are_said_once_with_their_places() -> None:
    first, second = observation("6690-2", 5, "10*3/uL", id="w1"), observation("6690-2", 6, "10*3/uL", id="w2")
    found = taken(first, second)
    assert codes(found) == ["terms.unknown_code"] and not found.chart.readings
    assert (str(found.problems[0].where), [str(one) for one in found.problems[0].also]) == (
        "Observation/w1",
        ["Observation/w2"],
    )
    assert codes(taken(observation("86911-5", 70, "mg/dL"))) == ["terms.set_aside"]  # a goal is no measurement


def test_one_code_of_several_is_enough_and_two_that_differ_are_too_many() -> None:
    local = {"coding": [{"system": "http://house", "code": "GLU"}, *concept("14771-0")["coding"]]}
    made = {**observation("14771-0", 6, "mmol/L"), "code": local}
    assert taken(made).chart.readings[0].fact == "fpg" and codes(taken(made)) == []
    both = {"coding": [*concept("14771-0")["coding"], *concept("14995-5")["coding"]]}
    found = taken({**made, "code": both})
    assert [(one.fact, one.value) for one in found.chart.readings] == [("fpg", "no value"), ("pg2h_ogtt", "no value")]
    assert codes(found) == ["fhir.codes_differ", "fhir.codes_differ"]


@pytest.mark.parametrize(
    ("when", "at"),
    [
        ({"effectiveDateTime": "2025-11"}, "2025-11"),
        ({"effectiveInstant": "2026-03-01T08:00:00Z"}, "2026-03-01T08:00:00Z"),
        ({"effectivePeriod": {"start": "2026-02-27", "end": "2026-02-28"}}, "2026-02-28"),
        ({"effectivePeriod": {"start": "2026-02-27", "end": "2026-12-28"}}, "2026-02-27"),
        ({"effectivePeriod": {"start": "2026-02-27"}}, "2026-02-27"),
        ({"effectiveTiming": {"event": ["2026-02-01", "2026-02-03"]}}, "2026-02-03"),
        ({"issued": "2026-03-01T08:00:00Z"}, None),
        ({"effectiveDateTime": 20260301}, "no value"),
    ],
)
def test_the_time_is_when_it_was_so_and_never_when_it_was_published(when: dict[str, Any], at: str | None) -> None:
    found = taken(observation("8480-6", 152, "mm[Hg]", None, **when))
    assert found.chart.readings[0].at == at
    assert ("fhir.undated" in codes(found)) == (at is None)


def test_an_extension_that_may_change_the_meaning_leaves_nothing_to_trust(pack: Pack) -> None:
    newer = pressure(118, 76, modifierExtension=[{"url": "http://example.org/negated", "valueBoolean": True}])
    assert grade(pack, newer) == (None, "unknown", "normal") and "fhir.modifier" in codes(taken(newer))
    part = pressure(118, 76)
    part["component"][0]["modifierExtension"] = [{"url": "http://example.org/negated"}]
    assert grade(pack, part)[:2] == (None, "unknown")


def test_a_pressure_in_one_text_is_two_facts(pack: Pack) -> None:
    assert grade(pack, observation("85354-9", valueString="156/92 mmHg"))[0] == "grade1"
    assert grade(pack, pressure(118, 76, "2026-02-01"), observation("85354-9", valueString="high"))[0] is None
    assert grade(pack, pressure(118, 76, "2026-02-01"), observation("85354-9"))[0] is None


@pytest.mark.parametrize(
    ("code", "value"),
    [("266919005", "never"), ("8517006", "former"), ("449868002", "current"), ("266927001", "266927001")],
)
def test_coded_answers(code: str, value: str) -> None:
    made = observation("72166-2", valueCodeableConcept=concept(code, SNOMED))
    assert taken(made).chart.readings[0].value == value


def test_an_answer_that_is_not_known_is_unknown_and_hides_the_older_one() -> None:
    older = observation("72166-2", at="2020-01-01", id="s0", valueCodeableConcept=concept("266919005", SNOMED))
    newer = observation("72166-2", valueCodeableConcept=concept("266927001", SNOMED, "Unknown if ever smoked"))
    pack = opened("lipid_2023")
    assert pack.admit(taken(older).chart).open["smoke_status"] == 1
    assert pack.admit(taken(older, newer).chart).open["smoke_status"] == 7


def test_a_panel_by_members_is_read_by_its_members_and_unknown_without_them(pack: Pack) -> None:
    older = pressure(118, 76, "2026-02-01")
    parts = [observation("8480-6", 152, "mm[Hg]"), observation("8462-4", 96, "mm[Hg]")]
    frame = observation("85354-9", hasMember=[{"reference": f"Observation/{one['id']}"} for one in parts])
    assert grade(pack, older, frame, *parts) == ("grade1", "settled", "grade1") and codes(taken(frame, *parts)) == []
    assert grade(pack, older, frame)[:2] == (None, "unknown")


VITALS = "http://hl7.org/fhir/us/vitals/StructureDefinition"
POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"


def said_of(url: str, code: str) -> dict[str, Any]:
    return {"extension": [{"url": url, "valueCodeableConcept": concept(code, SNOMED)}]}


@pytest.mark.parametrize(
    ("url", "usual", "other"),
    [
        (POSITION, "33586001", "10904000"),
        (f"{VITALS}/SleepStatusExt", "248218005", "248220008"),
        (f"{VITALS}/ExerciseAssociationExt", "263678003", "309604004"),
    ],
)
def test_only_a_pressure_sitting_awake_and_at_rest_is_an_office_pressure(
    pack: Pack, url: str, usual: str, other: str
) -> None:
    assert grade(pack, pressure(118, 76, **said_of(url, usual))) == ("normal", "settled", "normal")
    standing = pressure(118, 76, **said_of(url, other))
    assert grade(pack, standing) == (None, "unknown", "normal")
    assert codes(taken(standing)) == ["fhir.other_circumstance", "fhir.other_circumstance"]
    assert codes(taken(observation("8867-4", 90, "/min", **said_of(url, other)))) == []


def test_a_pressure_taken_at_home_is_a_home_pressure(pack: Pack) -> None:
    home = pressure(118, 76, **said_of(f"{VITALS}/MeasurementSettingExt", "264362003"))
    assert grade(pack, home)[:2] == (None, "unknown")
    assert dict(taken(home).chart.readings[0].qualifiers)["setting"] == "home"


def test_results_inside_a_report_are_read(pack: Pack) -> None:
    inside = [{**observation(code, value, "mm[Hg]"), "id": code} for code, value in (("8480-6", 152), ("8462-4", 96))]
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": "Patient/a"},
        "contained": [inside[0], {key: value for key, value in inside[1].items() if key != "subject"}],
        "result": [{"reference": "#8480-6"}, {"reference": "#8462-4"}],
    }
    assert grade(pack, pressure(118, 76, "2026-02-01"), report)[0] == "grade1"
    found = taken(report)
    assert found.traced["sbp_office"] == "DiagnosticReport/r#8480-6" and codes(found) == ["fhir.not_read"]
    answer = pack.decide_all(found.chart)["htn.grade"]
    assert sources(pack.decide_all(found.chart), answer.because) == ["DiagnosticReport/r"]


def test_a_home_value_nobody_can_read_hides_the_older_home_value_and_no_office_value(pack: Pack) -> None:
    self_measured = {"performer": [{"reference": "Patient/a"}]}
    older = pressure(152, 96, "2026-02-01", **self_measured)
    newer = pressure(118, 76, status="preliminary", **self_measured)
    office = pressure(128, 82, "2026-02-15")
    assert grade(pack, patient(), office, older, newer)[0] == "high_normal"
    open_ = pack.admit(taken(patient(), office, older, newer).chart).timeline
    assert open_.rejected("sbp_home") and not open_.rejected("sbp_office")


def test_a_pressure_in_one_text_says_where_it_was_taken_too(pack: Pack) -> None:
    text = observation("85354-9", valueString="118/76 mmHg", **said_of(POSITION, "10904000"))
    assert grade(pack, text) == (None, "unknown", "normal")
    home = observation("85354-9", valueString="118/76", performer=[{"reference": "Patient/a"}])
    assert grade(pack, patient(), home)[:2] == (None, "unknown")
    declined = observation("85354-9", dataAbsentReason=concept("asked-declined", "x"))
    assert grade(pack, pressure(118, 76, "2026-02-01"), declined)[0] == "normal"
