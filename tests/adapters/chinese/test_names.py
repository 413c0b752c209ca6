"""Names of statements: no id is believed against the name beside it, and the names of the forms are read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.chinese import naming
from sangao.adapters.terms import book
from sangao.engine.errors import SangaoError
from tests.adapters.chinese.documents import (
    DBP,
    FPG,
    SBP,
    chart,
    coded,
    codes,
    document,
    facts,
    known,
    number,
    pack,
    seen,
    slot,
    slots,
)

HBA1C, LDL, HDL, WEIGHT, CREATININE = (
    "DE04.50.083.00", "DE04.50.097.00", "DE04.50.098.00", "DE04.10.188.00", "DE04.50.092.00",
)  # fmt: skip


def pressures(systolic: str, diastolic: str, upper: str = "130", lower: str = "80") -> list[str]:
    return [seen(SBP, number(upper, "mmHg"), systolic), seen(DBP, number(lower, "mmHg"), diastolic)]


@pytest.mark.parametrize(
    "form", ["{}目标值", "目标{}", "{}(控制目标)", "血压控制目标-{}", "期望{}", "理想{}", "{}参考值"]
)
def test_goals_alone_leave_the_pressure_unknown(form: str) -> None:
    found = chart(document(*pressures(form.format("收缩压"), form.format("舒张压"))))
    assert facts(found) == {} and pack().decide("htn.grade", found).status == "unknown"


def test_a_goal_beside_a_measured_pressure_changes_nothing() -> None:
    both = [*pressures("收缩压", "舒张压", "152", "96"), *pressures("收缩压目标值", "舒张压目标值")]
    found = chart(document(*both))
    assert (known(found, "sbp_office"), known(found, "dbp_office")) == ((15200, 15200), (9600, 9600))
    assert pack().decide("htn.grade", found).value == "grade1"


@pytest.mark.parametrize(
    "kind", ["动态血压{}", "立位{}", "既往最高{}", "上次{}", "最高{}", "入院{}", "{}(卧位)", "平均{}"]
)
def test_a_pressure_of_another_kind_is_no_office_pressure(kind: str) -> None:
    found = chart(document(*pressures(kind.format("收缩压"), kind.format("舒张压"))))
    assert facts(found) == {} and codes(found).count("chinese.name_differs") == 2


@pytest.mark.parametrize(
    ("kind", "setting"),
    [("家庭自测{}", "home"), ("居家{}", "home"), ("24小时平均{}", "24h"), ("日间平均{}(mmHg)", "day"),
     ("夜间平均{}", "night"), ("站立3分钟{}", "stand3"), ("{}(左)", "left"), ("右上肢{}", "right")],
)  # fmt: skip
@pytest.mark.parametrize("code", [SBP, "DE9999999"])
def test_a_pressure_with_a_fact_of_its_own_goes_there(kind: str, setting: str, code: str) -> None:
    found = chart(document(seen(code, number("128", "mmHg"), kind.format("收缩压"))))
    assert set(facts(found)) == {f"sbp_{setting}"}


def test_a_setting_of_the_other_pressure_contradicts_the_id() -> None:
    assert facts(chart(document(seen(SBP, number("80", "mmHg"), "家庭舒张压")))) == {}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (HBA1C, "糖化白蛋白"), (LDL, "极低密度脂蛋白胆固醇"), (LDL, "小而密低密度脂蛋白"),
        (HDL, "非高密度脂蛋白胆固醇"),
        (CREATININE, "尿肌酐"), ("DE04.50.093.00", "尿钾"), ("DE04.50.125.00", "总胆固醇/高密度脂蛋白比值"),
        (WEIGHT, "出生体重"), (WEIGHT, "孕前体重"), ("DE04.10.167.00", "父亲身高"), ("DE04.10.206.00", "胎心率"),
        ("DE04.50.091.00", "平均血红蛋白量"), (FPG, "随机血糖"), (FPG, "餐后2小时血糖"),
        ("DE03.00.073.00", "配偶吸烟状况"),
    ],
)  # fmt: skip
def test_what_only_sounds_alike_is_not_used_and_said_so(code: str, name: str) -> None:
    for text in (document(seen(code, number("5.5"), name)), slots(signs=slot(code, "5.5", name))):
        found = chart(text)
        assert facts(found) == {} and "chinese.name_differs" in codes(found)


def test_a_slot_is_named_by_either_attribute() -> None:
    named = f'<slot code="{SBP}" displayName="上次收缩压"><value displayName="130"/></slot>'
    assert facts(chart(slots(signs=named))) == {}


@pytest.mark.parametrize(
    ("code", "name", "fact"),
    [
        (SBP, "收缩压(mmHg)", "sbp_office"), (SBP, "诊室收缩压", "sbp_office"), (SBP, "体格检查-收缩压", "sbp_office"),
        (SBP, "第一次收缩压", "sbp_office"), (SBP, "坐位收缩压值", "sbp_office"), (SBP, "血压", "sbp_office"),
        (SBP, "血压(收缩压)", "sbp_office"), (SBP, "", "sbp_office"), (SBP, SBP, "sbp_office"),
        ("DE04.10.118.00", "脉率(次/min)", "heart_rate"), ("DE04.10.206.00", "心率", "heart_rate"),
        ("DE04.10.167.00", "身高(cm)", "height"), (WEIGHT, "体重(kg)", "weight"), (WEIGHT, "体重（实测）", "weight"),
        ("DE05.10.075.00", "体质指数", "bmi"), ("DE05.10.075.00", "体重指数(BMI)", "bmi"),
        ("DE04.10.218.00", "腰围（cm）", "waist"), (HBA1C, "糖化血红蛋白值（%）", "hba1c"),
        (HBA1C, "糖化血红蛋白(HbA1c)", "hba1c"), ("DE04.50.125.00", "总胆固醇值(mmol/L)", "tc"),
        (LDL, "*血清低密度酯蛋白胆固醇检测值(mmol/L)", "ldl"), (HDL, "血清高密度脂蛋白胆固醇", "hdl"),
        ("DE04.50.025.00", "甘油三酯值", "tg"), (CREATININE, "血肌酐值(umol/L)", "creatinine"),
        (CREATININE, "血清肌酐(酶法)", "creatinine"), ("DE04.50.095.00", "血尿素氮检测值", "bun"),
        ("DE04.50.099.00", "血清谷丙转氨酶值", "alt"), ("DE04.50.127.00", "血清谷草转氨酶值", "ast"),
        ("DE04.50.093.00", "血钾浓度", "potassium"), ("DE04.50.094.00", "血钠浓度", "sodium"),
        ("DE04.50.126.00", "总胆红素值", "tbil"), ("DE04.50.091.00", "血红蛋白值(g/L)", "hb"),
        ("DE03.00.053.00", "日吸烟量（支）", "cig_per_day"), ("DE03.00.088.00", "每次锻炼时间", "exercise_min"),
        ("DE03.00.055.00", "日主食量（g）", "staple_food"), ("DE04.50.019.00", "餐后2小时血糖", "pg2h_meal"),
        (FPG, "空腹血糖（mmol/L）", "fpg_capillary"), (FPG, "空腹血糖(末梢血)", "fpg_capillary"),
        (FPG, "血糖检测值,空腹时", "fpg_capillary"), (FPG, "血糖检测值", "pg_unspecified"),
    ],
)  # fmt: skip
def test_the_names_of_forms_are_read(code: str, name: str, fact: str) -> None:
    assert set(facts(chart(document(seen(code, number("42"), name))))) == {fact}


@pytest.mark.parametrize(
    ("code", "name", "value", "fact"),
    [
        ("DE03.00.094.00", "摄盐量分级代码", coded("1", "轻"), "salt_level"),
        ("DE03.00.073.00", "吸烟状况代码", coded("1", "从不吸烟"), "smoke_status"),
        ("DE03.00.076.00", "饮酒频率代码", coded("1", "从不"), "drink_freq"),
        ("DE05.10.083.00", "心理调整评价结果代码", coded("1", "良好"), "psych"),
        ("DE05.10.068.00", "遵医行为评价结果代码", coded("1", "良好"), "obey"),
        ("DE06.00.027.00", "用药观察", coded("1", "规律"), "adherence"),
        ("DE06.00.027.00", "服药依从性代码", coded("1", "规律"), "adherence"),
        ("DE04.50.024.00", "低血糖反应代码", coded("1", "无"), "hypoglycaemia"),
        ("DE04.10.201.00", "下肢水肿检查结果代码", coded("1", "无下肢水肿"), "oedema"),
        ("DE04.10.238.00", "足背动脉搏动代码", coded("1", "未触及"), "dorsalis_pedis"),
        ("DE04.50.050.00", "尿蛋白定性检测结果代码", coded("1", "阴性"), "u_protein_qual"),
        ("DE06.00.129.00", "用药副作用", "<value xsi:type='BL' value='true'/>", "adverse_drug"),
    ],
)
def test_the_names_of_coded_elements_are_read(code: str, name: str, value: str, fact: str) -> None:
    assert set(facts(chart(document(seen(code, value, name))))) == {fact}


def test_microalbumin_without_a_unit_is_not_guessed() -> None:
    for text in (
        slots(signs=slot("DE04.50.064.00", "30", "尿微量白蛋白")),
        document(seen("DE04.50.064.00", number("30"), "尿微量白蛋白")),
    ):
        found = chart(text)
        assert known(found, "u_malb") is None and "chinese.unit_needed" in codes(found)
    told = chart(slots(signs=slot("DE04.50.064.00", "30", "尿微量白蛋白(mg/dL)")))
    assert facts(told) == {"u_malb": ("30", "mg/dL")}


# --- the family, the patient ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("父亲高血压，母亲糖尿病", {"fh_htn", "fh_dm"}), ("母亲：高血压、糖尿病", {"fh_htn", "fh_dm"}),
        ("无", set()), ("", set()), ("父母均无高血压、糖尿病", set()), ("否认高血压、糖尿病家族史", set()),
        ("配偶高血压", set()), ("祖父高血压", set()), ("弟媳糖尿病", set()), ("高血压", set()),
        ("父亲疑似高血压", set()),
        ("父系高血压", set()), ("父亲的兄弟高血压", set()), ("父亲体健，母亲有高血压", {"fh_htn"}),
    ],
)  # fmt: skip
def test_a_family_history_in_words_counts_for_near_relatives_alone(words: str, said: set[str]) -> None:
    element = "DE02.10.103.00"
    for text in (
        document(seen(element, f"<value xsi:type='ST'>{words}</value>", "家族史")),
        slots(signs=slot(element, words, "家族史")),
    ):
        found = chart(text)
        assert {one.fact for one in found.readings} == said and "terms.unknown_element" not in codes(found)
        quiet = words in ("无", "", "父亲高血压，母亲糖尿病", "母亲：高血压、糖尿病")
        assert ("chinese.family_item" in codes(found)) == (not quiet)


def patients(*inside: str) -> str:
    rest = "".join(f"<recordTarget><patientRole>{one}</patientRole></recordTarget>" for one in inside)
    return document(seen(SBP, number("152", "mmHg"))).replace("<component>", rest + "<component>", 1)


@pytest.mark.parametrize(
    "other",
    ['<id extension="HR2"/>', '<id extension="HR1"/><patient><birthTime value="1990"/></patient>',
     '<patient><administrativeGenderCode code="1"/></patient>'],
)  # fmt: skip
def test_a_document_of_two_patients_is_refused_whole(other: str) -> None:
    with pytest.raises(SangaoError) as raised:
        chart(patients(other))
    assert raised.value.problems[0].code == "chinese.several_patients"


def test_the_same_patient_twice_is_one() -> None:
    assert chart(patients('<id extension="HR1"/><patient></patient>', "")).id == "HR1"


@pytest.mark.parametrize("wrong", ["11010519491231002Y", "1101O519491231002X"])
def test_a_mistyped_identity_number_is_told_and_is_no_key(wrong: str) -> None:
    text = document(seen(SBP, number("152", "mmHg")), extra=f'<id root="2.16.156.10011.1.3" extension="{wrong}"/>')
    found = chart(text.replace('<id extension="HR1"/>', ""))
    assert found.id is None and "chinese.identity_wrong" in codes(found)
    assert wrong not in repr(found) and not any(wrong in one.text("zh") for one in found.problems)


def test_what_stands_under_the_root_of_identity_numbers_is_never_a_key() -> None:
    text = document(seen(SBP, number("152", "mmHg")), extra='<id root="2.16.156.10011.1.3" extension="1234567"/>')
    found = chart(text)
    assert found.id == "HR1" and "chinese.identity_wrong" in codes(found) and "1234567" not in repr(found)


# --- anything ---------------------------------------------------------------------------------------------------------
PIECES = st.lists(
    st.sampled_from(["收缩压", "舒张压", "目标", "左侧", "24小时", "平均", "值", "(", ")", "mmHg", "家庭", "立位",
                     "上次", "血糖", "空腹", "糖化", "血红蛋白", "尿", "肌酐", "体重", "建议", "-", "极低密度",
                     "低密度脂蛋白"]),
    max_size=6,
)  # fmt: skip


@given(PIECES)
def test_no_name_with_another_word_in_it_is_the_office_pressure(pieces: list[str]) -> None:
    name = "".join(pieces)
    found: Any = naming.called(name, book())
    if found.agreed("sbp_office", by_element=True) == "sbp_office" and found.words:
        assert not {"目标", "24小时", "平均", "家庭", "立位", "上次", "建议", "舒张压", "尿", "左侧"} & set(pieces)
