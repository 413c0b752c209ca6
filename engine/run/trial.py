"""A chart on trial: leaves are filled and taken back one by one, and decisions follow.

What is missing, assumed or still needed, and what would change an answer, is found by looking at one chart many times,
each time with one leaf changed. Only the decisions that rest on that leaf are worked out again, and only as far as
answers change.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.sights import Sight, Sights
from sangao.engine.run.walks import Walked

Abstract = Any
Change = tuple[str, Abstract, Sight | None]
Taken = tuple[str, tuple[Abstract, Abstract], list[Change]]


@dataclass(slots=True)
class Trial:
    """The values of all leaves in both passes, and how the decisions of `inside` stand on them.

    `inside`: places of the decisions that one answer rests on; of all others nothing is kept up. `answers`: what the
    assumed pass allows on the values given, which is believed. The three mappings are changed by `put` and are the
    caller's to lend. `swapped`: decisions that stand here in the place of the pack's; `now`: how decisions stand, of
    those seen so far.
    """

    sights: Sights
    first: dict[str, Abstract]
    second: dict[str, Abstract]
    answers: dict[str, Abstract]
    inside: Collection[int]
    swapped: dict[str, ir.Decision] = field(default_factory=dict)
    now: dict[str, Sight] = field(default_factory=dict)

    def copy(self) -> "Trial":
        """Return another that stands as this one does, to go on from."""
        return replace(
            self,
            first=dict(self.first),
            second=dict(self.second),
            answers=dict(self.answers),
            swapped=dict(self.swapped),
            now=dict(self.now),
        )

    def decision(self, name: str) -> ir.Decision:
        """Return a decision as it is here."""
        return self.swapped.get(name) or self.sights.ground.pack.decisions[name]

    def swap(self, decision: ir.Decision) -> None:
        """Put a decision in the place of the one with its name, for good: what was put before cannot be taken back.

        It is not to be walked through.
        """
        self.swapped[decision.id] = decision
        self._spread([self.sights.ground.index.places[decision.id]])

    def of(self, name: str) -> Sight:
        """Return how a decision stands now."""
        found = self.now.get(name)
        if found is None:
            allowed = self.answers[name]
            found = self.now[name] = self.sights.of(name, self.first, self.second, self.answers, allowed)
        return found

    def walk(self, name: str, item: ir.Item | None = None) -> Walked:
        """Return the walk through a decision, or through one item of it, as it stands now."""
        sight = self.of(name)
        return sight.walks.get(item.id if item is not None else None) or self.sights.walk(
            sight, name, item, self.first, self.second, self.answers
        )

    def put(self, leaf: str, first: Abstract, second: Abstract) -> Taken:
        """Give a leaf these values in the two passes; return what `back` needs."""
        before = self.first[leaf], self.second[leaf]
        self.first[leaf], self.second[leaf] = first, second
        if before == (first, second):
            return leaf, before, []
        return (
            leaf,
            before,
            self._spread([at for at in self.sights.ground.index.of_leaf.get(leaf, ()) if at in self.inside]),
        )

    def back(self, taken: Taken) -> None:
        """Take a `put` back; what was put last goes first."""
        leaf, (self.first[leaf], self.second[leaf]), changes = taken
        for name, allowed, sight in changes:
            self.answers[name] = allowed
            if sight is None:
                del self.now[name]
            else:
                self.now[name] = sight

    def _spread(self, due: list[int]) -> list[Change]:
        """Work out these decisions again, and what rests on their answers; return how all that stood before.

        `due`: places in the order of the pack.
        """
        sights, first, second, answers = self.sights, self.first, self.second, self.answers
        index, inside, now = sights.ground.index, self.inside, self.now
        queued, changes = set(due), list[Change]()
        while due:
            name = index.names[heappop(due)]
            before = answers[name]
            changes.append((name, before, now.get(name)))
            sight = now[name] = self._swapped(name) if name in self.swapped else sights.of(name, first, second, answers)
            if sight.allowed != before:
                answers[name] = sight.allowed
                for at in index.of_decision.get(name, ()):
                    if at in inside and at not in queued:
                        queued.add(at)
                        heappush(due, at)
        return changes

    def _swapped(self, name: str) -> Sight:
        one = self.swapped[name]
        allowed = self.sights.ground.assume(one, self.first, self.second, self.answers)
        return Sight(allowed, not spec.single(one.outcome, allowed))
