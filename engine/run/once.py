"""What a leaf reads of the one occasion a row holds, in every row: a bare value, a refused one, a window over it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sangao.engine.pack import ir
from sangao.engine.run.conditions import named_facts, truth_of
from sangao.engine.run.held import Held, gathered, spread
from sangao.engine.run.many import Many
from sangao.engine.run.timeline import falls_due, over
from sangao.engine.run.vectors import Array, NotVectors, Seen, distinct, truths
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from sangao.engine.windows import Occasion


class Once:
    """Reads conditions and leaves of rows that hold each fact once, on the day itself."""

    def __init__(self, many: Many, on: int) -> None:
        self.pack, self.on = many.pack, on
        self.facts = many.pack.dictionary.facts
        self.blank, self.nothing = many.admitter.blank, many.admitter.nothing
        self._made: dict[int, Callable[[Mapping[str, Any]], int]] = {}

    def own(self, leaf: ir.Leaf, found: Mapping[str, Seen], rows: int) -> Held:
        """Return what a leaf reads of the one occasion there is, right where it is touched."""
        source, blank = leaf.source, self.blank[leaf.id]
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
            holds = self.truths(source.where, found, rows)
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

    def truths(self, expr: ir.Expr, found: Mapping[str, Seen], rows: int) -> Array:
        """Return the truth of an expression in every row: by vectors, else once for each different row."""
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
