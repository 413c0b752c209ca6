"""What one pack answers differently from another: regions of patients, disjoint and complete, in clinical words.

A rule is compared over what it reads and asks, all of it taken as known. A decision that both packs ask is one question
there; a rule that is the same in both `follows` where what it asks is answered differently. So whoever is answered
differently stands in a region of the decision's own rule or of one it rests on. With `opened`, all are opened to what
is read of a chart. Windows and formulas stand as themselves: a region may name a patient who cannot be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.passes.beside import OWN, beside
from sangao.engine.passes.checks import answers
from sangao.engine.passes.checks.promises import reach
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.passes.checks.witness import Box, grown, ready_case, said
from sangao.engine.quantity import from_grid

MOST = 5_000  # boxes of one decision; beyond, the list says that it stopped


@dataclass(frozen=True, slots=True)
class Region:
    """Patients whom the first pack answers `before`, the second `after`: a box in words, one of them as a case."""

    before: str
    after: str
    zh: str
    en: str
    case: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How one decision differs: by its own rule in `regions` (all unless `more`), by decisions that it `follows`."""

    decision: str
    zh: str
    en: str
    regions: tuple[Region, ...]
    more: bool = False
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """Two packs side by side: decisions that answer alike, that differ, that stand in one of them only.

    `otherwise`: groups whose readings of a day become one value by another rule; regions speak of that value.
    """

    alike: tuple[str, ...]
    differing: tuple[Difference, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    otherwise: tuple[str, ...] = ()


def compare(first: ir.Pack, second: ir.Pack, only: tuple[str, ...] = (), opened: bool = False) -> Compared:
    """Compare the decisions that both packs have, or `only` some and what they rest on."""
    both = beside(first, second, opened)
    about = Study(both.pack)
    wanted = reach(first, set(only)) | reach(second, set(only)) if only else {*first.decisions, *second.decisions}
    mine = [id for id, one in first.decisions.items() if not one.hidden]
    theirs = [id for id, one in second.decisions.items() if not one.hidden]
    alike: list[str] = []
    differing: dict[str, Difference] = {}
    for id in first.decisions:
        if id not in second.decisions or id not in wanted or (opened and id not in (only or mine)):
            continue
        own = f"{id}{OWN}"
        found = difference(about, own if own in both.pack.decisions else id, both.names[id], opened)
        found = replace(found, decision=id)
        asked = () if opened else dict.fromkeys([*first.decisions[id].asks, *second.decisions[id].asks])
        apart = [one for one in asked if one in differing or one not in first.decisions or one not in second.decisions]
        if found.regions or apart:
            differing[id] = replace(found, follows=tuple(apart))
        else:
            alike.append(id)
    missing = tuple(id for id in mine if id not in theirs), tuple(id for id in theirs if id not in mine)
    return Compared(tuple(alike), tuple(differing.values()), *missing, both.otherwise)


def difference(about: Study, first: str, second: str, opened: bool) -> Difference:
    """Return the regions where two decisions of one pack answer differently."""
    one, other = about.pack.decisions[first], about.pack.decisions[second]

    def build(space: Space) -> list[tuple[int, int]]:
        return list(_pairs(space, one, other))

    space, nowhere = about.space(one, build, inline=opened)
    regions: list[Region] = []
    more = False
    for left, right in build(space):
        both = space.d.combine("pair", lambda a, b: (a, b), left, right)
        for pair in sorted(space.d.values(both), key=repr):
            if pair[0] == pair[1]:
                continue
            for box, path in apart(space, space.equal(both, pair), nowhere):
                if len(regions) == MOST:
                    more = True
                    break
                zh, en = (said(about, space, box, lang) for lang in ("zh", "en"))
                regions.append(Region(pair[0], pair[1], zh, en, ready_case(about, space, path, first, "…")))
    regions.sort(key=lambda one: (one.before, one.after, one.zh.count("，")))
    words = about.pack.words.get(first.removesuffix(OWN), ir.Words())
    return Difference(first, words.zh or first, words.en or first, tuple(regions), more)


def _pairs(space: Space, one: ir.Decision, other: ir.Decision) -> Iterator[tuple[int, int]]:
    """Yield what both answer as diagrams of texts: the answer itself, of a set each item."""
    if "set" in (one.outcome.kind, other.outcome.kind):
        if one.outcome.kind != other.outcome.kind:
            yield space.d.terminal(one.outcome.kind), space.d.terminal(other.outcome.kind)
            return
        left, right = (dict(zip(at.outcome.codes, answers.items(space, at), strict=True)) for at in (one, other))
        for code in dict.fromkeys([*left, *right]):
            yield tuple(_item(space, code, found.get(code, space.d.false)) for found in (left, right))  # type: ignore[misc]
        return
    yield (
        space.d.map("first", _teller(one), space.answer(one.id)),
        space.d.map("second", _teller(other), space.answer(other.id)),
    )


def _item(space: Space, code: str, held: int) -> int:
    return space.d.map(f"item {code}", lambda here: code if here else "–", held)


def _teller(decision: ir.Decision) -> Any:
    outcome = decision.outcome
    codes = outcome.codes or ("false", "true")

    def tell(value: Any) -> str:
        if outcome.kind not in ("number", "date"):
            return " | ".join(code for i, code in enumerate(codes) if value >> i & 1)
        if isinstance(value, ir.Int):
            return f"{from_grid(value.value, outcome.step)} {outcome.unit}".strip()
        return repr(value)

    return tell


def apart(space: Space, region: int, free: int) -> Iterator[tuple[Box, dict[int, int]]]:
    """Yield disjoint boxes that cover a region, each with one point of it; they may reach into `free`."""
    d = space.d
    rest = d.without(region, free)
    while (path := d.pick(rest)) is not None:
        box = grown(space, d.either(rest, free), {level: 1 << value for level, value in path.items()})
        yield box, path
        rest = d.without(rest, d.all([d.test(level, mask) for level, mask in box.items()]))
