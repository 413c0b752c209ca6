"""From core expressions to decision diagrams: the variables are what a formula reads.

A number becomes a variable whose values are the bands between the thresholds it is compared with; a difference of
numbers is a variable of its own, so what holds of it together with its parts may be unknown here: a proof holds, a
witness may not (`Variable.joint`). A decision that is asked is a variable ranging over all its outcomes, or, in a space
that is `inline`, the diagram of its own rule.

The formulas are walked twice: first to learn the thresholds and the order of the variables, then to build.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sangao.engine.pack import ir
from sangao.engine.passes.checks import comparing
from sangao.engine.passes.checks.diagram import Diagrams
from sangao.engine.truth import TRUE

Key = tuple[str, Any]  # ("leaf", id) | ("ask", decision) | ("has", (decision, item)) | ("line", factors)


@dataclass(slots=True)
class Variable:
    """One thing a formula reads: a leaf, a decision, an item of a set, or a sum of several numbers (`line`).

    `cuts`: of a number, where a new band begins; `low`, `high`: what it can be at all.
    """

    kind: Literal["number", "closed"]
    key: Key
    size: int
    low: int | None = None
    high: int | None = None
    cuts: list[int] = field(default_factory=list)

    @property
    def joint(self) -> bool:
        """Return whether this is a sum of several numbers, tied to its parts by no more than its name."""
        return self.key[0] == "line"

    def band(self, value: int) -> tuple[int | None, int | None]:
        """Return the least and the greatest number of a band."""
        low = self.cuts[value - 1] if value else self.low
        high = self.cuts[value] - 1 if value < len(self.cuts) else self.high
        return low, high


class Space:
    """Diagrams of expressions and decisions of one pack, over variables gathered from `tops`."""

    def __init__(self, pack: ir.Pack, build: "Callable[[Space], Any]", inline: bool = False) -> None:
        """Walk what `build` builds once to gather variables; afterwards build for good."""
        self.pack, self.inline = pack, inline
        self.variables: list[Variable] = []
        self._level: dict[Key, int] = {}
        self._cuts: dict[Key, set[int]] = {}
        self._answers: dict[str, int] = {}
        self._sets: dict[str, list[int]] = {}
        self._truths: dict[ir.Expr, int] = {}
        self.gathering = True
        self.d = Diagrams()
        build(self)
        for key, cuts in self._cuts.items():
            one = self.variables[self._level[key]]
            one.cuts, one.size = sorted(cuts), len(cuts) + 1
        self.gathering = False
        self._answers, self._sets, self._truths = {}, {}, {}
        self.d = Diagrams([one.size for one in self.variables])

    # --- variables ----------------------------------------------------------------------------------------------------
    def _variable(
        self, key: Key, kind: Literal["number", "closed"], size: int, low: Any = None, high: Any = None
    ) -> int:
        level = self._level.get(key)
        if level is None:
            if not self.gathering:
                raise KeyError(f"not gathered: {key}")
            level = self._level[key] = len(self.variables)
            self.variables.append(Variable(kind, key, size, low, high))
            self.d.variable(size)
        return level

    def known(self, key: Key) -> int | None:
        """Return the level of a variable, None when no formula of this space reads it."""
        return self._level.get(key)

    def leaf(self, id: str) -> int:
        """Return the level of a bool or code leaf."""
        leaf = self.pack.leaves[id]
        return self._variable(("leaf", id), "closed", 2 if leaf.kind == "bool" else len(leaf.values))

    def test(self, level: int, mask: int) -> int:
        """Return the truth of a variable lying in a mask of its values."""
        return self.d.false if self.gathering else self.d.test(level, mask)

    # --- truths -------------------------------------------------------------------------------------------------------
    def truth(self, expr: ir.Expr) -> int:
        """Return the diagram of a condition."""
        found = self._truths.get(expr)
        if found is None:
            found = self._truths[expr] = self._truth(expr)
        return found

    def _truth(self, expr: ir.Expr) -> int:
        d = self.d
        match expr:
            case ir.Always(truth):
                return d.true if truth == TRUE else d.false
            case ir.Read(leaf):
                return self.test(self.leaf(leaf), TRUE)
            case ir.Ask(_):
                return self.member(expr, TRUE)
            case ir.Member(item, mask):
                return self.member(item, mask)
            case ir.Has(decision, item):
                return self.items(decision)[item]
            case ir.Both(items):
                return d.all([self.truth(one) for one in items])
            case ir.Either(items):
                return d.any([self.truth(one) for one in items])
            case ir.Not(item):
                return d.negate(self.truth(item))
            case ir.Compare(op, left, right):
                return self.compare(op, left, right)
        raise TypeError(f"not a condition: {expr!r}")

    def member(self, item: ir.Expr, mask: int) -> int:
        """Return whether a code leaf or a closed decision lies in a mask."""
        if isinstance(item, ir.Read):
            return self.test(self.leaf(item.leaf), mask)
        assert isinstance(item, ir.Ask)
        if self.inline:
            return self.d.map(f"in {mask}", lambda value: not value & ~mask, self.answer(item.decision))
        codes = self.pack.decisions[item.decision].outcome.codes
        return self.test(self._variable(("ask", item.decision), "closed", len(codes) or 2), mask)

    def items(self, decision: str) -> list[int]:
        """Return, per item of a set decision, the diagram of whether it is in the set."""
        from sangao.engine.passes.checks import answers

        found = self._sets.get(decision)
        if found is None:
            if self.inline:
                found = answers.items(self, self.pack.decisions[decision])
            else:
                codes = self.pack.decisions[decision].outcome.codes
                levels = [self._variable(("has", (decision, i)), "closed", 2) for i in range(len(codes))]
                found = [self.test(level, TRUE) for level in levels]
            self._sets[decision] = found
        return found

    def answer(self, decision: str) -> int:
        """Return the diagram of a decision's own answer: masks of outcomes, or expressions of numbers."""
        from sangao.engine.passes.checks import answers

        found = self._answers.get(decision)
        if found is None:
            found = self._answers[decision] = answers.answer(self, self.pack.decisions[decision])
        return found

    def answered(self, decision: str) -> int | None:
        """Return the diagram of a decision's answer where this space was built for it."""
        return self._answers.get(decision)

    def count(self, truths: Iterable[int]) -> int:
        """Return how many truths hold, as a diagram of whole numbers."""
        return self.sum([self.d.map("one", int, one) for one in truths])

    def sum(self, numbers: Iterable[int]) -> int:
        """Return the sum of diagrams of whole numbers."""
        total = nothing = self.d.terminal(0)
        for one in numbers:
            total = self.d.combine("plus", lambda a, b: a + b, total, one, unit=nothing)
        return total

    def equal(self, node: int, value: Any) -> int:
        """Return where a diagram answers `value`."""
        return self.d.map(f"is {value!r}", lambda one: one == value, node)

    # --- numbers ------------------------------------------------------------------------------------------------------
    def compare(self, op: str, left: ir.Expr, right: ir.Expr) -> int:
        """Return the diagram of a comparison."""
        return comparing.compare(self, op, left, right)

    def less(self, factors: comparing.Factors, limit: int, ends: tuple[int | None, int | None]) -> int:
        """Return whether a number, or a sum of several, lies below a whole number; `ends` is what it can be."""
        low, high = ends
        key: Key = factors[0][0] if len(factors) == 1 else ("line", tuple(factors))
        level = self._variable(key, "number", 1, low, high)
        if low is not None and limit <= low:
            return self.d.false
        if high is not None and limit > high:
            return self.d.true
        if self.gathering:
            self._cuts.setdefault(key, set()).add(limit)
            return self.d.false
        return self.d.test(level, (2 << self.variables[level].cuts.index(limit)) - 1)
