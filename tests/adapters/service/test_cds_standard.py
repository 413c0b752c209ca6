"""What the standard's own example requests get, and its own rules on all that the service says."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class as r4

from tests.adapters.invariants import broken, broken_hooks
from tests.adapters.service.hosted import Client, condition, drug, found, hosted, pressure

Json = dict[str, Any]
WHO = "1288992"
CODE = re.compile(
    r"[^\s]+(\s[^\s]+)*"
)  # of the FHIR type `code`, as which the standard models an id and a prefetch key
SERVICES = ("diagnosis-correctness", "risk-stratification", "next-steps")
PERSON: Json = {"resourceType": "Patient", "gender": "male", "birthDate": "1955-12-23", "id": WHO, "active": True}
AMOXICILLIN: Json = {
    "resourceType": "MedicationRequest",
    "id": "smart-MedicationRequest-103",
    "meta": {"lastUpdated": "2018-04-30T13:25:40.845-04:00"},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Amoxicillin</div>'},
    "status": "draft",
    "intent": "order",
    "medicationCodeableConcept": {
        "coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "617993", "display": "Amoxicillin"}
        ],
        "text": "Amoxicillin 120 MG/ML Oral Suspension",
    },
    "subject": {"reference": f"Patient/{WHO}"},
    "dosageInstruction": [{"text": "5 mL bid x 10 days", "doseAndRate": {"doseQuantity": {"value": 5, "unit": "mL"}}}],
}
DIET: Json = {
    "resourceType": "NutritionOrder",
    "id": "pureeddiet-simple",
    "status": "draft",
    "patient": {"reference": f"Patient/{WHO}"},
    "dateTime": "2014-09-17",
    "orderer": {"reference": "Practitioner/example", "display": "Dr Adam Careful"},
    "oralDiet": {"type": [{"text": "Pureed diet"}]},
}
ORDERS: Json = {"resourceType": "Bundle", "entry": [{"resource": DIET}, {"resource": AMOXICILLIN}]}
HOOKS: dict[str, Json] = {
    "patient-view": {},
    "order-select": {"selections": ["NutritionOrder/pureeddiet-simple", f"MedicationRequest/{AMOXICILLIN['id']}"]},
    "order-sign": {},
    "problem-list-item-create": {"conditions": found(condition("I10", "new", WHO))},
}


CARE = {
    "patient": PERSON,
    "bp": found(*(pressure(f"b{day}", 162, 104, f"2026-03-0{day}", WHO) for day in (2, 5, 9))),
    "conditions": found(condition("E78.5", "c1", WHO), condition("I10", "c2", WHO)),
    "meds": found({**drug("C09AA02"), "subject": {"reference": f"Patient/{WHO}"}}),
}
FACTS = {"on_antihypertensive": False, "symptomatic": False}
NEW = {**CARE, "conditions": found(), "meds": found()}  # a pressure that is high, and nothing on record of it
PAGED = {
    "patient": PERSON,
    "orders": found(
        {
            **AMOXICILLIN,
            "id": "rx\u2011page\u20111\u201101",
            "status": "active",
        },  # as the standard has it, hyphens and all
        total=2,
        link=[{"relation": "next", "url": f"https://ehr.example.org/fhir/MedicationRequest?patient={WHO}&_page=2"}],
    ),
}
SOUND = {"patient": PERSON, "bp": found(pressure("b", 112, 70, "2026-03-09", WHO)), "conditions": CARE["conditions"]}


def example(hook: str, prefetch: Json | None = None) -> Json:
    """Return a request in the shape of the examples of the standard."""
    context: Json = {"userId": "PractitionerRole/123", "patientId": WHO, "encounterId": "89284", **HOOKS[hook]}
    if hook.startswith("order"):
        context["draftOrders"] = ORDERS
    return {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "http://hooks.smarthealthit.org:9080",
        "hook": hook,
        "fhirAuthorization": {
            "access_token": "some-opaque-fhir-access-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/Patient.read user/Observation.read",
            "subject": "cds-service4",
        },
        "context": context,
        "prefetch": {"patientToGreet": PERSON} if prefetch is None else prefetch,
        "extension": {"cn.sangao.on": "2026-03-10", **({"cn.sangao.facts": FACTS} if prefetch is NEW else {})},
    }


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted() as one:
        yield one


def resources(cards: list[Json]) -> Iterator[Json]:
    for one in cards:
        for way in one.get("suggestions", ()):
            yield from (action["resource"] for action in way["actions"] if "resource" in action)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("service", SERVICES)
def test_the_examples_of_the_standard_are_answered_by_its_rules(client: Client, service: str, hook: str) -> None:
    for prefetch in (None, CARE, SOUND, NEW, PAGED):
        asked = example(hook, prefetch)
        assert broken_hooks(asked, "request") == []
        answer = client.post(f"/cds-services/{service}", json=asked)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said.keys() == {"cards"} and broken_hooks(said, "response") == []
        for one in resources(said["cards"]):
            assert broken(one) == []
            r4(one["resourceType"]).model_validate(one)


def test_what_is_suggested_in_these_calls_is_not_nothing(client: Client) -> None:
    """Else the rules above would hold of nothing."""
    said = {
        one["resourceType"]
        for service in SERVICES
        for care in (CARE, SOUND, NEW)
        for one in resources(
            client.post(f"/cds-services/{service}", json=example("patient-view", care)).json()["cards"]
        )
    }
    assert said == {"ServiceRequest", "Condition"}


def test_what_is_on_offer_is_as_the_standard_models_it(client: Client) -> None:
    offered = client.get("/cds-services").json()
    assert offered.keys() == {"services"} and broken_hooks(offered, "offered") == []
    for one in offered["services"]:
        assert one["hook"] in HOOKS and CODE.fullmatch(one["id"]) and one["title"] and one["description"]
        assert isinstance(one["usageRequirements"], str) and one["prefetch"]
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", one["version"])
        for key, query in one["prefetch"].items():
            assert CODE.fullmatch(key) and re.fullmatch(r"[A-Z][A-Za-z]+[/?][^{}]*\{\{context\.patientId\}\}.*", query)
    assert {(one["id"], one["hook"]) for one in offered["services"]} == {(id, one) for id in SERVICES for one in HOOKS}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("next-steps", {}, 400),
        ("next-steps", {"hook": "patient-view", "prefetch": {"bp": "x"}}, 400),
        ("next-steps", {**example("patient-view"), "prefetch": {}}, 412),
        ("no-such", example("patient-view"), 404),
    ],
)
def test_refusals_are_resources_by_the_rules(client: Client, path: str, body: Mapping[str, Any], status: int) -> None:
    answer = client.post(f"/cds-services/{path}", json=body)
    assert answer.status_code == status and broken(answer.json()) == []
    r4("OperationOutcome").model_validate(answer.json())


def test_feedback_by_the_rules_is_taken(client: Client) -> None:
    told = {
        "feedback": [
            {
                "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
                "outcomeTimestamp": "2020-12-11T00:00:00Z",
            },
            {
                "card": "9368d37b-283f-44a0-93ea-547cebab93ed",
                "outcome": "overridden",
                "overrideReason": {
                    "reason": {"code": "d7ecf885", "system": "https://example.com/cds-hooks/override-reason-system"}
                },
                "outcomeTimestamp": "2020-12-11T00:00:00Z",
            },
        ]
    }
    assert broken_hooks(told, "told") == []
    assert client.post("/cds-services/next-steps/feedback", json=told).status_code == 200
