"""What both dialects of a document say, in one shape, before anything of it is believed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sangao.engine.errors import Problem

Kind = Literal["number", "code", "truth", "text", "time", "blank", "odd"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands: `text` (number, truth, words or time) with its `unit`, or a `code` with its `label`."""

    kind: Kind
    text: str = ""
    unit: str = ""
    code: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement: the element it is of, by id and name, its value, when and from which sample it was taken."""

    element: str
    name: str
    value: Value
    system: str = ""
    at: str | None = None
    line: int = 0
    negated: bool = False
    status: str = ""
    sample: str = ""
    doubtful: bool = False  # dates of its examination differ: it must not count as of any day


@dataclass(frozen=True, slots=True)
class Coded:
    """A diagnosis, drug or disease of a relative: a code of some system, or only a name."""

    system: str
    code: str
    name: str
    line: int = 0
    relation: str = ""


@dataclass(slots=True)
class Document:
    """Everything a document says of one patient."""

    key: str | None = None
    identity: str = ""
    sex: Value = Value("blank")
    birth: str = ""
    day: date | None = None
    title: str = ""
    items: list[Item] = field(default_factory=list)
    diagnoses: list[Coded] = field(default_factory=list)
    drugs: list[Coded] = field(default_factory=list)
    family: list[Coded] = field(default_factory=list)
    symptoms: list[Value] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
