"""Whose resources these are: one patient, told from everybody else who may be named in a bundle."""

from collections.abc import Iterator

from sangao.adapters.fhir.gathering import Gathered, Resource, absolute, plain, tail
from sangao.adapters.fhir.shapes import Json, mapping, mappings, reference, text
from sangao.engine.errors import Problem, fail

SUBJECTS = ("subject", "patient")


def patient_of(gathered: Gathered, asked: str | None) -> tuple[Resource | None, frozenset[str]]:
    """Return the Patient that was sent (if any) and every name of the one patient this is about.

    `asked` names the patient meant (`Patient/a` or `a`), where a host knows. Raises SangaoError
    (`fhir.several_patients`) when more than one could be meant.
    """
    people = [one for one in gathered.resources if one.type == "Patient"]
    named = _names(asked)
    if named:
        people = [one for one in people if one.names & named] or people[:0]
    if len(people) > 1 and not _same(people):
        raise fail("fhir.several_patients", usage=True)
    if people:
        return people[0], frozenset().union(named, *(one.names for one in people))
    if named:
        return None, named
    referred = list(dict.fromkeys(found for one in gathered.resources if (found := _person(one)) is not None))
    inside = [one.contained(found) for one in gathered.resources if (found := _subject(one)) and found.startswith("#")]
    contained = [one for one in inside if one is not None and one.type == "Patient"]
    known: frozenset[str] = frozenset()
    for one in referred:
        if known and not refers(one, known):
            raise fail("fhir.several_patients", usage=True)
        known |= _names(one)
    if not _same(contained) or (referred and contained):
        raise fail("fhir.several_patients", usage=True)
    return (contained[0], contained[0].names) if contained else (None, known)


def belongs(resource: Resource, patient: Resource | None, names: frozenset[str]) -> Problem | None:
    """Return the problem of a resource that is another's (`fhir.other_patient`) or says of nobody whose it is."""
    if "focus" in resource.content and resource.type == "Observation":
        if all(refers(absolute(one, resource), names) for one in _references(resource.content.get("focus"))):
            return None
        return Problem("fhir.other_patient", resource.where)
    subject = _subject(resource)
    if subject is None:
        own = [one for kept in mappings(patient.content.get("identifier") if patient else None) for one in [_key(kept)]]
        given = next((mapping(resource.content.get(name)).get("identifier") for name in SUBJECTS), None)
        if isinstance(given, dict) and own and _key(given) is not None:
            return None if _key(given) in own else Problem("fhir.other_patient", resource.where)
        return Problem("fhir.no_subject", resource.where)
    if subject.startswith("#"):
        inside = resource.contained(subject)
        same = inside is not None and (patient is None or _same([patient, inside]))
        return None if same else Problem("fhir.other_patient", resource.where)
    whole = subject if resource.full is None else absolute(subject, resource)
    return None if refers(whole, names) else Problem("fhir.other_patient", resource.where)


def refers(given: str, names: frozenset[str]) -> bool:
    """Return whether a reference leads to who has these names; two servers may use one id for two people.

    A relative reference leads to its own server: see `gathering.absolute`.

    >>> refers("https://a.example/fhir/Patient/1", frozenset({"Patient/1", "1"}))
    True
    >>> refers("https://a.example/fhir/Patient/1", frozenset({"Patient/1", "https://b.example/fhir/Patient/1"}))
    False
    """
    found = plain(given)
    if found in names:
        return True
    servers = any(name.startswith("http") for name in names)
    return not (found.startswith("http") and servers) and tail(found) in names


def _names(asked: str | None) -> frozenset[str]:
    if not asked:
        return frozenset()
    found = plain(asked)
    own = tail(found) if "/" in found or ":" in found else f"Patient/{found}"
    return frozenset({found, own})


def _subject(resource: Resource) -> str | None:
    content = resource.content
    for name in SUBJECTS:
        if name in content and (found := reference(content[name])) is not None:
            return found
    return None


def _person(resource: Resource) -> str | None:
    """Return the reference to a person that a resource has, None for none, for groups and for who is inside it."""
    found = _subject(resource)
    if found is None or found.startswith("#"):
        return None
    kind = tail(found).partition("/")[0]
    return absolute(found, resource) if kind == "Patient" or ":" in kind else None


def _references(value: object) -> Iterator[str]:
    for one in mappings(value):
        yield text(one.get("reference")) or "—"


def _same(people: list[Resource]) -> bool:
    """Return whether several Patient resources tell of one person: by an identifier they share, or all they say."""
    if len(people) < 2:
        return True
    told = [{key: one.content.get(key) for key in ("gender", "birthDate")} for one in people]
    keys = [{_key(one) for one in mappings(person.content.get("identifier"))} - {None} for person in people]
    shared = bool(set.intersection(*keys)) or len({one.name for one in people}) == 1
    return all(one == told[0] for one in told) and shared


def _key(identifier: Json) -> tuple[str | None, str] | None:
    value = text(identifier.get("value"))
    return None if value is None else (text(identifier.get("system")), value)
