"""Fillings of a decision: values for some blank leaves that leave several outcomes, and the demands they make.

A filling follows only the leaves that keep the answer open (`sangao.engine.run.reasons`), and what was proved once for
a chart that is open in the same way is not proved again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.bands import MANY, Domain, values
from sangao.engine.run.reasons import Reasons
from sangao.engine.run.trial import Taken, Trial
from sangao.engine.run.walks import point

COMPLETE = 300  # looks at a complete chart
EVERY = 32  # values of a number that are all tried where its bands are not exact

Abstract = Any


class Stopped(Exception):
    """The budget of looks is spent."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Values that leave an answer (or one part of it) open, and why."""

    filling: dict[str, Abstract]
    reasons: Reasons
    part: ir.Item | None


@dataclass(slots=True)
class Search:
    """The fillings of one decision: looks at them and remembers what was spent.

    `needs`: the blank leaves, each with the blank facts it waits for; `steps`: the looks that are left.
    """

    pack: ir.Pack
    decision: ir.Decision
    trial: Trial
    needs: Mapping[str, frozenset[str]]
    steps: int
    exact: bool = True
    given: dict[str, tuple[Abstract, Abstract]] = field(init=False)
    settling: set[Any] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.given = {leaf: (self.trial.first[leaf], self.trial.second[leaf]) for leaf in self.needs}

    def open(self) -> bool:
        """Return whether the answer is open as the leaves stand now. Raises `Stopped` when no look is left."""
        self.steps -= 1
        if self.steps < 0:
            raise Stopped
        return self.trial.of(self.decision.id).open

    def look(self, part: ir.Item | None = None) -> Reasons | None:
        """Return why the answer (or one part of it) is open as the leaves stand now; None when it is not."""
        if not self.open():
            return None
        found = Reasons(self.trial)
        if part is not None:
            return found if found.item(self.decision, part) else None
        found.decision(self.decision.id)
        return found

    def parts(self) -> tuple[ir.Item | None, ...]:
        """Return the parts that settle one by one: the criteria of a set or a count; else the answer as a whole."""
        one = self.decision
        if isinstance(one.form, ir.Criteria) and one.outcome.kind in ("set", "number") and not one.enough:
            return one.form.items
        return (None,)

    def filled(self, facts: Collection[str]) -> frozenset[str]:
        """Return the blank leaves that a set of facts fills."""
        held = set(facts)
        return frozenset([leaf for leaf, needed in self.needs.items() if needed <= held])

    def values(self, leaf: str, others: Collection[str], reasons: Reasons) -> list[Abstract]:
        """Return every value of a leaf that can make a difference; `others` will be filled after it."""
        if self.pack.leaves[leaf].kind not in ("number", "date"):
            mask = self._blank(leaf)
            return [1 << bit for bit in range(mask.bit_length()) if mask >> bit & 1]
        found, exact = values(
            leaf,
            reasons.touching(leaf),
            lambda: reasons.lines,
            self.trial.second,
            others,
            self._domain,
            self.trial.sights.ground.cuts,
        )
        if not exact or reasons.many(MANY):
            low, high = self._domain(leaf)
            if low is not None and high is not None and high - low < EVERY:
                found = list(range(low, high + 1))
            else:
                self.exact = False
        return [(one, one) for one in found]

    def _blank(self, leaf: str) -> Abstract:
        first, second = self.trial.first[leaf], self.trial.second[leaf]
        return first if point(second) else second

    def _domain(self, leaf: str) -> Domain:
        value, one = self._blank(leaf), self.pack.leaves[leaf]
        return (one.low, one.high) if value is None else (value[0], value[1])

    def put(self, leaf: str, value: Abstract) -> Taken:
        """Fill a leaf in both passes; return what `restore` needs."""
        return self.trial.put(leaf, value, value)

    def blank(self, leaf: str) -> Taken:
        """Put back what the chart says of a leaf; return what `restore` needs."""
        return self.trial.put(leaf, *self.given[leaf])

    def restore(self, taken: Taken) -> None:
        """Take a filling back; the last one first."""
        self.trial.back(taken)

    def failing(self, leaves: frozenset[str]) -> Failure | None:
        """Return a filling of these leaves that leaves several outcomes, and why; None when they settle.

        Only leaves that can still make a difference get a value: the others may take any.
        """
        left = self.steps
        complete = len(leaves) == len(self.needs)
        if complete:
            self.steps = min(left, COMPLETE)
        allowed = self.steps
        try:
            for part in self.parts():
                found = self._failing(leaves, self.look(part), part)
                if found is not None:
                    return found
        except Stopped:
            if not complete or allowed == left:
                raise
        finally:
            self.steps = left - allowed + self.steps
        return None  # a complete chart has an answer (law 5): what a short look does not refute is taken as read

    def _failing(self, leaves: frozenset[str], reasons: Reasons | None, part: ir.Item | None) -> Failure | None:
        if reasons is None:
            return None
        leaf = next((one for one in reasons.leaves if one in leaves), None)
        if leaf is None:
            return Failure({}, reasons, part)
        key = (part and part.id, reasons.read, leaves)
        if key in self.settling:
            return None
        rest = leaves - {leaf}
        for value in self.values(leaf, rest, reasons):
            taken = self.put(leaf, value)
            try:
                found = self._failing(rest, self.look(part), part)
            finally:
                self.restore(taken)
            if found is not None:
                return Failure({leaf: value, **found.filling}, found.reasons, part)
        self.settling.add(key)
        return None

    def demands(self, facts: frozenset[str], failure: Failure, asked: Sequence[str]) -> list[frozenset[str]]:
        """Return sets of facts of each of which a settling set must hold one, from a filling that settles nothing.

        The filling is made as large as a first try finds it; the facts it does not fill are the first demand. When
        that is one fact, a value for it completes the chart, and every fact whose loss opens it again is needed too.
        """
        done = dict(failure.filling)
        kept = [self.put(leaf, value) for leaf, value in done.items()]
        reasons = failure.reasons
        try:
            for fact in asked:
                if fact in facts:
                    continue
                larger = facts | {fact}
                new = frozenset([leaf for leaf in reasons.leaves if leaf in self.needs and self.needs[leaf] <= larger])
                found = self._failing(new, reasons, failure.part)
                if found is not None:
                    facts, reasons = larger, found.reasons
                    done |= found.filling
                    kept += [self.put(leaf, value) for leaf, value in found.filling.items()]
            left = frozenset(asked) - facts
            if len(left) != 1:
                return [left]
            for leaf in [one for one in self.needs if one not in done and self.needs[one] <= facts]:
                kept.append(self.put(leaf, self.values(leaf, (), reasons)[0]))
            return [left, *self._needed(left, reasons, asked)]
        finally:
            for taken in reversed(kept):
                self.restore(taken)

    def _needed(self, left: frozenset[str], reasons: Reasons, asked: Sequence[str]) -> list[frozenset[str]]:
        """Return, one by one, the facts without which the chart as it stands, completed by `left`, is open."""
        last = [leaf for leaf in self.filled(asked) if left <= self.needs[leaf]]
        if len(last) != 1:
            return []
        needed: set[str] = set()
        for value in self.values(last[0], (), reasons):
            taken = self.put(last[0], value)
            try:
                needed |= {fact for fact in asked if fact not in left | needed and self._opens(fact)}
            finally:  # a search that stops here goes on to shrink what it has, from the chart as it was
                self.restore(taken)
        return [frozenset({fact}) for fact in asked if fact in needed]

    def _opens(self, fact: str) -> bool:
        """Return whether the chart as it stands is open without this fact."""
        taken = [self.blank(leaf) for leaf in self.needs if fact in self.needs[leaf]]
        try:
            return self.open()
        finally:
            for one in reversed(taken):
                self.restore(one)
