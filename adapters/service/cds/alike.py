"""When two charts are alike for a decision: every test it rests on comes out the same, whatever the numbers.

A pressure of 151 and one of 155 lie between the same cuts, so what is missing, and what had to be assumed, is the same
for both; it is searched once. So it is for one that lies somewhere from 138 to 145 and one from 136 to 142: what an
interval may be, and whether a test can come out both ways, hangs on where its ends lie. A number that some test
compares with another number is told apart by its own value. Exact by what `sangao.engine.run.bands` knows of the tests.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.bands import Line, Tests, cut
from sangao.engine.run.cones import cone, expressions, walk

Told = tuple[Any, ...]


def teller(pack: ir.Pack, decision: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Told]:
    """Return what tells charts apart for a decision: a function of the values in the open and the assumed pass."""
    leaves, decisions = cone(pack, decision)
    cuts = _cuts(pack, decisions, leaves) if pack.decisions[decision].outcome.kind not in ("number", "date") else {}
    facts = dict.fromkeys(fact for leaf in leaves for fact in pack.leaves[leaf].facts)
    beside = tuple(fact for fact in facts if fact in pack.leaves and fact not in leaves)  # blank or not is asked there
    plan = tuple((leaf, cuts.get(leaf)) for leaf in leaves)

    def told(opened: Mapping[str, Any], assumed: Mapping[str, Any]) -> Told:
        found: list[Any] = []
        for leaf, where in plan:
            first, second = opened[leaf], assumed[leaf]
            if where is None:
                found += (first, second)
            else:
                found.append(_band(first, where))
                found.append(found[-1] if second is first else _band(second, where))
        found += [_single(assumed[leaf]) for leaf in beside]
        return tuple(found)

    return told


def _band(value: Any, cuts: list[int]) -> Any:
    """Return the band of a single value, the bands of the two ends of an interval, None for what is not known."""
    if value is None:
        return None
    low, high = value
    first = bisect_right(cuts, low)
    return first if low == high else (first, bisect_right(cuts, high))


def _single(value: Any) -> bool:
    return value & (value - 1) == 0 if isinstance(value, int) else value is not None and bool(value[0] == value[1])


def _cuts(pack: ir.Pack, decisions: tuple[str, ...], leaves: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the cuts of the numbers that are never compared with one another; nothing when the tests are too many."""
    tests = Tests(pack)
    lines = {line for name in decisions for line in _lines(pack.decisions[name], tests)}
    if not tests.exact:
        return {}
    among = {leaf for line in lines if len(line.factors) > 1 for leaf, _ in line.factors}
    found: dict[str, set[int]] = {
        leaf: set() for leaf in leaves if pack.leaves[leaf].kind == "number" and leaf not in among
    }
    for line in lines:
        if len(line.factors) == 1 and line.factors[0][0] in found:
            leaf, factor = line.factors[0]
            found[leaf].add(cut(factor, line.constant))
    return {leaf: sorted(cuts) for leaf, cuts in found.items()}


def _lines(decision: ir.Decision, tests: Tests) -> Iterator[Line]:
    """Yield the tests of one decision."""
    columns: list[ir.Input] = []
    match decision.form:
        case ir.Table():
            columns = list(decision.form.inputs)
        case ir.Score(items):
            columns = [one.input for one in items]
    for column in columns:
        if column.kind == "number":
            yield from tests.banded(column)
    for top in expressions(decision.form):
        for expr in walk(top):
            if isinstance(expr, ir.Compare):
                yield from tests.compared(expr)
    if decision.outcome.kind in ("number", "date"):
        yield from tests.agreed(decision.id)
