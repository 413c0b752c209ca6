"""What of a cohort was not used: a value or a whole chart, its place, what it said, the reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sangao.engine.chart import Chart
from sangao.engine.cli.bulk import LEFT_ASIDE, places
from sangao.engine.errors import Problem

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
