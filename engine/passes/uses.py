"""Composition: a folder and the packs it uses → one scope of names.

Adopted documents become the pack's own: they speak with its parameters, document, dates and occasion rules, and give
way where the folder decides the same question itself. Other packs come in with their own scope; what their decisions
ask comes along hidden, under the name of its pack.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.passes.measures import add as add_measure
from sangao.engine.passes.measures import part_ids as measure_parts
from sangao.engine.passes.pathways import add as add_pathway
from sangao.engine.passes.work import Entry, Scope, nearest
from sangao.engine.rules.documents import CaseDoc, CohortCaseDoc, FormulaDoc, MeasureDoc, PackDoc, PathwayDoc, UseDoc
from sangao.engine.rules.folder import Folder, read_cases, read_rules
from sangao.engine.rules.text import Text


@dataclass(slots=True)
class Reading:
    """Folders read so far and what is wrong with them; `find` gives the folder of a pack's name."""

    find: Callable[[str, Path], Path]
    folders: dict[Path, Folder] = field(default_factory=dict)
    proved: set[Path] = field(default_factory=set)  # those whose cases are read too
    scopes: dict[Path, Scope | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # files with errors: what they hold is not lowered

    def folder(self, path: Path, prefix: str, proved: bool) -> Folder:
        """Read a folder once; its `cases/` only where they become the pack's own."""
        if path not in self.folders:
            self.folders[path], problems = read_rules(path, prefix)
            self._take(problems)
        if proved and path not in self.proved:
            cases, problems = read_cases(path, prefix)
            self.folders[path] = replace(self.folders[path], cases=cases)
            self.proved.add(path)
            self._take(problems)
        return self.folders[path]

    def _take(self, problems: list[Problem]) -> None:
        self.problems += problems
        self.broken |= {one.where.file for one in problems if one.severity == "error"}

    def report(self, code: str, where: Span, *also: Span, **parts: object) -> None:
        """Add a problem."""
        self.problems.append(Problem(code, where, parts, also=also))


def scope_of(
    path: Path, reading: Reading, prefix: str = "", opened: tuple[Path, ...] = (), proved: bool = True
) -> Scope | None:
    """Return the scope of a folder with all it uses, None when the folder cannot be read.

    A pack that another one brings in is `proved` by its own cases when it is checked itself; here they are not read.
    """
    if path in reading.scopes:
        return reading.scopes[path]
    folder = reading.folder(path, prefix, proved)
    if folder.pack is None:
        return None
    scope = Scope(folder.pack)
    _own(scope, folder, False, reading)
    _use(scope, folder, path, reading, (*opened, path), proved)
    reading.scopes[path] = scope
    return scope


def together(paths: Sequence[Path], reading: Reading) -> Scope | None:
    """Return the scope of several folders side by side, None when one cannot be read."""
    scopes = [scope_of(path, reading, f"{path.name}/", proved=False) for path in paths]
    found = [scope for scope in scopes if scope is not None]
    if len(found) < len(scopes):
        return None
    packs = [scope.pack for scope in found]
    name = "_".join(str(pack.pack) for pack in packs)
    said = {
        "pack": name,
        "family": name,
        "edition": "+".join(str(pack.edition) for pack in packs),
        "title": {
            "zh": "、".join(str(pack.title.zh) for pack in packs),
            "en": ", ".join(str(pack.title.en) for pack in packs),
        },
        "origin": packs[0].origin,
        "document": str(packs[0].document),
        "dates": {"from": str(max(pack.dates.start for pack in packs))},
        "advice_budget": str(max(pack.advice_budget for pack in packs)),
    }
    scope = Scope(PackDoc.model_validate(said))
    for other in found:
        _side_by_side(scope, {name: name for name in other.names}, other, other.pack.pack, reading)
    return scope


def _own(scope: Scope, folder: Folder, adopted: bool, reading: Reading) -> None:
    """Bring the documents of a folder into the scope; what the scope already decides stays."""
    taken: set[str] = set()
    for doc in folder.documents:
        if doc.file in reading.broken:
            continue
        id = str(doc.id)
        if isinstance(doc, FormulaDoc):
            if id in scope.formulas:
                continue
            scope.formulas[id] = doc
        elif isinstance(doc, MeasureDoc):
            if id in scope.measures:
                continue
            add_measure(scope, doc)
        elif isinstance(doc, PathwayDoc):
            if id in scope.names:
                continue
            taken.update(add_pathway(scope, doc, adopted))
        else:
            if id in scope.names:
                continue
            scope.names[id] = Entry(doc, scope, adopted)
        taken.add(id)
        scope.cases += [(id, case) for case in doc.cases]
    whole = [case for case in folder.cases if case.file not in reading.broken]
    scope.cases += [(None, case) for case in whole if not adopted or _decides(case) in taken]
    for param, values in folder.params.items():
        scope.params.setdefault(str(param), values)


def _decides(case: CaseDoc | CohortCaseDoc) -> str:
    return str((case.measure if isinstance(case, CohortCaseDoc) else case.decide) or "")


def _use(scope: Scope, folder: Folder, path: Path, reading: Reading, opened: tuple[Path, ...], proved: bool) -> None:
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
            other = reading.folder(found, f"{found.name}/", proved)
            _own(scope, other, True, reading)
            if other.pack is not None:
                _use(scope, other, found, reading, (*opened, found), proved)
        else:
            brought = scope_of(found, reading, f"{found.name}/", opened, proved=False)
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
    _side_by_side(scope, {local: renamed.get(local, local) for local in wanted}, other, use.pack, reading)


def _side_by_side(scope: Scope, names: Mapping[str, str], other: Scope, pack: Text, reading: Reading) -> None:
    for local, name in names.items():
        before = scope.names.setdefault(name, other.names[local])
        if before is not other.names[local]:
            reading.report("meaning.doubled_decision", pack.span, before.doc.id.span, name=name, pack=pack)
    for id, found in other.measures.items():
        if all(part in names for part in measure_parts(found[0])):
            scope.measures.setdefault(id, found)
    for id, pathway in other.pathways.items():
        if id in names:
            scope.pathways.setdefault(names[id], pathway)
