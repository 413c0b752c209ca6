"""A pack that was opened holds together: every name it uses stands in it, every index has a place, kinds agree.

The compiler only makes such packs; a file may come from anywhere. What this passes, a runner can run: it asks no
question about medicine, that is what the checks of authors are for.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from sangao.engine import quantity
from sangao.engine.fact import Fact, Group
from sangao.engine.formulas import FORMULAS, measured
from sangao.engine.pack import ir
from sangao.engine.pack.below import depth

Kind = Literal["truth", "number", "code", "set"]
OPS = frozenset({"<", "<=", ">", ">=", "=", "!="})
WIDE = 2**31 * 10**12  # no compiled constant is larger: an int32 value on a common grid
DEEP = 120  # levels of one expression; the language allows 40, and a name may stand for a condition
FARTHEST = 250  # levels through all that is asked; the compiler allows less
FAR = 400 * 12  # months, or as many days a month, that a span may reach
KINDS: Mapping[str, Kind] = {"bool": "truth", "number": "number", "date": "number", "code": "code", "set": "set"}


class Unsound(ValueError):
    """A pack that does not hold together."""


def sound(pack: ir.Pack) -> ir.Pack:
    """Return the pack. Raises `Unsound` for a name, index or kind that does not fit."""
    facts, groups = pack.dictionary.facts, pack.dictionary.groups
    for key, fact in facts.items():
        need(key == fact.id)
        _fact(fact, pack)
    for key, group in groups.items():
        need(key == group.id)
        _group(group, facts)
    by_fact = _Names({key: KINDS[fact.kind] for key, fact in facts.items()}, {}, {}, {})
    names = _Names({}, {}, {}, {})
    for key, leaf in pack.leaves.items():
        need(key == leaf.id)
        _leaf(leaf, pack, by_fact)
        names.leaves[key] = KINDS[leaf.kind]
        names.codes[key] = len(leaf.values)
    _no_circle(pack)
    reach: dict[str, int] = {}
    for key, decision in pack.decisions.items():
        need(key == decision.id and key not in pack.leaves)
        _decision(decision, names, pack)
        reach[key] = depth(decision) + max((reach[one] for one in decision.asks), default=0)
        need(reach[key] <= FARTHEST)
        names.decisions[key] = KINDS[decision.outcome.kind]
        names.outcomes[key] = len(decision.outcome.codes)
    for id, measure in pack.measures.items():
        need(id == measure.id and measure.per > 0)
        need(all(one == "" or one in pack.decisions for one in (measure.numerator, measure.denominator)))
    for id, pathway in pack.pathways.items():
        need(id == pathway.id)
        _pathway(pathway, names)
    need(all(key in facts for key in pack.settings))
    for key, guard in pack.guards.items():
        need(key in facts and by_fact.kind(guard) == "truth")
    for rule in pack.contradictions:
        need(bool(rule.facts) and all(one in facts for one in rule.facts) and by_fact.kind(rule.when) == "truth")
        need(rule.group is None or rule.group in groups)
    return pack


def need(held: bool) -> None:
    """Raise `Unsound` unless something holds."""
    if not held:
        raise Unsound


class _Names:
    """What expressions may name at one place, with kinds and numbers of codes."""

    def __init__(
        self, leaves: dict[str, Kind], decisions: dict[str, Kind], codes: dict[str, int], outcomes: dict[str, int]
    ) -> None:
        self.leaves, self.decisions, self.codes, self.outcomes = leaves, decisions, codes, outcomes

    def kind(self, expr: ir.Expr, deep: int = 0) -> Kind:
        """Return the kind of an expression, after all below it."""
        need(deep < DEEP)
        match expr:
            case ir.Always(truth):
                need(truth in (1, 2, 3))
                return "truth"
            case ir.Int(value):
                need(abs(value) <= WIDE)
                return "number"
            case ir.Read(leaf):
                need(leaf in self.leaves)
                return self.leaves[leaf]
            case ir.Ask(decision):
                need(decision in self.decisions)
                return self.decisions[decision]
            case ir.Plus(items) | ir.Least(items) | ir.Most(items):
                return self._all(items, "number", deep)
            case ir.Tally(items):
                self._all(items, "truth", deep)
                return "number"
            case ir.Both(items) | ir.Either(items):
                return self._all(items, "truth", deep)
            case ir.Times(by, item):
                need(abs(by) <= WIDE)
                return self._all((item,), "number", deep)
            case ir.Size(item):
                return self._all((item,), "number", deep)
            case ir.Not(item):
                return self._all((item,), "truth", deep)
            case ir.Compare(op, left, right):
                need(op in OPS)
                self._all((left, right), "number", deep)
                return "truth"
            case ir.Member(item, mask):
                need(self.kind(item, deep + 1) in ("code", "truth") and 0 <= mask < 2**62)
                return "truth"
            case ir.CountIn(decision) | ir.Has(decision, _):
                need(self.decisions.get(decision) == "set")
                if isinstance(expr, ir.CountIn):
                    return "number"
                need(0 <= expr.item < self.outcomes[decision])
                return "truth"
        raise Unsound

    def _all(self, items: Iterable[ir.Expr], kind: Kind, deep: int) -> Kind:
        for one in items:
            need(self.kind(one, deep + 1) == kind)
        return kind


def _fact(fact: Fact, pack: ir.Pack) -> None:
    need(fact.grid > 0 and fact.resolution >= 0 and all(unit.factor > 0 for unit in fact.units))
    for ends in (fact.hard, fact.warn):
        need(ends is None or (ends[0] <= ends[1] and all(abs(end / fact.grid) <= 2**31 for end in ends)))
    need(fact.kind != "code" or bool(fact.values))
    need(all(codes and all(one in fact.values for one in codes) for _, codes in fact.spellings))
    need(fact.group is None or fact.group in pack.dictionary.groups)
    need(fact.valid_for is None or near(quantity.parse_span(fact.valid_for)))
    need(all(target in pack.dictionary.facts for _, _, target in fact.select))


def _group(group: Group, facts: Mapping[str, Fact]) -> None:
    need(bool(group.members) and all(one in facts for one in group.members))


def near(span: quantity.Span | None) -> bool:
    """Return whether a span is one, and reaches no farther than calendars do."""
    return span is not None and 0 <= span.months <= FAR and 0 <= span.days <= 31 * FAR


def _leaf(leaf: ir.Leaf, pack: ir.Pack, by_fact: _Names) -> None:
    facts, groups, source = pack.dictionary.facts, pack.dictionary.groups, leaf.source
    need(leaf.step > 0 and all(one in facts for one in leaf.facts))
    need(all(end is None or abs(end) <= WIDE for end in (leaf.low, leaf.high)))
    need(leaf.kind != "code" or bool(leaf.values))
    match source:
        case ir.Derived(fact, formula, inputs):
            need(fact in facts and formula in FORMULAS and leaf.kind == "number")
            slots = FORMULAS[formula].inputs
            need(len(slots) == len(inputs) and all(one in pack.leaves for one in inputs))
            for slot, one in zip(slots, inputs, strict=True):
                need(pack.leaves[one].kind == ("number" if slot.direction else "code"))
        case ir.Unusable(fact):
            need(fact in facts and leaf.kind == "bool" and leaf.facts == (fact,))
        case ir.Bare(fact, rule):
            need(fact in facts and facts[fact].kind == leaf.kind and facts[fact].values == leaf.values)
            _rule(rule, facts)
        case ir.Window():
            need(source.subject in facts or source.subject in groups)
            need(source.member is None or source.member in facts)
            need(1 <= source.n <= 1000 and all(near(one) for one in (source.within, source.inside) if one is not None))
            need(source.inside is None or source.inside.months == 0)
            need(source.where is None or by_fact.kind(source.where) == "truth")
            need((leaf.kind == "bool") == (source.op in ("ever", "all", "running", "streak")))
            if source.op in ("last", "first", "mean", "max", "min", "change"):
                need(source.member is not None and facts[source.member].kind == leaf.kind)
            if source.op == "due":
                need(source.subject in facts and facts[source.subject].kind == "date" and source.within is not None)
            need(leaf.kind != "code")
            _rule(source.rule, facts)


def _rule(rule: Group | None, facts: Mapping[str, Fact]) -> None:
    if rule is not None:
        _group(rule, facts)


def _no_circle(pack: ir.Pack) -> None:
    """Formulas rest on leaves that do not rest on them."""
    done: set[str] = set()

    def visit(id: str, path: tuple[str, ...]) -> None:
        need(id not in path)
        source = pack.leaves[id].source
        if id not in done and isinstance(source, ir.Derived):
            for one in source.inputs:
                visit(one, (*path, id))
        done.add(id)

    for id in pack.leaves:
        visit(id, ())


def _decision(decision: ir.Decision, names: _Names, pack: ir.Pack) -> None:
    outcome, form = decision.outcome, decision.form
    need(all(one in pack.leaves for one in decision.reads) and all(one in names.decisions for one in decision.asks))
    need(all(one in pack.dictionary.facts for one in decision.must_ask))
    need(outcome.step > 0 and len(outcome.codes) <= 62)
    need(outcome.kind in ("number", "date") or bool(outcome.codes))
    need(outcome.kind != "bool" or outcome.codes == ("false", "true"))
    match form:
        case ir.Table(hit, inputs, rows):
            need(
                outcome.kind == ("set" if hit == "collect" else outcome.kind)
                and outcome.kind in ("bool", "code", "set")
            )
            for column in inputs:
                _input(column, names, pack)
            for row in rows:
                need(len(row.cells) == len(inputs) and 0 <= row.then < len(outcome.codes))
                for cell, column in zip(row.cells, inputs, strict=True):
                    need(cell is None or 0 <= cell < 1 << column.bands)
        case ir.Tree(root):
            need(outcome.kind != "set")
            _branch(root, decision, names, 0)
        case ir.Criteria(items, count):
            need(outcome.kind in ("bool", "number", "set") and bool(items) and 0 <= count <= len(items))
            need(outcome.kind != "set" or len(outcome.codes) == len(items))
            need(all(names.kind(item.when) == "truth" for item in items))
        case ir.Score(scored, cuts):
            need(outcome.kind in ("number", "code") and bool(scored) and list(cuts) == sorted(set(cuts)))
            need(outcome.kind == "number" or len(cuts) == len(outcome.codes) - 1)
            for one in scored:
                _input(one.input, names, pack)
                need(len(one.points) == one.input.bands and all(abs(points) <= 10**9 for points in one.points))
        case ir.Advice():
            need(outcome.kind == "bool" and names.kind(form.when) == "truth")
    if decision.enough is not None:
        need(isinstance(form, ir.Tree))
        _known(decision.enough.when, pack, 0)
        for id, taken in decision.enough.assuming:
            need(id in pack.leaves and isinstance(taken, int) == (pack.leaves[id].kind in ("bool", "code")))
            need(taken > 0 if isinstance(taken, int) else taken[0] <= taken[1])
        need(all(one in pack.leaves for one in decision.enough.unusable))
        said = [pack.leaves[one].source for one in decision.enough.unusable]
        need(all(isinstance(one, ir.Unusable) for one in said))
        asked = {fact for id, _ in decision.enough.assuming for fact in pack.leaves[id].facts}
        need(asked <= {one.fact for one in said if isinstance(one, ir.Unusable)})
        sources = (pack.leaves[id].source for id, _ in decision.enough.assuming)
        derived = (one for one in sources if isinstance(one, ir.Derived))
        need({leaf for one in derived for leaf in measured(one.formula, one.inputs)} == set(decision.enough.measured))


def _input(column: ir.Input, names: _Names, pack: ir.Pack) -> None:
    need(names.kind(column.expr) == {"number": "number", "code": "code", "bool": "truth"}[column.kind])
    need(1 <= column.bands <= 100_000 and list(column.cuts) == sorted(set(column.cuts)))
    if column.kind == "number":
        need(column.bands == len(column.cuts) + 1)
    elif column.kind == "bool":
        need(column.bands == 2)
    elif isinstance(column.expr, ir.Read):
        need(column.bands == names.codes[column.expr.leaf])
    else:
        need(isinstance(column.expr, ir.Ask) and column.bands == names.outcomes[column.expr.decision])


def _branch(branch: ir.Branch, decision: ir.Decision, names: _Names, deep: int) -> None:
    need(deep < DEEP and names.kind(branch.when) == "truth")
    if isinstance(branch.then, int):
        need(decision.outcome.kind in ("bool", "code") and 0 <= branch.then < len(decision.outcome.codes))
    else:
        need(decision.outcome.kind in ("number", "date") and names.kind(branch.then) == "number")
    below = {one.id for one in branch.exceptions}
    need(len(below) == len(branch.exceptions))
    for one in branch.exceptions:
        need(set(one.over) <= below - {one.id})
        _branch(one, decision, names, deep + 1)


def _pathway(pathway: ir.Pathway, names: _Names) -> None:
    need(all(one in names.decisions for one in pathway.asks))
    states = {one.id for one in pathway.states}
    need(pathway.start in states and {task.state for task in pathway.tasks} <= states)
    need(set(pathway.links) <= {task.id for task in pathway.tasks})
    for state in pathway.states:
        need(all(step.to in states and names.kind(step.when) == "truth" for step in state.steps))
    need(pathway.longest is None or near(pathway.longest))


def _known(test: ir.Known, pack: ir.Pack, deep: int) -> None:
    need(deep < DEEP and bool(test.leaves))
    for one in test.leaves:
        if isinstance(one, str):
            need(one in pack.leaves)
        else:
            _known(one, pack, deep + 1)
