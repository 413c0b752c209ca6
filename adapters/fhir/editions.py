"""Diagnoses coded in another country's edition of ICD-10: read as ICD-10 where the two say the same, else left open.

The editions share their categories. ICD-10-CM has categories and subdivisions of its own, and a few that mean something
else: `editions.yaml` names those that matter here, and a letter in the third or fourth place is always CM's own.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from sangao.adapters.fhir.answers import document
from sangao.adapters.fhir.shapes import Coding
from sangao.adapters.terms import Book

ICD10 = "http://hl7.org/fhir/sid/icd-10"
EDITION = re.compile(r"/icd-?10-(cm|cn|gm|am|ca|uk)/?$")
EXTENDED = re.compile(r"([A-Z][0-9]{2}\.[0-9X]{3})[A-Z]")  # the seventh place says which encounter it was
OWN = re.compile(r"([A-Z][0-9](?:[A-Z]|[0-9](?=\.?[A-WYZ])))\.?[0-9A-Z]{0,4}")


class Open(NamedTuple):
    """A code that says something else than ICD-10: as it was sent, and the facts it leaves unknown."""

    code: str
    facts: frozenset[str]


def system(one: Coding) -> str | None:
    """Return the system of a code, ICD-10 for its editions."""
    return ICD10 if _edition(one.system) else one.system


def says(one: Coding, book: Book) -> tuple[str, ...]:
    """Return the facts of a coded diagnosis, without those its edition leaves open.

    >>> from sangao.adapters.terms import book
    >>> [says(Coding(f"{ICD10}-cm", code, None), book()) for code in ("E66.9", "E66.3", "T78.3XXA", "E11.A")]
    [('obesity',), (), ('angio_oedema',), ()]
    """
    found, open = book.condition(system(one), plain(one), one.display), left_open(one, book)
    return tuple(fact for fact in found if open is None or fact not in open.facts)


def plain(one: Coding) -> str:
    """Return a code without what ICD-10-CM adds in the seventh place."""
    extended = EXTENDED.fullmatch(one.code.upper()) if _is_cm(one) else None
    return extended[1] if extended else one.code


def left_open(one: Coding, book: Book) -> Open | None:
    """Return what a code leaves open because its edition is not ICD-10, None where the two say the same.

    >>> from sangao.adapters.terms import book
    >>> sorted(left_open(Coding(f"{ICD10}-cm", "E11.A", None), book()).facts)
    ['diabetes', 't2dm']
    """
    if not _is_cm(one):
        return None
    code = one.code.upper()
    bare = code.replace(".", "")
    known = next((facts for start, facts in _differing().items() if bare.startswith(start)), None)
    if known is not None:
        return Open(one.code, known)
    own = OWN.fullmatch(code)
    return Open(one.code, frozenset(book.condition(ICD10, own[1]))) if own else None


def _is_cm(one: Coding) -> bool:
    return _edition(one.system) == "cm"


@lru_cache(64)
def _edition(system: str | None) -> str | None:
    found = EDITION.search((system or "").lower())
    return found[1] if found else None


@cache
def _differing() -> Mapping[str, frozenset[str]]:
    found: Mapping[str, list[str]] = document("editions.yaml")["icd-10-cm"]
    return {code.replace(".", ""): frozenset(facts) for code, facts in found.items()}
