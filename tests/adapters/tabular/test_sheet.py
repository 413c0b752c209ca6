"""What stands in a workbook reaches the chart as its reader sees it, or is refused with its place."""

import random
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

pytest.importorskip("python_calamine", reason="the extra `xlsx` is not installed")

from sangao.adapters.tabular import read_columns, sheet
from sangao.engine.errors import SangaoError
from tests.adapters.tabular import small, workbook
from tests.adapters.tabular.workbook import Day, Error

MAP: dict[str, Any] = {
    "key": "编号",
    "on": {"column": "体检日期"},
    "columns": {
        "收缩压": "sbp_office",
        "舒张压": "dbp_office",
        "体重": "weight",
        "糖尿病": {"fact": "diabetes", "values": {"1": True, "2": False}},
    },
}
HEADER = ["编号", "体检日期", "收缩压", "舒张压", "体重", "糖尿病"]


def rows(path: Path, mapping: dict[str, Any] = MAP) -> list[tuple[int, str, str, dict[str, Any]]]:
    bound = read_columns(source=path, mapping=mapping).bind(small.clinic().compiled.dictionary, None)
    found = [one for batch in bound.batches(2) for one in bound.patients(batch)]
    return [
        (
            one.line,
            one.key,
            "" if one.chart is None else one.chart.on.isoformat(),
            {} if one.chart is None else {reading.fact: reading.value for reading in one.chart.readings},
        )
        for one in found
    ]


def problem(path: Path, mapping: dict[str, Any] = MAP) -> Any:
    with pytest.raises(SangaoError) as raised:
        rows(path, mapping)
    assert raised.value.usage
    [found] = raised.value.problems
    return found


def test_numbers_texts_days_blanks_and_errors(tmp_path: Path) -> None:
    path = workbook.write(
        tmp_path / "a.xlsx",
        {
            "表": [
                HEADER,
                ["007", Day(45950), "152", 92, 70.1, 1],  # a number stored as text
                [8, Day(45950.75), 139.5, None, 7.1000000000000005 * 10, "2"],
                [None, None, None, None, None, None],
                ["c", 45951, Error("#DIV/0!"), "未测", " ", None],  # a day that lost its format
                ["d", "2025年10月22日", "一百五", 90.0, None, None],
            ]
        },
    )
    assert rows(path) == [
        (2, "007", "2025-10-20", {"sbp_office": 152, "dbp_office": 92, "weight": 70.1, "diabetes": True}),
        (3, "8", "2025-10-20", {"sbp_office": 139.5, "weight": 71, "diabetes": False}),
        (5, "c", "2025-10-21", {}),
        (6, "d", "2025-10-22", {"sbp_office": "一百五", "dbp_office": 90}),
    ]


def test_a_workbook_that_counts_from_1904_says_so(tmp_path: Path) -> None:
    data = {"表": [HEADER, ["a", 44488, 150, None, None, None]]}
    assert rows(workbook.write(tmp_path / "a.xlsx", data, since_1904=True))[0][2] == "2025-10-20"


def test_a_header_of_merged_cells_below_a_title(tmp_path: Path) -> None:
    path = workbook.write(
        tmp_path / "a.xlsx",
        {
            "体检": [
                ["某镇2025年体检表"],
                ["编号", "体检日期", "血压(mmHg)", None, "左臂血压", None, "体重", "糖尿病"],
                [None, None, "收缩压", "舒张压", "左收缩压", "左舒张压", None, None],
                ["a", Day(45950), 150, 95, 1, 2, 60, 1],
            ]
        },
        merged=["A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3"],
    )
    expected = [(4, "a", "2025-10-20", {"sbp_office": 150, "dbp_office": 95, "weight": 60, "diabetes": True})]
    assert rows(path) == expected
    assert rows(path, {**MAP, "header": "2-3", "sheet": "体检"}) == expected
    long = {**MAP, "columns": {"血压(mmHg)/收缩压": "sbp_office", "左臂血压/左舒张压": "dbp_office"}}
    assert rows(path, long) == [(4, "a", "2025-10-20", {"sbp_office": 150, "dbp_office": 2})]


def test_a_name_that_stands_under_two_others_is_not_guessed(tmp_path: Path) -> None:
    top = ["编号", "体检日期", "左臂", None, "右臂", None]
    below = [None, None, "收缩压", "舒张压", "收缩压", "舒张压"]
    path = workbook.write(
        tmp_path / "a.xlsx",
        {"表": [top, below, ["a", Day(45950), 150, 95, 140, 90]]},
        merged=["A1:A2", "B1:B2", "C1:D1", "E1:F1"],
    )
    assert problem(path, {**MAP, "columns": {"收缩压": "sbp_office"}}).code == "table.double_column"
    assert rows(path, {**MAP, "columns": {"右臂/收缩压": "sbp_office"}})[0][3] == {"sbp_office": 140}


def test_the_sheet_is_the_one_with_the_columns(tmp_path: Path) -> None:
    data = {"填表说明": [["请填写"]], "数据": [HEADER, ["a", Day(45950), 150, 95, None, None]]}
    path = workbook.write(tmp_path / "a.xlsx", data)
    assert rows(path)[0][:2] == (2, "a")
    found = problem(path, {**MAP, "sheet": "数剧"})
    assert (found.code, found.parts["names"]) == ("table.no_sheet", "填表说明、数据")


def test_a_key_that_excel_has_rounded_is_refused(tmp_path: Path) -> None:
    data = {"表": [HEADER, [370102196103021234, Day(45950), 150, 95, None, None]]}
    found = problem(workbook.write(tmp_path / "a.xlsx", data))
    assert (found.code, str(found.where)) == ("table.key_rounded", "a.xlsx:2:1")
    data["表"][1][0] = "370102196103021234"
    assert rows(workbook.write(tmp_path / "a.xlsx", data))[0][1] == "370102196103021234"


def test_a_missing_column_a_damaged_file_and_an_empty_sheet_are_said(tmp_path: Path) -> None:
    data = {"表": [["编号", "体检日期", "收缩亚", "舒张压", "体重", "糖尿病"], ["a", 45950, 1, 2, 3, 4]]}
    found = problem(workbook.write(tmp_path / "a.xlsx", data))
    assert (found.code, found.parts["nearest"]) == ("table.no_column", "收缩亚")
    whole = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    assert problem(tmp_path / "cut.xlsx").code == "table.damaged"
    assert problem(workbook.write(tmp_path / "none.xlsx", {"表": []})).code == "table.empty"


def test_no_damage_to_a_workbook_makes_it_raise_anything_else(tmp_path: Path) -> None:
    """Bytes changed in the archive, and texts changed in its parts: read, or refused as a whole."""
    path = workbook.write(tmp_path / "a.xlsx", {"表": [HEADER, ["a", Day(45950), 150]]}, merged=["A1:A1"])
    data = path.read_bytes()
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    draw = random.Random(1)
    seen = set()
    for turn in range(300):
        if turn % 2:
            changed = bytearray(data)
            for _ in range(draw.randint(1, 6)):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            path.write_bytes(changed)
        else:
            name = draw.choice(list(parts))
            text = bytearray(parts[name])
            for _ in range(draw.randint(1, 5)):
                at = draw.randrange(len(text))
                text[at : at + draw.randint(0, 3)] = bytes(draw.randrange(32, 127) for _ in range(draw.randint(0, 3)))
            with ZipFile(path, "w") as book:
                for other, content in {**parts, name: bytes(text)}.items():
                    book.writestr(other, content)
        try:
            rows(path)
            seen.add("read")
        except SangaoError as error:
            assert error.usage
            seen |= {one.code for one in error.problems}
    assert {"read", "table.damaged", "table.empty"} <= seen


def test_a_group_of_merged_cells_holds_for_each_row(tmp_path: Path) -> None:
    data = {"表": [["机构", *HEADER], ["城关", "a", 45950, 150], [None, "b", 45950, 151], [None, "c", 45950, 152]]}
    path = workbook.write(tmp_path / "a.xlsx", data, merged=["A2:A3"])
    table = sheet.open_sheet(path, sheet_map({**MAP, "group": "机构", "columns": {"收缩压": "sbp_office"}}))
    bound = table.bind(small.clinic().compiled.dictionary, None)
    [batch] = bound.batches(10)
    assert bound.groups(batch) == ["城关", "城关", ""]


def sheet_map(mapping: dict[str, Any]) -> Any:
    from sangao.adapters.tabular.mapping import read_mapping

    return read_mapping(mapping)


def test_a_workbook_is_answered_as_the_same_text_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    people = small.people(60)
    small.write(tmp_path / "county.csv", people)
    cells = [[number(one) for one in person.values()] for person in people]
    workbook.write(tmp_path / "county.xlsx", {"表": [list(small.HEADER), *cells]})
    assert small.done("county.xlsx", "sheet.csv") == {
        **small.done("county.csv", "text.csv"),
        "out": "sheet.csv",
        "rejects": "sheet.csv.rejects.csv",
    }
    assert Path("sheet.csv").read_bytes() == Path("text.csv").read_bytes()
    assert Path("sheet.csv.rejects.csv").read_bytes() == Path("text.csv.rejects.csv").read_bytes()


def number(text: str) -> Any:
    try:
        return float(text) if text else None
    except ValueError:
        return text
