"""Windows over dated occasions: boundaries, undated readings, readings whose condition is not known."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.engine import windows
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from sangao.engine.windows import Occasion


def dated(*days: int, holds: int = TRUE) -> list[Occasion]:
    return [Occasion(day, holds, (day, day)) for day in days]


@pytest.mark.parametrize(
    ("days", "inside", "expected"),
    [
        ((1, 15, 29), 28, TRUE),  # last − first = 28 days: inside, inclusive
        ((1, 15, 30), 28, FALSE),
        ((1, 15), 28, FALSE),
        ((1, 40, 50, 60), 28, TRUE),
    ],
)
def test_a_streak_of_three_lies_inside_four_weeks_inclusive(days: tuple[int, ...], inside: int, expected: int) -> None:
    assert windows.streak(dated(*days), 3, inside) == expected


def test_a_normal_day_between_breaks_the_streak_but_not_the_count() -> None:
    found = [*dated(1, 8), Occasion(10, FALSE, (10, 10)), *dated(15)]
    assert windows.streak(found, 3, 28) == FALSE
    assert windows.days(found, 28) == (3, 3)


def test_no_usable_reading_leaves_every_window_unknown() -> None:
    assert windows.count([]) is None
    assert windows.days([]) is None
    assert windows.ever([]) == windows.every([]) == windows.running([], 2) == windows.streak([], 3) == UNKNOWN
    assert windows.last([]) is windows.mean([]) is windows.change([]) is windows.days_since([], 5) is None


def test_an_undated_reading_never_proves_a_different_day() -> None:
    assert windows.days([*dated(1), Occasion(None)]) == (1, 2)
    assert windows.days([Occasion(None), Occasion(None)]) == (1, 2)
    assert windows.streak([*dated(1, 8), Occasion(None)], 3, 28) == UNKNOWN


def test_an_undated_reading_is_only_possibly_within_a_span() -> None:
    assert windows.count(windows.within([*dated(10), Occasion(None)], 5)) == (1, 2)


def test_a_reading_whose_condition_is_unknown_counts_as_possible() -> None:
    found = [*dated(1), *dated(5, holds=UNKNOWN), *dated(9, holds=FALSE)]
    assert windows.count(found) == (1, 2)
    assert windows.ever(dated(5, holds=UNKNOWN)) == UNKNOWN
    assert windows.last(found) == (1, 5)


def test_the_last_value_ignores_occasions_that_fail_and_keeps_a_missing_member_unknown() -> None:
    assert windows.last([*dated(1), *dated(9, holds=FALSE)]) == (1, 1)
    assert windows.last([*dated(1), Occasion(9, TRUE, None)]) is None
    assert windows.last(dated(1, 5, 9), 2) == (5, 5)
    assert windows.first(dated(1, 5, 9)) == (1, 1)


def test_running_looks_at_the_last_ones_only() -> None:
    assert windows.running([*dated(1, holds=FALSE), *dated(5, 9)], 2) == TRUE
    assert windows.running([*dated(1), *dated(5, holds=FALSE)], 2) == FALSE
    assert windows.running(dated(1), 2) == FALSE


def test_a_mean_rounds_half_to_even_on_the_grid() -> None:
    assert windows.mean([Occasion(1, TRUE, (140, 140)), Occasion(2, TRUE, (143, 143))]) == (142, 142)
    assert windows.mean([Occasion(1, TRUE, (140, 140)), Occasion(2, UNKNOWN, (150, 150))]) == (140, 145)


occasion = st.builds(
    lambda day, holds, low, more: Occasion(day, holds, (low, low + more)),
    st.one_of(st.none(), st.integers(1, 12)),
    st.sampled_from([TRUE, FALSE, UNKNOWN]),
    st.integers(0, 9),
    st.integers(0, 3),
)


@given(st.lists(occasion, max_size=5, unique_by=lambda one: one.day if one.day is not None else object()))
def test_settling_an_unknown_condition_never_leaves_what_was_possible(found: list[Occasion]) -> None:
    choices = [
        [one] if one.holds != UNKNOWN else [Occasion(one.day, t, one.value) for t in (TRUE, FALSE)] for one in found
    ]
    for settled in itertools.product(*choices):
        after = list(settled)
        for ask in (
            windows.count,
            windows.days,
            windows.last,
            windows.first,
            windows.mean,
            windows.largest,
            windows.smallest,
        ):
            wide, narrow = ask(found), ask(after)
            if wide is not None and narrow is not None:
                assert wide[0] <= narrow[0] <= narrow[1] <= wide[1], ask.__name__
        for truth in (windows.ever, windows.every):
            assert truth(after) & ~truth(found) == 0
        for n in (1, 2, 3):
            assert windows.running(after, n) & ~windows.running(found, n) == 0
            assert windows.streak(after, n, 5) & ~windows.streak(found, n, 5) == 0


@given(
    st.lists(occasion, max_size=5, unique_by=lambda one: one.day if one.day is not None else object()),
    st.integers(13, 30),
)
def test_learning_the_day_of_an_undated_reading_never_leaves_what_was_possible(found: list[Occasion], day: int) -> None:
    undated = [i for i, one in enumerate(found) if one.day is None]
    if not undated:
        return
    at = undated[0]
    after = [Occasion(day, one.holds, one.value) if i == at else one for i, one in enumerate(found)]
    for ask in (windows.count, windows.days, windows.last, windows.first):
        wide, narrow = ask(found), ask(after)
        if wide is not None and narrow is not None:
            assert wide[0] <= narrow[0] <= narrow[1] <= wide[1], ask.__name__
    for n in (1, 2, 3):
        assert windows.running(after, n) & ~windows.running(found, n) == 0
        assert windows.streak(after, n, 5) & ~windows.streak(found, n, 5) == 0
