"""Decisions as straight-line Python: one section per decision, each line ending in the place of its rule.

Kinds of program, all over the same sections. Over bare numbers, giving answers and a trace: *numbers* (every leaf holds
one value), *gaps* (None: nothing known), *enough* (after *gaps*: only what `enough:` may close). Over abstract values,
giving what is possible: *plain* (every leaf holds one value; gives None when one does not), *open* (one pass),
*assumed* (the second pass: leaves of `must_ask` are taken from the open one, `enough:` may close a decision; *guarded*,
a decision whose leaves do not differ keeps its answer), *closing* (the second pass where nothing is assumed: only what
`enough:` may change). The two-valued ones raise Unsettled where a decision leaves several outcomes. A program *alone*
works out its last decision only and takes the answers of the others.

A trace is the keys (`sangao.engine.run.keys`) of the decisions that have one, in their order; a *traced* program over
abstract values gives it too.
"""

import hashlib
import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.branching import pick
from sangao.engine.run.cones import expressions, read_beside, unusable_beside, walk
from sangao.engine.run.far import FAR, bounded
from sangao.engine.run.phrases import Name
from sangao.engine.run.sections import section
from sangao.engine.run.writer import Writer, name_leaf, remark
from sangao.engine.truth import FALSE, UNKNOWN

ARGUMENTS = {"closing": ", opened", "assumed": ", before", "enough": ", answers, keys"}


@dataclass(slots=True)
class Program(Writer):
    """One function over some decisions of a pack, and what they rest on."""

    def text(self) -> str:
        """Return the source of one function named `run`."""
        assert not (self.alone and (self.guarded or self.traced or self.kind != "assumed"))
        self.constants["pick"] = pick
        arguments = ", before, opened, differ" if self.guarded else ARGUMENTS.get(self.kind, "")
        arguments += ", opened" if self.alone else ""
        steps = ", steps" if self.traced and self.second and not self.bare else ""
        self.lines.append(f"def run(leaves{arguments}{steps}):")
        if self.words.plain and any(unsettled(self.pack.decisions[one].form) for one in self.decisions):
            self.write("raise Unsettled")
        cones = self._cones() if self.second else {}
        written = [one for one in self.decisions if self.kind not in ("closing", "enough") or cones[one] is None]
        if self.alone:
            written = written[-1:]
        self._unpack(written)
        if self.kind == "enough":
            self._recall(written)
        elif cones or self.alone:
            self._copy(self.decisions[:-1] if self.alone else self.decisions)
        for number, one in enumerate(self.decisions):
            if one not in written:
                continue
            decision, reached = self.pack.decisions[one], cones.get(one)
            self.at, self.place = number, ""
            self.write(f"# --- {remark(one)} ({remark(decision.outcome.kind)})")
            self.place_of(one)
            if reached is not None:
                self.write(f"if differ & {reached:#x}:")
                self.depth += 1
            self._decision(decision)
            self.depth = 1
        self.place = ""
        given = len(self.decisions) - 1 if self.alone else 0
        results = "".join(f"{self._result(number, one)}, " for number, one in enumerate(self.decisions[given:], given))
        self.write(f"return ({results}), ({self._keys()})" if self.traced else f"return ({results})")
        return "\n".join(self.lines) + "\n"

    def function(self, title: str) -> Callable[..., Any]:
        """Return the function; a traceback through it shows `title`, its text, and at the end of a line the rule."""
        text = self.text()
        filename = f"<sangao {title} {hashlib.sha256(text.encode()).hexdigest()[:12]}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)  # as attrs does
        space: dict[str, Any] = dict(self.constants)
        exec(compile(text, filename, "exec"), space)  # our text, made from a checked pack: ids never enter it as code
        made: Callable[..., Any] = space["run"]
        return made

    def _keys(self) -> str:
        return "".join(f"k_{i}, " for i, one in enumerate(self.decisions) if self.memory[one].by_key is not None)

    # --- what it starts from ------------------------------------------------------------------------------------------
    def _unpack(self, decisions: Sequence[str]) -> None:
        names = self.words.leaves
        used: set[str] = set().union(*(self.memory[one].reads for one in decisions))
        wide: set[str] = set().union(*(self.memory[one].otherwise for one in decisions))
        self.near = {one for one in names if one not in wide and bounded(self.pack.leaves[one])}
        if names:
            self.write(f"{''.join(f'{name.one}, ' for name in names.values())}= leaves")
        for one, name in names.items():
            if one in used or self.kind == "plain":
                self._enter(self.pack.leaves[one], name)
        if self.kind == "assumed":
            for one in sorted({leaf for d in decisions for leaf in must_ask(self.pack, self.pack.decisions[d])}):
                number = self.leaves.index(one)
                name = name_leaf(self.pack.leaves[one], number, self.kind, "open_")
                self.write(f"{name.one} = before[{number}]")
                self._enter(self.pack.leaves[one], name)

    def _enter(self, leaf: ir.Leaf, name: Name) -> None:
        """Write how the value of a leaf becomes its variables."""
        one, two = name.one, name.two
        ends = f"({-FAR}, {FAR})" if leaf.id in self.near else "BLANK"
        match self.kind:
            case "numbers":
                return
            case "gaps" | "enough":
                if name.kind == "number":
                    self.write(f"if {one} is None: {one}, {two} = {ends}")
                    self.write(f"else: {two} = {one}")
                elif name.kind == "truth":
                    self.write(f"if {one} is None: {one} = 2")
                else:
                    self.write(f"{one} = {(1 << len(leaf.values)) - 1} if {one} is None else 1 << {one}")
            case "plain" if name.kind == "number":
                self.write(f"if {one} is None: raise Unsettled")
                self.write(f"{one}, end = {one}")
                self.write(f"if {one} != end: raise Unsettled")
            case "plain":
                self.write(f"if {one} & {one} - 1: raise Unsettled")
            case _ if name.kind == "number":
                self.write(f"{one}, {two} = {one} or {ends}")

    def _recall(self, written: Sequence[str]) -> None:
        """Start from the answers and keys of the first pass; take what it left possible of decisions that are asked."""
        self.write(f"{''.join(f'a_{i}, ' for i in range(len(self.decisions)))}= answers")
        if keys := self._keys():
            self.write(f"{keys}= keys")
        asked = {ask for one in written for ask in self.memory[one].asks}
        for number, one in enumerate(self.decisions):
            if one not in written and one in asked:
                name = self.words.decisions[one]
                blank = " or BLANK" if name.kind == "number" else ""
                self.write(f"{f'{name.one}, {name.two}' if name.two else name.one} = a_{number}.open{blank}")

    def _copy(self, decisions: Sequence[str]) -> None:
        """Start from the answers (and the keys) that were given."""
        if self.traced and self._keys():
            self.write(f"{self._keys()}= steps")
        if decisions:
            self.write(f"{''.join(f'{self.words.decisions[one].one}, ' for one in decisions)}= opened")
        for one in decisions:
            name = self.words.decisions[one]
            if name.two:
                self.write(f"{name.one}, {name.two} = {name.one}{' or BLANK' if name.kind == 'number' else ''}")

    def _cones(self) -> dict[str, int | None]:
        """Return per decision the bits of its leaves; None where `enough:` may answer though no leaf differs."""
        bits = {leaf: 1 << i for i, leaf in enumerate(self.leaves)}
        cones: dict[str, int | None] = {}
        for one in self.decisions:
            decision = self.pack.decisions[one]
            total = sum(bits[leaf] for leaf in self.memory[one].reads)
            below = [cones[ask] for ask in self.memory[one].asks]
            if decision.enough or None in below:
                cones[one] = None
                continue
            for mask in below:
                total |= mask or 0
            cones[one] = total
        return cones

    def _result(self, number: int, one: str) -> str:
        if self.bare:
            return f"a_{number}"
        name = self.words.decisions[one]
        if name.kind == "number":
            ends = f"({name.one}, {name.two})"
            return ends if self.words.plain else f"{ends} if {name.one} > NINF else None"
        return f"({name.one}, {name.two})" if name.kind == "set" else name.one

    # --- one decision -------------------------------------------------------------------------------------------------
    def _decision(self, decision: ir.Decision) -> None:
        words = self.words
        if self.kind == "assumed":
            asked = must_ask(self.pack, decision)
            self._rename({x: name_leaf(self.pack.leaves[x], self.leaves.index(x), self.kind, "open_") for x in asked})
        section(self, decision)
        if decision.enough and self.kind in ("assumed", "closing", "enough"):
            self._close(decision, decision.enough)
        self.words = words
        if self.kind == "enough":
            told = self.constant(self.memory[decision.id].both, "told")
            self.write(f"a_{self.at} = {told}[answers[{self.at}].open, a_{self.at}.open]")

    def _rename(self, names: Mapping[str, Name]) -> None:
        if names:
            self.words = replace(self.words, leaves={**self.words.leaves, **names})

    def _close(self, decision: ir.Decision, enough: ir.Enough) -> None:
        name = self.words.decisions[decision.id]
        open_still = f"{name.one} != {name.two}" if name.two else f"{name.one} & {name.one} - 1"
        if self.bare:
            open_still = f"a_{self.at}.status == 'unknown'"
        self.write(f"if {open_still} and {self._known(enough.when)}:")
        self.depth += 1
        renamed = {}
        for leaf, given in enough.assuming:
            old = self.words.leaves[leaf]
            new = Name(old.kind, self.new("t"), self.new("t") if old.two else "")
            tests = [self._holds(one) for one in (leaf, *read_beside(self.pack, enough, leaf))]
            tests += [self._may(one) for one in unusable_beside(self.pack, enough, leaf)]
            read = " or ".join(tests)
            if old.two:
                self.write(f"{new.one}, {new.two} = ({old.one}, {old.two}) if {read} else {given!r}")
            else:
                value = given - 1 if old.kind == "truth" and isinstance(given, int) else given
                self.write(f"{new.one} = {old.one} if {read} else {value!r}")
            renamed[leaf] = new
        self._rename(renamed)
        section(self, decision)
        self.depth -= 1

    def _holds(self, leaf: str) -> str:
        name = self.words.leaves[leaf]
        if name.two:
            return f"{name.one} > {-FAR if leaf in self.near else 'NINF'}"
        return f"{name.one} != 2" if name.kind == "truth" else f"{name.one} & {name.one} - 1 == 0"

    def _may(self, leaf: str) -> str:
        name = self.words.leaves[leaf]
        return f"{name.one} != {0 if name.kind == 'truth' else FALSE}"

    def _known(self, test: ir.Known) -> str:
        texts = [self._holds(one) if isinstance(one, str) else self._known(one) for one in test.leaves]
        return f"({(' or ' if test.mode == 'any' else ' and ').join(texts) or str(test.mode == 'all')})"


def unsettled(form: ir.Form) -> bool:
    """Return whether a form holds a condition that no chart can settle (a site setting without a value)."""
    return any(one == ir.Always(UNKNOWN) for top in expressions(form) for one in walk(top))


def must_ask(pack: ir.Pack, decision: ir.Decision) -> tuple[str, ...]:
    """Return the leaves that a decision never reads with assumptions on."""
    asked = set(decision.must_ask)
    return tuple(x for x in decision.reads if asked.intersection(pack.leaves[x].facts)) if asked else ()
