"""Trees as text: a default and its exceptions, closed outcomes as masks, numbers and dates as intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import intervals
from sangao.engine.run.cones import branches
from sangao.engine.run.phrases import Name
from sangao.engine.run.writer import Writer
from sangao.engine.truth import FALSE, TRUE, UNKNOWN


def pick(states: Sequence[int], subs: Sequence[Any], own: Any, over: Sequence[Sequence[int]]) -> Any:
    """Answer a number or date node as `spec.branch` does: `over[i]` are the siblings that exception *i* beats."""
    certain = [i for i, state in enumerate(states) if state == TRUE]
    certain = [i for i in certain if not any(i in over[j] for j in certain)]
    unsure = [i for i, state in enumerate(states) if state == UNKNOWN]
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
    bits = {id(node): 1 << i for i, node in enumerate(branches(root))}
    if w.traced:
        w.write(f"c_{w.at} = p_{w.at} = 1")
    if decision.outcome.kind in ("number", "date"):
        value = number_node(w, decision, root, bits)
        w.write(f"{name.one}, {name.two} = {value} or BLANK")
        if w.words.plain:  # siblings that disagree leave an interval: not a plain answer
            w.write(f"if {value} is None or {value}[0] != {value}[1]: return None")
        return
    answer = closed_node(w, decision, root, bits)
    w.write(f"{name.one} = {answer}")
    if w.words.plain and root.exceptions:
        w.write(f"if {name.one} & {name.one} - 1: return None")


def place_at(w: Writer, decision: ir.Decision, node: ir.Branch) -> None:
    """Let the lines that follow stand for a node."""
    w.place_of(f"{decision.id}/{node.id}")


def mark(w: Writer, node: ir.Branch, bits: Mapping[int, int], certain: bool, deeper: int) -> None:
    """Write the mark a trace keeps of a node."""
    if w.traced:
        w.write(f"{'c' if certain else 'p'}_{w.at} |= {bits[id(node)]}", deeper)


def closed_node(w: Writer, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
    """Write what a node of a closed tree answers; return the variable or number that holds it."""
    assert isinstance(node.then, int)
    if not node.exceptions:
        return str(1 << node.then)
    if any(one.over for one in node.exceptions):
        return ranked_node(w, decision, node, bits)
    sure, may = w.new("sure"), w.new("may")
    w.write(f"{sure} = {may} = 0")
    for number, one in enumerate(node.exceptions):
        place_at(w, decision, one)
        w.write(f"if {w.words.possible(one.when)}:")
        mark(w, one, bits, False, 1)
        w.depth += 1
        answer = closed_node(w, decision, one, bits)
        met = f"({sure} & {answer} or {sure} | {answer}) if {sure} else {answer}" if number else answer
        if w.words.plain:
            mark(w, one, bits, True, 0)
            w.write(f"{sure} = {met}")
        else:
            w.write(f"if {w.words.certain(one.when)}:")
            mark(w, one, bits, True, 1)
            w.write(f"{sure} = {met}", 1)
            w.write("else:")
            w.write(f"{may} |= {answer}", 1)
        w.depth -= 1
    place_at(w, decision, node)
    result = w.new("node")
    own = 1 << node.then
    w.write(f"{result} = {sure} or {own}" if w.words.plain else f"{result} = {sure} or {may} | {own}")
    return result


def ranked_node(w: Writer, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
    """Write a node whose exceptions beat one another: as `closed_node`, with `over`."""
    assert isinstance(node.then, int)
    these = node.exceptions
    holds, may, answers = [], [], []
    for one in these:
        place_at(w, decision, one)
        held, possibly, answer = w.new("held"), w.new("possibly"), w.new("answer")
        w.write(f"{held} = {answer} = 0")
        w.write(f"{possibly} = {w.words.possible(one.when)}")
        w.write(f"if {possibly}:")
        mark(w, one, bits, False, 1)
        w.depth += 1
        w.write(f"{held} = {w.words.certain(one.when)}")
        if w.traced:
            w.write(f"if {held}: c_{w.at} |= {bits[id(one)]}")
        w.write(f"{answer} = {closed_node(w, decision, one, bits)}")
        w.depth -= 1
        holds.append(held)
        may.append(possibly)
        answers.append(answer)
    place_at(w, decision, node)
    best = []
    for one, held in zip(these, holds, strict=True):
        beaten = [holds[j] for j, other in enumerate(these) if one.id in other.over]
        certain = held if not beaten else w.new("best")
        if beaten:
            w.write(f"{certain} = {held} and not ({' or '.join(beaten)})")
        best.append(certain)
    result = w.new("node")
    w.write(f"{result} = 0")
    for certain, answer in zip(best, answers, strict=True):
        met = f"{result} & {answer} or {result} | {answer}"
        w.write(f"if {certain}: {result} = ({met}) if {result} else {answer}")
    if not w.words.plain and any(one.over for one in these):
        w.write(f"if {result}:")
        w.depth += 1
        unsure(w, node, result, (holds, best, may, answers))
        w.depth -= 1
        w.write("else:")
    else:
        w.write(f"if not {result}:")
    w.write(f"{result} = {1 << node.then}", 1)
    if not w.words.plain:
        for held, possibly, answer in zip(holds, may, answers, strict=True):
            w.write(f"if {possibly} and not {held}: {result} |= {answer}", 1)
    return result


def unsure(w: Writer, node: ir.Branch, result: str, names: tuple[list[str], list[str], list[str], list[str]]) -> None:
    """Write what an exception that may hold adds where it beats one that certainly holds."""
    holds, best, may, answers = names
    extra, part = w.new("extra"), w.new("part")
    w.write(f"{extra} = 0")
    for i, one in enumerate(node.exceptions):
        below = [best[j] for j, other in enumerate(node.exceptions) if other.id in one.over]
        if not below:
            continue
        w.write(f"if {may[i]} and not {holds[i]} and ({' or '.join(below)}):")
        w.write(f"{part} = {answers[i]}", 1)
        for j, other in enumerate(node.exceptions):
            if other.id not in one.over and j != i:
                w.write(f"if {best[j]}: {part} = {part} & {answers[j]} or {part} | {answers[j]}", 1)
        w.write(f"{extra} |= {part}", 1)
    w.write(f"{result} |= {extra}")


def number_node(w: Writer, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
    """Write what a node of a number or date tree answers; return the variable that holds its interval."""
    assert not isinstance(node.then, int)
    own, result = w.new("own"), w.new("span")
    subs, states = [], []
    for one in node.exceptions:
        subs.append(number_node(w, decision, one, bits))
        place_at(w, decision, one)
        state = w.new("state")
        w.write(f"{state} = {w.words.mask(one.when)}")
        if w.traced:
            w.write(f"if {state} > {FALSE}: p_{w.at} |= {bits[id(one)]}")
            w.write(f"if {state} == {TRUE}: c_{w.at} |= {bits[id(one)]}")
        states.append(state)
    place_at(w, decision, node)
    w.write(f"{own} = ({w.words.low(node.then)}, {w.words.high(node.then)})")
    if not w.words.plain:
        w.write(f"if {own}[0] == NINF: {own} = None")
    if not node.exceptions:
        return own
    places = {one.id: i for i, one in enumerate(node.exceptions)}
    over = tuple(tuple(places[x] for x in one.over if x in places) for one in node.exceptions)
    listed = ("".join(f"{x}, " for x in names) for names in (states, subs))
    w.write(f"{result} = pick(({next(listed)}), ({next(listed)}), {own}, {over!r})")
    return result
