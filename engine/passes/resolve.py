"""Names → what they name: `let` and parameters are put in place, synonyms become ids, unknown names are problems."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from sangao.engine.errors import SangaoError, Span
from sangao.engine.language import tree
from sangao.engine.language.parser import parse
from sangao.engine.language.tree import Node
from sangao.engine.passes.outcomes import outcome_of
from sangao.engine.passes.work import Entry, Failed, Scope, Work, nearest
from sangao.engine.quantity import span_of
from sangao.engine.rules.params import in_force
from sangao.engine.rules.text import Text

ONE = Fraction(1)
DEEPEST = 90  # levels of a condition with its lets in place; twice what one text may have
LARGEST = 5000  # names, numbers and operators in it


@dataclass(eq=False, slots=True)
class Here:
    """Where an expression stands: the scope and lets it may name, and what it turned out to read and ask.

    `only`: inside `where`, guards and consistency rules an expression reads these facts by their own ids, and nothing
    else; `inside` names what they are members of.
    """

    work: Work
    scope: Scope
    lets: Mapping[Any, Text] = field(default_factory=dict)
    only: frozenset[str] | None = None
    inside: str = ""
    reads: dict[str, None] = field(default_factory=dict)
    asks: dict[str, None] = field(default_factory=dict)
    opened: tuple[str, ...] = ()
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def within(self, facts: frozenset[str], name: str) -> "Here":
        """Return the place inside a `where`: the members of the group alone have a name there, beside the lets."""
        return replace(self, only=facts, inside=name)


def read(text: Text, here: Here) -> Node:
    """Parse an expression and resolve its names; raises `Failed` when that cannot be done."""
    return resolve(parsed(text, here.work), here)


def parsed(text: Text, work: Work) -> Node:
    """Parse an expression where it stands in its file."""
    try:
        return parse(str(text), text.place())
    except SangaoError as error:
        for problem in error.problems:
            work.report(problem.code, problem.where, *problem.also, **problem.parts)
        raise Failed("language") from None


def resolve(node: Node, here: Here) -> Node:
    """Return the tree with every name settled; all unknown names of it are reported before it fails."""
    before = len(here.work.problems)
    levels, nodes = _measured(node, here)
    if levels > DEEPEST or nodes > LARGEST:
        raise here.work.fail("meaning.too_large", node.span, deepest=DEEPEST, largest=LARGEST)
    result = _resolve(node, here)
    if result is None or len(here.work.problems) > before:
        raise Failed("names")
    return result


def _measured(node: Node, here: Here) -> tuple[int, int]:
    """Return how deep and how large a tree is once its lets are in place, without putting them there."""
    if isinstance(node, tree.Name) and node.id in here.lets:
        if node.id not in here.sizes:
            here.sizes[node.id] = (0, 0)  # stands for itself while it is looked at: a circle is reported elsewhere
            with suppress(Failed):
                here.sizes[node.id] = _measured(parsed(here.lets[node.id], here.work), here)
        return here.sizes[node.id]
    below = [_measured(one, here) for one in tree.children(node)]
    return 1 + max((levels for levels, _ in below), default=0), 1 + sum(nodes for _, nodes in below)


def _resolve(node: Node, here: Here) -> Node | None:
    match node:
        case tree.Name():
            return _name(node, here)
        case tree.Param(id):
            return parameter(id, node.span, here)
        case tree.Compare():
            return _compare(node, here)
        case tree.Among(item, _):
            inner = _resolve(item, here)
            return None if inner is None else replace(node, item=inner)
        case tree.Has(_, decision):
            found = _decision(decision, here)
            return None if found is None else replace(node, decision=found)
        case tree.Known():
            here.work.report("meaning.known", node.span)
            return None
        case tree.Window():
            return _window(node, here)
        case tree.Call("count", (tree.Name() as only,)) if _group(only.id, here) and only.id not in here.lets:
            return _window(tree.Window("count", only, span=node.span), here)
        case tree.Plus(items) | tree.Call(_, items) | tree.And(items) | tree.Or(items):
            parts = [_resolve(item, here) for item in items]
            return None if None in parts else replace(node, items=tuple(parts))  # type: ignore[arg-type]
        case tree.Minus(item) | tree.Not(item) | tree.Times(_, item):
            inner = _resolve(item, here)
            return None if inner is None else replace(node, item=inner)
    return node


def _name(node: tree.Name, here: Here) -> Node | None:
    if node.id in here.lets:
        return _let(node, here)
    found = _fact(node.id, here)
    if found is not None:
        return replace(node, id=found)
    if here.only is None and node.id in here.scope.names:
        return node
    if node.id in here.work.dictionary.facts or node.id in here.scope.names:
        here.work.report("meaning.outside_group", node.span, name=node.id, group=here.inside, facts=_listed(here.only))
    elif len(here.work.synonyms.get(node.id, ())) > 1:
        here.work.report("meaning.ambiguous", node.span, name=node.id, facts=_listed(here.work.synonyms[node.id]))
    elif node.id in here.work.dictionary.groups:
        here.work.report("meaning.bare_group", node.span, name=node.id)
    else:
        known = {*here.lets, *(here.only or {*here.work.dictionary.facts, *here.scope.names})}
        here.work.report("meaning.unknown_name", node.span, name=node.id, nearest=nearest(node.id, known))
    return None


def _let(node: tree.Name, here: Here) -> Node | None:
    if node.id in here.opened:
        cycle = " → ".join([*here.opened[here.opened.index(node.id) :], node.id])
        here.work.report("meaning.let_cycle", here.lets[node.id].place(), cycle=cycle)
        return None
    try:
        inner = parsed(here.lets[node.id], here.work)
    except Failed:
        return None
    return _resolve(inner, replace(here, opened=(*here.opened, node.id)))


def _fact(name: str, here: Here) -> str | None:
    """Return the fact a name or synonym means, when it may be read here."""
    facts = here.work.dictionary.facts
    if name not in facts:
        meant = here.work.synonyms.get(name, ())
        if len(meant) != 1 or (here.only is None and name in here.scope.names):
            return None
        name = meant[0]
    return name if here.only is None or name in here.only else None


def _group(name: str, here: Here) -> str | None:
    groups = here.work.dictionary.groups
    if name in groups:
        return name
    return next((group.id for group in groups.values() if name in (group.zh, group.en)), None)


def _decision(node: tree.Name, here: Here) -> tree.Name | None:
    if here.only is None and node.id in here.scope.names:
        return node
    here.work.report("meaning.unknown_decision", node.span, name=node.id, nearest=nearest(node.id, here.scope.names))
    return None


def _compare(node: tree.Compare, here: Here) -> Node | None:
    """A value of the other side is a code; so, for now, is a name that is known nowhere else."""
    left_code = _code_of(node.left, node.right, here) or _only_code(node.left, here)
    right_code = _code_of(node.right, node.left, here) or _only_code(node.right, here)
    if left_code and right_code:
        _resolve(node.left, here)
        return None
    left = node.left if left_code else _resolve(node.left, here)
    right = node.right if right_code else _resolve(node.right, here)
    return None if left is None or right is None else replace(node, left=left, right=right)


def _code_of(node: Node, other: Node, here: Here) -> bool:
    if not isinstance(node, tree.Name) or not isinstance(other, tree.Name) or other.id in here.lets:
        return False
    fact = _fact(other.id, here)
    if fact is not None:
        return node.id in here.work.dictionary.facts[fact].values
    entry = here.scope.names.get(other.id) if here.only is None else None
    return entry is not None and node.id in outcome_of(entry.doc).codes


def _only_code(node: Node, here: Here) -> bool:
    if not isinstance(node, tree.Name) or node.id in here.lets or _fact(node.id, here):
        return False
    work = here.work
    meant = node.id in work.dictionary.groups or len(work.synonyms.get(node.id, ())) > 1
    return not (meant or node.id in work.dictionary.facts or node.id in here.scope.names)


def _window(node: tree.Window, here: Here) -> Node | None:
    work = here.work
    if here.only is not None:
        work.report("meaning.window_inside", node.span, inside=here.inside)
        return None
    fact = _fact(node.subject.id, here)
    group = None if fact else _group(node.subject.id, here)
    if fact is None and group is None:
        known = [*work.dictionary.facts, *work.dictionary.groups]
        work.report(
            "meaning.unknown_subject", node.subject.span, name=node.subject.id, nearest=nearest(node.subject.id, known)
        )
        return None
    subject = replace(node.subject, id=str(fact or group))
    within, inside = (_length(one, here) for one in (node.within, node.inside))
    node = replace(node, within=within, inside=inside)
    if (within is not None and within.param) or (inside is not None and inside.param):
        return None
    if node.inside is not None and (node.inside.value.months or node.inside.value.year):
        work.report("meaning.inside_months", node.inside.span)
        return None
    if node.where is None:
        return replace(node, subject=subject)
    where = _resolve(node.where, here.within(members(subject.id, work), subject.id))
    return None if where is None else replace(node, subject=subject, where=where)


def _length(length: tree.Length | None, here: Here) -> tree.Length | None:
    """Return a span with its parameter in place; one that could not be put in place keeps it."""
    if length is None or length.param is None:
        return length
    before = len(here.work.problems)
    value = parameter(length.param, length.span, here)
    if isinstance(value, tree.Number) and span_of(value.value, value.unit) is not None:
        return tree.Length(value.value, value.unit, length.span)  # type: ignore[arg-type]
    if len(here.work.problems) == before:
        here.work.report("language.span", length.span, found=f"${length.param}")
    return length


def members(subject: str, work: Work) -> frozenset[str]:
    """Return the facts of the occasions a window ranges over: those of the subject's group, or the fact alone."""
    group = work.dictionary.groups.get(subject)
    if group is None:
        own = work.dictionary.facts[subject].group
        group = work.dictionary.groups.get(own) if own else None
    return frozenset(group.members if group else (subject,))


def parameter(id: str, where: Span, here: Here) -> Node | None:
    """Return the value of a parameter that is in force on the day the edition starts."""
    values = here.scope.params.get(id)
    if values is None:
        here.work.report("meaning.unknown_param", where, name=id, nearest=nearest(id, here.scope.params))
        return None
    day = str(here.scope.pack.dates.start)
    chosen = in_force(values, day)
    if chosen is None:
        here.work.report("rules.param_not_in_force", where, id=id, day=day)
        return None
    try:
        value = parsed(chosen.value, here.work)
    except Failed:
        return None
    if not isinstance(value, tree.Number | tree.Day):
        here.work.report("meaning.param_value", chosen.value, name=id)
        return None
    here.work.used_params.setdefault((here.scope, id), None)
    return replace(value, span=where)


def entry_of(name: str, here: Here) -> Entry:
    """Return the document behind a resolved decision name."""
    return here.scope.names[name]


def _listed(names: object) -> str:
    return "、".join(sorted(str(one) for one in names)) if isinstance(names, frozenset | tuple | list | set) else "—"
