"""Cases: a question with its right answer, beside the rules, in the same words."""

from typing import ClassVar, Literal

from pydantic import Field

from sangao.engine.rules.leaves import (
    Day,
    DecisionId,
    Document,
    Moment,
    Name,
    Rows,
    Sentence,
    Value,
)
from sangao.engine.rules.text import Text

Status = Literal["settled", "provisional", "unknown"]


class ReadingDoc(Document):
    """Readings of one time: `{at, facts: {…}}`, or one reading of the chart JSON: `{fact, value, unit, at, …}`."""

    at: Moment | None = None
    facts: dict[Name, Text] = Field(default_factory=dict)
    fact: Name | None = None
    value: Text | None = None
    unit: Text | None = None
    source: Text | None = None
    sample: Text | None = None
    fasting_hours: Text | None = None
    setting: Text | None = None
    arm: Text | None = None
    method: Text | None = None
    standardised: Text | None = None
    status: Text | None = None


class EntryDoc(Document):
    """A member of a list; a bare text is the fact: `diabetes` or `{fact: stroke, since: "2020-01-01"}`."""

    short: ClassVar[str | None] = "fact"
    fact: Name | None = None
    code: Text | None = None
    name: Text | None = None
    since: Day | None = None
    start: Day | None = Field(None, alias="from")
    until: Day | None = None
    status: Text | None = None
    dose: Text | None = None
    source: Text | None = None


class GiveDoc(Document):
    """A chart: lists that were delivered, dated readings, and any other key is a fact dated the day of the chart.

    A list that is `None` was not delivered; `()` was delivered empty.
    """

    gathers: ClassVar[str | None] = "facts"
    readings: tuple[ReadingDoc, ...] = ()
    conditions: tuple[EntryDoc, ...] | None = None
    symptoms: tuple[EntryDoc, ...] | None = None
    medications: tuple[EntryDoc, ...] | None = None
    family_history: tuple[EntryDoc, ...] | None = None
    complete: tuple[Literal["conditions", "symptoms", "medications", "family_history"], ...] = ()
    facts: dict[Name, Text]


class ExpectDoc(Document):
    """What the answer must be; keys that are not written (`None`) are not looked at."""

    value: Value | None = None
    status: Status | None = None
    at_least: Value | None = None
    at_most: Value | None = None
    possible: tuple[Text, ...] | None = None
    missing: tuple[tuple[Name, ...], ...] | None = None
    assumed: tuple[Name, ...] | None = None
    ask_first: Name | None = None
    problems: tuple[Text, ...] | None = None


class CaseDoc(Document):
    """One case; `decide` defaults to the document's own decision, `on` to the pack's `dates.from`."""

    it: Sentence
    on: Day | None = None
    decide: DecisionId | None = None
    give: GiveDoc
    expect: ExpectDoc
    proves: Rows = ()


class CasesFile(Document):
    """A document of cases/ that writes its list under `cases:`."""

    cases: tuple[CaseDoc, ...]
