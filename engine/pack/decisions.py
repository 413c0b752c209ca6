"""The forms of a decision: tables, trees with exceptions, criteria, scores, advice."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sangao.engine.pack.expressions import Expr
from sangao.engine.quantity import Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision can answer: `bool` (codes false, true), `code`, `set` (codes are the items), `number`, `date`."""

    kind: Literal["bool", "code", "set", "number", "date"]
    codes: tuple[str, ...] = ()
    ordered: bool = False
    unit: str = ""
    step: Fraction = Fraction(1)


Hit = Literal["highest", "unique", "first", "collect"]


@dataclass(frozen=True, slots=True)
class Input:
    """One column of a table.

    Number: band *i* is `[cuts[i-1], cuts[i])`, the first and last reach to the ends of what the input can be; code or
    bool: band *i* is value *i* and `cuts` is empty.
    """

    name: str
    expr: Expr
    kind: Literal["number", "code", "bool"]
    cuts: tuple[int, ...] = ()
    bands: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: per input a mask of bands (None: `-`, not looked at); `all` of the cells or `any` of them.

    `then` is an outcome index; for `collect` the item it adds. A row whose cells are all None always matches.
    """

    id: str
    cells: tuple[int | None, ...]
    then: int
    mode: Literal["all", "any"] = "all"


@dataclass(frozen=True, slots=True)
class Table:
    """Outcome of a cell = rows that match, under the hit policy. Possible = some agreeing cell answers it."""

    hit: Hit
    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a `decision`: its own outcome and the exceptions that are looked at where it applies.

    `then`: an outcome index, for numbers and dates an expression. `over`: ids of siblings this one beats.
    """

    id: str
    when: Expr
    then: int | Expr
    exceptions: tuple["Branch", ...] = ()
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enough:
    """Close the decision in the assumed pass.

    When `when` is met, the blank leaves of `assuming` are taken to lie in the given interval or mask. The answer is
    provisional and lists the facts of `assuming` as assumed. `unusable`: the leaves that say of the facts of `assuming`
    whether something was said that cannot be used (`Unusable`); such a fact is not blank, and nothing is taken of it.
    `measured`: the leaves of what was measured for those of them that a formula gives (`Slot.measured`); one that holds
    a value shows that somebody looked.
    """

    when: "Known"
    assuming: tuple[tuple[str, int | tuple[int, int]], ...]
    unusable: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Which leaves must hold a value: nested `any`/`all` of leaf ids (`is known` lives here and nowhere else)."""

    mode: Literal["any", "all"]
    leaves: tuple["str | Known", ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A default with labelled exceptions."""

    root: Branch


@dataclass(frozen=True, slots=True)
class Item:
    """One named criterion."""

    id: str
    when: Expr


@dataclass(frozen=True, slots=True)
class Criteria:
    """Named criteria. bool outcome: at least `need` of them hold (any = 1, all = len); number outcome: how many hold;
    set outcome: which hold."""

    items: tuple[Item, ...]
    need: int = 1


@dataclass(frozen=True, slots=True)
class Points:
    """One scored item: `points[i]` for band *i* of the input (a condition is a bool input: points for false, true)."""

    id: str
    input: Input
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Sum of points; `cuts` band the sum onto the outcomes, without cuts the sum itself is the (number) outcome."""

    items: tuple[Points, ...]
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """A bool decision with an action. `permission`: drug class → (start, continue) of the lattice
    contraindicated > stop > avoid > reduce > caution > allow > recommend."""

    when: Expr
    kind: Literal["refer", "order", "drug", "follow_up", "lifestyle", "record", "educate"]
    code: str
    urgency: Literal["emergency", "urgent", "soon", "routine"]
    when_unknown: Literal["ask", "act", "hold"] = "ask"
    drug_class: str | None = None
    start: str | None = None
    go_on: str | None = None
    due: Span | None = None
    overrules: tuple[str, ...] = ()


Form = Table | Tree | Criteria | Score | Advice


@dataclass(frozen=True, slots=True)
class Decision:
    """A named question. `reads`: leaf ids, `asks`: decision ids, both direct; `must_ask`: facts never assumed here."""

    id: str
    outcome: Outcome
    form: Form
    reads: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    must_ask: tuple[str, ...] = ()
    enough: Enough | None = None
    hidden: bool = False
