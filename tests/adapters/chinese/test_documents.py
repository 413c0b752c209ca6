"""Shared documents and slots: empty and half-filled ones first, the mistakes real systems make, then the whole form."""

import pytest

from tests.adapters.chinese.documents import (
    DBP,
    DRINK,
    FPG,
    SALT,
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
