"""A word of a chart that nobody knows (a status, a sample, a setting) never counts as the usual one."""

from typing import Any

import pytest

from sangao.engine.run.admit import Admission
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.engine.run.admitting import ON, admitted, codes, known

OLDER = "2026-02-01"
UNKNOWN_STATUS = ["已排除", "疑似", "suspected", "provisional", "unconfirmed", ["refuted"], 1, True]


def of(status: object, **more: Any) -> Admission:
    return admitted(conditions=[{"code": "I48", "status": status}, {"code": "I10"}], **more)


@pytest.mark.parametrize("status", UNKNOWN_STATUS)
def test_an_item_with_a_status_nobody_knows_is_neither_there_nor_absent(status: object) -> None:
    for more in ({}, {"complete": ["conditions"]}):
        found = of(status, **more)
        assert codes(found) == ["chart.item_status"] and found.problems[0].given == "I48"
        assert found.open["af"] == UNKNOWN and found.assumed["af"] == UNKNOWN
        assert found.open["hypertension"] == TRUE and found.assumed["diabetes"] == UNKNOWN, (
            "its list does not count as read whole"
        )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((one, TRUE) for one in (None, "", "Active", "RECURRENCE", "relapse", "Resolved")),
        *((one, FALSE) for one in ("REFUTED", "ruled_out", " Entered in error ")),
    ],
)
def test_the_statuses_of_hosts_are_read_whatever_their_case(status: str | None, expected: int) -> None:
    found = of(status, complete=["conditions"])  # atrial fibrillation lasts, resolved or not
    assert not codes(found) and found.open["af"] == expected
    assert found.open["diabetes"] == FALSE


def test_what_one_item_denies_and_another_doubts_is_not_known() -> None:
    doubted = {"code": "I48", "status": "疑似"}
    for other, expected in (("refuted", UNKNOWN), ("active", TRUE)):
        for items in ([{"code": "I48", "status": other}, doubted], [doubted, {"code": "I48", "status": other}]):
            assert admitted(conditions=items, complete=["conditions"]).open["af"] == expected
    assert admitted(facts={"af": True}, conditions=[doubted]).open["af"] == TRUE


@pytest.mark.parametrize("status", ["Cancelled", "CANCELLED", "canceled", "entered_in_error", "Entered-In-Error"])
def test_a_reading_that_was_taken_back_is_left_out_however_it_is_written(status: str) -> None:
    found = admitted(readings=[{"fact": "sbp_office", "value": 152, "at": ON, "status": status}])
    assert codes(found) == ["chart.left_out"] and known(found, "sbp_office") is None


@pytest.mark.parametrize("status", ["作废", "preliminary", "registered", "unknown", "x", 1, "stands twice"])
def test_a_reading_of_a_status_nobody_knows_blanks_its_day(status: object) -> None:
    older = {"fact": "sbp_office", "value": 118, "at": OLDER}
    found = admitted(readings=[older, {"fact": "sbp_office", "value": 152, "at": ON, "status": status}])
    assert codes(found) == ["chart.reading_status"] and known(found, "sbp_office") is None
    home = admitted(readings=[{"fact": "sbp_office", "value": 152, "at": ON, "setting": "Home", "status": status}])
    assert home.timeline.holds("sbp_home") and not home.timeline.holds("sbp_office")


@pytest.mark.parametrize("status", ["final", "Final", "amended", "CORRECTED", "", None])
def test_a_reading_that_stands_counts(status: str | None) -> None:
    found = admitted(readings=[{"fact": "sbp_office", "value": 152, "at": ON, "status": status}])
    assert not codes(found) and known(found, "sbp_office") == (15200, 15200)


@pytest.mark.parametrize(
    ("fact", "value", "qualifier", "said", "others"),
    [("fpg", 7.5, "sample", one, ("pg_capillary", "pg_unspecified")) for one in ("finger", "serum", "x", "arterial", 3)]
    + [("sbp_office", 152, "setting", one, ("sbp_home", "sbp_24h")) for one in ("家庭", "ward", "unknown", True)]
    + [("fpg", 7.5, "fasting_hours", one, ("pg_random",)) for one in ("x", -3, "8 h", "nan", True)],
)
def test_a_word_that_chooses_the_fact_and_is_not_known_holds_the_reading_out_of_all_of_them(
    fact: str, value: float, qualifier: str, said: object, others: tuple[str, ...]
) -> None:
    older = [{"fact": one, "value": value * 0.8, "at": OLDER} for one in (fact, *others)]
    found = admitted(readings=[*older, {"fact": fact, "value": value, "at": ON, qualifier: said}])
    assert codes(found) == ["chart.qualifier_unread"]
    assert all(known(found, one) is None for one in (fact, *others)), "which one it is nobody can say"


@pytest.mark.parametrize(
    ("fact", "more", "taken"),
    [
        ("fpg", {"sample": "Capillary"}, "pg_capillary"),
        ("fpg", {"sample": "CAPILLARY", "fasting_hours": "x"}, "pg_capillary"),
        ("fpg", {"sample": "Unknown"}, "pg_unspecified"),
        ("fpg", {"sample": "venous plasma"}, "fpg"),
        ("fpg", {"sample": "Venous-Plasma", "fasting_hours": "8"}, "fpg"),
        ("fpg", {"sample": "", "fasting_hours": 7.5}, "pg_random"),
        ("fpg", {"fasting_hours": 0}, "pg_random"),
    ],
)
def test_case_and_marks_do_not_tell_words_apart(fact: str, more: dict[str, Any], taken: str) -> None:
    found = admitted(readings=[{"fact": fact, "value": 7.5, "at": ON, **more}])
    assert codes(found) == ["chart.sample_unknown"] * (taken == "pg_unspecified")
    assert known(found, taken) == (7500, 7500)
    assert taken == fact or not found.timeline.holds(fact)


def test_what_is_held_out_of_tomorrow_is_told_once() -> None:
    found = admitted(readings=[{"fact": "fpg", "value": 7.5, "at": "2027-01-01", "sample": "finger"}])
    assert codes(found) == ["chart.qualifier_unread", "chart.future"] and not found.timeline.holds("fpg")
