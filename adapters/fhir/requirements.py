"""Which resources would tell a fact: the `DataRequirement` of what is missing.

Codes are those of the facts and of the book of terms; every requirement also names the fact itself, for what no public
code exists for.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sangao.adapters.terms import Book, book
from sangao.engine.fact import Fact

FACT = "urn:sangao:fact"
LOINC, ICD10, ATC = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10", "http://www.whocc.no/atc"
TYPES = {"conditions": "Condition", "medications": "MedicationRequest", "family_history": "FamilyMemberHistory"}
OF_PATIENT = {"sex": "gender", "birth_date": "birthDate", "age": "birthDate"}


def type_of(fact: Fact) -> str:
    """Return the resource type that tells a fact.

    >>> type_of(Fact("ckd", "bool", "慢性肾脏病", "chronic kidney disease", list="conditions"))
    'Condition'
    """
    return "Patient" if fact.id in OF_PATIENT else TYPES.get(fact.list or "", "Observation")


def codings(fact: Fact, terms: Book | None = None) -> list[dict[str, str]]:
    """Return the codes a fact is known by, the fact's own id last."""
    known = dict(fact.codes)
    loinc = _loinc(terms or book()).get(fact.id, ())
    found = [{"system": LOINC, "code": code} for code in loinc]
    found += [{"system": ICD10, "code": code} for code in known.get("icd10", ()) if fact.list == "conditions"]
    found += [{"system": ATC, "code": code} for code in known.get("atc", ()) if fact.list == "medications"]
    return [*found, {"system": FACT, "code": fact.id, "display": fact.zh}]


def requirement(
    fact: Fact, on: str, needs: Mapping[str, Any] | None = None, terms: Book | None = None
) -> dict[str, Any]:
    """Return the DataRequirement of a fact; `needs` (`{days, until}`) says until when values of a window count."""
    kind = type_of(fact)
    found: dict[str, Any] = {"type": kind}
    if kind == "Patient":
        return {**found, "mustSupport": [OF_PATIENT[fact.id]]}
    path = {"MedicationRequest": "medication", "FamilyMemberHistory": "condition.code"}.get(kind, "code")
    found["codeFilter"] = [{"path": path, "code": codings(fact, terms)}]
    until = (needs or {}).get("until")
    if kind == "Observation" and isinstance(until, str):
        found["dateFilter"] = [{"path": "effective", "valuePeriod": {"start": on, "end": until}}]
    return found


def _loinc(terms: Book) -> Mapping[str, tuple[str, ...]]:
    return _turned(id(terms), tuple((code, match.fact) for code, match in terms.observations.items()))


@cache
def _turned(_: int, pairs: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, fact in pairs:
        found[fact] = (*found.get(fact, ()), code)
    return found
