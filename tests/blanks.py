"""Do two forms of a decision answer alike when things are unknown too? Every half-known chart, or many of them."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from math import prod
from random import Random
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.passes.checks import answers as diagrams
from sangao.engine.passes.checks.space import Space, Variable
from sangao.engine.run import spec

MOST = 4096
Env = tuple[dict[str, Any], dict[str, Any]]


def differences(pack: ir.Pack, before: ir.Decision, after: ir.Decision) -> Iterator[Env]:
    """Yield what is known, of leaves and of decisions, where two decisions answer differently."""

    def build(space: Space) -> None:
        for one in (before, after):
            diagrams.items(space, one) if one.outcome.kind == "set" else diagrams.answer(space, one)

    space = Space(pack, build)
    parts = [one for one in space.variables if not one.joint]
    whole = prod(len(_known(pack, one)) for one in parts) <= MOST and len(parts) == len(space.variables)
    for values in _tried(pack, parts, whole):
        env = _env(pack, parts, values)
        if _form(before, env) != _form(after, env):
            yield env


def _tried(pack: ir.Pack, parts: list[Variable], whole: bool) -> Iterator[tuple[Any, ...]]:
    each = [_known(pack, one) for one in parts]
    if whole:
        yield from product(*each)
        return
    random = Random(20250309)
    for _ in range(MOST):
        yield tuple(random.choice(one) for one in each)


def _known(pack: ir.Pack, one: Variable) -> list[Any]:
    """Return everything that may be known of a variable: bands for numbers, sets of values for the rest."""
    if one.kind == "closed":
        return (
            list(range(1, 1 << one.size))
            if one.size <= 6
            else [*(1 << i for i in range(one.size)), (1 << one.size) - 1]
        )
    ends = []
    for band in range(one.size):
        low, high = one.band(band)
        ends.append((high - 1 if high is not None else 0) if low is None else low)
    return [None, *combinations_with_replacement(ends, 2)]


def _env(pack: ir.Pack, parts: list[Variable], values: tuple[Any, ...]) -> Env:
    leaves: dict[str, Any] = {
        leaf.id: None if leaf.kind in ("number", "date") else (1 << (len(leaf.values) or 2)) - 1
        for leaf in pack.leaves.values()
    }
    asked: dict[str, Any] = {one.id: _nothing(one.outcome) for one in pack.decisions.values()}
    sets: dict[str, list[tuple[int, int]]] = {}
    for one, value in zip(parts, values, strict=True):
        kind, name = one.key
        if kind == "has":
            sets.setdefault(name[0], []).append((name[1], value))
        else:
            (leaves if kind == "leaf" else asked)[name] = value
    for decision, items in sets.items():
        certain = sum(1 << item for item, value in items if value == 2)
        asked[decision] = (certain, sum(1 << item for item, value in items if value & 2))
    return leaves, asked


def _nothing(outcome: ir.Outcome) -> Any:
    """Return what a decision allows when nothing is known of it: it may be read inside a sum alone."""
    every = (1 << len(outcome.codes)) - 1
    return {"number": None, "date": None, "set": (0, every)}.get(outcome.kind, every)


def _form(decision: ir.Decision, env: Env) -> Any:
    from tests.catching import form_of

    return form_of(decision, spec.Env(*env))
