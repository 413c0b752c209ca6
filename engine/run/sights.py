"""How decisions of a pack stood, remembered by what they read and ask: for one search after another, of any chart."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.ground import Ground
from sangao.engine.run.walks import Walk, Walked

MOST = 60_000  # sights and walks, at somewhat less than a kilobyte

Abstract = Any


@dataclass(slots=True, eq=False)
class Sight:
    """One decision on the values it reads: what the assumed pass allows, and the walks through it that were made."""

    allowed: Abstract
    open: bool
    walks: dict[str | None, Walked] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Sights:
    """How the decisions of one pack stood, by what they read and ask. Safe to share between threads.

    It only grows, so that a search which began with it finds again what it has seen, whoever looks meanwhile; who
    begins a search takes a new one once it is `full`. What a caller says a decision allows is believed, and remembered
    as if it had been worked out here.
    """

    ground: Ground
    _kept: dict[Hashable, Sight] = field(default_factory=dict)
    _seen: dict[Hashable, int] = field(default_factory=dict)
    _walks: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def full(self) -> bool:
        """Whether so much is remembered that the next search had better begin anew."""
        return len(self._kept) + self._walks >= MOST

    def of(
        self,
        name: str,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
        allowed: Abstract = None,
    ) -> Sight:
        """Return how a decision stands on these values; `allowed`: what the assumed pass gives on them, when known."""
        read = self.ground.index.reads[name]
        key = (name, read.opened(first), read.assumed(second), read.asked(answers))
        found = self._kept.get(key)
        if found is None:
            decision = self.ground.pack.decisions[name]
            if allowed is None:  # nothing known of a number is None too: then it is worked out once more
                allowed = self.ground.assume(decision, first, second, answers)
            found = self._kept[key] = Sight(allowed, not spec.single(decision.outcome, allowed))
        return found

    def answers(
        self, decisions: Iterable[str], first: Mapping[str, Abstract], second: Mapping[str, Abstract]
    ) -> dict[str, Abstract]:
        """Return what the assumed pass allows of decisions that come with all they ask, in the order of the pack."""
        found: dict[str, Abstract] = {}
        for name in decisions:
            found[name] = self.of(name, first, second, found).allowed
        return found

    def walk(
        self,
        sight: Sight,
        name: str,
        item: ir.Item | None,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
    ) -> Walked:
        """Return the walk through a decision as it stands, or through one item of it, in the assumed pass."""
        part = item.id if item is not None else None
        found = sight.walks.get(part)
        if found is None:
            ground = self.ground
            tightened = ground.index.reads[name].tightened
            values = {**second, **{leaf: first[leaf] for leaf in tightened}} if tightened else second
            walk = Walk(ground.pack, ground.tests, values, answers)
            still = walk.item(item) if item is not None else walk.decision(ground.pack.decisions[name])
            # A number of its own for all that was seen: no other decision, and no other sight of this one, has it.
            number = self._seen.setdefault((name, part, tuple(walk.read)), next(self._numbers))
            found = sight.walks[part] = Walked(tuple(dict.fromkeys(walk.steps)), frozenset(walk.lines), number, still)
            self._walks += 1
        return found
