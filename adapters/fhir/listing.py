"""Condition, MedicationRequest, MedicationStatement, AllergyIntolerance → the lists of the chart.

What is active goes in; a past condition goes in with its status, for a stroke that is over is still a stroke had. What
was refuted, stopped or never given is left out and claims nothing: refuting one diagnosis of diabetes denies neither
the other kinds nor diabetes itself. What nobody is sure of is unknown, so that the list does not let it be assumed
absent. An item that maps to no fact stays in the list under its own code, and suspends what the list would allow.
"""

from typing import Any

from sangao.adapters.fhir import spoken
from sangao.adapters.fhir.answers import answers
from sangao.adapters.fhir.gathering import Resource
from sangao.adapters.fhir.medicines import medicines
from sangao.adapters.fhir.shapes import Concept, Json, codes, concept, mapping, mappings, text
from sangao.adapters.fhir.standing import CONFIRMED, DOUBTFUL, PAST, REFUTED, standing, verified
from sangao.adapters.fhir.taking import Taken
from sangao.adapters.fhir.values import over
from sangao.adapters.terms import unmatched
from sangao.engine.chart import Entry, day_of

ORDERED = frozenset({None, "order", "original-order", "reflex-order", "filler-order", "instance-order"})
PROPOSED = frozenset({"proposal", "plan", "option"})
NOT_TAKEN = frozenset({"entered-in-error", "cancelled", "draft", "stopped", "not-taken", "intended", "ended"})
TAKEN = frozenset({"active", "recorded"})
AS_GIVEN = frozenset({None, "taking", "taking-as-directed"})
STOPPED = frozenset({"not-taking", "stopped"})


def condition(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add what a Condition says."""
    content = resource.content
    name = concept(content.get("code"))
    checked, said = verified(content.get("verificationStatus"))
    if checked in REFUTED:
        taken.deliver("conditions")
        taken.problem("fhir.left_out", resource, status=said)
        return
    if nothing(name, "conditions", taken):
        return
    facts, differing = spoken.agreed(name, taken.book)
    if differing:
        taken.problem("fhir.codes_differ", resource, facts="、".join(differing))
        _doubtful("conditions", name, differing, resource, taken, None)
    for open in spoken.all_left_open(name, taken.book):
        taken.doubt(open.facts, resource)
        taken.problem("fhir.other_edition", resource, code=open.code)
    clinical, stands = standing(content.get("clinicalStatus"))
    unsure = said if checked != CONFIRMED else stands if clinical == DOUBTFUL else spoken.suspected(name, taken.book)
    if not sound or unsure:
        _doubtful("conditions", name, facts, resource, taken, unsure if sound else None)
    else:
        start = text(content.get("onsetDateTime")) or text(mapping(content.get("onsetPeriod")).get("start"))
        end = text(content.get("abatementDateTime")) or text(mapping(content.get("abatementPeriod")).get("end"))
        gone = any(str(key).startswith("abatement") for key in content) and not _ahead(end, taken.on)
        status = clinical if clinical in PAST else "resolved" if clinical is None and gone else "active"
        span = {"start": start, "end": end if status != "active" else None}
        _items("conditions", resource, name, facts, taken, not differing, status=status, **span)
        for fact, value in spoken.recorded(name, taken.book) if not differing else ():
            taken.reading(fact, value, resource, at=start)


def _ahead(end: str | None, on: int) -> bool:
    """Return whether an end certainly lies after the day."""
    days = day_of(end) if end else None
    return days is not None and days[0] > on


def medication(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add what a MedicationRequest or MedicationStatement says is taken today."""
    content = resource.content
    status = text(content.get("status")) or "—"
    meant = medicines(resource, taken.gathered)
    if meant.dangling:
        taken.problem("fhir.dangling", resource)
    names = [one for one in meant.names if not nothing(one, "medications", taken)]
    left = _not_taken(resource, status, taken.on)
    if not names:
        return
    taken.deliver("medications")
    if left is not None:
        taken.problem("fhir.left_out", resource, status=left)
        return
    if sound and not meant.sound:
        taken.problem("fhir.medication", resource)
        sound = False
    adherence = next(iter(codes(mapping(content.get("adherence")).get("code"))), None)
    sure = status in TAKEN and adherence in AS_GIVEN and text(content.get("intent")) in ORDERED
    start = text(content.get("authoredOn")) or text(content.get("effectiveDateTime"))
    start = start or text(mapping(content.get("effectivePeriod")).get("start"))
    for name in names:
        facts = spoken.drugs(name, taken.book)
        if not facts and spoken.bystander(name, taken.book):
            continue  # a drug no fact speaks of is no gap
        if sound and sure:
            _items("medications", resource, name, facts, taken, start=start, dose=_dose(content))
        else:
            unsure = status if status not in TAKEN else adherence or text(content.get("intent")) or "—"
            _doubtful("medications", name, facts, resource, taken, unsure if sound else None)


def allergy(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add what an AllergyIntolerance says of the drugs that rules ask about."""
    content, known = resource.content, answers()
    name = concept(content.get("code"))
    if spoken.none_known(name, taken.book) or spoken.no_information(name, taken.book):
        return
    checked, said = verified(content.get("verificationStatus"))
    clinical, stands = standing(content.get("clinicalStatus"))
    if checked in REFUTED or clinical in PAST:
        taken.problem("fhir.left_out", resource, status=said if checked in REFUTED else stands)
        return
    unsure = said if checked != CONFIRMED else stands if clinical == DOUBTFUL else spoken.suspected(name, taken.book)
    table = known.intolerances if content.get("type") == "intolerance" else known.allergies
    agents = spoken.drugs(name, taken.book)
    facts = tuple(dict.fromkeys(table[drug] for drug in agents if drug in table))
    if not agents and _may_be_a_drug(content):
        taken.problems.append(unmatched("drug", name.name or "—", where=resource.where))
        taken.doubt([*known.allergies.values(), *known.intolerances.values()], resource)
    elif facts and (not sound or unsure):
        taken.problem("fhir.doubtful", resource, status=unsure or "—")
        taken.doubt(facts, resource)
    else:
        for fact in facts:
            taken.state(fact, resource)


def _may_be_a_drug(content: Json) -> bool:
    category = content.get("category")
    given = category if isinstance(category, list) else [category]
    return not set(map(str, given)) <= {"food", "environment"}


def nothing(name: Concept, kind: str, taken: Taken) -> bool:
    """Return whether an item only says that there is nothing to list (the list is delivered), or no information."""
    if spoken.none_known(name, taken.book):
        taken.deliver(kind)
        return True
    return spoken.no_information(name, taken.book)


def _doubtful(
    kind: str, name: Concept, facts: tuple[str, ...], resource: Resource, taken: Taken, status: str | None
) -> None:
    """Enter an item nobody is sure of: its facts are neither there nor assumed absent.

    Where it may mean something else (`status` None), or nobody can tell what, nothing of the list is assumed.
    """
    taken.deliver(kind)
    taken.doubt(facts, resource)
    if status is not None:
        taken.problem("fhir.doubtful", resource, status=status)
    if not facts:
        taken.entry(kind, Entry(name.name, "name", source=resource.name), (), resource)
    elif status is None:
        taken.suspend(kind, resource.name)


def _items(
    kind: str, resource: Resource, name: Concept, facts: tuple[str, ...], taken: Taken, coded: bool = True, **rest: Any
) -> None:
    """Add the entries of one item: its own code where the engine reads it (`coded`), and each fact the book knows."""
    entries = [Entry(fact, "fact", source=resource.name, **rest) for fact in facts]
    native = spoken.native(name, taken.book) if coded else ()
    if native:
        entries.append(Entry(native[0], "code", source=resource.name, **rest))
    elif not facts and coded:
        entries.append(Entry(name.name, "name", source=resource.name, **rest))
    for entry in entries:
        taken.entry(kind, entry, facts, resource)


def _not_taken(resource: Resource, status: str, on: int) -> str | None:
    """Return why a drug is certainly not taken by this resource, None when it may be."""
    content = resource.content
    if status in NOT_TAKEN:
        return status
    if content.get("doNotPerform") is True:
        return "doNotPerform"
    if text(content.get("intent")) in PROPOSED:
        return text(content.get("intent"))
    adherence = codes(mapping(content.get("adherence")).get("code"))
    if STOPPED.intersection(adherence):
        return adherence[0]
    if over(mapping(content.get("effectivePeriod")), on):
        return "effectivePeriod.end"
    return None


def _dose(content: Json) -> str | None:
    given = next(iter(mappings(content.get("dosageInstruction") or content.get("dosage"))), {})
    return text(given.get("text"))
