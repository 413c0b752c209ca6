"""Observation → readings of the chart.

By rule: `final`, `amended`, `corrected` and `appended` are used. `entered-in-error` and `cancelled` were never so, and
`registered` is not yet: they are left out. Any other status (`preliminary` …) is a result nobody vouches for: the fact
is unknown at that time, and an older result does not take its place.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sangao.adapters.fhir import placing
from sangao.adapters.fhir.answers import answers
from sangao.adapters.fhir.belonging import refers
from sangao.adapters.fhir.gathering import Resource, tail
from sangao.adapters.fhir.shapes import Concept, Json, concept, mappings, text
from sangao.adapters.fhir.taking import UNKNOWN, Taken
from sangao.adapters.fhir.values import WITHOUT, effective, given
from sangao.adapters.naming import GOAL, Meant, meant
from sangao.adapters.specimens import SAMPLED
from sangao.adapters.terms import Match, set_aside, unmatched
from sangao.engine.chart import day_of
from sangao.engine.quantity import decimal_text, parse_pair

USED = frozenset({"final", "amended", "corrected", "appended"})
NEVER_SO = frozenset({"entered-in-error", "cancelled", "registered", "specimen-in-process"})
MMHG = "mmHg"
PERSONS = frozenset({"Patient", "RelatedPerson"})
FULL_DATE = 10  # characters
PRESSURES = ("sbp_office", "dbp_office")  # what a panel of blood pressure holds, in the order people write them


def take(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add what an Observation says; where `sound` is false it may not mean what it seems to, and is unknown."""
    content = resource.content
    status = text(content.get("status")) or "—"
    if status in NEVER_SO:
        taken.problem("fhir.left_out", resource, status=status)
        return
    if status not in USED:
        sound = False
    at = effective(content, taken.on)
    for holder, code in _parts(content):
        facts = _facts(code, taken)
        arm = None
        if len(facts) == 1 and (code.text or code.codings[0].display or len(code.codings) > 1):
            told = _told(facts[0].fact, code)
            if told.other is not None:
                _misnamed(resource, code, facts[0], told.other, at, taken)
                continue
            arm = told.arm
            if told.fact != facts[0].fact:  # an id that two share, told apart by the name
                facts = [replace(facts[0], fact=told.fact)]
        for match in facts:
            if status not in USED:
                taken.problem("fhir.not_final", resource, match.fact, status=status)
            elif len(facts) > 1:
                taken.problem("fhir.codes_differ", resource, match.fact, facts="、".join(one.fact for one in facts))
            usable = sound and len(facts) == 1 and "modifierExtension" not in holder
            _one(resource, holder, match, at, taken, usable, arm)
        if not facts:
            _other(resource, holder, code, at, taken, sound)


def _misnamed(resource: Resource, code: Concept, match: Match, other: str, at: str | None, taken: Taken) -> None:
    """Say that a result is named as something else than its code says: both are unknown at that time."""
    first = next((one.code for one in code.codings), "—")
    taken.problem("fhir.name_differs", resource, match.fact, code=first, named=other)
    for fact in (match.fact, other) if other != GOAL else ():
        taken.reading(fact, WITHOUT if match.kind != "bool" else UNKNOWN, resource, at=at)


@lru_cache(2048)
def _told(fact: str, code: Concept) -> Meant:
    """Return what a result is by its code and its names; hosts send the same ones over and over."""
    return meant(fact, code.names)


def _parts(content: Json) -> Iterator[tuple[Json, Concept]]:
    """Yield what holds a value, with its code: the observation itself unless it is only the frame of components."""
    components = mappings(content.get("component"))
    own = not components or "dataAbsentReason" in content or any(str(key)[:5] == "value" for key in content)
    code = concept(content.get("code"))
    if own:
        yield content, code
    for one in components:
        yield one, concept(one.get("code"))


def _facts(code: Concept, taken: Taken) -> list[Match]:
    """Return the facts the codes of a result stand for: one, unless its codes contradict each other."""
    if len(code.codings) == 1:
        match = taken.book.observation(code.codings[0].system, code.codings[0].code)
        return [match] if match is not None else []
    found = [taken.book.observation(one.system, one.code) for one in code.codings]
    return list({one.fact: one for one in found if one is not None}.values())


def _other(resource: Resource, holder: Json, code: Concept, at: str | None, taken: Taken, sound: bool) -> None:
    """Say what becomes of a result whose code is no fact: set aside, a pressure in one text, or not known here."""
    members = [text(one.get("reference")) for one in mappings(holder.get("hasMember"))]
    if members and all(taken.gathered.resolve(one, resource) for one in members):
        return  # the frame of results that were sent too, each read by itself
    for one in code.codings:
        aside = taken.book.aside(one.system, one.code)
        if aside is not None:
            taken.problems.append(set_aside(one.code, aside, one.system, where=resource.where))
            return
        if taken.book.panel(one.system, one.code) is not None:
            _pair(resource, holder, at, taken, sound)
            return
    first = next(iter(code.codings), None)
    name, system = (first.code, first.system) if first else (code.name or "—", None)
    taken.problems.append(unmatched("code", name, system, where=resource.where))


def _pair(resource: Resource, holder: Json, at: str | None, taken: Taken, sound: bool) -> None:
    """Read a blood pressure that was written as one text, `156/92 mmHg`; what else stands there is said of both."""
    both = parse_pair(text(holder.get("valueString")) or "")
    for i, fact in enumerate(PRESSURES):
        part = {"valueString": f"{decimal_text(both[i])} {both[2] or MMHG}"} if both else holder  # type: ignore[arg-type]
        _one(resource, part, Match(fact, "number", MMHG), at, taken, sound)


def _one(
    resource: Resource, holder: Json, match: Match, at: str | None, taken: Taken, sound: bool, side: str | None = None
) -> None:
    fact = match.fact
    found = given(holder, match, taken.book)
    if found.code is not None and sound:
        parts = dict(found.parts or {})
        if found.code == "terms.no_unit":
            parts["code"] = next((one.code for one in concept(holder.get("code")).codings), "—")
        taken.problem(found.code, resource, fact, **parts)
    if not found.tried:
        return
    if fact == "age" and (at is None or day_of(at) != (taken.on, taken.on)):
        taken.problem("fhir.age_then", resource, fact)
        return
    arm = None
    if fact in answers().arm_facts:
        arm, wrong = placing.where(resource.content)
        if side is not None and arm in (None, "any"):
            arm = side
        if wrong is not None:
            taken.problem(wrong, resource, fact)
            sound = False
    words = placing.specimen(resource, taken)
    if not placing.can_be_of(fact, words):
        taken.problem("chinese.sample_differs", resource, fact)
        sound = False
    if at is None:
        taken.problem("fhir.undated", resource, fact)
    elif len(at) < FULL_DATE and (days := day_of(at)) is not None and days[0] != days[1]:
        taken.problem("fhir.vague_date", resource, fact, at=at)
    value, unit = found.value, found.unit
    if not sound or found.code is not None:
        value, unit = WITHOUT if match.kind != "bool" else UNKNOWN, None
    qualifiers = _qualifiers(resource, match, arm, words, taken)
    taken.reading(fact, value, resource, unit=unit, at=at, qualifiers=qualifiers)


def _qualifiers(
    resource: Resource, match: Match, arm: str | None, words: str | None, taken: Taken
) -> tuple[tuple[str, str], ...]:
    """Return how the value was obtained, as far as that selects another fact; `words`: what is said of its specimen."""
    content = resource.content
    if arm is None and words is None and not {"performer", "extension", "device"}.intersection(content):
        return match.qualifiers
    found = dict(match.qualifiers)
    if match.fact in SAMPLED or "sample" in found:
        own = placing.sample(found.get("sample"), words)
        found |= {"sample": own} if own is not None else {}
    setting = placing.setting(content)
    if setting is not None:
        found["setting"] = setting
    if _by_themselves(resource, taken):  # a meter at home: which sample it was nobody says
        found["setting"] = "self"
        found.setdefault("sample", "unknown")
    if arm in ("left", "right"):
        found["arm"] = arm
        taken.arms.add(arm)
    return tuple(found.items())


def _by_themselves(resource: Resource, taken: Taken) -> bool:
    """Return whether the patient, or a relative, took the measurement."""
    for one in mappings(resource.content.get("performer")):
        given = text(one.get("reference"))
        if given is None and tail(text(one.get("type")) or "").rpartition("/")[2] in PERSONS:
            return True
        if given is not None and (refers(given, taken.patient) or tail(given).startswith("RelatedPerson/")):
            return True
    return False
