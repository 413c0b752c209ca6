"""Composition: a folder and the packs it uses → one scope of names.

Adopted documents become the pack's own: they speak with its parameters, document, dates and occasion rules, and give
way where the folder decides the same question itself. Other packs come in with their own scope; what their decisions
ask comes along hidden, under the name of its pack.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.passes.work import Entry, Scope, nearest
from sangao.engine.rules.documents import CaseDoc, FormulaDoc, UseDoc
from sangao.engine.rules.folder import Folder, read_folder


@dataclass(slots=True)
class Reading:
    """Folders read so far and what is wrong with them; `find` gives the folder of a pack's name."""

    find: Callable[[str, Path], Path]
    folders: dict[Path, Folder] = field(default_factory=dict)
    scopes: dict[Path, Scope | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def folder(self, path: Path, prefix: str) -> Folder:
        """Read a folder once."""
        if path not in self.folders:
            self.folders[path], problems = read_folder(path, prefix)
            self.problems += problems
        return self.folders[path]

    def report(self, code: str, where: Span, *also: Span, **parts: object) -> None:
        """Add a problem."""
        self.problems.append(Problem(code, where, parts, also=also))


def scope_of(path: Path, reading: Reading, prefix: str = "", opened: tuple[Path, ...] = ()) -> Scope | None:
    """Return the scope of a folder with all it uses, None when the folder cannot be read."""
    if path in reading.scopes:
        return reading.scopes[path]
    folder = reading.folder(path, prefix)
    if folder.pack is None:
        return None
    scope = Scope(folder.pack)
    _own(scope, folder, False)
    _use(scope, folder, path, reading, (*opened, path))
    reading.scopes[path] = scope
    return scope


def _own(scope: Scope, folder: Folder, adopted: bool) -> None:
    """Bring the documents of a folder into the scope; what the scope already decides stays."""
    taken: set[str] = set()
    for doc in folder.documents:
        id = str(doc.id)
        if isinstance(doc, FormulaDoc):
            if id in scope.formulas:
                continue
            scope.formulas[id] = doc
        else:
            if id in scope.names:
                continue
            scope.names[id] = Entry(doc, scope, adopted)
        taken.add(id)
        scope.cases += [(id, case) for case in doc.cases]
    scope.cases += [(None, case) for case in folder.cases if not adopted or _decides(case) in taken]
    for param, values in folder.params.items():
        scope.params.setdefault(str(param), values)


def _decides(case: CaseDoc) -> str:
    return str(case.decide or "")


def _use(scope: Scope, folder: Folder, path: Path, reading: Reading, opened: tuple[Path, ...]) -> None:
    assert folder.pack is not None
    for use in folder.pack.uses:
        try:
            found = reading.find(str(use.pack), path.parent)
        except SangaoError as error:
            reading.problems += [Problem(one.code, use.pack.span, one.parts) for one in error.problems]
            continue
        if found in opened:
            cycle = " → ".join([*(one.name for one in opened[opened.index(found) :]), found.name])
            reading.report("meaning.uses_cycle", use.pack.span, cycle=cycle)
        elif use.adopt:
            other = reading.folder(found, f"{found.name}/")
            _own(scope, other, True)
            if other.pack is not None:
                _use(scope, other, found, reading, (*opened, found))
        else:
            brought = scope_of(found, reading, f"{found.name}/", opened)
            if brought is not None:
                _bring(scope, use, brought, reading)


def _bring(scope: Scope, use: UseDoc, other: Scope, reading: Reading) -> None:
    """Bring decisions of another pack in under their names, or those that `as` gives them."""
    for id in (*(use.only or ()), *use.renamed):
        if str(id) not in other.names:
            parts = {"name": id, "pack": use.pack, "nearest": nearest(id, other.names)}
            reading.report("meaning.not_in_pack", id.span, **parts)
    renamed = {str(old): str(new) for old, new in use.renamed.items()}
    wanted = list(other.names) if use.only is None else [str(id) for id in use.only if str(id) in other.names]
    for local in wanted:
        name = renamed.get(local, local)
        before = scope.names.get(name)
        if before is None:
            scope.names[name] = other.names[local]
        elif before is not other.names[local]:
            reading.report("meaning.doubled_decision", use.pack.span, before.doc.id.span, name=name, pack=use.pack)
