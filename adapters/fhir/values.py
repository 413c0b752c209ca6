"""What a FHIR value says, in the form a chart takes it: a number or text with its unit, and when it was so.

A value that is there and cannot be read is never passed over: it becomes a reading without a value, so that an older
reading does not take its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from sangao.adapters.fhir.answers import answers, said
from sangao.adapters.fhir.shapes import Json, brief, codes, concept, mapping, text
from sangao.adapters.terms import Book, Match
from sangao.adapters.units import bare_unit
from sangao.engine import quantity
from sangao.engine.chart import day_of
from sangao.engine.quantity import parse_number

UCUM = "http://unitsofmeasure.org"
COMPARATORS = frozenset({"<", "<=", ">", ">="})
NOT_TRIED = frozenset({"not-performed", "not-asked", "asked-declined", "not-permitted", "not-applicable"})
"""Reasons of an absent value that say that nobody measured; the others hide a value that may exist."""
WITHOUT = "no value"
"""What stands in a chart for a reading whose value is not known: no quantity, no truth and no code."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value as the chart takes it, or why there is none: a problem's code with its parts.

    `tried` is false where nobody measured: nothing is entered then.
    """

    value: Any = None
    unit: str | None = None
    code: str | None = None
    parts: Mapping[str, Any] | None = None
    tried: bool = True


def given(holder: Json, match: Match, book: Book) -> Given:
    """Return what the value[x] of an observation or component says of the fact it was matched to."""
    forms = [key for key in holder if str(key)[:5] == "value" and key[5:6].isupper() and holder[key] is not None]
    reasons = codes(holder["dataAbsentReason"]) if "dataAbsentReason" in holder else ()
    if (reasons and forms) or len(forms) > 1:
        return Given(code="fhir.unreadable", parts={"element": "value[x]"})
    if not forms:
        parts = {"reason": reasons[0] if reasons else "—"}
        return Given(code="fhir.no_value", parts=parts, tried=not NOT_TRIED.intersection(reasons))
    reader = READERS.get(forms[0])
    if reader is None:
        return Given(code="fhir.value_form", parts={"form": forms[0]})
    return reader(holder[forms[0]], match, book)


def _quantity(value: Any, match: Match, book: Book) -> Given:
    found = mapping(value)
    number, comparator = _number(found.get("value")), found.get("comparator")
    if number is None:
        return Given(code="fhir.unreadable", parts={"element": "valueQuantity.value"})
    if comparator is not None and str(comparator) not in COMPARATORS:
        return Given(code="fhir.unreadable", parts={"element": "valueQuantity.comparator"})
    unit = _unit(found, book)
    if unit is None:
        return Given(code="fhir.unit_conflict", parts={})
    if not unit:
        if match.unit is None and match.kind == "number":
            return Given(code="terms.no_unit", parts={})
        unit = match.unit or ""
    return Given(f"{comparator}{number}" if comparator else number, unit or None)


def _number(value: Any) -> int | float | str | None:
    """Return a number as it was given, None for what is none; a decimal text keeps its digits."""
    if isinstance(value, Decimal):
        value = str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= 10**15:
        return None  # no measurement, and it may be longer than Python turns into text
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) or parse_number(value) is not None else None


def _unit(given: Json, book: Book) -> str | None:
    """Return the unit as it is to be read, empty when none stands, None when its two spellings disagree.

    The UCUM code is the unit by law; what people read beside it must not say another.
    """
    words = (given.get("code"), given.get("unit"), given.get("system"))
    return _remembered(*words, book) if brief(*words) else _read_as(*words, book)


def _read_as(given: Any, beside: Any, system: Any, book: Book) -> str | None:
    code, shown = text(given), text(beside)
    code = bare_unit(code, book) if code else code
    shown = bare_unit(shown, book) if shown else shown
    if code is None or shown is None:
        return _named(code or shown or "", book)
    known = book.unit(code), book.unit(shown)
    if None not in known and known[0] != known[1]:
        return None
    return _named(code if text(system) in (UCUM, None) else shown, book)


def _named(unit: str, book: Book) -> str:
    """Return a unit as the engine reads it: by its own spelling, else by the name the book has for it."""
    known = book.unit(unit)
    return unit if not known or quantity.unit_name(unit) == known else known


_remembered = lru_cache(1024)(_read_as)


def _whole(value: Any, match: Match, book: Book) -> Given:
    return _quantity({"value": value}, match, book)


def _words(value: Any, match: Match, book: Book) -> Given:
    found = text(value)
    if found is None:
        return Given(code="fhir.unreadable", parts={"element": "value[x]"})
    if match.kind == "code":
        return Given(book.answer(match.fact, found) or found)
    number = quantity.read(found) if match.kind == "number" else None
    if number is None or number.unit or number.mark:
        return Given(found)
    return Given(code="terms.no_unit", parts={}) if match.unit is None else Given(found, match.unit or None)


def _truth(value: Any, match: Match, book: Book) -> Given:
    return Given(value) if isinstance(value, bool) else Given(code="fhir.unreadable", parts={"element": "valueBoolean"})


def _coded(value: Any, match: Match, book: Book) -> Given:
    found = concept(value)
    table = answers().values.get(match.fact) or answers().truths
    meaning = said(found, table)
    if meaning is not None:
        return Given(meaning)
    words = next((value for one in found.names if (value := book.answer(match.fact, one))), found.name)
    return Given(words) if words else Given(code="fhir.unreadable", parts={"element": "valueCodeableConcept"})


READERS: dict[str, Callable[[Any, Match, Book], Given]] = {
    "valueQuantity": _quantity,
    "valueInteger": _whole,
    "valueString": _words,
    "valueBoolean": _truth,
    "valueCodeableConcept": _coded,
    "valueDateTime": _words,
    "valueDate": _words,
}


def effective(content: Json, on: int) -> str | None:
    """Return when an observation was true: its moment, or of a period its end (its start while it lasts).

    `on` is the ordinal day of the chart. A part of a date is passed on as it is; the chart reads it as an interval.

    >>> effective({"effectivePeriod": {"start": "2025-03-08", "end": "2025-03-09"}}, 800000)
    '2025-03-09'
    """
    for key in ("effectiveDateTime", "effectiveInstant"):
        if content.get(key) is not None:
            return text(content[key]) or WITHOUT
    period = mapping(content.get("effectivePeriod"))
    if period:
        return ended(period, on)
    timing = mapping(content.get("effectiveTiming"))
    events = [one for one in (timing.get("event") or ()) if text(one)] if isinstance(timing.get("event"), list) else []
    bounds = mapping(mapping(timing.get("repeat")).get("boundsPeriod"))
    return max(events, default=None) or ended(bounds, on)


def ended(period: Json, on: int) -> str | None:
    """Return the end of a period that is over on the day, else its start."""
    start, end = text(period.get("start")), text(period.get("end"))
    days = day_of(end) if end else None
    return end if end and (days is None or days[0] <= on or not start) else start


def over(period: Json, on: int) -> bool:
    """Return whether a period has certainly ended before the day."""
    end = text(period.get("end"))
    days = day_of(end) if end else None
    return days is not None and days[1] < on
