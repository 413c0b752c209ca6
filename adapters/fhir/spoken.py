"""What a coded diagnosis or drug is read as. Hosts send the same few codes over and over, so it is remembered."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from sangao.adapters.chinese.elements import is_unsure
from sangao.adapters.fhir.answers import among, answers
from sangao.adapters.fhir.editions import Open, left_open, says, system
from sangao.adapters.fhir.shapes import Concept
from sangao.adapters.terms import Book
from sangao.engine.systems import system_of

T = TypeVar("T")
SUSPECTED: Final = re.compile(r"\b(suspected|rule out|r/o)\b|^否认", re.IGNORECASE)
MOST: Final = 1024  # concepts that are remembered by each function here
FEW: Final = 4  # codes of such a concept: what hosts send has one or two, and none may fill the memory


def remembered(work: Callable[[Concept, Book], T]) -> Callable[[Concept, Book], T]:
    """Return a function of a concept that does not work out again what it said of the same words lately."""
    kept = lru_cache(MOST)(work)

    def found(name: Concept, book: Book) -> T:
        return kept(name, book) if len(name.codings) <= FEW else work(name, book)

    return found


@remembered
def diagnoses(name: Concept, book: Book) -> tuple[str, ...]:
    """Return the facts a diagnosis speaks of, by its codes, else by what it is called."""
    found = [fact for one in name.codings for fact in says(one, book)]
    found = found or [fact for one in name.names for fact in book.condition(None, None, one)]
    return tuple(dict.fromkeys(found))


@remembered
def suspected(name: Concept, book: Book) -> str | None:
    """Return the name of a diagnosis that is worded as a suspicion, as excluded or denied: its code is none, either.

    >>> from sangao.adapters.fhir.shapes import concept
    >>> from sangao.adapters.terms import book
    >>> i10 = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}]
    >>> [suspected(concept({"coding": i10, "text": one}), book()) for one in ("高血压待查", "高血压病")]
    ['高血压待查', None]
    """
    return next((one for one in name.names if is_unsure(one) or SUSPECTED.search(one)), None)


@remembered
def agreed(name: Concept, book: Book) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the facts a diagnosis speaks of that its codes agree on, and those they do not.

    A code that says more of the same is no contradiction: type 2 diabetes beside diabetes.

    >>> from sangao.adapters.fhir.shapes import concept
    >>> from sangao.adapters.terms import book
    >>> def read(*codes):
    ...     icd, sct = "http://hl7.org/fhir/sid/icd-10", "http://snomed.info/sct"
    ...     given = [{"system": sct if one.isdigit() else icd, "code": one} for one in codes]
    ...     return agreed(concept({"coding": given}), book())
    >>> read("E11.9", "44054006"), read("I10", "44054006"), read("E10.9", "E11.9")
    ((('diabetes', 't2dm'), ()), ((), ('hypertension', 'diabetes', 't2dm')), (('diabetes',), ('t1dm', 't2dm')))
    """
    facts = diagnoses(name, book)
    if len(name.codings) < 2:
        return facts, ()
    said = [found for one in name.codings if (found := frozenset(says(one, book)))]
    if all(one <= other or other <= one for one in said for other in said):
        return facts, ()
    common = frozenset.intersection(*said)
    return tuple(one for one in facts if one in common), tuple(one for one in facts if one not in common)


@remembered
def drugs(name: Concept, book: Book) -> tuple[str, ...]:
    """Return the facts a drug speaks of, by its codes, else by what it is called; a combination speaks of several."""
    found = [fact for one in name.codings for fact in book.drug(one.system, one.code, one.display)]
    found = found or [fact for one in name.names for fact in book.drug(None, None, one)]
    return tuple(dict.fromkeys(found))


@remembered
def bystander(name: Concept, book: Book) -> bool:
    """Return whether a drug goes by a name that is known and that no fact speaks of."""
    return any(book.bystander(one) for one in name.names)


@remembered
def native(name: Concept, book: Book) -> tuple[str, ...]:
    """Return the codes of a concept that the engine reads by itself, for facts that a pack of anybody's may have."""
    known = [one for one in name.codings if system_of(system(one)) in ("icd10", "atc")]
    return tuple(one.code for one in known if left_open(one, book) is None)


@remembered
def recorded(name: Concept, book: Book) -> tuple[tuple[str, str], ...]:
    """Return what the codes of a diagnosis state besides it, as (fact, value)."""
    return tuple(said for code in native(name, book) for said in book.recorded(code))


@remembered
def all_left_open(name: Concept, book: Book) -> tuple[Open, ...]:
    """Return what the codes of a concept leave open."""
    return tuple(open for one in name.codings if (open := left_open(one, book)) is not None)


@remembered
def none_known(name: Concept, book: Book) -> bool:
    """Return whether an item says that there is nothing to list."""
    return among(name, answers().none_known)


@remembered
def no_information(name: Concept, book: Book) -> bool:
    """Return whether an item says that nobody knows what there is to list."""
    return among(name, answers().no_information)
