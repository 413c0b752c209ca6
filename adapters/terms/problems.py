"""What a reader says of a code, unit or name the book does not hold: a problem without any value of the patient."""

import re
from typing import Literal

from sangao.adapters.terms.book import Said
from sangao.engine.errors import Problem, Span

Kind = Literal["code", "unit", "condition", "drug", "element"]
NOWHERE = Span()
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+*†_-]{0,31}")
_UNIT = re.compile(r"\S{1,24}")
_NAMED = {"zh": "(名称)", "en": "(a name)"}


def unmatched(
    kind: Kind, text: str, system: str | None = None, *, where: Span = NOWHERE, fact: str | None = None
) -> Problem:
    """Return the problem of an entry the book does not hold.

    `text` is its code, unit or name, never a value. A code stands in the message; a name is free text, which may hold
    anything, so it travels in `given` only.

    >>> unmatched("code", "9999-9", "http://loinc.org").text("en")
    'the code `9999-9` (http://loinc.org) of an observation is not in the book of terms; the result was not used'
    >>> problem = unmatched("drug", "神奇降压茶")
    >>> problem.text("en"), problem.given
    ('the drug (a name) is not in the book of terms; no other drug of its list is assumed absent', '神奇降压茶')
    """
    coded = (_UNIT if kind == "unit" else _CODE).fullmatch(text) is not None
    name = "unit" if kind == "unit" else "code"
    parts = {name: f"`{text}`" if coded else _NAMED, "system": (system or "—")[:80]}
    return Problem(f"terms.unknown_{kind}", where, parts, fact=fact, given=None if coded else text)


def set_aside(code: str, reason: Said, system: str | None = None, *, where: Span = NOWHERE) -> Problem:
    """Return the note of a known code that is on purpose not read as a fact (`Book.aside`)."""
    parts = {"code": code, "system": system or "—", "reason": {"zh": reason.zh, "en": reason.en}}
    return Problem("terms.set_aside", where, parts)


def without_unit(code: str, fact: str, *, where: Span = NOWHERE) -> Problem:
    """Return the problem of a bare number under a code whose unit must not be taken for granted (`Match.unit` None)."""
    return Problem("terms.no_unit", where, {"code": code}, fact=fact)


def bystander(name: str, *, where: Span = NOWHERE) -> Problem:
    """Return the note of a drug that is known and that no fact speaks of (`Book.bystander`)."""
    return Problem("terms.bystander", where, given=name)
