"""What an answer still lacks: the smallest sets of blank facts that settle it, and the assumptions it rests on.

A leaf is *blank* when the pass that gives the value finds no single value in it. Filling a set of facts lets every
blank leaf whose blank facts all lie in the set take, independently, each value it may have (one per band between all
tests it meets, see `sangao.engine.run.bands`); the set settles when the assumed pass has one outcome each time.

The search turns on the failures: a filling that leaves several outcomes, made as large as it gets, says that a
settling set must hold one of the facts it did *not* fill. The cheapest set that meets all such demands either settles,
and is the next answer, or fails and adds a demand. A filling follows only the leaves that keep the answer open
(`sangao.engine.run.reasons`), and what was proved once for a chart that is open in the same way is not proved again.
All this rests on law 2 (what is settled stays settled), so a decision closed by `enough:` is answered soundly, if not
always minimally.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any

from sangao.engine.answer import Missing
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.program import must_ask
from sangao.engine.run.rows import Rows
from sangao.engine.run.search import Search, Stopped
from sangao.engine.run.trial import Trial
from sangao.engine.run.walks import point

SETS = 8
EXACT = 10
STEPS_EXACT = 20_000  # looks that up to ten blank facts may cost
STEPS, MOST, LEAST = 24_000, 1_000, 200  # with more: shared by facts and decisions, which make a look and a set large
NEVER_ASKED = 1 << 20

Abstract = Any


def blank_leaves(
    pack: ir.Pack,
    decisions: Collection[str],
    leaves: Sequence[str],
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
) -> tuple[str, ...]:
    """Return the leaves that can be asked for and hold no single value in the pass that gives the value."""
    strict = {leaf for one in decisions for leaf in must_ask(pack, pack.decisions[one])}
    return tuple(
        leaf
        for leaf in leaves
        if (not point(assumed_values[leaf]) or (leaf in strict and not point(open_values[leaf])))
        and not isinstance(pack.leaves[leaf].source, ir.Unusable)
    )


def missing(
    rows: Rows,
    decision: str,
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
    answers: Mapping[str, Abstract] | None = None,
) -> Missing:
    """Return the inclusion-minimal sets of blank facts that settle a decision, the cheapest first.

    `rows`: the runner of the pack; `open_values`, `assumed_values`: leaf values of both passes; `answers`: what the
    assumed pass allows, when the caller knows. Nothing is missing where the assumed pass has one outcome already. Site
    settings are never asked: they appear, last in their set, only where no set without them settles. What was found is
    remembered for the pack: asked again when one more fact is known, only the decisions that read it are searched.
    """
    pack, one = rows.pack, rows.cone(decision)
    blanks = blank_leaves(pack, one.decisions, one.leaves, open_values, assumed_values)
    of_fact = rows.ground.index.bare
    bare = frozenset(
        fact
        for fact in {fact for leaf in blanks for fact in pack.leaves[leaf].facts}
        if any(not point(assumed_values[leaf]) for leaf in of_fact.get(fact, ()))
    )
    first, second = (tuple([values[leaf] for leaf in one.leaves]) for values in (open_values, assumed_values))

    def search() -> Missing:
        needs = {leaf: _blank_facts(pack.leaves[leaf].facts, bare) for leaf in blanks}
        return _searched(pack, decision, rows.trial(decision, open_values, assumed_values, answers), needs)

    return rows.ground.missing((decision, bare, first, first if first == second else second), search)


def _searched(pack: ir.Pack, decision: str, trial: Trial, needs: Mapping[str, frozenset[str]]) -> Missing:
    order = {fact: i for i, fact in enumerate(pack.dictionary.facts)}
    facts = sorted(set().union(*needs.values()), key=lambda fact: (order.get(fact, len(order)), fact))
    looks = STEPS_EXACT if len(facts) <= EXACT else _looks(len(facts), len(trial.inside))
    search = Search(pack, pack.decisions[decision], trial, needs, looks)
    if search.look() is None:
        return Missing()
    settings = {fact for fact in facts if fact in order and pack.dictionary.facts[fact].site}
    asked = [fact for fact in facts if fact not in settings]
    found = _cheapest(search, asked)
    if settings and not found.sets:
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
                failed = search.failing(search.filled(facts))
                if failed is None:
                    found.append(mask)
                    continue
                new = search.demands(facts, failed, grow_first)
                demands += [sum(1 << i for i, fact in enumerate(asked) if fact in one) for one in new]
                unmet = demands[-len(new)]
            for i in range(len(asked)):
                if unmet >> i & 1 and mask | 1 << i not in seen:
                    seen.add(mask | 1 << i)
                    heappush(heap, (cost + prices[i], size + 1, tuple(sorted((*members, i))), mask | 1 << i))
    except Stopped:
        stopped = True
        if not found:
            needed = {fact for i, fact in enumerate(asked) if 1 << i in demands}
            found = _shrunk(search, asked, [fact for fact in grow_first if fact not in needed])
    sets = [tuple(asked[i] for i in range(len(asked)) if mask >> i & 1) for mask in found[:SETS]]
    more = len(found) > SETS or (stopped and len(found) == SETS)
    return Missing(tuple(sets), more, search.exact and (not stopped or len(found) >= SETS))


def _shrunk(search: Search, asked: Sequence[str], droppable: Sequence[str]) -> list[int]:
    """Return one set that settles, smaller than everything where a short look allows; nothing when there is none."""
    last = _looks(len(asked), len(search.trial.inside)) // 2
    search.steps = last
    if len(search.filled(asked)) < len(search.needs) or not _complete(search, asked):
        return []
    kept, left = list(asked), last
    for fact in droppable:
        if not left:
            break
        less = [one for one in kept if one != fact]
        search.steps = given = min(left, max(last // 8, 4))
        try:
            if search.failing(search.filled(less)) is None:
                kept = less
        except Stopped:
            search.steps = 0  # what cannot be seen quickly is kept
        left -= given - max(search.steps, 0)
    return [sum(1 << i for i, fact in enumerate(asked) if fact in kept)]


def _complete(search: Search, asked: Sequence[str]) -> bool:
    """Return whether everything asked settles: what a short look does not refute is taken as read (law 5)."""
    try:
        return search.failing(search.filled(asked)) is None
    except Stopped:
        return True


def _looks(facts: int, decisions: int) -> int:
    return min(MOST, max(LEAST, STEPS // (facts * decisions)))


def _price(pack: ir.Pack, fact: str) -> int:
    found = pack.dictionary.facts.get(fact)
    return 3 if found is None else found.cost + NEVER_ASKED * found.site


def assumed(
    rows: Rows,
    decision: str,
    open_values: Mapping[str, Abstract],
    assumed_values: Mapping[str, Abstract],
    assumed_facts: Collection[str],
    answers: Mapping[str, Abstract] | None = None,
) -> tuple[str, ...]:
    """Return the assumptions a value rests on: in dictionary order each one is dropped that the value survives.

    `assumed_facts`: the facts taken as false for the chart; `answers`: what the assumed pass allows, when the caller
    knows. What `enough:` took for granted without being examined is listed with them. Empty where the assumed pass has
    several outcomes.
    """
    pack, one = rows.pack, rows.cone(decision)
    outcome = pack.decisions[decision].outcome
    granted: dict[str, list[str]] = {}
    for enough in [pack.decisions[name].enough for name in one.decisions]:
        for leaf, _ in enough.assuming if enough else ():
            if not point(assumed_values[leaf]):
                for fact in pack.leaves[leaf].facts:
                    granted.setdefault(fact, []).append(leaf)
    changed = [leaf for leaf in one.leaves if open_values[leaf] != assumed_values[leaf]]
    given = set(assumed_facts)
    taken = {fact for leaf in changed for fact in pack.leaves[leaf].facts if fact in given} | granted.keys()
    trial = rows.trial(decision, open_values, assumed_values, answers)
    if not spec.single(outcome, trial.answers[decision]):
        return ()
    result = []
    for fact in pack.dictionary.facts:
        if fact not in taken:
            continue
        without = trial.copy()
        for leaf in changed:
            if fact in pack.leaves[leaf].facts:
                without.put(leaf, open_values[leaf], open_values[leaf])
        for other in _ungranted([without.decision(name) for name in one.decisions], granted.get(fact, ())):
            without.swap(other)
        if spec.single(outcome, without.answers[decision]):
            trial = without
        else:
            result.append(fact)
    return tuple(result)


def _ungranted(decisions: Iterable[ir.Decision], leaves: Collection[str]) -> Iterator[ir.Decision]:
    """Yield the decisions whose `enough:` takes something for granted of these leaves, as they are without that."""
    for one in decisions if leaves else ():
        if one.enough:
            kept = tuple(pair for pair in one.enough.assuming if pair[0] not in leaves)
            if kept != one.enough.assuming:
                yield replace(one, enough=replace(one.enough, assuming=kept))
