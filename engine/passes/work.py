"""What the passes hand on: scopes (packs as authors wrote them), entries (documents in a scope), the work so far."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sangao.engine.errors import Problem, Span
from sangao.engine.fact import Dictionary, Group
from sangao.engine.language import tree
from sangao.engine.pack import ir
from sangao.engine.rules.documents import (
    EvidenceDoc,
    FormulaDoc,
    MeasureDoc,
    PackDoc,
    ParamDoc,
    PathwayDoc,
    RuleDoc,
    SourceDoc,
)
from sangao.engine.rules.text import Text

NOWHERE = Span()


class Failed(Exception):
    """Lowering of one clause cannot go on; its problem, if it is a new one, already stands in the work."""


@dataclass(eq=False, slots=True)
class Scope:
    """One pack as its author wrote it: whose names, parameters, dates and occasion rules its documents speak of."""

    pack: PackDoc
    names: dict[str, "Entry"] = field(default_factory=dict)
    params: dict[str, tuple[ParamDoc, ...]] = field(default_factory=dict)
    formulas: dict[str, FormulaDoc] = field(default_factory=dict)
    rules: dict[str, Group] = field(default_factory=dict)
    cases: list[tuple[str | None, Any]] = field(default_factory=list)
    measures: dict[str, tuple[MeasureDoc, "Scope"]] = field(default_factory=dict)
    pathways: dict[str, tuple[PathwayDoc, "Scope"]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Entry:
    """One document that decides, and the scope it speaks in; adopted documents speak in the scope that adopts them.

    `inner`: it serves others and is never shown.
    """

    doc: RuleDoc
    scope: Scope
    adopted: bool = False
    inner: bool = False

    @property
    def id(self) -> str:
        """Return the id its author gave it."""
        return str(self.doc.id)


@dataclass(eq=False, slots=True)
class Work:
    """The compiled form as it grows. `named`: the id an entry has in the pack that is being compiled; `groups`: as the
    dictionary declares them, before the pack's occasion rules."""

    root: Scope
    dictionary: Dictionary
    sources: Mapping[Any, SourceDoc] = field(default_factory=dict)
    rows: Mapping[str, EvidenceDoc] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    overlays: tuple[ir.Overlay, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    used_params: dict[tuple[Scope, str], None] = field(default_factory=dict)
    named: dict[Entry, str] = field(default_factory=dict)
    visible: set[Entry] = field(default_factory=set)
    window_trees: dict[str, tree.Window] = field(default_factory=dict)
    leaves: dict[str, ir.Leaf] = field(default_factory=dict)
    decisions: dict[str, ir.Decision] = field(default_factory=dict)
    lowered: dict[Entry, ir.Decision | None] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    opened: list[Entry] = field(default_factory=list)
    guards: dict[str, ir.Expr] = field(default_factory=dict)
    contradictions: tuple[ir.Contradiction, ...] = ()
    words: dict[str, ir.Words] = field(default_factory=dict)
    citations: dict[str, ir.Citation] = field(default_factory=dict)
    params: dict[str, ir.Param] = field(default_factory=dict)
    promised: dict[str, None] = field(default_factory=dict)
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    promises: list[ir.Promise] = field(default_factory=list)
    cases: list[ir.Case] = field(default_factory=list)
    measures: dict[str, ir.Measure] = field(default_factory=dict)
    pathways: dict[str, ir.Pathway] = field(default_factory=dict)
    questions: list[ir.Question] = field(default_factory=list)

    def report(self, code: str, where: Span | Text = NOWHERE, *also: Span, **parts: Any) -> None:
        """Add a problem; the same problem at the same place stands once."""
        place = where.place() if isinstance(where, Text) else where
        problem = Problem(code, place, parts, also=also)
        if problem not in self.problems:
            self.problems.append(problem)

    def fail(self, code: str, where: Span | Text = NOWHERE, *also: Span, **parts: Any) -> Failed:
        """Add a problem and return what to raise."""
        self.report(code, where, *also, **parts)
        return Failed(code)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let the other clauses of a folder be looked at when this one fails."""
        with suppress(Failed):
            yield


def nearest(name: str, known: Any) -> str:
    """Return the known name most like `name`, or a dash.

    >>> nearest("sbp_ofice", ["sbp_office", "age"])
    'sbp_office'
    """
    found = get_close_matches(name, [str(one) for one in known], n=1, cutoff=0.4)
    return found[0] if found else "—"
