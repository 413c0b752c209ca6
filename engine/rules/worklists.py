"""Work lists as an author writes them: who stands on a list, what is told of each, in which order; `worklists/*.yaml`.

A list decides nothing: it names decisions of a pack. What is asked of a person stands in the pack, with its sources.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sangao.engine.errors import Problem
from sangao.engine.rules.cases import GiveDoc
from sangao.engine.rules.documents import Backed, Document, Names, Text
from sangao.engine.rules.folder import read_document
from sangao.engine.rules.leaves import Count, Day, DecisionId, Name, Rows, Sentence, Some


class ShownDoc(Document):
    """A column: a decision of the pack or a fact, with a name where its own does not fit; `total` adds it up."""

    of: DecisionId
    name: Names | None = None
    total: Literal["sum", "count"] | None = None


class OrderDoc(Document):
    """What comes first: the people whom a decision holds for, the greatest or the least number, the earliest date."""

    by: DecisionId
    first: Literal["true", "greatest", "least", "earliest", "latest"]


class SampleDoc(Document):
    """So many people of each group, drawn by a seed and the period: the same draw whoever repeats it.

    Without a `number` the list leaves it to the site: `sangao list … --sample N`; a case says its own.
    """

    number: Count | None = None
    per: Name


class PersonDoc(GiveDoc):
    """One person of a case's cohort."""

    person: Text


class OnListDoc(Document):
    """Who stands on the list, in order; of whom it is not known; `totals` per column as text."""

    listed: tuple[Text, ...]
    unsure: tuple[Text, ...] = ()
    totals: dict[DecisionId, Text] = Field(default_factory=dict)


class ListCaseDoc(Document):
    """A cohort with the list it gives; `settings` are what the site has set."""

    it: Sentence
    on: Day
    sample: Count | None = None
    settings: dict[Name, Text] = Field(default_factory=dict)
    cohort: Annotated[tuple[PersonDoc, ...], Some]
    expect: OnListDoc
    proves: Rows = ()


class ListDoc(Backed):
    """One file of worklists/."""

    work_list: Name = Field(alias="list")
    title: Names
    pack: Name
    who: DecisionId
    exclusion: DecisionId | None = None
    unsure: Literal["apart", "leave"] = "apart"
    shows: Annotated[tuple[ShownDoc, ...], Some]
    order: tuple[OrderDoc, ...] = ()
    sample: SampleDoc | None = None
    note: Names | None = None
    cases: Annotated[tuple[ListCaseDoc, ...], Some]

    @property
    def id(self) -> str:
        """Return the name of the list."""
        return str(self.work_list)


def read_list(path: str | Path) -> tuple[ListDoc | None, list[Problem]]:
    """Read one work list; places name the file as it stands in its folder."""
    path = Path(path)
    found, problems = read_document(ListDoc, path)
    if found is not None and found.id != path.stem:
        problems.append(Problem("worklist.file_name", found.work_list.span, {"given": found.id, "file": path.name}))
    return found, problems
