"""The forms of decision as an author writes them; every expression and cell is raw text until the passes parse it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sangao.engine.rules.cases import CaseDoc
from sangao.engine.rules.leaves import (
    Code,
    Count,
    DecisionId,
    Document,
    Facts,
    Formula,
    Name,
    Names,
    OneOrMany,
    Rows,
    Some,
)
from sangao.engine.rules.text import Text, as_text

Permission = Literal["contraindicated", "stop", "avoid", "reduce", "caution", "allow", "recommend"]


class OutcomesDoc(Document):
    """What a decision can answer: `codes` (ordered when they came from `order`), `bool`, a number, a date."""

    kind: Literal["code", "bool", "number", "date"]
    codes: tuple[Code, ...] = ()
    unit: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if isinstance(data, list | tuple):
            return {"kind": "code", "codes": data}
        if isinstance(data, str) and data in ("bool", "date"):
            return {"kind": data}
        if isinstance(data, dict) and list(data) == ["number"]:
            return {"kind": "number", "unit": as_text(data["number"])}
        wanted = {
            "wanted_zh": "代码列表、bool、date 或 {number: 单位}",
            "wanted_en": "a list of codes, bool, date or {number: unit}",
        }
        raise PydanticCustomError("rules.wrong_shape", "outcomes", wanted)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the three spellings."""
        number = {
            "type": "object",
            "properties": {"number": {"type": "string"}},
            "required": ["number"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"enum": ["bool", "date"]}, {"type": "array", "items": {"type": "string"}}, number]}


class Form(Document):
    """What every form may hold."""

    title: Names
    names: dict[Code, Names] = Field(default_factory=dict)
    let: dict[Name, Formula] = Field(default_factory=dict)
    must_ask: Facts = ()
    cite: Rows = ()
    about: Rows = ()
    promises: tuple[Formula, ...] = ()
    never: tuple[Formula, ...] = ()
    cases: tuple[CaseDoc, ...] = ()

    @property
    def id(self) -> Text:
        """Return the id of the decision (of a formula: the fact it gives)."""
        made: Text = getattr(self, FORM_OF[type(self)])
        return made


class Asked(Form):
    """A form that answers with one of its declared outcomes."""

    order: Annotated[tuple[Code, ...], Some] | None = None
    outcomes: OutcomesDoc | None = None
    when_unknown: Names | None = None


class InputDoc(Document):
    """A column of a table: `sbp_office`, or `{of: "expr", name: {zh, en}}`."""

    short: ClassVar[str | None] = "of"
    of: Formula
    name: Names | None = None


class Backed(Document):
    """Something that states a fact of the sources, or an open choice (`about`)."""

    cite: Rows = ()
    about: Rows = ()
    says: Names | None = None


class RowDoc(Backed):
    """A row: `cells` holds one text per declared input; `id` defaults to `then` (see `key`)."""

    gathers: ClassVar[str | None] = "cells"
    id: Code | None = None
    then: Text
    mode: Literal["all", "any"] = "all"
    cells: dict[Name, Formula]

    @property
    def key(self) -> Text:
        """Return the id of the row."""
        return self.id if self.id is not None else self.then


class TableDoc(Asked):
    """A table with a named hit policy."""

    table: DecisionId
    inputs: Annotated[dict[Name, InputDoc], Some]
    hit: Literal["highest", "unique", "first", "collect"]
    rows: Annotated[tuple[RowDoc, ...], Some]


class DefaultDoc(Backed):
    """What holds when no exception does."""

    then: Text


class ExceptionDoc(Backed):
    """A labelled exception; `of` names what it excepts (`default`, exceptions, or `all`), `over` siblings it beats."""

    when: Formula
    then: Text
    of: OneOrMany = Field(default_factory=lambda: (Text("default"),))
    over: OneOrMany = ()


class DecisionDoc(Asked):
    """A default with labelled exceptions."""

    decision: DecisionId
    default: DefaultDoc
    exceptions: dict[Name, ExceptionDoc] = Field(default_factory=dict, alias="except")
    enough: Formula | None = None
    assuming: dict[Name, Formula] = Field(default_factory=dict)


class OfDoc(Document):
    """How many criteria: `any` is at least 1, `all` has `at_least` None."""

    at_least: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if isinstance(data, str):
            if data not in ("any", "all"):
                wanted = {"wanted_zh": "any、all 或 {at_least: n}", "wanted_en": "any, all or {at_least: n}"}
                raise PydanticCustomError("rules.wrong_shape", "of", wanted)
            return {"at_least": "1"} if data == "any" else {}
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe both spellings."""
        least = {
            "type": "object",
            "properties": {"at_least": {"type": "integer"}},
            "required": ["at_least"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"enum": ["any", "all"]}, least]}


class ItemDoc(Backed):
    """A named criterion."""

    id: Code
    name: Names
    when: Formula


class CriteriaDoc(Form):
    """Any, all or at least n of named criteria; gives whether, how many or which."""

    criteria: DecisionId
    of: OfDoc = Field(default_factory=lambda: OfDoc.model_validate("any"))
    gives: Literal["bool", "count", "set"] = "bool"
    items: Annotated[tuple[ItemDoc, ...], Some]
    when_unknown: Names | None = None


def _shape(value: object) -> str:
    return "<count>" if isinstance(value, str | int) else "<cells>"  # in angles: no key of an author's mapping


Points = Annotated[
    Annotated[Count, Tag("<count>")] | Annotated[dict[Formula, Count], Tag("<cells>")],
    Discriminator(_shape),
]
"""The points of true, or points by cell."""


class PointsDoc(Backed):
    """A scored item: `of` with points by cell, or `when` with the points of true."""

    id: Code
    name: Names | None = None
    of: Formula | None = None
    when: Formula | None = None
    points: Points


class ScoreDoc(Asked):
    """A sum of points, banded onto ordered outcomes; without order and bands the sum itself answers."""

    score: DecisionId
    items: Annotated[tuple[PointsDoc, ...], Some]
    bands: dict[Code, Formula] = Field(default_factory=dict)


class FormulaDoc(Form):
    """A registered equation that gives a fact which was not measured; the fact has the name, a title is optional."""

    title: Names | None = None  # type: ignore[assignment]
    formula: Name
    use: Text
    inputs: Annotated[dict[Name, Name], Some]


class ActionDoc(Document):
    """What is to be done: a code, or for drugs a class."""

    kind: Literal["refer", "order", "drug", "follow_up", "lifestyle", "record", "educate"]
    code: Code | None = None
    drug_class: Code | None = Field(None, alias="class")


class PermissionDoc(Document):
    """Drug permission of the class, for starting and for going on."""

    start: Permission | None = None
    go_on: Permission | None = Field(None, alias="continue")


class AdviceDoc(Form):
    """An action that follows from a condition; here `when_unknown` says what happens while it is not known.

    `says` is the condition in its author's words, `text` what is told when it holds.
    """

    advice: DecisionId
    when: Formula
    says: Names | None = None
    action: ActionDoc
    permission: PermissionDoc | None = None
    urgency: Literal["emergency", "urgent", "soon", "routine"] = "routine"
    due: Text | None = None
    when_unknown: Literal["ask", "act", "hold"] = "ask"
    reason: Names | None = None
    text: Names | None = None
    overrules: tuple[DecisionId, ...] = ()


RuleDoc = TableDoc | DecisionDoc | CriteriaDoc | ScoreDoc | FormulaDoc | AdviceDoc
FORMS: dict[str, type[RuleDoc]] = {
    "table": TableDoc,
    "decision": DecisionDoc,
    "criteria": CriteriaDoc,
    "score": ScoreDoc,
    "formula": FormulaDoc,
    "advice": AdviceDoc,
}
FORM_OF: dict[type, str] = {model: key for key, model in FORMS.items()}
