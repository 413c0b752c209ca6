"""Bad input of a host: each gets a clear problem, the rest of the chart still answers, and nothing becomes normal."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.fact import Dictionary, Fact
from sangao.engine.guide import Pack, load
from sangao.engine.pack import ir
from sangao.engine.run.admit import Admission, Admitter
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

GUIDELINES = Path(__file__).parents[3] / "guidelines"
ON = "2026-03-09"


@cache
def pack() -> Pack:
    return load(GUIDELINES / "htn_guideline_2024")


def admitted(on: str = ON, **given: Any) -> Admission:
    return pack().admit(Chart.from_dict({"on": on, **given}))


def codes(admission: Admission) -> list[str]:
    return [problem.code for problem in admission.problems]


def known(admission: Admission, fact: str) -> Any:
    return admission.timeline.named()[fact]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("high", "chart.not_a_quantity"),
        (True, "chart.wrong_type"),
        ([152], "chart.wrong_type"),
        ({"systolic": 152}, "chart.wrong_type"),
        (0, "chart.out_of_range"),
        (999, "chart.out_of_range"),
        (float("nan"), "chart.not_a_quantity"),
        (float("inf"), "chart.not_a_quantity"),
        ("152 mg/dL", "chart.unknown_unit"),
        pytest.param(10**5000, "chart.out_of_range", id="a huge integer"),
        ("1e400", "chart.out_of_range"),
        ("阴性", "chart.not_a_quantity"),
    ],
)
def test_a_value_that_cannot_be_read_stays_unknown_and_the_rest_answers(value: Any, code: str) -> None:
    found = admitted(facts={"sbp_office": value, "dbp_office": 112})
    assert code in codes(found)
    assert known(found, "sbp_office") is None
    chart = Chart.from_dict({"on": ON, "facts": {"sbp_office": value, "dbp_office": 112}})
    assert pack().decide("htn.grade", chart).value == "grade3"


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_a_blank_is_unknown_and_no_problem(blank: Any) -> None:
    found = admitted(facts={"sbp_office": blank})
    assert codes(found) == []
    assert known(found, "sbp_office") is None


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("sbp_office", "152 mmHg", 15200),
        ("sbp_office", "152毫米汞柱", 15200),
        ("sbp_office", "20.3 kPa", 15226),  # 20.3 × 7.50062 = 152.262586
        ("fpg", "126 mg/dL", 6994),  # 126 / 18.016 = 6.99378: below 7.0
        ("creatinine", "1 mg/dL", 8840),
        ("hba1c", "48 mmol/mol", 654),  # 48 / 10.929 + 2.15 = 6.54199
    ],
)
def test_a_value_enters_once_exactly_in_the_unit_of_the_fact(fact: str, value: str, expected: int) -> None:
    grid = pack().compiled.dictionary.facts[fact].grid
    low, high = known(admitted(facts={fact: value}), fact)
    assert low == high
    assert abs(low * grid - expected * grid.__class__(1, 1000 if fact == "fpg" else 100)) <= grid


def test_a_mixed_up_unit_is_held_out_and_named() -> None:
    found = admitted(facts={"fpg": 126, "hba1c": 48})
    assert [code for code in codes(found) if code.startswith("chart.suspect_unit")]
    assert known(found, "fpg") is None
    assert known(found, "hba1c") is None


def test_a_censored_reading_is_an_interval_and_settles_when_the_whole_of_it_agrees() -> None:
    facts = pack().compiled.dictionary.facts
    low, high = known(admitted(facts={"fpg": ">33.3"}), "fpg")
    assert facts["fpg"].hard is not None
    assert low * facts["fpg"].grid > 33 and high * facts["fpg"].grid == facts["fpg"].hard[1]
    low, high = known(admitted(facts={"fpg": "HI"}), "fpg")
    assert low < high
    chart = Chart.of({"sbp_office": ">=180", "dbp_office": 100}, on=ON)
    assert pack().decide("htn.grade", chart).value == "grade3"


def test_a_reading_of_tomorrow_is_a_problem_and_not_used() -> None:
    found = admitted(readings=[{"fact": "sbp_office", "value": 182, "at": "2026-03-10"}])
    assert codes(found) == ["chart.future"]
    assert known(found, "sbp_office") is None
    late = admitted(readings=[{"fact": "sbp_office", "value": 182, "at": "2026-03-09T23:59"}])
    assert codes(late) == []


def test_a_moment_with_offset_is_read_in_china() -> None:
    found = admitted(readings=[{"fact": "sbp_office", "value": 182, "at": "2026-03-09T20:00:00+00:00"}])
    assert codes(found) == ["chart.future"]


def test_a_rejected_last_reading_never_lets_an_older_one_take_its_place() -> None:
    found = admitted(
        readings=[
            {"fact": "sbp_office", "value": 118, "at": "2026-03-01"},
            {"fact": "sbp_office", "value": 1182, "at": "2026-03-08"},
        ]
    )
    assert "chart.out_of_range" in codes(found)
    assert known(found, "sbp_office") is None


def test_a_member_missing_on_the_last_occasion_is_not_fetched_from_an_older_one() -> None:
    found = admitted(
        readings=[
            {"at": "2026-03-01", "facts": {"sbp_office": 118, "dbp_office": 70}},
            {"at": "2026-03-08", "facts": {"sbp_office": 150}},
        ]
    )
    assert known(found, "sbp_office") == (15000, 15000)
    assert known(found, "dbp_office") is None


def test_the_same_reading_twice_is_one_and_two_values_at_one_time_are_the_interval_between() -> None:
    same = {"fact": "sbp_office", "value": 150, "at": "2026-03-08T09:00"}
    assert codes(admitted(readings=[same, same])) == []
    found = admitted(readings=[same, {**same, "value": 130}])
    assert codes(found) == ["chart.conflict"]
    assert known(found, "sbp_office") == (13000, 15000)


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ((2.9, 6.0), "level2"),
        ((6.0, 2.9), "level2"),
        ((6.0, 5.5), "none"),
        ((2.9, 999), "level2"),
        ((999, 6.0), None),  # nobody knows what the refused one was
        ((999, 998), None),
    ],
)
def test_a_count_looks_at_every_reading_of_a_day(values: tuple[float, float], level: str | None) -> None:
    dm = load(GUIDELINES / "dm_primary_2025")
    sent = [{"fact": "pg_capillary", "value": one, "at": f"{ON}T0{8 + i}:30+08:00"} for i, one in enumerate(values)]
    chart = Chart.from_dict({"on": ON, "readings": sent, "conditions": [{"fact": "diabetes"}]})
    assert dm.decide("dm.hypoglycaemia", chart).value == level


def test_no_rule_makes_one_value_of_a_day_of_a_fact_in_no_group() -> None:
    dm = load(GUIDELINES / "dm_primary_2025")
    window = replace(dm.compiled.leaves["days(fpg where fpg >= 7 mmol/L)"].source, where=None, within=None)
    sent = [{"fact": "fpg", "value": one, "at": f"2026-03-08T0{8 + i}:30+08:00"} for i, one in enumerate((7.4, 6.2))]
    found = dm.admit(Chart.from_dict({"on": ON, "readings": sent}))
    assert known(found, "fpg") == (6200, 7400)

    def asked(op: str) -> Any:
        source = replace(window, op=op, member=None if op in ("count", "days") else "fpg")
        return found.timeline.value(replace(dm.compiled.leaves["days(fpg)"], source=source), None)

    assert [asked(op) for op in ("count", "days")] == [(2, 2), (1, 1)]
    assert [asked(op) for op in ("max", "min")] == [(7400, 7400), (6200, 6200)]
    assert [asked(op) for op in ("last", "mean")] == [(6200, 7400), (6200, 7400)]


def test_a_contradiction_rejects_every_reading_named() -> None:
    found = admitted(facts={"sbp_office": 90, "dbp_office": 150})
    assert "chart.contradiction" in codes(found)
    assert known(found, "sbp_office") is None
    assert known(found, "dbp_office") is None


def test_an_unknown_fact_is_named_with_the_nearest() -> None:
    found = admitted(facts={"sbp_ofice": 150})
    assert codes(found) == ["chart.unknown_fact"]
    assert "sbp_office" in found.problems[0].help("en")


def test_a_synonym_is_the_fact() -> None:
    assert known(admitted(facts={"收缩压": 150}), "sbp_office") == (15000, 15000)


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


def test_age_is_completed_years_and_a_birth_date_beats_a_given_age() -> None:
    for birth, on, age in (("1961-03-10", ON, 64), ("1961-03-09", ON, 65), ("1960-02-29", "2025-02-28", 64)):
        found = admitted(on, patient={"birth_date": birth, "age": 20})
        assert known(found, "age") == (age, age), birth
    assert known(admitted(patient={"birth_date": "1961"}), "age") == (64, 65)


def test_an_age_of_another_day_is_carried_forward() -> None:
    def then(at: str | None, value: Any = 79) -> Any:
        return known(admitted(readings=[{"fact": "age", "value": value, "at": at}]), "age")

    assert then(ON) == then(None) == then(f"{ON}T08:00") == (79, 79)
    assert then("2025-03-09") == (80, 80), "a year to the day"
    assert then("2025-03-10") == (79, 80)
    assert then("2025-03-08") == then("2024-12-01", 79) == (80, 81)
    assert then("2010-01-01", 70) == (86, 87)
    assert then("2025") == (79, 81), "some day of a year"
    assert then("2026") == (79, 80)
    assert then("2016-03-09", "80+")[0] == 90 and then("2016-03-09", "80+")[1] == 130
    old = admitted(readings=[{"fact": "age", "value": 100, "at": "1950-01-01"}])
    assert codes(old) == ["chart.out_of_range"] and known(old, "age") is None
    both = admitted(patient={"birth_date": "1946-03-10"}, readings=[{"fact": "age", "value": 20, "at": "2010-01-01"}])
    assert known(both, "age") == (79, 79)


@pytest.mark.parametrize("age", [None, 63])
@pytest.mark.parametrize(
    ("birth", "code", "fact"),
    [
        ("1850-01-01", "chart.out_of_range", "age"),
        ("1850", "chart.out_of_range", "age"),
        ("2062-03-02", "chart.date_ahead", "birth_date"),
        ("2026-03-10", "chart.date_ahead", "birth_date"),
    ],
)
def test_a_birth_date_of_nobody_alive_gives_no_age_and_beats_none(birth: str, code: str, fact: str, age: Any) -> None:
    found = admitted(patient={"birth_date": birth, "age": age})
    assert [(one.code, one.fact, one.given) for one in found.problems] == [(code, fact, birth)]
    assert known(found, "age") is None and known(found, "birth_date") is None


def test_the_ends_of_what_a_birth_date_may_be() -> None:
    assert known(admitted(patient={"birth_date": ON}), "age") == (0, 0)
    assert known(admitted(patient={"birth_date": "2026"}), "age") == (0, 0)
    assert known(admitted(patient={"birth_date": "1895-03-10"}), "age") == (130, 130)
    assert known(admitted(patient={"birth_date": "1895"}), "age") == (130, 130), "131 cannot be"
    assert known(admitted(patient={"birth_date": "看不清", "age": 63}), "age") == (63, 63), "nothing was said of it"


def test_a_date_of_what_has_happened_never_lies_ahead() -> None:
    day = "drug_change_date"
    assert pack().compiled.dictionary.facts[day].past
    for given in ("2026-03-10", "2027-03-09", "2026-04", "2027", "9999-12-31"):
        found = admitted(facts={day: given})
        assert [(one.code, one.fact, one.given) for one in found.problems] == [("chart.date_ahead", day, given)]
        assert known(found, day) is None
    older = {"fact": day, "value": "2025-01-01", "at": "2025-02-01"}
    found = admitted(facts={day: "2027-03-09"}, readings=[older])
    assert known(found, day) is None, "an older one does not take its place"
    today, this_year = date.fromisoformat(ON).toordinal(), date(2026, 1, 1).toordinal()
    assert known(admitted(facts={day: ON}), day) == (today, today)
    assert known(admitted(facts={day: "2026"}), day) == (this_year, today)
    planned = admitted(facts={"recorded_next_visit": "2026-06-09", "plan_date": "2026-03-20"})
    assert not codes(planned)
    assert known(planned, "recorded_next_visit") is not None and known(planned, "plan_date") is not None


def test_a_qualifier_that_nobody_tells_apart_is_told() -> None:
    for more, expected in (
        ({"fact": "hba1c", "value": 6.6, "standardised": False}, ["chart.unknown_qualifier"]),
        ({"fact": "hba1c", "value": 6.6, "standardised": True}, []),
        ({"fact": "fpg", "value": 7.4, "sample": "arterial"}, ["chart.qualifier_unread"]),
        ({"fact": "fpg", "value": 7.4, "sample": "venous_plasma"}, []),
        ({"fact": "sbp_office", "value": 150, "setting": "ward"}, ["chart.qualifier_unread"]),
        ({"fact": "pg_capillary", "value": 7.4, "sample": "finger"}, []),
        ({"fact": "sbp_office", "value": 150, "setting": "office", "arm": "left", "method": "auscultation"}, []),
    ):
        assert codes(admitted(readings=[{"at": ON, **more}])) == expected, more


def test_a_man_is_not_pregnant_and_a_woman_of_thirty_must_be_asked() -> None:
    facts = pack().compiled.dictionary.facts
    assert "pregnant" in facts
    pregnant = {"male": FALSE, "female": UNKNOWN}
    for sex, expected in pregnant.items():
        found = admitted(facts={"sex": sex, "age": 30}, conditions=[])
        assert found.timeline.named()["pregnant"] == expected


@pytest.mark.parametrize(
    "given",
    [
        {"facts": [1, 2]},
        {"readings": {"fact": "sbp_office"}},
        {"readings": [5, None, {"value": 3}]},
        {"conditions": "diabetes"},
        {"conditions": [{}, 7, None]},
        {"complete": ["everything"]},
        {"patient": "p1"},
        {"colour": "red"},
        {"schema": "sangao.chart/99"},
    ],
)
def test_a_wrong_shape_is_a_problem_and_never_an_exception(given: dict[str, Any]) -> None:
    found = admitted(**given)
    assert codes(found)
    assert all(problem.text("zh") and problem.help("en") for problem in found.problems)


def test_sample_and_setting_select_the_fact_and_an_unknown_sample_feeds_no_diagnosis() -> None:
    capillary = {"fact": "fpg", "value": 7.4, "at": ON, "sample": "capillary"}
    found = admitted(readings=[capillary, {"fact": "sbp_office", "value": 150, "at": ON, "setting": "home"}])
    assert known(found, "fpg") is None
    assert known(found, "pg_capillary") == (7400, 7400)
    assert known(found, "sbp_office") is None
    assert known(found, "sbp_home") == (15000, 15000)
    doubtful = admitted(readings=[{**capillary, "sample": "unknown"}])
    assert codes(doubtful) == ["chart.sample_unknown"]
    assert known(doubtful, "fpg") is None


def test_a_qualifier_that_is_a_truth_selects_as_it_is_written() -> None:
    office = Fact("a1c", "number", "糖化", "HbA1c", select=(("standardised", "false", "loose"),))
    loose = Fact("loose", "number", "糖化(未标准化)", "HbA1c, any method")
    meta = ir.Meta("p", "1", "p", "包", "pack", "national", "D")
    leaves = {one: ir.Leaf(one, "number", ir.Bare(one), (one,)) for one in ("a1c", "loose")}
    admit = Admitter(ir.Pack(meta, Dictionary({"a1c": office, "loose": loose}), leaves, {}))
    for standardised, facts in {True: {"a1c"}, False: {"loose"}, None: {"a1c"}, "unknown": set()}.items():
        reading = {"fact": "a1c", "value": 7, "at": ON, "standardised": standardised}
        found = admit(Chart.of(on=ON, readings=[reading]))
        assert {name for name, value in found.open.items() if value is not None} == facts


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
