"""What a coded diagnosis or drug is read as. Hosts send the same few codes over and over, so it is remembered."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from sangao.adapters.fhir.answers import among, answers
from sangao.adapters.fhir.editions import Open, left_open, says, system
from sangao.adapters.fhir.shapes import Concept
from sangao.adapters.terms import Book
from sangao.engine.systems import system_of

T = TypeVar("T")
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
