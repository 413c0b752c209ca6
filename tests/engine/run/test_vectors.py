"""Combinations of columns and conditions over whole columns, against the same worked out cell by cell."""

import numpy as np
import pytest

from sangao.engine.pack import ir
from sangao.engine.run.vectors import FEW, Seen, distinct, numbered, truths
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

ROWS = 500
LAST = 2**63 - 1


def columns() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(20251122)
    return {
        "truths": draw.random(ROWS) < 0.5,
        "bytes": draw.integers(0, 256, ROWS).astype(np.uint8),
        "steps": draw.integers(-900, 900, ROWS) * 100,
        "far": draw.choice([-LAST - 1, -1, 0, 7, LAST], ROWS),
        "wide": draw.integers(0, FEW * 8, ROWS),
        "one": np.full(ROWS, -5),
    }


@pytest.mark.parametrize(
    "names",
    [("one",), ("truths",), ("bytes", "truths"), ("steps", "bytes", "truths"), ("far", "wide"), ("wide", "far", "one")],
)
@pytest.mark.parametrize("rows", [0, 1, 2, ROWS])
def test_combinations_are_those_of_the_rows(names: tuple[str, ...], rows: int) -> None:
    given = [columns()[name][:rows] for name in names]
    found = distinct(given, rows)
    each = list(zip(*(column.tolist() for column in given), strict=True))
    first: dict[tuple[int, ...], int] = {}
    for row, combination in enumerate(each):
        first.setdefault(combination, row)
    assert sorted(found.first.tolist()) == sorted(first.values())
    assert [found.first[place] for place in found.at] == [first[combination] for combination in each]


@pytest.mark.parametrize(("rows", "number"), [(0, 3), (1, 1), (ROWS, 1), (ROWS, 7), (ROWS, FEW), (7, 4000)])
def test_codes_are_numbered_alike_in_c_and_in_numpy(rows: int, number: int) -> None:
    codes = np.random.default_rng(rows + number).integers(0, number, rows)
    found = numbered(codes.copy(), number)
    other = numbered(codes.copy(), number, use_native=False)
    assert found.first.tolist() == other.first.tolist() == sorted({codes.tolist().index(one) for one in codes})
    assert found.at.tolist() == other.at.tolist()
    assert codes[found.first][found.at].tolist() == codes.tolist()


def test_places_are_an_array_of_their_own() -> None:
    column = np.array([0, 1, 0, 1])
    distinct([column], 4).at[:] = 9
    assert column.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "=", "!="])
def test_a_comparison_is_unknown_where_either_side_is_blank(op: str) -> None:
    values, blank = [(1, 2), (2, 2), (3, 2)], [(True, True), (True, False), (False, True), (False, False)]
    rows = [(pair, there) for pair in values for there in blank]
    seen = {
        name: Seen(np.array([there[i] for _, there in rows]), np.array([pair[i] for pair, _ in rows]))
        for i, name in enumerate(("a", "b"))
    }
    found = truths(ir.Compare(op, ir.Read("a"), ir.Read("b")), seen, {}, len(rows))
    means = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__, "=": int.__eq__, "!=": int.__ne__}
    expected = [(TRUE if means[op](*pair) else FALSE) if all(there) else UNKNOWN for pair, there in rows]
    assert found.tolist() == expected
