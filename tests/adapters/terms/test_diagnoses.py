"""Diagnoses: by category prefix, by SNOMED, by a name that is read whole; what a code implies and what it states."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.terms import book
from sangao.adapters.terms.loading import shipped
from sangao.engine.rules.documents import FactDoc
from sangao.engine.rules.folder import read_shared


@cache
def facts() -> dict[str, FactDoc]:
    return {str(name): doc for name, doc in read_shared(shipped())[0].facts.items()}


def said(code: str | None, text: str | None = None, system: str | None = None) -> set[str]:
    return set(book().condition(system, code, text))


def test_every_category_of_a_fact_says_that_fact_with_anything_behind_it() -> None:
    found = [(name, str(code)) for name, doc in facts().items() for code in doc.codes.get("icd10", ())]  # type: ignore[call-overload]
    assert len(found) > 150
    for name, code in found:
        full = code + "00" if len(code) == 1 else code
        for written in (full, full.lower(), f"{full}00x001" if "." in full else f"{full}.x00x001"):
            assert name in said(written), (name, written)


def test_every_name_of_a_condition_says_it() -> None:
    for name, doc in facts().items():
        if doc.host_list == "conditions":
            for text in (doc.name.zh, doc.name.en, *doc.synonyms):
                assert name in said(None, str(text)), (name, text)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("I10.x00x031", {"hypertension"}),
        ("I10.X02", {"hypertension"}),
        ("E11.900", {"diabetes", "t2dm"}),
        ("E14.900x001", {"diabetes"}),
        ("E11.201+N08.3*", {"diabetes", "t2dm", "dkd", "kidney_disease"}),
        ("N08.3*", {"diabetes", "dkd", "kidney_disease"}),
        ("H36.0*", {"diabetes", "diabetic_retinopathy", "retinopathy"}),
        ("G63.2*", {"diabetes", "dpn"}),
        ("I25.103", {"chd"}),
        ("I21.401", {"chd", "mi", "acs"}),
        ("Z95.501", {"revascularisation", "chd"}),
        ("I48.x01", {"af"}),
        ("G45.900", {"tia"}),
        ("E72.101", {"hhcy"}),
    ],
)
def test_national_codes(code: str, facts: set[str]) -> None:
    assert said(code) == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("高血压", {"hypertension"}),
        ("高血压病3级（极高危）", {"hypertension"}),
        ("原发性高血压2级 高危组", {"hypertension"}),
        ("2型糖尿病伴血糖控制不佳", {"diabetes", "t2dm"}),
        ("Ⅱ型糖尿病", {"diabetes", "t2dm"}),
        ("2型糖尿病性肾病", {"diabetes", "t2dm", "dkd", "kidney_disease"}),
        ("冠心病、高血压病2级", {"chd", "hypertension"}),
        ("CKD3a期", {"ckd", "ckd_stage3", "kidney_disease"}),
        ("尿毒症", {"ckd", "ckd_stage5", "kidney_disease", "renal_failure"}),
        ("脑梗塞", {"stroke", "ischaemic_stroke"}),
        ("陈旧性心肌梗死", {"mi", "chd"}),
        ("PCI术后", {"revascularisation", "chd"}),
        ("TIA", {"tia"}),
        ("Hypertension", {"hypertension"}),
    ],
)
def test_names(text: str, facts: set[str]) -> None:
    assert said(None, text) == facts == said(text)


@pytest.mark.parametrize(
    "text",
    ["高血压待查", "高血压?", "高血压？", "疑似糖尿病", "否认高血压", "无高血压", "高血压家族史", "排除冠心病",
     "血压高", "无", "高危", "", "高血压药物中毒", "妊娠期高血压疾病", "肺动脉高压", "门静脉高压症", "尿崩症", "1型",
     "no hypertension", "prehypertension"],
)  # fmt: skip
def test_a_name_that_is_not_understood_whole_says_nothing(text: str) -> None:
    assert said(None, text) == set()


@pytest.mark.parametrize("code", ["J06.9", "I1", "E", "10", "I10?", "x", "", "Z99.999x", "I" + "0" * 5000])
def test_a_code_that_is_not_known_says_nothing(code: str) -> None:
    assert said(code) == set()


def test_a_code_is_believed_before_a_name_and_a_name_where_the_code_is_not_known() -> None:
    assert said("E10.9", "2型糖尿病") == {"diabetes", "t1dm"}
    assert said("J06.9", "2型糖尿病") == {"diabetes", "t2dm"}
    assert said("0001", "高血压", "house codes") == {"hypertension"}
    assert said("I10", "", "house codes") == set(), "a code of another system is not read as ICD-10"
    assert said("I10", None, "http://hl7.org/fhir/sid/icd-10-cm") == set()


def test_snomed_concepts_of_the_tables() -> None:
    assert said("44054006", None, "http://snomed.info/sct") == {"diabetes", "t2dm"}
    assert said("72892002", "Normal pregnancy", "http://snomed.info/sct") == set()


@pytest.mark.parametrize(
    ("code", "states"),
    [("I10.x00x023", "high"), ("I10.x00x024", "very_high"), ("I10.X00X032", "very_high"), ("I10.x00x002", None)],
)
def test_what_a_national_code_states_is_told_apart_from_what_it_says(code: str, states: str | None) -> None:
    assert book().recorded(code) == ((("recorded_risk", states),) if states else ())
    assert said(code) == {"hypertension"}


def test_what_codes_state_is_a_fact_and_a_value_of_it() -> None:
    for states in book().diagnoses.recorded.values():
        for fact, value in states:
            assert value in facts()[fact].values


def test_a_relatives_disease_is_family_history() -> None:
    assert book().relative(None, "I10") == ("fh_htn",)
    assert book().relative(None, "E11.9") == ("fh_dm",)
    assert book().relative(None, None, "冠心病") == ("fh_chd",)
    assert book().relative(None, "J06.9") == ()
    for fact in book().diagnoses.family.values():
        assert facts()[fact].host_list == "family_history"


@given(st.text(alphabet="I10.xXE+* 高血压病级", max_size=30))
def test_any_text_near_a_diagnosis_is_answered_with_conditions(text: str) -> None:
    for fact in book().condition(None, text):
        assert facts()[fact].host_list in ("conditions", None)
