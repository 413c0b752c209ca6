"""What a pack reads of a patient: facts, windows over readings, formulas; and which facts cannot stand together."""

from dataclasses import dataclass
from fractions import Fraction

from sangao.engine.fact import Group, Kind
from sangao.engine.pack.expressions import Expr
from sangao.engine.quantity import Span
from sangao.engine.windows import WindowOp


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare name of a fact: the value of its last occasion, as the group's occasion rule makes it.

    `rule` stands only where another pack was brought in with an occasion rule of its own; None: as the dictionary says.
    """

    fact: str
    rule: Group | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A function of the dated readings of `subject` (a fact or a group); semantics in `sangao.engine.windows`.

    `member`: the fact whose value is taken (number ops); `where`: a condition over leaves named as the members of the
    group, evaluated once per occasion; `n`: for `last`, `running`, `streak`; `within`: span back from the day of the
    chart (of `due`: span on from the date that is its subject); `inside`: sliding span (last − first); `rule` as in
    `Bare`. A member of a group has its group as `subject`.
    """

    op: WindowOp
    subject: str
    member: str | None = None
    where: Expr | None = None
    n: int = 1
    within: Span | None = None
    inside: Span | None = None
    rule: Group | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that a registered formula gives when it was not measured; inputs are leaf ids in the formula's order."""

    fact: str
    formula: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unusable:
    """Whether something was said of `fact` that nobody can use; every chart settles it, and only `enough:` looks at it.

    True: what was last said and is still valid was rejected, contradicted or is "not known", or nothing was said and
    the fact's list holds an entry that maps to no fact. Else false.
    """

    fact: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing a chart is asked for; everything a pack reads of a patient is one of its leaves.

    `facts`: the facts it rests on, in dictionary order (what is missing when it is unknown). Numbers are integers that
    count `step` of `unit`. `low`, `high` bound what the leaf can be at all (integers), for the checks and for missing
    sets. `values` are the codes of a code leaf.
    """

    id: str
    kind: Kind
    source: Bare | Window | Derived | Unusable
    facts: tuple[str, ...]
    unit: str = ""
    step: Fraction = Fraction(1)
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that cannot stand together: `when` reads values named by fact id (on the fact's grid). With a `group` it is
    asked per occasion, else of the values the chart holds. A certain contradiction rejects every reading named."""

    when: Expr
    facts: tuple[str, ...]
    zh: str
    en: str
    group: str | None = None
