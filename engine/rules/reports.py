"""Reports for patients as an author writes them: sections over the answers and advice of a pack; `reports/*.yaml`.

A report decides nothing and words nothing clinical of its own: it chooses what a patient is told and in which order.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sangao.engine.errors import Problem
from sangao.engine.rules.cases import GiveDoc
from sangao.engine.rules.documents import Backed, Document, Names, Text
from sangao.engine.rules.folder import read_document
from sangao.engine.rules.leaves import Count, Day, DecisionId, Name, Rows, Sentence, Some

Kind = Literal["refer", "order", "drug", "follow_up", "lifestyle", "record", "educate"]


class SectionDoc(Document):
    """One section: values of facts, answers, advice of some kinds (or whose id begins so), what to bring or measure.

    `unknown` is what is said of an answer that is not known; without it, what the decision itself says.
    """

    title: Names
    facts: tuple[Name, ...] = ()
    decisions: tuple[DecisionId, ...] = ()
    advice: tuple[Kind, ...] = ()
    begins: Text | None = None
    ask: Count | None = None
    most: Count | None = None
    unknown: Names | None = None
    empty: Names | None = None


class SaysDoc(Document):
    """Words in each language."""

    zh: tuple[Text, ...] = ()
    en: tuple[Text, ...] = ()


class ExpectDoc(Document):
    """What the report says, and what it must not say."""

    says: SaysDoc = Field(default_factory=SaysDoc)
    silent: SaysDoc = Field(default_factory=SaysDoc)


class ReportCaseDoc(GiveDoc):
    """A chart with words of its report."""

    it: Sentence
    on: Day
    expect: ExpectDoc
    proves: Rows = ()


class ReportDoc(Backed):
    """One file of reports/."""

    report: Name
    title: Names
    pack: Name
    lead: Names | None = None
    sections: Annotated[tuple[SectionDoc, ...], Some]
    note: Names
    cases: Annotated[tuple[ReportCaseDoc, ...], Some]

    @property
    def id(self) -> str:
        """Return the name of the report."""
        return str(self.report)


def read_report(path: str | Path) -> tuple[ReportDoc | None, list[Problem]]:
    """Read one report; places name the file as it stands in its folder."""
    path = Path(path)
    found, problems = read_document(ReportDoc, path)
    if found is not None and found.id != path.stem:
        problems.append(Problem("report.file_name", found.report.span, {"given": found.id, "file": path.name}))
    return found, problems
