"""Coded answers and the few other codes beside the book of terms, from `answers.yaml` and `relatives.yaml`.

Both are data of this adapter: they tell apart codes that only FHIR resources carry.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sangao.adapters.fhir.shapes import Concept
from sangao.adapters.specimens import CODES

HERE = Path(__file__).parent
SYSTEMS = {
    "http://snomed.info/sct": "snomed",
    "http://loinc.org": "loinc",
    "http://terminology.hl7.org/codesystem/v2-0136": "v2-0136",
    "http://terminology.hl7.org/codesystem/v2-0487": "v2-0487",
    "http://terminology.hl7.org/codesystem/v3-rolecode": "v3",
    "http://hl7.org/fhir/v3/rolecode": "v3",
    "http://hl7.org/fhir/uv/ips/codesystem/absent-unknown-uv-ips": "absent-unknown-uv-ips",
}


class Answers(NamedTuple):
    """Codes, each as `system:code`, to what they say."""

    truths: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    arms: Mapping[str, str]
    arm_facts: frozenset[str]
    circumstances: Mapping[str, frozenset[str]]
    setting_in: str
    settings: Mapping[str, str]
    specimens: Mapping[str, str]
    none_known: frozenset[str]
    no_information: frozenset[str]
    allergies: Mapping[str, str]
    intolerances: Mapping[str, str]
    verification: Mapping[str, str]
    clinical: Mapping[str, str]


class Relatives(NamedTuple):
    """Who counts as a first-degree relative (code → sex or `any`), and when an onset is early."""

    first_degree: Mapping[str, str]
    words: Mapping[str, str]
    fact: str
    conditions: frozenset[str]
    early_below: str
    late_from: Mapping[str, str]


@cache
def answers() -> Answers:
    """Return the coded answers.

    >>> answers().values["smoke_status"]["snomed:8517006"]
    'former'
    """
    given = document("answers.yaml")
    return Answers(
        truths=_turned({"true": given["positive"], "false": given["negative"]}),
        values={str(fact): _turned(found) for fact, found in given["answers"].items()},
        arms=_turned(given["arms"]),
        arm_facts=frozenset(given["arm_facts"]),
        circumstances={url: frozenset(codes) for url, codes in given["circumstances"].items()},
        setting_in=given["setting_in"],
        settings=_turned(given["settings"]),
        specimens=_turned(given["specimens"]) | {f"v2-0487:{code}": said for code, said in CODES.items()},
        none_known=frozenset(given["none_known"]),
        no_information=frozenset(given["no_information"]),
        allergies=given["allergies"],
        intolerances=given["intolerances"],
        verification=_turned(given["verification"]),
        clinical=_turned(given["clinical"]),
    )


@cache
def relatives() -> Relatives:
    """Return who counts in a family history.

    >>> relatives().first_degree["v3:FTH"], relatives().early_below
    ('male', '50')
    """
    given = document("relatives.yaml")
    early = given["premature"]
    return Relatives(
        _turned(given["first_degree"]),
        _turned(given["words"]),
        early["fact"],
        frozenset(early["conditions"]),
        early["early_below"],
        early["late_from"],
    )


def keys(concept: Concept) -> tuple[str, ...]:
    """Return the codes of a concept as `system:code`.

    >>> from sangao.adapters.fhir.shapes import concept
    >>> keys(concept({"coding": [{"system": "http://snomed.info/sct", "code": "8517006"}]}))
    ('snomed:8517006',)
    """
    return tuple(f"{SYSTEMS.get((one.system or '').rstrip('/').lower(), '')}:{one.code}" for one in concept.codings)


def said(concept: Concept, table: Mapping[str, str]) -> str | None:
    """Return what the first known code of a concept says, None when none is known or two say different things."""
    found = {table[key] for key in keys(concept) if key in table}
    return found.pop() if len(found) == 1 else None


def coded(concept: Concept) -> bool:
    """Return whether a concept has a code of a system that is known here."""
    return any(not key.startswith(":") for key in keys(concept))


def among(concept: Concept, known: Iterable[str]) -> bool:
    """Return whether one of the codes of a concept is among those known."""
    return not set(keys(concept)).isdisjoint(known)


def document(name: str) -> dict[str, Any]:
    """Return a YAML file of this folder."""
    import yaml

    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


def _turned(given: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {str(code): str(value) for value, codes in given.items() for code in codes}
