"""Is a seeded defect caught: by a check, by a case, or is it proved to change no answer?

The cases of a pack are admitted and answered once; a defect is then followed only where it changes an answer.
"""

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sangao.engine import cases
from sangao.engine.errors import Problem
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.passes.checks import answers as diagrams
from sangao.engine.passes.checks import conflicts, dead, promises, tables, ties
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study, study
from sangao.engine.passes.checks.witness import ready_case
from sangao.engine.run import answers, cells, spec
from sangao.engine.run.admit import Admitter
from sangao.engine.run.cones import cone
from tests.blanks import differences
from tests.mutants import Mutant

QUICK = ("value", "status", "possible", "at_least", "at_most")
Verdict = Literal["check", "case", "equal", "survived"]
Values = Mapping[str, Any]


@dataclass(slots=True)
class Tried:
    """A case with what it knows of the leaves and what each decision answers, in both passes."""

    case: ir.Case
    pack: Pack
    chart: Any
    values: tuple[Values, Values]
    answers: tuple[dict[str, Any], dict[str, Any]]
    expect: Mapping[str, Any]
    cone: frozenset[str]


@dataclass(slots=True)
class Bench:
    """A sound pack with its cases, ready to try defects on."""

    pack: Pack
    about: Study = field(init=False)
    tried: list[Tried] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.about = study(self.pack.compiled)
        known = (*promised(self.about), *shaped(self.about))
        self.seen = {(one.code, str(one.where)) for one in known}
        cones = {one: frozenset(sum(cone(self.pack.compiled, one), ())) for one in self.pack.compiled.decisions}
        for case in self.pack.compiled.cases:
            if case.decide not in cones:
                continue  # a fact that a formula gives: no rule of this pack
            pack, chart = cases.asked(self.pack, case)
            admission = pack.admit(chart)
            values = (admission.open, admission.assumed)
            found = self.pack.rows.evaluate(*values)
            self.tried.append(Tried(case, pack, chart, values, found, json.loads(case.expect), cones[case.decide]))

    def verdict(self, mutant: Mutant) -> Verdict:
        """Return how a defect is caught."""
        if isinstance(mutant.changed, ir.Leaf):
            return "case" if self._window_fails(mutant, mutant.changed) else "survived"
        made = mutant.of(self.pack.compiled)
        near = [one for one in self.tried if mutant.changed.id in one.cone]
        near.sort(key=lambda one: one.case.decide != mutant.changed.id)
        if any(self._fails(made, mutant.changed, one) for one in near):
            return "case"
        only = frozenset({mutant.changed.id})
        if self._new(shaped(Study(made, self.about.never, only))):
            return "check"
        if self.difference(mutant) is None and self._alike(mutant.changed):
            return "equal"
        if self._new(promised(study(made, self.about, only))):
            return "check"
        return "case" if self._fails_slowly(made, mutant.changed.id) else "survived"

    def _new(self, problems: list[Problem]) -> bool:
        return any((one.code, str(one.where)) not in self.seen for one in problems)

    # --- cases --------------------------------------------------------------------------------------------------------
    def _fails(self, made: ir.Pack, changed: ir.Decision, one: Tried) -> bool:
        opened, assumed = one.answers
        now = _both(made, changed, one.values, one.answers)
        if now == (opened[changed.id], assumed[changed.id]):
            return False
        opened, assumed = {**opened, changed.id: now[0]}, {**assumed, changed.id: now[1]}
        moved = {changed.id}
        for decision in made.decisions.values():
            if decision.id in one.cone and moved & set(decision.asks):
                now = _both(made, decision, one.values, (opened, assumed))
                if now != (opened[decision.id], assumed[decision.id]):
                    opened[decision.id], assumed[decision.id] = now
                    moved.add(decision.id)
        return _wrong(made, one, opened, assumed)

    def _fails_slowly(self, made: ir.Pack, changed: str) -> bool:
        """What is missing, assumed or asked first may change where the answer does not."""
        whole = Pack(made)
        for one in self.tried:
            if changed in one.cone and not set(one.expect) <= set(QUICK) and cases.run(whole, one.case).wrong:
                return True
        return False

    def _window_fails(self, mutant: Mutant, leaf: ir.Leaf) -> bool:
        made = mutant.of(self.pack.compiled)
        for one in self.tried:
            if leaf.id not in one.cone:
                continue
            admission = _with_leaf(one.pack, leaf)(one.chart)
            values = (admission.open, admission.assumed)
            moved = any(mine[leaf.id] != before[leaf.id] for mine, before in zip(values, one.values, strict=True))
            if moved and _wrong(made, one, *self.pack.rows.evaluate(*values)):
                return True
        return False

    def _alike(self, changed: ir.Decision) -> bool:
        """Return whether a decision that is equal where all is known is equal where something is not.

        A table is: what it allows follows from its cells alone.
        """
        before = self.pack.compiled.decisions[changed.id]
        columns = [one.form.inputs if isinstance(one.form, ir.Table) else None for one in (before, changed)]
        if columns[0] is not None and [x.expr for x in columns[0]] == [x.expr for x in columns[1] or ()]:
            return True
        return next(differences(self.pack.compiled, before, changed), None) is None

    # --- equal --------------------------------------------------------------------------------------------------------
    def difference(self, mutant: Mutant) -> str | None:
        """Return a patient, as a case, whose answer the defect changes; None when there is none."""
        assert isinstance(mutant.changed, ir.Decision)
        return self.difference_of(self.pack.compiled.decisions[mutant.changed.id], mutant.changed)

    def difference_of(self, before: ir.Decision, after: ir.Decision) -> str | None:
        """Return a patient, as a case, whom two forms of a decision answer differently; None when there is none."""
        found = None
        for inline in (False, True):

            def build(space: Space) -> list[tuple[int, int]]:
                return list(zip(parts(space, before), parts(space, after), strict=True))

            space, nowhere = self.about.space(before, build, inline)
            region = space.d.any(space.d.combine("differ", lambda a, b: a != b, *pair) for pair in build(space))
            path = space.d.pick(space.d.without(region, nowhere))
            if path is None:
                return None
            found = ready_case(self.about, space, path, before.id, "")
        return found


def shaped(about: Study) -> list[Problem]:
    """Return what the checks of rules find without their promises."""
    return [*tables.problems(about), *dead.problems(about), *ties.problems(about)]


def promised(about: Study) -> list[Problem]:
    """Return what the checks find of promises and of questions that several authorities answer."""
    return [*promises.problems(about), *conflicts.hidden(about)]


def parts(space: Space, decision: ir.Decision) -> list[int]:
    """Return the diagrams that together are the answer of a decision."""
    if decision.outcome.kind == "set":
        return diagrams.items(space, decision)
    return [diagrams.answer(space, decision)]


def _both(pack: ir.Pack, decision: ir.Decision, values: tuple[Values, Values], before: tuple[Values, Values]) -> Any:
    """Answer one decision in both passes, tables without their cells."""
    opened = form_of(decision, spec.Env(values[0], before[0]))
    taken = dict(values[1])
    for leaf in decision.reads:
        if any(fact in decision.must_ask for fact in pack.leaves[leaf].facts):
            taken[leaf] = values[0][leaf]
    assumed = form_of(decision, spec.Env(taken, before[1]))
    closed = decision.enough is None or spec.single(decision.outcome, assumed)
    if not closed and decision.enough and spec.known(pack, decision.enough.when, taken):
        granted = spec.taken_for_granted(pack, decision.enough, taken)
        assumed = form_of(decision, spec.Env(granted, before[1]))
    return opened, assumed


def _with_leaf(pack: Pack, leaf: ir.Leaf) -> Admitter:
    """Return the admitter of a pack with another window under the same id, without building it anew."""
    admit = copy(pack._admit)
    admit.pack = replace(pack.compiled, leaves={**pack.compiled.leaves, leaf.id: leaf})
    admit.by_fact = {fact: [leaf if one.id == leaf.id else one for one in many] for fact, many in admit.by_fact.items()}
    return admit


def form_of(decision: ir.Decision, env: spec.Env) -> Any:
    """Return what a decision allows; a table without walking all its cells."""
    if not isinstance(decision.form, ir.Table):
        return spec.form_of(decision, env)
    box = tuple(sum(1 << band for band in spec.agreeing(column, env)) for column in decision.form.inputs)
    return cells.possible(decision.form, decision.outcome, box)


def _wrong(pack: ir.Pack, one: Tried, opened: Values, assumed: Values) -> bool:
    name = one.case.decide
    answer = answers.answer(pack.decisions[name], opened[name], assumed[name])
    quick = [what for what in one.expect if what in QUICK]
    return any(not cases._same(one.expect[what], cases._got(one.pack, one.chart, answer, what)) for what in quick)
