"""Observation codes, units and data elements from their files."""

from collections.abc import Iterable, Mapping, Sequence

from sangao.adapters.terms.book import Match, Said
from sangao.adapters.terms.documents import ASKED, NONE, ElementsFile, ObservationsFile, UnitsFile
from sangao.adapters.terms.lexicon import plain
from sangao.adapters.terms.making.checking import Checking
from sangao.adapters.terms.spelling import element_id, folded, unit_spelling
from sangao.engine.errors import Problem
from sangao.engine.rules.documents import FactDoc, Names
from sangao.engine.rules.text import Text


def observations(files: Sequence[ObservationsFile], checking: Checking) -> dict[str, Match]:
    """Return code → fact; a code that two facts claim, or that is set aside too, is a problem."""
    found: dict[str, Match] = {}
    places: dict[str, Text] = {}
    for code in (code for file in files for code in (*file.panels, *file.aside)):
        checking.once(code, places)
    for fact, doc in ((fact, doc) for file in files for fact, doc in file.observations.items()):
        checking.known([fact])
        declared = checking.facts.get(fact)
        for code, bare in doc.loinc.items():
            checking.once(code, places)
            unit = None if bare == ASKED else "" if bare == NONE else unit_spelling(bare)
            if unit and declared is not None and unit not in _units(declared):
                checking.problems.append(
                    Problem("terms.not_of_fact", bare.span, {"unit": str(bare), "name": str(fact)})
                )
            qualifiers = tuple((str(name), str(value)) for name, value in doc.qualified.get(code, {}).items())
            found[str(code)] = Match(str(fact), declared.kind if declared is not None else "number", unit, qualifiers)
    return found


def answers(files: Sequence[ObservationsFile]) -> dict[str, dict[str, str]]:
    """Return fact → word → value, of the code facts whose observations say words."""
    found: dict[str, dict[str, str]] = {}
    for fact, doc in ((fact, doc) for file in files for fact, doc in file.observations.items() if doc.values):
        found.setdefault(str(fact), {}).update({plain(word): str(value) for word, value in doc.values.items()})
    return found


def units(files: Sequence[UnitsFile], checking: Checking) -> tuple[dict[str, str], dict[str, str]]:
    """Return spelling → unit and unit → UCUM; a spelling of two units is a problem."""
    found: dict[str, str] = {}
    ucum: dict[str, str] = {}
    places: dict[str, Text] = {}
    for name, doc in ((name, doc) for file in files for name, doc in file.units.items()):
        unit = unit_spelling("" if name == NONE else name)
        checking.once(name, places)
        found[unit] = unit
        if doc.ucum is not None:
            ucum[unit] = str(doc.ucum)
        for text in (*doc.spellings, *((doc.ucum,) if doc.ucum is not None else ())):
            for spelled in {unit_spelling(text), folded(unit_spelling(text))}:
                if found.setdefault(spelled, unit) != unit:
                    checking.problems.append(Problem("terms.twice", text.span, {"name": str(text)}))
    return found, ucum


def elements(files: Sequence[ElementsFile], checking: Checking) -> dict[str, str]:
    """Return id → fact; an id that stands twice is a problem."""
    places: dict[str, Text] = {}
    for one in (one for file in files for one in (*file.parts, *file.aside)):
        checking.once(one, places)
    found: dict[str, str] = {}
    for fact, ids in ((fact, ids) for file in files for fact, ids in file.elements.items()):
        checking.known([fact])
        for one in ids:
            checking.once(one, places)
            found[element_id(one)] = str(fact)
    return found


def said(given: Iterable[Mapping[Text, Names]]) -> dict[str, Said]:
    """Return codes with what there is to say of them."""
    return {str(code): Said(str(one.zh), str(one.en)) for each in given for code, one in each.items()}


def _units(fact: FactDoc) -> set[str]:
    return {unit_spelling(one) for one in (*((fact.unit,) if fact.unit is not None else ()), *fact.units)}
