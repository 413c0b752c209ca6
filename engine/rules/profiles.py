"""Programme profiles: what a place wants of each measure in a year, as `profiles/<place>_<year>.yaml` says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sangao.engine.errors import Problem, Span
from sangao.engine.rules.documents import Backed, Document, Names, Origin, Text
from sangao.engine.rules.fit import fit
from sangao.engine.rules.leaves import Code, Count, DecisionId, Name, OneOrMany, Rows, Sentence, Some
from sangao.engine.rules.measures import BeforeDoc
from sangao.engine.rules.strict_yaml import SIZE, read_yaml


class GoalDoc(Backed):
    """What one measure shall reach. Several goals are several readings of one text: all are judged and shown.

    `id` defaults to the last part of the measure; `against` to the measure's own; `note` is shown with the verdict.
    """

    id: Code | None = None
    measure: DecisionId
    goal: OneOrMany
    against: Literal["previous", "baseline"] | None = None
    unknown: Literal["apart", "out"] | None = None
    note: Names | None = None

    @property
    def key(self) -> str:
        """Return the id of the goal."""
        return str(self.id) if self.id is not None else self.measure.rpartition(".")[2]


class TogetherDoc(Backed):
    """Several goals that are reported together, each with its own verdict; there is no weighted score."""

    title: Names
    goals: Annotated[tuple[Code, ...], Some]


class GoalCaseDoc(Document):
    """A result with its right verdict; `unknown`: so many of the denominator are not known."""

    it: Sentence
    goal: Code
    n: Count
    d: Count | None = None
    unknown: Count = 0
    before: BeforeDoc | None = None
    expect: Literal["reached", "not_reached", "unknown", "ambiguous"]
    proves: Rows = ()


class ProfileDoc(Document):
    """A profile: the goals of a place and a year over the measures of one pack."""

    profile: Name
    title: Names
    document: Text
    origin: Origin = "local"
    pack: Name
    period: Text
    goals: Annotated[tuple[GoalDoc, ...], Some]
    together: dict[Name, TogetherDoc] = Field(default_factory=dict)
    cases: tuple[GoalCaseDoc, ...] = ()
    about: Rows = ()
    cite: Rows = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile and the file it stands in."""

    path: Path
    doc: ProfileDoc


def read_profile(path: Path) -> tuple[Profile | None, list[Problem]]:
    """Read one profile; places name the file as `profiles/<file>`."""
    name = f"profiles/{path.name}"
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE + 1)
    except OSError:
        return None, [Problem("rules.unreadable", Span(name))]
    nodes, problems = read_yaml(data, name)
    if problems or not nodes:
        return None, problems or [Problem("rules.empty", Span(name), {"what_zh": "文件", "what_en": "the file"})]
    problems += [Problem("rules.one_document", extra.span, {"file": path.name}) for extra in nodes[1:]]
    found: list[Problem] = []
    doc = fit(ProfileDoc, nodes[0], found)
    problems += found
    if doc is None:
        return None, problems
    if doc.profile != path.stem:
        problems.append(Problem("measure.profile_name", doc.profile.span, {"given": doc.profile, "file": path.name}))
    problems += _once([*(goal.key for goal in doc.goals)], doc)
    return Profile(path, doc), problems


def _once(keys: Iterable[str], doc: ProfileDoc) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for key, goal in zip(keys, doc.goals, strict=True):
        if key in seen:
            problems.append(Problem("rules.doubled_id", goal.span, {"id": key}))
        seen.add(key)
    return problems
