"""The walk through one decision that is open: the leaves, decisions and tests of numbers that can yet change it.

It follows the definition (`sangao.engine.run.spec`) only through what is not settled: a condition that is unknown, a
branch that may hold, a row that may match. What it does not reach cannot change the answer however much is learned,
because what masks it (a false part of an `and`, an exception that does not hold) stays settled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import cells, spec
from sangao.engine.run.bands import Line, Tests, touches
from sangao.engine.run.spec import Env
from sangao.engine.truth import FALSE, TRUE, UNKNOWN, negated

Abstract = Any


def point(value: Abstract) -> bool:
    """Return whether a leaf value leaves nothing open."""
    if isinstance(value, int):
        return value & value - 1 == 0
    return value is not None and bool(value[0] == value[1])


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk came to: `steps` are the leaves and decisions it reached, in the order they were first reached.

    `read` numbers all that it saw of what is settled; `open`: whether it is open at all.
    """

    steps: tuple[tuple[bool, str], ...]  # (is a decision, its name)
    lines: frozenset[Line]
    read: int
    open: bool
    _touching: dict[str, tuple[Line, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def touching(self, leaf: str) -> tuple[Line, ...]:
        """Return the tests that bear on a leaf."""
        if leaf not in self._touching:
            self._touching[leaf] = tuple(line for line in self.lines if touches(line, leaf))
        return self._touching[leaf]


@dataclass(slots=True)
class Walk:
    """The walk through one decision."""

    pack: ir.Pack
    tests: Tests
    values: Mapping[str, Abstract]
    answers: Mapping[str, Abstract]
    steps: list[tuple[bool, str]] = field(default_factory=list)
    lines: set[Line] = field(default_factory=set)
    read: list[Any] = field(default_factory=list)

    def decision(self, one: ir.Decision) -> bool:
        """Walk through a decision that is open."""
        self._form(one, Env(self.values, self.answers))
        if one.enough:
            self._known(one.enough.when)
            self.read.append(tuple(self.values[said] for said in one.enough.unusable))
            self.read.append(tuple(spec.holds(self.pack, by, self.values) for by in one.enough.measured))
            for leaf, _ in one.enough.assuming:
                self._leaf(leaf, self.values)
            if spec.known(self.pack, one.enough.when, self.values):
                self._form(one, Env(spec.taken_for_granted(self.pack, one.enough, self.values), self.answers))
        return True

    def item(self, item: ir.Item) -> bool:
        """Walk through one criterion; return whether it is open."""
        env = Env(self.values, self.answers)
        state, why = self.truth(item.when, env)
        self._reach(why, env)
        return state == UNKNOWN

    def _known(self, test: ir.Known) -> None:
        for one in test.leaves:
            if isinstance(one, str):
                self.read.append(spec.holds(self.pack, one, self.values))
                self._leaf(one, self.values)
            else:
                self._known(one)

    def _leaf(self, leaf: str, values: Mapping[str, Abstract]) -> None:
        if not point(values[leaf]):
            self.steps.append((False, leaf))

    def _form(self, decision: ir.Decision, env: Env) -> None:
        match decision.form:
            case ir.Table():
                self._table(decision.form, env)
            case ir.Tree(root):
                self._node(root, env)
                if decision.outcome.kind in ("number", "date"):
                    self.lines |= self.tests.agreed(decision.id)
            case ir.Criteria(items):
                for item in items:
                    self.condition(item.when, env)
            case ir.Score():
                for scored in decision.form.items:
                    self.read.append(tuple(spec.agreeing(scored.input, env)))
                    self._column(scored.input, env)
            case ir.Advice(when):
                self.condition(when, env)

    def _node(self, node: ir.Branch, env: Env) -> None:
        held = [(one, *self.truth(one.when, env)) for one in node.exceptions]
        beaten = {below for one, state, _ in held if state == TRUE for below in one.over}
        for one, state, why in held:
            if state != FALSE and one.id not in beaten:
                self._reach(why, env)
                self._node(one, env)
        if not isinstance(node.then, int):
            self._reach(self.number(node.then, env), env)

    def _table(self, form: ir.Table, env: Env) -> None:
        box = cells.box(form, env)
        self.read.append(box)
        for column in form.inputs:
            if column.kind == "number":
                self.number(column.expr, env)
        rows = list(form.rows)
        if form.hit == "highest":
            rows.sort(key=lambda row: -row.then)
        columns: set[int] = set()
        for row in rows:
            test = cells.tests(row)
            fate = cells.fate(test, box)
            if fate == cells.MAYBE:
                columns |= {column for column, mask in test[0] if box[column] & mask and box[column] & ~mask}
            elif fate == cells.ALWAYS and form.hit in ("highest", "first"):
                break
        for at in sorted(columns):
            self._column(form.inputs[at], env)

    def _column(self, column: ir.Input, env: Env) -> None:
        if column.kind == "bool":
            self.condition(column.expr, env)
        elif column.kind == "number":
            self.lines |= self.tests.banded(column)
            self._reach(self.number(column.expr, env), env)
        else:
            self._reach([column.expr], env)

    def condition(self, expr: ir.Expr, env: Env) -> None:
        """Reach a condition: nothing when its truth is settled."""
        self._reach(self.truth(expr, env)[1], env)

    def _reach(self, why: list[ir.Expr], env: Env) -> None:
        for expr in why:
            match expr:
                case ir.Read(leaf):
                    self._leaf(leaf, env.values)
                case ir.Ask(decision) | ir.CountIn(decision) | ir.Has(decision, _):
                    self.steps.append((True, decision))
                case ir.Compare():
                    self.lines |= self.tests.compared(expr)

    def truth(self, expr: ir.Expr, env: Env) -> tuple[int, list[ir.Expr]]:
        """Return the truth of a condition and, when unknown, what it reads that is not settled."""
        match expr:
            case ir.Both(items) | ir.Either(items):
                settles = FALSE if isinstance(expr, ir.Both) else TRUE
                why: list[ir.Expr] = []
                for item in items:
                    state, more = self.truth(item, env)
                    if state == settles:
                        return settles, []
                    why += more
                return (UNKNOWN if why else TRUE + FALSE - settles), why
            case ir.Not(item):
                state, why = self.truth(item, env)
                return negated(state), why
        state = spec.truth(expr, env)
        self.read.append(state)
        if state != UNKNOWN:
            return state, []
        match expr:
            case ir.Compare(_, left, right):
                return state, [expr, *self.number(left, env), *self.number(right, env)]
            case ir.Member(item, _):
                return state, [item]
        return state, [expr]

    def number(self, expr: ir.Expr, env: Env) -> list[ir.Expr]:
        """Return what a number reads that may not be settled."""
        match expr:
            case ir.Read(leaf):
                self.read.append(env.values[leaf])
                return [expr]
            case ir.Ask(decision) | ir.CountIn(decision):
                self.read.append(env.answers[decision])
                return [expr]
            case ir.Plus(items) | ir.Least(items) | ir.Most(items):
                return [one for item in items for one in self.number(item, env)]
            case ir.Times(_, item) | ir.Size(item):
                return self.number(item, env)
            case ir.Tally(items):
                return [one for item in items for one in self.truth(item, env)[1]]
        return []
