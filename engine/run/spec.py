"""The definition: what a pack answers, written to be read. Every other runner must agree with it, bit for bit.

Never optimise this file. It walks the compiled form (`sangao.engine.pack.ir`) with the abstract values described there:
masks for truths and codes, intervals for numbers and dates, (certain, possible) for sets.

>>> from sangao.engine.pack.ir import Always, Both, Read
>>> env = Env({"a": UNKNOWN}, {})
>>> truth(Both((Read("a"), Always(FALSE))), env) == FALSE
True
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import intervals
from sangao.engine.run.cones import read_beside, unusable_beside
from sangao.engine.run.intervals import Interval
from sangao.engine.truth import FALSE, TRUE, UNKNOWN, both, either, negated, tally

Abstract = Any  # a mask, an interval or None, or (certain, possible)


@dataclass(frozen=True, slots=True)
class Env:
    """What an expression may look at: leaf values and the answers of earlier decisions, of one pass."""

    values: Mapping[str, Abstract]
    answers: Mapping[str, Abstract]


# --- expressions ------------------------------------------------------------------------------------------------------
def truth(expr: ir.Expr, env: Env) -> int:
    """Return the strong Kleene truth of a condition."""
    match expr:
        case ir.Always(value):
            return value
        case ir.Read(leaf):
            return int(env.values[leaf])
        case ir.Ask(decision):
            return int(env.answers[decision])
        case ir.Compare(op, left, right):
            return intervals.compare(op, number(left, env), number(right, env))
        case ir.Member(item, mask):
            return member(closed(item, env), mask)
        case ir.Has(decision, item):
            certain, possible = env.answers[decision]
            return TRUE if certain >> item & 1 else UNKNOWN if possible >> item & 1 else FALSE
        case ir.Both(items):
            result = TRUE
            for one in items:
                result = both(result, truth(one, env))
            return result
        case ir.Either(items):
            result = FALSE
            for one in items:
                result = either(result, truth(one, env))
            return result
        case ir.Not(item):
            return negated(truth(item, env))
    raise TypeError(f"not a condition: {expr!r}")


def member(possible: int, mask: int) -> int:
    """Return whether what is possible lies in `mask`."""
    return TRUE * bool(possible & mask) | FALSE * bool(possible & ~mask)


def closed(expr: ir.Read | ir.Ask, env: Env) -> int:
    """Return the mask of a code leaf or a closed decision."""
    return int(env.values[expr.leaf] if isinstance(expr, ir.Read) else env.answers[expr.decision])


def number(expr: ir.Expr, env: Env) -> Interval:
    """Return the interval of a number expression."""
    match expr:
        case ir.Int(value):
            return value, value
        case ir.Read(leaf):
            return _interval(env.values[leaf])
        case ir.Ask(decision):
            return _interval(env.answers[decision])
        case ir.Plus(items):
            return intervals.plus([number(one, env) for one in items])
        case ir.Times(by, item):
            return intervals.times(by, number(item, env))
        case ir.Least(items):
            return intervals.least([number(one, env) for one in items])
        case ir.Most(items):
            return intervals.most([number(one, env) for one in items])
        case ir.Size(item):
            return intervals.size(number(item, env))
        case ir.Tally(items):
            return tally(truth(one, env) for one in items)
        case ir.CountIn(decision):
            certain, possible = env.answers[decision]
            return certain.bit_count(), possible.bit_count()
    raise TypeError(f"not a number: {expr!r}")


def _interval(value: Abstract) -> Interval:
    return None if value is None else (value[0], value[1])


# --- forms ------------------------------------------------------------------------------------------------------------
def agreeing(column: ir.Input, env: Env) -> list[int]:
    """Return the bands of a table's or score's input that agree with what is known of it."""
    if column.kind == "number":
        known = number(column.expr, env)
        if known is None:
            return list(range(column.bands))
        return list(range(bisect_right(column.cuts, known[0]), bisect_right(column.cuts, known[1]) + 1))
    mask = truth(column.expr, env) if column.kind == "bool" else closed(column.expr, env)  # type: ignore[arg-type]
    return [band for band in range(column.bands) if mask >> band & 1]


def matches(row: ir.Row, cell: Sequence[int]) -> bool:
    """Return whether a row answers one cell of the band grid; a cell `-` is not looked at."""
    tests = [bool(mask >> band & 1) for mask, band in zip(row.cells, cell, strict=True) if mask is not None]
    return (any(tests) or not tests) if row.mode == "any" else all(tests)


def answered(form: ir.Table, cell: Sequence[int]) -> set[int]:
    """Return the outcomes of one cell under the hit policy: one when the table is sound, all items for `collect`."""
    hits = [row.then for row in form.rows if matches(row, cell)]
    if form.hit == "highest":
        return {max(hits)} if hits else set()
    if form.hit == "first":
        return set(hits[:1])
    return set(hits)


def table(form: ir.Table, outcome: ir.Outcome, env: Env) -> Abstract:
    """An outcome is possible when some cell that agrees with what is known of each input is answered by it."""
    cells = list(product(*(agreeing(column, env) for column in form.inputs)))
    if form.hit == "collect":
        sets = [sum(1 << one for one in answered(form, cell)) for cell in cells]
        certain, possible = (1 << len(outcome.codes)) - 1, 0
        for one in sets:
            certain, possible = certain & one, possible | one
        return (certain, possible) if sets else (0, (1 << len(outcome.codes)) - 1)
    mask = 0
    for cell in cells:
        for one in answered(form, cell):
            mask |= 1 << one
    # Only contradictory inputs (a combination under `never`) leave nothing: then everything is possible, not nothing.
    return mask or (1 << len(outcome.codes)) - 1


def branch(node: ir.Branch, outcome: ir.Outcome, env: Env) -> Abstract:
    """A node answers with its exception that holds, else with its own outcome.

    A sibling that certainly holds leaves only its subtree, and those `over` it that may hold; several that certainly
    hold agree, so what all of them allow remains. Else: the subtrees that may hold, and the node's own outcome. Whoever
    is beaten by a sibling that certainly holds answers nothing, whether it holds or not.
    """
    held = [(one, truth(one.when, env)) for one in node.exceptions]
    beaten = {below for one, state in held if state == TRUE for below in one.over}
    certain = [one for one, state in held if state == TRUE and one.id not in beaten]
    unsure = [one for one, state in held if state == UNKNOWN and one.id not in beaten]
    if not certain:
        parts = [branch(one, outcome, env) for one in unsure]
        return _join(outcome, [*parts, _own(node, outcome, env)])
    sets = {one.id: branch(one, outcome, env) for one in certain}
    parts = [_meet(outcome, list(sets.values()))]
    for one in unsure:
        if any(below.id in one.over for below in certain):
            equals = [sets[other.id] for other in certain if other.id not in one.over]
            parts.append(_meet(outcome, [branch(one, outcome, env), *equals]))
    return _join(outcome, parts)


def _own(node: ir.Branch, outcome: ir.Outcome, env: Env) -> Abstract:
    if isinstance(node.then, int):
        return 1 << node.then
    return number(node.then, env)


def _join(outcome: ir.Outcome, parts: Sequence[Abstract]) -> Abstract:
    if outcome.kind in ("number", "date"):
        return intervals.hull(parts)
    mask = 0
    for part in parts:
        mask |= part
    return mask


def _meet(outcome: ir.Outcome, parts: Sequence[Abstract]) -> Abstract:
    result = parts[0]
    for part in parts[1:]:
        narrowed = intervals.meet(result, part) if outcome.kind in ("number", "date") else result & part
        result = narrowed if narrowed != 0 else result | part
    return result


def criteria(form: ir.Criteria, outcome: ir.Outcome, env: Env) -> Abstract:
    """Count what is certain and what is possible; a set answers which, a number how many, a bool whether enough."""
    truths = [truth(item.when, env) for item in form.items]
    if outcome.kind == "set":
        certain = sum(1 << i for i, one in enumerate(truths) if one == TRUE)
        return certain, sum(1 << i for i, one in enumerate(truths) if one != FALSE)
    low, high = tally(truths)
    if outcome.kind == "number":
        return low, high
    return TRUE * (high >= form.need) | FALSE * (low < form.need)


def score(form: ir.Score, outcome: ir.Outcome, env: Env) -> Abstract:
    """Add the least and the most points of every item; a band is possible when it meets that interval."""
    low = high = 0
    for item in form.items:
        points = [item.points[band] for band in agreeing(item.input, env)]
        low, high = low + min(points), high + max(points)
    if outcome.kind == "number":
        return low, high
    first, last = bisect_right(form.cuts, low), bisect_right(form.cuts, high)
    return sum(1 << band for band in range(first, last + 1))


def form_of(decision: ir.Decision, env: Env) -> Abstract:
    """Return what one decision still allows."""
    match decision.form:
        case ir.Table():
            return table(decision.form, decision.outcome, env)
        case ir.Tree(root):
            return branch(root, decision.outcome, env)
        case ir.Criteria():
            return criteria(decision.form, decision.outcome, env)
        case ir.Score():
            return score(decision.form, decision.outcome, env)
        case ir.Advice(when):
            return truth(when, env)


# --- passes -----------------------------------------------------------------------------------------------------------
def single(outcome: ir.Outcome, possible: Abstract) -> bool:
    """Return whether one outcome is left."""
    if outcome.kind in ("number", "date"):
        return possible is not None and possible[0] == possible[1]
    if outcome.kind == "set":
        return bool(possible[0] == possible[1])
    return int(possible).bit_count() == 1


def holds(pack: ir.Pack, leaf: str, values: Mapping[str, Abstract]) -> bool:
    """Return whether a leaf holds a value (the one place where `is known` stands)."""
    value = values[leaf]
    if pack.leaves[leaf].kind in ("number", "date"):
        return value is not None
    return int(value).bit_count() == 1


def known(pack: ir.Pack, test: ir.Known, values: Mapping[str, Abstract]) -> bool:
    """Return whether an `enough:` condition is met."""
    parts = (holds(pack, one, values) if isinstance(one, str) else known(pack, one, values) for one in test.leaves)
    return any(parts) if test.mode == "any" else all(parts)


def taken_for_granted(pack: ir.Pack, enough: ir.Enough, values: Mapping[str, Abstract]) -> dict[str, Abstract]:
    """Return the values with the blank leaves of `assuming` set to what the decision may take for granted.

    A fact that was read is not blank: its windows still hold something, or what was measured for its formula does. Nor
    is one of which something was said that cannot be used, or may have been: whatever it was, it was not looked at.
    """
    changed = dict(values)
    for leaf, given in enough.assuming:
        read = any(holds(pack, one, values) for one in (leaf, *read_beside(pack, enough, leaf)))
        said = any(values[one] != FALSE for one in unusable_beside(pack, enough, leaf))
        if not read and not said:
            changed[leaf] = given
    return changed


def evaluate(
    pack: ir.Pack, open_values: Mapping[str, Abstract], assumed_values: Mapping[str, Abstract]
) -> tuple[dict[str, Abstract], dict[str, Abstract]]:
    """Run both passes over the whole graph: assumptions off, assumptions on.

    `open_values` and `assumed_values` map every leaf of the pack to its abstract value; they differ only in leaves of
    facts that are assumed false. Returns what each decision allows, by decision id, in the open and the assumed pass.
    """
    opened: dict[str, Abstract] = {}
    assumed: dict[str, Abstract] = {}
    for decision in pack.decisions.values():
        opened[decision.id] = form_of(decision, Env(open_values, opened))
        assumed[decision.id] = assume(pack, decision, open_values, assumed_values, assumed)
    return opened, assumed


def assume(
    pack: ir.Pack,
    decision: ir.Decision,
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
    answers: Mapping[str, Abstract],
    allows: Callable[[ir.Decision, Env], Abstract] = form_of,
) -> Abstract:
    """Answer one decision in the assumed pass: its `must_ask` facts are never assumed, `enough:` may close it.

    `allows`: what says, in the place of `form_of`, what a decision still allows.
    """
    values = dict(assumed_values)
    for leaf in decision.reads:
        if any(fact in decision.must_ask for fact in pack.leaves[leaf].facts):
            values[leaf] = open_values[leaf]
    env = Env(values, answers)
    result = allows(decision, env)
    if decision.enough and not single(decision.outcome, result) and known(pack, decision.enough.when, values):
        return allows(decision, replace(env, values=taken_for_granted(pack, decision.enough, values)))
    return result
