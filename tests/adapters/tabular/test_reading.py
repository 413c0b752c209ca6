"""What a text table says reaches the chart as it stands, or is refused with its place."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import lines, read_columns
from sangao.adapters.tabular.binding import check
from sangao.adapters.tabular.mapping import COLUMN, TOP, read_mapping
from sangao.engine.chart import Chart
from sangao.engine.cli.maps import read_map
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack, load
from sangao.engine.truth import FALSE

ON = "2025-10-20"


@cache
def pack() -> Pack:
    return load("htn_guideline_2024")


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def people(path: Path, mapping: dict[str, Any], on: date | None = None) -> list[Patient]:
    columns = read_columns(source=path, mapping={"on": ON, **mapping})
    assert columns is not None
    bound = columns.bind(pack().compiled.dictionary, on)
    return [one for batch in bound.batches(2) for one in bound.patients(batch)]


def chart(one: Patient) -> Chart:
    assert one.chart is not None, one.rejected
    return one.chart


def values(one: Patient) -> dict[str, Any]:
    return {reading.fact: reading.value for reading in chart(one).readings}


def known(one: Patient, leaf: str) -> Any:
    return pack().admit(chart(one)).timeline.named()[leaf]


def codes(mapping: dict[str, Any], path: Path) -> list[str]:
    with pytest.raises(SangaoError) as raised:
        people(path, mapping)
    assert raised.value.usage
    return [problem.code for problem in raised.value.problems]


PAIR = {"key": "id", "columns": {"血压": {"facts": ["sbp_office", "dbp_office"]}}}
SBP = {"key": "id", "columns": {"sbp": {"fact": "sbp_office"}}}


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


# --- lists ------------------------------------------------------------------------------------------------------------
def entries(one: Patient, name: str) -> list[str] | None:
    found = chart(one).lists.get(name)
    return None if found is None else [entry.key for entry in found]


def test_a_cell_may_hold_a_list_none_of_it_or_nothing(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"诊断": {"list": "conditions", "none": ["无"]}}}
    found = people(written(tmp_path, "id,诊断\n1,I10；E11.9\n2,无\n3,\n4,未查\n"), mapping)
    assert [entries(one, "conditions") for one in found] == [["I10", "E11.9"], [], None, None]


def test_a_code_that_says_nothing_is_helped_by_the_name_beside_it(tmp_path: Path) -> None:
    mapping = {"key": "id", "columns": {"code": {"list": "conditions", "by": "code", "name": "name"}}}
    text = "id,code,name\n1,E11.9,糖尿病\n2,X99,脑卒中\n3,,心力衰竭\n4,X99,怪病\n"
    found = people(written(tmp_path, text), mapping)
    assert [entries(one, "conditions") for one in found] == [["E11.9"], ["脑卒中"], ["心力衰竭"], ["X99"]]
    assert [problem.code for problem in pack().problems(chart(found[3]))] == ["chart.unmapped"]


DELIVERED = {
    "key": "id",
    "lists": {"conditions": {"from": ["dm", "af"], "complete": {"column": "checked", "when": ["是"]}}},
    "columns": {
        "dm": {"fact": "diabetes", "values": {"1": True, "2": False}, "missing": [9]},
        "af": {"fact": "af", "values": {"1": True, "2": False}, "missing": [9]},
    },
}


def test_columns_deliver_a_list_and_a_blank_of_ones_own_is_never_assumed(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,dm,af,checked\n1,2,9,\n2,9,,\n3,1,2,是\n"), DELIVERED)
    assert [entries(one, "conditions") for one in found] == [[], None, []]
    assert [chart(one).complete for one in found] == [frozenset(), frozenset(), {"conditions"}]
    admission = pack().admit(chart(found[0]))
    assert "af" not in admission.assumed_facts and "stroke" in admission.assumed_facts
    assert pack().admit(chart(found[1])).assumed_facts == ()


def test_a_list_column_that_says_unknown_delivers_no_list(tmp_path: Path) -> None:
    mapping = {
        "key": "id",
        "lists": {"conditions": {"delivered": "always"}},
        "columns": {"kidney": {"list": "conditions", "values": {"1": "ckd"}, "none": ["2"], "missing": ["9"]}},
    }
    found = people(written(tmp_path, "id,kidney\n1,1\n2,2\n3,9\n"), mapping)
    assert [entries(one, "conditions") for one in found] == [["ckd"], [], None]


@pytest.mark.parametrize("said", ["不详", "未知", "拒查", "拒绝", "拒答"])
def test_asked_and_not_known_is_no_blank_of_a_yes_or_no(tmp_path: Path, said: str) -> None:
    risk, columns = {"fact": "bleeding_risk_high"}, {"ills": {"list": "conditions"}, "sbp": {"fact": "sbp_office"}}
    table = written(tmp_path, f"id,risk,ills,age,sbp\n1,,I25,60,140\n2,{said},I25,60,{said}\n")

    def statuses(risk: Any, **more: Any) -> list[str]:
        found = people(table, {"key": "id", "columns": {"risk": risk, "age": "age", **columns}, **more})
        assert "sbp_office" not in values(found[1]) and not found[1].rejected  # not measured: a blank
        return [load("dm_primary_2025").decide("dm.aspirin_weighed", chart(one)).status for one in found]

    assert statuses(risk) == ["provisional", "unknown"]
    # the mapping may say that in its file the word means a blank, or what else it means
    assert statuses({**risk, "missing": [said]}) == ["provisional", "provisional"]
    assert statuses(risk, missing=[said]) == ["provisional", "provisional"]
    assert statuses({**risk, "values": {said: True}}) == ["provisional", "settled"]


def test_a_list_cell_that_says_nobody_knows_delivers_no_list(tmp_path: Path) -> None:
    mapping = {
        "key": "id",
        "lists": {"conditions": {"delivered": "always"}},
        "columns": {"ills": {"list": "conditions", "none": ["无"]}},
    }
    found = people(written(tmp_path, "id,ills\n1,无\n2,不详\n3,房颤\n"), mapping)
    assert [one if one is None else len(one) for one in (entries(each, "conditions") for each in found)] == [0, None, 1]


def test_an_item_nobody_can_map_is_not_lost_where_its_list_was_not_delivered(tmp_path: Path) -> None:
    lists = {"conditions": {"from": ["ills", "af"], "delivered": "all"}}
    columns = {"ills": {"list": "conditions"}, "af": {"fact": "af", "values": {"1": True, "2": False}}}
    mapping = {"key": "id", "lists": lists, "columns": columns}
    found = people(written(tmp_path, "id,ills,af\n1,I63；怪病,\n2,I63,\n3,怪病,2\n"), mapping)
    assert [entries(one, "conditions") for one in found] == [["怪病"], None, ["怪病"]]
    assert [values(one).get("ischaemic_stroke") for one in found] == [True, True, None]
    for one, codes_of in zip(found, (["chart.unmapped"], [], ["chart.unmapped"]), strict=True):
        admission = pack().admit(chart(one))
        assert [problem.code for problem in admission.problems] == codes_of
        assert not admission.assumed_facts and not one.rejected
    left_empty = pack().admit(chart(found[1]))
    assert all(left_empty.open[one] == FALSE for one in pack().compiled.leaves if one.startswith("unusable("))


def test_a_code_nobody_knows_does_not_hide_the_name_beside_it_nor_a_column_the_next(tmp_path: Path) -> None:
    ills = {"list": "conditions", "name": "name"}
    mapping = {
        "key": "id",
        "lists": {"conditions": {"delivered": "always", "complete": True}},
        "columns": {"ill": ills},
    }
    found = people(written(tmp_path, "id,ill,name\n1,不详,高血压\n2,,不详\n3,I10,不详\n"), mapping)
    assert [entries(one, "conditions") for one in found] == [["高血压"], None, ["I10"]]
    assert not chart(found[1]).complete
    two = {"key": "id", "columns": {"a": {"fact": "af"}, "b": {"fact": "af"}}}
    found = people(written(tmp_path, "id,a,b\n1,不详,是\n2,不详,\n3,是,不详\n4,不详,不详\n"), two)
    assert [known(one, "af") for one in found] == [2, 3, 2, 3]
    assert [len(chart(one).readings) for one in found] == [1, 1, 1, 1]


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


def rows(found: list[Patient]) -> Iterator[str]:
    return (one.key for one in found)


def test_a_row_without_a_key_is_refused_and_equal_keys_stay_apart(tmp_path: Path) -> None:
    found = people(written(tmp_path, "id,sbp\n1,150\n ,150\n1,120\n"), SBP)
    assert list(rows(found)) == ["1", "", "1"]
    assert [one.code for each in found for one in each.rejected] == ["table.no_key"]


def test_the_mapping_of_the_docs_is_one_with_every_key(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    [text] = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    given = read_map(tmp_path / "map.yaml")
    assert check(read_mapping(given), pack().compiled.dictionary) == []
    keys = {str(key) for column in given["columns"].values() if not isinstance(column, str) for key in column}
    assert (set(given), keys) == (set(TOP), set(COLUMN))


def test_a_list_of_names_goes_through_the_book_of_terms(tmp_path: Path) -> None:
    path = written(tmp_path, "编号,用药\n1,安博诺;氨氯地平\n2,阿莫西林\n3,神奇茶\n")
    found = people(path, {"key": "编号", "columns": {"用药": {"list": "medications"}}})
    assert [entries(one, "medications") for one in found] == [["arb", "thiazide", "氨氯地平"], [], ["神奇茶"]]
    assumed = [pack().admit(chart(one)).assumed_facts for one in found]
    assert "acei" in assumed[0] and "thiazide" not in assumed[0] and "acei" in assumed[1] and not assumed[2]
