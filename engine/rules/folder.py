"""Read a guideline folder, or the shared folder, into documents: everything that is wrong anywhere, at once.

Files are read in a fixed order (by name), so the order of documents and of problems is the same on every machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from sangao.engine.errors import Problem, Span
from sangao.engine.rules.coherence import check_document, check_fact, check_facts, check_folder, check_params
from sangao.engine.rules.documents import (
    DOCUMENTS,
    AnyDoc,
    CaseDoc,
    CohortCaseDoc,
    ConsistencyDoc,
    Document,
    EvidenceDoc,
    FactDoc,
    FactsFile,
    GroupDoc,
    PackDoc,
    ParamDoc,
    ParamsFile,
    RowsFile,
    SourceDoc,
    SourcesFile,
)
from sangao.engine.rules.fit import fit, nearest
from sangao.engine.rules.once import once
from sangao.engine.rules.params import all_in_force
from sangao.engine.rules.strict_yaml import SIZE, read_yaml
from sangao.engine.rules.text import Items, Map, Text

D = TypeVar("D", bound=Document)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Folder:
    """A guideline folder as documents, in file order; `pack` is None when pack.yaml is missing or broken."""

    path: Path
    pack: PackDoc | None = None
    params: dict[Text, tuple[ParamDoc, ...]] = field(default_factory=dict)
    documents: tuple[AnyDoc, ...] = ()
    cases: tuple[CaseDoc | CohortCaseDoc, ...] = ()
    sources: bool = False
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared folder: facts in file order, groups, consistency rules, sources, evidence of the knowledge rows."""

    path: Path
    facts: dict[Text, FactDoc] = field(default_factory=dict)
    groups: dict[Text, GroupDoc] = field(default_factory=dict)
    consistency: tuple[ConsistencyDoc, ...] = ()
    sources: dict[Text, SourceDoc] = field(default_factory=dict)
    rows: dict[Text, EvidenceDoc] = field(default_factory=dict)
    classes: dict[Text, tuple[Text, ...]] = field(default_factory=dict)


def read_folder(path: str | Path, prefix: str = "") -> tuple[Folder, list[Problem]]:
    """Read `pack.yaml params.yaml rules/*.yaml cases/*.yaml` and note whether SOURCES.md and CHANGES.md stand.

    Places name files relative to the folder, behind `prefix` (for a folder that is read into another). Problems are
    sorted by file and line; a folder with a problem of severity error must not be lowered.
    """
    folder, problems = read_rules(path, prefix)
    cases, further = read_cases(path, prefix)
    return replace(folder, cases=cases), _by_place([*problems, *further])


@once
def read_rules(path: str | Path, prefix: str = "") -> tuple[Folder, list[Problem]]:
    """Read a folder as `read_folder` does, all but `cases/*.yaml`: what a pack that uses it needs."""
    reader = _Reader(Path(path), prefix)
    pack = reader.one(PackDoc, "pack.yaml", needed=True)
    params = reader.one(ParamsFile, "params.yaml")
    documents = [document for file, node in reader.all("rules") if (document := reader.rule(file, node)) is not None]
    pages = {name: (reader.path / name).is_file() for name in ("SOURCES.md", "CHANGES.md")}
    reader.missing_pages(pages)
    reader.stray({"pack.yaml", "params.yaml"}, {"rules", "cases"})
    folder = Folder(
        reader.path,
        pack,
        params.params if params is not None else {},
        tuple(documents),
        sources=pages["SOURCES.md"],
        changes=pages["CHANGES.md"],
    )
    problems = reader.problems
    for document in documents:
        problems += check_document(document)
    problems += check_params(folder.params)
    if pack is not None:
        problems += all_in_force(folder.params, pack.dates.start)[1]
    problems += check_folder(reader.path.resolve().name, pack, documents)
    return folder, _by_place(problems)


@once
def read_cases(path: str | Path, prefix: str = "") -> tuple[tuple[CaseDoc | CohortCaseDoc, ...], list[Problem]]:
    """Read `cases/*.yaml` of a folder."""
    reader = _Reader(Path(path), prefix)
    cases = [case for file, node in reader.all("cases") for case in reader.cases(file, node)]
    return tuple(cases), _by_place(reader.problems)


@once
def read_shared(path: str | Path, prefix: str = "shared/") -> tuple[Shared, list[Problem]]:
    """Read `facts.yaml facts/*.yaml sources.yaml rows/*.yaml` of the shared folder."""
    reader = _Reader(Path(path), prefix)
    files: list[FactsFile] = []
    whole = reader.one(FactsFile, "facts.yaml")
    if whole is not None:
        files.append(whole)
    files += [made for _, node in reader.all("facts") if (made := reader.fit(FactsFile, node)) is not None]
    sources = reader.one(SourcesFile, "sources.yaml")
    rows = [file for _, node in reader.all("rows") if (file := reader.fit(RowsFile, node)) is not None]
    reader.stray({"facts.yaml", "sources.yaml"}, {"facts", "rows", "terms"})  # terms: codes of hosts, for adapters
    shared = Shared(
        reader.path,
        reader.joined(file.facts for file in files),
        reader.joined(file.groups for file in files),
        tuple(rule for file in files for rule in file.consistency),
        sources.sources if sources is not None else {},
        reader.joined(file.rows for file in rows),
        reader.joined(file.classes for file in files),
    )
    for key, fact in shared.facts.items():
        reader.problems += check_fact(key, fact)
    reader.problems += check_facts(shared.facts, shared.groups, shared.consistency)
    return shared, _by_place(reader.problems)


def read_document(model: type[D], path: str | Path) -> tuple[D | None, list[Problem]]:
    """Read one file that holds one document and stands outside a guideline folder (an overlay, a profile)."""
    path = Path(path)
    reader = _Reader(path.parent, f"{path.parent.name}/" if path.parent.name else "")
    document = reader.one(model, path.name, needed=True)
    return document, _by_place(reader.problems)


def _by_place(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.where.file, problem.where.line, problem.where.column))


class _Reader:
    """Reads the files of one folder and gathers what is wrong with them."""

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.prefix = prefix
        self.problems: list[Problem] = []
        self.told: set[Span] = set()  # places the YAML reader has complained about: the model need not repeat it

    def nodes(self, file: str) -> list[Any]:
        """Return the documents of one file."""
        try:
            with (self.path / file).open("rb") as stream:
                data = stream.read(SIZE + 1)
        except OSError:
            self.problems.append(Problem("rules.unreadable", Span(self.prefix + file)))
            return []
        documents, problems = read_yaml(data, self.prefix + file)
        self.problems += problems
        self.told |= {problem.where for problem in problems}
        return documents

    def one(self, model: type[D], file: str, needed: bool = False) -> D | None:
        """Read a file that holds one document."""
        if not (self.path / file).is_file():
            if needed:
                self.problems.append(Problem("rules.missing_file", Span(self.prefix + file), {"file": file}))
            return None
        nodes = self.nodes(file)
        for extra in nodes[1:]:
            self.problems.append(Problem("rules.one_document", extra.span, {"file": file}))
        return self.fit(model, nodes[0]) if nodes else None

    def all(self, folder: str) -> Iterator[tuple[str, Any]]:
        """Yield the documents of every YAML file of a subfolder, with the file."""
        for file in sorted((self.path / folder).glob("*.yaml")):
            name = f"{folder}/{file.name}"
            for node in self.nodes(name):
                yield name, node

    def fit(self, model: type[D], node: Any) -> D | None:
        """Fit a node to its model."""
        found: list[Problem] = []
        document = fit(model, node, found)
        self.problems += [problem for problem in found if problem.where not in self.told]
        return document

    def rule(self, file: str, node: Any) -> AnyDoc | None:
        """Fit a document of rules/ to the form whose key it holds."""
        if not isinstance(node, Map):
            parts = {"wanted_zh": "一个映射 {键: 值}", "wanted_en": "a mapping {key: value}"}
            self.problems.append(Problem("rules.wrong_shape", node.span, parts))
            return None
        keys = list(node)
        form = next((key for key in keys if key in DOCUMENTS), None)
        if form is None:
            first = str(keys[0]) if keys else ""
            self.problems.append(
                Problem("rules.unknown_form", node.span, {"given": first, "nearest": nearest(first, DOCUMENTS)})
            )
            return None
        return self.fit(DOCUMENTS[form], node)

    def cases(self, file: str, node: Any) -> Iterator[CaseDoc | CohortCaseDoc]:
        """Yield the cases of a document of cases/: a list, or `cases:` with a list as in rules/."""
        if isinstance(node, Map) and list(node) == ["cases"]:
            node = node[Text("cases")]
        if not isinstance(node, Items):
            parts = {"wanted_zh": "一个案例列表 [- it: …]", "wanted_en": "a list of cases [- it: …]"}
            self.problems.append(Problem("rules.wrong_shape", node.span, parts))
            return
        for item in node:
            whole = isinstance(item, Map) and "cohort" in item
            case = self.fit(CohortCaseDoc, item) if whole else self.fit(CaseDoc, item)
            if case is None:
                continue
            if (case.measure if isinstance(case, CohortCaseDoc) else case.decide) is None:
                self.problems.append(Problem("rules.case_without_decide", case.span))
            yield case

    def joined(self, parts: Iterable[dict[Text, V]]) -> dict[Text, V]:
        """Merge the mappings of several files; an id that stands twice is a problem, the first stays."""
        merged: dict[Text, V] = {}
        places: dict[Text, Span] = {}
        for part in parts:
            for key, value in part.items():
                if key in merged:
                    self.problems.append(Problem("rules.doubled_id", key.span, {"id": key}, also=(places[key],)))
                else:
                    merged[key] = value
                    places[key] = key.span
        return merged

    def missing_pages(self, pages: dict[str, bool]) -> None:
        """Warn of pages that readers of a guideline need and the compiler does not."""
        for name, there in pages.items():
            if not there:
                self.problems.append(Problem("rules.missing_page", Span(self.prefix + name), {"file": name}))

    def stray(self, files: set[str], folders: set[str]) -> None:
        """Warn of YAML that nobody reads: a rule in the wrong place must not be believed to hold."""
        for found in sorted(self.path.glob("**/*.y*ml")):
            at = found.relative_to(self.path)
            read = at.suffix == ".yaml" and (str(at) in files or (len(at.parts) == 2 and at.parts[0] in folders))
            if not read:
                self.problems.append(Problem("rules.stray_file", Span(self.prefix + at.as_posix()), {"file": at.name}))
