"""Pathways as an author writes them: states, guarded steps between them, tasks with due dates, what counts as executed.

A pathway is shorthand: `sangao.engine.rules.unfolded` writes it out as ordinary decisions.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from sangao.engine.errors import Problem
from sangao.engine.rules.fit import nearest
from sangao.engine.rules.forms import Backed, Form, OfDoc
from sangao.engine.rules.leaves import Bool, DecisionId, Formula, Name, Names, Some
from sangao.engine.rules.text import Text

NONE = "none"  # the next step when nothing is open


class StepDoc(Backed):
    """A step to another state, taken when its guard holds; `over` names states that this one goes before.

    `back`: the step closes a round; the walk never takes it, for what closed the round has moved the dates on.
    """

    short: ClassVar[str | None] = "when"
    when: Formula
    back: Bool = False
    over: tuple[Name, ...] = ()


class TaskDoc(Backed):
    """Something to be done in a state: `due` by a date, done on the date `done` (or once `met` holds), by `who`.

    What was done before the date `since` belongs to an earlier round. With `evidence`, it counts as done only where
    that holds too; `missed`: it is not done although it was before, or before it is due; `applies`: else there is
    nothing to do. Without `done` and `met` it comes round again and again.
    """

    name: Names
    due: Formula
    done: Formula | None = None
    met: Formula | None = None
    since: Formula | None = None
    evidence: Formula | None = None
    missed: Formula | None = None
    applies: Formula | None = None
    who: tuple[Name, ...] = ()


class StateDoc(Backed):
    """A state: the steps out of it, its tasks; `terminal`: one may stay; `refers`, `returns`: a loop opens, closes."""

    name: Names
    to: dict[Name, StepDoc] = Field(default_factory=dict)
    tasks: dict[Name, TaskDoc] = Field(default_factory=dict)
    terminal: Bool = False
    refers: Bool = False
    returns: Bool = False


class ExecutedDoc(Backed):
    """How a person counts as executed: so many of the links in time, `must` among them."""

    name: Names
    of: OfDoc = Field(default_factory=lambda: OfDoc.model_validate("all"))
    must: tuple[Name, ...] = ()


class PathwayDoc(Form):
    """States from `start` (the first) on; `longest`: no stay without a task due within that span of some date."""

    pathway: DecisionId
    longest: Text | None = None
    start: Name | None = None
    roles: dict[Name, Names] = Field(default_factory=dict)
    states: Annotated[dict[Name, StateDoc], Some]
    links: tuple[Name, ...] = ()
    executed: dict[Name, ExecutedDoc] = Field(default_factory=dict)
    when_unknown: Names | None = None

    @property
    def id(self) -> Text:
        """Return the id of the decision that answers with the state."""
        return self.pathway

    @property
    def first(self) -> Text:
        """Return the state that everybody is in before any guard holds."""
        return self.start if self.start is not None else next(iter(self.states))

    @property
    def tasks(self) -> dict[Text, TaskDoc]:
        """Return every task by name, in written order."""
        return {name: task for state in self.states.values() for name, task in state.tasks.items()}

    def forward(self, state: str) -> dict[Text, StepDoc]:
        """Return the steps out of a state that the walk takes."""
        return {to: step for to, step in self.states[Text(state)].to.items() if not step.back}


def check_pathway(doc: PathwayDoc) -> list[Problem]:
    """Return what is wrong with the states and steps of a pathway as a graph; nothing here needs a patient."""
    problems = [*_words(doc), *_once(doc)]
    return problems or [*_graph(doc)]


def _words(doc: PathwayDoc) -> Iterator[Problem]:
    """Names of states, tasks and roles that nothing has."""
    states, tasks = list(doc.states), list(doc.tasks)
    named = [doc.start] if doc.start is not None else []
    named += [to for state in doc.states.values() for to in state.to]
    for state in doc.states.values():
        for step in state.to.values():
            named += [one for one in step.over if one not in state.to]
    yield from (_unknown("pathway.unknown_state", one, states) for one in named if one not in doc.states)
    wanted = [*doc.links, *(one for way in doc.executed.values() for one in way.must)]
    yield from (_unknown("pathway.unknown_task", one, tasks) for one in wanted if one not in tasks)
    for task in doc.tasks.values():
        yield from (_unknown("pathway.unknown_role", one, doc.roles) for one in task.who if one not in doc.roles)
        if task.done is not None and task.met is not None:
            yield Problem("rules.conflict", task.met.span, {"first": "done", "second": "met"})
        for given, one in (("since", task.since), ("evidence", task.evidence)):
            if one is not None and task.done is None:
                yield Problem("rules.needs", one.span, {"given": given, "needed": "done"})


def _once(doc: PathwayDoc) -> Iterator[Problem]:
    """A task, and a part that is named like one, stands once."""
    seen: dict[Text, Text] = {}
    for state in doc.states.values():
        for task in state.tasks:
            if task in seen:
                yield Problem("rules.doubled_id", task.span, {"id": task}, also=(seen[task].span,))
            if task in ("next", "executed", NONE):
                yield Problem("rules.reserved", task.span, {"given": task})
            seen.setdefault(task, task)


def _graph(doc: PathwayDoc) -> Iterator[Problem]:
    cycle = _cycle(doc)
    if cycle is not None:
        at = next(to for to in doc.states[cycle[-2]].to if to == cycle[-1])
        yield Problem("pathway.cycle", at.span, {"cycle": " → ".join(cycle)})
        return
    reached = reachable(doc, doc.first, back=False)
    for name, state in doc.states.items():
        if name not in reached:
            yield Problem("pathway.unreachable", name.span, {"state": name, "start": doc.first})
        if not state.to and not state.terminal:
            yield Problem("pathway.dead_end", name.span, {"state": name})
        if not state.tasks and not state.terminal:
            yield Problem("pathway.unbounded", name.span, {"state": name})
        for to, step in state.to.items():
            if step.back and name not in reachable(doc, to, back=False):
                yield Problem("pathway.not_back", to.span, {"state": name, "to": to})
    yield from _returns(doc)


def _returns(doc: PathwayDoc) -> Iterator[Problem]:
    """From a state that refers, and from every state that follows before a return, a return can be reached."""
    homes = frozenset(str(name) for name, state in doc.states.items() if state.returns)
    lost: dict[str, Text] = {}
    for name, state in doc.states.items():
        if state.refers:
            for one in reachable(doc, name, back=True, until=homes) - homes:
                if not homes & reachable(doc, one, back=True):
                    lost.setdefault(one, name)
    for name in doc.states:
        if name in lost:
            parts = {"state": name, "refers": lost[name]}
            yield Problem("pathway.no_return", name.span, parts, also=(lost[name].span,))


def reachable(doc: PathwayDoc, start: str, *, back: bool, until: frozenset[str] = frozenset()) -> set[str]:
    """Return the states that steps lead to from a state, itself too, none beyond `until`.

    `back`: steps that close a round count.
    """
    found, pending = {str(start)}, [start]
    while pending:
        state = pending.pop()
        if state in until:
            continue
        for to, step in doc.states[Text(state)].to.items():
            if (back or not step.back) and str(to) not in found:
                found.add(str(to))
                pending.append(to)
    return found


def _cycle(doc: PathwayDoc) -> list[Text] | None:
    """Return states whose steps, none of them `back`, lead round."""
    done: set[str] = set()

    def visit(state: Text, path: list[Text]) -> list[Text] | None:
        if state in path:
            return [*path[path.index(state) :], state]
        if state in done:
            return None
        for to in doc.forward(state):
            found = visit(to, [*path, state])
            if found is not None:
                return found
        done.add(state)
        return None

    return next((found for state in doc.states if (found := visit(state, [])) is not None), None)


def _unknown(code: str, word: Text, known: Iterable[str]) -> Problem:
    return Problem(code, word.span, {"given": word, "nearest": nearest(word, known)})
