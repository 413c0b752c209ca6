"""Bad input of a host: each gets a clear problem, the rest of the chart still answers, and nothing becomes normal."""

from dataclasses import replace
from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.fact import Dictionary, Fact
from sangao.engine.pack import ir
from sangao.engine.run.admit import Admitter
from tests.engine.run.admitting import ON, admitted, codes, known, pack
from tests.opened import opened


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
    dm = opened("dm_primary_2025")
    sent = [{"fact": "pg_capillary", "value": one, "at": f"{ON}T0{8 + i}:30+08:00"} for i, one in enumerate(values)]
    chart = Chart.from_dict({"on": ON, "readings": sent, "conditions": [{"fact": "diabetes"}]})
    assert dm.decide("dm.hypoglycaemia", chart).value == level


def test_no_rule_makes_one_value_of_a_day_of_a_fact_in_no_group() -> None:
    dm = opened("dm_primary_2025")
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
