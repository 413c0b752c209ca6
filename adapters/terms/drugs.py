"""Drugs: from an ATC code, a generic name, a brand or a prescription line to every class of drug it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sangao.adapters.terms.lexicon import Lexicon
from sangao.adapters.terms.prefixes import Prefixes, closed

KEPT = 4096  # items remembered


@dataclass(frozen=True)
class Drugs:
    """The drugs of the book. `names` reads texts as substances, `facts` says what each is, `sets` what several are.

    `whole` are names of the facts themselves (zh, en, synonyms), `implied` the broader classes.
    """

    codes: Prefixes
    names: Lexicon
    facts: Mapping[str, tuple[str, ...]]
    sets: Mapping[frozenset[str], tuple[str, ...]]
    whole: Lexicon
    implied: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        # A ward sends the same few hundred items all day: what one says is worked out once.
        object.__setattr__(self, "find", lru_cache(KEPT)(self.find))

    @property
    def contained(self) -> Mapping[str, tuple[str, ...]]:
        """Return what codes show to be broader: for drugs that is all there is."""
        return self.implied

    def find(self, code: str, text: str) -> tuple[str, ...]:
        """Return every fact that the code or the name speaks of; a drug holds what either says."""
        named = (*self.codes.find(code), *self.named(text), *(self.named(code) if not text else ()))
        return closed(named, self.implied)

    def named(self, text: str) -> tuple[str, ...]:
        """Return the facts a name speaks of, without what they imply."""
        substances = self.names.read(text)
        alone = self.sets.get(frozenset(substances))
        if alone is not None:
            return alone
        found = tuple(fact for one in substances for fact in self.facts[one])
        return (*found, *self.whole.read(text))

    def bystander(self, text: str) -> bool:
        """Return whether a name is understood and no fact speaks of any drug in it."""
        return bool(self.names.read(text)) and not self.named(text)
