"""Shared documents and slots: empty and half-filled ones first, the mistakes real systems make, then the whole form."""

from datetime import date
from functools import cache
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.chinese import read_chart
from sangao.adapters.chinese.reading import read
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack, load
from sangao.engine.quantity import normalise

ON = date(2025, 3, 9)
WOMAN = "11010519491231002X"


@cache
def pack() -> Pack:
    return load("htn_primary_2025")


def document(*entries: str, title: str = "高血压患者随访服务", patient: str = "", extra: str = "") -> str:
    body = "".join(f"<entry>{one}</entry>" for one in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>{title}</title>'
        f'<effectiveTime value="20250309"/><recordTarget><patientRole><id extension="HR1"/>{extra}'
        f"<patient>{patient}</patient></patientRole></recordTarget><component><structuredBody><component><section>"
        f"{body}</section></component></structuredBody></component></ClinicalDocument>"
    )


def seen(code: str, value: str, name: str = "", more: str = "", mood: str = "EVN") -> str:
    return f'<observation moodCode="{mood}"><code code="{code}" displayName="{name}"/>{more}{value}</observation>'


def number(value: str, unit: str = "", kind: str = "PQ") -> str:
    return f'<value xsi:type="{kind}" value="{value}" unit="{unit}"/>'


def coded(code: str, name: str = "", more: str = "") -> str:
    return f'<value xsi:type="CD" code="{code}" displayName="{name}" {more}/>'


def chart(text: str, **rest: Any) -> Chart:
    found = read(text, ON, **rest)
    assert found is not None
    return found


def facts(found: Chart) -> dict[str, tuple[Any, str | None]]:
    return {one.fact: (one.value, one.unit) for one in found.readings}


def codes(found: Chart) -> list[str]:
    return [one.code for one in found.problems]


def known(found: Chart, fact: str) -> Any:
    return pack().admit(found).timeline.named()[fact]


SBP, DBP, FPG, DRINK, SALT, EDEMA = (
    "DE04.10.174.00",
    "DE04.10.176.00",
    "DE04.50.037.00",
    "DE03.00.054.00",
    "DE03.00.094.00",
    "DE04.10.201.00",
)


# --- nothing, and half of it ------------------------------------------------------------------------------------------
def test_an_empty_document_says_nothing_and_says_so() -> None:
    found = chart("<ClinicalDocument/>")
    assert not found.readings and not found.lists and codes(found) == ["chinese.nothing_read"]
    assert pack().decide("htn.grade", found).status == "unknown"


@pytest.mark.parametrize(
    "value",
    ["", "<value/>", "<value nullFlavor='UNK'/>", number(""), number("0"), number("-"), number("无"), number(" "),
     "<value xsi:type='PQ' value='120' nullFlavor='NI'/>", "<value xsi:type='CD' code=''/>"],
)  # fmt: skip
def test_a_blank_is_unknown_and_no_mistake(value: str) -> None:
    found = chart(document(seen(SBP, value), seen(DBP, number("96", "mmHg"))))
    assert facts(found) == {"dbp_office": ("96", "mmHg")} and codes(found) == []
    answer = pack().decide("htn.grade", found)
    assert (answer.status, answer.at_least) == ("unknown", "grade1")


def test_999_is_a_blank_that_is_mentioned() -> None:
    found = chart(document(seen(SBP, number("999", "mmHg"))))
    assert "sbp_office" not in facts(found) and "chinese.missing_code" in codes(found)


@pytest.mark.parametrize(
    "value", [number("high", "mmHg"), number("120", "furlong"), number("-5", "mmHg"), number("1e9", "mmHg")]
)
def test_a_value_nobody_can_read_is_unknown_with_a_problem(value: str) -> None:
    found = chart(document(seen(SBP, value)))
    assert known(found, "sbp_office") is None and pack().admit(found).problems


def test_two_values_are_no_value() -> None:
    found = chart(document(seen(SBP, number("120", "mmHg") + number("180", "mmHg"))))
    assert known(found, "sbp_office") is None and codes(found) == ["chinese.unreadable_value"]


# --- ids, names and types as they really are --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "code", [SBP, "DE04.1O.174.OO", "DE04.l0.174.00", " DE04.10.174.00", "ＤＥ04.10.174.00", "de04.10.174.00"]
)
def test_ids_with_letters_for_digits_are_read(code: str) -> None:
    assert facts(chart(document(seen(code, number("152", "mmHg"))))) == {"sbp_office": ("152", "mmHg")}


def test_a_placeholder_is_read_by_its_name_and_an_unknown_id_never_is() -> None:
    found = chart(
        document(seen("DE9999999999", number("97", "%"), "血氧饱和度"), seen("DE04.10.999.00", number("5"), "身高"))
    )
    assert facts(found) == {"spo2": ("97", "%")} and "terms.unknown_element" in codes(found)


def test_a_name_that_contradicts_the_id_keeps_the_value_out() -> None:
    found = chart(document(seen(SBP, number("96", "mmHg"), "舒张压")))
    assert facts(found) == {} and "chinese.name_differs" in codes(found)


def test_both_arms_under_two_ids_are_told_apart_by_name_and_the_higher_counts() -> None:
    found = chart(
        document(
            seen(SBP, number("150", "mmHg"), "左侧收缩压"),
            seen(DBP, number("142", "mmHg"), "右侧收缩压"),
            seen(SBP, number("80", "mmHg"), "左侧舒张压"),
            seen(DBP, number("96", "mmHg"), "右侧舒张压"),
        )
    )
    assert (known(found, "sbp_office"), known(found, "dbp_office")) == ((15000, 15000), (8000, 8000))
    upper = seen(SBP, number("120", "mmHg"), "左侧收缩压") + seen(SBP, number("118", "mmHg"), "右侧收缩压")
    half = chart(document(upper, seen(DBP, number("130", "mmHg"), "右侧舒张压")))
    assert "sbp_office" not in facts(half) and "chinese.half_arm" in codes(half)


def test_hip_under_the_id_of_the_waist_is_the_hip() -> None:
    found = chart(
        document(seen("DE04.10.218.00", number("88", "cm"), "腰围"), seen("DE04.10.218.00", number("99", "cm"), "臀围"))
    )
    assert facts(found) == {"waist": ("88", "cm"), "hip": ("99", "cm")}


@pytest.mark.parametrize(("value", "unit", "text"), [("2", "两", "2"), ("100", "mL", "100")])
def test_drink_comes_in_liang_or_in_ml(value: str, unit: str, text: str) -> None:
    found = chart(document(seen(DRINK, number(value, unit))))
    assert known(found, "drink_amount") == (1000, 1000)


def test_drink_without_a_unit_is_not_guessed() -> None:
    found = chart(document(seen(DRINK, number("2"))))
    assert known(found, "drink_amount") is None and "chinese.unit_needed" in codes(found)
    assert known(chart(document(seen(DRINK, number("2"), "日饮酒量（两）"))), "drink_amount") == (1000, 1000)
    assert known(chart(document(seen(DRINK, number("0")))), "drink_amount") == (0, 0)  # who does not drink, drinks 0


@pytest.mark.parametrize(
    ("code", "value", "fact", "grid"),
    [
        ("DE04.10.188.00", number("130", "斤"), "weight", 6500),
        ("DE04.50.083.00", number("53", "mmol/mol"), "hba1c", 700),
        ("DE04.50.092.00", number("1", "mg/dL"), "creatinine", 8840),
        ("DE04.50.092.00", number("88.4", "µmol/L"), "creatinine", 8840),
        ("DE04.50.092.00", number("88.4", "μmol/l"), "creatinine", 8840),
        ("DE03.00.088.00", number("30", "min", "IVL_TS"), "exercise_min", 30),
        ("DE04.50.083.00", number("7", "%", "INT"), "hba1c", 700),
        ("DE04.50.083.00", "<value xsi:type='ST'>7.0%</value>", "hba1c", 700),
    ],
)
def test_units_and_types(code: str, value: str, fact: str, grid: int) -> None:
    assert known(chart(document(seen(code, value))), fact) == (grid, grid)


def test_a_creatinine_that_lost_its_micro_is_not_used() -> None:
    found = chart(document(seen("DE04.50.092.00", number("80", "mol/L"))))
    assert known(found, "creatinine") is None


def test_comparisons_are_intervals_and_ranges_are_nothing() -> None:
    low = "<value xsi:type='IVL_PQ'><low value='33.3' unit='mmol/L' inclusive='false'/></value>"
    both = "<value xsi:type='IVL_PQ'><low value='4' unit='mmol/L'/><high value='7' unit='mmol/L'/></value>"
    assert known(chart(document(seen("DE04.50.125.00", low))), "tc") == (33301, 40000)
    assert known(chart(document(seen("DE04.50.125.00", both))), "tc") is None


@pytest.mark.parametrize("mood", ["INT", "GOL", "DEF", "RQO"])
def test_what_is_planned_is_no_finding(mood: str) -> None:
    assert facts(chart(document(seen(SBP, number("120", "mmHg"), mood=mood)))) == {}


@pytest.mark.parametrize("name", ["目标体重", "目标体重(kg)", "医生建议体重"])
def test_goals_are_no_findings(name: str) -> None:
    assert facts(chart(document(seen("DE04.10.188.00", number("60", "kg"), name)))) == {}


def test_what_is_denied_or_withdrawn_is_not_used() -> None:
    text = document(seen(SBP, number("120", "mmHg"), more='<statusCode code="nullified"/>'))
    assert known(chart(text), "sbp_office") is None
    denied = document(f'<act negationInd="true">{seen(SBP, number("120", "mmHg"))}</act>')
    assert facts(chart(denied)) == {} and "chinese.negated" in codes(chart(denied))


def test_reports_and_flags_are_not_interpreted() -> None:
    ecg = seen("DE04.30.043.00", "<value xsi:type='BL' value='true'/>", "心电图检查结果")
    found = chart(document(ecg, seen("DE04.10.237.00", "<value xsi:type='BL' value='true'/>", "足背动脉搏动标志")))
    assert facts(found) == {} and codes(found).count("chinese.text_only") == 2


# --- glucose ----------------------------------------------------------------------------------------------------------
def test_glucose_of_unknown_sample_never_diagnoses() -> None:
    text = seen(FPG, number("7.3", "mmol/L"), "空腹血糖")
    assert facts(chart(document(text, title="2型糖尿病患者随访服务"))) == {"fpg_capillary": ("7.3", "mmol/L")}
    checkup = chart(document(text, title="成人健康体检"))
    assert known(checkup, "fpg") is None and known(checkup, "pg_unspecified") == (7300, 7300)
    told = chart(document(text, title="成人健康体检"), sample="venous_plasma")
    assert known(told, "fpg") == (7300, 7300)
    named = chart(document(seen(FPG, number("7.3", "mmol/L"), "空腹静脉血浆血糖"), title="成人健康体检"))
    assert known(named, "fpg") == (7300, 7300)


# --- codes ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "meant"),
    [(coded("1"), "light"), (coded("", "重"), "heavy"), (coded("3", "重"), "heavy"), (coded("01", "轻"), "light")],
)
def test_values_by_code_and_by_name(value: str, meant: str) -> None:
    assert facts(chart(document(seen(SALT, value))))["salt_level"][0] == meant


@pytest.mark.parametrize(
    "value", [coded("1", "重"), coded("7"), coded("x", "很咸"), "<value xsi:type='ST'>随便</value>"]
)
def test_a_code_without_meaning_or_against_its_name_is_unknown(value: str) -> None:
    found = chart(document(seen(SALT, value)))
    assert "chinese.unreadable_value" in codes(found) and known(found, "salt_level") == 0b111


def test_a_flag_in_a_precondition_is_read() -> None:
    told = "<text>腿疼</text><precondition><criterion><value xsi:type='BL' value='true'/></criterion></precondition>"
    assert facts(chart(document(seen("DE06.00.129.00", told))))["adverse_drug"][0] is True


# --- lists ------------------------------------------------------------------------------------------------------------
def test_symptoms_are_a_delivered_list_and_nothing_else_is() -> None:
    none = chart(document(seen("DE04.01.116.00", coded("1", "无症状"))))
    assert none.lists == {"symptoms": ()}
    some = chart(
        document(seen("DE04.01.116.00", coded("02", "头痛头晕")), seen("DE04.01.118.00", "<text>胃痉挛</text>"))
    )
    assert [one.key for one in some.lists["symptoms"]] == ["headache", "dizziness", "胃痉挛"]
    assert chart(document(seen("DE04.01.116.00", coded("")))).lists == {}


def test_a_symptom_by_its_code_alone_keeps_the_others_from_being_all() -> None:
    both = seen("DE04.01.116.00", coded("02", "头痛")) + seen("DE04.01.116.00", coded("05"))
    assert [one.key for one in chart(document(both)).lists["symptoms"]] == ["05", "headache"]
    assert chart(document(seen("DE04.01.116.00", coded("05")))).lists == {}


def test_a_diagnosis_and_a_drug_are_there_and_say_nothing_of_others() -> None:
    drug = (
        "<substanceAdministration moodCode='EVN'><consumable><manufacturedProduct><manufacturedLabeledDrug>"
        "<code code='DE999' displayName='药品名称代码'/><name>{}</name></manufacturedLabeledDrug></manufacturedProduct>"
        "</consumable></substanceAdministration>"
    )
    icd = coded("E11.900", "2型糖尿病", "codeSystemName='ICD-10'")
    found = chart(
        document(seen("DE05.01.024.00", icd), drug.format("缬沙坦胶囊"), drug.format("无"), drug.format("神奇茶"))
    )
    assert facts(found)["t2dm"][0] is True and facts(found)["arb"][0] is True and found.lists == {}
    assert codes(found) == ["terms.unknown_drug"]


def test_diseases_of_relatives_are_not_the_patients() -> None:
    def organizer(relation: str, disease: str) -> str:
        return (
            f"<organizer><subject><relatedSubject><code displayName='{relation}'/></relatedSubject></subject>"
            f"<component>{seen('DE02.10.095.50', coded('2', disease))}</component></organizer>"
        )

    found = chart(document(organizer("父亲", "高血压"), organizer("配偶", "糖尿病")))
    assert facts(found) == {"fh_htn": (True, None)} and codes(found) == ["chinese.family_item"]


# --- the person -------------------------------------------------------------------------------------------------------
def test_sex_and_birth_come_from_the_document_or_a_number_that_holds() -> None:
    own = '<administrativeGenderCode code="2"/><birthTime value="19491231"/>'
    assert facts(chart(document(patient=own))) == {"sex": ("female", None), "birth_date": ("1949-12-31", None)}
    number = f'<id root="2.16.156.10011.1.3" extension="{WOMAN}"/>'
    found = chart(document(patient=number))
    assert facts(found) == {"sex": ("female", None), "birth_date": ("1949-12-31", None)}
    assert found.id == "HR1" and WOMAN not in repr(found)


def test_a_number_against_the_record_leaves_both_unknown() -> None:
    patient = f'<id extension="{WOMAN}"/><administrativeGenderCode code="1"/><birthTime value="1949"/>'
    found = chart(document(patient=patient))
    assert facts(found) == {"birth_date": ("1949-12-31", None)} and codes(found) == ["chinese.identity_differs"]


def test_a_number_that_does_not_hold_is_not_believed_and_never_kept() -> None:
    wrong = "ID420106201101011919"
    found = chart(document(extra=f'<id extension="{wrong}"/>').replace('<id extension="HR1"/>', ""))
    assert codes(found)[0] == "chinese.identity_wrong" and found.id is None and wrong[2:] not in repr(found)


@pytest.mark.parametrize("code", ["0", "9"])
def test_a_sex_nobody_stated_is_unknown(code: str) -> None:
    assert codes(chart(document(seen(SBP, number("120")), patient=f'<administrativeGenderCode code="{code}"/>'))) == []


# --- time -------------------------------------------------------------------------------------------------------------
def test_the_day_is_that_of_the_visit_and_a_time_of_its_own_beats_it() -> None:
    visit = seen("DE06.00.108.00", coded("1"), more='<effectiveTime value="2025-03-01"/>')
    text = document(
        visit, seen(SBP, number("150", "mmHg")), seen(FPG, number("6"), more='<effectiveTime value="20250220"/>')
    )
    found = read(text)
    assert found is not None and found.on == date(2025, 3, 1)
    assert {one.fact: one.at for one in found.readings} == {"sbp_office": "2025-03-01", "fpg_capillary": "2025-02-20"}


def test_a_time_nobody_can_read_is_mentioned() -> None:
    found = chart(document(seen(SBP, number("150", "mmHg"), more='<effectiveTime value="spring"/>')))
    assert codes(found) == ["chinese.bad_time"]


# --- slots ------------------------------------------------------------------------------------------------------------
def slots(*, basic: str = "", signs: str = "", more: str = "", patient: str = "") -> str:
    return (
        f"<ClinicalDocument><header><patient>{patient}<slot/></patient></header><structuredBody><BASIC_INFORMATION>"
        f'<slot name="本次随访日期"><value displayName="20250309"/></slot>{basic}</BASIC_INFORMATION>'
        f"<CLINICAL_SIGNS>{signs}</CLINICAL_SIGNS>{more}</structuredBody></ClinicalDocument>"
    )


def slot(code: str, value: str, name: str = "") -> str:
    return f'<slot code="{code}" name="{name}"><value displayName="{value}"/></slot>'


def section(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def test_slots_are_read_as_the_other_dialect_is() -> None:
    text = slots(
        basic=slot(FPG, "7.3") + slot("DE06.00.027.00", "规律"),
        signs=slot(SBP, "152") + slot(DBP, "96") + slot("", "70", "目标体重(kg)") + slot("DE04.10.188.00", "140斤"),
        more=section("SYMPTOM", slot("DE04.01.116.00", "头痛头晕、多饮"))
        + section("MEDICATION", slot("DE08.50.022.00", "缬沙坦"))
        + section("LIFESTYLE_GUIDE", slot("", "2", "日饮酒量(两)")),
        patient=slot("DE02.01.030.00", WOMAN),
    )
    found = chart(text)
    said = facts(found)
    assert {"fpg_capillary", "adherence", "sbp_office", "dbp_office", "weight", "arb", "drink_amount"} <= said.keys()
    assert said["sex"][0] == "female" and known(found, "weight") == (7000, 7000)
    assert [one.key for one in found.lists["symptoms"]] == ["headache", "dizziness", "polydipsia"]
    assert WOMAN not in repr(found)


def test_a_suspicion_in_a_slot_is_no_diagnosis() -> None:
    for name, words in (("鉴别诊断", "高血压"), ("诊断", "高血压待查")):
        found = chart(
            slots(signs=f'<slot code="DE05.01.024.00" name="{name}"><value code="I10" displayName="{words}"/></slot>')
        )
        assert "hypertension" not in facts(found) and "chinese.unsure_diagnosis" in codes(found)


def test_empty_slots_say_nothing() -> None:
    found = chart(slots(signs=slot(SBP, "") + slot(DBP, "0") + f'<slot code="{SBP}"/>'))
    assert not found.readings and codes(found) == ["chinese.nothing_read"]


def test_an_examination_has_its_own_day() -> None:
    inside = slot("DE06.00.048.00", "20250201") + slot("DE04.50.083.00", "7.1%")
    found = chart(slots(more=section("AUXILIARY_EXAMINATION", inside)))
    assert [one.at for one in found.readings] == ["2025-02-01"]


# --- the hook, and anything at all ------------------------------------------------------------------------------------
def test_other_sources_are_not_ours(tmp_path: Any) -> None:
    for source in ({}, b"{}", "{}", "MSH|", tmp_path / "a.json", 7, None):
        assert read_chart(source=source, on=None) is None
    assert read_chart(source="<Bundle/>", on=None) is None
    path = tmp_path / "a.xml"
    path.write_text(document(seen(SBP, number("150", "mmHg"))), encoding="utf-8")
    found = read_chart(source=path, on=None)
    assert found is not None and facts(found) == {"sbp_office": ("150", "mmHg")}


WORDS = st.sampled_from(
    [SBP, DBP, FPG, DRINK, SALT, "DE9", "", "收缩压", "目标", "0", "999", "无", "120", ">5", "mmHg", "两", "é"]
)
TEXT = WORDS | st.text("０12.9<>=/无μ ", max_size=6)


@given(
    st.lists(
        st.builds(
            lambda code, name, kind, value, unit, own: (
                f'<entry><observation><code code="{code}" displayName="{name}"/>'
                f'<value xsi:type="{kind}" value="{value}" unit="{unit}" code="{own}" displayName="{value}"/>'
                "</observation></entry>"
            ),
            *[TEXT.map(lambda one: one.replace("<", "&lt;").replace(">", "&gt;"))] * 2,
            st.sampled_from(["PQ", "CD", "BL", "INT", "IVL_TS", "TS", "ST", "", "X"]),
            *[TEXT.map(lambda one: one.replace("<", "&lt;").replace(">", "&gt;"))] * 3,
        ),
        max_size=4,
    )
)
def test_any_document_is_read_and_never_says_a_value_it_does_not_hold(entries: list[str]) -> None:
    text = document(*entries)
    found = chart(text)
    admitted = pack().admit(found)
    for one in found.readings:
        if one.fact in ("sbp_office", "dbp_office") and isinstance(one.value, str) and one.value != "no value":
            assert one.value in normalise(unescape(text)) or "." in one.value
    grade = pack().decide("htn.grade", found)
    if not any(one.fact == "sbp_office" and one.value is not None for one in admitted.readings):
        assert grade.value not in ("normal", "high_normal")
