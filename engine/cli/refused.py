"""What of a cohort was not used: a value or a whole chart, its place, what it said, the reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Problem

# Not errors of a value, but what was sent was not used as it stands: it must not get lost either.
LEFT_ASIDE = frozenset(
    {"chart.future", "chart.left_out", "chart.sample_unknown", "chart.unmapped", "chart.unknown_fact", "chart.bad_time"}
)
REFUSED_HEADER = ("where", "key", "column", "fact", "value", "code", "zh", "en")


@dataclass(frozen=True, slots=True)
class Refused:
    """One value or chart that was not used: its place (`file:line`), the person's key, what it said, the problem."""

    where: str
    key: str
    column: str
    fact: str
    value: str
    problem: Problem

    def cells(self) -> tuple[str, ...]:
        """Return the line of a rejects file, in the order of `REFUSED_HEADER`."""
        problem = self.problem
        texts = (problem.text("zh"), problem.text("en"))
        return (self.where, self.key, self.column, self.fact, self.value, problem.code, *texts)


Sink = Callable[[Refused], None]


def of_chart(key: str, chart: Chart, problems: Sequence[Problem]) -> Iterator[Refused]:
    """Yield the values of a chart that a pack could not use, each with its problem."""
    for problem in problems:
        if problem.severity == "error" or problem.code in LEFT_ASIDE:
            for column, fact, value in places(chart, problem):
                yield Refused("", key, column, fact, value, problem)


def nowhere(refused: Refused) -> None:
    """Drop what was refused: for a first look that only counts."""


def whole(place: str, problem: Problem) -> Refused:
    """Return a whole chart as refused."""
    return Refused(place, "", "", problem.fact or "", "" if problem.given is None else str(problem.given), problem)


def places(chart: Chart, problem: Problem) -> Iterator[tuple[str, str, str]]:
    """Yield column, fact and value of each reading or entry that a problem speaks of."""
    named = str(problem.parts.get("facts") or problem.fact or "").split("、")
    found = [
        (one.source or "", one.fact, str(one.value))
        for one in chart.readings
        if one.fact in named and ("facts" in problem.parts or problem.given is None or _said(one, problem.given))
    ]
    if not found:
        found = [
            (entry.source or name, problem.fact or "", entry.key)
            for name, entries in chart.lists.items()
            for entry in entries
            if problem.given in (entry.key, entry.start, entry.end)
        ]
    yield from found or [("", problem.fact or "", "" if problem.given is None else str(problem.given))]


def _said(reading: Any, given: Any) -> bool:
    return given in (reading.value, reading.at)
