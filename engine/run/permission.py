"""Drug permission: per class the strictest that holds, through the classes that hold other classes.

`classes` says what a class holds (`acei_or_arb`: `acei`, `arb`). What forbids or limits a class limits each it holds; a
class that stands for a choice is no freer than the freest of those it holds. Nothing is won by order: what a stricter
rule overrules is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangao.engine.lattice import freest, limits, stricter, strictest
from sangao.engine.pack import ir
from sangao.engine.truth import TRUE

State = tuple[str, ir.Advice, int, int]  # id, form, open and assumed truth


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done with a class: strictest possible and strictest certain, to start and to go on, and why.

    `deciding`: the rules it rests on, those that forbid to start first; `held`: all that certainly speak of the class;
    `overruled`: those that would allow more.
    """

    start: str | None
    go_on: str | None
    sure_start: str | None
    sure_go_on: str | None
    deciding: tuple[State, ...]
    held: tuple[State, ...]
    overruled: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Return whether something not known could make it stricter than what is certain."""
        return (self.start, self.go_on) != (self.sure_start, self.sure_go_on)


def permission(drug: str, states: Sequence[State], classes: Mapping[str, Sequence[str]]) -> Permission:
    """Return what the rules say of one class, by what they say of it, of classes that hold it, of those it holds."""
    own = [one for one in states if one[1].drug_class == drug]
    above = {name for name, kinds in classes.items() if drug in kinds}
    wider = [limited for one in states if one[1].drug_class in above and (limited := _limiting(one)) is not None]
    mine = [*own, *wider]
    held = [one for one in mine if one[3] == TRUE]
    start, go_on = strictest(one[1].start for one in mine), strictest(one[1].go_on for one in mine)
    sure_start, sure_go_on = strictest(one[1].start for one in held), strictest(one[1].go_on for one in held)
    below = [permission(kind, states, {}) for kind in classes.get(drug, ())]
    deciding = [one for one in mine if (one[1].start == start and start) or (one[1].go_on == go_on and go_on)] or mine
    if below:
        most, sure = freest(one.start for one in below), freest(one.sure_start for one in below)
        if stricter(most, start):
            start = most
            deciding = [state for one in below for state in one.deciding if state[1].start == one.start]
        sure_start = strictest([sure_start, sure if limits(sure) else None])
        most, sure = freest(one.go_on for one in below), freest(one.sure_go_on for one in below)
        if stricter(most, go_on):
            go_on = most
            reasons = [state for one in below for state in one.deciding if state[1].go_on == one.go_on]
            deciding += [one for one in reasons if one not in deciding]
        sure_go_on = strictest([sure_go_on, sure if limits(sure) else None])
    # The first gives the text: it says why not to start, and of an open question it is what is asked.
    asked = (start, go_on) != (sure_start, sure_go_on)
    deciding.sort(key=lambda one: (one[1].start is None or one[1].start != start, asked == (one[3] == TRUE)))
    named = {one[0] for one in deciding}
    overruled = tuple(one[0] for one in held if one[0] not in named and stricter(start, one[1].start))
    return Permission(start, go_on, sure_start, sure_go_on, tuple(deciding), tuple(held), overruled)


def _limiting(state: State) -> State | None:
    """Return what a rule about a wider class says of one it holds: only what limits."""
    name, form, opened, assumed = state
    start, go_on = (one if limits(one) else None for one in (form.start, form.go_on))
    if start is None and go_on is None:
        return None
    return (
        name,
        ir.Advice(
            form.when, form.kind, form.code, form.urgency, form.when_unknown, form.drug_class, start, go_on, form.due
        ),
        opened,
        assumed,
    )
