"""Trees as text: a default and its exceptions, closed outcomes by their key, numbers and dates as intervals."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import intervals
from sangao.engine.run.keys import MAY, SURE
from sangao.engine.run.phrases import Name
from sangao.engine.run.writer import Writer
from sangao.engine.truth import TRUE, UNKNOWN


def pick(states: Sequence[int], subs: Sequence[Any], own: Any, over: Sequence[Sequence[int]]) -> Any:
    """Answer a number or date node as `spec.branch` does: `over[i]` are the siblings that exception *i* beats."""
    beaten = {below for i, state in enumerate(states) if state == TRUE for below in over[i]}
    certain = [i for i, state in enumerate(states) if state == TRUE and i not in beaten]
    unsure = [i for i, state in enumerate(states) if state == UNKNOWN and i not in beaten]
    if not certain:
        return intervals.hull([*(subs[i] for i in unsure), own])
    parts = [_meet([subs[i] for i in certain])]
    for i in unsure:
        if any(j in over[i] for j in certain):
            parts.append(_meet([subs[i], *(subs[j] for j in certain if j not in over[i])]))
    return intervals.hull(parts)


def _meet(parts: Sequence[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = intervals.meet(result, part)
    return result


def tree(w: Writer, decision: ir.Decision, root: ir.Branch, name: Name) -> None:
    """Write a tree from its root."""
    if decision.outcome.kind in ("number", "date"):
        number_tree(w, decision, root, name)
        return
    w.write(f"{w.key} = 0")
    closed_node(w, decision, root, count())
    place_at(w, decision, root)
    w.look_up(decision)


def place_at(w: Writer, decision: ir.Decision, node: ir.Branch) -> None:
    """Let the lines that follow stand for a node."""
    w.place_of(f"{decision.id}/{node.id}")


def closed_node(w: Writer, decision: ir.Decision, node: ir.Branch, places: Iterator[int]) -> None:
    """Add to the key which exceptions of a node hold; those below one that cannot hold are not looked at."""
    for one in node.exceptions:
        place_at(w, decision, one)
        at = 2 * next(places)
        w.write(f"if {w.words.possible(one.when)}:")
        sure = "" if w.words.plain else f" if {w.words.certain(one.when)} else {MAY << at}"
        w.write(f"{w.key} += {SURE << at}{sure}", 1)
        w.depth += 1
        closed_node(w, decision, one, places)
        w.depth -= 1


def number_tree(w: Writer, decision: ir.Decision, root: ir.Branch, name: Name) -> None:
    """Write a tree of numbers or dates."""
    if w.traced:
        w.write(f"{w.key} = 0")
    value = number_node(w, decision, root, count())
    if w.words.plain:  # siblings that disagree leave an interval: not a plain answer
        w.write(f"if {value} is None or {value}[0] != {value}[1]: raise Unsettled")
    if not w.bare or decision.id in w.asked:
        w.write(f"{name.one}, {name.two} = {value} or BLANK")
    w.tell(decision, value)


def number_node(w: Writer, decision: ir.Decision, node: ir.Branch, places: Iterator[int]) -> str:
    """Write what a node of a number or date tree answers; return the variable that holds its interval."""
    assert not isinstance(node.then, int)
    own, result = w.new("own"), w.new("span")
    subs, states = [], []
    for one in node.exceptions:
        at = 2 * next(places)
        subs.append(number_node(w, decision, one, places))
        place_at(w, decision, one)
        state = w.new("state")
        w.write(f"{state} = {w.words.mask(one.when)}")
        if w.traced:
            w.write(f"if {state} > 1: {w.key} += {SURE << at} if {state} == {TRUE} else {MAY << at}")
        states.append(state)
    place_at(w, decision, node)
    w.write(f"{own} = ({w.words.low(node.then)}, {w.words.high(node.then)})")
    if not w.words.plain:
        w.write(f"if {own}[0] == NINF: {own} = None")
    if not node.exceptions:
        return own
    places_of = {one.id: i for i, one in enumerate(node.exceptions)}
    over = tuple(tuple(places_of[x] for x in one.over if x in places_of) for one in node.exceptions)
    listed = ("".join(f"{x}, " for x in names) for names in (states, subs))
    w.write(f"{result} = pick(({next(listed)}), ({next(listed)}), {own}, {over!r})")
    return result
