"""Suggestions: FHIR actions a user may take with one click, as far as the hook allows.

`create` orders what is missing or advised and records a diagnosis, `update` marks a recorded diagnosis as provisional,
`delete` removes a drafted order. Every created resource is a proposal: drafts and provisional diagnoses, no doses.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sangao.adapters.service.cds.offered import Coded, Offer
from sangao.adapters.service.cds.phrases import word
from sangao.adapters.service.ids import fresh
from sangao.engine.explain import names
from sangao.engine.pack import ir

LOINC: Final = "http://loinc.org"
VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
MOST: Final = 8
Json = dict[str, Any]


def suggestion(label: str, actions: list[Json], recommended: bool = False) -> Json:
    """Return a suggestion; a user who accepts it takes all its actions."""
    found: Json = {"label": label, "uuid": str(fresh()), "actions": actions}
    return {**found, "isRecommended": True} if recommended else found


def order_missing(pack: ir.Pack, sets: Iterable[tuple[str, ...]], patient: str, lang: str) -> list[Json]:
    """Return suggestions to order the tests that would settle an answer: one for each small set that can be ordered.

    A fact that no laboratory or device reports (a symptom, a history) is asked, not ordered.
    """
    found = []
    for facts in sets:
        codes = [(fact, code) for fact in facts if (code := _loinc(pack, fact)) is not None]
        if len(codes) != len(facts) or len(codes) > MOST:
            continue
        titles = [names.thing(pack, fact, lang) for fact in facts]
        actions = [
            create(
                word("order_missing", lang, title),
                service_request(patient, title, [{"system": LOINC, "code": code, "display": title}]),
            )
            for (fact, code), title in zip(codes, titles, strict=True)
        ]
        joined = ("、" if lang == "zh" else ", ").join(titles)
        found.append(suggestion(word("order_missing", lang, joined), actions))
        if len(found) == 2:
            break
    return found


def service_request(patient: str, title: str, coding: list[Json], **more: Any) -> Json:
    """Return a drafted order as a FHIR resource."""
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {"coding": coding, "text": title},
        "subject": {"reference": f"Patient/{patient}"},
        **more,
    }


def create(description: str, resource: Json) -> Json:
    """Return an action that creates a resource."""
    return {"type": "create", "description": description, "resource": resource}


def remove(reference: str, title: str, lang: str) -> Json:
    """Return a suggestion to remove a drafted order."""
    said = word("remove", lang, title)
    return suggestion(said, [{"type": "delete", "description": said, "resourceId": reference}], recommended=True)


def doubt(condition: Mapping[str, Any], title: str, lang: str) -> Json:
    """Return a suggestion to mark a recorded diagnosis as provisional: the whole resource, with that one change."""
    said = word("doubt", lang, title)
    status = {"coding": [{"system": VERIFICATION, "code": "provisional"}]}
    return suggestion(
        said, [{"type": "update", "description": said, "resource": {**condition, "verificationStatus": status}}]
    )


def record(one: Coded, patient: str, lang: str) -> Json:
    """Return a suggestion to enter a diagnosis on the problem list, provisional until a doctor confirms it."""
    said = word("record", lang, one.said.in_(lang))
    resource = {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
        "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "provisional"}]},
        "category": [{"coding": [{"system": CATEGORY, "code": "problem-list-item"}]}],
        "code": {"coding": [one.coding(lang)], "text": one.said.in_(lang)},
        "subject": {"reference": f"Patient/{patient}"},
    }
    return suggestion(said, [create(said, resource)])


def advised(offer: Offer, form: ir.Advice, title: str, patient: str, due: str | None, lang: str) -> Json | None:
    """Return the suggestion that carries out an advice; None for what a click cannot do (talks, habits, drugs)."""
    kind = {"order": "order", "refer": "refer", "follow_up": "plan"}.get(form.kind)
    if kind is None:
        return None
    coding = [{"system": f"{offer.system}:action", "code": form.code, "display": title}]
    more: Json = {"priority": PRIORITY[form.urgency]}
    if due is not None:
        more["occurrencePeriod"] = {"end": due}
    said = word(kind, lang, title)
    return suggestion(said, [create(said, service_request(patient, title, coding, **more))])


PRIORITY: Final = {"emergency": "stat", "urgent": "urgent", "soon": "asap", "routine": "routine"}


def _loinc(pack: ir.Pack, fact: str) -> str | None:
    declared = pack.dictionary.facts.get(fact)
    if declared is None or declared.kind != "number" or declared.list is not None:
        return None
    return next((codes[0] for system, codes in declared.codes if system == "loinc" and codes), None)
