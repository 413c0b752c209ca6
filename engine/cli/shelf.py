"""Documents beside the guideline folders (lists, reports): found by name, opened whole or not at all, backed."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.rules.fit import nearest

D = TypeVar("D")


def found(name: str, shipped: Iterable[Path], unknown: str) -> Path:
    """Return the file of a document, shipped or by path. Raises `SangaoError` (`unknown`), a usage error."""
    by_name = {path.stem: path for path in shipped}
    path = Path(name) if Path(name).is_file() else by_name.get(name)
    if path is None:
        raise fail(unknown, usage=True, name=name, nearest=nearest(name, by_name))
    return path


def opened(path: Path, read: Callable[[Path], tuple[D | None, list[Problem]]]) -> D:
    """Return the document of a file. Raises `SangaoError` with all that is wrong with it."""
    doc, problems = read(path)
    if doc is None or any(one.severity == "error" for one in problems):
        raise SangaoError(problems)
    return doc


def unbacked(doc: Any, known: set[str], unproved: str) -> Iterator[Problem]:
    """Yield the rows a document names that nobody knows, and those it rests on that no case proves (`unproved`).

    `doc` has `cite`, `about` and `cases` with `proves`, as lists and reports have.
    """
    proved = {str(row) for case in doc.cases for row in case.proves}
    for row in (*doc.cite, *doc.about):
        if str(row) not in known:
            yield Problem("meaning.unknown_row", row.span, {"row": row, "nearest": nearest(row, known)})
    for row in doc.cite:
        if str(row) in known and str(row) not in proved:
            yield Problem(unproved, row.span, {"row": row})
