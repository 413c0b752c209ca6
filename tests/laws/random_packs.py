"""Random small packs and charts for the laws: every form of decision, decisions that ask decisions, half-known leaves.

A *lawful* pack is one a check would pass in what matters to the laws: every cell of a table is answered, and siblings
of a tree exclude one another or one is `over` the other. Others are wild: the runners must agree on them all the
same.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from sangao.engine.fact import Dictionary, Fact
from sangao.engine.pack import ir

HIGH = 9
OPS = ("<", "<=", ">", ">=", "=", "!=")


@dataclass(frozen=True)
class Half:
    """A pack and what two passes know of its leaves."""

    pack: ir.Pack
    opened: dict[str, Any]
    assumed: dict[str, Any]


class Maker:
    """Makes one pack out of a stream of random choices."""

    def __init__(self, random: Random, lawful: bool, enough: bool, size: int) -> None:
        self.random, self.lawful, self.enough, self.size = random, lawful, enough, size
        self.facts: dict[str, Fact] = {}
        self.leaves: dict[str, ir.Leaf] = {}
        self.unusable: dict[str, ir.Leaf] = {}
        self.decisions: dict[str, ir.Decision] = {}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pack(self) -> ir.Pack:
        for i in range(self.random.randint(1, self.size)):
            self.leaf(i)
        for i in range(self.random.randint(1, 4)):
            self.decision(f"d{i}")
        meta = ir.Meta("laws", "1", "laws", "规则", "laws", "project", "")
        return ir.Pack(meta, Dictionary(facts=self.facts), {**self.leaves, **self.unusable}, self.decisions)

    def leaf(self, i: int) -> None:
        kind = self.random.choice(["number", "number", "bool", "bool", "code", "date"])
        name = f"{kind}{i}"
        absent = self.random.choice(["unknown", "assume_false"]) if kind == "bool" else "unknown"
        cost = self.random.randint(1, 5)
        values = ("x", "y", "z") if kind == "code" else ()
        self.facts[name] = Fact(name, kind, name, name, values=values, absent=absent, cost=cost)  # type: ignore[arg-type]
        facts = (name,)
        if i and self.chance(0.2):
            facts = tuple(x for x in self.facts if x in (name, self.random.choice(list(self.facts))))
        bounds = (0, HIGH) if kind in ("number", "date") else (None, None)
        source = ir.Window("last", name, name) if len(facts) > 1 and bounds[1] else ir.Bare(name)
        self.leaves[name] = ir.Leaf(name, kind, source, facts, "", low=bounds[0], high=bounds[1], values=values)  # type: ignore[arg-type]

    # --- expressions ----------------------------------------------------------------------------------------------
    def having(self, *kinds: str) -> list[str]:
        return [x.id for x in self.leaves.values() if x.kind in kinds]

    def deciding(self, *kinds: str) -> list[str]:
        return [x.id for x in self.decisions.values() if x.outcome.kind in kinds]

    def condition(self, depth: int = 2) -> ir.Expr:
        choices = ["compare", "always"]
        if depth:
            choices += ["both", "either", "not", "both", "either", "tally"]
        choices += ["bool"] * 2 * bool(self.having("bool")) + ["code"] * bool(self.having("code"))
        choices += ["ask"] * 2 * bool(self.deciding("bool", "code")) + ["has", "size"] * bool(self.deciding("set"))
        choices += ["compare"] * 3 * bool(self.having("number", "date"))
        match self.random.choice(choices):
            case "always":
                return ir.Always(self.random.choice([1, 2, 2, 3]))
            case "bool":
                return ir.Read(self.random.choice(self.having("bool")))
            case "code":
                return ir.Member(ir.Read(self.random.choice(self.having("code"))), self.random.randint(1, 6))
            case "ask":
                asked = self.decisions[self.random.choice(self.deciding("bool", "code"))]
                if asked.outcome.kind == "bool" and self.chance(0.7):
                    return ir.Ask(asked.id)
                return ir.Member(ir.Ask(asked.id), self.random.randint(1, (1 << len(asked.outcome.codes)) - 1))
            case "has":
                asked = self.decisions[self.random.choice(self.deciding("set"))]
                return ir.Has(asked.id, self.random.randrange(len(asked.outcome.codes)))
            case "size":
                counted = ir.CountIn(self.random.choice(self.deciding("set")))
                return ir.Compare(self.random.choice(OPS), counted, ir.Int(self.random.randint(0, 2)))
            case "tally":
                items = tuple(self.condition(depth - 1) for _ in range(self.random.randint(0, 3)))
                return ir.Compare(self.random.choice(OPS), ir.Tally(items), ir.Int(self.random.randint(0, 2)))
            case "not":
                return ir.Not(self.condition(depth - 1))
            case "both":
                return ir.Both(tuple(self.condition(depth - 1) for _ in range(self.random.randint(0, 3))))
            case "either":
                return ir.Either(tuple(self.condition(depth - 1) for _ in range(self.random.randint(0, 3))))
        right = ir.Int(self.random.randint(-1, HIGH + 1)) if self.chance(0.7) else self.number(1)
        return ir.Compare(self.random.choice(OPS), self.number(1), right)

    def number(self, depth: int) -> ir.Expr:
        reads = self.having("number", "date")
        asks = self.deciding("number", "date")
        if reads and self.chance(0.6):
            return ir.Read(self.random.choice(reads))
        if asks and self.chance(0.4):
            return ir.Ask(self.random.choice(asks))
        if not depth or self.chance(0.2):
            return ir.Int(self.random.randint(-3, HIGH))
        several = tuple(self.number(depth - 1) for _ in range(self.random.randint(1, 2)))
        match self.random.choice(["plus", "times", "least", "most", "size", "tally"]):
            case "plus":
                return ir.Plus(several)
            case "times":
                return ir.Times(self.random.randint(-2, 2), several[0])
            case "least":
                return ir.Least(several)
            case "most":
                return ir.Most(several)
            case "size":
                return ir.Size(ir.Plus((several[0], ir.Times(-1, several[-1]))))
        return ir.Tally(tuple(self.condition(0) for _ in range(2)))

    # --- forms ----------------------------------------------------------------------------------------------------
    def decision(self, name: str) -> None:
        kind = self.random.choice(["table", "table", "tree", "tree", "criteria", "score", "advice"])
        outcome, form = getattr(self, kind)()
        reads, asks = self.looked_at(form)
        must = tuple(x for x in self.facts if self.chance(0.15)) if self.chance(0.3) else ()
        enough = self.closing(reads) if self.enough and reads and self.chance(0.4) else None
        said = enough.unusable if enough else ()
        self.decisions[name] = ir.Decision(name, outcome, form, (*reads, *said), asks, must, enough)

    def looked_at(self, form: ir.Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
        text = repr(form)
        reads = tuple(x for x in self.leaves if f"leaf='{x}'" in text)
        return reads, tuple(x for x in self.decisions if f"decision='{x}'" in text)

    def closing(self, reads: tuple[str, ...]) -> ir.Enough:
        when = ir.Known(self.random.choice(["any", "all"]), (self.random.choice(reads),))  # type: ignore[arg-type]
        leaf = self.leaves[self.random.choice(reads)]
        given: Any = self.random.choice([(0, 4), (3, 3)]) if leaf.kind in ("number", "date") else 1
        beside = [
            x for x in map(self.leaves.__getitem__, reads) if leaf.id in x.facts and isinstance(x.source, ir.Window)
        ]
        taken = ((leaf.id, given), *((x.id, (3, 3)) for x in beside if x.id != leaf.id))
        facts = {fact for one, _ in taken for fact in self.leaves[one].facts}
        said = [ir.Leaf(f"unusable({x})", "bool", ir.Unusable(x), (x,)) for x in self.facts if x in facts]
        self.unusable |= {x.id: x for x in said}
        return ir.Enough(when, taken, tuple(x.id for x in said))

    def outcome(self) -> ir.Outcome:
        if self.chance(0.2):
            return ir.Outcome("bool", ("false", "true"), True)
        return ir.Outcome("code", tuple("pqrs"[: self.random.randint(2, 4)]), True)

    def input(self, i: int) -> ir.Input:
        if self.chance(0.5) and (self.having("number", "date") or self.deciding("number")):
            cuts = tuple(sorted(self.random.sample(range(1, HIGH + 1), self.random.randint(1, 3))))
            return ir.Input(f"i{i}", self.number(1), "number", cuts, len(cuts) + 1)
        if self.having("code") and self.chance(0.5):
            return ir.Input(f"i{i}", ir.Read(self.random.choice(self.having("code"))), "code", (), 3)
        if self.deciding("code") and self.chance(0.5):
            asked = self.random.choice(self.deciding("code"))
            return ir.Input(f"i{i}", ir.Ask(asked), "code", (), len(self.decisions[asked].outcome.codes))
        return ir.Input(f"i{i}", self.condition(1), "bool", (), 2)

    def table(self) -> tuple[ir.Outcome, ir.Form]:
        inputs = tuple(self.input(i) for i in range(self.random.randint(1, 4)))
        hit = self.random.choice(["highest", "unique", "first", "collect"])
        outcome = ir.Outcome("set", ("p", "q", "r")) if hit == "collect" else self.outcome()
        rows = []
        for i in range(self.random.randint(0, 5)):
            cells = tuple(None if self.chance(0.3) else self.random.randint(1, (1 << x.bands) - 1) for x in inputs)
            mode = self.random.choice(["all", "any"])
            rows.append(ir.Row(f"r{i}", cells, self.random.randrange(len(outcome.codes)), mode))  # type: ignore[arg-type]
        if self.lawful and hit != "collect":
            rows.append(ir.Row("else", (None,) * len(inputs), 0))
        return outcome, ir.Table(hit, inputs, tuple(rows))  # type: ignore[arg-type]

    def tree(self) -> tuple[ir.Outcome, ir.Form]:
        if self.chance(0.25):
            outcome = ir.Outcome("date" if self.chance(0.3) else "number")
            return outcome, ir.Tree(self.branch("default", None, ir.Always(2), 2))
        outcome = self.outcome()
        return outcome, ir.Tree(self.branch("default", len(outcome.codes), ir.Always(2), 2))

    def branch(self, name: str, outcomes: int | None, when: ir.Expr, depth: int) -> ir.Branch:
        below: list[ir.Branch] = []
        conditions: list[ir.Expr] = []
        over_all = self.chance(0.5)
        # Each is over those before it that answer otherwise, so that who is over whom does not carry on.
        by_turns = self.lawful and outcomes is not None and self.chance(0.3)
        for i in range(self.random.randint(0, 4 if by_turns else 3) if depth else 0):
            condition = self.condition(1)
            guarded = condition
            over: tuple[str, ...] = ()
            if not self.lawful:
                over = tuple(f"{name}.{j}" for j in range(3) if j != i and self.chance(0.2))
            elif by_turns:
                then = self.random.randrange(outcomes or 1)
                over = tuple(x.id for x in below if x.then != then)
                below.append(ir.Branch(f"{name}.{i}", condition, then, (), over))
                continue
            elif over_all:
                over = tuple(x.id for x in below)
            elif conditions:
                guarded = ir.Both((condition, *(ir.Not(x) for x in conditions)))
            conditions.append(condition)
            child = self.branch(f"{name}.{i}", outcomes, guarded, depth - 1)
            below.append(ir.Branch(child.id, child.when, child.then, child.exceptions, over))
        then: int | ir.Expr = self.number(1) if outcomes is None else self.random.randrange(outcomes)
        return ir.Branch(name, when, then, tuple(below))

    def criteria(self) -> tuple[ir.Outcome, ir.Form]:
        items = tuple(ir.Item(f"i{i}", self.condition(1)) for i in range(self.random.randint(1, 4)))
        kind = self.random.choice(["bool", "bool", "set", "number"])
        codes = {"bool": ("false", "true"), "set": tuple(x.id for x in items), "number": ()}[kind]
        need = self.random.choice([1, len(items), self.random.randint(1, 3)])
        return ir.Outcome(kind, codes, kind == "bool"), ir.Criteria(items, need)  # type: ignore[arg-type]

    def score(self) -> tuple[ir.Outcome, ir.Form]:
        items = []
        for i in range(self.random.randint(1, 4)):
            column = self.input(i)
            items.append(ir.Points(f"i{i}", column, tuple(self.random.randint(-2, 5) for _ in range(column.bands))))
        if self.chance(0.4):
            return ir.Outcome("number"), ir.Score(tuple(items))
        cuts = tuple(sorted(self.random.sample(range(0, 10), 2)))
        return ir.Outcome("code", ("low", "mid", "high"), True), ir.Score(tuple(items), cuts)

    def advice(self) -> tuple[ir.Outcome, ir.Form]:
        form = ir.Advice(self.condition(2), "refer", "upward", "urgent")
        return ir.Outcome("bool", ("false", "true"), True), form


def known(random: Random, leaf: ir.Leaf, blank: float = 0.4) -> Any:
    """Return something that may be known of a leaf."""
    if leaf.kind in ("number", "date"):
        if random.random() < blank:
            return None
        ends = sorted((random.randint(0, HIGH), random.randint(0, HIGH)))
        return (ends[0], ends[1] if random.random() < 0.3 else ends[0])
    if isinstance(leaf.source, ir.Unusable):
        return random.choice([1, 1, 1, 2, 3])
    every = (1 << (len(leaf.values) or 2)) - 1
    if random.random() < blank:
        return every
    return 1 << random.randrange(every.bit_length()) if random.random() < 0.8 else random.randint(1, every)


def refined(random: Random, leaf: ir.Leaf, value: Any, share: float = 0.5) -> Any:
    """Return the same or more known of a leaf."""
    if random.random() >= share:
        return value
    if leaf.kind in ("number", "date"):
        low, high = value or (0, HIGH)
        ends = sorted((random.randint(low, high), random.randint(low, high)))
        return (ends[0], ends[1] if random.random() < 0.4 else ends[0])
    return random.choice([x for x in range(1, value + 1) if x & ~value == 0])


def values(random: Random, pack: ir.Pack, blank: float = 0.4) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return leaf values of the open and of the assumed pass."""
    opened = {x.id: known(random, x, blank) for x in pack.leaves.values()}
    assumed = dict(opened)
    for one in pack.leaves.values():
        if isinstance(one.source, ir.Unusable):
            continue
        fact = pack.dictionary.facts[one.id]
        if fact.absent == "assume_false" and opened[one.id] == 3 and random.random() < 0.7:
            assumed[one.id] = 1
    return opened, assumed


@st.composite
def charts(draw: Any, *, lawful: bool = False, enough: bool = True, size: int = 6, blank: float = 0.4) -> Half:
    """Draw a pack with what is known of its leaves."""
    random = draw(st.randoms(use_true_random=True))
    pack = Maker(random, lawful, enough, size).pack()
    return Half(pack, *values(random, pack, blank))
