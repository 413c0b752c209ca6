"""Many charts: the same admission as for one chart, without doing the same work twice.

Charts of a table have equal cells, share one day and mostly hold one reading per fact. What one reading is worth is
worked out once per `Reading` *object* (a source hands out the same object for equal cells); what the lists give is
worked out once per kind of delivery. A chart that is not so simple (two readings of a fact, a contradiction, members of
a group on different days) goes the way every chart goes. Both ways give the same values, bit for bit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sangao.engine import quantity
from sangao.engine.chart import Chart, Entry, Reading
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run import occasions
from sangao.engine.run.admit import Admitter
from sangao.engine.run.cones import cone, walk
from sangao.engine.run.phrases import Name, Phrases, nearest_zero
from sangao.engine.run.rows import compile_rows
from sangao.engine.run.timeline import over
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from sangao.engine.windows import Occasion

KEPT = 200_000  # readings and results remembered before starting anew
BLANK = (float("-inf"), float("inf"))  # a number nothing is known of, in the text of a condition
DAYS = 32  # days of charts whose readings are remembered


@dataclass(frozen=True, slots=True)
class Admitted:
    """Leaf values of both passes in the order of `Many.leaves`, and the problems of the chart."""

    open: list[Any]
    assumed: list[Any]
    problems: Sequence[Problem]


def narrowed(pack: ir.Pack, decisions: Iterable[str]) -> ir.Pack:
    """Return the pack with only these decisions and what they rest on; what it answers of them is unchanged."""
    leaves: dict[str, None] = {}
    kept: dict[str, None] = {}
    for name in decisions:
        below, asked = cone(pack, name)
        leaves |= dict.fromkeys(below)
        kept |= dict.fromkeys(asked)
    todo = list(leaves)
    while todo:
        source = pack.leaves[todo.pop()].source
        for one in source.inputs if isinstance(source, ir.Derived) else ():
            if one not in leaves:
                leaves[one] = None
                todo.append(one)
    return replace(
        pack,
        leaves={name: leaf for name, leaf in pack.leaves.items() if name in leaves},
        decisions={name: one for name, one in pack.decisions.items() if name in kept},
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one reading or entry gives: its fact, day and moment, its value, and the value as rules read it by name."""

    fact: str
    day: int | None
    moment: str
    value: Any
    named: Any
    writes: tuple[tuple[int, Any], ...] | None  # leaf positions and values; None: the group has to be looked at
    kind_of: bool  # a member of a list that may be a kind of another member


@dataclass(slots=True)
class _Base:
    """A chart with no readings of its own, as lists and settings make it."""

    open: list[Any]
    assumed: list[Any]
    held: frozenset[str]  # facts that hold a reading: site settings
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Day:
    """What is remembered for charts of one day; `kept` holds the objects alive whose `id` is the key."""

    on: int
    readings: dict[int, tuple[Any, tuple[_Part, ...], tuple[Problem, ...]]]
    entries: dict[tuple[str, int], tuple[Any, tuple[_Part, ...], tuple[Problem, ...], bool]]
    bases: dict[Any, _Base]
    groups: dict[Any, tuple[tuple[int, Any], ...]]
    widened: dict[Any, tuple[list[_Part], tuple[_Part | None, ...]]]


class Many:
    """Admits charts one after the other to the leaves of chosen decisions; one per process."""

    def __init__(self, pack: ir.Pack, decisions: Sequence[str]) -> None:
        self.pack = narrowed(pack, decisions)
        self.decisions = tuple(decisions)
        self.rows = compile_rows(self.pack)
        self.leaves = self.rows.leaves
        self._admitter = Admitter(self.pack)
        self._at = {leaf: i for i, leaf in enumerate(self.leaves)}
        self._days: dict[int, _Day] = {}
        self._formulas: dict[Any, tuple[Any, Problem | None]] = {}
        self._windows: dict[Any, Any] = {}
        facts = self.pack.dictionary.facts
        self._own: dict[str, list[ir.Leaf]] = {}
        self._by_formula: list[tuple[int, ir.Leaf, frozenset[str]]] = []
        for leaf in sorted(self.pack.leaves.values(), key=lambda one: self._admitter.rank[one.id]):
            if isinstance(leaf.source, ir.Derived):
                self._by_formula.append((self._at[leaf.id], leaf, frozenset(self._admitter._subjects(leaf))))
                continue
            for fact in self._admitter._subjects(leaf):
                self._own.setdefault(fact, []).append(leaf)
        self._where = {
            leaf.id: truth_of(self.pack, leaf.source.where)
            for leaf in self.pack.leaves.values()
            if isinstance(leaf.source, ir.Window) and leaf.source.where is not None
        }
        self._guards = [(fact, truth_of(self.pack, guard)) for fact, guard in self.pack.guards.items() if fact in facts]
        self._rules = [(frozenset(one.facts), truth_of(self.pack, one.when)) for one in self.pack.contradictions]
        # INVARIANT: a group holds numbers, a leaf speaks of one group; anything else is admitted the long way.
        self._simple = all(self._one_cluster(leaf) for leaf in self.pack.leaves.values()) and not any(
            self.pack.settings.keys() & named_facts(one)
            for one in (*self.pack.guards.values(), *(rule.when for rule in self.pack.contradictions))
        )

    def admit(self, chart: Chart) -> Admitted:
        """Admit one chart."""
        return self._quick(chart) or self._long(chart)

    def _long(self, chart: Chart) -> Admitted:
        found = self._admitter(chart)
        first = [found.open[one] for one in self.leaves]
        second = first if found.assumed is found.open else [found.assumed[one] for one in self.leaves]
        return Admitted(first, second, found.problems)

    def _quick(self, chart: Chart) -> Admitted | None:
        day = self._day(chart.on) if self._simple else None
        if day is None:
            return None
        problems: list[Problem] = list(chart.problems) if chart.problems else []
        present = self._present(chart, day, problems)
        if present is None:
            return None
        suspended: set[str] = set()
        if chart.lists and not self._listed(chart, day, present, suspended, problems):
            return None
        for part in self._wider(present, day):
            if part is None:
                return None
            present[part.fact] = part
        base = self._base(chart, day, suspended)
        if not base.held.isdisjoint(present):
            return None
        named = {fact: part.named for fact, part in present.items()}
        for facts, holds in self._rules:
            if facts <= present.keys() and holds(named) == TRUE:
                return None
        opened, assumed = base.open.copy(), base.assumed.copy()
        groups: dict[str, list[_Part]] = {}
        for part in present.values():
            if part.writes is None:
                groups.setdefault(self.pack.dictionary.facts[part.fact].group or part.fact, []).append(part)
            else:
                for i, value in part.writes:
                    opened[i] = assumed[i] = value
        for parts in groups.values():
            writes = self._group(parts, day)
            if writes is None:
                return None
            for i, value in writes:
                opened[i] = assumed[i] = value
        moved = set(present)
        for fact, guard in self._guards:
            if fact not in present and fact not in base.held and guard(named) == TRUE:
                moved.add(fact)
                for i, value in self._group([_Part(fact, day.on, "", FALSE, FALSE, None, False)], day) or ():
                    opened[i] = assumed[i] = value
        for i, leaf, subjects in self._by_formula:
            if not subjects.isdisjoint(moved):
                self._derive(i, leaf, present, opened, assumed, problems)
        if base.problems:
            problems += base.problems
        return Admitted(opened, assumed, problems)

    # --- what single readings give ------------------------------------------------------------------------------------
    def _day(self, on: date) -> _Day:
        number = on.toordinal()
        day = self._days.get(number)
        if day is None:
            if len(self._days) >= DAYS:
                self._days.clear()
            day = self._days[number] = _Day(number, {}, {}, {}, {}, {})
        return day

    def _present(self, chart: Chart, day: _Day, problems: list[Problem]) -> dict[str, _Part] | None:
        """Return one part per fact, None when a fact has several."""
        kept = day.readings
        present: dict[str, _Part] = {}
        born = None
        for reading in chart.readings:
            got = kept.get(id(reading))
            if got is None:
                got = self._read(reading, chart.on, day)
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
                if fact == "birth_date" and part.value is not None:
                    if len(got[1]) == 1:
                        return None  # a birth date that gives no age
                    born = fact
        return present

    def _read(self, reading: Reading, on: date, day: _Day) -> tuple[Any, tuple[_Part, ...], tuple[Problem, ...]]:
        said: list[Problem] = []
        found = self._admitter._readings(Chart(None, on, (reading,)), day.on, said)
        parts = tuple(self._part(one, day) for one in found if one.given == 0)
        if len(day.readings) >= KEPT:
            day.readings.clear()
        got = day.readings[id(reading)] = (reading, parts, tuple(said))
        return got

    def _part(self, one: occasions.Admitted, day: _Day) -> _Part:
        fact = self.pack.dictionary.facts[one.fact]
        named: Any = one.value
        if fact.valid_for and one.day is not None:
            span = quantity.parse_span(fact.valid_for)
            assert span is not None
            if one.day < quantity.add_span(date.fromordinal(day.on), span, -1).toordinal():
                named = None
        kind_of = one.fact in self._admitter.lists.broader
        part = _Part(one.fact, one.day, one.moment, one.value, named, None, kind_of)
        writes = None if fact.group is not None else self._group([part], day)
        return _Part(one.fact, one.day, one.moment, one.value, named, writes, kind_of)

    def _listed(
        self, chart: Chart, day: _Day, present: dict[str, _Part], suspended: set[str], problems: list[Problem]
    ) -> bool:
        """Add what the entries of the lists give; False when a fact is stated as a reading too."""
        found: dict[str, _Part] = {}
        for name, entries in chart.lists.items():
            for entry in entries:
                got = day.entries.get((name, id(entry)))
                if got is None:
                    got = self._entry(name, entry, chart.on, day)
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

    def _wider(self, present: Mapping[str, _Part], day: _Day) -> Sequence[_Part | None]:
        """Return what narrower and broader facts say of facts nobody spoke of; a None where they contradict."""
        kinds = [part for part in present.values() if part.kind_of]
        if not kinds:
            return ()
        key = tuple(map(id, kinds))
        found = day.widened.get(key)
        if found is None:
            said: list[Problem] = []
            given = [occasions.Admitted(one.fact, one.day, one.moment, one.value, 0) for one in kinds]
            more = self._admitter.lists.widened(given, said)[len(kinds) :]
            if len(day.widened) >= KEPT:
                day.widened.clear()
            parts: tuple[_Part | None, ...] = (None,) if said else tuple(self._part(one, day) for one in more)
            found = day.widened[key] = (kinds, parts)
        return found[1]

    def _entry(
        self, name: str, entry: Entry, on: date, day: _Day
    ) -> tuple[Any, tuple[_Part, ...], tuple[Problem, ...], bool]:
        said: list[Problem] = []
        lists = self._admitter.lists
        found = lists.read(Chart(None, on, (), {name: (entry,)}), day.on, said, set(), 0)
        if len(day.entries) >= KEPT:
            day.entries.clear()
        parts = tuple(self._part(one, day) for one in found)
        got = day.entries[name, id(entry)] = (entry, parts, tuple(said), bool(lists.targets(entry)))
        return got

    def _base(self, chart: Chart, day: _Day, suspended: set[str]) -> _Base:
        key = (frozenset(chart.lists) - suspended, chart.complete - suspended)
        base = day.bases.get(key)
        if base is None:
            bare = Chart(None, chart.on, (), dict.fromkeys(sorted(key[0]), ()), key[1])
            found = self._admitter(bare)
            base = day.bases[key] = _Base(
                [found.open[one] for one in self.leaves],
                [found.assumed[one] for one in self.leaves],
                frozenset(self.pack.settings),
                found.problems,
            )
        return base

    # --- leaves -------------------------------------------------------------------------------------------------------
    def _one_cluster(self, leaf: ir.Leaf) -> bool:
        facts = [self.pack.dictionary.facts[one] for one in self._admitter._subjects(leaf)]
        if isinstance(leaf.source, ir.Derived):
            return True
        if any(one.group is not None and one.kind != "number" for one in facts):
            return False
        return len({one.group or one.id for one in facts}) == 1

    def _group(self, parts: Sequence[_Part], day: _Day) -> tuple[tuple[int, Any], ...] | None:
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
        for leaf in {leaf.id: leaf for one in parts for leaf in self._own.get(one.fact, ())}.values():
            source, blank = leaf.source, self._admitter.blank[leaf.id]
            if isinstance(source, ir.Bare):
                if first.day is None and grouped:
                    return None
                value = known.get(source.fact)
                writes[self._at[leaf.id]] = blank if value is None else value
                continue
            assert isinstance(source, ir.Window)
            if first.day is None:
                return None
            writes[self._at[leaf.id]] = self._window(leaf.id, source, values, known, first.day, day.on, blank)
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

    def _derive(
        self,
        i: int,
        leaf: ir.Leaf,
        present: Mapping[str, _Part],
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
        opened[i], problem = self._formula(leaf, source, inputs, measured, rejected)
        if problem is not None:
            problems.append(problem)
        others = tuple(assumed[place] for place in places)
        same = others == inputs
        assumed[i] = opened[i] if same else self._formula(leaf, source, others, measured, rejected)[0]

    def _formula(
        self, leaf: ir.Leaf, source: ir.Derived, inputs: tuple[Any, ...], measured: Any, rejected: bool
    ) -> tuple[Any, Problem | None]:
        key = (leaf.id, inputs, measured, rejected)
        found = self._formulas.get(key)
        if found is None:
            if len(self._formulas) >= KEPT:
                self._formulas.clear()
            found = self._formulas[key] = self._admitter.derived(leaf, source, inputs, measured, rejected)
        return found


def named_facts(expr: ir.Expr) -> set[str]:
    """Return the facts a condition of the dictionary names."""
    return {one.leaf for one in walk(expr) if isinstance(one, ir.Read)}


def truth_of(pack: ir.Pack, expr: ir.Expr) -> Callable[[Mapping[str, Any]], int]:
    """Return a condition over values named by fact id as a function; a fact that is absent or None is unknown.

    The text it is made from comes from the same phrases as the programs of `sangao.engine.run.rows`.
    """
    names: dict[str, Name] = {}
    lines = ["def run(values):"]
    for one in walk(expr):
        if not isinstance(one, ir.Read) or one.leaf in names:
            continue
        i, fact = len(names), pack.dictionary.facts[one.leaf]
        if fact.kind in ("number", "date"):
            names[one.leaf] = Name("number", f"a{i}", f"b{i}")
            lines.append(f"    a{i}, b{i} = values.get({one.leaf!r}) or BLANK")
        else:
            nothing = UNKNOWN if fact.kind == "bool" else (1 << len(fact.values)) - 1
            names[one.leaf] = Name(fact.kind, f"a{i}")
            lines.append(f"    a{i} = values.get({one.leaf!r}) or {nothing}")
    lines.append(f"    return {Phrases(names, {}).mask(expr)}")
    space: dict[str, Any] = {"BLANK": BLANK, "NINF": BLANK[0], "INF": BLANK[1], "nearest_zero": nearest_zero}
    exec(compile("\n".join(lines), f"<condition of {pack.meta.id}>", "exec"), space)
    found: Callable[[Mapping[str, Any]], int] = space["run"]
    return found
