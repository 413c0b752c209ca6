"""The core expressions: numbers, codes and truths read off a chart, compared and joined.

Everything numeric is an integer. An expression that mixes grids multiplies each side to a common scale at compile time,
so runners only add, multiply by constants and compare.
"""

from dataclasses import dataclass

# Truth: Always Test-like nodes (Compare, Member, Has) and Both Either Not Truth. Number: Int Read AskNumber Plus Times
# Least Most Size Tally CountIn. Code: Code, Read and Ask inside Member only.


@dataclass(frozen=True, slots=True)
class Always:
    """A truth that no patient can change."""

    truth: int


@dataclass(frozen=True, slots=True)
class Int:
    """An integer on the scale of the expression it stands in."""

    value: int


@dataclass(frozen=True, slots=True)
class Read:
    """The abstract value of a leaf (truth of a bool leaf, interval of a number or date, mask of a code)."""

    leaf: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The possible set of another decision (a number or date: its interval), never its value."""

    decision: str


@dataclass(frozen=True, slots=True)
class Plus:
    """Sum of number expressions; nothing known of one is nothing known of the sum."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Times:
    """A number expression times a constant integer (negative turns the interval round)."""

    by: int
    item: "Expr"


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest of several numbers; nothing known of one is nothing known of all."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Most:
    """The largest of several numbers; nothing known of one is nothing known of all."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Size:
    """The absolute value of a number."""

    item: "Expr"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many conditions hold: the interval [certain, possible]."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class CountIn:
    """How many items of a set decision hold: the interval [certain, possible]."""

    decision: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers: settled when the whole intervals agree, unknown when nothing is known of one side.

    `op` is one of `<`, `<=`, `>`, `>=`, `=`, `!=`; both sides stand on one scale.
    """

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Member:
    """A code leaf or a closed decision lies in `mask`: true, false or unknown as sets go.

    Ordered comparisons such as `htn.grade >= grade2` are lowered to this.
    """

    item: "Read | Ask"
    mask: int


@dataclass(frozen=True, slots=True)
class Has:
    """A set decision holds item number `item`."""

    decision: str
    item: int


@dataclass(frozen=True, slots=True)
class Both:
    """Kleene `and` of conditions."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Kleene `or` of conditions."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene `not`."""

    item: "Expr"


Number = Int | Read | Ask | Plus | Times | Least | Most | Size | Tally | CountIn
Expr = Number | Always | Compare | Member | Has | Both | Either | Not
