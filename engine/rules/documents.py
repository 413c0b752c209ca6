"""The documents of a guideline folder and of the shared folder: pack, parameters, facts, sources, evidence of rows.

The page `docs/language.md` as types. Forms of decision are in `forms`, cases in `cases`; all names come from here.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sangao.engine.rules.cases import CaseDoc, EntryDoc, ExpectDoc, GiveDoc, ReadingDoc
from sangao.engine.rules.forms import (
    FORMS,
    ActionDoc,
    AdviceDoc,
    Asked,
    Backed,
    CriteriaDoc,
    DecisionDoc,
    DefaultDoc,
    ExceptionDoc,
    Form,
    FormulaDoc,
    InputDoc,
    ItemDoc,
    OfDoc,
    OutcomesDoc,
    PermissionDoc,
    PointsDoc,
    RowDoc,
    RuleDoc,
    ScoreDoc,
    TableDoc,
)
from sangao.engine.rules.leaves import (
    Bool,
    Code,
    Count,
    Day,
    DecisionId,
    Document,
    Factor,
    Facts,
    Formula,
    Name,
    Names,
    Number,
    RowId,
    Rows,
    Some,
)
from sangao.engine.rules.measures import CohortCaseDoc, MeasureDoc
from sangao.engine.rules.pathways import PathwayDoc
from sangao.engine.rules.text import Text

Origin = Literal["national", "local", "project"]
ListName = Literal["conditions", "symptoms", "medications", "family_history"]
Take = Literal["mean", "closest_two", "last_two", "mean_of_three", "last"]


AnyDoc = RuleDoc | MeasureDoc | PathwayDoc
"""Whatever stands in rules/: a form of decision, a measure over a cohort, a pathway."""
DOCUMENTS: dict[str, type[AnyDoc]] = {**FORMS, "measure": MeasureDoc, "pathway": PathwayDoc}


class DatesDoc(Document):
    """The days a pack is meant for; `start` also picks the parameters."""

    start: Day = Field(alias="from")
    until: Day | None = None


class OccasionDoc(Document):
    """How the readings of one day become one value; `repeat_over`: more than, `repeat_from`: that much or more."""

    take: Take = "mean"
    repeat_over: Text | None = None
    repeat_from: Text | None = None
    cite: Rows = ()
    about: Rows = ()


class UseDoc(Document):
    """Another pack: adopted as our own, or its decisions brought in (some of them, renamed)."""

    pack: Name
    adopt: Bool = False
    only: tuple[DecisionId, ...] | None = None
    renamed: dict[DecisionId, DecisionId] = Field(default_factory=dict, alias="as")


class QuestionDoc(Document):
    """A question that several decisions answer; `shown_by`: the advice that holds wherever two of them differ."""

    id: Name
    between: Annotated[tuple[DecisionId, ...], Some]
    shown_by: DecisionId
    silent: tuple[Code, ...] = ()
    alike: dict[DecisionId, dict[Code, Code]] = Field(default_factory=dict)
    where: Formula | None = None


class PackDoc(Document):
    """pack.yaml: who the pack is."""

    pack: Name
    edition: Text
    family: Name
    title: Names
    origin: Origin
    document: Text
    dates: DatesDoc
    follows: Names | None = None
    occasion: dict[Name, OccasionDoc] = Field(default_factory=dict)
    uses: tuple[UseDoc, ...] = ()
    questions: tuple[QuestionDoc, ...] = ()
    advice_budget: Count = 5
    experimental: Bool = False


class ParamDoc(Document):
    """A dated, cited number: `value` is text with its unit."""

    start: Day = Field(alias="from")
    until: Day | None = None
    value: Text = Field(alias="is")
    cite: Rows = ()
    about: Rows = ()


class ParamsFile(Document):
    """params.yaml: per parameter its dated values."""

    gathers: ClassVar[str | None] = "params"
    params: dict[DecisionId, Annotated[tuple[ParamDoc, ...], Some]]


class UnitDoc(Document):
    """A further unit: own = value × times + plus; a bare text is the factor."""

    short: ClassVar[str | None] = "times"
    times: Factor
    plus: Number | None = None


class FactDoc(Document):
    """One declared fact."""

    name: Names
    kind: Literal["number", "bool", "code", "date"]
    unit: Text | None = None
    units: dict[Text, UnitDoc] = Field(default_factory=dict)
    grid: Number | None = None
    resolution: Number | None = None
    hard: tuple[Number, Number] | None = None
    warn: tuple[Number, Number] | None = None
    group: Name | None = None
    cost: Count | None = None
    actionable: Bool = False
    synonyms: tuple[Text, ...] = ()
    codes: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    host_list: ListName | None = Field(None, alias="list")
    absent: Literal["unknown", "assume_false", "must_ask"] = "unknown"
    lasting: Bool = False
    select: dict[Text, dict[Text, Name]] = Field(default_factory=dict)
    values: dict[Code, Names] = Field(default_factory=dict)
    spellings: dict[Text, Annotated[tuple[Code, ...], Some]] = Field(default_factory=dict)
    ordered: Bool = False
    false_when: Formula | None = None
    valid_for: Text | None = None
    site: Bool = False
    never: Bool = False
    ahead: Bool = False
    about: Rows = ()


class GroupDoc(Document):
    """Facts measured on one occasion."""

    name: Names
    members: Annotated[Facts, Some]


class ConsistencyDoc(Document):
    """Facts that cannot stand together."""

    never: Formula
    group: Name | None = None
    name: Names


class FactsFile(Document):
    """A file of facts/."""

    facts: dict[Name, FactDoc] = Field(default_factory=dict)
    groups: dict[Name, GroupDoc] = Field(default_factory=dict)
    consistency: tuple[ConsistencyDoc, ...] = ()
    classes: dict[Code, Annotated[tuple[Code, ...], Some]] = Field(default_factory=dict)


class SourceDoc(Document):
    """A document that rules cite."""

    zh: Text
    en: Text
    where: Text | None = None
    origin: Origin


class SourcesFile(Document):
    """sources.yaml."""

    sources: dict[Text, SourceDoc] = Field(default_factory=dict)


class EvidenceDoc(Document):
    """How well a row of the knowledge tables was seen, per document; `doubt`: it may stand under `about` only."""

    seen: tuple[Text, ...] = ()
    known: tuple[Text, ...] = ()
    default: tuple[Text, ...] = ()
    where: dict[Text, Text] = Field(default_factory=dict)
    doubt: Bool = False


class RowsFile(Document):
    """A file of rows/."""

    rows: dict[RowId, EvidenceDoc] = Field(default_factory=dict)


__all__ = [
    "DOCUMENTS",
    "FORMS",
    "ActionDoc",
    "AdviceDoc",
    "AnyDoc",
    "Asked",
    "Backed",
    "CaseDoc",
    "CohortCaseDoc",
    "ConsistencyDoc",
    "CriteriaDoc",
    "DatesDoc",
    "DecisionDoc",
    "DefaultDoc",
    "Document",
    "EntryDoc",
    "EvidenceDoc",
    "ExceptionDoc",
    "ExpectDoc",
    "FactDoc",
    "FactsFile",
    "Form",
    "FormulaDoc",
    "GiveDoc",
    "GroupDoc",
    "InputDoc",
    "ItemDoc",
    "MeasureDoc",
    "Names",
    "OccasionDoc",
    "OfDoc",
    "OutcomesDoc",
    "PackDoc",
    "ParamDoc",
    "ParamsFile",
    "PathwayDoc",
    "PermissionDoc",
    "PointsDoc",
    "QuestionDoc",
    "ReadingDoc",
    "RowDoc",
    "RowsFile",
    "RuleDoc",
    "ScoreDoc",
    "SourceDoc",
    "SourcesFile",
    "TableDoc",
    "Text",
    "UnitDoc",
    "UseDoc",
]
