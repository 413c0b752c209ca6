"""Where a patient stands on a pathway: the answers of its decisions put side by side, nothing decided anew.

The walk, every due date and every status are ordinary decisions of the pack (`p`, `p.task.due`, `p.task`, `p.next`,
`p.executed.profile`); whatever runner answered them, their composition is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sangao.engine.answer import Answer
from sangao.engine.pack import ir

Standing = Literal["done", "overdue", "due", "waiting", "unknown"]
STANDS: dict[str, Standing] = {
    "done_in_time": "done",
    "done_late": "done",
    "not_done": "overdue",
    "not_yet_due": "due",
    "not_reached": "waiting",
}


@dataclass(frozen=True, slots=True)
class Doing:
    """One task: `status` answers with done_in_time, done_late, not_done, not_yet_due or not_reached; `due` is a date.

    A due date that is `never` runs from something that has not happened.
    """

    task: str
    state: str
    who: tuple[str, ...]
    status: Answer
    due: Answer

    @property
    def stands(self) -> Standing:
        """Return how the task stands in one word; one that may be done or overdue is unknown."""
        return STANDS.get(str(self.status.value), "unknown")


@dataclass(frozen=True, slots=True)
class Progress:
    """A patient on a pathway on a day. `state.possible` are the states the patient may be in.

    `executed`: profile → the answer executed, not_executed or open (not all due dates have passed).
    """

    pathway: ir.Pathway
    on: date
    state: Answer
    tasks: tuple[Doing, ...]
    next: Answer | None
    next_due: Answer | None
    executed: dict[str, Answer]

    def standing(self, *wanted: Standing) -> tuple[Doing, ...]:
        """Return the tasks that stand so, in written order: `done`, `overdue`, `due`, `waiting`, `unknown`."""
        return tuple(one for one in self.tasks if one.stands in wanted)

    @property
    def links(self) -> tuple[Doing, ...]:
        """Return the tasks that count for execution."""
        by_name = {one.task: one for one in self.tasks}
        return tuple(by_name[name] for name in self.pathway.links)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (`sangao.pathway/1`); dates are ISO text, `never`, or null when not known."""
        return {
            "schema": "sangao.pathway/1",
            "pathway": self.pathway.id,
            "on": self.on.isoformat(),
            "state": _answer(self.state),
            "tasks": [
                {
                    "task": one.task,
                    "state": one.state,
                    "who": list(one.who),
                    "stands": one.stands,
                    "status": _answer(one.status),
                    "due": one.due.value,
                    "due_from": one.due.at_least,
                    "due_until": one.due.at_most,
                }
                for one in self.tasks
            ],
            "next": _answer(self.next) if self.next is not None else None,
            "next_due": self.next_due.value if self.next_due is not None else None,
            "links": list(self.pathway.links),
            "executed": {name: _answer(one) for name, one in self.executed.items()},
        }


def progress(pathway: ir.Pathway, ask: Callable[[str], Answer], on: date) -> Progress:
    """Return where a patient stands; `ask` answers a decision of the pack for the chart."""
    return Progress(
        pathway,
        on,
        ask(pathway.id),
        tuple(Doing(one.id, one.state, one.who, ask(one.status), ask(one.due)) for one in pathway.tasks),
        ask(pathway.next) if pathway.next else None,
        ask(pathway.next_due) if pathway.next_due else None,
        {name: ask(decision) for name, decision in pathway.executed},
    )


def _answer(one: Answer) -> dict[str, Any]:
    return {"value": one.value, "status": one.status, "possible": list(one.possible)}
