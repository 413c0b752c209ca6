"""Age, birth and days of a person, and what a sex or an age rules out."""

from datetime import date
from typing import Any

import pytest

from sangao.engine.truth import FALSE, UNKNOWN
from tests.engine.run.admitting import ON, admitted, codes, known, pack


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


def test_a_man_is_not_pregnant_and_a_woman_of_thirty_must_be_asked() -> None:
    facts = pack().compiled.dictionary.facts
    assert "pregnant" in facts
    pregnant = {"male": FALSE, "female": UNKNOWN}
    for sex, expected in pregnant.items():
        found = admitted(facts={"sex": sex, "age": 30}, conditions=[])
        assert found.timeline.named()["pregnant"] == expected
