"""What a formula gives in every row: the measured value, else what it solves from whole columns of inputs."""

from collections.abc import Sequence

import numpy as np

from sangao.engine.formulas import FORMULAS
from sangao.engine.pack import ir
from sangao.engine.run.entering import steps
from sangao.engine.run.equations import solved
from sangao.engine.run.held import Held, gathered, spread, value_at
from sangao.engine.run.many import Many
from sangao.engine.run.vectors import Array, Seen, distinct


def derived(
    many: Many, leaf: ir.Leaf, measured: Seen | None, inputs: Sequence[Held], touched: Array, odd: Array | None
) -> Held:
    """Return what a formula gives: the measured value where there is one, else once for each different input.

    Rows of which the equation has something to say (`chart.formula_…`) are marked in `odd`, unless that is None.
    """
    source = leaf.source
    assert isinstance(source, ir.Derived)
    rows = len(touched)
    low, known = np.zeros(rows, np.int64), np.zeros(rows, bool)
    if measured is not None:
        low, known = measured.value, measured.there
    result = Held(low, low, known)
    needed = np.flatnonzero(touched & ~known)
    kinds = [many.pack.leaves[one].kind for one in source.inputs]
    for one, kind in zip(inputs, kinds, strict=True):
        if kind in ("number", "date"):
            needed = needed[one.known[needed]]  # nothing known of an input is nothing known of the result
    if odd is not None and known.any():
        _compare(many, leaf, inputs, np.flatnonzero(touched & known), low, odd)
    if not len(needed):
        return result
    result = Held(low.copy(), low.copy(), known.copy())
    needed = _solve(many, leaf, inputs, needed, result, odd)
    columns = [part[needed] for one in inputs for part in (one.low, one.high)]
    which = distinct(columns, len(needed))
    values = []
    for row in needed[which.first]:
        given = tuple(value_at(one, kind, row) for one, kind in zip(inputs, kinds, strict=True))
        values.append(many.formula(leaf, source, given, None, False)[0])
        if odd is not None and values[-1] is None:
            odd |= _same(inputs, row)
    some = gathered(values, which.at)
    result.low[needed], result.high[needed], result.known[needed] = some.low, some.high, some.known
    return result


def _compare(many: Many, leaf: ir.Leaf, inputs: Sequence[Held], rows: Array, measured: Array, odd: Array) -> None:
    """Mark rows whose measured value lies far from the computed one, and those where doubles do not tell."""
    source = leaf.source
    assert isinstance(source, ir.Derived)
    for one, name in zip(inputs, source.inputs, strict=True):
        if many.pack.leaves[name].kind in ("number", "date"):
            rows = rows[one.known[rows]]
    scratch = spread(None, len(measured))
    odd[_solve(many, leaf, inputs, rows, scratch, odd)] = True
    fact = many.pack.dictionary.facts[source.fact]
    apart = np.abs(scratch.low - measured) > steps(fact.resolution, fact)
    odd[rows] |= (apart & scratch.known)[rows]


def _same(inputs: Sequence[Held], row: int) -> Array:
    """Return the rows whose inputs are those of one row."""
    return np.logical_and.reduce([(one.low == one.low[row]) & (one.high == one.high[row]) for one in inputs])


def _solve(many: Many, leaf: ir.Leaf, inputs: Sequence[Held], rows: Array, result: Held, odd: Array | None) -> Array:
    """Write what doubles settle of rows whose inputs are exact; return the rows that are left."""
    source = leaf.source
    assert isinstance(source, ir.Derived)
    leaves = [many.pack.leaves[one] for one in source.inputs]
    exact = np.ones(len(rows), bool)
    for one, input_leaf in zip(inputs, leaves, strict=True):
        low = one.low[rows]
        exact &= (low & (low - 1) == 0) if input_leaf.kind == "code" else low == one.high[rows]
    here, left = rows[exact], rows[~exact]
    if not len(here):
        return left
    given = [one.low[here] for one in inputs]
    for i, input_leaf in enumerate(leaves):
        if input_leaf.kind == "code":
            given[i] = np.log2(given[i]).astype(np.int64)
    which = distinct(given, len(here))
    found = solved(FORMULAS[source.formula], leaf, leaves, [one[which.first] for one in given])[:, which.at]
    done = found[0] > 0
    if odd is not None:
        odd[here[found[0] == 2]] = True
    result.low[here[done]] = result.high[here[done]] = found[1, done]
    result.known[here[done]] = found[0, done] == 1
    return np.concatenate([left, here[~done]])
