"""Measures as an author writes them: who counts, among whom, who is left out; and cases of whole cohorts."""

from typing import ClassVar, Literal

from pydantic import Field

from sangao.engine.rules.cases import GiveDoc
from sangao.engine.rules.forms import Backed, Form
from sangao.engine.rules.leaves import Count, Day, DecisionId, Document, Formula, Name, Names, Rows, Sentence
from sangao.engine.rules.text import Text

ENTERED = "entered"
Counted = Literal["in", "out", "unknown", "apart", "open"]


class ExclusionDoc(Backed):
    """Who is left out of a measure; a bare text is the condition."""

    short: ClassVar[str | None] = "when"
    when: Formula
    name: Names | None = None


class MemberDoc(GiveDoc):
    """One person of a cohort: a chart, and how the measure counts it.

    `in` and `out`: in the denominator and (not) in the numerator; `unknown`: in the denominator, the numerator not
    known; `apart`: not in the denominator; `open`: not known whether in it. `times`: so many such persons.
    """

    counted: Counted | None = None
    times: Count = 1


class BeforeDoc(Document):
    """Numbers of a measure that do not come from charts: those of the period before, or those entered by hand."""

    n: Count | None = None
    d: Count | None = None


class TotalsDoc(Document):
    """What a measure must come to; keys that are not written are not looked at. Rates are texts with one decimal.

    `low` and `high` are the ends of the rate with the assumptions that the charts allow, `least` and `most` without;
    `none` means that there is no such number.
    """

    n: Text | None = None
    d: Text | None = None
    unknown: Count | None = None
    open: Count | None = None
    rate: Text | None = None
    low: Text | None = None
    high: Text | None = None
    least: Text | None = None
    most: Text | None = None
    points: Text | None = None
    change: Text | None = None


class CohortCaseDoc(Document):
    """A cohort with its right counts; `measure` defaults to the document's own, `on` to the pack's `dates.from`."""

    it: Sentence
    on: Day | None = None
    measure: DecisionId | None = None
    cohort: tuple[MemberDoc, ...] = ()
    entered: BeforeDoc | None = None
    before: BeforeDoc | None = None
    expect: TotalsDoc
    proves: Rows = ()


class MeasureDoc(Form):
    """A share or a count over a cohort, of persons or of events.

    A numerator or denominator that says `entered` is no expression: the number is given by hand for the period.
    `says` is the numerator in its author's words, `among` the denominator.
    """

    measure: DecisionId
    counts: Literal["persons", "events"] = "persons"
    numerator: Formula
    denominator: Formula | None = None
    says: Names | None = None
    among: Names | None = None
    exclusions: dict[Name, ExclusionDoc] = Field(default_factory=dict)
    unknown: Literal["apart", "out"] = "apart"
    direction: Literal["higher", "lower", "open"] = "open"
    against: Literal["previous", "baseline"] | None = None
    per: Count = 100
    when_unknown: Names | None = None
    cases: tuple[CohortCaseDoc, ...] = ()  # type: ignore[assignment]

    @property
    def id(self) -> Text:
        """Return the id of the measure."""
        return self.measure

    @property
    def asks(self) -> dict[str, Formula]:
        """Return the expressions that are asked of each person, by part: `denominator`, `numerator`."""
        named = {"denominator": self.denominator, "numerator": self.numerator}
        return {part: expr for part, expr in named.items() if expr is not None and expr != ENTERED}

    @property
    def entered(self) -> tuple[str, ...]:
        """Return the parts whose number is given by hand."""
        named = {"denominator": self.denominator, "numerator": self.numerator}
        return tuple(part for part, expr in named.items() if expr == ENTERED)
