"""What is held of one person between events: the chart so far, how its days were marked, what was said last."""

from dataclasses import dataclass, field, replace
from datetime import date

from sangao.adapters.events.patterns import Level
from sangao.engine.answer import Answer
from sangao.engine.chart import Chart, day_of

Expected = tuple[str, int]
"""What is expected (a task of a pathway, a decision that is a date) and its due day."""


@dataclass(slots=True)
class Record:
    """One person.

    `expected`: what is expected, and whether the pack says for certain that it was not done; `met`: what was done since
    it was last looked at; `told`: what was reported overdue.
    """

    chart: Chart
    marks: dict[str, dict[int, Level]] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    expected: dict[Expected, bool] = field(default_factory=dict)
    met: set[Expected] = field(default_factory=set)
    told: set[Expected] = field(default_factory=set)

    def waiting(self) -> list[Expected]:
        """Return what may have become overdue, what was met meanwhile among it."""
        return sorted((self.expected.keys() | self.met) - self.told)

    def expect(self, expected: dict[Expected, bool]) -> None:
        """Take what the pack expects now; what it no longer expects was met."""
        self.met = (self.met | self.expected.keys()) - expected.keys()
        self.expected = expected
        self.told &= expected.keys()


def merged(before: Chart, after: Chart) -> Chart:
    """Return one chart of what was known and what came in.

    A reading that is there already (the same in every part) is not taken twice; a list that is delivered again replaces
    the earlier one, and is complete when the new one is.

    >>> first = Chart.of({"sbp_office": 150}, on="2026-03-01")
    >>> both = merged(first, Chart.of({"sbp_office": 152}, on="2026-03-09"))
    >>> len(both.readings), len(merged(both, first).readings), both.on.isoformat()
    (2, 2, '2026-03-09')
    """
    seen = {repr(one) for one in before.readings}
    fresh = tuple(one for one in after.readings if repr(one) not in seen)
    complete = frozenset(before.complete - after.lists.keys()) | after.complete
    lists = {**before.lists, **after.lists}
    return Chart(
        after.id or before.id,
        max(before.on, after.on),
        before.readings + fresh,
        lists,
        complete,
        after.problems,
    )


def as_of(chart: Chart, on: date) -> Chart:
    """Return the chart as of a later day."""
    return replace(chart, on=max(chart.on, on))


def expected_by(what: str, answer: Answer, settled: bool) -> dict[Expected, bool]:
    """Return the expectation that a settled date is; one that never comes, or is not known, expects nothing."""
    day = day_of(answer.value) if answer.status == "settled" and isinstance(answer.value, str) else None
    return {(what, day[0]): settled} if day is not None and day[0] == day[1] else {}
