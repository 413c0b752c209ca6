"""Exceptions that can hold together and answer differently, with none over the other: a tie, with a witness chart.

That a third one beats the loser of a pair is not enough: while the third is unknown, one that certainly holds would
hide the winner. So whoever wins over a sibling that holds too says so itself.
"""

from itertools import combinations

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks import answers
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.passes.checks.witness import boxes, ready_case, said


def problems(about: Study) -> list[Problem]:
    """Return the ties of every decision, each with both places."""
    found: list[Problem] = []
    for decision in about.decisions():
        if isinstance(decision.form, ir.Tree):
            found += _of(about, decision, decision.form.root)
    return found


def _of(about: Study, decision: ir.Decision, root: ir.Branch) -> list[Problem]:
    space, nowhere = about.space(decision, lambda one: answers.subtree(one, root))
    found = []
    for (a, b), region in _ties(space, root, space.d.negate(nowhere)).items():
        found.append(_problem(about, decision, root, a, b, space, region))
    return found


def _ties(space: Space, root: ir.Branch, everywhere: int) -> dict[tuple[str, str], int]:
    d = space.d
    found: dict[tuple[str, str], int] = {}

    def visit(node: ir.Branch, here: int) -> None:
        remaining = [d.both(here, one) for one in answers.remaining(space, node)]
        held = [d.both(here, space.truth(one.when)) for one in node.exceptions]
        below = [answers.subtree(space, one) for one in node.exceptions]
        for i, j in combinations(range(len(remaining)), 2):
            one, other = node.exceptions[i], node.exceptions[j]
            if one.id in other.over or other.id in one.over:
                continue
            together = d.either(d.both(remaining[i], held[j]), d.both(held[i], remaining[j]))
            if together != d.false:
                differ = d.combine("differ", lambda x, y: x != y, below[i], below[j])
                tie = d.both(together, differ)
                if tie != d.false:
                    key = (one.id, other.id)
                    found[key] = d.either(found.get(key, d.false), tie)
        for one, region in zip(node.exceptions, remaining, strict=True):
            visit(one, region)

    visit(root, everywhere)
    return found


def _problem(
    about: Study, decision: ir.Decision, root: ir.Branch, a: str, b: str, space: Space, region: int
) -> Problem:
    box = boxes(space, region, space.d.false)[0]
    nodes = {node.id: node for node in answers.branches(root)}
    ends = [_said(decision, nodes[one]) for one in (a, b)]
    parts = {
        "a": a,
        "b": b,
        "zh": said(about, space, box, "zh"),
        "en": said(about, space, box, "en"),
        "ends": " / ".join(ends),
    }
    path, real = space.d.pick(region) or {}, space
    code = "checks.tie"
    if any(one.key[0] in ("ask", "has") for one in space.variables):
        full, nowhere = about.space(decision, lambda one: answers.subtree(one, root), inline=True)
        inside = _ties(full, root, full.d.negate(nowhere)).get((a, b), full.d.false)
        found = full.d.pick(inside)
        if found is None:
            code = "checks.tie_of_outcomes"
        else:
            path, real = found, full
    case = ready_case(about, real, path, decision.id, f"value: {' or '.join(ends)}")
    return about.problem(code, f"{decision.id}/{b}", f"{decision.id}/{a}", **parts, case=case)


def _said(decision: ir.Decision, node: ir.Branch) -> str:
    if isinstance(node.then, int):
        return decision.outcome.codes[node.then] if decision.outcome.codes else ("false", "true")[node.then]
    return node.id
