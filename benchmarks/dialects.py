"""The compiled rules of one decision, written for other engines: complete charts only, because peers have two truths.

Every row, branch and criterion becomes one named condition (`c3`), every decision one named result (`d2`, an outcome
index, or one key per item of a set). A peer gets the same dict as we do: grid steps, code indices, 0 and 1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.cones import cone, walk


@dataclass(frozen=True)
class Dialect:
    """How an engine spells what the rules need."""

    conj: str
    disj: str
    negate: str
    pick: Callable[[str, str, str], str]
    key: Callable[[str], str]
    truths: tuple[str, str] = ("false", "true")
    number: Callable[[int], str] = str


PYTHON = Dialect("and", "or", "not ", lambda c, a, b: f"({a} if {c} else {b})", str, ("False", "True"))
ZEN = Dialect("and", "or", "not ", lambda c, a, b: f"({c} ? {a} : {b})", lambda name: f"$.{name}")
RULE_ENGINE = Dialect("and", "or", "not ", lambda c, a, b: f"({c} ? {a} : {b})", str)
CEL = Dialect("&&", "||", "!", lambda c, a, b: f"({c} ? {a} : {b})", str)


@dataclass
class Subset:
    """The rules under some decisions of a pack as ordered named conditions and results of one dialect."""

    pack: ir.Pack
    target: str
    dialect: Dialect
    names: dict[str, str] = field(default_factory=dict)  # leaf → variable
    steps: list[tuple[str, str]] = field(default_factory=list)
    conditions: dict[str, ir.Expr] = field(default_factory=dict)  # conditions that look at leaves only
    results: dict[str, str] = field(default_factory=dict)  # decision → key

    def __post_init__(self) -> None:
        leaves, decisions = cone(self.pack, self.target)
        self.names = {leaf: f"v{i}" for i, leaf in enumerate(leaves)}
        for i, one in enumerate(decisions):
            self.results[one] = f"d{i}"
            self._decision(self.pack.decisions[one], f"d{i}")

    def _step(self, key: str, text: str) -> str:
        self.steps.append((key, text))
        return self.dialect.key(key)

    def _condition(self, expr: ir.Expr) -> str:
        key = f"c{len(self.steps)}"
        if all(isinstance(one, ir.Read | ir.Int | ir.Compare | ir.Member | ir.Both | ir.Either) for one in walk(expr)):
            self.conditions[key] = expr
        return self._step(key, self.truth(expr))

    # --- expressions ----------------------------------------------------------------------------------------------
    def truth(self, expr: ir.Expr) -> str:
        """Return a condition as text."""
        d = self.dialect
        match expr:
            case ir.Always(value):
                return d.truths[value >> 1]
            case ir.Read(leaf):
                return f"{self.names[leaf]} == 1"
            case ir.Ask(decision):
                return f"{d.key(self.results[decision])} == 1"
            case ir.Member(item, mask):
                name = self.names[item.leaf] if isinstance(item, ir.Read) else d.key(self.results[item.decision])
                return self._any([f"{name} == {i}" for i in range(mask.bit_length()) if mask >> i & 1])
            case ir.Has(decision, item):
                return f"{d.key(self.results[decision])}_{item} == 1"
            case ir.Compare(op, left, right):
                return f"{self.number(left)} {'==' if op == '=' else op} {self.number(right)}"
            case ir.Both(items):
                return self._all([self.truth(one) for one in items])
            case ir.Either(items):
                return self._any([self.truth(one) for one in items])
            case ir.Not(item):
                return f"{d.negate}({self.truth(item)})"
        raise TypeError(f"not in the subset: {expr!r}")

    def number(self, expr: ir.Expr) -> str:
        """Return a number as text."""
        match expr:
            case ir.Int(value):
                return str(value)
            case ir.Read(leaf):
                return self.names[leaf]
            case ir.CountIn(decision):
                items = range(len(self.pack.decisions[decision].outcome.codes))
                return "(" + " + ".join(f"{self.dialect.key(self.results[decision])}_{i}" for i in items) + ")"
        raise TypeError(f"not in the subset: {expr!r}")

    def _any(self, texts: list[str]) -> str:
        return "(" + f" {self.dialect.disj} ".join(f"({one})" for one in texts) + ")"

    def _all(self, texts: list[str]) -> str:
        return "(" + f" {self.dialect.conj} ".join(f"({one})" for one in texts) + ")"

    # --- decisions ------------------------------------------------------------------------------------------------
    def _decision(self, decision: ir.Decision, key: str) -> None:
        d = self.dialect
        match decision.form:
            case ir.Table():
                self._step(key, self._table(decision.form))
            case ir.Tree(root):
                self._step(key, self._node(root))
            case ir.Criteria(items, need) if decision.outcome.kind == "set":
                for i, item in enumerate(items):
                    self._step(f"{key}_{i}", d.pick(self._condition(item.when), "1", "0"))
            case ir.Criteria(items, need) if need in (1, len(items)):
                joined = (self._any if need == 1 else self._all)([self._condition(item.when) for item in items])
                self._step(key, d.pick(joined, "1", "0"))
            case _:
                raise TypeError(f"not in the subset: {decision.id}")

    def _table(self, form: ir.Table) -> str:
        rows = sorted(form.rows, key=lambda row: -row.then) if form.hit == "highest" else form.rows
        text = "-1"
        for row in reversed(rows):
            cells = [self._cell(form.inputs[i], mask) for i, mask in enumerate(row.cells) if mask is not None]
            joined = (self._any if row.mode == "any" else self._all)(cells) if cells else self.dialect.truths[1]
            key = self._step(f"c{len(self.steps)}", joined)
            text = self.dialect.pick(key, str(row.then), text)
        return text

    def _cell(self, column: ir.Input, mask: int) -> str:
        if column.kind == "bool":
            return self.truth(column.expr) if mask == 2 else f"{self.dialect.negate}({self.truth(column.expr)})"
        if column.kind == "code":
            assert isinstance(column.expr, ir.Read | ir.Ask)
            return self.truth(ir.Member(column.expr, mask))
        return self._any([self._bands(self.number(column.expr), column.cuts, run) for run in runs(mask)])

    def _bands(self, name: str, cuts: tuple[int, ...], run: tuple[int, int]) -> str:
        low = [f"{name} >= {cuts[run[0] - 1]}"] if run[0] else []
        high = [f"{name} < {cuts[run[1]]}"] if run[1] < len(cuts) else []
        return self._all(low + high) if low + high else self.dialect.truths[1]

    def _node(self, node: ir.Branch) -> str:
        assert isinstance(node.then, int)
        text = str(node.then)
        ranked = sorted(node.exceptions, key=lambda one: len(one.over))  # who beats others is asked first: written last
        for one in ranked:
            key = self._condition(one.when)
            text = self.dialect.pick(key, self._node(one), text)
        return text


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last band of every unbroken run of a mask."""
    band = 0
    while mask >> band:
        if mask >> band & 1:
            first = band
            while mask >> band + 1 & 1:
                band += 1
            yield first, band
        band += 1


def read(subset: Subset, found: Callable[[str], Any], decision: str) -> int:
    """Return the result of a decision as a mask index: an outcome, or the mask of a set."""
    one, key = subset.pack.decisions[decision], subset.results[decision]
    if one.outcome.kind == "set":
        return sum(1 << i for i in range(len(one.outcome.codes)) if int(found(f"{key}_{i}")))
    return int(found(key))
