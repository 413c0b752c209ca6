"""Columns that deliver a list, an item of one, or say that nobody knows."""

from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.columns import Patient
from sangao.engine.truth import FALSE
from tests.adapters.tabular.people import chart, known, pack, people, values, written
from tests.opened import opened


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


def test_without_delivered_a_blank_list_column_delivers_nothing(tmp_path: Path) -> None:
    table = written(tmp_path, "id,ills\n1,\n2,房颤\n3,无\n")
    columns = {"ills": {"list": "conditions", "none": ["无"]}}
    for rule in ({}, {"delivered": "any"}, {"complete": True}):
        found = people(table, {"key": "id", "lists": {"conditions": rule}, "columns": columns})
        assert [one is None for one in (entries(each, "conditions") for each in found)] == [True, False, False]
        assert chart(found[0]).complete == frozenset()
    found = people(table, {"key": "id", "lists": {"conditions": {"delivered": "always"}}, "columns": columns})
    assert [one is None for one in (entries(each, "conditions") for each in found)] == [False] * 3


@pytest.mark.parametrize("said", ["不详", "未知", "拒查", "拒绝", "拒答"])
def test_asked_and_not_known_is_no_blank_of_a_yes_or_no(tmp_path: Path, said: str) -> None:
    risk, columns = {"fact": "bleeding_risk_high"}, {"ills": {"list": "conditions"}, "sbp": {"fact": "sbp_office"}}
    table = written(tmp_path, f"id,risk,ills,age,sbp\n1,,I25,60,140\n2,{said},I25,60,{said}\n")

    def statuses(risk: Any, **more: Any) -> list[str]:
        found = people(table, {"key": "id", "columns": {"risk": risk, "age": "age", **columns}, **more})
        assert "sbp_office" not in values(found[1]) and not found[1].rejected  # not measured: a blank
        return [opened("dm_primary_2025").decide("dm.aspirin_weighed", chart(one)).status for one in found]

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


def test_a_list_of_names_goes_through_the_book_of_terms(tmp_path: Path) -> None:
    path = written(tmp_path, "编号,用药\n1,安博诺;氨氯地平\n2,阿莫西林\n3,神奇茶\n")
    found = people(path, {"key": "编号", "columns": {"用药": {"list": "medications"}}})
    assert [entries(one, "medications") for one in found] == [["arb", "thiazide", "氨氯地平"], [], ["神奇茶"]]
    assumed = [pack().admit(chart(one)).assumed_facts for one in found]
    assert "acei" in assumed[0] and "thiazide" not in assumed[0] and "acei" in assumed[1] and not assumed[2]
