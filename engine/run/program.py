"""Decisions as straight-line Python: one section per decision, each line ending in the place of its rule.

Kinds of program, all over the same sections: *plain* (every leaf holds one value; gives None when one does not),
*numbers* (the same over bare numbers), *open* (one pass), *assumed* (the second pass: leaves of `must_ask` are taken
from the open one, `enough:` may close a decision; *guarded*, a decision whose leaves do not differ keeps its answer),
*closing* (the second pass where nothing is assumed: only what `enough:` may change). A *traced* program also gives
what each decision looked at, as (certain, possible) masks of its rows, branches or items.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sangao.engine.pack import ir
from sangao.engine.run import intervals
from sangao.engine.run.cells import Matching, Possible, Span
from sangao.engine.run.cones import branches, direct, expressions, walk
from sangao.engine.run.phrases import Name, Phrases, nearest_zero
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Kind = Literal["numbers", "plain", "open", "assumed", "closing"]
BLANK = (float("-inf"), float("inf"))


def pick(states: Sequence[int], subs: Sequence[Any], own: Any, over: Sequence[Sequence[int]]) -> Any:
    """Answer a number or date node as `spec.branch` does: `over[i]` are the siblings that exception *i* beats."""
    certain = [i for i, state in enumerate(states) if state == TRUE]
    certain = [i for i in certain if not any(i in over[j] for j in certain)]
    unsure = [i for i, state in enumerate(states) if state == UNKNOWN]
    if not certain:
        return intervals.hull([*(subs[i] for i in unsure), own])
    parts = [_meet([subs[i] for i in certain])]
    for i in unsure:
        if any(j in over[i] for j in certain):
            parts.append(_meet([subs[i], *(subs[j] for j in certain if j not in over[i])]))
    return intervals.hull(parts)


def _meet(parts: Sequence[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = intervals.meet(result, part)
    return result


def variable(text: str, number: int, start: str = "") -> str:
    """Return a readable variable name for an id."""
    word = re.sub(r"\W+", "_", text).strip("_")[:30]
    return f"{start}{'x_' if word[:1].isdigit() else ''}{word}_{number}"


def name_leaf(leaf: ir.Leaf, number: int, plain: bool, start: str = "v_") -> Name:
    """Return the variables of a leaf."""
    one = variable(leaf.id, number, start)
    if leaf.kind in ("number", "date"):
        return Name("number", one, one if plain else f"{one}_hi")
    return Name(leaf.kind, one)


def name_decision(decision: ir.Decision, number: int, plain: bool) -> Name:
    """Return the variables of a decision."""
    one = variable(decision.id, number, "d_")
    if decision.outcome.kind in ("number", "date"):
        return Name("number", one, one if plain else f"{one}_hi")
    if decision.outcome.kind == "set":
        return Name("set", one, f"{one}_may")
    return Name("mask", one)


@dataclass(slots=True)
class Program:
    """Python text that is being written, with the constants it needs."""

    pack: ir.Pack
    kind: Kind
    leaves: tuple[str, ...]
    decisions: tuple[str, ...]
    guarded: bool = False
    traced: bool = False
    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    depth: int = 1
    words: Phrases = field(init=False)
    at: int = 0
    fresh: int = 0

    def __post_init__(self) -> None:
        plain = self.kind in ("plain", "numbers")
        self.words = Phrases(
            {one: name_leaf(self.pack.leaves[one], i, plain) for i, one in enumerate(self.leaves)},
            {one: name_decision(self.pack.decisions[one], i, plain) for i, one in enumerate(self.decisions)},
            plain,
            self.kind == "numbers",
        )
        self.constants |= {"bisect": bisect_right, "pick": pick, "nearest_zero": nearest_zero, "BLANK": BLANK}
        self.constants |= {"NINF": BLANK[0], "INF": BLANK[1]}

    @property
    def second(self) -> bool:
        """Whether this program starts from the answers of the open pass."""
        return self.guarded or self.kind == "closing"

    # --- writing ------------------------------------------------------------------------------------------------------
    def write(self, text: str, deeper: int = 0) -> None:
        """Add a line, with the place of the rule it stands for."""
        place = f"  # {self.place}" if self.place else ""
        self.lines.append(f"{'    ' * (self.depth + deeper)}{text}{place}")

    def constant(self, value: Any, word: str) -> str:
        """Keep a value beside the text and return its name."""
        name = f"{word.upper()}_{self.at}_{len(self.constants)}"
        self.constants[name] = value
        return name

    def new(self, word: str) -> str:
        """Return a variable name that is not in use."""
        self.fresh += 1
        return f"{word}{self.fresh}"

    def place_of(self, key: str) -> None:
        """Let the lines that follow stand for a node of the pack."""
        words = self.pack.words.get(key)
        if words and words.place:
            self.place = words.place

    # --- the whole ----------------------------------------------------------------------------------------------------
    def text(self) -> str:
        """Return the source of one function named `run`."""
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
            self.write(f"# --- {one} ({decision.outcome.kind})")
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
        self._form(decision)
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
        self._form(decision)
        self.depth -= 1

    def _holds(self, leaf: str) -> str:
        name = self.words.leaves[leaf]
        return f"{name.one} > NINF" if name.two else f"{name.one} & {name.one} - 1 == 0"

    def _known(self, test: ir.Known) -> str:
        texts = [self._holds(one) if isinstance(one, str) else self._known(one) for one in test.leaves]
        return f"({(' or ' if test.mode == 'any' else ' and ').join(texts) or str(test.mode == 'all')})"

    def _form(self, decision: ir.Decision) -> None:
        name = self.words.decisions[decision.id]
        match decision.form:
            case ir.Table():
                self._table(decision, decision.form, name)
            case ir.Tree(root):
                self._tree(decision, root, name)
            case ir.Criteria():
                self._criteria(decision, decision.form, name)
            case ir.Score():
                self._score(decision, decision.form, name)
            case ir.Advice(when):
                self.write(f"{name.one} = {self.words.mask(when)}")
                if self.traced:
                    self.write(f"c_{self.at}, p_{self.at} = {name.one} == 2, {name.one} > 1")

    def _key(self, column: ir.Input) -> str:
        if column.kind != "number":
            return self.words.mask(column.expr)
        cuts = self.constant(column.cuts, "cuts")
        if self.words.plain:
            band = self.new("band")
            self.write(f"{band} = bisect({cuts}, {self.words.low(column.expr)})")
            return f"{band}, {band}"
        return f"bisect({cuts}, {self.words.low(column.expr)}), bisect({cuts}, {self.words.high(column.expr)})"

    def _table(self, decision: ir.Decision, form: ir.Table, name: Name) -> None:
        key = "".join(f"{self._key(column)}, " for column in form.inputs)
        found = self.constant(Possible(form, decision.outcome), "table")
        self.write(f"key = ({key})")
        self.write(f"{name.one}{', ' + name.two if name.two else ''} = {found}[key]")
        if self.words.plain and not name.two:
            self.write(f"if {name.one} & {name.one} - 1: return None")
        if self.traced:
            rows = self.constant(Matching(form, decision.outcome), "rows")
            self.write(f"c_{self.at}, p_{self.at} = {rows}[key]")

    def _criteria(self, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
        one, two = (name.one, name.two) if name.two and name.two != name.one else (name.one, self.new("may"))
        if decision.outcome.kind == "set" or self.traced:
            self._which(decision, form)
            if decision.outcome.kind == "set":
                self.write(f"{one}, {two} = c_{self.at}, p_{self.at}")
                return
            self.write(f"{one}, {two} = c_{self.at}.bit_count(), p_{self.at}.bit_count()")
        elif decision.outcome.kind == "bool" and form.items and form.need in (1, len(form.items)):
            joint = "or" if form.need == 1 else "and"
            self.write(f"{one} = 2 if (")
            self._items(decision, form, joint, True)
            if not self.words.plain:
                self.write(") else 3 if (")
                self._items(decision, form, joint, False)
            self.write(") else 1")
            return
        else:
            for end, certain in ((one, True), (two, False)):
                self.write(f"{end} = (0")
                self._items(decision, form, "+", certain, first=False)
                self.write(")")
        if decision.outcome.kind == "bool":
            self.write(f"{one} = (2 if {two} >= {form.need} else 0) | (1 if {one} < {form.need} else 0)")

    def _items(self, decision: ir.Decision, form: ir.Criteria, joint: str, certain: bool, first: bool = True) -> None:
        for item in form.items:
            self.place_of(f"{decision.id}/{item.id}")
            text = self.words.certain(item.when) if certain else self.words.possible(item.when)
            self.write(f"({text})" if first else f"{joint} ({text})", 1)
            first = False
        self.place_of(decision.id)

    def _which(self, decision: ir.Decision, form: ir.Criteria) -> None:
        self.write(f"c_{self.at} = p_{self.at} = 0")
        for i, item in enumerate(form.items):
            self.place_of(f"{decision.id}/{item.id}")
            self.write(f"if {self.words.possible(item.when)}:")
            self.write(f"p_{self.at} |= {1 << i}", 1)
            certain = "" if self.words.plain else f"if {self.words.certain(item.when)}: "
            self.write(f"{certain}c_{self.at} |= {1 << i}", 1)
        self.place_of(decision.id)

    def _score(self, decision: ir.Decision, form: ir.Score, name: Name) -> None:
        low, high, a, b = (self.new(word) for word in ("low", "high", "a", "b"))
        self.write(f"{low} = {high} = 0")
        for item in form.items:
            self.place_of(f"{decision.id}/{item.id}")
            self.write(f"{a}, {b} = {self.constant(Span(item), 'points')}[{self._key(item.input)}]")
            self.write(f"{low} += {a}; {high} += {b}")
        self.place_of(decision.id)
        if self.traced:
            self.write(f"c_{self.at}, p_{self.at} = {low}, {high}")
        if decision.outcome.kind == "number":
            self.write(f"{name.one} = {low}")
            self.write(f"{name.two} = {high}")
        else:
            cuts = self.constant(form.cuts, "cuts")
            self.write(f"{name.one} = (2 << bisect({cuts}, {high})) - (1 << bisect({cuts}, {low}))")

    # --- trees --------------------------------------------------------------------------------------------------------
    def _tree(self, decision: ir.Decision, root: ir.Branch, name: Name) -> None:
        bits = {id(node): 1 << i for i, node in enumerate(branches(root))}
        if self.traced:
            self.write(f"c_{self.at} = p_{self.at} = 1")
        if decision.outcome.kind in ("number", "date"):
            value = self._number_node(decision, root, bits)
            self.write(f"{name.one}, {name.two} = {value} or BLANK")
            if self.words.plain:  # siblings that disagree leave an interval: not a plain answer
                self.write(f"if {value} is None or {value}[0] != {value}[1]: return None")
            return
        answer = self._node(decision, root, bits)
        self.write(f"{name.one} = {answer}")
        if self.words.plain and root.exceptions:
            self.write(f"if {name.one} & {name.one} - 1: return None")

    def _held(self, decision: ir.Decision, node: ir.Branch) -> None:
        self.place_of(f"{decision.id}/{node.id}")

    def _traced(self, node: ir.Branch, bits: Mapping[int, int], certain: bool, deeper: int) -> None:
        if self.traced:
            self.write(f"{'c' if certain else 'p'}_{self.at} |= {bits[id(node)]}", deeper)

    def _node(self, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
        """Write what a node of a closed tree answers; return the variable or number that holds it."""
        assert isinstance(node.then, int)
        if not node.exceptions:
            return str(1 << node.then)
        if any(one.over for one in node.exceptions):
            return self._ranked_node(decision, node, bits)
        sure, may = self.new("sure"), self.new("may")
        self.write(f"{sure} = {may} = 0")
        for number, one in enumerate(node.exceptions):
            self._held(decision, one)
            self.write(f"if {self.words.possible(one.when)}:")
            self._traced(one, bits, False, 1)
            self.depth += 1
            answer = self._node(decision, one, bits)
            met = f"({sure} & {answer} or {sure} | {answer}) if {sure} else {answer}" if number else answer
            if self.words.plain:
                self._traced(one, bits, True, 0)
                self.write(f"{sure} = {met}")
            else:
                self.write(f"if {self.words.certain(one.when)}:")
                self._traced(one, bits, True, 1)
                self.write(f"{sure} = {met}", 1)
                self.write("else:")
                self.write(f"{may} |= {answer}", 1)
            self.depth -= 1
        self._held(decision, node)
        result = self.new("node")
        own = 1 << node.then
        self.write(f"{result} = {sure} or {own}" if self.words.plain else f"{result} = {sure} or {may} | {own}")
        return result

    def _ranked_node(self, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
        """Write a node whose exceptions beat one another: as `_node`, with `over`."""
        assert isinstance(node.then, int)
        these = node.exceptions
        holds, may, answers = [], [], []
        for one in these:
            self._held(decision, one)
            held, possibly, answer = self.new("held"), self.new("possibly"), self.new("answer")
            self.write(f"{held} = {answer} = 0")
            self.write(f"{possibly} = {self.words.possible(one.when)}")
            self.write(f"if {possibly}:")
            self._traced(one, bits, False, 1)
            self.depth += 1
            self.write(f"{held} = {self.words.certain(one.when)}")
            if self.traced:
                self.write(f"if {held}: c_{self.at} |= {bits[id(one)]}")
            self.write(f"{answer} = {self._node(decision, one, bits)}")
            self.depth -= 1
            holds.append(held)
            may.append(possibly)
            answers.append(answer)
        self._held(decision, node)
        best = []
        for one, held in zip(these, holds, strict=True):
            beaten = [holds[j] for j, other in enumerate(these) if one.id in other.over]
            certain = held if not beaten else self.new("best")
            if beaten:
                self.write(f"{certain} = {held} and not ({' or '.join(beaten)})")
            best.append(certain)
        result = self.new("node")
        self.write(f"{result} = 0")
        for certain, answer in zip(best, answers, strict=True):
            met = f"{result} & {answer} or {result} | {answer}"
            self.write(f"if {certain}: {result} = ({met}) if {result} else {answer}")
        if not self.words.plain and any(one.over for one in these):
            self.write(f"if {result}:")
            self.depth += 1
            self._unsure(node, result, (holds, best, may, answers))
            self.depth -= 1
            self.write("else:")
        else:
            self.write(f"if not {result}:")
        self.write(f"{result} = {1 << node.then}", 1)
        if not self.words.plain:
            for held, possibly, answer in zip(holds, may, answers, strict=True):
                self.write(f"if {possibly} and not {held}: {result} |= {answer}", 1)
        return result

    def _unsure(self, node: ir.Branch, result: str, names: tuple[list[str], list[str], list[str], list[str]]) -> None:
        """Write what an exception that may hold adds where it beats one that certainly holds."""
        holds, best, may, answers = names
        extra, part = self.new("extra"), self.new("part")
        self.write(f"{extra} = 0")
        for i, one in enumerate(node.exceptions):
            below = [best[j] for j, other in enumerate(node.exceptions) if other.id in one.over]
            if not below:
                continue
            self.write(f"if {may[i]} and not {holds[i]} and ({' or '.join(below)}):")
            self.write(f"{part} = {answers[i]}", 1)
            for j, other in enumerate(node.exceptions):
                if other.id not in one.over and j != i:
                    self.write(f"if {best[j]}: {part} = {part} & {answers[j]} or {part} | {answers[j]}", 1)
            self.write(f"{extra} |= {part}", 1)
        self.write(f"{result} |= {extra}")

    def _number_node(self, decision: ir.Decision, node: ir.Branch, bits: Mapping[int, int]) -> str:
        """Write what a node of a number or date tree answers; return the variable that holds its interval."""
        assert not isinstance(node.then, int)
        own, result = self.new("own"), self.new("span")
        subs, states = [], []
        for one in node.exceptions:
            subs.append(self._number_node(decision, one, bits))
            self._held(decision, one)
            state = self.new("state")
            self.write(f"{state} = {self.words.mask(one.when)}")
            if self.traced:
                self.write(f"if {state} > {FALSE}: p_{self.at} |= {bits[id(one)]}")
                self.write(f"if {state} == {TRUE}: c_{self.at} |= {bits[id(one)]}")
            states.append(state)
        self._held(decision, node)
        self.write(f"{own} = ({self.words.low(node.then)}, {self.words.high(node.then)})")
        if not self.words.plain:
            self.write(f"if {own}[0] == NINF: {own} = None")
        if not node.exceptions:
            return own
        places = {one.id: i for i, one in enumerate(node.exceptions)}
        over = tuple(tuple(places[x] for x in one.over if x in places) for one in node.exceptions)
        listed = ("".join(f"{x}, " for x in names) for names in (states, subs))
        self.write(f"{result} = pick(({next(listed)}), ({next(listed)}), {own}, {over!r})")
        return result


def unsettled(form: ir.Form) -> bool:
    """Return whether a form holds a condition that no chart can settle (a site setting without a value)."""
    return any(one == ir.Always(UNKNOWN) for top in expressions(form) for one in walk(top))


def must_ask(pack: ir.Pack, decision: ir.Decision) -> tuple[str, ...]:
    """Return the leaves that a decision never reads with assumptions on."""
    asked = set(decision.must_ask)
    return tuple(x for x in decision.reads if asked.intersection(pack.leaves[x].facts)) if asked else ()
