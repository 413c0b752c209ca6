"""Ready maps: each fits the facts, each is read in files as they come, and what is not printed is not guessed."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.chinese import mapping_folders
from sangao.adapters.columns import Patient
from sangao.adapters.hub import hub
from sangao.adapters.tabular import read_columns
from sangao.adapters.tabular.binding import check
from sangao.adapters.tabular.mapping import read_mapping
from sangao.engine.cli.maps import read_map, ready_maps
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.opened import opened

MAPS = sorted(path for folder in mapping_folders() for path in folder.rglob("*.yaml"))
WOMAN = "11010519491231002X"


@cache
def pack() -> Pack:
    return opened("htn_primary_2025")


def rows(tmp_path: Path, name: str, header: str, *lines: str, encoding: str = "utf-8") -> list[Patient]:
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    columns = read_columns(source=path, mapping=read_map(Path(name), hub().hook))
    assert columns is not None
    bound = columns.bind(pack().compiled.dictionary, None)
    return [one for batch in bound.batches(10) for one in bound.patients(batch)]


def row(tmp_path: Path, name: str, header: str, line: str, encoding: str = "utf-8") -> Patient:
    [one] = rows(tmp_path, name, header, line, encoding=encoding)
    assert one.chart is not None, one.rejected
    return one


def facts(one: Patient) -> dict[str, Any]:
    assert one.chart is not None
    return {reading.fact: reading.value for reading in one.chart.readings}


def known(one: Patient, fact: str) -> Any:
    assert one.chart is not None
    return pack().admit(one.chart).timeline.named()[fact]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_map_speaks_of_facts_units_and_values_that_exist(path: Path) -> None:
    mapping = read_mapping(read_map(path))
    assert check(mapping, pack().compiled.dictionary) == []
    assert mapping.loose and mapping.on_column


def test_maps_are_found_by_name() -> None:
    assert {"national/htn_followup", "national/dm_followup", "national/checkup"} <= ready_maps(hub().hook).keys()
    with pytest.raises(SangaoError) as raised:
        read_map(Path("national/htn_folowup"), hub().hook)
    assert raised.value.problems[0].parts["nearest"] == "national/htn_followup"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_follow_up_as_it_is_exported(tmp_path: Path, encoding: str) -> None:
    header = "编号,随访日期,身份证号码,收缩压(mmHg),＊舒张压,体重（kg）,日吸烟量(支),日饮酒量(两)"
    header += ",摄盐情况,服药依从性,症状"
    one = row(tmp_path, "national/htn_followup", header, f"p1,20250309,{WOMAN},152,96,65.5,0,2,中,1,2", encoding)
    assert facts(one) == {
        "sbp_office": 152,
        "dbp_office": 96,
        "weight": 65.5,
        "cig_per_day": 0,
        "drink_amount": 2,
        "salt_level": "medium",
        "adherence": "regular",
        "sex": "female",
        "birth_date": "1949-12-31",
    }
    assert known(one, "drink_amount") == (1000, 1000) and one.chart is not None
    assert [entry.key for entry in one.chart.lists["symptoms"]] == ["headache", "dizziness"]
    assert WOMAN not in repr(one)


@pytest.mark.parametrize("blank", ["", "0", "999", "无", "-", "未测"])
def test_blanks_of_a_form_are_unknown(tmp_path: Path, blank: str) -> None:
    one = row(tmp_path, "national/htn_followup", "编号,随访日期,收缩压,舒张压", f"p1,2025-03-09,{blank},96")
    assert facts(one) == {"dbp_office": 96} and one.chart is not None
    answer = pack().decide("htn.grade", one.chart)
    assert (answer.status, answer.at_least) == ("unknown", "grade1")


@pytest.mark.parametrize("weight", ["70/65", "胖"])
def test_a_goal_behind_a_stroke_is_never_taken_for_the_weight(tmp_path: Path, weight: str) -> None:
    assert (
        known(row(tmp_path, "national/htn_followup", "编号,随访日期,体重", f"p1,2025-03-09,{weight}"), "weight") is None
    )


def test_no_symptom_is_a_delivered_list_and_a_blank_is_none(tmp_path: Path) -> None:
    first, second, third = rows(
        tmp_path, "national/htn_followup", "编号,随访日期,症状", "a,2025-03-09,1", "b,2025-03-09,", "c,2025-03-09,2/10"
    )
    assert first.chart and second.chart and third.chart
    assert first.chart.lists == {"symptoms": ()} and second.chart.lists == {}
    assert [entry.key for entry in third.chart.lists["symptoms"]] == ["headache", "dizziness", "10"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("7.3,", {"fpg_capillary": 7.3}),
        ("7.3,末梢血", {"fpg_capillary": 7.3}),
        ("7.3,静脉血浆", {"fpg": 7.3}),
        ("0,静脉血浆", {}),
    ],
)
def test_fasting_glucose_diagnoses_only_where_plasma_is_said(tmp_path: Path, cells: str, said: dict[str, Any]) -> None:
    header = "编号,随访日期,空腹血糖,空腹血糖测量方式"
    assert facts(row(tmp_path, "national/dm_followup", header, f"p1,2025-03-09,{cells}")) == said


def test_units_in_the_header_are_the_units_of_the_column(tmp_path: Path) -> None:
    header = "编号,随访日期,空腹血糖(mg/dL),糖化血红蛋白(mmol/mol),检查日期"
    one = row(tmp_path, "national/dm_followup", header, "p1,2025-03-09,126,53,2025-02-20")
    assert known(one, "fpg_capillary") == (6994, 6994) and known(one, "hba1c") == (700, 700)
    assert one.chart is not None
    assert {reading.fact: reading.at for reading in one.chart.readings}["hba1c"] == "2025-02-20"
    undated = row(tmp_path, "national/dm_followup", "编号,随访日期,糖化血红蛋白", "p1,2025-03-09,7.1")
    assert undated.chart is not None and undated.chart.readings[0].at is None


@pytest.mark.parametrize(
    ("unit", "test", "fact", "grid"),
    [
        ("1", "2", "fpg", 7000), ("1", "1", "fpg_capillary", 7000), ("mmol/l", "", "fpg_capillary", 7000),
        ("2", "2", "fpg", 389), ("2", "", "fpg_capillary", 389), ("mg/dl", "1", "fpg_capillary", 389),
    ],
)  # fmt: skip
def test_the_unit_and_the_sample_of_a_row_are_read_from_their_columns(
    tmp_path: Path, unit: str, test: str, fact: str, grid: int
) -> None:
    one = row(tmp_path, "bsoft/dm_visit", "empiId,visitDate,fbs,unit,fbsTest", f"p1,2025-03-09,7,{unit},{test}")
    assert list(facts(one)) == [fact] and (known(one, fact) in ((grid, grid), None))
    assert (known(one, fact) is None) == (grid < 500)  # 7 mg/dL is impossible and refused, not taken for 7 mmol/L


@pytest.mark.parametrize("unit", [",", ",3", ",9", ",mmol", None])
def test_glucose_without_its_unit_is_not_read(tmp_path: Path, unit: str | None) -> None:
    header = "empiId,visitDate,fbs,fbsTest,pbs,rbs,rbsTest" + ("" if unit is None else ",unit")
    one = row(tmp_path, "bsoft/dm_visit", header, f"p1,2025-03-09,30,2,30,30,2{unit or ''}")
    assert facts(one) == {}


def test_a_cell_that_names_its_unit_is_read_in_it(tmp_path: Path) -> None:
    header = "编号,随访日期,体重,身高,空腹血糖(mg/dL)"
    one = row(tmp_path, "national/dm_followup", header, "p1,2025-03-09,140斤,1.72m,7.2mmol/L")
    assert (known(one, "weight"), known(one, "height"), known(one, "fpg_capillary")) == (
        (7000, 7000), (17200, 17200), (7200, 7200),
    )  # fmt: skip
    odd = row(tmp_path, "national/dm_followup", header, "p1,2025-03-09,140石,172,126")
    assert known(odd, "weight") is None and known(odd, "fpg_capillary") == (6994, 6994)


def test_the_same_code_means_the_opposite_in_two_places(tmp_path: Path) -> None:
    form = row(tmp_path, "national/dm_followup", "编号,随访日期,药物不良反应", "p1,2025-03-09,1")
    system = row(tmp_path, "bsoft/dm_visit", "empiId,visitDate,adverseReactions", "p1,2025-03-09,1")
    assert known(form, "adverse_drug") == 0b11 and known(system, "adverse_drug") == 0b10
    assert facts(system) == {"adverse_drug": True}


@pytest.mark.parametrize(
    ("cells", "office"),
    [
        ("150,80,142,96", ("150", "80")),
        ("120,80,,", ("120", "80")),
        ("120,80,118,", None),
        ("120,,130,", None),
        (",,,", None),
    ],
)
def test_of_both_arms_the_higher_counts_and_half_an_arm_stops_it(tmp_path: Path, cells: str, office: Any) -> None:
    header = "编号,体检日期,左侧收缩压,左侧舒张压,右侧收缩压,右侧舒张压"
    one = row(tmp_path, "national/checkup", header, f"p1,2025-03-09,{cells}")
    found = facts(one)
    assert (found.get("sbp_office"), found.get("dbp_office")) == (tuple(map(int, office)) if office else (None, None))
    assert [each.code for each in one.rejected] == (["chinese.half_arm"] if not office and cells != ",,," else [])


def test_problems_of_organs_are_a_list_only_where_all_seven_are_filled(tmp_path: Path) -> None:
    names = "脑血管疾病,肾脏疾病,心脏疾病,血管疾病,眼部疾病,神经系统疾病,其他系统疾病"
    whole = row(tmp_path, "national/checkup", f"编号,体检日期,{names}", "p1,2025-03-09,2,1,3,1,1,1,1")
    assert whole.chart is not None
    assert [entry.key for entry in whole.chart.lists["conditions"]] == ["ischaemic_stroke", "angina"]
    part = row(tmp_path, "national/checkup", f"编号,体检日期,{names}", "p1,2025-03-09,2,1,3,1,1,,1")
    fewer = row(tmp_path, "national/checkup", "编号,体检日期,脑血管疾病,心脏疾病", "p1,2025-03-09,2,1")
    for one in (part, fewer):
        assert one.chart is not None and one.chart.lists == {} and facts(one)["ischaemic_stroke"] is True


def test_an_identity_number_against_the_row_leaves_both_unknown_and_goes_nowhere(tmp_path: Path) -> None:
    header = "编号,随访日期,身份证号,性别,出生日期"
    one = row(tmp_path, "national/htn_followup", header, f"p1,2025-03-09,{WOMAN},1,1949-12-31")
    assert facts(one) == {"birth_date": "1949-12-31"} and [each.code for each in one.rejected] == [
        "chinese.identity_differs"
    ]
    [ragged] = rows(tmp_path, "national/htn_followup", header, f"p1,2025-03-09,{WOMAN}")
    wrong, old = rows(
        tmp_path,
        "national/htn_followup",
        header,
        "p1,2025-03-09,110105194912310021,,",
        "p2,2025-03-09,110105491231002,,",
    )
    assert [each.code for each in (*wrong.rejected, *old.rejected)] == [
        "chinese.identity_wrong",
        "chinese.identity_old",
    ]
    for shown in (one, ragged, wrong, old):
        assert WOMAN not in repr(shown) and "19491231" not in repr(shown) and "491231" not in repr(shown)


def test_a_file_in_which_nothing_fits_says_what_is_lacking(tmp_path: Path) -> None:
    for header in ("a,b", "编号,随访日期", "编号,收缩压", "随访日期,收缩压"):
        with pytest.raises(SangaoError) as raised:
            rows(tmp_path, "national/htn_followup", header, "1,2")
        assert {one.code for one in raised.value.problems} == {"table.no_column"}


def test_a_unit_in_the_header_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SangaoError) as raised:
        rows(tmp_path, "national/htn_followup", "编号,随访日期,体重(stone)", "1,2025-03-09,10")
    assert [one.code for one in raised.value.problems] == ["table.unknown_unit"]
