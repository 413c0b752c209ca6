"""The compiled edition as frozen data: leaves, core expressions, forms of decision, the pack.

Everything numeric is an integer. A numeric leaf counts grid steps of its fact; an expression that mixes grids
multiplies each side to a common scale at compile time, so runners only add, multiply by constants and compare
integers.

Abstract values (what a runner passes around), one representation per kind:

* truth, and every closed outcome (bool, code): an int mask of what is still possible, bit *i* = the *i*-th value or
  outcome in declared order (bool: bit 0 false, bit 1 true; see `sangao.engine.truth`);
* number, date: `None` when nothing is known, else the closed interval `(low, high)` of integers;
* set: `(certain, possible)`, two masks over the items.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from sangao.engine.fact import Dictionary, Group, Kind
from sangao.engine.quantity import Span as Span
from sangao.engine.windows import WindowOp

# --- core expressions -------------------------------------------------------------------------------------------------
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


# --- leaves -----------------------------------------------------------------------------------------------------------
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


# --- decisions --------------------------------------------------------------------------------------------------------
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


@dataclass(frozen=True, slots=True)
class Measure:
    """A share or a count over a cohort.

    `numerator` and `denominator` name decisions of the pack: bool ones that say whether a person counts, of `events`
    number ones that say how many of them a person has; without a denominator the numerator alone is counted. A person
    counts in the numerator only inside the denominator. `unknown`: `out` counts whoever is not known to be in the
    numerator as not in it. `direction` says which way is better, `against` what the measure is compared with; a rate is
    shown per `per`. `entered` names the parts (`numerator`, `denominator`) that are no decisions but numbers given by
    hand for the period.
    """

    id: str
    counts: Literal["persons", "events"] = "persons"
    numerator: str = ""
    denominator: str = ""
    unknown: Literal["apart", "out"] = "apart"
    direction: Literal["higher", "lower", "open"] = "open"
    against: Literal["previous", "baseline"] | None = None
    per: int = 100
    entered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A way out of a state: taken when `when` holds; one that is `back` closes a round and is never walked."""

    to: str
    when: Expr
    back: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done in a state: the decisions that say how it stands and when it falls due; roles that do it."""

    id: str
    state: str
    status: str
    due: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A state of a pathway: where it leads; `terminal`: one may stay; `refers`, `returns`: a loop opens, closes."""

    id: str
    steps: tuple[Step, ...] = ()
    terminal: bool = False
    refers: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Pathway:
    """States and tasks whose answers are decisions of the pack: `id` the state, `next` and `next_due` the next step.

    `links`: the tasks that count for execution; `executed`: profile → decision. `longest`: no stay without a task that
    falls due within that span.
    """

    id: str
    start: str
    states: tuple[State, ...]
    tasks: tuple[Task, ...] = ()
    next: str = ""
    next_due: str = ""
    links: tuple[str, ...] = ()
    executed: tuple[tuple[str, str], ...] = ()
    longest: Span | None = None

    @property
    def asks(self) -> tuple[str, ...]:
        """The decisions that the states, tasks and shares of the pathway are answered by."""
        own = [self.id, self.next, self.next_due, *(one for _, one in self.executed)]
        return tuple(one for one in (*own, *(one for task in self.tasks for one in (task.status, task.due))) if one)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that cannot stand together: `when` reads values named by fact id (on the fact's grid). With a `group` it is
    asked per occasion, else of the values the chart holds. A certain contradiction rejects every reading named."""

    when: Expr
    facts: tuple[str, ...]
    zh: str
    en: str
    group: str | None = None


# --- words and proofs (not part of the meaning) -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a node (decision, row, branch, item, advice, parameter): texts in zh and en, and its backing.

    Keys of `Pack.words`: `htn.grade` a decision, `htn.grade/mild` a row, branch (`default`: the default) or item,
    `htn.grade=grade1` an outcome, `htn.grade:sbp` a table input, `$htn.dx.sbp` a parameter, `leaf:<id>` a window or
    formula, `htn.advice/when` the condition of advice.
    Of advice: title in `zh`/`en`, `text` in `says`, the reason of `hold` in `unknown`.

    `says` is a sentence (authored or generated from the rule); `place` is `file:line:column` in the guideline folder.
    """

    zh: str = ""
    en: str = ""
    says_zh: str = ""
    says_en: str = ""
    unknown_zh: str = ""
    unknown_en: str = ""
    cite: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    origin: Literal["national", "local", "project"] = "national"
    document: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A row of the knowledge tables as a document states it: where in it, how well it was seen.

    `origin`: whose document it is, when that is another than the pack's own (a national row in a local pack).
    """

    row: str
    document: str
    where: str
    evidence: Literal["seen", "known", "default"]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Param:
    """A dated, cited number: the values in force by date; the pack's edition date chooses one."""

    id: str
    value: str
    start: str | None
    end: str | None
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """`monotone`: raising `leaf` never lowers/raises `decision`; `implies`: `left` ⇒ `right`; `never`: not `left`."""

    kind: Literal["monotone", "implies", "never"]
    text: str
    place: str
    decision: str | None = None
    leaf: str | None = None
    direction: int = 1
    left: Expr | None = None
    right: Expr | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its right answer, beside the rules: `give` and `expect` are JSON text."""

    it: str
    decide: str
    on: str | None
    give: str
    expect: str
    proves: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question that several decisions answer. Where two of them say different things, `shown_by` (advice) holds.

    `silent`: outcomes that say nothing; `alike`: (`decision=code`, word) for outcomes that say what another calls
    otherwise; `where`: the patients the question is asked of.
    """

    id: str
    between: tuple[str, ...]
    shown_by: str
    silent: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    where: Expr | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A local overlay that the pack was compiled with: its document and the days (both inclusive) it holds."""

    id: str
    zh: str
    en: str
    document: str
    start: str
    until: str


@dataclass(frozen=True, slots=True)
class Meta:
    """Who the pack is: id, edition, family, authority, the document it follows, the days it is meant for."""

    id: str
    edition: str
    family: str
    zh: str
    en: str
    origin: Literal["national", "local", "project"]
    document: str
    start: str | None = None
    end: str | None = None
    advice_budget: int = 5
    follows_zh: str = ""
    follows_en: str = ""
    experimental: bool = False
    overlays: tuple[Overlay, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """One compiled edition, immutable: decisions stand in dependency order, each after all it asks.

    `meta dictionary leaves decisions settings guards contradictions measures pathways` are the meaning (hashed); `words
    citations documents params promises cases` are text and proofs. `settings` fills site settings: fact id → value
    text. `guards`: fact id → the compiled `false_when`, over values named by fact id.
    """

    meta: Meta
    dictionary: Dictionary
    leaves: dict[str, Leaf]
    decisions: dict[str, Decision]
    settings: dict[str, str] = field(default_factory=dict)
    guards: dict[str, Expr] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    words: dict[str, Words] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    documents: dict[str, tuple[str, str]] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    cases: tuple[Case, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict)
    pathways: dict[str, Pathway] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
