"""Patterns are read off the packs, and the packs say of each day whether it counts."""

from datetime import date

import pytest

from sangao.adapters.events.patterns import CERTAINLY, NOT, POSSIBLY, Marker, Pattern, days_of, patterns
from sangao.engine.chart import Chart
from sangao.engine.guide import load
from tests.adapters.events.needs import STREAK, watch


def test_three_days_in_four_weeks_stand_in_the_hypertension_guideline() -> None:
    found = patterns(load("htn_primary_2025").compiled, ["htn.diagnosis"])
    assert {(one.n, one.unbroken, one.inside) for one in found} == {(3, True, 28), (2, False, None)}


def test_two_days_of_each_test_stand_in_the_diabetes_guideline() -> None:
    found = patterns(load("dm_primary_2025").compiled, ["dm.diagnosis"])
    assert [(one.leaf.partition(" ")[0], one.n, one.unbroken) for one in found] == [
        ("days(fpg", 2, False),
        ("days(pg2h_ogtt", 2, False),
        ("days(hba1c", 2, False),
    ]


def test_a_comparison_with_more_than_is_one_more() -> None:
    found = {one.id: one for one in patterns(watch().compiled, ["demo.sugar"])}
    assert sorted((one.n, one.within is not None) for one in found.values()) == [(2, False), (3, True)]
    assert patterns(watch().compiled, ["demo.next"]) == (), "a date has no days to count"


def test_days_of_a_span_are_those_the_core_takes() -> None:
    (often,) = [one for one in patterns(watch().compiled, ["demo.sugar"]) if one.within]
    assert date.fromordinal(often.first_day(date(2026, 3, 31))) == date(2026, 3, 17)
    assert Pattern("x", 2).first_day(date(2026, 3, 31)) == 1


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, None),
        ({"sbp_office": 139.9, "dbp_office": 89}, NOT),
        ({"sbp_office": 140, "dbp_office": 60}, CERTAINLY),
        ({"dbp_office": 95}, CERTAINLY),
        ({"dbp_office": 60}, POSSIBLY),
        ({"sbp_office": ">135", "dbp_office": 60}, POSSIBLY),
        ({"sbp_office": "20.0 kPa", "dbp_office": 60}, CERTAINLY),
        ({"sbp_office": 1520, "dbp_office": 60}, POSSIBLY),
    ],
)
def test_the_pack_says_whether_a_day_counts(facts: dict[str, object], level: int | None) -> None:
    marker = Marker(watch().compiled, ["demo.confirmed"])
    (said,) = marker.marks(Chart.of(facts, on="2026-03-01")).values()
    assert said == level


def test_two_readings_of_one_day_are_one_mark() -> None:
    marker = Marker(watch().compiled, ["demo.confirmed"])
    readings = [
        {"fact": "sbp_office", "value": value, "at": f"2026-03-01T09:0{i}"} for i, value in enumerate((150, 120))
    ]
    (day,) = days_of(Chart.of(readings=readings, on="2026-03-01")).values()
    (said,) = marker.marks(day).values()
    assert said == POSSIBLY, "their mean is 135, and the diastolic is not known"


def test_readings_without_a_certain_day_mark_none() -> None:
    at = [None, "2026", "2026-02", "yesterday", "2026-03-05", "2026-03-01"]
    readings = [{"fact": "sbp_office", "value": 150, "at": one} for one in at]
    assert list(days_of(Chart.of(readings=readings, on="2026-03-02"))) == [date(2026, 3, 1).toordinal()]


def test_what_the_windows_of_the_core_say_is_told_with_what_has_no_day() -> None:
    marker = Marker(watch().compiled, ["demo.confirmed"])
    readings = [{"fact": "sbp_office", "value": 150, "at": f"2026-03-0{day}"} for day in (1, 2)]
    levels, blurred = marker.standing(Chart.of(readings=readings, on="2026-03-09"))
    assert (levels, blurred) == ({STREAK: NOT}, frozenset())
    levels, blurred = marker.standing(
        Chart.of(readings=[*readings, {"fact": "sbp_office", "value": 150}], on="2026-03-09")
    )
    assert (levels, blurred) == ({STREAK: POSSIBLY}, {STREAK})
