"""What both dialects of a document say, in one shape, before anything of it is believed."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sangao.engine.chart import day_of
from sangao.engine.errors import Problem

Kind = Literal["number", "code", "truth", "text", "time", "blank", "odd"]
_TIME = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})?[-/.月]?(\d{1,2})?日?(?:[T ]?(\d{2}):?(\d{2}):?(\d{2})?(?:\.\d+)?)?([+-]\d{4}|Z)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})?(\d{2})?)?(?:\.\d+)?([+-]\d{4}|Z)?")


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
    """One statement: the element it is of, by id and name, its value, when it was taken, and the line it stands in."""

    element: str
    name: str
    value: Value
    system: str = ""
    at: str | None = None
    line: int = 0
    negated: bool = False
    status: str = ""


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


def moment(text: str) -> str | None:
    """Return a time as ISO text, with as much of it as is known; empty for a blank, None for what is no time.

    >>> moment("20120804"), moment("201208040912"), moment("2011-12-31 15:48:23"), moment("2012年8月4日")
    ('2012-08-04', '2012-08-04T09:12', '2011-12-31T15:48', '2012-08-04')
    >>> moment("20120804091200+0800"), moment(""), moment("spring"), moment("20121399")
    ('2012-08-04T09:12+08:00', '', None, None)
    """
    plain = text.strip()
    if not plain:
        return ""
    found = _COMPACT.fullmatch(plain) or _TIME.fullmatch(plain)
    if found is None:
        return None
    year, month, day, hour, minute, _, zone = found.groups()
    if month is None:
        iso = year
    elif day is None:
        iso = f"{year}-{int(month):02}"
    else:
        iso = f"{year}-{int(month):02}-{int(day):02}"
        if hour is not None and minute is not None:
            offset = "+00:00" if zone == "Z" else f"{zone[:3]}:{zone[3:]}" if zone else ""
            iso += f"T{hour}:{minute}{offset}"
    return iso if day_of(iso) else None
