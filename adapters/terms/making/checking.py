"""What every part of a book is checked against: the declared facts, and that no name has two meanings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sangao.adapters.terms.lexicon import plain
from sangao.adapters.terms.spelling import folded
from sangao.engine.errors import Problem
from sangao.engine.quantity import normalise
from sangao.engine.rules.documents import FactDoc
from sangao.engine.rules.text import Text


@dataclass(slots=True)
class Checking:
    """The declared facts, and every problem found so far."""

    facts: dict[Text, FactDoc]
    problems: list[Problem] = field(default_factory=list)

    def known(self, facts: Iterable[Text]) -> None:
        """Say which facts are not declared."""
        for one in facts:
            if one not in self.facts:
                self.problems.append(Problem("terms.unknown_fact", one.span, {"name": str(one)}))

    def once(self, name: Text, places: dict[str, Text], how: Callable[[str], str] = folded) -> None:
        """Say where a name stands that stands somewhere else too."""
        first = places.setdefault(how(name), name)
        if first is not name:
            also = (first.span,) if first.span.line else ()
            self.problems.append(Problem("terms.twice", name.span, {"name": str(name)}, also=also))

    def codes(self, system: str, host_list: str) -> dict[str, tuple[str, ...]]:
        """Return fact → codes of a system, of the truths of a list (and those of no list)."""
        return {
            str(fact): tuple(map(str, doc.codes[Text(system)]))
            for fact, doc in self.facts.items()
            if doc.kind == "bool" and doc.host_list in (host_list, None) and Text(system) in doc.codes
        }

    def named(self, host_list: str) -> dict[str, tuple[str, ...]]:
        """Return the names of the facts of a list: synonyms, zh, en (ids are ours, not names hosts use)."""
        found: dict[str, tuple[str, ...]] = {}
        for fact, doc in self.facts.items():
            if doc.host_list == host_list and doc.kind == "bool":
                for name in (*doc.synonyms, doc.name.zh, doc.name.en):
                    found.setdefault(plain(name), (str(fact),))
        return found

    def own_names(self) -> dict[str, str]:
        """Return every name the core itself knows a fact by; of two facts with one name it takes the first."""
        found: dict[str, str] = {}
        for fact, doc in self.facts.items():
            for name in (fact, *doc.synonyms, doc.name.zh, doc.name.en):
                found.setdefault(normalise(name).lower(), str(fact))
        return found

    def lists(self) -> dict[str, frozenset[str]]:
        """Return the facts of each list of a host."""
        found: dict[str, set[str]] = {}
        for fact, doc in self.facts.items():
            if doc.host_list is not None:
                found.setdefault(doc.host_list, set()).add(str(fact))
        return {name: frozenset(facts) for name, facts in found.items()}
