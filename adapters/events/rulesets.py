"""The rule sets of durable-rules, made from what a pack says: plain data in its JSON form, no number of our own.

`FIRED` marks where the engine puts its callback in the other process.
"""

from collections.abc import Sequence
from typing import Any

from sangao.adapters.events.gate import LAST_DAY
from sangao.adapters.events.patterns import Pattern
from sangao.engine.pack import ir

FIRED = "fired"
Definition = dict[str, Any]


def days_rule(pattern: Pattern) -> Definition:
    """Return the rule that fires when marks `{day, holds}` meet a pattern.

    >>> list(days_rule(Pattern("high", 2, inside=28)))
    ['all', 'run']
    """
    parts: list[Definition] = []
    # INVARIANT: each further day refers to the first; where the third does not, durable-rules ends the process.
    inside = LAST_DAY if pattern.inside is None else pattern.inside
    for i in range(pattern.n):
        tests: list[Definition] = [{"holds": 1}]
        if i:
            tests.append({"$gt": {"day": {f"day{i - 1}": "day"}}})
            tests.append({"$lte": {"day": {"$add": {"$l": {"day0": "day"}, "$r": inside}}}})
        parts.append({f"day{i}": {"$and": tests} if i else tests[0]})
    if pattern.unbroken:
        between = [{"$gt": {"day": {"day0": "day"}}}, {"$lt": {"day": {f"day{pattern.n - 1}": "day"}}}]
        parts.append({"broken$not": {"$and": [{"holds": 0}, *between]}})
    return {"all": parts, "run": FIRED}


def overdue_rule() -> Definition:
    """Return the rule that fires for each expectation that was not met once there is a day after it is due."""
    expected, met = {"expected": {"kind": 1}}, {"met$not": {"$and": [{"kind": 2}, {"who": {"expected": "who"}}]}}
    today = {"today": {"$and": [{"kind": 3}, {"$gt": {"day": {"expected": "due"}}}]}}
    return {"all": [expected, met, today], "run": FIRED}


def moves(pathway: ir.Pathway) -> frozenset[tuple[int, int]]:
    """Return which states lead to which, by number: forward by any number of steps, back by one.

    One record can hold what was done in several states, so a patient may be seen first a few states on.
    """
    number = {state.id: i for i, state in enumerate(pathway.states)}
    forward = {number[state.id]: {number[one.to] for one in state.steps if not one.back} for state in pathway.states}
    back = {(number[state.id], number[one.to]) for state in pathway.states for one in state.steps if one.back}
    found: set[tuple[int, int]] = set()
    for start in forward:
        todo = list(forward[start])
        while todo:
            state = todo.pop()
            if (start, state) not in found:
                found.add((start, state))
                todo += forward[state]
    return frozenset(found | back)


def statechart(states: int, ways: Sequence[tuple[int, int]]) -> Definition:
    """Return a statechart over numbered states: from `begin` into any of them, then along the ways."""
    chart: Definition = {"begin": {f"to{i}": _way(i) for i in range(states)}}
    for state in range(states):
        chart[f"at{state}"] = {f"to{after}": _way(after) for before, after in sorted(ways) if before == state}
    return chart


def _way(to: int) -> Definition:
    return {"all": [{"m": {"to": to}}], "to": f"at{to}", "run": FIRED}
