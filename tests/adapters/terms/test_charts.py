"""A plain chart with the book applied: combinations are all they hold; what the core reads stays as it stands."""

import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.builtin import read_chart
from sangao.adapters.terms import book
from sangao.adapters.terms.charts import read
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from sangao.engine.run.lists import ListReader
from sangao.engine.truth import FALSE, TRUE
from tests.opened import opened

ON = "2025-10-09"


@cache
def pack() -> Pack:
    return opened("htn_primary_2025")


def chart(**lists: Any) -> Chart:
    return read({"on": ON, "facts": {}, **lists})


def truths(found: Chart) -> dict[str, Any]:
    return {one.fact: one.value for one in pack().admit(found).readings if one.fact != "today"}


def keys(found: Chart, name: str = "medications") -> list[tuple[str, str]]:
    return [(entry.key, entry.by) for entry in found.lists[name]]


def test_an_empty_chart_and_one_without_lists_are_as_they_were() -> None:
    for given_ in ({"on": ON}, {"on": ON, "facts": {"age": 63}}, {"on": ON, "medications": []}):
        assert read(given_) == Chart.from_dict(given_)


@pytest.mark.parametrize(
    "item",
    [
        "acei",
        {"fact": "thiazide", "status": "stopped"},
        {"code": "C09AA02", "from": "2024-11-01"},
        {"code": "C09DX04"},
        {"name": "氨氯地平"},
        "在用ARB",
        "普利类",
    ],
)
def test_what_the_core_reads_by_itself_stays_as_it_stands(item: Any) -> None:
    given_ = {"on": ON, "medications": [item]}
    assert read(given_) == Chart.from_dict(given_)


@pytest.mark.parametrize(
    "item", [{}, 5, None, {"dose": "1片"}, {"name": ["a"]}, {"name": ""}, {"code": {"a": 1}}, "神奇茶", {"name": "?"}]
)
def test_what_nobody_understands_stays_and_suspends_the_list(item: Any) -> None:
    given_ = {"on": ON, "medications": [item, "acei"], "conditions": [item]}
    assert read(given_) == Chart.from_dict(given_)
    assert "thiazide" not in pack().admit(read(given_)).assumed_facts


def test_a_list_that_is_no_list_is_told_by_the_chart() -> None:
    for wrong in ("降压0号", {"name": "降压0号"}, 7):
        assert [one.code for one in read({"on": ON, "medications": wrong}).problems] == ["chart.wrong_shape"]


def test_a_combination_by_brand_is_every_drug_it_holds() -> None:
    found = chart(medications=[{"name": "降压0号", "from": "2024-11-01", "dose": "1片", "source": "HIS 7"}])
    assert keys(found) == [(one, "fact") for one in ("reserpine", "vasodilator", "thiazide", "k_sparing_diuretic")]
    assert {(one.start, one.dose, one.source) for one in found.lists["medications"]} == {
        ("2024-11-01", "1片", "降压0号、HIS 7")
    }
    said = truths(found)
    assert said["thiazide"] == said["on_antihypertensive"] == TRUE
    assert "acei" in pack().admit(found).assumed_facts


def test_the_core_alone_knows_only_one_drug_of_it() -> None:
    """What the book is for: without it the thiazide of the combination would be assumed absent."""
    plain = Chart.from_dict({"on": ON, "medications": ["复方利血平氨苯蝶啶片"]})
    assert "thiazide" in pack().admit(plain).assumed_facts
    assert "thiazide" not in pack().admit(chart(medications=["复方利血平氨苯蝶啶片"])).assumed_facts


def test_a_combination_is_contraindicated_for_what_it_holds() -> None:
    asked = {"on": ON, "facts": {"sbp_office": 150, "dbp_office": 92, "age": 60}, "conditions": ["gout"]}
    for name, drug in (("安博诺", True), ("代文", False)):
        found = read({**asked, "medications": [name]})
        assert (truths(found).get("thiazide") == TRUE) is drug


def test_the_code_of_another_system_gives_way_to_the_name_beside_it() -> None:
    item = {"code": "XC08CAA128A001010100483", "name": "苯磺酸氨氯地平片"}
    assert keys(chart(medications=[item])) == [("ccb_dhp", "fact")]
    assert keys(chart(conditions=[{"code": "0001", "name": "高血压病3级(极高危)"}]), "conditions") == [
        ("hypertension", "fact")
    ]


def test_a_bystander_leaves_the_list_with_a_note_and_suspends_nothing() -> None:
    found = chart(medications=["阿莫西林胶囊", "代文"])
    assert keys(found) == [("arb", "fact")]
    assert [(one.code, one.severity, one.given) for one in found.problems] == [
        ("terms.bystander", "note", "阿莫西林胶囊")
    ]
    assert "acei" in pack().admit(found).assumed_facts
    assert chart(medications=["阿莫西林胶囊"]).lists == {"medications": ()}, "the list was delivered"


def test_stopping_one_drug_stops_no_other_of_its_class() -> None:
    said = truths(chart(medications=[{"name": "络活喜", "status": "stopped"}]))
    assert said["ccb_dhp"] == FALSE and "on_antihypertensive" not in said


def test_refuting_one_kind_denies_no_broader_one() -> None:
    said = truths(chart(conditions=[{"name": "糖尿病视网膜病变", "status": "refuted"}]))
    assert said["diabetic_retinopathy"] == FALSE and "diabetes" not in said
    said = truths(chart(conditions=[{"name": "2型糖尿病", "status": "refuted"}]))
    assert said["t2dm"] == FALSE and "diabetes" not in said


def test_not_both_together_denies_neither() -> None:
    found = chart(conditions=[{"name": "2型糖尿病肾病", "status": "refuted"}])
    assert keys(found, "conditions") == [("2型糖尿病肾病", "name")]
    assert truths(found) == {} and "t2dm" not in pack().admit(found).assumed_facts


def test_what_a_diagnosis_implies_is_history_for_good() -> None:
    """Else a resolved retinopathy would deny the diabetes it implies."""
    dictionary = pack().compiled.dictionary.facts
    for fact, implied in book().diagnoses.implied.items():
        for broader in set(implied) - set(book().diagnoses.contained.get(fact, ())):
            assert dictionary[broader].lasting, (fact, broader)
    said = truths(chart(conditions=[{"name": "糖尿病视网膜病变", "status": "resolved"}, {"code": "H36.0"}]))
    assert said["diabetes"] == TRUE


def test_a_code_that_implies_more_than_the_core_sees_says_it() -> None:
    said = truths(chart(conditions=[{"code": "H36.0"}]))
    assert said["diabetes"] == said["diabetic_retinopathy"] == TRUE


def test_family_history_by_code_is_the_familys() -> None:
    said = truths(chart(family_history=[{"code": "I10"}, {"name": "2型糖尿病"}]))
    assert said == {"fh_htn": TRUE, "fh_dm": TRUE}


def test_a_chart_read_twice_is_the_same_chart() -> None:
    found = chart(medications=["降压0号", "阿莫西林"], conditions=["高血压病2级"])
    again = {name: [{"fact": one.key, "source": one.source} for one in many] for name, many in found.lists.items()}
    assert read({"on": ON, **again}).lists == found.lists


def test_chart_json_goes_through_the_book_by_the_hook() -> None:
    found = read_chart(json.dumps({"on": ON, "facts": {}, "medications": ["安博诺"]}), date(2025, 10, 9))
    assert found is not None and keys(found) == [("arb", "fact"), ("thiazide", "fact")]


def test_the_book_and_the_core_agree_on_what_is_broader() -> None:
    core = ListReader(pack().compiled.dictionary.facts, {}).broader
    for known in (book().drugs, book().diagnoses):
        for fact, broader in known.contained.items():
            assert set(broader) == set(core.get(fact, broader)), fact


ITEMS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["降压0号", "阿莫西林", "acei", "高血压?", "I10", "C09BA02", "海捷亚", "2型糖尿病"]),
    st.dictionaries(st.sampled_from(["fact", "code", "name", "status", "since"]), st.text(max_size=8), max_size=3),
)


@given(st.lists(ITEMS, max_size=4), st.sampled_from(["medications", "conditions", "family_history"]))
def test_whatever_is_sent_nothing_is_lost(items: list[Any], name: str) -> None:
    found = read({"on": ON, name: items})
    notes = sum(one.code == "terms.bystander" for one in found.problems)
    assert len(found.lists[name]) + notes >= len(items)
    before = pack().admit(Chart.from_dict({"on": ON, name: items}))
    told = {one.fact for one in before.readings if one.value == TRUE}
    now = {one.fact for one in pack().admit(found).readings if one.value == TRUE}
    assert told <= now, "the book adds to what the core understands and takes nothing away"
