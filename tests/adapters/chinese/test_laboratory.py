"""Laboratory reports of shared documents: what belongs to one test is one statement, and nothing else is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.chinese.documents import chart, codes, document, facts, known, number, pack, seen

OGTT, FASTING, WHOLE_BLOOD, CREATININE = "1518-0", "14771-0", "15074-8", "14682-9"


def text(words: str) -> str:
    return f'<value xsi:type="ST">{words}</value>'


def parts(called: str, result: str, unit: str = "", specimen: str = "", taken: str = "") -> list[str]:
    sample = seen("DE04.50.134.00", text(specimen), "标本类别", taken)
    below = f'<entryRelationship typeCode="COMP">{sample}</entryRelationship>'
    amount = f"<entryRelationship>{seen('DE04.30.016.00', text(unit), '检查定量结果计量单位')}</entryRelationship>"
    return [
        seen("DE04.30.019.00", text(called) + below, "检验项目代码", '<effectiveTime value="20250309"/>'),
        seen("DE04.30.017.00", '<value xsi:type="CD" code="1" displayName="正常"/>', "检验结果代码"),
        seen("DE04.30.015.00", result + amount, "检验定量结果"),
    ]


def panel(*args: str, status: str = "", **more: str) -> str:
    inside = "".join(f"<component>{part}</component>" for part in parts(*args, **more))
    return f'<organizer classCode="CLUSTER" moodCode="EVN"><statusCode code="{status}"/>{inside}</organizer>'


def real(value: str) -> str:
    return f'<value xsi:type="REAL" value="{value}"/>'


def report(*tests: str) -> Any:
    return chart(document(*tests, title="检验报告"))


@pytest.mark.parametrize("called", ["肌酐", "血清肌酐", "2160-0"])
def test_a_test_is_code_result_and_unit_together(called: str) -> None:
    found = report(panel(called, real("88.4"), unit="umol/L" if "-" not in called else "mg/dL"))
    assert set(facts(found)) == {"creatinine"} and facts(found)["creatinine"][0] == "88.4"


def test_the_unit_of_its_own_statement_counts() -> None:
    assert known(report(panel("血清肌酐", real("1"), unit="mg/dL")), "creatinine") == (8840, 8840)


def named(code: str, name: str, specimen: str = "") -> Any:
    item = seen("DE04.30.020.00", text(name), "检验项目名称")
    unit = "umol/L" if code == CREATININE else "mmol/L"
    whole = panel(code, real("7.8"), unit=unit, specimen=specimen)
    return report(whole.replace("</organizer>", f"<component>{item}</component></organizer>"))


@pytest.mark.parametrize(
    "name", ["餐后2小时血糖", "随机血糖", "OGTT 2小时", "葡萄糖(餐后)", "空腹血糖目标值", "尿糖", "空腹胰岛素"]
)
def test_a_name_against_the_code_of_a_laboratory_keeps_the_value_out(name: str) -> None:
    found = named(FASTING, name, "静脉血浆")
    assert facts(found) == {}
    displayed = loinc(FASTING, number("7.8", "mmol/L")).replace("<code ", f'<code displayName="{name}" ')
    assert facts(report(displayed)) == {}


@pytest.mark.parametrize("name", ["空腹血糖", "葡萄糖", "空腹葡萄糖(GLU)", "Glucose", ""])
def test_a_house_name_that_only_says_less_leaves_the_code_alone(name: str) -> None:
    assert known(named(FASTING, name, "静脉血浆"), "fpg") == (7800, 7800)


@pytest.mark.parametrize("code", [FASTING, CREATININE])
@pytest.mark.parametrize("specimen", ["尿液", "随机尿", "脑脊液", "胸水"])
def test_a_specimen_that_is_no_blood_gives_no_value_of_blood(code: str, specimen: str) -> None:
    found = named(code, "", specimen)
    assert facts(found) == {} and "chinese.sample_differs" in codes(found)
    ratio = report(panel("14959-1", real("45"), unit="mg/g", specimen=specimen))
    assert ("uacr" in facts(ratio)) == ("尿" in specimen)


def test_several_tests_stay_apart() -> None:
    found = report(panel("总胆固醇", real("5.2"), unit="mmol/L"), panel("甘油三酯", real("1.7"), unit="mmol/L"))
    assert facts(found) == {"tc": ("5.2", "mmol/L"), "tg": ("1.7", "mmol/L")}


def test_statements_that_follow_each_other_are_a_test_only_where_there_is_one() -> None:
    assert facts(report(*parts("总胆固醇", real("5.2"), "mmol/L"))) == {"tc": ("5.2", "mmol/L")}
    two = report(*parts("总胆固醇", real("5.2"), "mmol/L"), *parts("甘油三酯", real("1.7"), "mmol/L"))
    assert facts(two) == {} and "terms.unknown_element" in codes(two)


def test_two_results_of_one_test_are_none() -> None:
    twice = panel("总胆固醇", real("5.2"), unit="mmol/L").replace(
        "</organizer>", f"<component>{seen('DE04.30.015.00', real('7.2'), '检验定量结果')}</component></organizer>"
    )
    found = report(twice)
    assert known(found, "tc") is None and "chinese.unreadable_value" in codes(found)


def test_a_flag_is_no_number() -> None:
    found = report(panel("总胆固醇", real(""), unit="mmol/L"))
    assert known(found, "tc") is None


def test_a_test_nobody_knows_and_a_test_left_open_say_nothing() -> None:
    assert facts(report(panel("神奇因子", real("5.2"), unit="mmol/L"))) == {}
    assert facts(report(panel("总胆固醇", '<value xsi:type="REAL" nullFlavor="NI"/>'))).get("tc") is None


def test_a_test_that_was_cancelled_does_not_count() -> None:
    assert known(report(panel("总胆固醇", real("5.2"), unit="mmol/L", status="cancelled")), "tc") is None


@pytest.mark.parametrize(
    ("specimen", "fact"), [("末梢血", "fpg_capillary"), ("静脉血", "fpg"), ("血清", "fpg"), ("全血", None), ("", None)]
)
def test_the_specimen_decides_whether_glucose_diagnoses(specimen: str, fact: str | None) -> None:
    found = report(panel("空腹血糖", real("7.3"), unit="mmol/L", specimen=specimen))
    said = {one for one in ("fpg", "fpg_capillary") if known(found, one)}
    assert said == ({fact} if fact else set())


def test_the_time_is_when_the_specimen_was_taken() -> None:
    taken = '<effectiveTime><low value="202503080730"/><high value="20250310"/></effectiveTime>'
    found = report(panel("总胆固醇", real("5.2"), unit="mmol/L", specimen="血清", taken=taken))
    assert [one.at[:10] for one in found.readings if one.fact == "tc" and one.at] == ["2025-03-08"]
    assert [one.at for one in report(panel("总胆固醇", real("5.2"))).readings if one.fact == "tc"] == ["2025-03-09"]


def loinc(code: str, value: str) -> str:
    return f'<observation><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>{value}</observation>'


def test_codes_of_a_laboratory_say_the_sample() -> None:
    assert known(report(loinc(FASTING, number("7.3", "mmol/L"))), "fpg") == (7300, 7300)
    assert "pg_random" in facts(report(loinc(WHOLE_BLOOD, number("12", "mmol/L"))))
    assert known(report(loinc(WHOLE_BLOOD, number("12", "mmol/L"))), "pg_random") is None


def test_a_bare_number_under_a_code_by_mass_is_not_guessed() -> None:
    found = report(loinc("1558-6", number("7.3")))
    assert known(found, "fpg") is None and "chinese.unit_needed" in codes(found)
    assert known(report(loinc(FASTING, number("7.3"))), "fpg") == (7300, 7300)


@pytest.mark.parametrize("name", ["高血压待查", "高血压？", "疑似高血压", "排除高血压"])
def test_a_suspicion_is_no_diagnosis_whatever_its_code(name: str) -> None:
    value = f'<value xsi:type="CD" code="I10" codeSystem="2.16.156.10011.2.3.3.11" displayName="{name}"/>'
    found = chart(document(seen("DE05.01.024.00", value, "诊断代码")))
    assert "hypertension" not in facts(found) and "chinese.unsure_diagnosis" in codes(found)
    sure = chart(document(seen("DE05.01.024.00", value.replace(name, "高血压"), "诊断代码")))
    assert facts(sure)["hypertension"][0] is True
    other = chart(document(seen("DE05.01.024.00", value.replace(name, "高血压"), "鉴别诊断")))
    assert "hypertension" not in facts(other)


def test_what_was_given_at_a_birth_is_no_therapy() -> None:
    assert facts(chart(document(seen("DE08.50.022.00", text("硝苯地平"), "产时用药")))) == {}
    assert facts(chart(document(seen("DE08.50.022.00", text("硝苯地平"), "药物名称"))))


NUMBERS = st.sampled_from(["", "0", "5.2", "7,2", "<3.1", "999", "无", "阴性", "1/2", "é"])
UNITS = st.sampled_from(["", "mmol/L", "mg/dL", "umol/L", "%", "±"])
CALLED = st.sampled_from(
    [
        "",
        "总胆固醇",
        "血清肌酐",
        "空腹血糖",
        "尿蛋白",
        "2160-0",
        FASTING,
        WHOLE_BLOOD,
        OGTT,
        "1558-6",
        "20454-5",
        "99-9",
    ]
)
PIECES = st.sampled_from(["DE04.30.019.00", "DE04.50.134.00", "DE04.30.016.00", "DE04.30.015.00", "DE04.30.017.00", ""])


@given(st.lists(st.tuples(PIECES, CALLED | NUMBERS | UNITS, st.sampled_from(["ST", "REAL", "CD", "PQ"])), max_size=8))
def test_pieces_in_any_order_say_no_value_that_is_not_there(pieces: list[tuple[str, str, str]]) -> None:
    inside = "".join(
        "<component>"
        + seen(code, f'<value xsi:type="{kind}" value="{words}" code="{words}" displayName="{words}"/>', words)
        + "</component>"
        for code, words, kind in ((code, words.replace("<", "&lt;"), kind) for code, words, kind in pieces)
    )
    found = report(f"<organizer>{inside}</organizer>")
    pack().admit(found)
    there = {words for _, words, _ in pieces} | {"no value"}
    assert all(str(one.value) in there or one.fact in ("sex", "u_protein_qual") for one in found.readings)


@given(CALLED, NUMBERS, UNITS, st.sampled_from(["末梢血", "静脉血", "全血", ""]))
def test_any_code_value_and_sample_is_borne(called: str, value: str, unit: str, sample: str) -> None:
    pack().admit(report(loinc(called, number(value.replace("<", "&lt;"), unit))))
    found = report(panel(called, real(value.replace("<", "&lt;")), unit=unit, specimen=sample))
    if sample == "末梢血":
        assert known(found, "fpg") is None and known(found, "pg2h_ogtt") is None
