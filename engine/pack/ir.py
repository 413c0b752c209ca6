"""The compiled edition as frozen data. What a pack is made of has rooms of its own; all of it goes by `ir.<Name>`.

Everything numeric is an integer: a numeric leaf counts grid steps of its fact. Abstract values (what a runner passes
around), one representation per kind:

* truth, and every closed outcome (bool, code): an int mask of what is still possible, bit *i* = the *i*-th value or
  outcome in declared order (bool: bit 0 false, bit 1 true; see `sangao.engine.truth`);
* number, date: `None` when nothing is known, else the closed interval `(low, high)` of integers;
* set: `(certain, possible)`, two masks over the items.
"""

from dataclasses import dataclass, field
from typing import Literal

from sangao.engine.fact import Dictionary
from sangao.engine.pack.decisions import (
    Advice,
    Branch,
    Criteria,
    Decision,
    Enough,
    Form,
    Hit,
    Input,
    Item,
    Known,
    Outcome,
    Points,
    Row,
    Score,
    Table,
    Tree,
)
from sangao.engine.pack.expressions import (
    Always,
    Ask,
    Both,
    Compare,
    CountIn,
    Either,
    Expr,
    Has,
    Int,
    Least,
    Member,
    Most,
    Not,
    Number,
    Plus,
    Read,
    Size,
    Tally,
    Times,
)
from sangao.engine.pack.leaves import Bare, Contradiction, Derived, Leaf, Unusable, Window
from sangao.engine.pack.pathways import Measure, Pathway, State, Step, Task
from sangao.engine.pack.proofs import Case, Citation, Param, Promise, Question, Words
from sangao.engine.quantity import Span

__all__ = [
    "Advice",
    "Always",
    "Ask",
    "Bare",
    "Both",
    "Branch",
    "Case",
    "Citation",
    "Compare",
    "Contradiction",
    "CountIn",
    "Criteria",
    "Decision",
    "Derived",
    "Either",
    "Enough",
    "Expr",
    "Form",
    "Has",
    "Hit",
    "Input",
    "Int",
    "Item",
    "Known",
    "Leaf",
    "Least",
    "Measure",
    "Member",
    "Meta",
    "Most",
    "Not",
    "Number",
    "Outcome",
    "Overlay",
    "Pack",
    "Param",
    "Pathway",
    "Plus",
    "Points",
    "Promise",
    "Question",
    "Read",
    "Row",
    "Score",
    "Size",
    "Span",
    "State",
    "Step",
    "Table",
    "Tally",
    "Task",
    "Times",
    "Tree",
    "Unusable",
    "Window",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A local overlay that the pack was compiled with: its document and the days (both inclusive) it holds."""

    id: str
    zh: str
    en: str
    document: str
    start: str
    until: str


@dataclass(frozen=True, slots=True)
class Meta:
    """Who the pack is: id, edition, family, authority, the document it follows, the days it is meant for."""

    id: str
    edition: str
    family: str
    zh: str
    en: str
    origin: Literal["national", "local", "project"]
    document: str
    start: str | None = None
    end: str | None = None
    advice_budget: int = 5
    follows_zh: str = ""
    follows_en: str = ""
    experimental: bool = False
    overlays: tuple[Overlay, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """One compiled edition, immutable: decisions stand in dependency order, each after all it asks.

    `meta dictionary leaves decisions settings guards contradictions measures pathways` are the meaning (hashed); `words
    citations documents params promises cases` are text and proofs. `settings` fills site settings: fact id → value
    text. `guards`: fact id → the compiled `false_when`, over values named by fact id.
    """

    meta: Meta
    dictionary: Dictionary
    leaves: dict[str, Leaf]
    decisions: dict[str, Decision]
    settings: dict[str, str] = field(default_factory=dict)
    guards: dict[str, Expr] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    words: dict[str, Words] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    documents: dict[str, tuple[str, str]] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    cases: tuple[Case, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict)
    pathways: dict[str, Pathway] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
