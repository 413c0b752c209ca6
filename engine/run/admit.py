"""A chart as a pack sees it: every leaf with its abstract value, in the open and in the assumed pass.

Admission happens once per chart and pack. What was rejected stays an occasion without a value: an older reading never
takes its place, for a value nobody could read is not a normal one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from sangao.engine import formulas, quantity
from sangao.engine.chart import BLANK, Chart, Reading, day_of
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from sangao.engine.run.conditions import Conditions
from sangao.engine.run.entering import INT32, Takers, out_of_range, steps
from sangao.engine.run.happened import aged, grown, past
from sangao.engine.run.lists import ListReader
from sangao.engine.run.occasions import Admitted
from sangao.engine.run.qualified import taken
from sangao.engine.run.timeline import Timeline
from sangao.engine.truth import FALSE, TRUE

TODAY = "today"  # the fact that is the day of the chart, where a pack reads it
BOTH = ("", "both")  # where an admission keeps what both passes of the whole pack allow
SETTLED = 256  # sets of facts that are false together whose leaves are remembered: lists leave out the same


@dataclass(slots=True)
class Admission:
    """What a chart gives the leaves of a pack.

    `open` and `assumed` map leaf ids to abstract values (one object when nothing is assumed); `assumed_facts` in
    dictionary order; `readings` are the admitted readings, `given` the readings of the chart they point into;
    `timeline` holds them by occasion.
    """

    on: int
    open: dict[str, Any]
    assumed: dict[str, Any]
    assumed_facts: tuple[str, ...]
    readings: tuple[Admitted, ...]
    given: tuple[Reading, ...]
    problems: tuple[Problem, ...]
    timeline: Timeline
    worked: dict[tuple[str, str], Any] = field(default_factory=dict)


def nothing_known(kind: str, values: int) -> Any:
    """Return the abstract value of a blank: all truths, all codes, or None for a number."""
    return {"bool": 3, "code": (1 << values) - 1}.get(kind)


def _settings(pack: ir.Pack) -> tuple[Reading, ...]:
    return tuple(Reading(fact, value, source="site setting") for fact, value in pack.settings.items())


class Admitter:
    """Admits charts to one pack; built once, immutable, safe to share between threads."""

    def __init__(self, pack: ir.Pack) -> None:
        self.pack = pack
        facts = pack.dictionary.facts
        self.takers = Takers(facts)
        self.names = _names(facts)
        self.lists = ListReader(facts, self.names)
        self.blank = {leaf.id: nothing_known(leaf.kind, len(leaf.values)) for leaf in pack.leaves.values()}
        self.by_fact: dict[str, list[ir.Leaf]] = {}
        self.unusable = {one.source.fact: one.id for one in pack.leaves.values() if isinstance(one.source, ir.Unusable)}
        self.blank |= dict.fromkeys(self.unusable.values(), FALSE)
        for leaf in pack.leaves.values():
            for fact in self.subjects(leaf) if not isinstance(leaf.source, ir.Unusable) else ():
                self.by_fact.setdefault(fact, []).append(leaf)
        self.rank = {leaf: i for i, leaf in enumerate(self._ordered())}
        self.plain = {fact.id: self._plain(fact) for fact in facts.values()}
        self.guarded = tuple(fact for fact in facts.values() if fact.id in pack.guards)
        self.members: dict[str, list[tuple[str, bool]]] = {}  # and whether a member may be assumed false
        for one in facts.values():
            if one.list is not None and one.kind == "bool":
                self.members.setdefault(one.list, []).append((one.id, one.absent == "assume_false"))
        self.order = {fact: i for i, fact in enumerate(facts)}
        self.nothing = {fact.id: nothing_known(fact.kind, len(fact.values)) for fact in facts.values()}
        self._listed: dict[tuple[frozenset[str], frozenset[str]], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._false: dict[tuple[str, ...], tuple[dict[str, int], set[str]]] = {}  # leaves that are false, facts to ask
        self.conditions = Conditions(pack)
        self.settings = _settings(pack)

    def sited(self, pack: ir.Pack) -> "Admitter":
        """Return this admitter for the same pack with other settings."""
        made = copy(self)
        made.pack, made.settings = pack, _settings(pack)
        return made

    def __call__(self, chart: Chart) -> Admission:
        """Admit one chart."""
        on = chart.on.toordinal()
        problems = list(chart.problems) + self._edition(chart.on)
        admitted = self._readings(chart, on, problems)
        admitted += self.lists.read(chart, on, problems, {one.fact for one in admitted}, len(chart.readings))
        admitted = self.lists.widened(admitted, problems)
        timeline = Timeline(self.pack, admitted, on, problems, self.nothing, self.conditions)
        values = dict(self.blank)
        self._fill(values, timeline.facts(), timeline, problems)
        suspended = self.lists.suspended(chart)
        assumed_facts = self._absent(chart, suspended, values, timeline, problems)
        for fact, leaf in self.unusable.items():
            said = timeline.unusable(fact) if timeline.holds(fact) else None
            if said or (said is None and self.pack.dictionary.facts[fact].list in suspended):
                values[leaf] = TRUE
        assumed = values
        if assumed_facts:
            assumed = dict(values)
            self._settle(assumed, assumed_facts, timeline.assuming, [])
        given = (*chart.readings, *self.lists.as_readings(chart), *self.settings)
        return Admission(on, values, assumed, assumed_facts, tuple(timeline.readings), given, tuple(problems), timeline)

    # --- readings -----------------------------------------------------------------------------------------------------
    def _readings(self, chart: Chart, on: int, problems: list[Problem]) -> list[Admitted]:
        found: list[Admitted] = []
        facts = self.pack.dictionary.facts
        for i, reading in enumerate(chart.readings):
            fact = facts.get(reading.fact) or facts.get(self.names.get(quantity.normalise(reading.fact).lower(), ""))
            if fact is None or fact.site:
                near = get_close_matches(reading.fact, [one for one in facts if not facts[one].site], 1, 0.5)
                parts = {"name": reading.fact, "nearest": near[0] if near else "—"}
                problems.append(Problem("chart.unknown_fact", parts=parts, fact=reading.fact, given=reading.value))
                continue
            chosen, held = taken(facts, fact, reading, problems) if reading.qualifiers else (fact, ())
            if chosen is not None:
                self._enter(chosen, reading, i, on, found, problems)
            for n, out in enumerate(held):
                self._enter(facts[out], reading, i, on, found, [] if n else problems, held=True)
        found += self._left_out(chart, {one.fact for one in found}, on)
        found = past(facts, aged(facts, found, chart, on, problems), chart, on, problems)
        if TODAY in self.by_fact and TODAY not in self.pack.settings:
            found.append(Admitted(TODAY, on, "", (on, on), -1))
        start = len(chart.readings) + sum(len(entries) for entries in chart.lists.values())
        for i, reading in enumerate(self.settings, start):
            self._enter(facts[reading.fact], reading, i, on, found, problems)
        return found

    def _left_out(self, chart: Chart, said: set[str], on: int) -> Iterator[Admitted]:
        """Yield what whoever made the chart had to keep out of it: said of a fact, and of no use."""
        facts = self.pack.dictionary.facts
        for problem in chart.problems:
            name = problem.fact or ""
            fact = facts.get(name) or facts.get(self.names.get(quantity.normalise(name).lower(), ""))
            if problem.severity == "error" and fact is not None and not fact.site and fact.id not in said:
                said.add(fact.id)
                yield Admitted(fact.id, on, "", None, -1)

    def _enter(
        self,
        fact: Fact,
        reading: Reading,
        i: int,
        on: int,
        found: list[Admitted],
        problems: list[Problem],
        held: bool = False,
    ) -> None:
        """Enter a reading; one that is `held` out stands as sent, without a value."""
        day: int | None = on
        days: tuple[int, int] | None = None
        moment = reading.at or ""
        if reading.at is not None or i < 0:
            days = day_of(reading.at) if reading.at else None
            if reading.at and days is None:
                problems.append(Problem("chart.bad_time", fact=fact.id, given=reading.at))
            if days and days[0] > on:
                problems.append(Problem("chart.future", fact=fact.id, given=reading.at))
                return
            day = days[0] if days and days[0] == days[1] else None
        elif reading.source != "site setting":
            day = None
        if held:
            found.append(Admitted(fact.id, day, moment, None, i))
            return
        entered = self.takers[fact.id](reading.value, reading.unit)
        value, problem = entered.value, entered.problem
        if fact.id == "age" and value is not None and days is not None:
            value = grown(fact, value, days, on)
            problem = problem if value is not None else out_of_range(fact, reading.value)
        if problem is not None:
            problems.append(problem)
        found.append(Admitted(fact.id, day, moment, value, i, BLANK in reading.qualifiers))

    def _edition(self, on: date) -> list[Problem]:
        meta = self.pack.meta
        day = on.isoformat()
        found = [
            Problem("chart.outside_overlay", parts={"overlay": one.id, "start": one.start, "until": one.until})
            for one in meta.overlays
            if not one.start <= day <= one.until
        ]
        if (meta.start is None or meta.start <= day) and (meta.end is None or day < meta.end):
            return found
        parts = {"pack": meta.id, "start": meta.start or "—", "end": meta.end or "—"}
        return [Problem("chart.outside_edition", parts=parts), *found]

    # --- leaves -------------------------------------------------------------------------------------------------------
    def subjects(self, leaf: ir.Leaf) -> tuple[str, ...]:
        """Return the facts whose readings move this leaf."""
        source = leaf.source
        if isinstance(source, ir.Derived):
            own = {source.fact}
            for one in source.inputs:
                own.update(self.subjects(self.pack.leaves[one]))
            return tuple(own)
        if isinstance(source, ir.Unusable):
            return leaf.facts
        subject = source.fact if isinstance(source, ir.Bare) else source.subject
        group = self.pack.dictionary.groups.get(subject)
        if group is None:
            fact = self.pack.dictionary.facts[subject]
            group = self.pack.dictionary.groups.get(fact.group) if fact.group else None
        return tuple(dict.fromkeys((*(group.members if group else (subject,)), *leaf.facts)))

    def _ordered(self) -> list[str]:
        """Return the leaf ids with every formula after its inputs."""
        done: dict[str, None] = {}

        def visit(leaf: ir.Leaf) -> None:
            if isinstance(leaf.source, ir.Derived):
                for one in leaf.source.inputs:
                    visit(self.pack.leaves[one])
            done[leaf.id] = None

        for leaf in self.pack.leaves.values():
            visit(leaf)
        return list(done)

    def _fill(self, values: dict[str, Any], facts: set[str], timeline: Timeline, problems: list[Problem]) -> None:
        touched = {leaf.id: leaf for fact in facts for leaf in self.by_fact.get(fact, ())}
        for leaf in sorted(touched.values(), key=lambda one: self.rank[one.id]):
            source = leaf.source
            if isinstance(source, ir.Derived):
                values[leaf.id] = self._derived(leaf, source, values, timeline, problems)
            else:
                values[leaf.id] = timeline.value(leaf, self.blank[leaf.id])

    def _derived(
        self, leaf: ir.Leaf, source: ir.Derived, values: Mapping[str, Any], timeline: Timeline, problems: list[Problem]
    ) -> Any:
        measured = timeline.bare(source.fact, None, None)
        rejected = measured is None and timeline.rejected(source.fact)
        value, problem = self.derived(leaf, source, [values[one] for one in source.inputs], measured, rejected)
        if problem is not None:
            problems.append(problem)
        return value

    def derived(
        self, leaf: ir.Leaf, source: ir.Derived, values: Sequence[Any], measured: Any, rejected: bool
    ) -> tuple[Any, Problem | None]:
        """Return the value of a formula's leaf from the values of its inputs: the measured one where there is one.

        `rejected`: a measured value was sent that could not be used, so no computed one takes its place.
        """
        formula = formulas.FORMULAS[source.formula]
        inputs = [self.pack.leaves[one] for one in source.inputs]
        given = [_argument(one, value) for one, value in zip(inputs, values, strict=True)]
        numeric = [one.step for one in inputs]
        computed, code = formulas.apply(formula, given, numeric, leaf.step, (leaf.low, leaf.high))
        if rejected:
            return None, None
        parts = {"formula": source.formula}
        if measured is None:
            return computed, Problem(code, parts=parts, fact=source.fact) if code else None
        fact = self.pack.dictionary.facts[source.fact]
        if computed and (
            computed[0] - measured[1] > (far := steps(fact.resolution, fact)) or measured[0] - computed[1] > far
        ):
            return measured, Problem("chart.formula_differs", parts=parts, fact=source.fact)
        return measured, None

    def _absent(
        self,
        chart: Chart,
        suspended: Collection[str],
        values: dict[str, Any],
        timeline: Timeline,
        problems: list[Problem],
    ) -> tuple[str, ...]:
        """Settle what is false by rule or by a complete list; return the facts that are assumed false."""
        false: dict[str, None] = {}
        if self.guarded:
            known = timeline.named()
            for fact in self.guarded:
                if not timeline.holds(fact.id) and self.conditions.truth(self.pack.guards[fact.id], known) == TRUE:
                    false[fact.id] = None
        stated = timeline.by_fact
        told = {*chart.lists, *chart.complete}.difference(suspended) & self.members.keys()
        listed, assumable = self._members(frozenset(told & chart.complete), frozenset(told - chart.complete))
        false |= dict.fromkeys([one for one in listed if one not in stated])
        assumed = [one for one in assumable if one not in stated and one not in false]
        if false:
            self._settle(values, tuple(false), timeline.settle, problems)
        return tuple(assumed)

    def _members(self, whole: frozenset[str], others: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return, in order, the members of lists that are complete, and those of others that may be assumed false."""
        found = self._listed.get((whole, others))
        if found is None:
            listed = [one for name in whole for one, _ in self.members[name]]
            assumable = [one for name in others for one, may in self.members[name] if may]
            listed.sort(key=self.order.__getitem__)
            assumable.sort(key=self.order.__getitem__)
            found = self._listed[whole, others] = (tuple(listed), tuple(assumable))
        return found

    def _settle(
        self,
        values: dict[str, Any],
        facts: tuple[str, ...],
        told: Callable[[tuple[str, ...]], Timeline],
        problems: list[Problem],
    ) -> None:
        """Set the leaves of facts that are false; only leaves that rest on more than the bare fact are asked again."""
        timeline = told(facts)
        known = self._false.get(facts)
        if known is None:
            known = ({}, {fact for fact in facts if self.plain[fact] is None})
            for fact in facts:
                known[0].update(self.plain[fact] or {})
            if len(self._false) < SETTLED:
                self._false[facts] = known
        values.update(known[0])
        if known[1]:
            self._fill(values, known[1], timeline, problems)

    def _plain(self, fact: Fact) -> dict[str, int] | None:
        """Return the leaves of a fact as they are when it is false, None when some leaf rests on more than the fact."""
        leaves = self.by_fact.get(fact.id, ())
        if fact.kind != "bool" or any(not isinstance(leaf.source, ir.Bare) or fact.group for leaf in leaves):
            return None
        return {leaf.id: FALSE for leaf in leaves}


def _argument(leaf: ir.Leaf, value: Any) -> Any:
    if leaf.kind == "code":
        codes = tuple(code for i, code in enumerate(leaf.values) if value >> i & 1)
        return codes if len(codes) < len(leaf.values) else None
    return value


def _names(facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return every spelling of a fact a host may use, in lower case, with the fact's id."""
    found: dict[str, str] = {}
    for fact in facts.values():
        for text in (fact.id, *fact.synonyms, fact.zh, fact.en):
            found.setdefault(quantity.normalise(text).lower(), fact.id)
    return found


__all__ = ["INT32", "Admission", "Admitter"]
