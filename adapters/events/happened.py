"""What comes of events: a pattern is met, an answer is another, a patient moves on, something is overdue."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sangao.engine.answer import Answer


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern of the pack is met: `certain`, or possibly because some day is not known to count; `days` count."""

    person: str
    on: date
    pattern: str
    certain: bool
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A decision is answered differently than before; `before` is None for the first answer."""

    person: str
    on: date
    decision: str
    before: Answer | None
    after: Answer


@dataclass(frozen=True, slots=True)
class Moved:
    """A patient stands in another state of a pathway; not `lawful`: no way leads there, the record was corrected."""

    person: str
    on: date
    pathway: str
    before: str | None
    after: str
    lawful: bool


@dataclass(frozen=True, slots=True)
class Overdue:
    """What was expected by `due` has not come: a task of a pathway, or what a decision named a date for.

    `settled`: the pack says for certain that it was not done; else nothing was heard of it, and somebody has to ask.
    """

    person: str
    on: date
    what: str
    due: date
    settled: bool = False


Happened = Found | Changed | Moved | Overdue


def to_dict(one: Happened) -> dict[str, Any]:
    """Return the JSON form; an answer is told by value, status and the ends of what is possible.

    >>> to_dict(Overdue("p1", date(2026, 3, 9), "gates.referral.treat", date(2026, 3, 1)))["event"]
    'overdue'
    """
    told = {part.name: _told(getattr(one, part.name)) for part in fields(one)}
    return {"event": type(one).__name__.lower(), **told}


def _told(value: Any) -> Any:
    if isinstance(value, Answer):
        return {name: getattr(value, name) for name in ("value", "status", "at_least", "at_most")}
    if isinstance(value, date):
        return value.isoformat()
    return [_told(one) for one in value] if isinstance(value, tuple) else value
