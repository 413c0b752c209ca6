"""The lists a host delivers: conditions, medications, symptoms, family history → truths of facts.

A list that was not delivered says nothing. A delivered one says true for its items; what its other members may be taken
for is decided by absence. An item that maps to no fact suspends that for the whole list, and is a problem.

A fact whose codes all lie inside another's is a kind of it: an ACE inhibitor is an antihypertensive, an ischaemic
stroke a stroke. Naming the narrower fact says the broader one, as its code would; denying the broader one denies the
narrower.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sangao.engine import quantity
from sangao.engine.chart import Chart, Entry, Reading, day_of
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact
from sangao.engine.run.occasions import Admitted
from sangao.engine.run.qualified import word
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

PREFIXED = ("icd10", "atc")
FAMILY, DRUGS = "family_history", "medications"
PRESENT = frozenset({"", "active", "recurrence", "relapse"})
REFUTED = frozenset({"refuted", "entered-in-error", "ruled-out"})
PAST = frozenset({"resolved", "inactive", "remission", "stopped", "completed"})
ENTRIES = 4_000  # items of lists, as hosts write them, whose facts are remembered: they repeat themselves
LONGEST = 64  # characters of such an item


class ListReader:
    """Reads the lists of charts against one dictionary."""

    def __init__(self, facts: Mapping[str, Fact], names: Mapping[str, str]) -> None:
        self.facts = facts
        self.names = names
        self.by_code: dict[str, dict[str, list[str]]] = {system: {} for system in PREFIXED}
        self.whole: dict[str, list[str]] = {}
        for fact in facts.values():
            for system, codes in fact.codes:
                if fact.kind == "bool":
                    index = self.by_code.get(system, self.whole)
                    for code in codes:
                        index.setdefault(code.upper(), []).append(fact.id)
        self.broader = _broader(facts)
        self._spoken: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def widened(self, readings: Sequence[Admitted], problems: list[Problem]) -> list[Admitted]:
        """Return the readings with what they say of broader and narrower facts nobody spoke of, or only as unknown.

        A fact that is there while its broader one is denied contradicts it, and neither is used.
        """
        said: dict[str, set[Any]] = {}
        for one in readings:
            if one.fact in self.broader and one.value != UNKNOWN:
                said.setdefault(one.fact, set()).add(one.value)
        if not said:
            return list(readings)
        added: dict[str, Admitted] = {}
        refused: set[str] = set()
        for one in readings:
            for above in self.broader.get(one.fact, ()) if one.value == TRUE else ():
                if above not in said:
                    added.setdefault(above, replace(one, fact=above))
                elif said[above] == {FALSE}:
                    refused |= {one.fact, above}
                    names = (self.facts[one.fact], self.facts[above])
                    parts = {"zh": "、".join(fact.zh for fact in names), "en": ", ".join(fact.en for fact in names)}
                    problems.append(Problem("chart.contradiction", parts={**parts, "facts": f"{one.fact}、{above}"}))
        denied = {one.fact: one for one in readings if one.value == FALSE and said.get(one.fact) == {FALSE}}
        for fact, broader in self.broader.items() if denied else ():
            source = next((denied[above] for above in broader if above in denied), None)
            if source is not None and fact not in said and fact not in added:
                added[fact] = replace(source, fact=fact)
        kept = [
            replace(one, value=None) if one.fact in refused else one
            for one in readings
            if one.fact not in added or one.value != UNKNOWN  # "asked, not known" gives way to what another fact says
        ]
        return [*kept, *(one for fact, one in added.items() if fact not in refused)]

    def read(self, chart: Chart, on: int, problems: list[Problem], stated: set[str], first: int) -> list[Admitted]:
        """Return the truths of the facts the lists name; `first` numbers their entries after the chart's readings.

        A fact that is stated as a reading too and differs is left to the conflict of the two. What must be asked is
        never denied by an item: who was pregnant in 2020, or was found not to be, may be so today. An item whose status
        nobody knows says nothing, but where another item denies the same, it is not known.
        """
        found: dict[str, Admitted] = {}
        doubted: set[str] = set()
        at = first
        today = date.fromordinal(on).isoformat()
        for name, entries in chart.lists.items():
            for entry in entries:
                targets = self.targets(entry, name)
                if not targets:
                    problems.append(Problem("chart.unmapped", parts={"list": name}, given=entry.key))
                if not known_status(entry):
                    parts = {"list": name, "status": entry.status}
                    problems.append(Problem("chart.item_status", parts=parts, given=entry.key))
                    doubted.update(targets)
                    targets = ()
                for fact in targets:
                    state = self._state(self.facts[fact], entry, on, problems)
                    if state == FALSE and any(fact in self.broader.get(one, ()) for one in targets):
                        continue  # who has not one kind of it, or stopped one drug of a class, may well have another
                    if state == FALSE and self.facts[fact].absent == "must_ask":
                        continue
                    if state is not None:
                        before = found.get(fact)
                        if before is None or (before.value != TRUE and state != FALSE):
                            found[fact] = Admitted(fact, on, today, state, at)
                at += 1
        for fact in doubted:
            if fact in found and found[fact].value == FALSE:
                found[fact] = replace(found[fact], value=UNKNOWN)
        return list(found.values())

    def targets(self, entry: Entry, name: str = "") -> tuple[str, ...]:
        """Return the facts an entry of the list `name` speaks of: a relative's disease is none of the patient's.

        A drug's code is ATC and any other item's ICD-10: C09 is a drug among drugs and a cancer among diagnoses. A code
        of no list may be either.

        >>> from sangao.engine.fact import Fact
        >>> af = Fact("af", "bool", "心房颤动", "atrial fibrillation", codes=(("icd10", ("I48",)),))
        >>> ListReader({"af": af}, {"心房颤动": "af"}).targets(Entry("i48.x01", "code"))
        ('af',)
        """
        key = (entry.key, entry.by, name)
        found = self._spoken.get(key)
        if found is None:
            found = self._targets(entry, name)
            if name == FAMILY:
                found = tuple(fact for fact in found if self.facts[fact].list == name)
            if len(self._spoken) < ENTRIES and len(entry.key) <= LONGEST:
                self._spoken[key] = found
        return found

    def _targets(self, entry: Entry, name: str) -> tuple[str, ...]:
        if entry.by != "code":
            fact = self.facts.get(entry.key) or self.facts.get(
                self.names.get(quantity.normalise(entry.key).lower(), "")
            )
            if fact is not None and fact.kind == "bool" and not fact.site:
                return (fact.id,)
            if entry.by == "name" or fact is not None:
                return ()
        indexes = [index for system, index in self.by_code.items() if not name or (system == "atc") == (name == DRUGS)]
        found: dict[str, None] = {}
        for code in codes(entry.key):
            for end in range(1, len(code) + 1):
                for index in indexes:
                    found |= dict.fromkeys(index.get(code[:end], ()))
            found |= dict.fromkeys(self.whole.get(code, ()))
        return tuple(found)

    def suspended(self, chart: Chart) -> set[str]:
        """Return the lists from which nothing may be assumed absent."""
        return {
            name
            for name, entries in chart.lists.items()
            if any(not self.targets(entry, name) or not known_status(entry) for entry in entries)
        }

    def as_readings(self, chart: Chart) -> list[Reading]:
        """Return the entries in the shape of readings, for explanations."""
        return [
            Reading(entry.key, True, at=entry.start, source=entry.source or name)
            for name, entries in chart.lists.items()
            for entry in entries
        ]

    def _state(self, fact: Fact, entry: Entry, on: int, problems: list[Problem]) -> int | None:
        start, end = self._day(fact, entry.start, problems), self._day(fact, entry.end, problems)
        if start and start[0] > on:
            problems.append(Problem("chart.future", fact=fact.id, given=entry.start))
            return None
        status = word(entry.status)
        if status in REFUTED:
            return FALSE
        if fact.lasting:
            return TRUE
        if status in PAST or (end and end[1] <= on):
            return FALSE
        return UNKNOWN if end and end[0] <= on else TRUE

    def _day(self, fact: Fact, text: str | None, problems: list[Problem]) -> tuple[int, int] | None:
        if not text:
            return None
        found = day_of(text)
        if found is None:
            problems.append(Problem("chart.bad_time", fact=fact.id, given=text))
        return found


def known_status(entry: Entry) -> bool:
    """Return whether the status of an item is one of those that say whether it is there.

    >>> [known_status(Entry("af", "fact", status=one)) for one in (None, "Active", "entered_in_error", "疑似")]
    [True, True, True, False]
    """
    return entry.status is None or (status := word(entry.status)) in PRESENT or status in REFUTED or status in PAST


def _broader(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """Return, for each fact of a list, the facts of that list inside whose codes all of its own lie (maybe none)."""
    prefixes = {
        fact.id: (fact.list, tuple(code.upper() for system, many in fact.codes if system in PREFIXED for code in many))
        for fact in facts.values()
        if fact.list is not None and fact.kind == "bool"
    }
    order = {fact: i for i, fact in enumerate(prefixes)}
    begins: dict[tuple[str | None, str], list[str]] = {}
    for fact, (mine, codes) in prefixes.items():
        for code in codes:
            begins.setdefault((mine, code), []).append(fact)
    found: dict[str, tuple[str, ...]] = {}
    for fact, (mine, codes) in prefixes.items():
        first = codes[0] if codes else ""
        near = {other for end in range(len(first) + 1) for other in begins.get((mine, first[:end]), ())}
        found[fact] = tuple(
            other
            for other in sorted(near, key=order.__getitem__)
            if other != fact and set(codes) != set(prefixes[other][1])
            if all(code.startswith(prefixes[other][1]) for code in codes)
        )
    return found


def codes(text: str) -> tuple[str, ...]:
    """Return the codes in a text, normalised: half-width upper case, both halves of `A+B*`, without marks.

    >>> codes("e11.301+h36.0*")
    ('E11.301', 'H36.0')
    """
    plain = quantity.normalise(text).upper()
    return tuple(part for part in re.split(r"[+\s]+", re.sub(r"[*†]", " ", plain)) if part)
