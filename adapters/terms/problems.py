"""What a reader says of a code, unit or name the book does not hold: a problem without any value of the patient."""

from typing import Literal

from sangao.adapters.terms.book import Said
from sangao.engine.errors import Problem, Span

Kind = Literal["code", "unit", "condition", "drug", "element"]
LONGEST = 60  # of a name in a message; a drug with its strength stays well below


def unmatched(
    kind: Kind, text: str, system: str | None = None, *, where: Span = Span(), fact: str | None = None
) -> Problem:
    """Return the problem of an entry the book does not hold; `text` is its code or name, never a value.

    >>> unmatched("drug", "神奇降压茶").text("en")
    'the drug `神奇降压茶` is not in the book of terms; no other drug of its list is assumed absent'
    >>> unmatched("code", "9999-9", "http://loinc.org").code
    'terms.unknown_code'
    """
    name = "unit" if kind == "unit" else "code"
    parts = {name: _short(text), "system": _short(system or "—")}
    return Problem(f"terms.unknown_{kind}", where, parts, fact=fact)


def set_aside(code: str, reason: Said, system: str | None = None, *, where: Span = Span()) -> Problem:
    """Return the note of a known code that is on purpose not read as a fact."""
    parts = {"code": _short(code), "system": _short(system or "—"), "reason": {"zh": reason.zh, "en": reason.en}}
    return Problem("terms.set_aside", where, parts)


def without_unit(code: str, fact: str, *, where: Span = Span()) -> Problem:
    """Return the problem of a bare number under a code whose unit must not be taken for granted (`Match.unit` None)."""
    return Problem("terms.no_unit", where, {"code": _short(code)}, fact=fact)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
