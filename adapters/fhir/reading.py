"""FHIR resources → the chart of one patient, every fact traced to the resource it comes from (docs/fhir.md).

Plain objects in, as `json.loads` gives them; nothing is fetched, nothing raises for what a resource holds.

>>> pressure = {"resourceType": "Observation", "id": "bp1", "status": "final", "effectiveDateTime": "2025-03-09",
...     "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "subject": {"reference": "Patient/a"},
...     "valueQuantity": {"value": 152, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}
>>> found = read(pressure, date(2025, 3, 9))
>>> found.chart.readings[0].value, found.traced["sbp_office"]
(152, 'Observation/bp1')
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sangao.adapters.fhir import listing, observing, person, relating
from sangao.adapters.fhir.belonging import belongs, patient_of, refers
from sangao.adapters.fhir.gathering import Gathered, Resource, gather
from sangao.adapters.fhir.taking import Taken
from sangao.adapters.terms import Book, book
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, Span, fail

READERS: dict[str, Callable[[Resource, Taken, bool], None]] = {
    "Observation": observing.take,
    "Condition": listing.condition,
    "MedicationRequest": listing.medication,
    "MedicationStatement": listing.medication,
    "AllergyIntolerance": listing.allergy,
    "FamilyMemberHistory": relating.take,
}
LISTS = {
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "FamilyMemberHistory": "family_history",
}
BESIDE = frozenset({"Patient", "Medication", "Specimen"})  # read where another resource refers to them


@dataclass(frozen=True, slots=True)
class Reading:
    """A patient read from resources.

    `traced`: fact → the resource its latest statement comes from; each reading and entry of the chart names its own
    as `source`. `problems` stand in the chart too, so that they reach the result.
    """

    chart: Chart
    traced: Mapping[str, str]
    problems: tuple[Problem, ...]


def read(
    source: Mapping[str, Any] | Sequence[Any],
    on: date,
    terms: Book | None = None,
    *,
    patient: str | None = None,
    delivered: Collection[str] = (),
) -> Reading:
    """Return the chart of the patient of a bundle, a resource, or several of them, as of a day.

    `patient` names who is meant where a host knows (`Patient/a`); the resources of others are left out then.
    `delivered` names resource types that a host has fetched whole, so that none means an empty list (`Condition`).
    Raises SangaoError when the resources are of several patients and none was named (`fhir.several_patients`).
    """
    if not isinstance(source, Mapping | list | tuple):
        raise fail("fhir.unreadable", usage=True, element="resourceType")
    gathered = gather(source)
    whose, names = patient_of(gathered, patient)
    taken = Taken(on.toordinal(), terms or book(), gathered, names, problems=list(gathered.problems))
    if whose is not None:
        person.take(whose, taken, _sound(whose, taken))
    unread: Counter[str] = Counter()
    for resource in gathered.resources:
        reader = READERS.get(resource.type)
        if reader is None:
            unread[resource.type] += resource.type not in BESIDE
            continue
        problem = belongs(resource, whose, names)
        if problem is not None:
            taken.problems.append(problem)
        if problem is None or problem.code != "fhir.other_patient":
            reader(resource, taken, _sound(resource, taken))
        elif patient is None:
            _in_doubt(resource, taken)
    _whole(gathered, taken, delivered)
    taken.settle()
    for kind, count in (+unread).items():
        taken.problems.append(Problem("fhir.not_read", Span(kind), {"type": kind, "count": count}))
    return _read(whose, on, taken)


def _in_doubt(resource: Resource, taken: Taken) -> None:
    """Let nothing be assumed absent that a resource may say of this patient: whose it is, nobody can tell."""
    if resource.type in LISTS:
        taken.suspend(LISTS[resource.type], resource.name)
    elif resource.type == "AllergyIntolerance":
        listing.allergy(resource, taken, sound=False)


def _sound(resource: Resource, taken: Taken) -> bool:
    """Return whether a resource means what it says: no extension may change that, by the rules of FHIR."""
    if resource.content.get("modifierExtension") or resource.content.get("implicitRules"):
        taken.problem("fhir.modifier", resource)
        return False
    return True


def _whole(gathered: Gathered, taken: Taken, delivered: Collection[str]) -> None:
    """Deliver the lists whose search found nothing; where something may be missing, nothing may be assumed absent.

    Something is missing of a search that brought only some or was for somebody else, and wherever an entry is no
    resource anybody can tell.
    """
    for kind, name in LISTS.items():
        searched = any(
            not one or not taken.patient or refers(one, taken.patient) for one in gathered.searched.get(kind, ())
        )
        if (kind in gathered.partial or kind in gathered.searched) and not searched:
            taken.suspend(name, kind)
        elif searched or kind in delivered:
            taken.deliver(name)
    if any(one.code == "fhir.unreadable" for one in gathered.problems):
        for name in list(taken.lists):
            taken.suspend(name, "")


def _read(whose: Resource | None, on: date, taken: Taken) -> Reading:
    problems = tuple(_merged(taken.problems))
    lists = {name: tuple(entries) for name, entries in taken.lists.items()}
    identity = whose.content.get("id") if whose is not None else None
    named = identity if isinstance(identity, str) else next(iter(sorted(taken.patient)), None)
    chart = Chart(named, on, tuple(taken.readings), lists, problems=problems)
    return Reading(chart, {fact: name for fact, (_, name) in taken.traced.items()}, problems)


def _merged(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the problems, what is said of many resources alike once, with the other places beside it."""
    places: dict[tuple[str, str | None, str], list[Problem]] = {}
    for one in problems:
        places.setdefault((one.code, one.fact, repr(sorted(one.parts.items()))), []).append(one)
    for first, *others in places.values():
        yield replace(first, also=tuple(one.where for one in others)) if others else first
