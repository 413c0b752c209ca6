"""What the checks of one pack share: places, what is proved never to hold, what no device can show."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.errors import Problem, Span
from sangao.engine.pack import ir
from sangao.engine.pack.below import parts as parts
from sangao.engine.pack.below import walk as walk
from sangao.engine.passes.checks.answers import branches
from sangao.engine.passes.checks.space import Space, Variable


@dataclass(slots=True)
class Study:
    """A pack under check; `never` are conditions proved never to hold of a patient, `only` the decisions to look at."""

    pack: ir.Pack
    never: list[ir.Expr] = field(default_factory=list)
    only: frozenset[str] | None = None
    _read: list[set[str]] = field(default_factory=list)  # per condition of `never`, what it reads

    def decisions(self) -> Iterator[ir.Decision]:
        """Yield the decisions to look at: all, or `only` some."""
        for one in self.pack.decisions.values():
            if self.only is None or one.id in self.only:
                yield one

    def place(self, key: str) -> Span:
        """Return where a node stands in its folder; that of its decision when it has no place of its own."""
        for name in (key, key.partition("/")[0]):
            words = self.pack.words.get(name)
            if words is not None and words.place:
                return span(words.place)
        return Span("pack.yaml")

    def problem(self, code: str, at: str, *also: str, **parts: Any) -> Problem:
        """Return a problem at a node, with further places."""
        return Problem(code, self.place(at), parts, also=tuple(self.place(one) for one in also))

    def space(self, decision: ir.Decision, build: Callable[[Space], Any], inline: bool = False) -> tuple[Space, int]:
        """Return a space of one decision's own reading, and where in it no patient can be."""
        reads = names(expressions(decision.form))
        if len(self._read) != len(self.never):
            self._read = [names([one]) for one in self.never]
        never = [one for one, read in zip(self.never, self._read, strict=True) if inline or read <= reads]
        never += self.contradictions(reads)

        def all(space: Space) -> None:
            build(space)
            for one in never:
                space.truth(one)

        space = Space(self.pack, all, inline)
        nowhere = space.d.any([space.truth(one) for one in never])
        return space, space.d.either(nowhere, self.unreachable(space))

    def contradictions(self, reads: set[str]) -> list[ir.Expr]:
        """Return the declared contradictions of facts over the leaves that a formula reads."""
        of_fact = {
            leaf.source.fact: leaf.id
            for leaf in self.pack.leaves.values()
            if isinstance(leaf.source, ir.Bare) and leaf.id in reads
        }
        found = []
        for one in self.pack.contradictions:
            if one.group is None and names([one.when]) <= of_fact.keys():
                found.append(renamed(one.when, of_fact))
        return found

    def unreachable(self, space: Space) -> int:
        """Return where some number lies in a band that no device or report can show."""
        d, nowhere = space.d, space.d.false
        for level, one in enumerate(space.variables):
            if one.kind == "number":
                mask = sum(1 << band for band in range(one.size) if not self.reachable(one, band))
                nowhere = d.either(nowhere, d.test(level, mask))
        return nowhere

    def reachable(self, one: Variable, band: int) -> bool:
        """Return whether a number can be seen in a band: a measured one at its resolution, any other at every step."""
        low, high = one.band(band)
        shown = self.shown(one)
        if low is None or high is None or shown == 1:
            return True
        return -(-low // shown) * shown <= high

    def shown(self, one: Variable) -> int:
        """Return the steps between two values that can be seen: more than one only for a plain measured fact.

        A mean, a formula and a value that came in another unit reach every step of the grid.
        """
        leaf = self.pack.leaves.get(one.key[1]) if one.key[0] == "leaf" else None
        if leaf is None or leaf.kind != "number" or not isinstance(leaf.source, ir.Bare):
            return 1
        fact = self.pack.dictionary.facts[leaf.source.fact]
        group = leaf.source.rule or self.pack.dictionary.groups.get(fact.group or "")
        if len(fact.units) > 1 or (group is not None and group.occasion != "last"):
            return 1
        return max(1, int(fact.resolution / leaf.step))


def span(place: str) -> Span:
    """Return a place from its text.

    >>> span("rules/grade.yaml:14:9").line
    14
    """
    file, line, column = [*place.rsplit(":", 2), "0", "0"][:3]
    return Span(file, int(line), int(column)) if line.isdigit() and column.isdigit() else Span(place)


def expressions(form: ir.Form) -> Iterator[ir.Expr]:
    """Yield the top expressions of a form."""
    match form:
        case ir.Table(_, inputs):
            yield from (column.expr for column in inputs)
        case ir.Tree(root):
            for node in branches(root):
                yield node.when
                if not isinstance(node.then, int):
                    yield node.then
        case ir.Criteria(items):
            yield from (item.when for item in items)
        case ir.Score(scored):
            yield from (item.input.expr for item in scored)
        case ir.Advice(when):
            yield when


def names(exprs: Iterable[ir.Expr]) -> set[str]:
    """Return the ids of the leaves and decisions that expressions read."""
    found = set()
    for top in exprs:
        for expr in walk(top):
            match expr:
                case ir.Read(name) | ir.Ask(name) | ir.Has(name, _) | ir.CountIn(name):
                    found.add(name)
    return found


def renamed(expr: ir.Expr, to: dict[str, str]) -> ir.Expr:
    """Return an expression whose leaves go by other ids."""
    match expr:
        case ir.Read(leaf):
            return ir.Read(to.get(leaf, leaf))
        case ir.Plus(items) | ir.Least(items) | ir.Most(items) | ir.Tally(items) | ir.Both(items) | ir.Either(items):
            return type(expr)(tuple(renamed(one, to) for one in items))
        case ir.Times(by, item):
            return ir.Times(by, renamed(item, to))
        case ir.Size(item) | ir.Not(item):
            return type(expr)(renamed(item, to))
        case ir.Member(ir.Read(leaf), mask):
            return ir.Member(ir.Read(to.get(leaf, leaf)), mask)
        case ir.Compare(op, left, right):
            return ir.Compare(op, renamed(left, to), renamed(right, to))
    return expr


def study(pack: ir.Pack, before: Study | None = None, only: frozenset[str] | None = None) -> Study:
    """Return the study of a pack: what is promised never to hold is proved first, and only then used.

    Of a pack that differs from one studied `before` in `only` some decisions, only what rests on these is proved anew.
    """
    from sangao.engine.passes.checks.promises import breach, concerned, proved

    about = Study(pack, only=only)
    again = [breach(one) for one in concerned(about)]
    kept = [one for one in before.never if one not in again] if before is not None else []
    about.never = [*kept, *proved(about)]
    return about
