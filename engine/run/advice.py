"""From the advice that holds to one list a doctor can work through.

Same action from several rules: one item with all their ids. Drug permission is decided per class: the strictest that
certainly holds, and under unknown the strictest that may hold, shown with the question that would lift it. Order:
emergency, urgent, soon, routine, questions; routine beyond the pack's budget is folded, urgent never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.answer import Status
from sangao.engine.pack import ir
from sangao.engine.run.cells import Remembered
from sangao.engine.run.permission import State, permission
from sangao.engine.truth import FALSE, TRUE

FIRMNESS: tuple[Status, ...] = ("settled", "provisional", "unknown")
URGENCY = ("emergency", "urgent", "soon", "routine")
KINDS = ("refer", "drug", "follow_up", "order", "record", "educate", "lifestyle")


@dataclass(frozen=True, slots=True)
class Item:
    """One action: the advice decisions behind it (the first names it), its status, what it overrules.

    `question`: it is asked for, not yet advised. `start`, `go_on`: the permission of a drug class; the text is that of
    the first rule.
    """

    ids: tuple[str, ...]
    form: ir.Advice
    status: Status
    urgency: str
    question: bool = False
    start: str | None = None
    go_on: str | None = None
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """The advice of one chart: what is shown, and the routine items beyond the budget."""

    shown: tuple[Item, ...]
    folded: tuple[Item, ...]


class Adviser(Remembered):
    """Lists advice for charts of one pack; charts on which every advice stands alike share a list."""

    __slots__ = ("advising", "pack")
    most = 1 << 10

    def __init__(self, pack: ir.Pack) -> None:
        super().__init__()
        self.pack = pack
        self.advising = tuple(
            (one.id, one.form) for one in pack.decisions.values() if isinstance(one.form, ir.Advice) and not one.hidden
        )

    def listed(self, opened: Mapping[str, Any], assumed: Mapping[str, Any]) -> Listed:
        """Return the advice list from what both passes say of every advice decision."""
        found: Listed = self[tuple([(opened[id], assumed[id]) for id, _ in self.advising])]
        return found

    def work(self, key: tuple[tuple[int, int], ...]) -> Listed:
        """Return the list for the open and the assumed truth of every advice."""
        named = zip(self.advising, key, strict=True)
        return listed(self.pack, [(id, form, opened, assumed) for (id, form), (opened, assumed) in named])


def listed(pack: ir.Pack, states: Sequence[State]) -> Listed:
    """Return the advice list from the states of every advice decision."""
    live, beaten = standing(states)
    items = _merged([one for one in live if one[0] not in beaten and one[1].drug_class is None])
    items += _drugs(about_drugs(states), pack.dictionary.classes)
    known = {one[0] for one in live}
    lost = [(target, name) for target, name in beaten.items() if target in known]
    items = [_beating(item, [target for target, name in lost if name in item.ids]) for item in items]
    items.sort(key=lambda item: (item.question, URGENCY.index(item.urgency), rank(item)))
    kept: list[Item] = []
    folded: list[Item] = []
    budget = pack.meta.advice_budget
    for item in items:
        routine = item.urgency == "routine" and not item.question
        (folded if routine and budget <= 0 else kept).append(item)
        budget -= routine
    return Listed(tuple(kept), tuple(folded))


def standing(states: Sequence[State]) -> tuple[list[State], dict[str, str]]:
    """Return the advice that holds or may hold, and what of all advice is overruled by which that holds."""
    live = [one for one in states if one[3] == TRUE or (one[3] != FALSE and one[1].when_unknown != "hold")]
    return live, {target: name for name, form, _, state in live if state == TRUE for target in form.overrules}


def about_drugs(states: Sequence[State]) -> list[State]:
    """Return the standing advice on permissions of drug classes: what `permission` takes."""
    live, beaten = standing(states)
    return [one for one in live if one[0] not in beaten and one[1].drug_class is not None]


def rank(item: Item) -> int:
    """Return the place of an item among those as urgent: referral, drugs, orders …, and last what is merely allowed."""
    return len(KINDS) if item.start == "allow" else KINDS.index(item.form.kind)


def _merged(states: Sequence[State]) -> list[Item]:
    found: dict[tuple[str, str, bool], Item] = {}
    for name, form, opened, assumed in states:
        acted = assumed == TRUE or form.when_unknown == "act"
        key = (form.kind, form.code, acted)
        before = found.get(key)
        if before is None:
            found[key] = Item((name,), form, status(opened, assumed), form.urgency, question=not acted)
            continue
        best = min(before.status, status(opened, assumed), key=FIRMNESS.index)
        urgency = min(before.urgency, form.urgency, key=URGENCY.index)
        found[key] = replace(before, ids=(*before.ids, name), status=best, urgency=urgency)
    advised = {(kind, code) for kind, code, acted in found if acted}
    return [item for (kind, code, acted), item in found.items() if acted or (kind, code) not in advised]


def _drugs(states: Sequence[State], classes: Mapping[str, Sequence[str]]) -> list[Item]:
    """Return one item per drug class, under the strictest permission possible.

    Where a mere possibility is stricter than what certainly holds, or nothing certainly holds, the item is a question.
    """
    found: list[Item] = []
    covered: dict[str, list[str]] = {}  # a class that a wider one decides is not said again; what it would allow is
    for drug in dict.fromkeys(form.drug_class for _, form, _, _ in states if form.drug_class is not None):
        may = permission(drug, states, classes)
        by = {one[1].drug_class for one in may.deciding}
        if drug not in by and drug not in classes and len(by) == 1:
            covered.setdefault(by.pop() or "", []).extend(may.overruled)
            continue
        shown = [*may.deciding, *(one for one in may.held if one not in may.deciding)]
        best: Status = (
            "unknown" if may.open else min((status(one[2], one[3]) for one in may.deciding), key=FIRMNESS.index)
        )
        urgency = min((one[1].urgency for one in shown), key=URGENCY.index)
        ids = tuple(dict.fromkeys(one[0] for one in shown if one[0] not in may.overruled))
        own = next((one[1] for one in may.deciding if one[1].drug_class == drug), None)
        form = replace(own or may.deciding[0][1], drug_class=drug)
        found.append(Item(ids, form, best, urgency, may.open, may.start, may.go_on, may.overruled))
    return [_beating(item, covered.get(item.form.drug_class or "", ())) for item in found]


def _beating(item: Item, others: Sequence[str]) -> Item:
    """Return an item that overrules others too."""
    return replace(item, overruled=tuple(dict.fromkeys((*item.overruled, *others)))) if others else item


def status(opened: int, assumed: int) -> Status:
    """Return how firmly an advice holds.

    >>> status(TRUE, TRUE), status(3, TRUE), status(3, 3)
    ('settled', 'provisional', 'unknown')
    """
    if assumed not in (TRUE, FALSE):
        return "unknown"
    return "settled" if opened == assumed else "provisional"
