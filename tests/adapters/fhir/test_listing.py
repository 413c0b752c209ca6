"""Conditions, medications, allergies: what is there, what is past, what nobody is sure of."""

from typing import Any

import pytest

from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.adapters.fhir.made import (
    ATC,
    SNOMED,
    VERIFIED,
    bundle,
    codes,
    concept,
    condition,
    medication,
    patient,
    taken,
)
from tests.opened import opened

IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def truth(fact: str, *resources: Any, **rest: Any) -> tuple[int, int]:
    """Return the truth of a fact in the open and in the assumed pass."""
    pack = opened("htn_primary_2025")
    admitted = pack.admit(taken(*resources, **rest).chart)
    leaf = next(one for one in pack.compiled.leaves.values() if one.facts == (fact,) and one.id == fact)
    return admitted.open[leaf.id], admitted.assumed[leaf.id]


def test_a_list_nobody_sent_says_nothing() -> None:
    assert truth("hf", patient()) == (UNKNOWN, UNKNOWN)
    assert taken(patient()).chart.lists == {}


def test_an_active_condition_is_there_and_lets_the_others_be_assumed_absent() -> None:
    assert truth("hf", condition("I50.9")) == (TRUE, TRUE)
    assert truth("hf", condition("I10")) == (UNKNOWN, FALSE)
    entry = taken(condition("I50.9")).chart.lists["conditions"][-1]
    assert (entry.key, entry.by, entry.source) == ("I50.9", "code", "Condition/cI50.9")


def test_a_snomed_code_is_known_by_the_book() -> None:
    found = taken(condition("38341003", SNOMED))
    assert truth("hypertension", condition("38341003", SNOMED)) == (TRUE, TRUE)
    assert found.traced["hypertension"] == "Condition/c38341003" and codes(found) == []


def test_a_condition_known_by_its_name_alone() -> None:
    named = {**condition(), "code": {"text": "高血压"}}
    assert truth("hypertension", named) == (TRUE, TRUE)


def test_a_code_that_maps_to_nothing_suspends_what_the_list_allows() -> None:
    odd = condition("444814009", SNOMED)
    assert truth("hf", odd) == (UNKNOWN, UNKNOWN)
    problems = opened("htn_primary_2025").problems(taken(odd).chart)
    assert ("chart.unmapped", "444814009") in [(one.code, one.given) for one in problems]


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_was_refuted_claims_nothing(status: str) -> None:
    gone = condition("E11.9", verificationStatus=concept(status, VERIFIED))
    assert truth("diabetes", gone) == (UNKNOWN, FALSE)  # not settled: another diabetes may be there
    assert truth("diabetes", gone, condition("E10.9")) == (TRUE, TRUE)
    assert codes(taken(gone)) == ["fhir.left_out"]


@pytest.mark.parametrize("status", ["unconfirmed", "provisional", "differential"])
def test_what_is_not_confirmed_is_neither_there_nor_assumed_absent(status: str) -> None:
    doubtful = condition("I50.9", verificationStatus=concept(status, VERIFIED))
    assert truth("hf", doubtful) == (UNKNOWN, UNKNOWN)
    assert truth("hf", doubtful, condition("I50.1")) == (TRUE, TRUE)
    assert codes(taken(doubtful)) == ["fhir.doubtful"]


@pytest.mark.parametrize("status", ["resolved", "remission", "inactive"])
def test_a_past_disease_is_past_and_a_stroke_had_is_had(status: str) -> None:
    assert truth("stroke", condition("I63.9", clinical=status)) == (TRUE, TRUE)
    assert truth("hyperkalaemia", condition("E87.5", clinical=status)) == (FALSE, FALSE)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ({}, TRUE),
        ({"abatementDateTime": "2020-01-01"}, FALSE),
        ({"abatementString": "last year"}, FALSE),
        ({"abatementDateTime": "2026-12-31"}, TRUE),
    ],
)
def test_a_condition_without_clinical_status_is_over_when_it_says_so(rest: dict[str, Any], expected: int) -> None:
    assert truth("hyperkalaemia", condition("E87.5", clinical=None, **rest))[0] == expected


def test_an_unknown_clinical_status_is_unknown() -> None:
    assert truth("hyperkalaemia", condition("E87.5", clinical="unknown")) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("broken", [{"code": None}, {"code": {}}, {"code": "I10"}, {"code": [3]}])
def test_a_condition_nobody_can_read_suspends_what_the_list_allows(broken: dict[str, Any]) -> None:
    assert truth("hf", condition("I10"), {**condition("I10"), "id": "x", **broken}) == (UNKNOWN, UNKNOWN)


def test_an_extension_that_may_negate_it_suspends_what_the_list_allows() -> None:
    changed = condition("I50.9", modifierExtension=[{"url": "http://example.org/absent"}])
    assert truth("hf", changed)[1] != FALSE and truth("diabetes", changed) == (UNKNOWN, UNKNOWN)


def test_no_known_problems_delivers_an_empty_list_and_no_information_none() -> None:
    assert truth("hf", condition("no-known-problems", IPS)) == (UNKNOWN, FALSE)
    assert truth("hf", condition("no-problem-info", IPS)) == (UNKNOWN, UNKNOWN)


# --- searches ---------------------------------------------------------------------------------------------------------
def search(query: str, *resources: Any, more: bool = False) -> dict[str, Any]:
    link = [{"relation": "self", "url": f"https://example.org/fhir/{query}"}]
    following = [{"relation": "next", "url": "https://example.org/fhir?page=2"}] if more else []
    return bundle(*resources, type="searchset", link=[*link, *following])


def test_a_search_that_found_nothing_delivers_an_empty_list() -> None:
    assert truth("hf", search("Condition?patient=a&_count=100")) == (UNKNOWN, FALSE)
    assert truth("hf", search("Observation?patient=a")) == (UNKNOWN, UNKNOWN)
    assert truth("hf", search("Condition?patient=a&category=encounter-diagnosis")) == (UNKNOWN, UNKNOWN)
    assert truth("hf", patient(), delivered=["Condition"]) == (UNKNOWN, FALSE)


def test_a_search_by_post_and_everything_deliver_the_lists() -> None:
    assert truth("hf", search("Condition/_search?patient=a")) == (UNKNOWN, FALSE)
    everything = search("Patient/a/$everything", condition("I10"))
    assert truth("hf", everything) == truth("acei", everything) == (UNKNOWN, FALSE)
    assert truth("acei", search("Patient/a/$everything", more=True)) == (UNKNOWN, UNKNOWN)


def test_national_editions_of_icd_10() -> None:
    for system in (
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://hl7.org/fhir/sid/icd-10-cn",
        "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
        "urn:oid:2.16.156.10011.2.3.3.11",
    ):
        assert truth("hf", condition("I50.900x018", system)) == (TRUE, TRUE)
        doubtful = condition("I50.9", system, verificationStatus=concept("unconfirmed", VERIFIED))
        assert truth("hf", doubtful) == (UNKNOWN, UNKNOWN)


CM = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("E66.3", "obesity"),  # overweight
        ("E663", "obesity"),
        ("N18.6", "renal_failure"),
        ("Z33.2", "pregnant"),
        ("E11.A", "diabetes"),  # in remission
        ("I21.A1", "mi"),
        ("E09.9", "diabetes"),
        ("I16.0", "hypertension"),
        ("I1A.0", "hypertension"),
    ],
)
def test_where_icd_10_cm_differs_nothing_is_read_and_nothing_assumed_absent(code: str, fact: str) -> None:
    found = taken(condition(code, CM))
    assert [(one.code, one.parts) for one in found.problems] == [("fhir.other_edition", {"code": code})]
    assert truth(fact, condition(code, CM)) == (UNKNOWN, UNKNOWN)
    beside = condition({"mi": "I21.9", "pregnant": "Z34.0", "obesity": "E66.9"}.get(fact, "I10"), id="other")
    assert codes(taken(condition(code, CM), beside)) == ["fhir.other_edition"]
    if fact in ("mi", "pregnant", "obesity", "hypertension"):
        assert truth(fact, condition(code, CM), beside) == (TRUE, TRUE), "another item says it"


def test_where_icd_10_cm_agrees_it_is_read_by_its_category() -> None:
    for code, fact in (("E13.9", "diabetes"), ("E11.65", "t2dm"), ("N18.6", "ckd"), ("T78.3XXA", "angio_oedema")):
        found = taken(condition(code, CM))
        assert [one.status for one in found.chart.lists["conditions"] if one.key == fact] == ["active"]
    assert codes(taken(condition("E13.9", CM))) == codes(taken(condition("E66.3"))) == []
    assert truth("obesity", condition("E66.3")) == (TRUE, TRUE), "in ICD-10 itself the category holds"


def test_a_doubtful_diagnosis_nobody_here_knows_suspends_what_the_list_allows() -> None:
    odd = condition("X99.9", verificationStatus=concept("unconfirmed", VERIFIED))
    assert truth("hf", odd) == (UNKNOWN, UNKNOWN) and codes(taken(odd)) == ["fhir.doubtful"]


def test_of_a_search_that_was_cut_off_nothing_is_assumed() -> None:
    first = search("Condition?patient=a", condition("I10"), more=True)
    assert truth("hypertension", first) == (TRUE, TRUE) and truth("hf", first) == (UNKNOWN, UNKNOWN)
    assert "fhir.more_pages" in codes(taken(first))


def test_a_search_with_a_filter_is_not_the_whole_list() -> None:
    some = search("Condition?patient=a&category=encounter-diagnosis", condition("I10"))
    assert truth("hypertension", some) == (TRUE, TRUE) and truth("hf", some) == (UNKNOWN, UNKNOWN)


# --- drugs ------------------------------------------------------------------------------------------------------------
def test_an_active_order_is_a_drug_taken_of_every_class_it_holds() -> None:
    assert truth("acei", medication()) == (TRUE, TRUE)
    assert truth("on_antihypertensive", medication()) == (TRUE, TRUE)
    assert truth("arb", medication()) == (UNKNOWN, FALSE)
    both = medication("C09DA01")
    assert truth("arb", both) == truth("thiazide", both) == (TRUE, TRUE)


@pytest.mark.parametrize("status", ["stopped", "cancelled", "draft", "entered-in-error"])
def test_an_order_that_ended_denies_no_other_drug_of_its_class(status: str) -> None:
    gone = medication(status=status)
    assert truth("on_antihypertensive", gone) == (UNKNOWN, FALSE)
    assert truth("on_antihypertensive", gone, medication("C08CA01")) == (TRUE, TRUE)
    assert codes(taken(gone)) == ["fhir.left_out"]


@pytest.mark.parametrize("status", ["completed", "on-hold", "unknown", "odd", None])
def test_an_order_that_may_still_be_taken_is_unknown(status: Any) -> None:
    """Completed is what was dispensed: the patient may well be taking it."""
    doubtful = medication(status=status)
    assert truth("on_antihypertensive", doubtful) == (UNKNOWN, UNKNOWN)
    assert truth("on_antihypertensive", doubtful, medication("C08CA01")) == (TRUE, TRUE)
    assert codes(taken(doubtful)) == ["fhir.doubtful"]


@pytest.mark.parametrize("rest", [{"intent": "proposal"}, {"intent": "plan"}, {"doNotPerform": True}])
def test_what_was_never_ordered_is_not_taken(rest: dict[str, Any]) -> None:
    assert truth("acei", medication(**rest)) == (UNKNOWN, FALSE)


def statement(status: str, **rest: Any) -> dict[str, Any]:
    made = {"resourceType": "MedicationStatement", "id": "s", "status": status, "subject": {"reference": "Patient/a"}}
    return {**made, "medicationCodeableConcept": concept("C09AA02", ATC), **rest}


def test_statements_of_both_releases() -> None:
    assert truth("acei", statement("active")) == (TRUE, TRUE)
    assert truth("acei", statement("not-taken")) == (UNKNOWN, FALSE)
    assert truth("acei", statement("unknown")) == (UNKNOWN, UNKNOWN)
    assert truth("acei", statement("active", effectivePeriod={"end": "2025-01-01"})) == (UNKNOWN, FALSE)
    r5 = statement("recorded", medicationCodeableConcept=None, medication={"concept": concept("C09AA02", ATC)})
    assert truth("acei", r5) == (TRUE, TRUE)
    assert truth("acei", {**r5, "adherence": {"code": concept("not-taking", "x")}}) == (UNKNOWN, FALSE)
    assert truth("acei", {**r5, "adherence": {"code": concept("unknown", "x")}}) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("reference", ["Medication/m1", "urn:uuid:m1", "https://example.org/fhir/Medication/m1", "#in"])
def test_a_reference_leads_to_the_medication(reference: str) -> None:
    drug = {"resourceType": "Medication", "id": "m1", "code": concept("C09AA02", ATC)}
    order = medication(medicationCodeableConcept=None, medicationReference={"reference": reference})
    order["contained"] = [{**drug, "id": "in"}]
    assert truth("acei", drug, order) == (TRUE, TRUE)


def test_a_reference_into_nothing_suspends_what_the_list_allows() -> None:
    order = medication(medicationCodeableConcept=None, medicationReference={"reference": "Medication/gone"})
    assert truth("arb", order, medication()) == (UNKNOWN, UNKNOWN)
    assert "fhir.dangling" in codes(taken(order))


def test_a_compound_is_known_by_its_ingredients() -> None:
    parts = [{"itemCodeableConcept": concept(code, ATC)} for code in ("C09CA03", "C08CA01")]
    drug = {"resourceType": "Medication", "id": "m1", "ingredient": parts}
    order = medication(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    assert truth("arb", drug, order) == truth("ccb_dhp", drug, order) == (TRUE, TRUE)
    parts.append({"itemCodeableConcept": {"text": "神奇草"}})
    assert truth("arb", drug, order) == (TRUE, TRUE) and truth("acei", drug, order) == (UNKNOWN, UNKNOWN)


# --- allergies --------------------------------------------------------------------------------------------------------
def allergy(code: str = "C10AA01", system: str = ATC, **rest: Any) -> dict[str, Any]:
    made = {"resourceType": "AllergyIntolerance", "id": "al", "patient": {"reference": "Patient/a"}}
    return {**made, "code": concept(code, system), **rest}


def allergic(fact: str, *resources: Any) -> list[Any]:
    return [one.value for one in taken(*resources).chart.readings if one.fact == fact]


def test_an_allergy_to_a_drug_that_rules_ask_about_is_a_fact() -> None:
    assert allergic("statin_allergy", allergy()) == [True]
    assert allergic("statin_intolerance", allergy(type="intolerance")) == [True]
    assert allergic("metformin_intolerance", allergy("A10BA02")) == [True]
    assert allergic("sulfonylurea_allergy", allergy("A10BB12")) == [True]
    assert allergic("statin_allergy", allergy("C08CA01")) == []


def test_an_allergy_to_something_not_known_here_may_be_to_any_of_the_drugs() -> None:
    odd = allergy("999", "http://house")
    assert allergic("statin_allergy", odd) == ["unknown"] and codes(taken(odd)) == ["terms.unknown_drug"]
    assert allergic("statin_allergy", {**odd, "category": ["food"]}) == []
    assert allergic("statin_allergy", odd, {**allergy(), "id": "b"}) == [True]


def test_an_allergy_of_whom_nobody_can_tell_may_be_this_patients() -> None:
    whose = allergy(patient={"reference": "nonsense"})
    assert allergic("statin_allergy", patient(), whose) == ["unknown"]
    assert codes(taken(patient(), whose)) == ["fhir.other_patient", "fhir.doubtful"]
    named = taken(patient(), whose, patient="Patient/a")  # the host says who is meant: the rest is somebody else's
    assert codes(named) == ["fhir.other_patient"] and "statin_allergy" not in {one.fact for one in named.chart.readings}


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ({"verificationStatus": concept("refuted", VERIFIED)}, []),
        ({"verificationStatus": concept("unconfirmed", VERIFIED)}, ["unknown"]),
        ({"clinicalStatus": concept("resolved", "x")}, []),
        ({"modifierExtension": [{"url": "x"}]}, ["unknown"]),
    ],
)
def test_the_status_of_an_allergy(rest: dict[str, Any], found: list[Any]) -> None:
    assert allergic("statin_allergy", allergy(**rest)) == found


def test_no_known_allergy_is_not_an_allergy() -> None:
    assert codes(taken(allergy("716186003", SNOMED))) == []
