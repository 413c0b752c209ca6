"""When an examination was: an old result is never read as one of the day of the document."""

from typing import Any

import pytest

from tests.adapters.chinese.documents import (
    DBP,
    SBP,
    chart,
    codes,
    document,
    facts,
    known,
    number,
    section,
    seen,
    slot,
    slots,
)
from tests.adapters.chinese.test_laboratory import panel, real

HBA1C = seen("DE04.50.083.00", number("7.2", "%"), "糖化血红蛋白")
TC = seen("DE04.50.125.00", number("5.2", "mmol/L"), "总胆固醇")
DM = "2型糖尿病患者随访服务"
EXAMINED, OTHER, SAMPLED = "DE06.00.048.00", "DE04.50.140.00", "DE04.50.137.00"


def on(day: str = "20250101", code: str = EXAMINED, name: str = "检查日期", kind: str = "TS") -> str:
    value = f'<value xsi:type="{kind}" value="{day}"/>' if kind == "TS" else f'<value xsi:type="{kind}">{day}</value>'
    return seen(code, value, name)


def grouped(*statements: str) -> str:
    return "<organizer>" + "".join(f"<component>{one}</component>" for one in statements) + "</organizer>"


def hung(statement: str, below: str) -> str:
    return statement.replace("</observation>", f"<entryRelationship>{below}</entryRelationship></observation>")


def days(found: Any) -> dict[str, str | None]:
    return {one.fact: one.at for one in found.readings}


@pytest.mark.parametrize(
    "entries",
    [
        [on(), HBA1C], [HBA1C, on()], [HBA1C, on(code=OTHER)], [HBA1C, on(code=SAMPLED, name="采样时间")],
        [HBA1C, on(kind="ST")], [HBA1C, on("2025-01-01", kind="ST")], [HBA1C, on("2025年1月1日", kind="ST")],
        [HBA1C, on(name="糖化血红蛋白检查日期")], [HBA1C, on(code="DE9999999", name="糖化血红蛋白检查日期")],
        [HBA1C, on(code="DE9999999", name="检验日期")], [HBA1C, on(code="", name="采样日期")],
        [HBA1C, on(code="DE06.00.999.00", name="检验日期")],
        [grouped(on(), HBA1C)], [grouped(HBA1C, on())], [hung(HBA1C, on())], [on(), grouped(HBA1C)],
    ],
)  # fmt: skip
def test_the_date_of_an_examination_is_that_of_its_result(entries: list[str]) -> None:
    found = chart(document(*entries, title=DM))
    assert days(found) == {"hba1c": "2025-01-01"} and codes(found) == []


def test_a_blank_date_says_nothing() -> None:
    for blank in (on("", kind="ST"), on("无", kind="ST"), seen(EXAMINED, "<value nullFlavor='NI'/>", "检查日期")):
        assert days(chart(document(HBA1C, blank, title=DM))) == {"hba1c": "2025-03-09"}


@pytest.mark.parametrize("wrong", [on("spring", kind="ST"), seen(EXAMINED, "<value xsi:type='TS' value='20250101'/>"
                                   "<value xsi:type='TS' value='20250201'/>", "检查日期")])  # fmt: skip
def test_a_date_nobody_can_read_leaves_the_result_undated(wrong: str) -> None:
    found = chart(document(HBA1C, wrong, title=DM))
    assert days(found) == {"hba1c": None} and codes(found) == ["chinese.bad_time"]


def test_a_time_of_its_own_that_nobody_can_read_is_no_time_of_the_document() -> None:
    own = seen(SBP, number("150", "mmHg"), more='<effectiveTime value="spring"/>')
    assert days(chart(document(own))) == {"sbp_office": None}


def test_two_dates_leave_the_results_unknown_and_nothing_else() -> None:
    signs = seen(SBP, number("152", "mmHg"), "收缩压")
    found = chart(document(signs, HBA1C, on(), on("20250201", code=OTHER), title=DM))
    assert known(found, "hba1c") is None and "chinese.dates_differ" in codes(found)
    assert known(found, "sbp_office") == (15200, 15200) and days(found)["sbp_office"] == "2025-03-09"
    same = chart(document(HBA1C, on(), on("20250101080000"), title=DM))
    assert days(same) == {"hba1c": "2025-01-01T08:00"} and codes(same) == []


def test_a_result_with_a_time_of_its_own_keeps_it_among_dates_that_differ() -> None:
    own = HBA1C.replace("<value", '<effectiveTime value="20250220"/><value', 1)
    found = chart(document(own, TC, on(), on("20250201"), title=DM))
    assert days(found)["hba1c"] == "2025-02-20" and known(found, "tc") is None


def test_the_sampling_goes_before_the_examination() -> None:
    found = chart(document(HBA1C, on("20250105"), on("20250101", code=SAMPLED, name="采样时间"), title=DM))
    assert days(found) == {"hba1c": "2025-01-01"}


def test_each_group_has_its_own_date() -> None:
    found = chart(document(grouped(HBA1C, on()), grouped(TC, on("20250201")), title=DM))
    assert days(found) == {"hba1c": "2025-01-01", "tc": "2025-02-01"}


def test_a_date_of_one_result_is_not_that_of_another() -> None:
    found = chart(document(HBA1C, TC, on(name="糖化血红蛋白检查日期"), on(name="眼底检查日期"), title=DM))
    assert days(found) == {"hba1c": "2025-01-01", "tc": "2025-03-09"}


def test_signs_of_the_visit_keep_their_day_beside_results_and_not_in_a_check_up() -> None:
    both = [seen(SBP, number("182", "mmHg"), "收缩压"), seen(DBP, number("112", "mmHg"), "舒张压"), HBA1C, on()]
    assert days(chart(document(*both, title=DM)))["sbp_office"] == "2025-03-09"
    assert days(chart(document(*both, title="成人健康体检"))) == dict.fromkeys(
        ("sbp_office", "dbp_office", "hba1c"), "2025-01-01"
    )
    assert days(chart(document(*both[:2], on(), title=DM)))["sbp_office"] == "2025-01-01"


def test_a_test_of_a_report_has_the_day_of_its_sample() -> None:
    test = panel("总胆固醇", real("5.2"), unit="mmol/L")
    inside = test.replace(
        "</organizer>", f"<component>{on(code=SAMPLED, name='标本采样日期时间')}</component></organizer>"
    )
    for text in (document(inside, title="检验报告"), document(on(), test, title="检验报告")):
        found = chart(text)
        assert days(found) == {"tc": "2025-01-01"} and codes(found) == []


def test_a_planned_examination_dates_nothing() -> None:
    for planned in (on(name="下次检查日期"), on().replace('moodCode="EVN"', 'moodCode="INT"')):
        assert days(chart(document(HBA1C, planned, title=DM))) == {"hba1c": "2025-03-09"}


def test_a_visit_is_known_by_its_name() -> None:
    visit = seen("DE9999999", '<value xsi:type="TS" value="20250201"/>', "随访日期")
    assert days(chart(document(visit, seen(SBP, number("152", "mmHg"), "收缩压")))) == {"sbp_office": "2025-02-01"}


# --- slots ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "name"), [(EXAMINED, ""), (OTHER, "检查日期"), (SAMPLED, "采样时间"), ("", "检验日期")]
)
def test_slots_are_dated_as_documents_are(code: str, name: str) -> None:
    inside = slot("DE04.50.083.00", "7.1%") + slot(code, "20250201", name)
    assert days(chart(slots(more=section("AUXILIARY_EXAMINATION", inside)))) == {"hba1c": "2025-02-01"}


def test_slots_with_two_dates_or_a_broken_one() -> None:
    twice = slot("DE04.50.083.00", "7.1%") + slot(EXAMINED, "20250201") + slot(OTHER, "20250101")
    found = chart(slots(more=section("AUXILIARY_EXAMINATION", twice)))
    assert known(found, "hba1c") is None and "chinese.dates_differ" in codes(found)
    broken = slot("DE04.50.083.00", "7.1%") + slot(EXAMINED, "spring")
    found = chart(slots(more=section("AUXILIARY_EXAMINATION", broken)))
    assert days(found) == {"hba1c": None} and "chinese.bad_time" in codes(found)


@pytest.mark.parametrize(
    "root",
    ["<ClinicalDocument><effectiveTime value='20250309'/><structuredBody>",
     "<ClinicalDocument><structuredBody><B><slot displayName='随访日期'><value displayName='20250309'/></slot></B>",
     "<ClinicalDocument><effectiveTime value='20250401'/><structuredBody><B><slot name='随访日期'>"
     "<value displayName='2025-03-09'/></slot></B>"],
)  # fmt: skip
def test_the_day_of_a_document_of_slots(root: str) -> None:
    text = f"{root}<SIGNS>{slot(SBP, '152')}</SIGNS></structuredBody></ClinicalDocument>"
    assert days(chart(text)) == {"sbp_office": "2025-03-09"}


def test_slots_without_any_day_are_undated() -> None:
    text = f"<ClinicalDocument><structuredBody><SIGNS>{slot(SBP, '152')}</SIGNS></structuredBody></ClinicalDocument>"
    assert days(chart(text)) == {"sbp_office": None} and facts(chart(text)) == {"sbp_office": ("152", None)}
