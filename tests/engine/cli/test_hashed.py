"""Keys as numbers: equal for equal keys in whatever column they stand, and different for others."""

import pyarrow as pa
import pytest

from sangao.engine.cli.hashed import LONGEST, hashes

SIZES = [1, 7, 8, 9, 15, 16, 17, LONGEST, LONGEST + 1, 100]


def number(key: str) -> int:
    [found] = hashes(pa.array([key]))
    return int(found)


@pytest.mark.parametrize("size", SIZES)
def test_a_key_is_the_same_number_in_every_column(size: int) -> None:
    key, other = "k" * size, "k" * (size - 1) + "x"
    mixed = pa.array(["", "ab", key, "病人", other, key, "z" * 60])
    found = hashes(mixed).tolist()
    assert len(found) == 6, "a blank is nobody's key"
    assert sorted(found) == sorted([number(one) for one in mixed.to_pylist() if one])
    assert found.count(number(key)) == 2 and number(key) != number(other)
    assert hashes(mixed.slice(2, 1)).tolist() == [number(key)]
    assert hashes(pa.array([key, other, key])).tolist() == [number(key), number(other), number(key)]
    assert hashes(pa.array([key, "", other])).tolist() == [number(key), number(other)]


@pytest.mark.parametrize("form", ["{}", "P{:08}", "4201{:014}", "{:07}-A", "乡{}", "{:040}"])
def test_numbered_keys_do_not_collide(form: str) -> None:
    column = pa.array([form.format(i) for i in range(20_000)])
    assert len(set(hashes(column).tolist())) == 20_000


def test_no_keys_are_no_numbers() -> None:
    assert hashes(pa.array([], pa.string())).tolist() == hashes(pa.array(["", ""])).tolist() == []
