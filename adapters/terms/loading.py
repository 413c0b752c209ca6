"""From the declared facts and the files of terms to a `Book`: every problem of every file at once, with its place.

A site adds its own terms without touching ours: a folder with files of the same five names, of which any may be absent.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from sangao.adapters.terms.book import Book, Said
from sangao.adapters.terms.documents import ConditionsFile, DrugsFile, ElementsFile, ObservationsFile, UnitsFile
from sangao.adapters.terms.making import codes
from sangao.adapters.terms.making.checking import Checking
from sangao.adapters.terms.making.diagnoses import diagnoses
from sangao.adapters.terms.making.drugs import drugs
from sangao.engine.errors import Problem, SangaoError, Span, why
from sangao.engine.rules.folder import read_document, read_shared
from sangao.engine.rules.leaves import Document

D = TypeVar("D", bound=Document)
NAMES = ("observations.yaml", "units.yaml", "elements.yaml", "conditions.yaml", "drugs.yaml")


def shipped() -> Path:
    """Return the shared folder of our own guidelines."""
    import sangao.guidelines

    return Path(next(iter(sangao.guidelines.__path__))) / "shared"


def load(shared: Path | None = None, local: Sequence[Path] = ()) -> Book:
    """Return the book of a shared folder (by default ours: its facts and its `terms/`) with a site's own folders.

    Raises SangaoError with all problems of all files.
    """
    folder = shared or shipped()
    declared, problems = read_shared(folder)
    checking = Checking(dict(declared.facts), [one for one in problems if one.severity == "error"])
    reader = _Reader(folder / "terms", local, checking.problems)
    observations = reader.all(ObservationsFile, "observations.yaml")
    units, ucum = codes.units(reader.all(UnitsFile, "units.yaml"), checking)
    elements = reader.all(ElementsFile, "elements.yaml")
    found = Book(
        codes.observations(observations, checking),
        codes.answers(observations),
        codes.said(file.panels for file in observations),
        codes.said(file.aside for file in observations),
        codes.said(file.aside for file in elements),
        units,
        ucum,
        codes.elements(elements, checking),
        codes.said(file.parts for file in elements),
        diagnoses(reader.all(ConditionsFile, "conditions.yaml"), checking),
        drugs(reader.all(DrugsFile, "drugs.yaml"), checking),
        checking.lists(),
        {str(fact): Said(str(doc.name.zh), str(doc.name.en)) for fact, doc in declared.facts.items()},
        checking.own_names(),
    )
    if checking.problems:
        raise SangaoError(checking.problems)
    return found


class _Reader:
    """Reads one file of each folder that has it; ours must have all five."""

    def __init__(self, folder: Path, local: Sequence[Path], problems: list[Problem]) -> None:
        self.folder, self.local, self.problems = folder, local, problems
        for one in local:
            if not one.is_dir():
                self.problems.append(Problem("host.unreadable", Span(str(one)), {"reason": why()}))
        for one in (folder, *local):
            for path in sorted(one.glob("*.y*ml")):
                if path.name not in NAMES:
                    self.problems.append(Problem("terms.stray", Span(str(path)), {"names": "、".join(NAMES)}))

    def all(self, model: type[D], name: str) -> list[D]:
        """Return the documents of one name."""
        found = []
        for folder in (self.folder, *(one for one in self.local if (one / name).is_file())):
            document, problems = read_document(model, folder / name)
            self.problems += problems
            found += [document] if document is not None else []
        return found
