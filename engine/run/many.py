"""Many charts: the same admission as for one chart, without doing the same work twice.

Charts of a table have equal cells, share one day and mostly hold one reading per fact. What one reading is worth is
worked out once per `Reading` *object* (a source hands out the same object for equal cells); what the lists give is
worked out once per kind of delivery. A chart that is not so simple (two readings of a fact, a contradiction, members of
a group on different days) goes the way every chart goes. Both ways give the same values, bit for bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run import occasions
from sangao.engine.run.admit import Admitter
from sangao.engine.run.conditions import named_facts, truth_of
from sangao.engine.run.narrowed import narrowed
from sangao.engine.run.parts import KEPT, Day, Part, Parts
from sangao.engine.run.rows import compile_rows
from sangao.engine.truth import FALSE, TRUE

DAYS = 32  # days of charts whose readings are remembered


@dataclass(frozen=True, slots=True)
class Admitted:
    """Leaf values of both passes in the order of `Many.leaves`, and the problems of the chart."""

    open: list[Any]
    assumed: list[Any]
    problems: Sequence[Problem]


@dataclass(slots=True)
class _Base:
    """A chart with no readings of its own, as lists and settings make it."""

    open: list[Any]
    assumed: list[Any]
    held: frozenset[str]  # facts that hold a reading: site settings
    problems: tuple[Problem, ...]


class Many:
    """Admits charts one after the other to the leaves of chosen decisions; one per process."""

    def __init__(self, pack: ir.Pack, decisions: Sequence[str]) -> None:
        self.pack = narrowed(pack, decisions)
        self.decisions = tuple(decisions)
        self.rows = compile_rows(self.pack)
        self.leaves = self.rows.leaves
        self.admitter = Admitter(self.pack)
        self._at = {leaf: i for i, leaf in enumerate(self.leaves)}
        self._days: dict[int, Day] = {}
        self._formulas: dict[Any, tuple[Any, Problem | None]] = {}
        facts = self.pack.dictionary.facts
        self.parts = Parts(self.pack, self.admitter, self._at)
        self._of_list: dict[str | None, list[int]] = {}  # what says that a fact of the list cannot be used
        for fact, name in self.admitter.unusable.items():
            self._of_list.setdefault(facts[fact].list, []).append(self._at[name])
        self.by_formula: list[tuple[int, ir.Leaf, frozenset[str]]] = []
        for leaf in sorted(self.pack.leaves.values(), key=lambda one: self.admitter.rank[one.id]):
            if isinstance(leaf.source, ir.Derived):
                self.by_formula.append((self._at[leaf.id], leaf, frozenset(self.admitter.subjects(leaf))))
        self._guards = [(fact, truth_of(self.pack, guard)) for fact, guard in self.pack.guards.items() if fact in facts]
        self._rules = [(frozenset(one.facts), truth_of(self.pack, one.when)) for one in self.pack.contradictions]
        # INVARIANT: a group holds numbers, a leaf speaks of one group; anything else is admitted the long way.
        self.simple = all(self._one_cluster(leaf) for leaf in self.pack.leaves.values()) and not any(
            self.pack.settings.keys() & named_facts(one)
            for one in (*self.pack.guards.values(), *(rule.when for rule in self.pack.contradictions))
        )

    def admit(self, chart: Chart) -> Admitted:
        """Admit one chart."""
        return self._quick(chart) or self._long(chart)

    def _long(self, chart: Chart) -> Admitted:
        found = self.admitter(chart)
        first = [found.open[one] for one in self.leaves]
        second = first if found.assumed is found.open else [found.assumed[one] for one in self.leaves]
        return Admitted(first, second, found.problems)

    def _quick(self, chart: Chart) -> Admitted | None:
        day = self.day(chart.on) if self.simple else None
        if day is None:
            return None
        problems: list[Problem] = list(chart.problems) if chart.problems else []
        present = self._present(chart, day, problems)
        if present is None or any(one.fact for one in chart.problems):
            return None
        suspended: set[str] = set()
        if chart.lists and not self._listed(chart, day, present, suspended, problems):
            return None
        for part in self.wider(present, day):
            if part is None:
                return None
            present[part.fact] = part
        base = self.base(chart, day, suspended)
        if not base.held.isdisjoint(present):
            return None
        named = {fact: part.named for fact, part in present.items()}
        for facts, holds in self._rules:
            if facts <= present.keys() and holds(named) == TRUE:
                return None
        opened, assumed = base.open.copy(), base.assumed.copy()
        for name in suspended:
            for i in self._of_list.get(name, ()):
                opened[i] = assumed[i] = TRUE
        groups: dict[str, list[Part]] = {}
        for part in present.values():
            if part.writes is None:
                groups.setdefault(self.pack.dictionary.facts[part.fact].group or part.fact, []).append(part)
            else:
                for i, value in part.writes:
                    opened[i] = assumed[i] = value
        for parts in groups.values():
            writes = self.parts.group(parts, day)
            if writes is None:
                return None
            for i, value in writes:
                opened[i] = assumed[i] = value
        moved = set(present)
        for fact, guard in self._guards:
            if fact not in present and fact not in base.held and guard(named) == TRUE:
                moved.add(fact)
                for i, value in self.parts.group([Part(fact, day.on, "", FALSE, FALSE, None, False)], day) or ():
                    opened[i] = assumed[i] = value
        for i, leaf, subjects in self.by_formula:
            if not subjects.isdisjoint(moved):
                self._derive(i, leaf, present, opened, assumed, problems)
        if base.problems:
            problems += base.problems
        return Admitted(opened, assumed, problems)

    # --- what single readings give ------------------------------------------------------------------------------------
    def day(self, on: date) -> Day:
        number = on.toordinal()
        day = self._days.get(number)
        if day is None:
            if len(self._days) >= DAYS:
                self._days.clear()
            day = self._days[number] = Day(number, {}, {}, {}, {}, {})
        return day

    def _present(self, chart: Chart, day: Day, problems: list[Problem]) -> dict[str, Part] | None:
        """Return one part per fact, None when a fact has several."""
        kept = day.readings
        present: dict[str, Part] = {}
        born = None
        for reading in chart.readings:
            got = kept.get(id(reading))
            if got is None:
                got = self.parts.read(reading, chart.on, day)
            if got[2]:
                problems += got[2]
            for part in got[1]:
                fact = part.fact
                if fact in present:
                    if fact != "age" or "birth_date" not in (got[1][0].fact, born):
                        return None
                    if got[1][0].fact != "birth_date":
                        continue  # the age a birth date gave beats the one that was given
                present[fact] = part
                if fact == "birth_date":
                    if part.value is None or len(got[1]) == 1:
                        return None  # a birth date that gives no age
                    born = fact
        return present

    def _listed(
        self, chart: Chart, day: Day, present: dict[str, Part], suspended: set[str], problems: list[Problem]
    ) -> bool:
        """Add what the entries of the lists give; False when a fact is stated as a reading too."""
        found: dict[str, Part] = {}
        for name, entries in chart.lists.items():
            for entry in entries:
                got = day.entries.get((name, id(entry)))
                if got is None:
                    got = self.parts.entry(name, entry, chart.on, day)
                problems += got[2]
                if not got[3]:
                    suspended.add(name)
                for part in got[1]:
                    before = found.get(part.fact)
                    if before is None or (before.value != TRUE and part.value != FALSE):
                        found[part.fact] = part
        if not present.keys().isdisjoint(found):
            return False
        present.update(found)
        return True

    def wider(self, present: Mapping[str, Part], day: Day) -> Sequence[Part | None]:
        """Return what narrower and broader facts say of facts nobody spoke of; a None where they contradict."""
        kinds = [part for part in present.values() if part.kind_of]
        if not kinds:
            return ()
        key = tuple(map(id, kinds))
        found = day.widened.get(key)
        if found is None:
            said: list[Problem] = []
            given = [occasions.Admitted(one.fact, one.day, one.moment, one.value, 0) for one in kinds]
            more = [one for one in self.admitter.lists.widened(given, said) if one not in given]
            if len(day.widened) >= KEPT:
                day.widened.clear()
            parts: tuple[Part | None, ...] = (None,) if said else tuple(self.parts.part(one, day) for one in more)
            found = day.widened[key] = (kinds, parts)
        return found[1]

    def base(self, chart: Chart, day: Day, suspended: set[str]) -> _Base:
        key = (frozenset(chart.lists) - suspended, chart.complete - suspended)
        base = day.bases.get(key)
        if base is None:
            bare = Chart(None, chart.on, (), dict.fromkeys(sorted(key[0]), ()), key[1])
            found = self.admitter(bare)
            base = day.bases[key] = _Base(
                [found.open[one] for one in self.leaves],
                [found.assumed[one] for one in self.leaves],
                frozenset(self.pack.settings),
                found.problems,
            )
        return base

    # --- leaves -------------------------------------------------------------------------------------------------------
    def _one_cluster(self, leaf: ir.Leaf) -> bool:
        facts = [self.pack.dictionary.facts[one] for one in self.admitter.subjects(leaf)]
        if isinstance(leaf.source, ir.Derived):
            return True
        if any(one.group is not None and one.kind != "number" for one in facts):
            return False
        return len({one.group or one.id for one in facts}) == 1

    def _derive(
        self,
        i: int,
        leaf: ir.Leaf,
        present: Mapping[str, Part],
        opened: list[Any],
        assumed: list[Any],
        problems: list[Problem],
    ) -> None:
        source = leaf.source
        assert isinstance(source, ir.Derived)
        part = present.get(source.fact)
        measured = None if part is None else part.named
        rejected = part is not None and part.named is None
        places = [self._at[one] for one in source.inputs]
        inputs = tuple(opened[place] for place in places)
        opened[i], problem = self.formula(leaf, source, inputs, measured, rejected)
        if problem is not None:
            problems.append(problem)
        others = tuple(assumed[place] for place in places)
        same = others == inputs
        assumed[i] = opened[i] if same else self.formula(leaf, source, others, measured, rejected)[0]

    def formula(
        self, leaf: ir.Leaf, source: ir.Derived, inputs: tuple[Any, ...], measured: Any, rejected: bool
    ) -> tuple[Any, Problem | None]:
        key = (leaf.id, inputs, measured, rejected)
        found = self._formulas.get(key)
        if found is None:
            if len(self._formulas) >= KEPT:
                self._formulas.clear()
            found = self._formulas[key] = self.admitter.derived(leaf, source, inputs, measured, rejected)
        return found
