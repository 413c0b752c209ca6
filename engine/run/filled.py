"""Many rows → the leaves of a pack, whole columns at once: what `many.Many` does for one chart, for every simple row.

A row is *odd* when something of it needs more thought: a value that was refused or is an interval, a contradiction,
facts of a list that deny each other. Odd rows are marked and left to the row runner; all others are exact.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from sangao.engine.chart import Chart
from sangao.engine.pack import ir
from sangao.engine.run.arriving import Cells
from sangao.engine.run.conditions import named_facts
from sangao.engine.run.derived import derived
from sangao.engine.run.entering import bounds, steps
from sangao.engine.run.happened import completed_years
from sangao.engine.run.held import Held, spread
from sangao.engine.run.many import Many
from sangao.engine.run.once import Once
from sangao.engine.run.parts import Part
from sangao.engine.run.vectors import Array, Seen, distinct
from sangao.engine.truth import FALSE, TRUE

INT32 = (-(2**31), 2**31 - 1)


class Filling:
    """Fills the leaves of one pack for one day and one delivery of lists; not to be shared between threads."""

    def __init__(self, many: Many, on: date, lists: Collection[str], complete: Collection[str]) -> None:
        self.many, self.on = many, on.toordinal()
        self.pack, self.admitter = many.pack, many.admitter
        self.facts = self.pack.dictionary.facts
        self.empty = Chart(None, on, (), dict.fromkeys(lists, ()), frozenset(complete))
        self.day = many.day(on)
        base = many.base(self.empty, self.day, set())
        self.base = dict(zip(many.leaves, zip(base.open, base.assumed, strict=True), strict=True))
        self.simple = many.simple
        self._parts: dict[tuple[str, int], Part] = {}
        self.once = Once(many, self.on)
        self.noting = False  # whether a row of which an equation has something to say (`chart.formula_…`) is odd
        self._guards = [(fact, guard) for fact, guard in self.pack.guards.items() if fact in self.facts]

    # --- which leaves may be what -------------------------------------------------------------------------------------
    def half(self) -> set[str]:
        """Return the leaves that may be half known in a simple row."""
        found = set()
        for leaf in self.pack.leaves.values():
            source = leaf.source
            plain = isinstance(source, ir.Bare) or (
                isinstance(source, ir.Window)
                and source.where is None
                and source.op in ("last", "first", "mean", "max", "min")
            )
            if leaf.kind == "bool":
                continue
            if not plain or any(not _exact(one, leaf) for one in self.base[leaf.id]):
                found.add(leaf.id)
        return found

    def differ(self) -> set[str]:
        """Return the leaves that may differ between the passes."""
        found = {name for name, (opened, assumed) in self.base.items() if opened != assumed}
        for name in sorted(self.base, key=lambda one: self.admitter.rank[one]):
            source = self.pack.leaves[name].source
            if isinstance(source, ir.Derived) and found.intersection(source.inputs):
                found.add(name)
        return found

    # --- rows ---------------------------------------------------------------------------------------------------------
    def seen(self, columns: Sequence[tuple[Cells, Any]], rows: int, odd: Array) -> dict[str, Seen]:
        """Return what the columns say of each fact; marks odd rows."""
        found: dict[str, Seen] = {}
        for cells, column in columns:
            if cells.fact is None:
                continue
            here = cells.read(column, odd)
            before = found.get(cells.fact.id)
            if before is not None:
                odd |= before.there & here.there
                value = np.where(before.there, before.value, here.value)
                here = Seen(before.there | here.there, value, here.blank if before.blank is None else before.blank)
            found[cells.fact.id] = here
        if "today" in found:
            odd |= found.pop("today").there
        self._aged(found, odd)
        self._widened(found, rows, odd)
        for rule in self.pack.contradictions:
            if all(one in found for one in rule.facts):
                together = np.logical_and.reduce([found[one].there for one in rule.facts])
                if together.any():
                    odd |= together & (self.once.truths(rule.when, found, rows) == TRUE)
        return found

    def _aged(self, found: dict[str, Seen], odd: Array) -> None:
        born, age = found.get("birth_date"), self.facts.get("age")
        if born is None or age is None or not born.there.any():
            return
        step = steps(Fraction(1), age)  # one year
        days, at = np.unique(born.value[born.there], return_inverse=True)
        years = np.array([completed_years(int(one), self.on) if one <= self.on else -1 for one in days], np.int64)
        old = np.zeros(len(odd), np.int64)
        old[born.there] = years[at]
        odd |= born.there & ((old < 0) | (old * step > bounds(age)[1]))
        given = found.get("age")
        if given is None:
            found["age"] = Seen(born.there, old * step)
        else:
            found["age"] = Seen(born.there | given.there, np.where(born.there, old * step, given.value))

    def _widened(self, found: dict[str, Seen], rows: int, odd: Array) -> None:
        broader = self.admitter.lists.broader
        kinds = [fact for fact in found if fact in broader and found[fact].there.any()]
        if not kinds:
            return
        which = distinct([np.where(found[one].there, found[one].value, 0) for one in kinds], rows)
        bad = np.zeros(len(which.first), bool)
        extra: dict[str, Array] = {}
        for i, row in enumerate(which.first):
            present = {fact: self._part(fact, int(found[fact].value[row])) for fact in kinds if found[fact].there[row]}
            for part in self.many.wider(present, self.day):
                if part is None:
                    bad[i] = True
                else:
                    extra.setdefault(part.fact, np.zeros(len(which.first), np.int64))[i] = part.value
        odd |= bad[which.at]
        for fact, values in extra.items():
            new = values[which.at]
            before = found.get(fact)
            if before is None:
                found[fact] = Seen(new != 0, new)
            else:
                found[fact] = Seen(before.there | (new != 0), np.where(new != 0, new, before.value), before.blank)

    def _part(self, fact: str, value: int) -> Part:
        key = (fact, value)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = Part(fact, self.on, self.empty.on.isoformat(), value, value, None, True)
        return found

    # --- leaves -------------------------------------------------------------------------------------------------------
    def fill(self, found: dict[str, Seen], rows: int, odd: Array) -> dict[tuple[str, bool], Held]:
        """Return the leaves that some row moves, by leaf and pass (true: assumed); all others are as `base`."""
        filled: dict[tuple[str, bool], Held] = {}
        noted = odd if self.noting else None
        moved = {fact: one.there for fact, one in found.items()}
        for name, leaf in self.pack.leaves.items():
            if isinstance(leaf.source, ir.Derived):
                continue
            there = [found[one].there for one in self.admitter.subjects(leaf) if one in found]
            if not there:
                continue
            touched = np.logical_or.reduce(there)
            if touched.any():
                self._write(filled, name, touched, self.once.own(leaf, found, rows))
        for fact, expr in self._guards:
            if not named_facts(expr).intersection(found) or not (self.own(fact) or self._feeds(fact)):
                continue
            false = self.once.truths(expr, found, rows) == TRUE
            if fact in found:
                false = false & ~found[fact].there
            if not false.any():
                continue
            moved[fact] = moved[fact] | false if fact in moved else false
            part = Part(fact, self.on, "", FALSE, FALSE, None, False)
            for i, value in self.many.parts.group([part], self.day) or ():
                self._write(filled, self.many.leaves[i], false, spread(value, rows))
        for _, leaf, subjects in self.many.by_formula:
            there = [moved[one] for one in sorted(subjects) if one in moved]
            touched = np.logical_or.reduce(there) if there else np.zeros(rows, bool)
            if touched.any():
                new = self._derived(leaf, found, filled, False, touched, noted)
                other = new if self._alike(leaf, filled) else self._derived(leaf, found, filled, True, touched, noted)
                self._write(filled, leaf.id, touched, new, other)
        return filled

    def _alike(self, leaf: ir.Leaf, filled: Mapping[tuple[str, bool], Held]) -> bool:
        """Return whether all that a formula takes is the same thing in both passes."""
        assert isinstance(leaf.source, ir.Derived)
        pairs = [(filled.get((one, False)), filled.get((one, True)), self.base[one]) for one in leaf.source.inputs]
        return all(a is b and (a is not None or base[0] == base[1]) for a, b, base in pairs)

    def _derived(
        self,
        leaf: ir.Leaf,
        found: Mapping[str, Seen],
        filled: Mapping[tuple[str, bool], Held],
        assumed: bool,
        touched: Array,
        noted: Array | None,
    ) -> Held:
        """Return what a formula gives in one pass."""
        assert isinstance(leaf.source, ir.Derived)
        inputs = [self.held(filled, one, assumed, len(touched)) for one in leaf.source.inputs]
        return derived(self.many, leaf, found.get(leaf.source.fact), inputs, touched, noted)

    def held(self, filled: Mapping[tuple[str, bool], Held], leaf: str, assumed: bool, rows: int) -> Held:
        """Return a leaf in every row."""
        found = filled.get((leaf, assumed))
        return spread(self.base[leaf][assumed], rows) if found is None else found

    def own(self, fact: str) -> Sequence[ir.Leaf]:
        """Return the leaves that read a fact themselves."""
        return self.many.parts.own.get(fact, ())

    def _feeds(self, fact: str) -> bool:
        return any(fact in subjects for _, _, subjects in self.many.by_formula)

    def _write(
        self, filled: dict[tuple[str, bool], Held], leaf: str, where: Array, new: Held, other: Held | None = None
    ) -> None:
        """Set a leaf in some rows, in the assumed pass to `other` if that differs; passes that are alike share it."""
        other = new if other is None else other
        first, second = filled.get((leaf, False)), filled.get((leaf, True))
        made = filled[leaf, False] = self._over(leaf, False, first, where, new)
        shared = new is other and first is second and (first is not None or self.base[leaf][0] == self.base[leaf][1])
        filled[leaf, True] = made if shared else self._over(leaf, True, second, where, other)

    def _over(self, leaf: str, assumed: bool, before: Held | None, where: Array, new: Held) -> Held:
        """Return a leaf with a new value in some rows, over what was there before."""
        if where.all():
            return new
        if before is not None:
            return before.take(where, new)
        base = self.base[leaf][assumed]
        if base is None:  # nothing is known elsewhere, and nobody reads ends that are not known
            return Held(new.low, new.high, new.known & where)
        first, last = (base, base) if isinstance(base, int) else base
        low = np.where(where, new.low, first)
        high = low if new.high is new.low and first == last else np.where(where, new.high, last)
        return Held(low, high, new.known | ~where)


def _exact(value: Any, leaf: ir.Leaf) -> bool:
    """Return whether a plain slot can hold a value."""
    if isinstance(value, int):
        return value & (value - 1) == 0 or value == (1 << (len(leaf.values) or 2)) - 1
    return value is None or (value[0] == value[1] and INT32[0] <= value[0] <= INT32[1])
