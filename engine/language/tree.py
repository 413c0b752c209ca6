"""The surface tree of an expression: what an author wrote, names unresolved, every node with its place.

Places take no part in equality: two texts with the same meaning on paper give equal trees.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from sangao.engine.errors import Span as Place
from sangao.engine.quantity import THIS_YEAR, Span, span_of
from sangao.engine.windows import WindowOp

Comparison = Literal["<", "<=", ">", ">=", "=", "!="]
Function = Literal["min", "max", "abs", "count"]
NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Number:
    """`140 mmHg`, `3`: exact, the unit under its one name, empty for a count or a ratio."""

    value: Fraction
    unit: str = ""
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Day:
    """`"2025-03-09"`."""

    day: date
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bool:
    """`true` or `false`."""

    value: bool
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, decision, `let`, code or synonym, as written."""

    id: str
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Param:
    """`$htn.dx.sbp`, without the dollar."""

    id: str
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Plus:
    """A sum of two or more; what is subtracted stands in `Minus`."""

    items: tuple["Node", ...]
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Minus:
    """A negated term (a negated number is a `Number`)."""

    item: "Node"
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Times:
    """A number without unit, 0 or more, times an atom."""

    by: Fraction
    item: "Node"
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`min(a, b)`, `max(a, b)`, `abs(a)`, `count(…)`.

    `count` with a single name may mean a set decision, a condition, or a window over a group: the resolver knows.
    """

    function: Function
    items: tuple["Node", ...]
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Length:
    """A span as its author counts it: `4 weeks`; `this year` is the calendar year of the day."""

    count: Fraction
    unit: Literal["days", "weeks", "months", "years", "this year"]
    span: Place = field(default=NOWHERE, compare=False)
    param: str | None = None  # `within $limit`, until names are resolved

    @property
    def value(self) -> Span:
        """Return the calendar span; the parser lets no other length through."""
        result = THIS_YEAR if self.unit == "this year" else span_of(self.count, self.unit)
        if result is None:
            raise ValueError(f"no whole days in {self.count} {self.unit}")
        return result


@dataclass(frozen=True, slots=True)
class Window:
    """A function of dated occasions: `running(2, bp_office where … within 1 years)`; `n` is None when not written."""

    op: WindowOp
    subject: Name
    n: int | None = None
    where: "Node | None" = None
    within: Length | None = None
    inside: Length | None = None
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two sides under one comparison."""

    op: Comparison
    left: "Node"
    right: "Node"
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """`smoke_status in {never, former}`."""

    item: "Node"
    codes: tuple[Name, ...]
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """`smoking in htn.risk_factors`: a set decision holds an item."""

    item: Name
    decision: Name
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """`fpg is known`, `fpg is unknown`: for `enough:` alone, a compile error in every condition."""

    item: "Name | Window"
    known: bool = True
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Two or more conditions that must all hold."""

    items: tuple["Node", ...]
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more conditions of which one must hold."""

    items: tuple["Node", ...]
    span: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not hold."""

    item: "Node"
    span: Place = field(default=NOWHERE, compare=False)


Value = Number | Day | Bool | Name | Param | Plus | Minus | Times | Call | Window
Node = Value | Compare | Among | Has | Known | And | Or | Not


def minus(item: Node, span: Place = NOWHERE) -> Node:
    """Return the negated term: a number keeps its sign inside.

    >>> minus(Number(Fraction(3))).value
    Fraction(-3, 1)
    """
    return Number(-item.value, item.unit, span) if isinstance(item, Number) else Minus(item, span)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node, in the order written (codes of `Among` and items of `Has` are not read)."""
    match node:
        case Plus(items) | Call(_, items) | And(items) | Or(items):
            return items
        case Minus(item) | Not(item) | Times(_, item) | Among(item, _) | Known(item, _):
            return (item,)
        case Compare(_, left, right):
            return (left, right)
        case Window():
            return (node.subject,) if node.where is None else (node.subject, node.where)
        case Has(_, decision):
            return (decision,)
    return ()
