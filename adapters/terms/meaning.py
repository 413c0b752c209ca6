"""Everything one text may mean here: a code of an observation, a unit, a data element, a diagnosis, a drug."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from sangao.adapters.terms.book import Book, Said

Way = Literal["code", "element", "condition", "drug", "unit"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a text means: as what it was read, the facts it says, its unit, and what there is to say besides."""

    read_as: Way
    facts: tuple[str, ...] = ()
    unit: str | None = None
    note: Said | None = None


def meanings(terms: Book, text: str, way: Way | None = None) -> tuple[Meaning, ...]:
    """Return what a text means, in every way or in one; empty when the book does not hold it.

    >>> from sangao.adapters.terms import book
    >>> [(one.read_as, one.facts) for one in meanings(book(), "I10")]
    [('condition', ('hypertension',))]
    >>> [(one.read_as, one.unit) for one in meanings(book(), "毫米汞柱")]
    [('unit', 'mmHg')]
    """
    return tuple(found for one in ([way] if way else WAYS) for found in _READ[one](terms, text))


def _code(terms: Book, text: str) -> Iterator[Meaning]:
    match = terms.observation("loinc", text)
    if match is not None:
        asked = Said("数值须带单位", "a number must come with its unit") if match.unit is None else None
        yield Meaning("code", (match.fact,), match.unit, asked)
    note = terms.panel("loinc", text) or terms.aside("loinc", text)
    if note is not None:
        yield Meaning("code", note=note)


def _element(terms: Book, text: str) -> Iterator[Meaning]:
    fact = terms.element(text)
    note = terms.part(text) or terms.aside("de", text)
    if fact is not None or note is not None:
        yield Meaning("element", (fact,) if fact is not None else (), note=note)


def _condition(terms: Book, text: str) -> Iterator[Meaning]:
    facts = terms.condition(None, text)
    if facts:
        stated = "、".join(f"{fact}={value}" for fact, value in terms.recorded(text))
        yield Meaning("condition", facts, note=Said(f"编码另写明 {stated}", f"states {stated}") if stated else None)


def _drug(terms: Book, text: str) -> Iterator[Meaning]:
    facts = terms.drug(None, text)
    if facts:
        yield Meaning("drug", facts)
    elif terms.bystander(text):
        yield Meaning("drug", note=Said("已识别,没有规则涉及它", "known, and no rule speaks of it"))


def _unit(terms: Book, text: str) -> Iterator[Meaning]:
    unit = terms.unit(text)
    if unit:
        ucum = terms.ucum(text)
        yield Meaning("unit", unit=unit, note=Said(f"UCUM {ucum}", f"UCUM {ucum}") if ucum else None)


_READ: dict[Way, Callable[[Book, str], Iterator[Meaning]]] = {
    "code": _code,
    "element": _element,
    "condition": _condition,
    "drug": _drug,
    "unit": _unit,
}
