"""Mapping files: all problems at once, checked against the dictionary, and the one of the docs."""

import re
from pathlib import Path

import pytest

from sangao.adapters.tabular import read_columns
from sangao.adapters.tabular.binding import check
from sangao.adapters.tabular.mapping import COLUMN, TOP, read_mapping
from sangao.engine.cli.maps import read_map
from sangao.engine.errors import SangaoError
from tests.adapters.tabular.people import codes, pack, people, values, written


# --- the mapping ------------------------------------------------------------------------------------------------------
def test_all_problems_of_a_mapping_come_at_once(tmp_path: Path) -> None:
    mapping = {
        "keys": "id",
        "columns": {
            "a": {"fact": "x", "list": "conditions"},
            "b": {"fact": "y", "unti": "mmHg"},
            "c": {"list": "ills"},
        },
        "lists": {"conditions": {"from": ["d"], "delivered": "often"}},
    }
    assert sorted(codes(mapping, written(tmp_path, "id,a,b,c\n"))) == [
        "table.needed",
        "table.not_in_map",
        "table.unknown_key",
        "table.unknown_key",
        "table.unknown_list",
        "table.wrong_shape",
        "table.wrong_shape",
    ]


def test_facts_units_and_values_are_checked_against_the_dictionary(tmp_path: Path) -> None:
    mapping = {
        "key": "id",
        "columns": {
            "a": "sbp_ofice",
            "b": {"fact": "fpg", "unit": "mmHg"},
            "c": {"fact": "sex", "values": {"1": "man"}},
            "d": {"fact": "diabetes", "values": {"1": "yes"}},
        },
    }
    with pytest.raises(SangaoError) as raised:
        people(written(tmp_path, "id,a,b,c,d\n"), mapping)
    found = {(one.code, one.parts.get("nearest")) for one in raised.value.problems}
    assert found == {
        ("table.unknown_fact", "sbp_office"),
        ("table.unknown_unit", None),
        ("table.unknown_value", None),
    }
    assert len(raised.value.problems) == 4


def test_a_chinese_name_names_a_fact(tmp_path: Path) -> None:
    [one] = people(written(tmp_path, "id,x\n1,150\n"), {"key": "id", "columns": {"x": "诊室收缩压"}})
    assert values(one) == {"sbp_office": 150}


def test_another_format_is_left_to_others(tmp_path: Path) -> None:
    assert read_columns(source=tmp_path / "people.pdf", mapping={}) is None
    with pytest.raises(SangaoError):
        read_columns(source=written(tmp_path, "id\n"), mapping=None)


def test_the_mapping_of_the_docs_is_one_with_every_key(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    [text] = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    given = read_map(tmp_path / "map.yaml")
    assert check(read_mapping(given), pack().compiled.dictionary) == []
    keys = {str(key) for column in given["columns"].values() if not isinstance(column, str) for key in column}
    assert (set(given), keys) == (set(TOP), set(COLUMN))
