"""What would change an answer: the nearest single change of a fact somebody can act on, and how far away it is.

A change is looked for in one actionable fact at a time, all else as it is. For a number every threshold that the
decision compares it with is tried, nearest first on either side; for a code or a truth every other value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangao.engine import quantity
from sangao.engine.answer import Value
from sangao.engine.explain.argument import Case
from sangao.engine.pack import ir
from sangao.engine.run import answers, cones, spec
from sangao.engine.run.trial import Trial
from sangao.engine.truth import TRUE

MOST = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the fact, its value now and then (grid steps, or masks), and the answer it would give."""

    leaf: ir.Leaf
    fact: str
    old: int
    new: int
    becomes: Value
    cost: float

    def to_dict(self) -> dict[str, Any]:
        """Return the item of the answer JSON's `change`."""
        if self.leaf.kind == "number":
            show = {end: quantity.from_grid(at, self.leaf.step) for end, at in (("from", self.old), ("to", self.new))}
            apart: str | None = quantity.from_grid(self.new - self.old, self.leaf.step)
        else:
            show = {end: _named(self.leaf, at) for end, at in (("from", self.old), ("to", self.new))}
            apart = None
        unit = self.leaf.unit or None
        return {"fact": self.fact, **show, "by": apart, "unit": unit, "becomes": answers.as_json(self.becomes)}


def changes(case: Case, decision: ir.Decision) -> tuple[dict[str, Any], ...]:
    """Return the nearest changes as data, nearest first (a number relative to what it is), at most four."""
    cone = case.rows.cone(decision.id)
    now = answers.answer(decision, case.opened[decision.id], case.assumed[decision.id])
    if now.status == "unknown":
        return ()
    trial = _trial(case, decision)
    found: list[Change] = []
    for name in cone.leaves:
        leaf = case.pack.leaves[name]
        fact = leaf.source.fact if not isinstance(leaf.source, ir.Window | ir.Unusable) else None
        if fact is None or not case.pack.dictionary.facts[fact].actionable:
            continue
        if any(one.fact == fact for one in found):
            continue
        found += _of_leaf(case, decision, cone.decisions, trial, leaf, fact, now.value)
    found.sort(key=lambda one: one.cost)
    return tuple(one.to_dict() for one in found[:MOST])


def _of_leaf(
    case: Case, decision: ir.Decision, asks: tuple[str, ...], trial: Trial, leaf: ir.Leaf, fact: str, now: Value
) -> Iterator[Change]:
    known = case.admission.assumed[leaf.id]
    same = [one.id for one in case.pack.leaves.values() if isinstance(one.source, ir.Bare) and one.source.fact == fact]
    targets = [leaf.id, *(one for one in same if one != leaf.id)]
    if leaf.kind == "number":
        if known is None or known[0] != known[1]:
            return
        old = known[0]
        cuts = sorted(thresholds(case, asks, leaf.id))
        below = [cut - 1 for cut in reversed(cuts) if cut - 1 < old and _inside(leaf, cut - 1)]
        above = [cut for cut in cuts if cut > old and _inside(leaf, cut)]
        for side in (below, above):
            for new in side:
                becomes = _with(decision, trial, targets, (new, new))
                if becomes is not None and becomes != now:
                    yield Change(leaf, fact, old, _readable(leaf, old, new), becomes, abs(new - old) / max(abs(old), 1))
                    break
    elif leaf.kind in ("bool", "code") and int(known).bit_count() == 1:
        for new in (1 << i for i in range(2 if leaf.kind == "bool" else len(leaf.values))):
            if new != known:
                becomes = _with(decision, trial, targets, new)
                if becomes is not None and becomes != now:
                    yield Change(leaf, fact, known, new, becomes, 0.5)


def thresholds(case: Case, asks: tuple[str, ...], leaf: str) -> set[int]:
    """Return the first value above every border that decisions draw through a leaf, all else as it is."""
    found: set[int] = set()
    for name in asks:
        decision = case.pack.decisions[name]
        env = case.env(decision)
        for column in _columns(decision.form):
            found.update(cut for cut in column.cuts if column.expr == ir.Read(leaf))
        for top in cones.expressions(decision.form):
            for expr in cones.walk(top):
                if isinstance(expr, ir.Compare):
                    found.update(_border(expr, leaf, env))
    return found


def _columns(form: ir.Form) -> Iterator[ir.Input]:
    if isinstance(form, ir.Table):
        yield from form.inputs
    elif isinstance(form, ir.Score):
        yield from (item.input for item in form.items)


def _border(expr: ir.Compare, leaf: str, env: spec.Env) -> Iterator[int]:
    for mine, other, flip in ((expr.left, expr.right, False), (expr.right, expr.left, True)):
        by, core = (mine.by, mine.item) if isinstance(mine, ir.Times) else (1, mine)
        if core != ir.Read(leaf) or by <= 0:
            continue
        limit = spec.number(other, env)
        if limit is None or limit[0] != limit[1]:
            continue
        op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(expr.op, expr.op) if flip else expr.op
        at_or_above = -(-limit[0] // by)
        yield at_or_above if op in ("<", ">=") else limit[0] // by + 1
        if op in ("=", "!="):
            yield at_or_above


def _trial(case: Case, decision: ir.Decision) -> Trial:
    found: Trial = case.rows.trial(decision.id, case.admission.open, case.admission.assumed, case.assumed)
    return found


def _with(decision: ir.Decision, trial: Trial, leaves: list[str], value: Any) -> Value:
    """Return the answer with some leaves replaced, None while it would be unknown."""
    possible = _possible_with(decision, trial, leaves, value)
    return answers.value(decision.outcome, possible) if spec.single(decision.outcome, possible) else None


def _possible_with(decision: ir.Decision, trial: Trial, leaves: list[str], value: Any) -> Any:
    """Return what the assumed pass allows with some leaves replaced."""
    taken = [trial.put(leaf, value, value) for leaf in leaves]
    possible = trial.answers[decision.id]
    for one in reversed(taken):
        trial.back(one)
    return possible


def _inside(leaf: ir.Leaf, value: int) -> bool:
    return (leaf.low is None or value >= leaf.low) and (leaf.high is None or value <= leaf.high)


def _readable(leaf: ir.Leaf, old: int, new: int) -> int:
    """Going down, the border itself is said ("below 140"), not the last grid step before it."""
    return new + 1 if new < old else new


def _named(leaf: ir.Leaf, mask: int) -> Any:
    if leaf.kind == "bool":
        return mask == 2
    return leaf.values[mask.bit_length() - 1]


Wanted = tuple[tuple[ir.Leaf, int], ...]


def wanted(pack: ir.Pack, decision: ir.Decision) -> Wanted:
    """Return the windows that count days or occasions below a decision, each with how many it wants: of any chart."""
    _, asks = cones.cone(pack, decision.id)
    tops = (top for name in asks for top in cones.expressions(pack.decisions[name].form))
    found = (_wanted(pack, expr) for top in tops for expr in cones.walk(top))
    return tuple(dict.fromkeys((leaf, number) for leaf, number in found if leaf is not None))


def needs(case: Case, decision: ir.Decision, windows: Wanted | None = None) -> Mapping[str, dict[str, Any]]:
    """Return, per subject of a window that counts days or occasions, how many are still wanted and until when.

    `until` is the last day on which the earliest occasion that counts still lies inside the sliding span. `windows`:
    what `wanted` says, where a host has kept it.
    """
    found: dict[str, dict[str, Any]] = {}
    trial: Trial | None = None
    for leaf, number in wanted(case.pack, decision) if windows is None else windows:
        source = leaf.source
        assert isinstance(source, ir.Window)
        days = case.admission.timeline.progress(source)
        if not 0 < len(days) < number:
            continue
        trial = trial or _trial(case, decision)
        if _matters(trial, decision, leaf, number):
            until = days[0] + source.inside.days if source.inside else None
            shown = None if until is None else date.fromordinal(until).isoformat()
            before = found.get(source.subject)
            if before is None or before["days"] > number - len(days):
                found[source.subject] = {"days": number - len(days), "until": shown}
    return found


def _matters(trial: Trial, decision: ir.Decision, leaf: ir.Leaf, wanted: int) -> bool:
    """Return whether the answer would be another one if the window had all the occasions it wants."""
    value = (wanted, wanted) if leaf.kind == "number" else TRUE
    return bool(_possible_with(decision, trial, [leaf.id], value) != trial.answers[decision.id])


def _wanted(pack: ir.Pack, expr: ir.Expr) -> tuple[ir.Leaf | None, int]:
    """Return the window an expression wants more occasions of, and how many it wants in all."""
    match expr:
        case ir.Compare(">=", ir.Read(leaf), ir.Int(number)):
            source = pack.leaves[leaf].source
            if isinstance(source, ir.Window) and source.op in ("days", "count"):
                return pack.leaves[leaf], number
        case ir.Read(leaf):
            source = pack.leaves[leaf].source
            if isinstance(source, ir.Window) and source.op in ("streak", "running"):
                return pack.leaves[leaf], source.n
    return None, 0
