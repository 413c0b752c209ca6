"""What strict YAML becomes: text with its place, mappings and lists with theirs; nothing is ever converted."""

from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from sangao.engine.errors import Span

NOWHERE = Span()


class Text(str):
    """A scalar as it was written, with the place where it starts.

    `inset` is the distance from `span` to the first character (1 behind a quote), or -1 when the text was folded or
    escaped and its characters no longer stand side by side in the file.

    >>> Text("sbp >= 140", Span("rules/a.yaml", 3, 9), 1).place(4).column
    14
    """

    __slots__ = ("inset", "span")
    span: Span
    inset: int

    def __new__(cls, value: str = "", span: Span = NOWHERE, inset: int = 0) -> "Text":
        """Keep `value` and its place."""
        self = super().__new__(cls, value)
        self.span = span
        self.inset = inset
        return self

    def place(self, offset: int = 0) -> Span:
        """Return the place of the character at `offset`, or of the whole text when that cannot be told."""
        if self.inset < 0 or not self.span.line:
            return self.span
        return Span(self.span.file, self.span.line, self.span.column + self.inset + offset)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Let a model keep the very object, so that its place survives."""
        return core_schema.no_info_plain_validator_function(as_text)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """An editor sees plain scalars as YAML does: 140 is a number there."""
        return {"type": ["string", "number", "boolean"]}


class Map(dict[Text, Any]):
    """A mapping with its place; `reader` is the document model that read it (for the nearest known key)."""

    def __init__(self, items: dict[Text, Any] | None = None, span: Span = NOWHERE) -> None:
        super().__init__(items or {})
        self.span = span
        self.reader: Any = None


class Items(list[Any]):
    """A list with its place."""

    def __init__(self, items: list[Any] | None = None, span: Span = NOWHERE) -> None:
        super().__init__(items or [])
        self.span = span


def as_text(value: object) -> Text:
    """Accept a scalar; refuse mappings and lists.

    >>> as_text("HTN-CLS-01").span.line
    0
    """
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value)
    raise PydanticCustomError("rules.wrong_shape", "text", {"wanted_zh": "一个文本", "wanted_en": "a text"})
