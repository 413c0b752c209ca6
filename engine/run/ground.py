"""What all searches in one pack rest on: what reads what, its decisions one by one, and what was found before."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sangao.engine.answer import Missing
from sangao.engine.pack import ir
from sangao.engine.run import cells, spec
from sangao.engine.run.bands import Cuts, Tests
from sangao.engine.run.program import Program, must_ask
from sangao.engine.run.told import Memory

FEW = 40  # answers of the definition that cost as much as making a function of the decision
FOUND = 4_096  # of some charts through a bundle

Abstract = Any
Alone = Callable[[Sequence[Abstract], Sequence[Abstract], Sequence[Abstract]], tuple[Abstract, ...]]
Getter = Callable[[Mapping[str, Abstract]], Any]


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


class Ground:
    """What all searches in one pack rest on. Safe to share between threads: what it keeps can be worked out again.

    `memory`: what the programs of the pack remember. `tests`: its tests of numbers; `cuts`: what `bands.values`
    remembers of leaves that are compared with one another.
    """

    def __init__(self, pack: ir.Pack, memory: Mapping[str, Memory]) -> None:
        self.pack = pack
        self.tests = Tests(pack)
        self.cuts: Cuts = {}
        self._memory = memory
        self._index: Index | None = None
        self._runs: dict[str, Alone] = {}
        self._asked: Counter[str] = Counter()
        self._missing: dict[Hashable, Missing] = {}

    @property
    def index(self) -> Index:
        """What rests on what, worked out by the first search."""
        if self._index is None:
            self._index = _index(self.pack)
        return self._index

    def assume(
        self,
        decision: ir.Decision,
        first: Mapping[str, Abstract],
        second: Mapping[str, Abstract],
        answers: Mapping[str, Abstract],
    ) -> Abstract:
        """Return what the assumed pass allows of a decision, of the pack or like one of it.

        The definition answers one of which little is asked, for making the function costs as much as `FEW` answers.
        """
        name = decision.id
        own = decision is self.pack.decisions[name]
        run = self._runs.get(name) if own else None
        if run is None:
            self._asked[name] += own
            if not own or self._asked[name] <= FEW:
                return spec.assume(self.pack, decision, first, second, answers, cells.form_of)
            run = self._runs[name] = self.alone(name)
        reads = decision.reads
        return run([second[x] for x in reads], [first[x] for x in reads], [answers[x] for x in decision.asks])[0]

    def alone(self, name: str) -> Alone:
        """Return one decision in the assumed pass as a function of what it reads and asks itself.

        It takes the assumed and the open values of the leaves it reads, and what the assumed pass allows of the
        decisions it asks; it returns what it allows, alone in a tuple.
        """
        one = self.pack.decisions[name]
        program = Program(self.pack, "assumed", one.reads, (*one.asks, name), self._memory, alone=True)
        return program.function(f"{self.pack.meta.id} {name} alone")

    def missing(self, key: Hashable, search: Callable[[], Missing]) -> Missing:
        """Return what was found missing under a key, searched for once; the key holds all that the search reads."""
        found = self._missing.get(key)
        if found is None:
            found = search()
            if len(self._missing) >= FOUND:
                self._missing.clear()
            self._missing[key] = found
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
