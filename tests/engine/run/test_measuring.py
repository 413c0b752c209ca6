"""Rates over a cohort: the fast form says what the definition says, and learning more narrows the range."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.pack import ir
from sangao.engine.run.compared import change, points, shown
from sangao.engine.run.goals import Verdict, every, fits, judge, parse_goal, together
from sangao.engine.run.measured import rates
from sangao.engine.run.measuring import Counts, _counts, _Sums
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

SHARE = ir.Measure("m.share", "persons", "m.share.numerator", "m.share.denominator")
COUNT = ir.Measure("m.count", "persons", "m.count.numerator")
TRUTHS = st.sampled_from([FALSE, TRUE, UNKNOWN])
PEOPLE = st.lists(st.tuples(TRUTHS, TRUTHS), max_size=12)
ONES = (Fraction(1), Fraction(1))


def counted(people: list[tuple[int, int]], measure: ir.Measure = SHARE) -> Counts:
    sums = _Sums()
    for person in people:
        sums.table[person] += 1
    return _counts(measure, sums, ONES, {})


@given(PEOPLE)
def test_the_range_of_a_rate_is_that_of_every_way_it_can_turn_out(people: list[tuple[int, int]]) -> None:
    found = counted(people)
    assert (found.low, found.high) == rates(people)


@given(PEOPLE, st.data())
def test_learning_more_narrows_the_range(people: list[tuple[int, int]], data: st.DataObject) -> None:
    before = counted(people)
    known = [tuple(truth if truth != UNKNOWN else data.draw(TRUTHS) for truth in person) for person in people]
    after = counted(known)  # type: ignore[arg-type]
    if before.low is not None and before.high is not None:
        assert after.low is not None and after.high is not None
        assert before.low <= after.low <= after.high <= before.high


@given(PEOPLE)
def test_a_person_counts_in_the_numerator_only_inside_the_denominator(people: list[tuple[int, int]]) -> None:
    found = counted(people)
    assert found.n == sum(person == (TRUE, TRUE) for person in people)
    assert found.d == sum(d == TRUE for d, _ in people)
    assert found.unknown == sum(person == (TRUE, UNKNOWN) for person in people)
    assert found.open == sum(d == UNKNOWN for d, _ in people)


def test_a_count_lies_between_the_certain_and_the_possible() -> None:
    found = counted([(TRUE, TRUE), (TRUE, UNKNOWN), (TRUE, FALSE)], COUNT)
    assert found == Counts(Fraction(1), None, 1, 0, Fraction(1), Fraction(2)) and found.rate is None


def test_sums_of_intervals_go_by_their_ends() -> None:
    measure = ir.Measure("m.events", "events", "n", "d")
    sums = _Sums(events=[2, 3, 4, 8])
    found = _counts(measure, sums, ONES, {})
    assert (found.low, found.high, found.rate) == (Fraction(1, 4), Fraction(3, 4), None)
    sums.blank = 1
    found = _counts(measure, sums, ONES, {})
    assert found == Counts(Fraction(2), Fraction(4), 1)


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        (">= 61 %", "0.61", "0.61", "reached"),
        (">= 61 %", "0.6099", "0.6099", "not_reached"),
        (">= 61 %", "0.6099", "0.61", "unknown"),
        (">= 61 %", "0.61", None, "reached"),
        (">= 61 %", None, "0.6", "not_reached"),
        (">= 61 %", None, None, "unknown"),
        ("> 61 %", "0.61", "0.61", "not_reached"),
        ("<= 5 %", "0.05", "0.05", "reached"),
        ("<= 5 %", "0.051", "0.06", "not_reached"),
        ("< 5 %", "0.05", "0.06", "not_reached"),
        ("< 5 %", None, "0.049", "reached"),
        ("rise", "0.51", "0.52", "reached"),
        ("rise", "0.5", "0.5", "not_reached"),
        ("fall", "0.49", "0.5", "unknown"),
        ("points >= 10", "0.6", "0.6", "reached"),
        ("points >= 10", "0.599", "0.599", "not_reached"),
        ("change >= 10 %", "0.55", "0.55", "reached"),
        ("change >= 10 %", "0.549", "0.549", "not_reached"),
    ],
)
def test_a_goal_is_judged_on_everything_that_is_possible(text: str, low: str, high: str, expected: Verdict) -> None:
    goal = parse_goal(text)
    assert goal is not None
    now = tuple(None if one is None else Fraction(one) for one in (low, high))
    half = Fraction(1, 2)
    assert judge(goal, now, (half, half), True) == expected  # type: ignore[arg-type]
    if goal.kind != "value":
        assert judge(goal, now, (None, None), True) == "unknown"  # type: ignore[arg-type]


def test_goals_that_are_none_and_goals_of_another_unit() -> None:
    assert [parse_goal(text) for text in ("", "61 %", ">= x", "points rise", ">= 1.", "=> 3")] == [None] * 6
    fitting = {
        text: [fits(goal, rate) for rate in (True, False)]
        for text in (">= 3 %", ">= 3", "points >= 3", "change > 3 %", "points >= 3 %", "change > 3", "fall")
        if (goal := parse_goal(text))
    }
    assert fitting == {
        ">= 3 %": [True, False],
        ">= 3": [False, True],
        "points >= 3": [True, True],
        "change > 3 %": [True, True],
        "points >= 3 %": [False, False],
        "change > 3": [False, False],
        "fall": [True, True],
    }


def test_verdicts_over_readings_and_over_goals() -> None:
    assert together(["reached", "not_reached", "unknown"]) == "ambiguous"
    assert together(["unknown", "not_reached"]) == "unknown"
    assert every(["reached", "unknown", "not_reached"]) == "not_reached"
    assert every(["reached", "unknown"]) == "unknown"
    assert every(["reached", "ambiguous", "unknown"]) == "ambiguous"
    assert every(["reached"]) == "reached"
    assert every([]) == "unknown"


def test_differences_of_ranges_go_by_their_ends() -> None:
    now, before = (Fraction(5), Fraction(6)), (Fraction(2), Fraction(4))
    assert points(now, before) == (Fraction(1), Fraction(4))
    assert change(now, before) == (Fraction(1, 4), Fraction(2))
    assert change(now, (Fraction(0), Fraction(4))) == (None, None)
    assert points((None, Fraction(1)), before) == (None, Fraction(-1))


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4))
def test_what_is_shown_is_never_further_than_half_a_decimal_away(n: int, d: int) -> None:
    text = shown(Fraction(n, d))
    assert text is not None and abs(Fraction(text) - Fraction(n, d)) <= Fraction(1, 20)
    assert text != "-0.0"
