"""Two packs in one, so that what they answer can be compared: equal leaves are one, everything else stands apart."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from sangao.engine.fact import Dictionary, Group
from sangao.engine.pack import ir

OWN = "@mine"  # a set of the first pack as it answers it itself, where the question asked holds the items of both
APART = "@@"  # what marks the names of the second pack; no author can write it


@dataclass(frozen=True, slots=True)
class Beside:
    """Both packs in one; `names`: what the second one's decisions go by in it.

    `otherwise`: groups whose readings of a day become one value by another rule; compared as if they gave the same.
    """

    pack: ir.Pack
    names: dict[str, str]
    otherwise: tuple[str, ...]


def beside(first: ir.Pack, second: ir.Pack, opened: bool) -> Beside:
    """Return a pack that holds both; unless `opened`, a decision asked by both with the same outcomes is one question.

    A leaf that both packs read of the same facts in the same way is one leaf, whatever rule made one value of several
    readings of a day; one that goes by the same name and is read otherwise stands apart, and may take any value.
    """
    leaves = dict(first.leaves)
    known = {_way(leaf): id for id, leaf in leaves.items()}
    renamed: dict[str, str] = {}
    otherwise: dict[str, None] = {}
    for id, leaf in second.leaves.items():
        made = _renamed(leaf, renamed)
        like = known.get(_way(made))
        if like is not None:
            renamed[id] = like
            mine, theirs = _rule(first, leaves[like]), _rule(second, leaf)
            if mine is not None and theirs is not None and _made(mine) != _made(theirs):
                otherwise[mine.id] = None
            continue
        if id in leaves:
            renamed[id] = f"{id}{APART}"
            made = replace(made, id=renamed[id])
        leaves[made.id] = made
        known[_way(made)] = made.id
    names = {id: f"{id}{APART}" for id in second.decisions}
    decisions = dict(first.decisions)
    asked = {id: id if not opened and _alike(first, second, id) else name for id, name in names.items()}
    for id, decision in second.decisions.items():
        decisions[names[id]] = replace(_renamed(decision, {**renamed, **asked}), id=names[id])
    for id in () if opened else _lists(first, second):
        decisions = _one_list(decisions, id, names[id])
    words = dict(first.words)
    for key, said in second.words.items():
        words.setdefault(_key(key, names, renamed), said)
    facts = {**second.dictionary.facts, **first.dictionary.facts}
    groups = {**second.dictionary.groups, **first.dictionary.groups}
    merged = replace(
        first,
        dictionary=_dictionary(first.dictionary, facts, groups),
        leaves=leaves,
        decisions=decisions,
        words=words,
        promises=(),
        cases=(),
    )
    return Beside(merged, names, tuple(otherwise))


def _dictionary(like: Dictionary, facts: Any, groups: Any) -> Dictionary:
    return replace(like, facts=facts, groups=groups)


def _alike(first: ir.Pack, second: ir.Pack, id: str) -> bool:
    return id in first.decisions and first.decisions[id].outcome == second.decisions[id].outcome


def _lists(first: ir.Pack, second: ir.Pack) -> list[str]:
    """Return the sets that both packs answer with other items."""
    both = [id for id in first.decisions if id in second.decisions and not _alike(first, second, id)]
    return [id for id in both if all(pack.decisions[id].outcome.kind == "set" for pack in (first, second))]


def _one_list(decisions: dict[str, ir.Decision], first: str, second: str) -> dict[str, ir.Decision]:
    """Let both packs ask one set that holds the items of both; each still counts its own."""
    mine, theirs = decisions[first].outcome.codes, decisions[second].outcome.codes
    every = tuple(dict.fromkeys([*mine, *theirs]))

    def asked(expr: Any) -> Any:
        match expr:
            case ir.Has(id, item) if id == second:
                return ir.Has(first, every.index(theirs[item]))
            case ir.CountIn(id) if id in (first, second):
                own = mine if id == first else theirs
                return ir.Tally(tuple(ir.Has(first, every.index(code)) for code in own))
        return expr

    made = {id: _mapped(one, asked) for id, one in decisions.items()}
    whole = replace(made[first], outcome=replace(made[first].outcome, codes=every))
    return {**made, first: whole, f"{first}{OWN}": made[first]}


def _mapped(part: Any, change: Any) -> Any:
    """Return a part of a pack with every expression changed where `change` says so."""
    if isinstance(part, tuple):
        return tuple(_mapped(one, change) for one in part)
    if not is_dataclass(part) or isinstance(part, type | ir.Outcome):
        return part
    made = change(part)
    if made is not part:
        return made
    changed = {field.name: _mapped(getattr(part, field.name), change) for field in fields(part)}
    return replace(part, **changed)


def _rule(pack: ir.Pack, leaf: ir.Leaf) -> Group | None:
    """Return how several readings of one day become the value that a leaf reads."""
    if isinstance(leaf.source, ir.Derived | ir.Unusable):
        return None
    groups = pack.dictionary.groups
    return leaf.source.rule or groups.get(pack.dictionary.facts[leaf.facts[0]].group or "")


def _made(rule: Group) -> tuple[Any, ...]:
    return rule.occasion, rule.repeat_over, rule.repeat_at


def _way(leaf: ir.Leaf) -> tuple[Any, ...]:
    """Return what a leaf reads and how, but for the rule of an occasion."""
    source = leaf.source
    if not isinstance(source, ir.Derived | ir.Unusable):
        source = replace(source, rule=None)
    return leaf.kind, source, leaf.unit, leaf.step, leaf.values


def _key(key: str, names: dict[str, str], leaves: dict[str, str]) -> str:
    if key.startswith("leaf:"):
        return "leaf:" + leaves.get(key[5:], key[5:])
    for mark in ("/", "=", ":"):
        id, found, rest = key.partition(mark)
        if found and id in names:
            return names[id] + mark + rest
    return names.get(key, key)


NAMED = {
    ir.Read: ("leaf",),
    ir.Ask: ("decision",),
    ir.Has: ("decision",),
    ir.CountIn: ("decision",),
    ir.Derived: ("inputs",),
    ir.Decision: ("id", "reads", "asks"),
    ir.Enough: ("assuming", "unusable", "measured"),
    ir.Known: ("leaves",),
}


def _name(value: Any, to: dict[str, str]) -> Any:
    """Return names, however deep they lie in tuples, as they go by in the pack of both."""
    if isinstance(value, str):
        return to.get(value, value)
    return tuple(_name(one, to) for one in value) if isinstance(value, tuple) else _renamed(value, to)


def _renamed(part: Any, to: dict[str, str]) -> Any:
    """Return a part of a pack whose leaves and decisions go by other names; windows read facts, which keep theirs."""
    if isinstance(part, tuple):
        return tuple(_renamed(one, to) for one in part)
    if not is_dataclass(part) or isinstance(part, type | ir.Window | ir.Outcome):
        return part
    named = NAMED.get(type(part), ())
    changed: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        made = _name(value, to) if field.name in named else _renamed(value, to)
        if made is not value:
            changed[field.name] = made
    return replace(part, **changed) if changed else part
