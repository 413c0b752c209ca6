"""The admitted readings of one chart along time: occasions, contradictions, and what each leaf reads of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sangao.engine import quantity, windows
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact, Group
from sangao.engine.pack import ir
from sangao.engine.run import intervals
from sangao.engine.run.conditions import Conditions
from sangao.engine.run.entering import steps
from sangao.engine.run.occasions import Admitted, Occasions, all_denied, by_day, made_one, single
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

UNORDERED = frozenset({"count", "days", "ever", "all", "max", "min"})  # windows that do not ask which reading was later


class Timeline:
    """Readings of one chart, asked for leaves. Problems found on the way are appended to the list given."""

    def __init__(
        self,
        pack: ir.Pack,
        readings: Sequence[Admitted],
        on: int,
        problems: list[Problem],
        nothing: Mapping[str, Any],
        conditions: Conditions,
    ) -> None:
        self.pack = pack
        self.conditions = conditions
        self._nothing = nothing
        self.on = on
        self.facts_known: dict[str, Any] = {}
        self.readings = _without_conflicts(readings, pack, problems)
        sent: dict[str, list[Admitted]] = {}
        for one in self.readings:
            sent.setdefault(one.fact, []).append(one)
        self.by_fact: dict[str, Sequence[Admitted]] = {**sent}
        self._cache: dict[tuple[str, int], Occasions] = {}
        self._single: dict[tuple[str, ...], Occasions | None] = {}
        self._due: set[str] = set()
        self._problems = problems
        self._contradictions()

    def facts(self) -> set[str]:
        """Return the facts that have readings, rejected ones too."""
        return set(self.by_fact)

    def holds(self, fact: str) -> bool:
        """Return whether a fact has a reading at all; a rejected one keeps it from being assumed."""
        return fact in self.by_fact

    def rejected(self, fact: str) -> bool:
        """Return whether the last that was sent of a fact could not be used."""
        return fact in self.by_fact and self.named().get(fact) is None

    def unusable(self, fact: str) -> bool | None:
        """Return whether what was last said of a fact cannot be used, as far as it is valid; None: nothing was said."""
        if all(one.blank for one in self.by_fact[fact]):
            return None
        last = self._last(self.pack.dictionary.facts[fact], self._occasions(fact, None))
        return any(not usable(value) for value in last) if last else None

    def named(self) -> dict[str, Any]:
        """Return the value of every fact by its name, under the dictionary's occasion rules; blanks are unknown."""
        if not self.facts_known:
            self.facts_known = dict(self._nothing)
            for fact in self.by_fact:
                self.facts_known[fact] = self.bare(fact, None, self._nothing[fact])
        return self.facts_known

    def settle(self, facts: tuple[str, ...]) -> "Timeline":
        """Take facts for false, settled: their list is complete, or a rule of the dictionary says so."""
        told = all_denied(facts, self.on)
        self.by_fact.update(told)
        self._single.clear()
        if self.facts_known:
            self.facts_known.update(dict.fromkeys(told, FALSE))
        return self

    def assuming(self, facts: tuple[str, ...]) -> "Timeline":
        """Return a timeline on which these facts are false."""
        other = object.__new__(Timeline)
        other.__dict__.update(self.__dict__)
        other.by_fact = dict(self.by_fact)
        other.facts_known = dict(self.facts_known)
        other._cache, other._single = {}, {}
        return other.settle(facts)

    # --- leaves -------------------------------------------------------------------------------------------------------
    def value(self, leaf: ir.Leaf, blank: Any) -> Any:
        """Return the abstract value of a bare or window leaf; `blank` is its "nothing known"."""
        source = leaf.source
        if isinstance(source, ir.Bare):
            return self.bare(source.fact, source.rule, blank)
        assert isinstance(source, ir.Window)
        return self._window(source, blank)

    def bare(self, fact_id: str, rule: Group | None, blank: Any) -> Any:
        """Return the abstract value of a fact as last said; `rule`: of its occasions, None for the dictionary's."""
        fact = self.pack.dictionary.facts[fact_id]
        if fact.group is None and fact.valid_for is None:
            sent = self.by_fact.get(fact_id, ())
            if len(sent) == 1:  # the common chart: one value, whenever it was taken
                return blank if sent[0].value is None else sent[0].value
        occasions = self._occasions(fact.group or fact_id, rule)
        if fact.group and fact.kind != "number":
            occasions = self._occasions(fact_id, None)
        values = self._last(fact, occasions)
        if not values or any(value is None for value in values):
            return blank
        if fact.kind in ("number", "date"):
            return intervals.hull(values)
        mask = 0
        for value in values:
            mask |= value or 0
        return mask

    def _last(self, fact: Fact, occasions: Occasions) -> list[Any]:
        """Return what the last valid occasion gave of a fact, and every undated one."""
        first = valid_from(fact, self.on)
        dated = [one for one in occasions if one[0] is not None and one[0] >= first]
        undated = [one[1].get(fact.id) for one in occasions if one[0] is None]
        return ([dated[-1][1].get(fact.id)] if dated else []) + undated

    def _window(self, source: ir.Window, blank: Any) -> Any:
        fact = self.pack.dictionary.facts.get(source.subject)
        if source.op == "days_since" and fact is not None and fact.kind == "date":
            known = self.named()[fact.id]
            return None if known is None else (self.on - known[1], self.on - known[0])
        if source.op == "due":
            return falls_due(source, self.named()[source.subject])
        member = source.member or (source.subject if fact is not None else None)
        subject = fact.group if fact is not None and fact.group and source.where is not None else source.subject
        found = [
            windows.Occasion(day, self._holds(source, values, fact), values.get(member) if member else None)
            for day, values in self._looked_at(source, subject, fact)
            if fact is None or subject != fact.id or fact.id in values
        ]
        return over(source, found, self.on, blank)

    def progress(self, source: ir.Window) -> list[int]:
        """Return the days that already count towards a window and may still be joined by further ones.

        Days of the sliding span that ends on the day of the chart; for `streak` and `running` the unbroken end of them.
        """
        first = date.min.toordinal() if source.inside is None else self.on - source.inside.days
        if source.within is not None:
            first = max(first, quantity.add_span(date.fromordinal(self.on), source.within, -1).toordinal())
        fact = self.pack.dictionary.facts.get(source.subject)
        days: list[int] = []
        for day, values in self._looked_at(source, source.subject, fact):
            if day is None or day < first:
                continue
            if self._holds(source, values, fact) == TRUE:
                if day not in days:
                    days.append(day)
            elif source.op in ("streak", "running"):
                days.clear()
        return days

    def _holds(self, source: ir.Window, values: Mapping[str, Any], fact: Any) -> int:
        if source.where is None:
            return TRUE if fact is None or fact.kind != "bool" else values.get(fact.id) or UNKNOWN
        return self.conditions.truth(source.where, values)

    # --- occasions ----------------------------------------------------------------------------------------------------
    def _occasions(self, subject: str, rule: Group | None) -> Occasions:
        """Return the occasions of a group or fact: day (None: undated) and the value of each member that was sent.

        A member that was sent and rejected stands with None. Must not be changed: rules that find nothing to make one
        of share it.
        """
        key = (subject, id(rule))
        found = self._cache.get(key)
        if found is None:
            group = rule or self.pack.dictionary.groups.get(subject)
            members = group.members if group else (subject,)
            if members not in self._single:
                self._single[members] = single(self._sent(members))
            found = self._single[members]
            if found is None:
                found = []
                for day, readings in by_day(self._sent(members)).items():
                    if day is None:  # undated readings prove no common occasion
                        found += [(None, {one.fact: one.value}) for many in readings.values() for one in many]
                    else:
                        found.append((day, self._one_day(group, readings)))
            self._cache[key] = found
        return found

    def _looked_at(self, source: ir.Window, subject: str, fact: Fact | None) -> Occasions:
        """Return what a window looks at: occasions, or every reading of a fact in no group where order does not matter.

        No rule says how such readings of one day become one value: a glucose of 2.9 at eight was 2.9 whatever it was at
        nine, and of one that was refused nobody knows what it was.
        """
        if fact is None or fact.group is not None or source.op not in UNORDERED:
            return self._occasions(subject, source.rule)
        each: Occasions = [(one.day, {fact.id: one.value}) for one in self._sent((fact.id,))]
        return sorted(each, key=lambda one: (one[0] is None, one[0] or 0))

    def _sent(self, members: Sequence[str]) -> list[Admitted]:
        return [one for member in members for one in self.by_fact.get(member, ())]

    def _one_day(self, group: Group | None, readings: Mapping[str, Sequence[Admitted]]) -> dict[str, Any]:
        if all(len(many) == 1 for many in readings.values()):  # nothing to make one of
            return {fact: many[0].value for fact, many in readings.items()}
        facts = self.pack.dictionary.facts
        result: dict[str, Any] = dict.fromkeys(readings)
        numbers: dict[str, list[tuple[int, int]]] = {}
        for fact, many in readings.items():
            usable = [one.value for one in many if one.value is not None]
            if not usable:
                continue
            if facts[fact].kind == "number":
                numbers[fact] = usable  # type: ignore[assignment]
            else:
                result[fact] = usable[-1]  # later the same day beats earlier
        if group is None:  # no rule makes one value of them: it lies among them
            return result | {fact: intervals.hull(many) for fact, many in numbers.items()}
        over = group.repeat_over if any(len(many) > 1 for many in numbers.values()) else None
        limits = {fact: None if over is None else steps(over, facts[fact]) for fact in numbers}
        made, due = made_one(group, numbers, limits)
        if due and group.id not in self._due:
            self._due.add(group.id)
            self._problems.append(Problem("chart.repeat_due", parts={"zh": group.zh, "en": group.en}))
        return result | made

    # --- contradictions -----------------------------------------------------------------------------------------------
    def _contradictions(self) -> None:
        for rule in self.pack.contradictions:
            if rule.facts[0] not in self.by_fact or not all(fact in self.by_fact for fact in rule.facts):
                continue
            if rule.group is not None:
                self._in_one_occasion(rule)
            elif self.conditions.truth(rule.when, self.named()) == TRUE:
                self._reject(rule, [one for fact in rule.facts for one in self.by_fact[fact]])

    def _in_one_occasion(self, rule: ir.Contradiction) -> None:
        sent = [one for fact in rule.facts for one in self.by_fact[fact] if one.value is not None]
        at: dict[tuple[int | None, str], dict[str, Admitted]] = {}
        for one in sent:
            if one.day is not None:
                at.setdefault((one.day, one.moment), {})[one.fact] = one
        for together in at.values():
            values = {fact: together[fact].value if fact in together else None for fact in rule.facts}
            if self.conditions.truth(rule.when, values) == TRUE:
                self._reject(rule, [together[fact] for fact in rule.facts])

    def _reject(self, rule: ir.Contradiction, readings: Sequence[Admitted]) -> None:
        parts = {"zh": rule.zh, "en": rule.en, "facts": "、".join(rule.facts)}
        self._problems.append(Problem("chart.contradiction", parts=parts, fact=rule.facts[0]))
        gone = {id(one): replace(one, value=None) for one in readings}
        self.readings = [gone.get(id(one), one) for one in self.readings]
        touched = {one.fact for one in readings}
        for fact in touched:
            self.by_fact[fact] = [gone.get(id(one), one) for one in self.by_fact[fact]]
        self._cache.clear()
        self._single.clear()
        if self.facts_known:
            dictionary = self.pack.dictionary
            groups = {dictionary.facts[fact].group for fact in touched} - {None}
            touched |= {member for group in groups if group for member in dictionary.groups[group].members}
            for fact in touched & self.by_fact.keys():
                self.facts_known[fact] = self.bare(fact, None, self._nothing[fact])


def valid_from(fact: Fact, on: int) -> int:
    """Return the first day (ordinal) whose reading of a fact still counts on a day; 0 for what never expires.

    >>> day = date(2025, 3, 9).toordinal()
    >>> date.fromordinal(valid_from(Fact("hba1c", "number", "糖化", "HbA1c", valid_for="6 months"), day)).isoformat()
    '2024-09-09'
    """
    if not fact.valid_for:
        return 0
    span = quantity.parse_span(fact.valid_for)
    assert span is not None
    return quantity.add_span(date.fromordinal(on), span, -1).toordinal()


def usable(value: Any) -> bool:
    """Return whether something is known by a value that was said: any interval, but one truth or code.

    >>> usable((0, 5)), usable(TRUE), usable(UNKNOWN), usable(None)
    (True, True, False, False)
    """
    return value is not None and (not isinstance(value, int) or value & (value - 1) == 0)


def falls_due(source: ir.Window, known: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the days on which a span that runs from a date ends; a date that never comes starts nothing.

    >>> day = date(2024, 11, 30).toordinal()
    >>> found = falls_due(ir.Window("due", "seen_on", within=quantity.Span(months=3)), (day, day))
    >>> date.fromordinal(found[0]).isoformat()
    '2025-02-28'
    """
    if known is None or source.within is None:
        return known
    low, high = (quantity.add_span(date.fromordinal(end), source.within).toordinal() for end in known)
    return low, high


def over(source: ir.Window, found: Sequence[windows.Occasion], on: int, blank: Any) -> Any:
    """Return what a window makes of its occasions on a day; `blank` where no reading is usable."""
    if source.within is not None:
        first = quantity.add_span(date.fromordinal(on), source.within, -1).toordinal()
        found = windows.within(found, first)
    if not found:
        return blank
    # INVARIANT: calendar months have no place in a sliding span; the compiler only lets days through.
    inside = source.inside.days if source.inside is not None else None
    match source.op:
        case "count":
            return windows.count(found)
        case "days":
            return windows.days(found, inside)
        case "ever":
            return windows.ever(found)
        case "all":
            return windows.every(found)
        case "running":
            return windows.running(found, source.n)
        case "streak":
            return windows.streak(found, source.n, inside)
        case "last":
            return windows.last(found, source.n)
        case "first":
            return windows.first(found, source.n)
        case "mean":
            return windows.mean(found)
        case "max":
            return windows.largest(found)
        case "min":
            return windows.smallest(found)
        case "change":
            return windows.change(found)
        case "days_since":
            return windows.days_since(found, on)
        case "due":
            return falls_due(source, windows.last(found))


def _without_conflicts(readings: Sequence[Admitted], pack: ir.Pack, problems: list[Problem]) -> list[Admitted]:
    """Same fact and time: one reading when the values agree, else the interval (or set) between them, and a problem."""
    found: dict[tuple[str, int | None, str], Admitted] = {}
    for one in readings:
        key = (one.fact, one.day, one.moment)
        before = found.get(key)
        if before is None or one.day is None:
            found[key if one.day is not None else (one.fact, None, f"{one.moment}#{one.given}")] = one
        elif before.value != one.value and one.value is not None:
            merged: Any = one.value
            if before.value is not None:
                numeric = isinstance(one.value, tuple) and isinstance(before.value, tuple)
                merged = intervals.hull([before.value, one.value]) if numeric else before.value | one.value  # type: ignore[list-item,operator]
                problems.append(Problem("chart.conflict", fact=one.fact))
            found[key] = replace(before, value=merged)
    return list(found.values())
