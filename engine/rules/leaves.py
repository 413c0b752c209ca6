"""The leaves of documents (ids, dates, counts, names in two languages) and the base every document stands on."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sangao.engine.errors import Span
from sangao.engine.rules.text import NOWHERE, Map, Text, as_text

NAME = r"[a-z][a-z0-9_]*"
DECISION = rf"{NAME}(\.[a-z0-9_]+)*(@[a-z0-9_]+)?"
CODE = r"[A-Za-z][A-Za-z0-9_]*"
ROW = r"[A-Z][A-Z0-9]*(?:-[A-Za-z0-9]+)+"
NUMBER = r"[+-]?\d{1,15}(\.\d{1,15})?"


def _matching(pattern: str, code: str, **parts: str) -> AfterValidator:
    whole = re.compile(pattern, re.ASCII)

    def check(value: Text) -> Text:
        if whole.fullmatch(value) is None:
            raise PydanticCustomError(code, "pattern", {"given": value, **parts})
        return value

    return AfterValidator(check)


def _day(value: Text) -> Text:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is None:
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("rules.bad_date", "date", {"given": value}) from None
    return value


def _moment(value: Text) -> Text:
    day, t, time = value.partition("T")
    _day(Text(day))
    if t and re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", time, re.ASCII) is None:
        raise PydanticCustomError("rules.bad_date", "date", {"given": value})
    return value


def _truth(value: object) -> bool:
    text = as_text(value)
    if text not in ("true", "false"):
        raise PydanticCustomError("rules.not_true_or_false", "bool", {"given": text})
    return text == "true"


def _whole(value: object) -> int:
    text = as_text(value)
    if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) is None:
        raise PydanticCustomError("rules.not_a_count", "count", {"given": text})
    return int(text)


def _filled(value: Text) -> Text:
    if not value.strip():
        raise PydanticCustomError("rules.empty", "empty", {"what_zh": "文本", "what_en": "the text"})
    return value


def _some(value: Any) -> Any:
    if not value:
        raise PydanticCustomError("rules.empty", "empty", {"what_zh": "列表", "what_en": "the list"})
    return value


def _one_or_many(value: object) -> tuple[Text, ...]:
    return tuple(as_text(item) for item in value) if isinstance(value, list | tuple) else (as_text(value),)


def _value(value: object) -> Text | tuple[Text, ...]:
    return tuple(as_text(item) for item in value) if isinstance(value, list | tuple) else as_text(value)


def _flat(ranges: tuple[tuple[Text, ...], ...]) -> tuple[Text, ...]:
    return tuple(row for rows in ranges for row in rows)


def _row_range(value: object) -> tuple[Text, ...]:
    """Write out `HTN-CLS-01..06`: every row keeps the place of the range."""
    text = as_text(value)
    found = re.fullmatch(rf"([A-Z][A-Z0-9-]*-[A-Z]?)(\d{{1,3}})\.\.(\d{{1,3}})|{ROW}", text, re.ASCII)
    first, last = (found[2], found[3]) if found else (None, None)
    if found is None or (first is not None and int(first) >= int(last or 0)):
        raise PydanticCustomError("rules.bad_id", "row", {"given": text, "form": "HTN-DX-02"})
    if first is None:
        return (text,)
    numbers = range(int(first), int(last or 0) + 1)
    return tuple(Text(f"{found[1]}{n:0{len(first)}d}", text.span, -1) for n in numbers)


_SCALAR: JsonSchemaValue = {"type": ["string", "number", "boolean"]}
_SCALARS: JsonSchemaValue = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}

Sentence = Annotated[Text, AfterValidator(_filled)]
"""Words for people, never empty."""
Formula = Annotated[Text, AfterValidator(_filled)]
"""An expression, a cell or a promise: raw text, parsed by the passes."""
Name = Annotated[Text, _matching(NAME, "rules.bad_id", form="fact_name")]
"""Id of a fact, an input, a let, an exception."""
DecisionId = Annotated[Text, _matching(DECISION, "rules.bad_id", form="htn.grade")]
"""Id of a decision or a parameter."""
Code = Annotated[Text, _matching(CODE, "rules.bad_id", form="grade1")]
"""An outcome, a value of a code fact."""
RowId = Annotated[Text, _matching(ROW, "rules.bad_id", form="HTN-DX-02")]
"""A row of the knowledge tables."""
Number = Annotated[Text, _matching(NUMBER, "rules.not_a_number")]
"""A decimal number as text."""
Factor = Annotated[Text, _matching(rf"{NUMBER}(/{NUMBER})?", "rules.not_a_number")]
"""A decimal number or a quotient of two, as text."""
Day = Annotated[Text, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""An ISO date."""
Moment = Annotated[Text, AfterValidator(_moment)]
"""An ISO date with or without a time."""
Bool = Annotated[bool, PlainValidator(_truth), WithJsonSchema({"type": "boolean"})]
"""Exactly `true` or `false`."""
Count = Annotated[int, PlainValidator(_whole), WithJsonSchema({"type": "integer"})]
"""A whole number."""
OneOrMany = Annotated[tuple[Text, ...], PlainValidator(_one_or_many), WithJsonSchema(_SCALARS)]
"""A text or a list of texts, read as a list."""
Value = Annotated[Text | tuple[Text, ...], PlainValidator(_value), WithJsonSchema(_SCALARS)]
"""A text, or a list of texts for a set."""
Some = AfterValidator(_some)
"""At least one."""
_Range = Annotated[tuple[Text, ...], PlainValidator(_row_range), WithJsonSchema({"type": "string"})]
Rows = Annotated[
    tuple[_Range, ...], AfterValidator(_flat), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]
"""Rows of the knowledge tables; `HTN-CLS-01..06` names a range and is written out."""
Facts = tuple[Name, ...]


class Document(BaseModel):
    """A mapping of a guideline folder: only known keys, frozen, with its place.

    `gathers` names the field that takes all keys which are not fields (cells of a row, facts of a case).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)
    gathers: ClassVar[str | None] = None
    short: ClassVar[str | None] = None  # the field a bare text stands for: `sbp: sbp_office` is `sbp: {of: sbp_office}`
    _span: Span = PrivateAttr(default_factory=lambda: NOWHERE)  # a default would be copied for every document
    _local: str = PrivateAttr(default="")

    @property
    def local(self) -> str:
        """Return the document of the overlay that put this here, empty for what the pack's authors wrote."""
        return self._local

    def made_local(self: Self, document: str) -> Self:
        """Return the document as an overlay's own."""
        copy = self.model_copy()
        copy._local = document
        return copy

    @property
    def span(self) -> Span:
        """Return where the mapping starts."""
        return self._span

    @property
    def file(self) -> str:
        """Return the file, relative to the folder."""
        return self._span.file

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the keys an author may write, in declared order."""
        return tuple(f.alias or name for name, f in cls.model_fields.items() if name != cls.gathers)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_place(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        given = data
        if isinstance(data, Map):
            data.reader = cls
        if cls.short is not None and isinstance(data, str):
            given = {cls.short: data}
        elif cls.gathers is not None and isinstance(data, Mapping):
            known = set(cls.keys())
            given = {key: value for key, value in data.items() if key in known}
            given[cls.gathers] = {key: value for key, value in data.items() if key not in known}
        self = handler(given)
        self._span = getattr(data, "span", NOWHERE)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe what an author writes: gathered keys stand beside the others, a short form is allowed."""
        made = handler.resolve_ref_schema(handler(schema))
        if cls.gathers is not None:
            rest = made["properties"].pop(cls.gathers)
            made["required"] = [key for key in made.get("required", []) if key != cls.gathers]
            made["additionalProperties"] = rest["additionalProperties"]
        if cls.short is not None and "anyOf" not in made:
            inner = dict(made)
            made.clear()
            made["anyOf"] = [_SCALAR, inner]
        return made


class Names(Document):
    """Words in Chinese and English; both must stand."""

    zh: Sentence
    en: Sentence
