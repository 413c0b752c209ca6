"""Diagnoses: from an ICD-10 code, a SNOMED concept or a name to every fact it says, and what it says of a relative."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sangao.adapters.terms.lexicon import Lexicon
from sangao.adapters.terms.prefixes import Prefixes, closed
from sangao.engine.run.lists import codes
from sangao.engine.systems import System

KEPT = 4096  # items remembered


@dataclass(frozen=True)
class Diagnoses:
    """The diagnoses of the book; `recorded`: what a code of the national edition states besides.

    `own` are the categories that stand with the facts, which a pack reads by itself, `icd10` all of them; `contained`
    is what codes show to be broader, `implied` all that is.
    """

    own: Prefixes
    icd10: Prefixes
    snomed: Mapping[str, tuple[str, ...]]
    names: Lexicon
    family: Mapping[str, str]
    recorded: Mapping[str, tuple[tuple[str, str], ...]]
    contained: Mapping[str, tuple[str, ...]]
    implied: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        # A ward sends the same few hundred items all day: what one says is worked out once.
        object.__setattr__(self, "find", lru_cache(KEPT)(self.find))

    def find(self, system: System | None, code: str, text: str) -> tuple[str, ...]:
        """Return the facts a code says, and only where it says none those of the name."""
        found: tuple[str, ...] = ()
        if system in (None, "icd10"):
            found = self.icd10.find(code)
        if not found and system in (None, "snomed"):
            found = self.snomed.get(code.strip(), ())
        return closed(found or self.names.read(text) or (self.names.read(code) if not text else ()), self.implied)

    def more(self, code: str) -> bool:
        """Return whether the book reads more from an ICD-10 code than a pack does by itself."""
        return set(closed(self.own.find(code), self.contained)) != set(self.find("icd10", code, ""))

    def stated(self, code: str) -> tuple[tuple[str, str], ...]:
        """Return what a code states besides its diagnosis, as (fact, value)."""
        return tuple(said for one in codes(code) for said in self.recorded.get(one, ()))

    def of_relative(self, facts: tuple[str, ...]) -> tuple[str, ...]:
        """Return what diagnoses of a relative of the first degree say of the patient's family history."""
        return tuple(dict.fromkeys(self.family[one] for one in facts if one in self.family))
