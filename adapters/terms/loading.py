"""From the files of `guidelines/shared/terms/` and the declared facts to a `Book`: every problem at once."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from sangao.adapters.terms.book import Book, Match, Said
from sangao.adapters.terms.diagnoses import Diagnoses
from sangao.adapters.terms.documents import (
    ASKED,
    NONE,
    CombinationDoc,
    ConditionsFile,
    DrugsFile,
    ElementsFile,
    ObservationsFile,
    SubstanceDoc,
    UnitsFile,
)
from sangao.adapters.terms.drugs import Drugs
from sangao.adapters.terms.lexicon import Lexicon, plain
from sangao.adapters.terms.prefixes import Prefixes, broader
from sangao.adapters.terms.spelling import element_id, folded, unit_spelling
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.rules.documents import FactDoc, Names
from sangao.engine.rules.folder import Shared, read_document, read_shared
from sangao.engine.rules.leaves import Document
from sangao.engine.rules.text import Text

D = TypeVar("D", bound=Document)
ICD10 = re.compile(r"[A-Z][0-9]{2}[.0-9X]{0,12}")
ATC = re.compile(r"[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?")


def shipped() -> Path:
    """Return the shared folder of our own guidelines."""
    import sangao.guidelines

    return Path(next(iter(sangao.guidelines.__path__))) / "shared"


def load(shared: Path | None = None) -> Book:
    """Return the book of a shared folder (by default ours): its facts and its `terms/`.

    Raises SangaoError with all problems of all files.
    """
    folder = shared or shipped()
    facts, problems = read_shared(folder)
    reader = _Reader(folder / "terms", facts, [one for one in problems if one.severity == "error"])
    observations = reader.one(ObservationsFile, "observations.yaml")
    units = reader.one(UnitsFile, "units.yaml")
    elements = reader.one(ElementsFile, "elements.yaml")
    conditions = reader.one(ConditionsFile, "conditions.yaml")
    drugs = reader.one(DrugsFile, "drugs.yaml")
    if not observations or not units or not elements or not conditions or not drugs:
        raise SangaoError(reader.problems)
    found = Book(
        reader.observations(observations),
        {str(fact): reader.values(doc.values) for fact, doc in observations.observations.items() if doc.values},
        _said(observations.panels),
        _said(observations.aside),
        _said(elements.aside),
        reader.units(units),
        {unit_spelling(_none(name)): str(unit.ucum) for name, unit in units.units.items() if unit.ucum is not None},
        reader.elements(elements),
        _said(elements.parts),
        reader.diagnoses(conditions),
        reader.drugs(drugs),
        reader.lists(),
        {str(fact): Said(str(doc.name.zh), str(doc.name.en)) for fact, doc in facts.facts.items()},
    )
    if reader.problems:
        raise SangaoError(reader.problems)
    return found


class _Reader:
    def __init__(self, folder: Path, shared: Shared, problems: list[Problem]) -> None:
        self.folder = folder
        self.facts: Mapping[Text, FactDoc] = shared.facts
        self.problems = problems

    def one(self, model: type[D], name: str) -> D | None:
        """Read one file."""
        document, problems = read_document(model, self.folder / name)
        self.problems += problems
        return document

    # --- observations, units, elements --------------------------------------------------------------------------------
    def observations(self, file: ObservationsFile) -> dict[str, Match]:
        """Return code → fact; a code that two facts claim, or that is set aside too, is a problem."""
        found: dict[str, Match] = {}
        places: dict[str, Text] = {str(code): code for code in (*file.panels, *file.aside)}
        for fact, doc in file.observations.items():
            self.known([fact])
            known = self.facts.get(fact)
            for code, bare in doc.loinc.items():
                self.once(code, places)
                unit = None if bare == ASKED else "" if bare == NONE else unit_spelling(bare)
                if unit and known is not None and unit not in _units(known):
                    self.problems.append(Problem("terms.not_of_fact", bare.span, {"unit": bare, "name": fact}))
                qualifiers = tuple((str(name), str(value)) for name, value in doc.qualified.get(code, {}).items())
                found[str(code)] = Match(str(fact), known.kind if known is not None else "number", unit, qualifiers)
        return found

    @staticmethod
    def values(given: Mapping[Text, Text]) -> dict[str, str]:
        """Return the words of a code fact, as they are compared."""
        return {plain(word): str(value) for word, value in given.items()}

    def units(self, file: UnitsFile) -> dict[str, str]:
        """Return spelling → unit; a spelling of two units is a problem."""
        found: dict[str, str] = {}
        places: dict[str, Text] = {}
        for name, doc in file.units.items():
            unit = unit_spelling(_none(name))
            self.once(name, places)
            found[unit] = unit
            for text in (*doc.spellings, *((doc.ucum,) if doc.ucum is not None else ())):
                for spelled in {unit_spelling(text), folded(unit_spelling(text))}:
                    if found.setdefault(spelled, unit) != unit:
                        self.problems.append(Problem("terms.twice", text.span, {"name": str(text)}))
        return found

    def elements(self, file: ElementsFile) -> dict[str, str]:
        """Return id → fact; an id that stands twice is a problem."""
        self.known(file.elements)
        places: dict[str, Text] = {}
        for one in (*file.parts, *file.aside):
            self.once(one, places)
        found: dict[str, str] = {}
        for fact, ids in file.elements.items():
            for one in ids:
                self.once(one, places)
                found[element_id(one)] = str(fact)
        return found

    # --- diagnoses ----------------------------------------------------------------------------------------------------
    def diagnoses(self, file: ConditionsFile) -> Diagnoses:
        """Return the diagnoses: categories and names that stand with the facts, and what the file adds."""
        own = self.codes("icd10", "conditions")
        self.known([*file.icd10, *file.implies, *file.family, *(one for many in file.implies.values() for one in many)])
        self.known(one for many in (*file.snomed.values(), *file.names.values()) for one in many)
        more = {str(fact): tuple(map(str, many)) for fact, many in file.icd10.items()}
        contained = broader(own)
        implied = dict(contained)
        for fact, many in file.implies.items():
            implied[str(fact)] = tuple(dict.fromkeys((*implied.get(str(fact), ()), *map(str, many))))
        words = self.named("conditions")
        places = {word: Text(word) for word in words}
        for name, many in file.names.items():
            self.once(name, places, plain)
            words[plain(name)] = tuple(map(str, many))
        words |= {plain(one): () for one in file.besides}
        return Diagnoses(
            Prefixes(own, ICD10),
            Prefixes({fact: (*own.get(fact, ()), *more.get(fact, ())) for fact in {**own, **more}}, ICD10),
            {str(code): tuple(map(str, many)) for code, many in file.snomed.items()},
            Lexicon(words),
            {str(fact): str(one) for fact, one in file.family.items()},
            {
                code.upper(): tuple((str(fact), str(value)) for fact, value in said.items())
                for code, said in file.recorded.items()
            },
            contained,
            implied,
        )

    # --- drugs --------------------------------------------------------------------------------------------------------
    def drugs(self, file: DrugsFile) -> Drugs:
        """Return the drugs; a name that stands twice, or for an unknown substance, is a problem."""
        codes = self.codes("atc", "medications")
        self.known([*file.substances, *(one for many in file.substances.values() for doc in many for one in doc.facts)])
        self.known(one for doc in file.combinations for one in doc.facts)
        words: dict[str, tuple[str, ...]] = {}
        facts: dict[str, tuple[str, ...]] = {}
        places: dict[str, Text] = {}
        for fact, many in file.substances.items():
            for doc in many:
                facts[str(doc.zh)] = (str(fact), *map(str, doc.facts))
                self.sold(doc, (str(doc.zh),), words, places)
        for doc in file.bystanders:
            facts[str(doc.zh)] = ()
            self.sold(doc, (str(doc.zh),), words, places)
        sets: dict[frozenset[str], tuple[str, ...]] = {}
        for both in file.combinations:
            self.sold(both, self.held(both, facts), words, places)
            if both.facts:
                sets[frozenset(map(str, both.of))] = tuple(map(str, both.facts))
        for one in (*file.salts, *file.forms, *file.strengths, *file.makers):
            words.setdefault(plain(one), ())
        makers = tuple(plain(one) for one in file.makers)
        whole = Lexicon(self.named("medications"))
        return Drugs(Prefixes(codes, ATC), Lexicon(words, True, makers), facts, sets, whole, broader(codes))

    def sold(
        self, doc: SubstanceDoc, means: tuple[str, ...], words: dict[str, tuple[str, ...]], places: dict[str, Text]
    ) -> None:
        """Add every name of a drug."""
        for name in (doc.zh, *((doc.en,) if doc.en is not None else ()), *doc.also, *doc.brands):
            self.once(name, places, plain)
            words[plain(name)] = means

    def held(self, doc: CombinationDoc, facts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Return the substances of a combination."""
        for one in doc.of:
            if one not in facts:
                self.problems.append(Problem("terms.unknown_substance", one.span, {"name": str(one)}))
        return tuple(str(one) for one in doc.of if one in facts)

    # --- pieces -------------------------------------------------------------------------------------------------------
    def codes(self, system: str, host_list: str) -> dict[str, tuple[str, ...]]:
        """Return fact → codes of a system, of the facts of a list."""
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

    def lists(self) -> dict[str, frozenset[str]]:
        """Return the facts of each list of a host."""
        found: dict[str, set[str]] = {}
        for fact, doc in self.facts.items():
            if doc.host_list is not None:
                found.setdefault(doc.host_list, set()).add(str(fact))
        return {name: frozenset(facts) for name, facts in found.items()}

    def known(self, facts: Iterable[Text]) -> None:
        """Say which facts are not declared."""
        for one in facts:
            if one not in self.facts:
                self.problems.append(Problem("terms.unknown_fact", one.span, {"name": str(one)}))

    def once(self, name: Text, places: dict[str, Text], how: Callable[[str], str] = folded) -> None:
        """Say where a name stands that stands somewhere else too."""
        first = places.setdefault(how(name), name)
        if first is not name:
            self.problems.append(Problem("terms.twice", name.span, {"name": str(name)}, also=(first.span,)))


def _units(fact: FactDoc) -> set[str]:
    return {unit_spelling(one) for one in ((fact.unit,) if fact.unit is not None else ()) + tuple(fact.units)}


def _none(name: str) -> str:
    return "" if name == NONE else name


def _said(given: Mapping[Text, Names]) -> dict[str, Said]:
    return {str(code): Said(str(one.zh), str(one.en)) for code, one in given.items()}
