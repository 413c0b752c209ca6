"""The ways in which decisions of a pack stood, remembered by what they read and ask: for all searches, of any chart."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from typing import Any

from sangao.engine.answer import Missing
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.bands import Cuts, Tests
from sangao.engine.run.program import must_ask
from sangao.engine.run.walks import Walk, Walked

FEW = 40
KEPT = 100_000  # ways in which decisions stand, remembered for a pack

Abstract = Any
Alone = Callable[[Sequence[Abstract], Sequence[Abstract], Sequence[Abstract]], tuple[Abstract, ...]]
Getter = Callable[[Mapping[str, Abstract]], Any]


@dataclass(slots=True, eq=False)
class Stand:
    """One decision on the values it reads: what the assumed pass allows, and the walks through it that were made."""

    allowed: Abstract
    open: bool
    walks: dict[str | None, Walked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """What one decision reads and asks: `must_ask` leaves in the open pass, all others in the assumed one."""

    tightened: frozenset[str]
    opened: Getter
    assumed: Getter
    asked: Getter


@dataclass(frozen=True, slots=True)
class Index:
    """What rests on what, decisions as places in the order of the pack; `bare`: the leaves that are a fact itself."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    bare: Mapping[str, tuple[str, ...]]
    reads: Mapping[str, Read]
    of_leaf: Mapping[str, tuple[int, ...]]
    of_decision: Mapping[str, tuple[int, ...]]


class Stands:
    """The ways in which decisions of one pack stood, remembered by what they read and ask. Safe to share.

    `cuts` is what `bands.values` remembers of leaves that are compared with one another, `missing` what
    `residual.missing` found. `alone` gives a decision as a
    function of what it reads and asks (`rows.Rows.alone`); the definition answers one of which little is asked, for
    making the function costs as much as `FEW` of its answers.
    """

    def __init__(self, pack: ir.Pack, alone: Callable[[str], Alone]) -> None:
        self.pack = pack
        self._alone = alone
        self._runs: dict[str, Alone] = {}
        self._asked: Counter[str] = Counter()
        self.tests = Tests(pack)
        self.cuts: Cuts = {}
        self.missing: dict[Any, Missing] = {}
        self._index: Index | None = None
        self._kept: dict[Any, Stand] = {}
        self._seen: dict[Any, int] = {}
        self._numbers = count()

    @property
    def index(self) -> Index:
        """What rests on what, worked out by the first search."""
        if self._index is None:
            self._index = _index(self.pack)
        return self._index

    def of(
        self,
        name: str,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
        allowed: Abstract = None,
    ) -> Stand:
        """Return how a decision stands on these values; `allowed`: what the assumed pass gave, when that is known."""
        read = self.index.reads[name]
        key = (name, read.opened(first), read.assumed(second), read.asked(answers))
        found = self._kept.get(key)
        if found is None:
            decision = self.pack.decisions[name]
            if allowed is None:  # nothing known of a number is None too: then it is worked out once more
                allowed = self._assume(decision, first, second, answers)
            if len(self._kept) >= KEPT:
                self._kept.clear()
                self._seen.clear()
            found = self._kept[key] = Stand(allowed, not spec.single(decision.outcome, allowed))
        return found

    def answers(
        self, decisions: Iterable[str], first: Mapping[str, Abstract], second: Mapping[str, Abstract]
    ) -> dict[str, Abstract]:
        """Return what the assumed pass allows of decisions that come with all they ask, in the order of the pack."""
        found: dict[str, Abstract] = {}
        for name in decisions:
            found[name] = self.of(name, first, second, found).allowed
        return found

    def _assume(
        self,
        decision: ir.Decision,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
    ) -> Abstract:
        name = decision.id
        run = self._runs.get(name)
        if run is None:
            self._asked[name] += 1
            if self._asked[name] <= FEW:
                return spec.assume(self.pack, decision, first, second, answers)
            run = self._runs[name] = self._alone(name)
        reads = decision.reads
        return run([second[x] for x in reads], [first[x] for x in reads], [answers[x] for x in decision.asks])[0]

    def walk(
        self,
        stand: Stand,
        name: str,
        item: ir.Item | None,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
    ) -> Walked:
        """Return the walk through a decision as it stands, or through one item of it, in the assumed pass."""
        part = item.id if item is not None else None
        found = stand.walks.get(part)
        if found is None:
            tightened = self.index.reads[name].tightened
            values = {**second, **{leaf: first[leaf] for leaf in tightened}} if tightened else second
            walk = Walk(self.pack, self.tests, values, answers)
            still = walk.item(item) if item is not None else walk.decision(self.pack.decisions[name])
            # A number of its own for all that was seen: no other decision, and no other sight of this one, has it.
            number = self._seen.setdefault((name, part, tuple(walk.read)), next(self._numbers))
            found = stand.walks[part] = Walked(tuple(dict.fromkeys(walk.steps)), frozenset(walk.lines), number, still)
        return found


def _index(pack: ir.Pack) -> Index:
    of_leaf: dict[str, list[int]] = {}
    of_decision: dict[str, list[int]] = {}
    bare: dict[str, list[str]] = {}
    for leaf in pack.leaves.values():
        if isinstance(leaf.source, ir.Bare):
            bare.setdefault(leaf.source.fact, []).append(leaf.id)
    reads: dict[str, Read] = {}
    for at, (name, one) in enumerate(pack.decisions.items()):
        tightened = frozenset(must_ask(pack, one))
        for read in one.reads:
            of_leaf.setdefault(read, []).append(at)
        for asked in one.asks:
            of_decision.setdefault(asked, []).append(at)
        reads[name] = Read(
            tightened,
            _getter([leaf for leaf in one.reads if leaf in tightened]),
            _getter([leaf for leaf in one.reads if leaf not in tightened]),
            _getter(one.asks),
        )
    return Index(
        tuple(pack.decisions),
        {name: at for at, name in enumerate(pack.decisions)},
        {fact: tuple(leaves) for fact, leaves in bare.items()},
        reads,
        {leaf: tuple(places) for leaf, places in of_leaf.items()},
        {name: tuple(places) for name, places in of_decision.items()},
    )


def _getter(names: Collection[str]) -> Getter:
    return itemgetter(*names) if names else _nothing


def _nothing(_: Mapping[str, Abstract]) -> Any:
    return None
