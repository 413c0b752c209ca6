"""Prefetch templates: every fact asked for is fetched, in the grammar a client must know."""

import re

import pytest

from sangao.adapters.fhir.prefetch import MOST_CODES, needed, templates
from sangao.adapters.fhir.requirements import LOINC, codings, type_of
from sangao.adapters.terms import book
from sangao.engine.errors import SangaoError
from sangao.engine.fact import Fact
from tests.opened import opened

SAFE = re.compile(r"(patient|code|category|_sort|_count)=[^&=]+")


def facts() -> dict[str, Fact]:
    return opened("htn_primary_2025").compiled.dictionary.facts


def test_nothing_asked_fetches_the_patient_alone() -> None:
    assert templates([]) == {"patient": "Patient/{{context.patientId}}"}


def test_what_has_no_code_asks_for_nothing() -> None:
    assert set(templates([facts()["bp_rest_5min"]])) == {"patient"}


def test_lists_are_fetched_whole() -> None:
    found = templates([facts()[name] for name in ("hf", "statin", "fh_dm", "sex")])
    assert found == {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "medications": "MedicationRequest?patient={{context.patientId}}",
        "family_history": "FamilyMemberHistory?patient={{context.patientId}}",
    }


def test_every_code_of_every_fact_is_in_some_search() -> None:
    found = templates(facts().values())
    asked = {code for one in found.values() for code in re.findall(r"[0-9]+-[0-9]", one)}
    wanted = {
        one["code"]
        for fact in facts().values()
        if type_of(fact) == "Observation"
        for one in codings(fact)
        if one["system"] == LOINC
    }
    assert wanted <= asked and set(book().panels) <= asked
    for query in found.values():
        rest = query.partition("?")[2]
        assert all(SAFE.fullmatch(part) for part in rest.split("&") if part), query
        assert len(re.findall(r"[0-9]+-[0-9]", rest)) <= MOST_CODES


def test_a_grade_needs_two_pressures_and_a_risk_what_stands_behind_it() -> None:
    pack = opened("htn_guideline_2024")
    assert [one.id for one in needed(pack, ["htn.grade"])] == ["sbp_office", "dbp_office"]
    behind = {one.id for one in needed(pack, ["htn.risk"])}
    assert {"sbp_office", "creatinine", "ldl", "sex", "age", "stroke", "diabetes"} <= behind
    assert set(templates(needed(pack, ["htn.risk"]))) == {
        "patient",
        "bp",
        "observations",
        "conditions",
        "medications",
        "family_history",
    }
    assert needed(pack, []) == []
    with pytest.raises(SangaoError):
        needed(pack, ["htn.nothing"])
