"""What may reach durable-rules: exact integers in known ranges, built here and nowhere else.

durable-rules compares whatever it is given: `"" >= 140` fires, and a boolean is a number. So a question to it is a list
of small integers, checked by exact type before they are JSON, and taken apart again by position on the other side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangao.engine.errors import fail

LAST_DAY = date.max.toordinal()
MOST_MARKS = 400  # of one question: durable-rules takes time by their square
MOST_DUES = 200
MOST_PEOPLE = 20_000  # held at a time: one with ten readings takes about 22 kB


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the engine: the rule set, by number, and rows of integers in the order that rule set has."""

    about: int
    rows: tuple[tuple[int, ...], ...]

    def line(self) -> list[Any]:
        """Return what is sent."""
        return [self.about, [list(row) for row in self.rows]]


def marks(rule: int, days: Iterable[tuple[Any, Any]]) -> Question:
    """Return the question whether the pattern `rule` is met by days, each with 1 (it holds) or 0 (it does not).

    A day stands once. Raises SangaoError (`events.not_typed`).
    """
    rows = tuple((whole(day, "day", 1, LAST_DAY), whole(holds, "holds", 0, 1)) for day, holds in days)
    if len({day for day, _ in rows}) != len(rows):
        raise fail("events.not_typed", usage=True, key="day", wanted={"zh": "每天一条", "en": "one row a day"})
    if len(rows) > MOST_MARKS:
        raise fail("events.not_typed", usage=True, key="days", wanted=f"≤ {MOST_MARKS}")
    # What does not hold comes first: a later row could only take back what had been found already.
    return Question(rule, tuple(sorted(rows, key=lambda row: (row[1], row[0]))))


def dues(rule: int, day: Any, expected: Sequence[tuple[Any, Any]]) -> Question:
    """Return the question which expectations, each with its due day and 1 when it was met, are overdue on a day.

    The answer names them by position. Raises SangaoError (`events.not_typed`).
    """
    if len(expected) > MOST_DUES:
        raise fail("events.not_typed", usage=True, key="expected", wanted=f"≤ {MOST_DUES}")
    rows = [(whole(due, "due", 1, LAST_DAY), whole(met, "met", 0, 1)) for due, met in expected]
    return Question(rule, ((whole(day, "day", 1, LAST_DAY), 0), *rows))


def step(rule: int, before: Any, after: Any, states: int) -> Question:
    """Return the question whether a statechart goes from one state to another. Raises SangaoError."""
    return Question(rule, ((whole(before, "before", 0, states - 1),), (whole(after, "after", 0, states - 1),)))


def whole(value: Any, key: str, low: int, high: int) -> int:
    """Return an integer that is one and lies in its range; a bool, a text, a float is none.

    >>> whole(738000, "day", 1, LAST_DAY)
    738000
    """
    if type(value) is not int or not low <= value <= high:
        raise fail("events.not_typed", usage=True, key=key, wanted=f"int {low}..{high}")
    return value
