"""Columns of numbers on grid steps: in C and in numpy the same, and never another step than exact numbers give."""

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sangao.engine import quantity
from sangao.engine.run.rounding import rounded

EDGES = [
    0.0,
    -0.0,
    0.5,
    1.005,
    2.5,
    -2.5,
    152.0,
    999.0,
    1e15,
    -1e18,
    1e300,
    -1e308,
    2.0**31,
    float("inf"),
    float("nan"),
]


def numbers() -> list[Any]:
    draw = np.random.default_rng(20251122)
    some = [*EDGES, *draw.normal(120, 40, 300).round(2).tolist(), *draw.normal(5, 3, 300).tolist()]
    return [None if draw.random() < 0.2 else one for one in some]


COLUMNS = {
    "doubles": pa.array(numbers(), pa.float64()),
    "none blank": pa.array([one for one in numbers() if one is not None], pa.float64()),
    "all blank": pa.nulls(40, pa.float64()),
    "floats": pa.array(numbers(), pa.float32()),
    "halves": pa.array([None, *map(np.float16, [0.1, 1.5, 152.0, 60000.0, float("nan")])], pa.float16()),
    "integers": pa.array([0, None, 152, -1, 2**31, 2**62, -(2**63)], pa.int64()),
    "bytes": pa.array([0, None, 152, 255], pa.uint8()),
    "decimals": pa.array([0.0, None, 152.0]).cast(pa.decimal128(9, 2)),
    "nothing": pa.array([], pa.float64()),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize(("start", "rows"), [(0, 10_000), (1, 10_000), (3, 40), (9, 0), (8, 64)])
@pytest.mark.parametrize("limits", [(0, 30_000), (-(2**31), 2**31 - 1), (5, 5)])
def test_c_and_numpy_round_alike(name: str, start: int, rows: int, limits: tuple[int, int]) -> None:
    column = COLUMNS[name].slice(min(start, len(COLUMNS[name])), rows)
    found = rounded(column, 100.0, *limits)
    other = rounded(column, 100.0, *limits, use_native=False)
    assert found.there.dtype == other.there.dtype == bool
    assert found.steps.dtype == other.steps.dtype == np.int64
    assert found.there.tolist() == other.there.tolist()
    assert found.steps.tolist() == other.steps.tolist()
    known = np.array([one is not None for one in column.to_pylist()], bool)
    assert found.left == other.left == np.count_nonzero(known & ~found.there)
    assert not found.steps[~found.there].any()


@pytest.mark.parametrize("use_native", [True, False])
def test_a_step_that_is_told_is_the_exact_one(use_native: bool) -> None:
    column = COLUMNS["doubles"]
    found = rounded(column, 100.0, -(2**31), 2**31 - 1, use_native=use_native)
    assert found.there.sum() > 300
    for there, step, number in zip(found.there, found.steps, column.to_pylist(), strict=True):
        if there:
            assert step == quantity.to_grid(Fraction(repr(number)), grid=Fraction(1, 100))
    assert not found.there[[i for i, one in enumerate(column.to_pylist()) if one == 1.005]].any()  # as near to the next
