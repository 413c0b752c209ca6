"""What one reading or list entry is worth, worked out once per object and day, and what one group of them gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangao.engine.chart import Chart, Entry, Reading
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run import occasions
from sangao.engine.run.admit import Admitter
from sangao.engine.run.conditions import truth_of
from sangao.engine.run.timeline import falls_due, over, usable, valid_from
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from sangao.engine.windows import Occasion

KEPT = 200_000  # readings and results remembered before starting anew


@dataclass(frozen=True, slots=True)
class Part:
    """What one reading or entry gives: its fact, day and moment, its value, and the value as rules read it by name."""

    fact: str
    day: int | None
    moment: str
    value: Any
    named: Any
    writes: tuple[tuple[int, Any], ...] | None  # leaf positions and values; None: the group has to be looked at
    kind_of: bool  # a member of a list that may be a kind of another member


@dataclass(slots=True)
class Day:
    """What is remembered for charts of one day; `kept` holds the objects alive whose `id` is the key."""

    on: int
    readings: dict[int, tuple[Any, tuple[Part, ...], tuple[Problem, ...]]]
    entries: dict[tuple[str, int], tuple[Any, tuple[Part, ...], tuple[Problem, ...], bool]]
    bases: dict[Any, Any]
    groups: dict[Any, tuple[tuple[int, Any], ...]]
    widened: dict[Any, tuple[list[Part], tuple[Part | None, ...]]]


class Parts:
    """Turns readings and entries into parts for the leaves of one pack; `at`: the place of each leaf."""

    def __init__(self, pack: ir.Pack, admitter: Admitter, at: Mapping[str, int]) -> None:
        self.pack = pack
        self.admitter = admitter
        self.at = at
        self.own: dict[str, list[ir.Leaf]] = {}
        for leaf in pack.leaves.values():
            if not isinstance(leaf.source, ir.Derived):
                for fact in admitter.subjects(leaf):
                    self.own.setdefault(fact, []).append(leaf)
        self._unusable = frozenset(at[leaf] for leaf in admitter.unusable.values())
        self._windows: dict[Any, Any] = {}
        self._where = {
            leaf.id: truth_of(pack, leaf.source.where)
            for leaf in pack.leaves.values()
            if isinstance(leaf.source, ir.Window) and leaf.source.where is not None
        }

    def read(self, reading: Reading, on: date, day: Day) -> tuple[Any, tuple[Part, ...], tuple[Problem, ...]]:
        said: list[Problem] = []
        found = self.admitter._readings(Chart(None, on, (reading,)), day.on, said)
        parts = tuple(self.part(one, day) for one in found if one.given == 0)
        if len(day.readings) >= KEPT:
            day.readings.clear()
        got = day.readings[id(reading)] = (reading, parts, tuple(said))
        return got

    def entry(
        self, name: str, entry: Entry, on: date, day: Day
    ) -> tuple[Any, tuple[Part, ...], tuple[Problem, ...], bool]:
        said: list[Problem] = []
        lists = self.admitter.lists
        found = lists.read(Chart(None, on, (), {name: (entry,)}), day.on, said, set(), 0)
        if len(day.entries) >= KEPT:
            day.entries.clear()
        parts = tuple(self.part(one, day) for one in found)
        got = day.entries[name, id(entry)] = (entry, parts, tuple(said), bool(lists.targets(entry, name)))
        return got

    def part(self, one: occasions.Admitted, day: Day) -> Part:
        fact = self.pack.dictionary.facts[one.fact]
        named: Any = None if self._past(one.fact, one.day, day.on) else one.value
        kind_of = one.fact in self.admitter.lists.broader
        part = Part(one.fact, one.day, one.moment, one.value, named, None, kind_of)
        writes = None if fact.group is not None else self.group([part], day)
        if one.blank and writes is not None:  # nothing was said
            writes = tuple(write for write in writes if write[0] not in self._unusable)
        return Part(one.fact, one.day, one.moment, one.value, named, writes, kind_of)

    def _past(self, fact: str, at: int | None, on: int) -> bool:
        """Return whether a fact is not valid any more."""
        return at is not None and at < valid_from(self.pack.dictionary.facts[fact], on)

    def group(self, parts: Sequence[Part], day: Day) -> tuple[tuple[int, Any], ...] | None:
        """Return what the leaves of one group (or fact) hold when these are its only readings, one per fact.

        None when they are not all of one day and moment: then they are several occasions.
        """
        first = parts[0]
        if any(one.day != first.day or one.moment != first.moment for one in parts):
            return None
        key = tuple((one.fact, one.day, one.value) for one in parts)
        found = day.groups.get(key)
        if found is not None:
            return found
        values = {one.fact: one.value for one in parts}
        known = {one.fact: one.named for one in parts}
        grouped = self.pack.dictionary.facts[first.fact].group is not None
        writes: dict[int, Any] = {}
        for leaf in {leaf.id: leaf for one in parts for leaf in self.own.get(one.fact, ())}.values():
            source, blank = leaf.source, self.admitter.blank[leaf.id]
            if isinstance(source, ir.Bare):
                if first.day is None and grouped:
                    return None
                value = known.get(source.fact)
                writes[self.at[leaf.id]] = blank if value is None else value
                continue
            if isinstance(source, ir.Unusable):
                if not self._past(source.fact, first.day, day.on):
                    writes[self.at[leaf.id]] = FALSE if usable(values[source.fact]) else TRUE
                continue
            assert isinstance(source, ir.Window)
            if first.day is None:
                return None
            writes[self.at[leaf.id]] = self._window(leaf.id, source, values, known, first.day, day.on, blank)
        if len(day.groups) >= KEPT:
            day.groups.clear()
        found = day.groups[key] = tuple(writes.items())
        return found

    def _window(
        self,
        leaf: str,
        source: ir.Window,
        values: Mapping[str, Any],
        known: Mapping[str, Any],
        at: int,
        on: int,
        blank: Any,
    ) -> Any:
        """Return what a window makes of the one occasion there is, as `Timeline` does."""
        fact = self.pack.dictionary.facts.get(source.subject)
        if source.op == "days_since" and fact is not None and fact.kind == "date":
            value = known[fact.id]
            return None if value is None else (on - value[1], on - value[0])
        if source.op == "due":
            return falls_due(source, known[source.subject])
        subject = fact.group if fact is not None and fact.group and source.where is not None else source.subject
        group = source.rule or self.pack.dictionary.groups.get(subject)
        members = group.members if group else (subject,)
        if not any(one in values for one in members):
            return blank
        if fact is not None and subject == fact.id and fact.id not in values:
            return blank
        if source.where is not None:
            holds = self._where[leaf](values)
        else:
            holds = TRUE if fact is None or fact.kind != "bool" else values.get(fact.id) or UNKNOWN
        member = source.member or (source.subject if fact is not None else None)
        value = values.get(member) if member else None
        key = (leaf, holds, value, at, on)
        if key not in self._windows:
            if len(self._windows) >= KEPT:
                self._windows.clear()
            self._windows[key] = over(source, [Occasion(at, holds, value)], on, blank)
        return self._windows[key]
