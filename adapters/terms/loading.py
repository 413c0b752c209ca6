"""From the files of `guidelines/shared/terms/` to a `Book`: every problem of every file at once, with its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from sangao.adapters.terms.book import Book, Match, Said
from sangao.adapters.terms.documents import ASKED, NONE, ObservationsFile, UnitsFile
from sangao.adapters.terms.spelling import folded, unit_spelling
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.rules.documents import Names
from sangao.engine.rules.folder import read_document
from sangao.engine.rules.leaves import Document
from sangao.engine.rules.text import Text

D = TypeVar("D", bound=Document)


def shipped() -> Path:
    """Return the folder of our own terms."""
    import sangao.guidelines

    return Path(next(iter(sangao.guidelines.__path__))) / "shared" / "terms"


def load(folder: Path | None = None) -> Book:
    """Return the book of a folder of terms (by default ours). Raises SangaoError with all problems of all files."""
    reader = _Reader(folder or shipped())
    observations = reader.one(ObservationsFile, "observations.yaml")
    units = reader.one(UnitsFile, "units.yaml")
    if reader.problems or observations is None or units is None:
        raise SangaoError(reader.problems)
    found = Book(
        reader.observations(observations),
        _said(observations.panels),
        _said(observations.aside),
        reader.units(units),
        {unit_spelling(_none(name)): str(unit.ucum) for name, unit in units.units.items() if unit.ucum is not None},
    )
    if reader.problems:
        raise SangaoError(reader.problems)
    return found


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def one(self, model: type[D], name: str) -> D | None:
        """Read one file."""
        document, problems = read_document(model, self.folder / name)
        self.problems += problems
        return document

    def observations(self, file: ObservationsFile) -> dict[str, Match]:
        """Return code → fact; a code that two facts claim, or that is set aside too, is a problem."""
        found: dict[str, Match] = {}
        places: dict[str, Text] = {str(code): code for code in (*file.panels, *file.aside)}
        for fact, doc in file.observations.items():
            for code, bare in doc.loinc.items():
                self.once(code, places)
                unit = None if bare == ASKED else "" if bare == NONE else unit_spelling(bare)
                qualifiers = tuple((str(name), str(value)) for name, value in doc.qualified.get(code, {}).items())
                found[str(code)] = Match(str(fact), doc.kind, unit, qualifiers)
        return found

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

    def once(self, name: Text, places: dict[str, Text]) -> None:
        """Say where a name stands that stands somewhere else too."""
        first = places.setdefault(folded(name), name)
        if first is not name:
            self.problems.append(Problem("terms.twice", name.span, {"name": str(name)}, also=(first.span,)))


def _none(name: str) -> str:
    return "" if name == NONE else name


def _said(given: Mapping[Text, Names]) -> dict[str, Said]:
    return {str(code): Said(str(one.zh), str(one.en)) for code, one in given.items()}
