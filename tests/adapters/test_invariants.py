"""The rules of HL7 that our outputs are held to can themselves be broken: each by the smallest thing that breaks it."""

from typing import Any

import pytest

from tests.adapters.invariants import HOOKS, R4, broken, broken_hooks

Json = dict[str, Any]
TEXT = {"coding": [{"code": "problem-list-item"}]}


def a(kind: str, **rest: Any) -> Json:
    return {"resourceType": kind, **rest}


def contained(**rest: Any) -> Json:
    return a("RiskAssessment", contained=[a("Observation", id="o", **rest)], basis=[{"reference": "#o"}])


BREAKS: dict[str, Json] = {
    "ele-1": a("Condition", subject={"id": "x"}),
    "ext-1": a("Condition", extension=[{"url": "urn:x"}]),
    "dom-2": contained(contained=[a("Patient", id="p")]),
    "dom-3": a("RiskAssessment", contained=[a("Observation", id="o")]),
    "dom-4": contained(meta={"versionId": "1"}),
    "dom-5": contained(meta={"security": [{"code": "R"}]}),
    "ref-1": a("RiskAssessment", basis=[{"reference": "#gone"}]),
    "per-1": a("ServiceRequest", occurrencePeriod={"start": "2026-03-02", "end": "2026-03-01"}),
    "qty-3": a("Observation", valueQuantity={"value": 1, "code": "mg"}),
    "drq-1": a(
        "GuidanceResponse", dataRequirement=[{"type": "Observation", "codeFilter": [{"code": [{"code": "1"}]}]}]
    ),
    "drq-2": a("GuidanceResponse", dataRequirement=[{"dateFilter": [{"path": "effective", "searchParam": "date"}]}]),
    "bdl-1": a("Bundle", type="collection", total=1),
    "bdl-2": a("Bundle", type="collection", entry=[{"resource": a("Patient"), "search": {"mode": "match"}}]),
    "bdl-3": a("Bundle", type="transaction", entry=[{"resource": a("Patient")}]),
    "bdl-5": a("Bundle", type="collection", entry=[{"fullUrl": "urn:x"}]),
    "bdl-7": a("Bundle", type="collection", entry=[{"fullUrl": "urn:x", "resource": a("Patient")}] * 2),
    "bdl-8": a(
        "Bundle", type="collection", entry=[{"fullUrl": "http://x/Patient/1/_history/2", "resource": a("Patient")}]
    ),
    "inv-1": a("Parameters", parameter=[{"name": "x"}]),
    "ras-1": a("RiskAssessment", prediction=[{"probabilityRange": {"low": {"value": 1, "code": "1"}}}]),
    "ras-2": a("RiskAssessment", prediction=[{"probabilityDecimal": 101}]),
    "prr-1": a("ServiceRequest", orderDetail=[{"text": "x"}]),
    "con-3": a("Condition", category=[TEXT]),
    "con-4": a("Condition", abatementDateTime="2020", clinicalStatus={"coding": [{"code": "active"}]}),
    "con-5": a(
        "Condition",
        clinicalStatus={"coding": [{"code": "active"}]},
        verificationStatus={
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}
            ]
        },
    ),
}
HOOK_BREAKS: dict[str, tuple[str, Json]] = {
    "cds-r-1": ("request", {"fhirAuthorization": {"scope": "x"}}),
    "cds-r-2": ("request", {"fhirServer": "https://x", "fhirAuthorization": {"scope": "Patient/*.read"}}),
    "cds-resp-1": (
        "response",
        {"cards": [{"selectionBehavior": "at-most-one", "suggestions": [{"isRecommended": True}] * 2}]},
    ),
    "cds-resp-2": ("response", {"cards": [{"suggestions": [{"actions": [{"type": "delete"}]}]}]}),
    "cds-resp-3": ("response", {"cards": [{"links": [{"type": "absolute", "appContext": "x"}]}]}),
    "cds-resp-4": ("response", {"cards": [{"overrideReasons": [{"code": "x"}]}]}),
    "cds-resp-5": ("response", {"cards": [{"suggestions": [{"actions": [{"type": "create"}]}]}]}),
    "cds-resp-6": ("response", {"cards": [{"suggestions": [{"label": "x"}]}]}),
    "cds-resp-7": ("response", {"cards": [{"suggestions": [{"actionSelectionBehavior": "none"}]}]}),
    "cds-fb-1": ("told", {"feedback": [{"outcome": "ignored"}]}),
    "cds-fb-2": ("told", {"feedback": [{"outcome": "accepted"}]}),
    "cds-fb-3": ("told", {"feedback": [{"outcome": "overridden", "overrideReason": {"id": "x"}}]}),
}


@pytest.mark.parametrize("rule", [one.id for one in R4])
def test_each_rule_of_r4_can_be_broken(rule: str) -> None:
    assert rule in [one.split()[0] for one in broken(BREAKS[rule])]


@pytest.mark.parametrize("rule", [one.id for one in HOOKS])
def test_each_rule_of_cds_hooks_can_be_broken(rule: str) -> None:
    of, message = HOOK_BREAKS[rule]
    assert rule in [one.split()[0] for one in broken_hooks(message, of)]


def test_nothing_is_broken_by_what_keeps_the_rules() -> None:
    kept = contained(status="final", code={"text": "x"}, extension=[{"url": "urn:x", "valueString": "x"}])
    assert broken(kept) == broken(a("ServiceRequest", occurrencePeriod={"end": "2026-03-01"})) == []
    assert broken_hooks({"cards": []}, "response") == []
