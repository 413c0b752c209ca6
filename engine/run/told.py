"""What a runner says of its masks: answers and steps of a trace, remembered because charts look alike."""

from typing import Any, NamedTuple

from sangao.engine.answer import Answer
from sangao.engine.pack import ir
from sangao.engine.run.answers import answer
from sangao.engine.run.cells import Remembered
from sangao.engine.run.cones import branches

Abstract = Any


class Step(NamedTuple):
    """What one decision looked at: ids of the rows, branches or items that certainly hold and that may hold."""

    decision: str
    outcome: Abstract
    certain: tuple[str, ...]
    possible: tuple[str, ...]


class Told(Remembered):
    """The answers to one decision by what both passes allow: charts that leave the same possible share one answer.

    Keys are (open, assumed); `alike`: what both allow.
    """

    __slots__ = ("alike", "decision")

    def __init__(self, decision: ir.Decision, *, alike: bool = False) -> None:
        super().__init__()
        self.decision, self.alike = decision, alike

    def work(self, key: Any) -> Answer:
        """Return the answer."""
        return answer(self.decision, key, key) if self.alike else answer(self.decision, *key)


class Named(Remembered):
    """The steps of one decision by its outcome and the masks of its nodes."""

    __slots__ = ("decision", "every")

    def __init__(self, decision: ir.Decision) -> None:
        super().__init__()
        self.decision, self.every = decision, nodes(decision.form)

    def work(self, key: tuple[Abstract, tuple[int, int]]) -> Step:
        """Return the step; a score names all its items, whatever their points."""
        outcome, masks = key
        if isinstance(self.decision.form, ir.Score):
            return Step(self.decision.id, outcome, self.every, self.every)
        held, may = (tuple(one for i, one in enumerate(self.every) if mask >> i & 1) for mask in masks)
        return Step(self.decision.id, outcome, held, may)


def nodes(form: ir.Form) -> tuple[str, ...]:
    """Return the ids of a form's rows, branches or items, in the order of the bits of a trace."""
    match form:
        case ir.Table():
            return tuple(row.id for row in form.rows)
        case ir.Tree(root):
            return tuple(node.id for node in branches(root))
        case ir.Criteria() | ir.Score():
            return tuple(item.id for item in form.items)
    return ("when",)
