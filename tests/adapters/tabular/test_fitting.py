"""Maps for a form: found under whatever its headers are called, read only where a row says they hold."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import read_columns
from sangao.engine.errors import SangaoError
from sangao.engine.fact import Dictionary
from tests.opened import opened

WOMAN = "11010519491231002X"


@cache
def facts() -> Dictionary:
    return opened("htn_primary_2025").compiled.dictionary


def rows(folder: Path, columns: dict[str, Any], table: str, **top: Any) -> list[Patient]:
    given = {"key": "编号", "on": "2025-10-20", "loose": True, "columns": columns} | top
    path = folder / "people.csv"
    path.write_text(table, "utf-8")
    found = read_columns(source=path, mapping=given)
    assert found is not None
    bound = found.bind(facts(), None)
    return [one for batch in bound.batches(10) for one in bound.patients(batch)]


def said(one: Patient) -> dict[str, Any]:
    assert one.chart is not None, one.rejected
    return {reading.fact: (str(reading.value), reading.unit) for reading in one.chart.readings}


@pytest.mark.parametrize("head", ["体重", "*体重", "＊体重 ", "体重(kg)", "体重（kg）", "Weight", "WEIGHT"])
def test_a_header_may_be_written_in_many_ways(tmp_path: Path, head: str) -> None:
    [one] = rows(tmp_path, {"体重": {"fact": "weight", "also_called": ["weight"]}}, f"编号,{head}\np1,65.5\n")
    assert said(one)["weight"][0] == "65.5"


def test_a_unit_in_the_header_is_that_of_its_numbers(tmp_path: Path) -> None:
    [one] = rows(tmp_path, {"体重": {"fact": "weight", "unit": "kg"}}, "编号,体重（斤）\np1,130\n")
    assert said(one) == {"weight": ("130", "斤")}


def test_two_columns_that_could_be_meant_are_neither(tmp_path: Path) -> None:
    columns = {"体重": "weight", "身高": "height"}
    [one] = rows(tmp_path, columns, "编号,体重(kg),体重(斤),身高\np1,65,130,170\n")
    assert set(said(one)) == {"height"}


def test_columns_that_are_absent_fall_away_and_without_loose_they_do_not(tmp_path: Path) -> None:
    columns = {"体重": "weight", "身高": "height"}
    [one] = rows(tmp_path, columns, "编号,身高\np1,170\n")
    assert set(said(one)) == {"height"}
    with pytest.raises(SangaoError):
        rows(tmp_path, columns, "编号,身高\np1,170\n", loose=False)
    with pytest.raises(SangaoError):
        rows(tmp_path, columns, "编号,血型\np1,A\n")


def test_key_and_day_may_be_called_one_of_several_names(tmp_path: Path) -> None:
    top = {"key": ["编号", "档案号"], "on": {"column": ["随访日期", "体检日期"]}}
    [one] = rows(tmp_path, {"体重": "weight"}, "档案号,体检日期,体重\np7,20250309,65\n", **top)
    assert one.key == "p7" and one.chart is not None and one.chart.on.isoformat() == "2025-03-09"


@pytest.mark.parametrize(
    ("cell", "found"), [("1", ("7.5", "mmol/L")), ("2", ("7.5", "mg/dL")), ("", ("7.5", "mmol/L")), ("3", None)]
)
def test_what_another_column_says_chooses(tmp_path: Path, cell: str, found: Any) -> None:
    column = {
        "fact": "fpg",
        "unit": "mmol/L",
        "when": {"column": "单位", "is": ["1", ""]},
        "also": [{"fact": "fpg", "unit": "mg/dL", "when": {"column": "单位", "is": ["2"]}}],
    }
    [one] = rows(tmp_path, {"血糖": column, "身高": "height"}, f"编号,血糖,单位,身高\np1,7.5,{cell},170\n")
    assert said(one).get("fpg") == found


def test_a_condition_on_a_column_that_is_absent_never_holds(tmp_path: Path) -> None:
    column = {"fact": "weight", "when": {"column": "单位", "is": ["1"]}}
    [one] = rows(tmp_path, {"体重": column, "身高": "height"}, "编号,体重,身高\np1,65,170\n")
    assert set(said(one)) == {"height"}


def test_qualifiers_go_with_each_reading(tmp_path: Path) -> None:
    [one] = rows(tmp_path, {"血糖": {"fact": "fpg", "qualifiers": {"sample": "capillary"}}}, "编号,血糖\np1,7.5\n")
    assert one.chart is not None
    assert [reading.qualifiers for reading in one.chart.readings] == [(("sample", "capillary"),)]


@pytest.mark.parametrize("number", [WOMAN, WOMAN.lower()])
def test_an_identity_number_gives_the_person_and_goes_nowhere(tmp_path: Path, number: str) -> None:
    columns = {"身份证号": {"identity": True}, "身高": "height"}
    [one] = rows(tmp_path, columns, f"编号,身份证号,身高\np1,{number},170\n")
    assert said(one)["sex"][0] == "female" and said(one)["birth_date"][0] == "1949-12-31"
    assert number.upper() not in repr(one).upper()


@pytest.mark.parametrize("number", ["110105194912310021", "110105491231002", "11010519491331002X", "abc"])
def test_a_number_that_does_not_hold_gives_nothing_and_goes_nowhere(tmp_path: Path, number: str) -> None:
    columns = {"身份证号": {"identity": True}, "身高": "height"}
    [one] = rows(tmp_path, columns, f"编号,身份证号,身高\np1,{number},170\n")
    assert set(said(one)) == {"height"} and number not in repr(one) and one.rejected


def test_a_list_that_a_form_does_not_ask_whole_is_never_delivered(tmp_path: Path) -> None:
    columns = {"诊断": {"list": "conditions"}, "身高": "height"}
    table = "编号,诊断,身高\np1,糖尿病,170\np2,,170\n"
    both = rows(tmp_path, columns, table, lists={"conditions": {"from": ["诊断"], "delivered": "never"}})
    assert all(one.chart is not None and "conditions" not in one.chart.lists for one in both)
    first, second = rows(tmp_path, columns, table, lists={"conditions": {"from": ["诊断"]}})
    assert first.chart is not None and "conditions" in first.chart.lists
    assert second.chart is not None and "conditions" not in second.chart.lists


def test_a_list_whose_column_is_absent_is_not_delivered(tmp_path: Path) -> None:
    columns = {"诊断": {"list": "conditions"}, "用药": {"list": "conditions"}, "身高": "height"}
    lists = {"conditions": {"from": ["诊断", "用药"], "delivered": "all"}}
    [one] = rows(tmp_path, columns, "编号,诊断,身高\np1,糖尿病,170\n", lists=lists)
    assert one.chart is not None and "conditions" not in one.chart.lists


@pytest.mark.parametrize(
    ("cells", "office"),
    [
        ("150,80,142,96", ("150", "80")),
        ("142,96,150,80", ("150", "80")),
        ("150,,142,96", None),
        (",,142,96", ("142", "96")),
    ],
)
def test_the_higher_arm_counts_if_it_is_whole(tmp_path: Path, cells: str, office: Any) -> None:
    columns = {"左收": "sbp_left", "左舒": "dbp_left", "右收": "sbp_right", "右舒": "dbp_right"}
    [one] = rows(tmp_path, columns, f"编号,左收,左舒,右收,右舒\np1,{cells}\n", higher_arm=True)
    found = said(one)
    assert (found["sbp_office"][0], found["dbp_office"][0]) == office if office else "sbp_office" not in found


@pytest.mark.parametrize(
    "column",
    [
        {"fact": "weight", "when": {"column": "单位"}},
        {"fact": "weight", "when": {"column": "单位", "is": ["1"], "not": ["2"]}},
        {"fact": "weight", "identity": True},
        {"fact": "weight", "qualifiers": ["sample"]},
        {"fact": "weight", "also_called": 7},
    ],
)
def test_a_map_that_says_too_little_or_too_much_is_refused(tmp_path: Path, column: dict[str, Any]) -> None:
    with pytest.raises(SangaoError):
        rows(tmp_path, {"体重": column}, "编号,体重,单位\np1,65,1\n")
