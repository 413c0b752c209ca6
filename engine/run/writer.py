"""Python text that is being written: lines with the place of their rule, names, and the constants they need."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Literal

from sangao.engine.pack import ir
from sangao.engine.run.phrases import Name, Phrases, nearest_zero

Kind = Literal["numbers", "plain", "open", "assumed", "closing"]
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
class Writer:
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
        self.constants |= {"bisect": bisect_right, "nearest_zero": nearest_zero, "BLANK": BLANK}
        self.constants |= {"NINF": BLANK[0], "INF": BLANK[1]}

    @property
    def second(self) -> bool:
        """Whether this program starts from the answers of the open pass."""
        return self.guarded or self.kind == "closing"

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
