"""Parameters: one value on a day, or none, never two."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.rules.coherence import check_params
from sangao.engine.rules.documents import ParamDoc
from sangao.engine.rules.params import all_in_force, in_force
from sangao.engine.rules.text import Text


def value(start: str, until: str | None = None, amount: str = "140 mmHg") -> ParamDoc:
    return ParamDoc.model_validate({"from": start, "is": amount} | ({"until": until} if until else {}))


def test_a_value_holds_from_its_first_day_to_its_last() -> None:
    old = value("2017-01-01", "2020-06-30")
    days = ["2016-12-31", "2017-01-01", "2020-06-30", "2020-07-01"]
    assert [in_force([old], day) is old for day in days] == [False, True, True, False]


def test_a_value_without_end_holds_until_the_next_one_starts() -> None:
    old, new = value("2017-01-01"), value("2025-09-24", amount="130 mmHg")
    assert in_force([old, new], "2025-09-23") is old
    assert in_force([new, old], "2025-09-24") is new


def test_an_older_open_value_does_not_come_back_after_a_newer_one_ended() -> None:
    assert in_force([value("2017-01-01"), value("2018-01-01", "2019-01-01")], "2020-01-01") is None


def test_a_parameter_without_a_value_on_the_day_is_a_problem_and_the_others_are_there() -> None:
    chosen, problems = all_in_force({Text("a"): [value("2026-01-01")], Text("b"): [value("2017-01-01")]}, "2025-01-01")
    assert list(chosen) == ["b"]
    assert [(problem.code, problem.parts["id"]) for problem in problems] == [("rules.param_not_in_force", "a")]


DAYS = st.dates(date(2015, 1, 1), date(2026, 1, 1))


@given(st.lists(st.tuples(DAYS, st.none() | st.integers(-3, 900)), min_size=1, max_size=4), DAYS)
def test_where_nothing_overlaps_at_most_one_value_covers_a_day(spans: list[tuple[date, int | None]], day: date) -> None:
    last = [None if days is None else (start + timedelta(days)).isoformat() for start, days in spans]
    values = [value(start.isoformat(), end) for (start, _), end in zip(spans, last, strict=True)]
    if check_params({Text("a"): tuple(values)}):
        return
    ordered = sorted(values, key=lambda each: each.start)
    following = [*(later.start for later in ordered[1:]), "9999"]
    ends = [each.until or later for each, later in zip(ordered, following, strict=True)]
    covering = [
        each
        for each, end in zip(ordered, ends, strict=True)
        if each.start <= day.isoformat() and (day.isoformat() <= end if each.until else day.isoformat() < end)
    ]
    chosen = in_force(values, day.isoformat())
    assert covering == ([] if chosen is None else [chosen])
