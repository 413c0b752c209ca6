"""What a text table says reaches the chart as it stands, or is refused with its place."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import lines
from sangao.engine.errors import SangaoError
from tests.adapters.tabular.people import PAIR, SBP, chart, codes, known, pack, people, values, written


# --- the file ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encoding_and_separator_are_found(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f"编号{mark}收缩压{mark}性别\n一{mark}152{mark}女\n"
    mapping = {"key": "编号", "columns": {"收缩压": "sbp_office", "性别": "sex"}}
    [one] = people(written(tmp_path, text, encoding), mapping)
    assert (one.line, one.key, values(one)) == (2, "一", {"sbp_office": 152, "sex": "女"})


def test_bytes_of_no_encoding_name_their_line(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,sbp\n1,152\n2,\xff\xff\xff\n")
    with pytest.raises(SangaoError) as raised:
        people(path, SBP)
    [problem] = raised.value.problems
    assert (problem.code, problem.where.line) == ("table.undecodable", 3)


def test_one_bad_byte_is_told_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("编号,sbp\n一,152\n二,140\n三\n".encode() + b"\xff,130\n")
    with pytest.raises(SangaoError) as raised:
        people(path, {**SBP, "key": "编号"})
    [problem] = raised.value.problems
    assert (problem.code, problem.where.line, problem.parts["encoding"]) == ("table.undecodable", 5, "utf-8")


@pytest.mark.parametrize("name", ["utf-88", "hex"])
def test_an_encoding_that_does_not_exist_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(SangaoError) as raised:
        people(written(tmp_path, "id,sbp\n1,2\n"), {**SBP, "encoding": name})
    [problem] = raised.value.problems
    assert (problem.code, problem.parts["encoding"]) == ("table.no_encoding", name)


def test_a_missing_column_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SangaoError) as raised:
        people(written(tmp_path, "id,spb,dbp\n1,2,3\n"), {"key": "ident", "columns": {"sbp": "sbp_office"}})
    assert [(one.code, one.parts["name"], one.parts["nearest"]) for one in raised.value.problems] == [
        ("table.no_column", "ident", "id"),
        ("table.no_column", "sbp", "spb"),
    ]


def test_a_column_that_stands_twice_is_not_guessed(tmp_path: Path) -> None:
    assert codes(SBP, written(tmp_path, "id,sbp,sbp\n1,2,3\n")) == ["table.double_column"]


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    assert codes(SBP, written(tmp_path, "")) == ["table.empty"]


def test_ragged_rows_are_refused_with_their_line_and_the_others_are_answered(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,sbp\n1,150\n2\n3,160,\n4,170,x\n\n5,180\n"), SBP)
    assert [(one.line, one.key, one.chart is None) for one in found] == [
        (2, "1", False),
        (3, "2", True),
        (4, "3", False),  # nothing stands in the surplus field
        (5, "4", True),
        (7, "5", False),
    ]
    assert [one.code for each in found for one in each.rejected] == ["table.ragged", "table.ragged"]


def test_a_quote_never_closed_costs_one_row(tmp_path: Path) -> None:
    text = 'id,sbp,note\n1,150,"open\n' + "".join(f"{i},140,fine\n" for i in range(2, 60))
    found = people(written(tmp_path, text), SBP)
    assert len(found) == 59 and found[-1].line == 60
    assert [values(one)["sbp_office"] for one in found] == [150, *[140] * 58]


def test_a_quoted_line_break_belongs_to_its_field(tmp_path: Path) -> None:
    found = people(written(tmp_path, 'id,note,sbp\n1,"two\nlines",150\n2,x,151\n'), SBP)
    assert [(one.line, values(one)) for one in found] == [(2, {"sbp_office": 150}), (4, {"sbp_office": 151})]


def test_lines_are_counted_without_a_last_break(tmp_path: Path) -> None:
    assert lines.detect(written(tmp_path, "id\n1\n2")).lines == 3


# --- cells ------------------------------------------------------------------------------------------------------------
def test_texts_for_missing_are_blank_never_numbers(tmp_path: Path) -> None:
    column = {"fact": "sbp_office", "missing": ["0", 999, "无"]}
    text = "id,sbp\n1,0\n2,999.0\n3,无\n4,\n5,NA\n6,０\n7,未测\n8,140\n"
    found = people(written(tmp_path, text), {"key": "id", "columns": {"sbp": column}})
    assert [values(one) for one in found] == [{}] * 7 + [{"sbp_office": 140}]


def test_what_was_not_declared_missing_is_refused_not_dropped(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,sbp\n1,0\n2,无\n3,999\n"), SBP)
    said = [[problem.code for problem in pack().problems(chart(one))] for one in found]
    assert said == [["chart.out_of_range"], ["chart.not_a_quantity"], ["chart.out_of_range"]]
    assert [known(one, "sbp_office") for one in found] == [None, None, None]


def test_a_pair_gives_two_facts_and_half_a_pair_gives_neither(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,血压\n1,156/92\n2,１５６／９２\n3,156\n4,156/\n5,a/b\n6,156/92/80\n"), PAIR)
    assert [(known(one, "sbp_office"), known(one, "dbp_office")) for one in found] == [
        ((15600, 15600), (9200, 9200)),
        ((15600, 15600), (9200, 9200)),
        *[(None, None)] * 4,
    ]
    assert all(len(pack().problems(chart(one))) == 2 for one in found[2:])


def test_a_mixed_up_unit_is_held_out(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"glucose": {"fact": "fpg", "unit": "mmol/L"}}}
    [one] = people(written(tmp_path, "id,glucose\n1,126\n"), mapping)
    assert [problem.code for problem in pack().problems(chart(one))] == ["chart.suspect_unit"]


def test_the_unit_of_a_column_converts(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"glucose": {"fact": "fpg", "unit": "mg/dL"}}}
    [one] = people(written(tmp_path, "id,glucose\n1,126\n"), mapping)
    assert known(one, "fpg") == (6994, 6994)


def test_a_censored_cell_is_an_interval(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"uacr": "uacr", "age": {"fact": "age", "values": {"80": "80+"}}}}
    low, top = people(written(tmp_path, "id,uacr,age\n1,<30,79\n2,＞300 mg/g,80\n"), mapping)
    assert known(low, "uacr")[1] == 2999 and known(top, "uacr")[0] == 30001
    assert known(low, "age")[0] == known(low, "age")[1]
    assert known(top, "age")[0] < known(top, "age")[1]


def test_of_two_columns_the_preferred_one_that_is_filled_counts(tmp_path: Path) -> None:
    columns = {"si": {"fact": "creatinine", "unit": "umol/L"}, "mg": {"fact": "creatinine", "unit": "mg/dL"}}
    text = "id,mg,si\n1,1.0,90\n2,1.0,\n3,,\n"
    both, one, none = people(written(tmp_path, text), {"key": "id", "columns": dict(reversed(columns.items()))})
    assert (values(both), values(one), values(none)) == ({"creatinine": 90}, {"creatinine": 1.0}, {})
    columns["mg"]["prefer"] = "1"
    both, *_ = people(written(tmp_path, text), {"key": "id", "columns": columns})
    assert values(both) == {"creatinine": 1.0}


def test_a_column_may_give_further_facts(tmp_path: Path) -> None:
    column = {
        "fact": "mi",
        "values": {"1": True, "2": False},
        "also": [{"fact": "chd", "values": {"1": True}, "missing": [2]}],
    }
    yes, no = people(written(tmp_path, "id,mi\n1,1\n2,2\n"), {"key": "id", "columns": {"mi": column}})
    assert (values(yes), values(no)) == ({"mi": True, "chd": True}, {"mi": False})


def test_values_of_the_file_become_codes_and_strangers_are_refused(tmp_path: Path) -> None:
    column = {"fact": "sex", "values": {1: "male", 2: "female"}}
    found = people(written(tmp_path, "id,sex\n1,1.0\n2,２\n3,3\n"), {"key": "id", "columns": {"sex": column}})
    assert [values(one)["sex"] for one in found] == ["male", "female", "3"]
    assert [problem.code for problem in pack().problems(chart(found[2]))] == ["chart.unknown_code"]


# --- days -------------------------------------------------------------------------------------------------------------
def test_the_day_may_stand_in_a_column_and_a_row_without_it_is_refused(tmp_path: Path) -> None:
    mapping = {**SBP, "on": {"column": "day"}}
    found = people(written(tmp_path, "id,day,sbp\n1,2025/3/9,150\n2,,150\n3,soon,150\n4,20250310,150\n"), mapping)
    assert [one.chart and one.chart.on.isoformat() for one in found] == ["2025-03-09", None, None, "2025-03-10"]
    assert [each.code for one in found for each in one.rejected] == ["table.bad_on", "table.bad_on"]
    assert {chart(one).on for one in people(tmp_path / "people.csv", mapping, date(2025, 5, 1))} == {date(2025, 5, 1)}


def test_a_reading_may_have_its_day_in_another_column(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"sbp": {"fact": "sbp_office", "at": "taken"}}}
    found = people(written(tmp_path, "id,sbp,taken\n1,150,2025年3月9日\n2,150,\n3,150,20990101\n"), mapping)
    assert [chart(one).readings[0].at for one in found] == ["2025-03-09", None, "2099-01-01"]
    assert [problem.code for problem in pack().problems(chart(found[2]))] == ["chart.future"]


def rows(found: list[Patient]) -> Iterator[str]:
    return (one.key for one in found)


def test_a_row_without_a_key_is_refused_and_equal_keys_stay_apart(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,sbp\n1,150\n ,150\n1,120\n"), SBP)
    assert list(rows(found)) == ["1", "", "1"]
    assert [one.code for each in found for one in each.rejected] == ["table.no_key"]
