"""What is asked of decisions over a year: measures of a cohort, pathways with states and tasks."""

from dataclasses import dataclass
from typing import Literal

from sangao.engine.pack.expressions import Expr
from sangao.engine.quantity import Span


@dataclass(frozen=True, slots=True)
class Measure:
    """A share or a count over a cohort.

    `numerator` and `denominator` name decisions of the pack: bool ones that say whether a person counts, of `events`
    number ones that say how many of them a person has; without a denominator the numerator alone is counted. A person
    counts in the numerator only inside the denominator. `unknown`: `out` counts whoever is not known to be in the
    numerator as not in it. `direction` says which way is better, `against` what the measure is compared with; a rate is
    shown per `per`. `entered` names the parts (`numerator`, `denominator`) that are no decisions but numbers given by
    hand for the period.
    """

    id: str
    counts: Literal["persons", "events"] = "persons"
    numerator: str = ""
    denominator: str = ""
    unknown: Literal["apart", "out"] = "apart"
    direction: Literal["higher", "lower", "open"] = "open"
    against: Literal["previous", "baseline"] | None = None
    per: int = 100
    entered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A way out of a state: taken when `when` holds; one that is `back` closes a round and is never walked."""

    to: str
    when: Expr
    back: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done in a state: the decisions that say how it stands and when it falls due; roles that do it."""

    id: str
    state: str
    status: str
    due: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A state of a pathway: where it leads; `terminal`: one may stay; `refers`, `returns`: a loop opens, closes."""

    id: str
    steps: tuple[Step, ...] = ()
    terminal: bool = False
    refers: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Pathway:
    """States and tasks whose answers are decisions of the pack: `id` the state, `next` and `next_due` the next step.

    `links`: the tasks that count for execution; `executed`: profile → decision. `longest`: no stay without a task that
    falls due within that span.
    """

    id: str
    start: str
    states: tuple[State, ...]
    tasks: tuple[Task, ...] = ()
    next: str = ""
    next_due: str = ""
    links: tuple[str, ...] = ()
    executed: tuple[tuple[str, str], ...] = ()
    longest: Span | None = None

    @property
    def asks(self) -> tuple[str, ...]:
        """The decisions that the states, tasks and shares of the pathway are answered by."""
        own = [self.id, self.next, self.next_due, *(one for _, one in self.executed)]
        return tuple(one for one in (*own, *(one for task in self.tasks for one in (task.status, task.due))) if one)
