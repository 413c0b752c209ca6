"""Of whom a document speaks: diseases, drugs and relatives, sex and birth, and the day of the visit."""

from datetime import date

import pytest

from sangao.adapters.chinese.reading import read
from tests.adapters.chinese.documents import (
    FPG,
    SBP,
    WOMAN,
    chart,
    coded,
    codes,
    document,
    facts,
    number,
    seen,
)


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
