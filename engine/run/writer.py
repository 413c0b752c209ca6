"""Python text that is being written: lines with the place of their rule, names, and the constants they need."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sangao.engine.pack import ir
from sangao.engine.run.keys import Unsettled
from sangao.engine.run.phrases import Name, Phrases, nearest_zero
from sangao.engine.run.told import Memory

Kind = Literal["numbers", "gaps", "enough", "plain", "open", "assumed", "closing"]
BARE = ("numbers", "gaps", "enough")  # over bare numbers; they give answers, not masks
PLAIN = ("numbers", "plain")
BLANK = (float("-inf"), float("inf"))


def variable(text: str, number: int, start: str = "") -> str:
    """Return a readable variable name for an id."""
    word = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:30]
    return f"{start}{'x_' if word[:1].isdigit() else ''}{word}_{number}"


def remark(text: str) -> str:
    """Return text that stays inside its comment, whatever a pack says: one line, encodable.

    >>> remark("a\\nimport os")
    'a import os'
    """
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", text)


def name_leaf(leaf: ir.Leaf, number: int, kind: Kind, start: str = "v_") -> Name:
    """Return the variables of a leaf."""
    one = variable(leaf.id, number, start)
    if leaf.kind in ("number", "date"):
        return Name("number", one, one if kind in PLAIN else f"{one}_hi")
    if kind in BARE and leaf.kind == "bool":
        return Name("truth", one)
    return Name("index" if kind == "numbers" else leaf.kind, one)


def name_decision(decision: ir.Decision, number: int, kind: Kind) -> Name:
    """Return the variables of a decision."""
    one = variable(decision.id, number, "d_")
    if decision.outcome.kind in ("number", "date"):
        return Name("number", one, one if kind in PLAIN else f"{one}_hi")
    if decision.outcome.kind == "set":
        return Name("set", one, one if kind in PLAIN else f"{one}_may")
    return Name("mask", one)


@dataclass(slots=True)
class Writer:
    """Python text that is being written, with the constants it needs."""

    pack: ir.Pack
    kind: Kind
    leaves: tuple[str, ...]
    decisions: tuple[str, ...]
    memory: Mapping[str, Memory]
    guarded: bool = False
    traced: bool = False
    alone: bool = False
    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    depth: int = 1
    words: Phrases = field(init=False)
    asked: set[str] = field(init=False)
    near: set[str] = field(default_factory=set)
    at: int = 0
    fresh: int = 0

    def __post_init__(self) -> None:
        self.words = Phrases(
            {one: name_leaf(self.pack.leaves[one], i, self.kind) for i, one in enumerate(self.leaves)},
            {one: name_decision(self.pack.decisions[one], i, self.kind) for i, one in enumerate(self.decisions)},
            self.kind in PLAIN,
        )
        self.asked = {ask for one in self.decisions for ask in self.memory[one].asks}
        self.traced = self.traced or self.bare
        self.constants |= {"bisect": bisect_right, "nearest_zero": nearest_zero, "Unsettled": Unsettled}
        self.constants |= {"BLANK": BLANK, "NINF": BLANK[0], "INF": BLANK[1]}

    @property
    def bare(self) -> bool:
        """Whether this program reads bare numbers and gives answers."""
        return self.kind in BARE

    @property
    def second(self) -> bool:
        """Whether this program starts from what the open pass found."""
        return self.guarded or self.kind in ("closing", "enough")

    @property
    def key(self) -> str:
        """The variable that holds the key of the decision being written."""
        return f"k_{self.at}"

    # --- writing ------------------------------------------------------------------------------------------------------
    def write(self, text: str, deeper: int = 0) -> None:
        """Add a line, with the place of the rule it stands for."""
        place = f"  # {remark(self.place)}" if self.place else ""
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

    # --- what a decision found ----------------------------------------------------------------------------------------
    def look_up(self, decision: ir.Decision) -> None:
        """Write what the key of a decision allows."""
        name = self.words.decisions[decision.id]
        found = self.memory[decision.id].looked(answers=self.bare, plain=self.words.plain)
        text = f"{self.constant(found, 'found')}[{self.key}]"
        both = name.one if name.two in ("", name.one) else f"{name.one}, {name.two}"
        if not self.bare:
            self.write(f"{both} = {text}" if name.two != name.one else f"{both} = {text}[0]")
            return
        self.write(f"a_{self.at} = {text}")
        if decision.id in self.asked:
            self.write(f"{both} = a_{self.at}.open" if name.two != name.one else f"{both} = a_{self.at}.open[0]")

    def tell(self, decision: ir.Decision, possible: str) -> None:
        """Write the answer that leaves this possible, in a program that gives answers."""
        if self.bare:
            self.write(f"a_{self.at} = {self.constant(self.memory[decision.id].alike, 'told')}[{possible}]")

    def truth(self, decision: ir.Decision, certain: str, possible: str) -> None:
        """Write a decision that is a condition, from the texts of its two ends."""
        name = self.words.decisions[decision.id].one
        values = [str(one) for one in (2, 3, 1)]
        if self.bare:
            alike = self.memory[decision.id].alike
            values = [self.constant(alike[one], word) for one, word in ((2, "yes"), (3, "maybe"), (1, "no"))]
        middle = "" if self.words.plain else f" else {values[1]} if {possible}"
        self.write(f"{f'a_{self.at}' if self.bare else name} = {values[0]} if {certain}{middle} else {values[2]}")
        if self.bare and decision.id in self.asked:
            self.write(f"{name} = a_{self.at}.open")
