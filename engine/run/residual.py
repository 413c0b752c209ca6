"""What an answer still lacks: the smallest sets of blank facts that settle it, and the assumptions it rests on.

A leaf is *blank* when the pass that gives the value finds no single value in it. Filling a set of facts lets every
blank leaf whose blank facts all lie in the set take, independently, each value it may have (one per band between all
tests it meets, see `sangao.engine.run.bands`); the set settles when the assumed pass has one outcome each time.

The search turns on the failures: a filling that leaves several outcomes, made as large as it gets, says that a
settling set must hold one of the facts it did *not* fill. The cheapest set that meets all such demands either settles,
and is the next answer, or fails and adds a demand. It rests on law 2 (what is settled stays settled), so a decision
closed by `enough:` is answered soundly, if not always minimally.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any

from sangao.engine.answer import Missing
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.bands import Ladder, Tests, ladder
from sangao.engine.run.cones import cone
from sangao.engine.run.program import must_ask
from sangao.engine.run.rows import Cone, compile_rows

SETS = 8
EXACT = 10
STEPS_EXACT, STEPS = 400_000, 20_000
NEVER_ASKED = 1 << 20

Abstract = Any


class _Stopped(Exception):
    """The budget of evaluations is spent."""


def blank_leaves(
    pack: ir.Pack,
    decisions: Collection[str],
    leaves: Sequence[str],
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
) -> tuple[str, ...]:
    """Return the leaves without a single value in the pass that gives the value."""
    strict = {leaf for one in decisions for leaf in must_ask(pack, pack.decisions[one])}
    return tuple(
        leaf
        for leaf in leaves
        if not _point(assumed_values[leaf]) or (leaf in strict and not _point(open_values[leaf]))
    )


def _point(value: Abstract) -> bool:
    if isinstance(value, int):
        return value.bit_count() == 1
    return value is not None and bool(value[0] == value[1])


@dataclass(slots=True)
class Search:
    """The fillings of one decision: evaluates them and remembers what was spent."""

    pack: ir.Pack
    cone: Cone
    first: list[Abstract]
    second: list[Abstract]
    needs: dict[str, frozenset[str]]
    steps: int
    tests: Tests
    exact: bool = True
    ladders: dict[tuple[str, ...], Ladder] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {leaf: i for i, leaf in enumerate(self.cone.leaves)}

    def single(self) -> bool:
        """Return whether the assumed pass has one outcome as the leaves stand now."""
        self.steps -= 1
        if self.steps < 0:
            raise _Stopped
        outcome = self.pack.decisions[self.cone.decision].outcome
        return spec.single(outcome, self.cone.assumed(self.second, self.first))

    def filled(self, facts: Collection[str]) -> tuple[str, ...]:
        """Return the blank leaves that a set of facts fills."""
        return tuple(leaf for leaf, needed in self.needs.items() if needed <= set(facts))

    def possible(self, leaf: str) -> list[Abstract]:
        """Return every value a bool or code leaf may take."""
        i = self.places[leaf]
        mask = self.second[i] if not _point(self.second[i]) else self.first[i]
        return [1 << bit for bit in range(mask.bit_length()) if mask >> bit & 1]

    def domain(self, leaf: str) -> tuple[int | None, int | None]:
        """Return the ends of what a number leaf may be."""
        i = self.places[leaf]
        value = self.first[i] if _point(self.second[i]) else self.second[i]
        one = self.pack.leaves[leaf]
        return (one.low, one.high) if value is None else (value[0], value[1])

    def ladder(self, leaves: tuple[str, ...]) -> Ladder:
        """Return the bands of the number leaves among those that are filled."""
        numbers = tuple(leaf for leaf in leaves if self.pack.leaves[leaf].kind in ("number", "date"))
        if numbers not in self.ladders:
            known = {leaf: value for leaf, value in zip(self.cone.leaves, self.second, strict=True)}
            self.ladders[numbers] = ladder(self.tests, known, {leaf: self.domain(leaf) for leaf in numbers})
            self.exact &= self.ladders[numbers].exact
        return self.ladders[numbers]

    def put(self, leaf: str, value: Abstract) -> tuple[Abstract, Abstract]:
        """Fill a leaf in both passes; return what stood there."""
        i = self.places[leaf]
        before = self.first[i], self.second[i]
        self.first[i] = self.second[i] = value
        return before

    def restore(self, leaf: str, before: tuple[Abstract, Abstract]) -> None:
        """Take a filling back."""
        i = self.places[leaf]
        self.first[i], self.second[i] = before

    def failing(self, facts: Collection[str]) -> dict[str, Abstract] | None:
        """Return a filling of these facts that leaves several outcomes, or None when they settle."""
        leaves = self.filled(facts)
        steps = self.ladder(leaves)
        closed = [leaf for leaf in leaves if leaf not in steps.order]
        choices = [self.possible(leaf) for leaf in closed]
        given: dict[str, Abstract] = {}
        numbers: dict[str, int] = {}

        def descend(at: int) -> dict[str, Abstract] | None:
            if self.single():
                return None
            if at == len(closed) + len(steps.order):
                return dict(given)
            if at < len(closed):
                leaf, values = closed[at], choices[at]
            else:
                leaf = steps.order[at - len(closed)]
                values = [(one, one) for one in steps.values(at - len(closed), numbers)]
            for value in values:
                given[leaf] = value
                if at >= len(closed):
                    numbers[leaf] = value[0]
                before = self.put(leaf, value)
                try:
                    found = descend(at + 1)
                finally:
                    self.restore(leaf, before)
                if found is not None:
                    return found
            given.pop(leaf, None)
            return None

        return descend(0)

    def grown(self, facts: frozenset[str], filling: dict[str, Abstract], asked: Sequence[str]) -> frozenset[str]:
        """Return a set of facts, as large as a first try finds it, that a filling like this one does not settle."""
        kept: list[tuple[str, tuple[Abstract, Abstract]]] = [(leaf, self.put(leaf, x)) for leaf, x in filling.items()]
        try:
            for fact in asked:
                if fact in facts:
                    continue
                larger = facts | {fact}
                new = [leaf for leaf in self.filled(larger) if leaf not in {leaf for leaf, _ in kept}]
                found = self._several(new)
                if found is not None:
                    facts = larger
                    kept += [(leaf, self.put(leaf, value)) for leaf, value in found.items()]
            return facts
        finally:
            for leaf, before in reversed(kept):
                self.restore(leaf, before)

    def _several(self, leaves: Sequence[str]) -> dict[str, Abstract] | None:
        """Return values of a few more leaves, the others standing as they are, that leave several outcomes."""
        if not leaves:
            return {}
        leaf = leaves[0]
        if self.pack.leaves[leaf].kind in ("number", "date"):
            known = {name: value for name, value in zip(self.cone.leaves, self.second, strict=True)}
            alone = ladder(self.tests, known, {leaf: self.domain(leaf)})
            values: list[Abstract] = [(one, one) for one in alone.values(0, {})]
        else:
            values = self.possible(leaf)
        for value in values:
            before = self.put(leaf, value)
            try:
                found = None if self.single() else self._several(leaves[1:])
            finally:
                self.restore(leaf, before)
            if found is not None:
                return {leaf: value, **found}
        return None


def missing(
    pack: ir.Pack,
    decision: str,
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
    blank_facts: Collection[str] | None = None,
) -> Missing:
    """Return the inclusion-minimal sets of blank facts that settle a decision, the cheapest first.

    `open_values`, `assumed_values`: leaf values of both passes; `blank_facts`: the facts the chart says nothing of,
    when the caller knows. Nothing is missing where the assumed pass has one outcome already. Site settings are never
    asked: they appear, last in their set, only where no set without them settles.
    """
    one = compile_rows(pack).cone(decision)
    blanks = blank_leaves(pack, one.decisions, one.leaves, open_values, assumed_values)
    bare = {
        leaf.source.fact
        for leaf in pack.leaves.values()
        if isinstance(leaf.source, ir.Bare) and not _point(assumed_values[leaf.id])
    }
    bare.update(blank_facts or ())
    needs = {leaf: _blank_facts(pack.leaves[leaf].facts, bare) for leaf in blanks}
    order = {fact: i for i, fact in enumerate(pack.dictionary.facts)}
    facts = sorted(set().union(*needs.values()), key=lambda fact: (order.get(fact, len(order)), fact))
    search = Search(
        pack,
        one,
        [open_values[leaf] for leaf in one.leaves],
        [assumed_values[leaf] for leaf in one.leaves],
        needs,
        STEPS_EXACT if len(facts) <= EXACT else STEPS,
        Tests(pack, one.decisions),
    )
    if search.single():
        return Missing()
    settings = {fact for fact in facts if fact in order and pack.dictionary.facts[fact].site}
    asked = [fact for fact in facts if fact not in settings]
    found = _cheapest(search, asked)
    if settings and not found.sets and found.minimal:
        found = _cheapest(search, [*asked, *(fact for fact in facts if fact in settings)])
    return found


def _blank_facts(facts: tuple[str, ...], blank: Collection[str]) -> frozenset[str]:
    """Return the facts that a blank leaf waits for: those that are blank themselves, else all of them."""
    return frozenset(one for one in facts if one in blank) or frozenset(facts)


def _cheapest(search: Search, asked: Sequence[str]) -> Missing:
    """Return the settling sets among the asked facts in the order of cost, size and dictionary."""
    prices = [_price(search.pack, fact) for fact in asked]
    grow_first = [asked[i] for i in sorted(range(len(asked)), key=lambda i: -prices[i])]
    demands: list[int] = []
    found: list[int] = []
    heap: list[tuple[int, int, tuple[int, ...], int]] = [(0, 0, (), 0)]
    seen = {0}
    stopped = False
    try:
        while heap and len(found) <= SETS:
            cost, size, members, mask = heappop(heap)
            if any(one & ~mask == 0 for one in found):
                continue
            unmet = next((one for one in demands if not one & mask), None)
            if unmet is None:
                facts = frozenset(asked[i] for i in members)
                filling = search.failing(facts)
                if filling is None:
                    found.append(mask)
                    continue
                largest = search.grown(facts, filling, grow_first)
                unmet = sum(1 << i for i, fact in enumerate(asked) if fact not in largest)
                demands.append(unmet)
            for i in range(len(asked)):
                if unmet >> i & 1 and mask | 1 << i not in seen:
                    seen.add(mask | 1 << i)
                    heappush(heap, (cost + prices[i], size + 1, tuple(sorted((*members, i))), mask | 1 << i))
    except _Stopped:
        stopped = True
    sets = [tuple(asked[i] for i in range(len(asked)) if mask >> i & 1) for mask in found[:SETS]]
    more = len(found) > SETS or (stopped and len(found) == SETS)
    return Missing(tuple(sets), more, search.exact and (not stopped or len(found) >= SETS))


def _price(pack: ir.Pack, fact: str) -> int:
    found = pack.dictionary.facts.get(fact)
    return 3 if found is None else found.cost + NEVER_ASKED * found.site


def assumed(
    pack: ir.Pack,
    decision: str,
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
    assumed_facts: Collection[str],
) -> tuple[str, ...]:
    """Return the assumptions a value rests on: in dictionary order each one is dropped that the value survives.

    `assumed_facts`: the facts taken as false for the chart. What `enough:` took for granted without being examined is
    listed with them. Empty where the assumed pass has several outcomes.
    """
    leaves, decisions = cone(pack, decision)
    known = dict(assumed_values)
    closing = {one: pack.decisions[one].enough for one in decisions if pack.decisions[one].enough}
    granted: dict[str, list[str]] = {}
    for enough in closing.values():
        for leaf, _ in enough.assuming if enough else ():
            if not _point(assumed_values[leaf]):
                for fact in pack.leaves[leaf].facts:
                    granted.setdefault(fact, []).append(leaf)
    changed = {leaf for leaf in leaves if open_values[leaf] != assumed_values[leaf]}
    taken = {fact for leaf in changed for fact in pack.leaves[leaf].facts if fact in set(assumed_facts)} | set(granted)
    inside = replace(pack, decisions={one: pack.decisions[one] for one in decisions})
    if not _single(inside, decision, open_values, known):
        return ()
    result = []
    for fact in pack.dictionary.facts:
        if fact not in taken:
            continue
        released = {leaf: open_values[leaf] for leaf in changed if fact in pack.leaves[leaf].facts}
        without = _ungranted(inside, granted.get(fact, ()))
        if _single(without, decision, open_values, {**known, **released}):
            known, inside = {**known, **released}, without
        else:
            result.append(fact)
    return tuple(result)


def _single(pack: ir.Pack, decision: str, open_values: Mapping[str, Abstract], known: Mapping[str, Abstract]) -> bool:
    return spec.single(pack.decisions[decision].outcome, spec.evaluate(pack, open_values, known)[1][decision])


def _ungranted(pack: ir.Pack, leaves: Collection[str]) -> ir.Pack:
    """Return the pack in which `enough:` takes nothing for granted of these leaves."""
    if not leaves:
        return pack
    decisions = dict(pack.decisions)
    for name, one in pack.decisions.items():
        if one.enough:
            kept = tuple(pair for pair in one.enough.assuming if pair[0] not in leaves)
            decisions[name] = replace(one, enough=replace(one.enough, assuming=kept))
    return replace(pack, decisions=decisions)
