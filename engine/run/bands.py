"""Where an answer can change: the cut points of the numbers a decision rests on, and one value for each band between.

Every test of a number in the core language is the sign of a whole-number linear expression `g < 0` over leaves
(`Least`, `Most`, `Size` and the branches of a number decision only add more of them; a count or a sum of points adds
its possible values as constants). With one leaf in `g` the cut is a fixed point. Where a test compares leaves with
one another, as `abs(left - right) > 20` does, a leaf that is not asked stands at the two ends of what is known of it;
leaves that are asked are cut one after the other: the cuts of a later leaf move with the values of the earlier ones,
and an earlier leaf is cut where two cuts of a later one meet (elimination as of Fourier and Motzkin, on integers).
This is exact while the factors of a shared leaf are small, as in differences and means on one grid: cuts are then set
all around the meeting point. With larger factors `exact` is False.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.cones import branches

SLACK = 32
MANY = 4000  # tests; where there are more the bands are not exact
KEPT = 20_000  # cuts remembered
CROSSING = 60  # tests of one leaf whose meeting points are all looked at

Factors = tuple[tuple[str, int], ...]
Domain = tuple[int | None, int | None]  # the ends of what a leaf may be
Cuts = dict[Any, tuple[list[int], bool]]


@dataclass(frozen=True, slots=True)
class Line:
    """A whole-number linear expression: factors of leaves and a constant; as a test it means `… < 0`."""

    factors: Factors
    constant: int

    def plus(self, other: "Line", by: int = 1) -> "Line":
        """Return this line plus another one times a factor."""
        total = dict(self.factors)
        for leaf, factor in other.factors:
            total[leaf] = total.get(leaf, 0) + by * factor
        kept = tuple(sorted((leaf, factor) for leaf, factor in total.items() if factor))
        return Line(kept, self.constant + by * other.constant)

    def add(self, constant: int) -> "Line":
        """Return this line shifted."""
        return Line(self.factors, self.constant + constant)


def _order(line: Line) -> tuple[Factors, int]:
    return line.factors, line.constant


def cut(factor: int, constant: int) -> int:
    """Return the first integer at which the truth of `factor × x + constant < 0` is not what it is below.

    >>> cut(1, -140), cut(-1, 140), cut(3, -10)
    (140, 141, 4)
    """
    return -(constant // factor) if factor > 0 else constant // -factor + 1


@dataclass(slots=True)
class Tests:
    """The tests of numbers that stand in a pack, worked out when first asked for."""

    pack: ir.Pack
    exact: bool = True
    _values: dict[str, frozenset[Line]] = field(default_factory=dict)
    _kept: dict[Any, frozenset[Line]] = field(default_factory=dict)

    def compared(self, expr: ir.Compare) -> frozenset[Line]:
        """Return the tests of a comparison."""
        if expr not in self._kept:
            lines: set[Line] = set()
            for left, right in product(self.numbers(expr.left), self.numbers(expr.right)):
                line = left.plus(right, -1)
                if expr.op in ("<", ">=", "=", "!="):
                    lines.add(line)
                if expr.op in ("<=", ">", "=", "!="):
                    lines.add(line.add(-1))
            self._kept[expr] = frozenset(lines)
        return self._kept[expr]

    def banded(self, column: ir.Input) -> frozenset[Line]:
        """Return the tests of a number column of a table or score."""
        if column not in self._kept:
            self._kept[column] = frozenset(line.add(-at) for line in self.numbers(column.expr) for at in column.cuts)
        return self._kept[column]

    def agreed(self, decision: str) -> frozenset[Line]:
        """Return the tests that tell whether two answers of a number or date decision are one."""
        if decision not in self._kept:
            lines: set[Line] = set()
            for a, b in combinations(sorted(self.value_of(decision), key=_order), 2):
                lines |= {a.plus(b, -1), a.plus(b, -1).add(-1)}
            self._kept[decision] = frozenset(lines)
        return self._kept[decision]

    def numbers(self, expr: ir.Expr) -> frozenset[Line]:
        """Return the lines that a number expression is made of: its value and both its ends are always among them."""
        match expr:
            case ir.Int(value):
                return frozenset({Line((), value)})
            case ir.Read(leaf):
                return frozenset({Line(((leaf, 1),), 0)})
            case ir.Ask(decision):
                return self.value_of(decision)
            case ir.Plus(items):
                sums = frozenset({Line((), 0)})
                for item in items:
                    sums = self._few(a.plus(b) for a in sums for b in self.numbers(item))
                return sums
            case ir.Times(by, item):
                return frozenset(Line((), 0).plus(one, by) for one in self.numbers(item))
            case ir.Least(items) | ir.Most(items):
                return self._few(one for item in items for one in self.numbers(item))
            case ir.Size(item):
                sides = self.numbers(item)
                return self._few((Line((), 0), *sides, *(Line((), 0).plus(one, -1) for one in sides)))
            case ir.Tally(items):
                return frozenset(Line((), count) for count in range(len(items) + 1))
            case ir.CountIn(decision):
                return frozenset(
                    Line((), count) for count in range(len(self.pack.decisions[decision].outcome.codes) + 1)
                )
        raise TypeError(f"not a number: {expr!r}")

    def value_of(self, decision: str) -> frozenset[Line]:
        """Return the lines that a number or date decision answers with."""
        if decision not in self._values:
            self._values[decision] = self._few(self._answers(self.pack.decisions[decision].form))
        return self._values[decision]

    def _answers(self, form: ir.Form) -> Iterator[Line]:
        match form:
            case ir.Tree(root):
                for node in branches(root):
                    if not isinstance(node.then, int):
                        yield from self.numbers(node.then)
            case ir.Criteria(items):
                yield from (Line((), count) for count in range(len(items) + 1))
            case ir.Score(items):
                sums = {0}
                for item in items:
                    sums = {a + b for a in sums for b in item.points}
                yield from (Line((), total) for total in sums)

    def _few(self, lines: Iterable[Line]) -> frozenset[Line]:
        kept = frozenset(lines)
        if len(kept) > MANY:
            self.exact = False
            kept = frozenset(sorted(kept, key=_order)[:MANY])
        return kept


def fixed(lines: Iterable[Line], known: Mapping[str, Any], asked: frozenset[str]) -> set[Line]:
    """Return the tests over the asked leaves, every other leaf standing at both ends of what is known of it."""
    result = set()
    for line in lines:
        rest = tuple((leaf, factor) for leaf, factor in line.factors if leaf in asked)
        if not rest:
            continue
        low = high = line.constant
        for leaf, factor in line.factors:
            if leaf in asked:
                continue
            if known[leaf] is None:
                break  # nothing known of one is nothing known of the sum: no value can move this test
            ends = [factor * end for end in known[leaf]]
            low, high = low + min(ends), high + max(ends)
        else:
            result |= {Line(rest, low), Line(rest, high)}
    return result


def representatives(cuts: Iterable[int], low: int | None, high: int | None) -> list[int]:
    """Return the lowest value of every band between the cuts within a domain.

    >>> representatives([140, 90], 0, 300), representatives([140], None, None), representatives([140], 150, 160)
    ([0, 90, 140], [139, 140], [150])
    """
    inside = sorted({one for one in cuts if (low is None or one > low) and (high is None or one <= high)})
    if low is not None:
        return [low, *inside]
    if inside:
        return [inside[0] - 1, *inside]
    return [0 if high is None else high]


def values(
    leaf: str,
    mine: Collection[Line],
    every: Callable[[], Collection[Line]],
    known: Mapping[str, Any],
    asked: Collection[str],
    domain: Callable[[str], Domain],
    kept: Cuts,
) -> tuple[list[int], bool]:
    """Return one value for each band of a leaf, and whether the bands are exact.

    `mine`: the tests that bear on the leaf, `every`: gives all of them. `asked`: the other leaves that will get a value
    after it, of which `domain` says what they may be; all the rest stand at what is known. `kept` remembers the cuts of
    leaves that are compared with other asked ones: working them out is long.
    """
    if all(name == leaf or name not in asked for line in mine for name, _ in line.factors):  # the common leaf
        return representatives(_cuts(leaf, fixed(mine, known, frozenset({leaf}))), *domain(leaf)), True
    tests, names = _together(leaf, every(), asked)
    domains = {name: domain(name) for name in sorted(names) if name == leaf or name in asked}
    key = (leaf, tests, *[(name, domains.get(name, known[name])) for name in sorted(names)])
    found = kept.get(key)
    if found is None:
        if len(kept) > KEPT:
            kept.clear()
        found = kept[key] = _eliminated(leaf, fixed(tests, known, frozenset(domains)), domains)
    return representatives(found[0], *domains[leaf]), found[1]


def _together(leaf: str, lines: Iterable[Line], others: Collection[str]) -> tuple[frozenset[Line], set[str]]:
    """Return the tests that bear on a leaf, directly or through other asked leaves, and all the leaves they name."""
    left = list(lines)
    asked, tests = {leaf}, set[Line]()
    while found := [line for line in left if any(name in asked for name, _ in line.factors)]:
        tests.update(found)
        asked.update(name for line in found for name, _ in line.factors if name in others)
        left = [line for line in left if line not in tests]
    return frozenset(tests), {name for line in tests for name, _ in line.factors}


def _eliminated(leaf: str, tests: set[Line], domains: Mapping[str, Domain]) -> tuple[list[int], bool]:
    """Return the cuts of a leaf once every other asked leaf is eliminated, and whether they are exact."""
    exact = True
    while others := sorted({name for line in tests if touches(line, leaf) for name, _ in line.factors} - {leaf}):
        tests, one = without(others[0], tests, domains[others[0]])
        exact &= one
        if len(tests) > MANY:
            exact, tests = False, {line for line in tests if len(line.factors) == 1}
    return sorted(_cuts(leaf, tests)), exact


def _cuts(leaf: str, tests: Iterable[Line]) -> set[int]:
    return {cut(line.factors[0][1], line.constant) for line in tests if touches(line, leaf)}


def touches(line: Line, leaf: str) -> bool:
    """Return whether a test bears on a leaf directly."""
    return leaf in [name for name, _ in line.factors]


def without(leaf: str, lines: set[Line], domain: Domain) -> tuple[set[Line], bool]:
    """Return the tests over the other leaves that tell how the cuts of one leaf lie, and whether that is exact."""
    low, high = domain
    ends = {Line(((leaf, 1),), -end) for end in (low, None if high is None else high + 1) if end is not None}
    about = {line for line in lines if touches(line, leaf)}
    kept, exact = lines - about, True
    if len(about) > CROSSING:  # every pair may meet: among so many, each stands where its other leaves are known
        return kept, False
    alike: dict[Factors, list[int]] = {}  # tests that differ in their constants only meet others in the same leaves
    for line in about | ends:
        alike.setdefault(line.factors, []).append(line.constant)
    for a, b in combinations(sorted(alike), 2):
        if len(a) == len(b) == 1:
            continue
        p, q = dict(a)[leaf], dict(b)[leaf]
        # p x + r < 0 and q x + s < 0 cut x near -r/p and -s/q: which comes first tells the difference times p q.
        difference = Line((), 0).plus(Line(a, 0), q).plus(Line(b, 0), -p)
        if difference.factors:
            exact &= abs(p * q) < SLACK
            slack = min(abs(p * q) + 1, SLACK)
            near = {q * r - p * s + shift for r in alike[a] for s in alike[b] for shift in range(-slack, slack + 1)}
            kept.update([Line(difference.factors, constant) for constant in near])
    return kept, exact
