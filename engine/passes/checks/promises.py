"""Promises, proved over every patient or refuted with one: `never`, `implies`, `raising x never lowers d`.

Decisions are opened down to the leaves; windows and formulas stand as themselves. Where a sum of several numbers takes
part the search may name a patient who cannot be: then the promise is not proved, and nothing is claimed.
"""

from collections.abc import Mapping

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Key, Space
from sangao.engine.passes.checks.study import Study, names, span
from sangao.engine.passes.checks.witness import expected, ready_case


def proved(about: Study) -> list[ir.Expr]:
    """Return the conditions that a promise says never hold, each proved."""
    found = []
    for promise in concerned(about):
        broken = breach(promise)
        if broken is not None and _refuted(about, broken)[1] is None:
            found.append(broken)
    return found


def concerned(about: Study) -> list[ir.Promise]:
    """Return the promises that rest on a decision the study looks at."""
    if about.only is None:
        return list(about.pack.promises)
    found = []
    for one in about.pack.promises:
        asked = names([expr for expr in (one.left, one.right) if expr is not None])
        if about.only & reach(about.pack, asked | {one.decision or ""}):
            found.append(one)
    return found


def breach(promise: ir.Promise) -> ir.Expr | None:
    """Return the condition that would break a promise, None for one about order."""
    if promise.left is None:
        return None
    if promise.kind == "never":
        return promise.left
    return ir.Both((promise.left, ir.Not(promise.right))) if promise.right is not None else None


def problems(about: Study) -> list[Problem]:
    """Return the promises that do not hold."""
    found: list[Problem] = []
    for promise in concerned(about):
        broken = breach(promise)
        if broken is not None:
            if broken in about.never:
                continue
            space, path = _refuted(about, broken)
            found.append(_problem(about, promise, space, path or {}, promise.decision or ""))
        elif promise.decision is not None and promise.leaf is not None:
            found += _monotone(about, promise, promise.decision, promise.leaf)
    return found


def _refuted(about: Study, broken: ir.Expr) -> tuple[Space, dict[int, int] | None]:
    """Return a patient for whom a condition holds, None when there is none."""
    cone = reach(about.pack, names([broken]))
    never = about.contradictions(cone)

    def build(space: Space) -> None:
        for one in (broken, *never):
            space.truth(one)

    space = Space(about.pack, build, inline=True)
    region = space.d.without(space.truth(broken), space.d.any([space.truth(one) for one in never]))
    return space, space.d.pick(region)


def reach(pack: ir.Pack, found: set[str]) -> set[str]:
    """Return leaves and decisions with all that the decisions rest on."""
    result = set(found)
    for one in reversed(pack.decisions.values()):
        if one.id in result:
            result |= {*one.reads, *one.asks}
    return result


def _monotone(about: Study, promise: ir.Promise, decision: str, leaf: str) -> list[Problem]:
    key: Key = ("ask", leaf) if leaf in about.pack.decisions else ("leaf", leaf)
    space = Space(about.pack, lambda one: one.answer(decision), inline=True)
    answer, rising = space.answer(decision), _rising(space, key)
    if not any(level in space.d.levels(answer) for level in rising):
        return [Problem("checks.promise_about_nothing", span(promise.place), {"text": promise.text})]
    for level, sign in rising.items():
        path = _falls(space, answer, level, sign * promise.direction)
        if path is not None:
            return [_problem(about, promise, space, path, decision)]
    return []


def _rising(space: Space, key: Key) -> dict[int, int]:
    """Return the variables that move when one leaf rises, and which way: itself, and sums it takes part in."""
    found = {}
    for level, one in enumerate(space.variables):
        if one.key == key:
            found[level] = 1
        elif one.joint:
            for part, by in one.key[1]:
                if part == key:
                    found[level] = 1 if by > 0 else -1
    return found


def _falls(space: Space, answer: int, level: int, sign: int) -> dict[int, int] | None:
    """Return a patient whose answer falls when the variable rises by one band, None when there is none."""
    d = space.d
    for value in range(space.variables[level].size - 1):
        before, after = d.where(level, value, answer), d.where(level, value + 1, answer)
        if sign < 0:
            before, after = after, before
        path = d.pick(d.combine("falls", _lower, before, after))
        if path is not None:
            return {**path, level: value}
    return None


def _lower(before: object, after: object) -> bool:
    """Return whether an answer is, or may be, below another."""
    if isinstance(before, int) and isinstance(after, int):
        return before.bit_length() > after.bit_length() or (before & -before) > (after & -after)
    if isinstance(before, ir.Int) and isinstance(after, ir.Int):
        return before.value > after.value
    return before != after


def _problem(about: Study, promise: ir.Promise, space: Space, path: Mapping[int, int], decision: str) -> Problem:
    sure = not any(space.variables[level].joint for level in path)
    code = "checks.promise_broken" if sure else "checks.promise_unproved"
    expect = ""
    if decision:
        chosen = space.answered(decision)
        if chosen is not None:
            for level in sorted(space.d.levels(chosen)):
                chosen = space.d.where(level, path.get(level, 0), chosen)
            expect = expected(about, about.pack.decisions[decision], space.d.value(chosen))
    case = ready_case(about, space, path, decision or "…", expect)
    return Problem(code, span(promise.place), {"text": promise.text, "case": case})
