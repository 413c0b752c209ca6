"""What the checks see is what the runners do: diagrams equal the definition, and a pack they pass has one answer."""

from itertools import product
from random import Random
from typing import Any

from hypothesis import given

from sangao.engine.pack import ir
from sangao.engine.passes import trees
from sangao.engine.passes.checks import tables, ties
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.run import spec
from sangao.engine.run.intervals import Interval
from tests.laws.random_packs import HIGH, Half, charts, refined


def full(half: Half, seed: int = 0) -> dict[str, Any]:
    random = Random(seed)
    values = {x.id: refined(random, x, half.opened[x.id], 1.0) for x in half.pack.leaves.values()}
    return {
        name: (value[0], value[0]) if isinstance(value, tuple) else value & -value for name, value in values.items()
    }


def at(space: Space, node: int, values: dict[str, Any]) -> Any:
    """Return what a diagram answers for one patient."""
    for level in sorted(space.d.levels(node)):
        one = space.variables[level]
        if one.kind == "closed":
            value = int(values[one.key[1]]).bit_length() - 1
        else:
            parts = one.key[1] if one.joint else ((one.key, 1),)
            value = sum(cut <= sum(by * values[key[1]][0] for key, by in parts) for cut in one.cuts)
        node = space.d.where(level, value, node)
    return space.d.value(node)


def sound(pack: ir.Pack, answers: dict[str, Any]) -> bool:
    return all(spec.single(one.outcome, answers[one.id]) for one in pack.decisions.values())


def no_doubt(pack: ir.Pack) -> bool:
    return "Always(truth=3)" not in repr(pack.decisions)


@given(charts(lawful=True, enough=False, blank=0.0))
def test_a_diagram_answers_as_the_definition_does(half: Half) -> None:
    values = full(half)
    answers, _ = spec.evaluate(half.pack, values, values)
    if not sound(half.pack, answers) or not no_doubt(half.pack):
        return
    for one in half.pack.decisions.values():
        if one.outcome.kind == "set":
            space = Space(half.pack, lambda s, d=one.id: s.items(d), inline=True)
            held = [at(space, item, values) for item in space.items(one.id)]
            assert answers[one.id][0] == sum(1 << i for i, held in enumerate(held) if held)
            continue
        space = Space(half.pack, lambda s, d=one.id: s.answer(d), inline=True)
        got = at(space, space.answer(one.id), values)
        if isinstance(got, int):
            assert got == answers[one.id]
        else:
            assert spec.number(got, spec.Env(values, answers)) == answers[one.id]


def everyone(pack: ir.Pack) -> Any:
    names = list(pack.leaves)
    each: list[list[int | Interval]] = []
    for leaf in pack.leaves.values():
        numbers = leaf.kind in ("number", "date")
        each.append([(i, i) for i in range(HIGH + 1)] if numbers else [1 << i for i in range(len(leaf.values) or 2)])
    return (dict(zip(names, values, strict=True)) for values in product(*each))


@given(charts(enough=False, size=3, blank=0.0))
def test_a_gap_an_overlap_or_a_tie_is_found_exactly_where_there_is_one(half: Half) -> None:
    """Over every patient of a small pack, for the first decision (it asks no other)."""
    first = next(iter(half.pack.decisions.values()))
    pack = ir.Pack(half.pack.meta, half.pack.dictionary, half.pack.leaves, {first.id: first})
    number = first.outcome.kind in ("number", "date")
    if not no_doubt(pack) or number or not isinstance(first.form, ir.Table | ir.Tree):
        return
    about = Study(pack)
    found = {one.code for one in tables.problems(about) + ties.problems(about)} & {
        "checks.gap",
        "checks.overlap",
        "checks.tie",
    }
    space = Space(pack, lambda s: s.answer(first.id) if first.outcome.kind != "set" else s.items(first.id))
    if found and any(one.joint for one in space.variables):
        return  # a witness may rest on a sum that no patient has: the check claims more, never less
    wrong = False
    for values in everyone(pack):
        wrong = wrong or _wrong(first, values)
    assert wrong == bool(found)


def _wrong(decision: ir.Decision, values: dict[str, Any]) -> bool:
    env = spec.Env(values, {})
    if isinstance(decision.form, ir.Table):
        if decision.form.hit == "collect":
            return False
        cell = [spec.agreeing(column, env)[0] for column in decision.form.inputs]
        rows = [row for row in decision.form.rows if spec.matches(row, cell)]
        return not rows or (decision.form.hit == "unique" and len(rows) > 1)
    return isinstance(decision.form, ir.Tree) and _tied(decision.form.root, decision.outcome, env)


def _tied(node: ir.Branch, outcome: ir.Outcome, env: spec.Env) -> bool:
    held = [one for one in node.exceptions if spec.truth(one.when, env) == 2]
    left = [one for one in held if not any(one.id in other.over for other in held)]
    for one, other in product(left, held):
        if other.id not in one.over and spec.branch(one, outcome, env) != spec.branch(other, outcome, env):
            return True
    return any(_tied(one, outcome, env) for one in left)


@given(charts(enough=False, size=4))
def test_a_pack_that_passed_answers_something_whatever_is_unknown(half: Half) -> None:
    """Totality under unknown: what is known of a patient allows what the patient, fully known, is answered."""
    about = Study(half.pack)
    if tables.problems(about) or ties.problems(about) or not no_doubt(half.pack):
        return
    if any(isinstance(one.form, ir.Tree) and trees.ring(one.form.root) for one in half.pack.decisions.values()):
        return  # the compiler lets no such decision through
    opened, _ = spec.evaluate(half.pack, half.opened, half.opened)
    whole = full(half, 1)
    settled, _ = spec.evaluate(half.pack, whole, whole)
    for one in half.pack.decisions.values():
        known, now = opened[one.id], settled[one.id]
        assert spec.single(one.outcome, now)
        match one.outcome.kind:
            case "set":
                assert known[0] & ~now[0] == 0 and now[1] & ~known[1] == 0
            case "number" | "date":
                assert known is None or known[0] <= now[0] <= known[1]
            case _:
                assert now & ~known == 0
