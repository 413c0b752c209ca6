"""Where the readers of resources put what they find: readings, entries of lists, problems, and what traces to what."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sangao.adapters import arms
from sangao.adapters.fhir.gathering import Gathered, Resource
from sangao.adapters.terms import Book
from sangao.engine.chart import Entry, Reading
from sangao.engine.errors import Problem

UNKNOWN = "unknown"
"""The value of a truth nobody is sure of: nothing is assumed in its place."""


@dataclass(slots=True)
class Taken:
    """What one patient's resources say so far, as of the ordinal day `on`.

    `patient`: every name of the patient; `held`: truths that some resource states; `doubts`: those that one casts doubt
    on; `arms`: those a pressure was taken at; `traced`: fact → time and name of the resource it comes from.
    """

    on: int
    book: Book
    gathered: Gathered
    patient: frozenset[str] = frozenset()
    readings: list[Reading] = field(default_factory=list)
    lists: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    traced: dict[str, tuple[str, str]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    doubts: dict[str, Resource] = field(default_factory=dict)
    arms: set[str] = field(default_factory=set)

    @property
    def now(self) -> str:
        """Return the day of the chart, which is that of a statement without a time of its own."""
        return date.fromordinal(self.on).isoformat()

    def reading(
        self,
        fact: str,
        value: Any,
        resource: Resource,
        *,
        unit: str | None = None,
        at: str | None = None,
        qualifiers: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        """Add a reading, traced to its resource."""
        self.readings.append(Reading(fact, value, unit, at, resource.name, qualifiers))
        self.trace(fact, at, resource)

    def state(self, fact: str, resource: Resource) -> None:
        """State a truth as of the day."""
        self.held.add(fact)
        self.reading(fact, True, resource, at=self.now)

    def doubt(self, facts: Iterable[str], resource: Resource) -> None:
        """Keep facts from being taken for present or absent, unless another resource says that they are there."""
        for fact in facts:
            self.doubts.setdefault(fact, resource)

    def settle(self) -> None:
        """Enter the doubts that nothing has lifted, and choose the higher arm, once every resource was read."""
        for fact, resource in self.doubts.items():
            if fact not in self.held:
                self.reading(fact, UNKNOWN, resource, at=self.now)
        if len(self.arms) > 1:
            self.readings, half = arms.higher(self.readings)
            self.problems += [Problem("fhir.half_arm", fact=fact) for fact in half]
            for fact in arms.OFFICE:
                left = [(one.at or "", one.source or "") for one in self.readings if one.fact == fact]
                if left:
                    self.traced[fact] = max(left, key=lambda one: one[0])

    def entry(self, name: str, entry: Entry, facts: Iterable[str], resource: Resource) -> None:
        """Add an entry of a list, which is delivered then, and trace the facts it speaks of."""
        self.deliver(name).append(entry)
        for fact in facts:
            if entry.status in (None, "active"):
                self.held.add(fact)
            self.trace(fact, entry.start, resource)

    def deliver(self, name: str) -> list[Entry]:
        """Return the entries of a list, delivered from now on."""
        return self.lists.setdefault(name, [])

    def suspend(self, name: str, source: str) -> None:
        """Deliver a list with an entry nobody can read, so that nothing of it is assumed absent."""
        self.deliver(name).append(Entry("", "name", source=source))

    def problem(self, code: str, resource: Resource, fact: str | None = None, /, **parts: Any) -> None:
        """Add a problem of a resource."""
        self.problems.append(Problem(code, resource.where, parts, fact=fact))

    def trace(self, fact: str, at: str | None, resource: Resource) -> None:
        """Note which resource a fact comes from: of several the one of the latest time."""
        if fact not in self.traced or self.traced[fact][0] <= (at or ""):
            self.traced[fact] = (at or "", resource.name)
