"""The slot dialect of shared documents, and any document: no value is said that it does not hold."""

from html import unescape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.chinese import read_chart
from sangao.engine.quantity import normalise
from tests.adapters.chinese.documents import (
    DBP,
    DRINK,
    FPG,
    SALT,
    SBP,
    WOMAN,
    chart,
    codes,
    document,
    facts,
    known,
    number,
    pack,
    section,
    seen,
    slot,
    slots,
)


# --- slots ------------------------------------------------------------------------------------------------------------
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
