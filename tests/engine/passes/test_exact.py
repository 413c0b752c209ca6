"""Lowering is exact: the compiled integers answer as the text does over exact fractions."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sangao.engine.language.cells import parse_cell
from sangao.engine.pack import ir
from sangao.engine.passes.bands import banded
from sangao.engine.passes.compiling import declared
from sangao.engine.passes.lower import condition
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.units import Num
from sangao.engine.passes.uses import Reading, scope_of
from sangao.engine.passes.work import Failed, Work
from sangao.engine.rules.folder import read_shared
from sangao.engine.rules.text import Text
from sangao.engine.run import spec
from sangao.engine.truth import known

NAMES = ("fpg", "pg2h")
OPS = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "=": "__eq__", "!=": "__ne__"}


@pytest.fixture
def work(folder: Callable[..., Path], tmp_path: Path) -> Work:
    """Return the work of an empty pack: facts are declared, nothing is lowered yet."""
    scope = scope_of(folder(), Reading(lambda name, parent: parent))
    assert scope is not None
    return declared(scope, read_shared(tmp_path / "shared")[0], {})


numbers = st.decimals(0, 40, places=4).map(lambda value: f"{value:f}")
atoms = st.sampled_from(NAMES) | numbers.map(lambda value: f"{value} mmol/L")
terms = st.one_of(
    atoms,
    st.tuples(st.sampled_from(["0.5", "2", "0.3", "1.25"]), st.sampled_from(NAMES)).map(" * ".join),
    st.tuples(st.sampled_from(["min", "max"]), atoms, atoms).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"),
    st.sampled_from(NAMES).map(lambda name: f"abs({name} - 7.0005 mmol/L)"),
)
sums = st.one_of(terms, st.tuples(terms, st.sampled_from(["+", "-"]), terms).map(" ".join))


def truly(text: str, values: dict[str, Fraction]) -> bool:
    """Answer a comparison over exact fractions, by Python's own arithmetic."""
    for op in sorted(OPS, key=len, reverse=True):
        left, found, right = text.partition(f" {op} ")
        if found:
            sides = [eval(_python(side), {"__builtins__": {}}, _scope(values)) for side in (left, right)]
            return bool(getattr(sides[0], OPS[op])(sides[1]))
    raise AssertionError(text)


def _python(side: str) -> str:
    words = side.replace(" mmol/L", "").replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split()
    return " ".join(f"number('{word}')" if word[0].isdigit() else word for word in words)


def _scope(values: dict[str, Fraction]) -> dict[str, object]:
    return {**values, "number": Fraction, "min": min, "max": max, "abs": abs}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=sums,
    op=st.sampled_from(sorted(OPS)),
    right=sums,
    steps=st.tuples(st.integers(500, 80_000), st.integers(500, 80_000)),
)
def test_comparisons_answer_as_exact_fractions_do(
    work: Work, left: str, op: str, right: str, steps: tuple[int, int]
) -> None:
    text = f"{left} {op} {right}"
    here = Here(work, work.root)
    exact = {name: Fraction(step, 1000) for name, step in zip(NAMES, steps, strict=True)}
    try:
        lowered = condition(Text(text), here)
    except Failed:
        (problem,) = work.problems
        work.problems.clear()
        assert problem.code == "checks.constant_comparison"
        assert problem.parts["en"] == ("always true" if truly(text, exact) else "always false")
        return
    env = spec.Env({name: (step, step) for name, step in zip(NAMES, steps, strict=True)}, {})
    assert spec.truth(lowered, env) == known(truly(text, exact)), lowered


ends = st.decimals(3, 9, places=4).map(lambda value: f"{value:f}")
cells = st.one_of(
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "!="]), ends).map(" ".join),
    st.tuples(st.sampled_from("[("), ends, ends, st.sampled_from("])")).map(
        lambda parts: f"{parts[0]}{min(parts[1:3], key=Fraction)}..{max(parts[1:3], key=Fraction)}{parts[3]}"
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(cells, min_size=1, max_size=4), steps=st.lists(st.integers(500, 80_000), max_size=5))
def test_a_value_lies_in_the_bands_of_exactly_the_cells_that_hold_it(
    work: Work, texts: list[str], steps: list[int]
) -> None:
    here = Here(work, work.root)
    typed = Num(ir.Read("fpg"), Fraction(1, 1000), "mmol/L")
    work.leaves["fpg"] = ir.Leaf("fpg", "number", ir.Bare("fpg"), ("fpg",), low=500, high=80_000)
    try:
        column, masks = banded("g", typed, [Text(text) for text in texts], Text("g"), here)
    except Failed:
        assert {one.code for one in work.problems} <= {"checks.dead_cell", "language.cell_empty"}
        work.problems.clear()
        assume(False)
    assert list(column.cuts) == sorted(set(column.cuts)) and column.bands == len(column.cuts) + 1
    for step in [*steps, *column.cuts, *(cut - 1 for cut in column.cuts), 500, 80_000]:
        band = sum(cut <= step for cut in column.cuts)
        for text, mask in zip(texts, masks, strict=True):
            assert mask is not None
            holds = any(one.holds(Fraction(step, 1000)) for one in parse_cell(text).intervals)
            assert bool(mask >> band & 1) == holds, (text, step, column.cuts)
