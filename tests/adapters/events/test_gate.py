"""Nothing but exact integers reaches durable-rules, which would fire on anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.events import gate
from sangao.engine.errors import SangaoError

WRONG: list[Any] = ["739000", "", "abc", None, True, False, 739000.0, float("nan"), [1], {"day": 1}, 0, -1, 10**9, b"1"]


def refused(what: Any) -> bool:
    with pytest.raises(SangaoError) as error:
        what()
    assert str(error.value).count("739000") == 0, "a value never stands in a message"
    return error.value.problems[0].code == "events.not_typed" and error.value.usage


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_day_that_is_no_day_is_refused(value: Any) -> None:
    assert refused(lambda: gate.marks(0, [(value, 1)]))
    assert refused(lambda: gate.dues(0, value, []))
    assert refused(lambda: gate.dues(0, 739000, [(value, 0)]))


@pytest.mark.parametrize("value", ["1", "", True, 1.0, 2, -1, None])
def test_a_mark_is_nought_or_one(value: Any) -> None:
    assert refused(lambda: gate.marks(0, [(739000, value)]))
    assert refused(lambda: gate.dues(0, 739000, [(739000, value)]))


@pytest.mark.parametrize("value", ["0", True, 3, -1, None, 0.0])
def test_a_state_is_one_of_the_chart(value: Any) -> None:
    assert refused(lambda: gate.step(0, value, 1, 3)) and refused(lambda: gate.step(0, 1, value, 3))


def test_a_day_stands_once_and_a_question_has_a_size() -> None:
    assert refused(lambda: gate.marks(0, [(739000, 1), (739000, 0)]))
    assert refused(lambda: gate.marks(0, [(day, 0) for day in range(1, gate.MOST_MARKS + 2)]))
    assert refused(lambda: gate.dues(0, 1, [(1, 0)] * (gate.MOST_DUES + 1)))


@given(st.dictionaries(st.integers(1, gate.LAST_DAY), st.integers(0, 1), max_size=40))
def test_what_does_not_hold_comes_first(days: dict[int, int]) -> None:
    rows = gate.marks(7, days.items()).rows
    assert dict(rows) == days
    assert [holds for _, holds in rows] == sorted(days.values())


@given(st.one_of(st.text(), st.floats(), st.booleans(), st.none(), st.binary(), st.integers(max_value=0)))
def test_no_other_kind_of_value_passes(value: Any) -> None:
    with pytest.raises(SangaoError):
        gate.whole(value, "day", 1, gate.LAST_DAY)
