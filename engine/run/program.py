"""Decisions as straight-line Python: one section per decision, each line ending in the place of its rule.

Kinds of program, all over the same sections: *plain* (every leaf holds one value; gives None when one does not),
*numbers* (the same over bare numbers), *open* (one pass), *assumed* (the second pass: leaves of `must_ask` are taken
from the open one, `enough:` may close a decision; *guarded*, a decision whose leaves do not differ keeps its answer),
*closing* (the second pass where nothing is assumed: only what `enough:` may change). A *traced* program also gives
what each decision looked at, as (certain, possible) masks of its rows, branches or items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sangao.engine.pack import ir
from sangao.engine.run.branching import pick
from sangao.engine.run.cones import direct, expressions, walk
from sangao.engine.run.phrases import Name
from sangao.engine.run.sections import section
from sangao.engine.run.writer import Writer, name_leaf, remark
from sangao.engine.truth import UNKNOWN


@dataclass(slots=True)
class Program(Writer):
    """One function over some decisions of a pack, and what they rest on."""

    def text(self) -> str:
        """Return the source of one function named `run`."""
        self.constants["pick"] = pick
        arguments = {"closing": ", opened", "assumed": ", before, opened, differ" if self.guarded else ", before"}
        steps = ", steps" if self.traced and self.second else ""
        self.lines.append(f"def run(leaves{arguments.get(self.kind, '')}{steps}):")
        if self.words.plain and any(unsettled(self.pack.decisions[one].form) for one in self.decisions):
            self.write("return None")
        cones = self._cones() if self.second else {}
        self._unpack([one for one in self.decisions if self.kind != "closing" or cones[one] is None])
        if cones:
            self._copy()
        for number, one in enumerate(self.decisions):
            decision, reached = self.pack.decisions[one], cones.get(one)
            if reached is not None and self.kind == "closing":
                continue
            self.at, self.place = number, ""
            self.write(f"# --- {remark(one)} ({remark(decision.outcome.kind)})")
            self.place_of(one)
            if reached is not None:
                self.write(f"if differ & {reached:#x}:")
                self.depth += 1
            self._decision(decision)
            if self.traced:
                self.write(f"s_{number} = c_{number}, p_{number}")
            self.depth = 1
        self.place = ""
        results = "".join(f"{self._result(one)}, " for one in self.decisions)
        steps = "".join(f"s_{i}, " for i in range(len(self.decisions)))
        self.write(f"return ({results}), ({steps})" if self.traced else f"return ({results})")
        return "\n".join(self.lines) + "\n"

    def _unpack(self, decisions: Sequence[str]) -> None:
        names = self.words.leaves
        used = set().union(*(direct(self.pack.decisions[one])[0] for one in decisions))
        if self.kind == "numbers":
            self.write("if None in leaves: return None")
        if names:
            self.write(f"{''.join(f'{name.one}, ' for name in names.values())}= leaves")
        if self.kind == "numbers":
            return
        for one, name in names.items():
            if one not in used and self.kind != "plain":
                continue
            if name.kind != "number":
                if self.kind == "plain":
                    self.write(f"if {name.one} & {name.one} - 1: return None")
            elif self.kind == "plain":
                self.write(f"if {name.one} is None: return None")
                self.write(f"{name.one}, end = {name.one}")
                self.write(f"if {name.one} != end: return None")
            else:
                self.write(f"{name.one}, {name.two} = {name.one} or BLANK")
        if self.kind == "assumed":
            for one in sorted({leaf for d in self.decisions for leaf in must_ask(self.pack, self.pack.decisions[d])}):
                number = self.leaves.index(one)
                name = name_leaf(self.pack.leaves[one], number, False, "open_")
                if name.two:
                    self.write(f"{name.one}, {name.two} = before[{number}] or BLANK")
                else:
                    self.write(f"{name.one} = before[{number}]")

    def _copy(self) -> None:
        """Start from the answers (and the steps) of the open pass."""
        if self.traced:
            self.write(f"{''.join(f's_{i}, ' for i in range(len(self.decisions)))}= steps")
        self.write(f"{''.join(f'{self.words.decisions[one].one}, ' for one in self.decisions)}= opened")
        for one in self.decisions:
            name = self.words.decisions[one]
            if name.two:
                self.write(f"{name.one}, {name.two} = {name.one}{' or BLANK' if name.kind == 'number' else ''}")

    def _cones(self) -> dict[str, int | None]:
        """Return per decision the bits of its leaves; None where `enough:` may answer though no leaf differs."""
        bits = {leaf: 1 << i for i, leaf in enumerate(self.leaves)}
        cones: dict[str, int | None] = {}
        for one in self.decisions:
            decision = self.pack.decisions[one]
            leaves, asks = direct(decision)
            total = sum(bits[leaf] for leaf in leaves)
            below = [cones[ask] for ask in asks]
            if decision.enough or None in below:
                cones[one] = None
                continue
            for mask in below:
                total |= mask or 0
            cones[one] = total
        return cones

    def _result(self, one: str) -> str:
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
            self._rename({x: name_leaf(self.pack.leaves[x], self.leaves.index(x), False, "open_") for x in asked})
        section(self, decision)
        if decision.enough and self.kind in ("assumed", "closing"):
            self._close(decision, decision.enough)
        self.words = words

    def _rename(self, names: Mapping[str, Name]) -> None:
        if names:
            self.words = replace(self.words, leaves={**self.words.leaves, **names})

    def _close(self, decision: ir.Decision, enough: ir.Enough) -> None:
        name = self.words.decisions[decision.id]
        open_still = f"{name.one} != {name.two}" if name.two else f"{name.one} & {name.one} - 1"
        self.write(f"if {open_still} and {self._known(enough.when)}:")
        self.depth += 1
        renamed = {}
        for leaf, given in enough.assuming:
            old = self.words.leaves[leaf]
            new = Name(old.kind, self.new("t"), self.new("t") if old.two else "")
            if old.two:
                self.write(f"{new.one}, {new.two} = ({old.one}, {old.two}) if {self._holds(leaf)} else {given!r}")
            else:
                self.write(f"{new.one} = {old.one} if {self._holds(leaf)} else {given!r}")
            renamed[leaf] = new
        self._rename(renamed)
        section(self, decision)
        self.depth -= 1

    def _holds(self, leaf: str) -> str:
        name = self.words.leaves[leaf]
        return f"{name.one} > NINF" if name.two else f"{name.one} & {name.one} - 1 == 0"

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
