"""Many rows → the leaves of a pack, whole columns at once: what `many.Many` does for one chart, for every simple row.

A row is *odd* when something of it needs more thought: a value that was refused or is an interval, a contradiction,
facts of a list that deny each other. Odd rows are marked and left to the row runner; all others are exact.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from sangao.engine.chart import Chart
from sangao.engine.formulas import FORMULAS
from sangao.engine.pack import ir
from sangao.engine.run.arriving import Cells
from sangao.engine.run.conditions import named_facts, truth_of
from sangao.engine.run.entering import bounds, steps
from sangao.engine.run.equations import solved
from sangao.engine.run.happened import completed_years
from sangao.engine.run.held import Held, gathered, spread, value_at
from sangao.engine.run.many import Many
from sangao.engine.run.parts import Part
from sangao.engine.run.timeline import falls_due, over
from sangao.engine.run.vectors import Array, NotVectors, Seen, distinct, truths
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from sangao.engine.windows import Occasion

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
        self.nothing = self.admitter.nothing
        self.noting = False  # whether a row of which an equation has something to say (`chart.formula_…`) is odd
        self._odd = np.zeros(0, bool)
        self._made: dict[int, Callable[[Mapping[str, Any]], int]] = {}
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
                    odd |= together & (self._truths(rule.when, found, rows) == TRUE)
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

    def _truths(self, expr: ir.Expr, found: Mapping[str, Seen], rows: int) -> Array:
        try:
            return truths(expr, found, self.nothing, rows)
        except NotVectors:
            named = [one for one in sorted(named_facts(expr)) if one in found]
            columns = [part for one in named for part in (found[one].there, found[one].value)]
            which = distinct(columns, rows)
            holds = self._made.get(id(expr))
            if holds is None:  # the pack keeps the expression alive, so its place in memory names it
                holds = self._made[id(expr)] = truth_of(self.pack, expr)
            each = [holds({one: self._value(one, found[one], row) for one in named}) for row in which.first]
            return np.array(each or [UNKNOWN], np.int64)[which.at]

    def _value(self, fact: str, seen: Seen, row: int) -> Any:
        if not seen.there[row]:
            return None
        value = int(seen.value[row])
        return (value, value) if self.facts[fact].kind in ("number", "date") else value

    # --- leaves -------------------------------------------------------------------------------------------------------
    def fill(self, found: dict[str, Seen], rows: int, odd: Array) -> dict[tuple[str, bool], Held]:
        """Return the leaves that some row moves, by leaf and pass (true: assumed); all others are as `base`."""
        filled: dict[tuple[str, bool], Held] = {}
        self._odd = odd
        moved = {fact: one.there for fact, one in found.items()}
        for name, leaf in self.pack.leaves.items():
            if isinstance(leaf.source, ir.Derived):
                continue
            there = [found[one].there for one in self.admitter.subjects(leaf) if one in found]
            if not there:
                continue
            touched = np.logical_or.reduce(there)
            if touched.any():
                self._write(filled, name, touched, self._own(leaf, found, touched, rows))
        for fact, expr in self._guards:
            if not named_facts(expr).intersection(found) or not (self.own(fact) or self._feeds(fact)):
                continue
            false = self._truths(expr, found, rows) == TRUE
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
                new = self._derived(leaf, found, filled, False, touched)
                other = new if self._alike(leaf, filled) else self._derived(leaf, found, filled, True, touched)
                self._write(filled, leaf.id, touched, new, other)
        return filled

    def _alike(self, leaf: ir.Leaf, filled: Mapping[tuple[str, bool], Held]) -> bool:
        """Return whether all that a formula takes is the same thing in both passes."""
        assert isinstance(leaf.source, ir.Derived)
        pairs = [(filled.get((one, False)), filled.get((one, True)), self.base[one]) for one in leaf.source.inputs]
        return all(a is b and (a is not None or base[0] == base[1]) for a, b, base in pairs)

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

    def _own(self, leaf: ir.Leaf, found: Mapping[str, Seen], touched: Array, rows: int) -> Held:
        """Return what a leaf reads of the one occasion there is, right where it is touched."""
        source, blank = leaf.source, self.admitter.blank[leaf.id]
        if isinstance(source, ir.Bare):
            here = found.get(source.fact)
            if here is None:
                return spread(blank, rows)
            if leaf.kind in ("number", "date"):
                return Held(here.value, here.value, here.there)
            mask = np.where(here.there, here.value, blank)
            return Held(mask, mask, np.ones(rows, bool))
        if isinstance(source, ir.Unusable):  # a row that holds a refused value is odd
            here, kept_out = found[source.fact], np.zeros(rows, bool)
            if self.facts[source.fact].kind in ("bool", "code"):
                kept_out = here.there & (here.value & (here.value - 1) != 0)
                kept_out &= True if here.blank is None else ~here.blank
            mask = np.where(kept_out, TRUE, FALSE)
            return Held(mask, mask, np.ones(rows, bool))
        assert isinstance(source, ir.Window)
        return self._window(leaf, source, found, rows, blank)

    def _window(self, leaf: ir.Leaf, source: ir.Window, found: Mapping[str, Seen], rows: int, blank: Any) -> Held:
        fact = self.facts.get(source.subject)
        nobody = Seen(np.zeros(rows, bool), np.zeros(rows, np.int64))
        if source.op == "days_since" and fact is not None and fact.kind == "date":
            here = found.get(fact.id, nobody)
            gone = self.on - here.value
            return Held(gone, gone, here.there)
        if source.op == "due":
            here = found.get(source.subject, nobody)
            which = distinct([here.there, here.value], rows)
            ends = [falls_due(source, self._value(source.subject, here, row)) for row in which.first]
            return gathered(ends, which.at)
        subject = fact.group if fact is not None and fact.group and source.where is not None else source.subject
        group = source.rule or self.pack.dictionary.groups.get(subject)
        members = group.members if group else (subject,)
        there = [found[one].there for one in members if one in found]
        any_of = np.logical_or.reduce(there) if there else nobody.there
        if fact is not None and subject == fact.id:
            any_of = any_of & found.get(fact.id, nobody).there
        if source.where is not None:
            holds = self._truths(source.where, found, rows)
        elif fact is None or fact.kind != "bool":
            holds = np.full(rows, TRUE, np.int8)
        else:
            here = found.get(fact.id, nobody)
            holds = np.where(here.there, here.value, UNKNOWN)
        member = source.member or (source.subject if fact is not None else None)
        taken = found.get(member, nobody) if member else nobody
        which = distinct([any_of, holds, taken.there, taken.value], rows)
        values = []
        for row in which.first:
            if not any_of[row]:
                values.append(blank)
                continue
            value = self._value(member, taken, row) if member else None
            values.append(over(source, [Occasion(self.on, int(holds[row]), value)], self.on, blank))
        return gathered(values, which.at)

    def _derived(
        self,
        leaf: ir.Leaf,
        found: Mapping[str, Seen],
        filled: Mapping[tuple[str, bool], Held],
        assumed: bool,
        touched: Array,
    ) -> Held:
        """Return what a formula gives: the measured value where there is one, else once for each different input."""
        source = leaf.source
        assert isinstance(source, ir.Derived)
        rows = len(touched)
        measured = found.get(source.fact)
        low, known = np.zeros(rows, np.int64), np.zeros(rows, bool)
        if measured is not None:
            low, known = measured.value, measured.there
        result = Held(low, low, known)
        needed = np.flatnonzero(touched & ~known)
        inputs = [self.held(filled, one, assumed, rows) for one in source.inputs]
        kinds = [self.pack.leaves[one].kind for one in source.inputs]
        for one, kind in zip(inputs, kinds, strict=True):
            if kind in ("number", "date"):
                needed = needed[one.known[needed]]  # nothing known of an input is nothing known of the result
        if self.noting and known.any():
            self._compare(leaf, source, inputs, np.flatnonzero(touched & known), low)
        if not len(needed):
            return result
        result = Held(low.copy(), low.copy(), known.copy())
        needed = self._solve(leaf, source, inputs, needed, result)
        columns = [part[needed] for one in inputs for part in (one.low, one.high)]
        which = distinct(columns, len(needed))
        values = []
        for row in needed[which.first]:
            given = tuple(value_at(one, kind, row) for one, kind in zip(inputs, kinds, strict=True))
            values.append(self.many.formula(leaf, source, given, None, False)[0])
            if self.noting and values[-1] is None:
                self._odd |= self._same(inputs, row)
        some = gathered(values, which.at)
        result.low[needed], result.high[needed], result.known[needed] = some.low, some.high, some.known
        return result

    def _compare(self, leaf: ir.Leaf, source: ir.Derived, inputs: Sequence[Held], rows: Array, measured: Array) -> None:
        """Mark rows whose measured value lies far from the computed one, and those where doubles do not tell."""
        for one, name in zip(inputs, source.inputs, strict=True):
            if self.pack.leaves[name].kind in ("number", "date"):
                rows = rows[one.known[rows]]
        scratch = spread(None, len(measured))
        self._odd[self._solve(leaf, source, inputs, rows, scratch)] = True
        fact = self.facts[source.fact]
        apart = np.abs(scratch.low - measured) > steps(fact.resolution, fact)
        self._odd[rows] |= (apart & scratch.known)[rows]

    def _same(self, inputs: Sequence[Held], row: int) -> Array:
        """Return the rows whose inputs are those of one row."""
        return np.logical_and.reduce([(one.low == one.low[row]) & (one.high == one.high[row]) for one in inputs])

    def _solve(self, leaf: ir.Leaf, source: ir.Derived, inputs: Sequence[Held], rows: Array, result: Held) -> Array:
        """Write what doubles settle of rows whose inputs are exact; return the rows that are left."""
        leaves = [self.pack.leaves[one] for one in source.inputs]
        exact = np.ones(len(rows), bool)
        for one, input_leaf in zip(inputs, leaves, strict=True):
            low = one.low[rows]
            exact &= (low & (low - 1) == 0) if input_leaf.kind == "code" else low == one.high[rows]
        here, left = rows[exact], rows[~exact]
        if not len(here):
            return left
        given = [one.low[here] for one in inputs]
        for i, input_leaf in enumerate(leaves):
            if input_leaf.kind == "code":
                given[i] = np.log2(given[i]).astype(np.int64)
        which = distinct(given, len(here))
        found = solved(FORMULAS[source.formula], leaf, leaves, [one[which.first] for one in given])[:, which.at]
        done = found[0] > 0
        if self.noting:
            self._odd[here[found[0] == 2]] = True
        result.low[here[done]] = result.high[here[done]] = found[1, done]
        result.known[here[done]] = found[0, done] == 1
        return np.concatenate([left, here[~done]])


def _exact(value: Any, leaf: ir.Leaf) -> bool:
    """Return whether a plain slot can hold a value."""
    if isinstance(value, int):
        return value & (value - 1) == 0 or value == (1 << (len(leaf.values) or 2)) - 1
    return value is None or (value[0] == value[1] and INT32[0] <= value[0] <= INT32[1])
