"""A pack → one flat program over columns: both passes of the wanted decisions, exactly as the definition answers.

Every leaf enters through slots (`Place`): a *plain* leaf as one value and where it is known, a *half-known* one as an
interval or as one bitmap per value. Leaves that may differ between the passes enter twice. What a flat program cannot
hold is refused by name (`Flat.refused`) before any patient is looked at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.circuit import NO, YES, Circuit, Refused, Wanted, Writer
from sangao.engine.run.cones import cone, read_beside, unusable_beside
from sangao.engine.run.flat import Out, Program, Slot
from sangao.engine.run.known import Abstract, Closed, Ends, Items
from sangao.engine.run.regions import regions
from sangao.engine.run.trees import branch

Part = Literal["value", "valid", "low", "high", "may"]
Field = Literal[
    "value", "settled", "known", "provisional", "at_least", "at_most", "possible", "taken", "certain", "sure"
]


class Place(NamedTuple):
    """A slot of a leaf: of which pass (assumed), which part of it, and of which value (`may`)."""

    leaf: str
    assumed: bool
    part: Part
    value: int = 0


class Column(NamedTuple):
    """An output of a decision.

    Always: `settled` (open pass), `known` (assumed pass: one outcome is left). Closed: `value`, `at_least`, `at_most`
    as bytes (an outcome index, meaningless where not known), `possible` and `taken` as masks of the open and assumed
    pass. Sets: `certain`/`possible` and `sure`/`taken`. Numbers: `value`, `at_least`, `at_most` and `possible` (where
    the ends mean anything), `sure` and `certain` (the ends of the assumed pass) and `taken` (where those do).
    """

    decision: str
    field: Field


@dataclass(frozen=True, slots=True)
class Flat:
    """A program with the meaning of its slots and outputs, and the decisions it could not take in, with the reason."""

    program: Program
    slots: tuple[Place, ...]
    outs: tuple[Column, ...]
    refused: dict[str, str] = field(default_factory=dict)


def lower(
    pack: ir.Pack,
    decisions: Iterable[str],
    *,
    half: Collection[str] = (),
    differ: Collection[str] | None = None,
    fields: Collection[Field] | None = None,
) -> Flat:
    """Return the program of some decisions. Raises KeyError for an unknown one.

    `half`: leaves that may be half known (an interval, several codes); all others hold one value or nothing.
    `differ`: leaves that may differ between the passes; by default the bool leaves of facts that are assumed false.
    `fields`: the outputs that are wanted (`Column`), by default all.
    Numbers enter in 16 bits where these say as much (`flat.Slot`).
    """
    if differ is None:
        facts = pack.dictionary.facts
        differ = {
            leaf.id
            for leaf in pack.leaves.values()
            if leaf.kind == "bool" and any(facts[one].absent == "assume_false" for one in leaf.facts if one in facts)
        }
    maker = _Maker(pack, frozenset(half), frozenset(differ), narrow=True)
    return maker.flat(tuple(decisions), lambda _: fields)


def lower_over(
    pack: ir.Pack,
    decisions: Iterable[str],
    circuit: Circuit,
    leaves: Mapping[tuple[str, bool], Abstract],
    fields: Callable[[ir.Decision], Collection[Field]],
    more: Sequence[Wanted] = (),
) -> Flat:
    """Return the program of decisions whose leaves, of both passes (true: assumed), are made by a circuit of one's own.

    `fields`: the outputs that are wanted of a decision; `more`: nameless outputs after those. The slots are the
    circuit's and have no places.
    """
    maker = _Maker(pack, frozenset(), frozenset(pack.leaves))
    maker.circuit, maker.leaves = circuit, dict(leaves)
    return maker.flat(tuple(decisions), fields, more)


def truth_over(pack: ir.Pack, circuit: Circuit, expr: ir.Expr, values: Mapping[str, Abstract]) -> Closed:
    """Return where a condition may be false and may be true, over the values of all that it reads."""
    maker = _Maker(pack, frozenset(), frozenset())
    maker.circuit = circuit
    return _Pass(maker, False, values).truth(expr)


class _Maker:
    def __init__(self, pack: ir.Pack, half: frozenset[str], differ: frozenset[str], narrow: bool = False) -> None:
        self.pack, self.half, self.differ, self.narrow = pack, half, differ, narrow
        self.circuit = Circuit()
        self.places: list[Place] = []
        self.leaves: dict[tuple[str, bool], Abstract] = {}
        self.opened: dict[str, Abstract] = {}
        self.assumed: dict[str, Abstract] = {}
        self.refused: dict[str, str] = {}

    def flat(
        self,
        wanted: tuple[str, ...],
        fields: Callable[[ir.Decision], Collection[Field] | None],
        more: Sequence[Wanted] = (),
    ) -> Flat:
        """Return the program of some decisions."""
        needed = {below for one in wanted for below in cone(self.pack, one)[1]}
        for one in self.pack.decisions.values():
            if one.id in needed:
                self.decide(one)
        columns: list[tuple[Column, Wanted]] = []
        for name in wanted:
            if name not in self.refused:
                decision = self.pack.decisions[name]
                kept = fields(decision)
                try:
                    columns += [one for one in self.columns(decision) if kept is None or one[0].field in kept]
                except Refused as error:
                    self.refused[name] = str(error)
        program = Writer(self.circuit, self.narrow).program([*(one for _, one in columns), *more])
        refused = {name: self.refused[name] for name in wanted if name in self.refused}
        return Flat(program, tuple(self.places), tuple(column for column, _ in columns), refused)

    # --- leaves -------------------------------------------------------------------------------------------------------
    def slot(self, kind: Slot, leaf: str, assumed: bool, part: Part, value: int = 0) -> int:
        self.places.append(Place(leaf, assumed, part, value))
        return self.circuit.slot(kind)

    def leaf(self, name: str, assumed: bool) -> Abstract:
        """Return what is known of a leaf in one pass."""
        assumed = assumed and name in self.differ
        if (name, assumed) not in self.leaves:
            self.leaves[name, assumed] = self.entering(self.pack.leaves[name], assumed)
        return self.leaves[name, assumed]

    def entering(self, leaf: ir.Leaf, assumed: bool) -> Abstract:
        circuit, name = self.circuit, leaf.id
        if leaf.kind in ("number", "date"):
            if name in self.half:
                low = circuit.load(self.slot(Slot.INT32, name, assumed, "low"))
                high = circuit.load(self.slot(Slot.INT32, name, assumed, "high"))
            else:
                low = high = circuit.load(self.slot(Slot.INT32, name, assumed, "value"))
            return Ends(low, high, circuit.bits(self.slot(Slot.BITS, name, assumed, "valid")))
        width = len(leaf.values) or 2
        if name in self.half:
            return tuple(circuit.bits(self.slot(Slot.BITS, name, assumed, "may", i)) for i in range(width))
        if leaf.kind == "bool":
            value = circuit.bits(self.slot(Slot.BITS, name, assumed, "value"))
            valid = circuit.bits(self.slot(Slot.BITS, name, assumed, "valid"))
            return circuit.both(valid, value) ^ 1, circuit.either(value, valid ^ 1)
        if width > 255:
            raise Refused(f"{name}: more than 255 codes")
        at = self.slot(Slot.BYTE, name, assumed, "value")
        valid = circuit.bits(self.slot(Slot.BITS, name, assumed, "valid"))
        return tuple(circuit.either(circuit.equal_byte(at, i), valid ^ 1) for i in range(width))

    # --- passes -------------------------------------------------------------------------------------------------------
    def decide(self, decision: ir.Decision) -> None:
        """Work out both passes of a decision, or note why it cannot be done."""
        try:
            self.opened[decision.id] = _Pass(self, False, {}).form(decision)
            self.assumed[decision.id] = self.assume(decision)
        except Refused as error:
            self.refused[decision.id] = str(error)

    def assume(self, decision: ir.Decision) -> Abstract:
        facts = {x: self.pack.leaves[x].facts for x in decision.reads}
        kept = {x: self.leaf(x, False) for x in decision.reads if set(facts[x]).intersection(decision.must_ask)}
        now = _Pass(self, True, kept)
        result = now.form(decision)
        if decision.enough is None:
            return result
        closes = self.circuit.both(known.single(self.circuit, result) ^ 1, now.known(decision.enough.when))
        granted = dict(kept)
        for name, given in decision.enough.assuming:
            beside = read_beside(self.pack, decision.enough, name)
            said = unusable_beside(self.pack, decision.enough, name)
            tests = [*(now.holds(one) for one in (name, *beside)), *(now.truth(ir.Read(one))[1] for one in said)]
            read = self.circuit.some(tests)
            granted[name] = known.choose(self.circuit, read, now.value(name), self.given(name, given))
        return known.choose(self.circuit, closes, _Pass(self, True, granted).form(decision), result)

    def given(self, leaf: str, value: int | tuple[int, int]) -> Abstract:
        if isinstance(value, int):
            return known.mask(len(self.pack.leaves[leaf].values) or 2, value)
        return Ends(self.circuit.constant(value[0]), self.circuit.constant(value[1]), YES)

    # --- outputs ------------------------------------------------------------------------------------------------------
    def columns(self, decision: ir.Decision) -> list[tuple[Column, Wanted]]:
        """Return the outputs of a decision."""
        circuit = self.circuit
        opened, assumed = self.opened[decision.id], self.assumed[decision.id]
        found: list[tuple[Field, Out, tuple[int, ...]]] = [
            ("settled", Out.BITS, (known.single(circuit, opened),)),
            ("known", Out.BITS, (known.single(circuit, assumed),)),
        ]
        if isinstance(opened, Ends) and isinstance(assumed, Ends):
            found += [
                ("at_least", Out.NUMBER, (opened.low,)),
                ("at_most", Out.NUMBER, (opened.high,)),
                ("possible", Out.BITS, (opened.known,)),
                ("value", Out.NUMBER, (assumed.low,)),
                ("certain", Out.NUMBER, (assumed.high,)),
                ("taken", Out.BITS, (assumed.known,)),
            ]
        elif isinstance(opened, Items) and isinstance(assumed, Items):
            if len(opened.certain) > 64:
                raise Refused(f"{decision.id}: more than 64 items")
            found += [
                ("certain", Out.MASK, opened.certain),
                ("possible", Out.MASK, opened.possible),
                ("sure", Out.MASK, assumed.certain),
                ("taken", Out.MASK, assumed.possible),
            ]
        else:
            opened, assumed = known.planes(opened), known.planes(assumed)
            if len(opened) > 64:
                raise Refused(f"{decision.id}: more than 64 outcomes")
            found += [
                ("value", Out.BYTE, self.index(self.first(assumed))),
                ("at_least", Out.BYTE, self.index(self.first(opened))),
                ("at_most", Out.BYTE, self.index(self.first(opened[::-1])[::-1])),
                ("possible", Out.MASK, opened),
                ("taken", Out.MASK, assumed),
            ]
        return [(Column(decision.id, name), (kind, planes)) for name, kind, planes in found]

    def first(self, planes: Iterable[int]) -> tuple[int, ...]:
        """Return planes of which only the first that holds is left."""
        before, found = NO, []
        for one in planes:
            found.append(self.circuit.both(one, before ^ 1))
            before = self.circuit.either(before, one)
        return tuple(found)

    def index(self, planes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the binary digits of the index of the one plane that holds."""
        digits = max(1, (len(planes) - 1).bit_length())
        return tuple(
            self.circuit.some(one for i, one in enumerate(planes) if i >> digit & 1) for digit in range(digits)
        )


class _Pass:
    """Expressions and forms of one pass: word for word what `spec` says of one chart."""

    def __init__(self, maker: _Maker, assumed: bool, instead: Mapping[str, Abstract]) -> None:
        self.maker, self.circuit = maker, maker.circuit
        self.is_assumed, self.instead = assumed, instead

    def value(self, leaf: str) -> Abstract:
        found = self.instead.get(leaf)
        return self.maker.leaf(leaf, self.is_assumed) if found is None else found

    def answer(self, decision: str) -> Abstract:
        if decision in self.maker.refused:
            raise Refused(f"{decision}: {self.maker.refused[decision]}")
        return (self.maker.assumed if self.is_assumed else self.maker.opened)[decision]

    def items(self, decision: str) -> Items:
        found = self.answer(decision)
        assert isinstance(found, Items)
        return found

    def truth(self, expr: ir.Expr) -> Closed:
        circuit = self.circuit
        match expr:
            case ir.Always(value):
                return known.mask(2, value)
            case ir.Read() | ir.Ask():
                return self.closed(expr)
            case ir.Compare(op, left, right):
                return known.compare(circuit, op, self.number(left), self.number(right))
            case ir.Member(item, mask):
                planes = self.closed(item)
                inside = circuit.some(one for i, one in enumerate(planes) if mask >> i & 1)
                return circuit.some(one for i, one in enumerate(planes) if not mask >> i & 1), inside
            case ir.Has(decision, at):
                found = self.items(decision)
                return found.certain[at] ^ 1, found.possible[at]
            case ir.Both(items):
                truths = [self.truth(one) for one in items]
                return circuit.some(one[0] for one in truths), circuit.every(one[1] for one in truths)
            case ir.Either(items):
                truths = [self.truth(one) for one in items]
                return circuit.every(one[0] for one in truths), circuit.some(one[1] for one in truths)
            case ir.Not(inner):
                false, true = self.truth(inner)
                return true, false
        raise TypeError(f"not a condition: {expr!r}")

    def closed(self, expr: ir.Read | ir.Ask) -> Closed:
        found = self.value(expr.leaf) if isinstance(expr, ir.Read) else self.answer(expr.decision)
        return known.planes(found)

    def number(self, expr: ir.Expr) -> Ends:
        circuit = self.circuit
        match expr:
            case ir.Int(value):
                at = circuit.constant(value)
                return Ends(at, at, YES)
            case ir.Read() | ir.Ask():
                found = self.value(expr.leaf) if isinstance(expr, ir.Read) else self.answer(expr.decision)
                assert isinstance(found, Ends)
                return found
            case ir.Plus(items):
                return known.plus(circuit, [self.number(one) for one in items])
            case ir.Times(by, item):
                return known.times(circuit, by, self.number(item))
            case ir.Least(items):
                return known.least(circuit, [self.number(one) for one in items])
            case ir.Most(items):
                return known.most(circuit, [self.number(one) for one in items])
            case ir.Size(item):
                return known.size(circuit, self.number(item))
            case ir.Tally(items):
                truths = [self.truth(one) for one in items]
                return known.count(circuit, [known.certain(one) for one in truths], [one[1] for one in truths])
            case ir.CountIn(decision):
                return known.count(circuit, *self.items(decision))
        raise TypeError(f"not a number: {expr!r}")

    # --- forms --------------------------------------------------------------------------------------------------------
    def bands(self, column: ir.Input) -> "_Bands":
        if column.kind == "number":
            return _Bands(self.circuit, column, self.number(column.expr))
        closed = self.truth(column.expr) if column.kind == "bool" else self.closed(column.expr)  # type: ignore[arg-type]
        return _Bands(self.circuit, column, closed)

    def form(self, decision: ir.Decision) -> Abstract:
        match decision.form:
            case ir.Table():
                return self.table(decision.form, len(decision.outcome.codes))
            case ir.Tree(root):
                return branch(self.circuit, root, self.truth, lambda node: self.own(node, decision.outcome))
            case ir.Criteria():
                return self.criteria(decision.form, decision.outcome)
            case ir.Score():
                return self.score(decision.form, decision.outcome)
            case ir.Advice(when):
                return self.truth(when)

    def own(self, node: ir.Branch, outcome: ir.Outcome) -> Abstract:
        if isinstance(node.then, int):
            return known.mask(len(outcome.codes), 1 << node.then)
        return self.number(node.then)

    def table(self, form: ir.Table, outcomes: int) -> Abstract:
        circuit = self.circuit
        bands = [self.bands(column) for column in form.inputs]
        there, elsewhere = regions(form, outcomes)

        def meets(boxes: list[tuple[int, ...]]) -> int:
            return circuit.some(
                circuit.every(one.may(mask) for one, mask in zip(bands, box, strict=True)) for box in boxes
            )

        possible = [meets(boxes) for boxes in there]
        if form.hit == "collect":
            return Items(tuple(meets(boxes) ^ 1 for boxes in elsewhere), tuple(possible))
        nothing = circuit.some(possible) ^ 1  # contradictory inputs leave everything, not nothing
        return tuple(circuit.either(one, nothing) for one in possible)

    def criteria(self, form: ir.Criteria, outcome: ir.Outcome) -> Abstract:
        truths = [self.truth(item.when) for item in form.items]
        sure, may = tuple(known.certain(one) for one in truths), tuple(one[1] for one in truths)
        if outcome.kind == "set":
            return Items(sure, may)
        if outcome.kind == "number":
            return known.count(self.circuit, sure, may)
        low, high, _ = known.count(self.circuit, sure, may)
        return self.circuit.at_least(low, form.need) ^ 1, self.circuit.at_least(high, form.need)

    def score(self, form: ir.Score, outcome: ir.Outcome) -> Abstract:
        circuit = self.circuit
        low: list[tuple[int, int]] = []
        high: list[tuple[int, int]] = []
        base = [0, 0]
        for item in form.items:
            bands = self.bands(item.input)
            steps = sorted(set(item.points))
            base[0] += steps[0]
            base[1] += steps[0]
            for before, step in pairwise(steps):
                below = sum(1 << band for band, one in enumerate(item.points) if one < step)
                above = sum(1 << band for band, one in enumerate(item.points) if one >= step)
                low.append((bands.may(below) ^ 1, step - before))
                high.append((bands.may(above), step - before))
        ends = Ends(circuit.total(base[0], low), circuit.total(base[1], high), YES)
        if outcome.kind == "number":
            return ends
        column = ir.Input("sum", ir.Int(0), "number", form.cuts, len(form.cuts) + 1)
        bands = _Bands(circuit, column, ends)
        return tuple(bands.may(1 << band) for band in range(len(form.cuts) + 1))

    # --- `is known` ---------------------------------------------------------------------------------------------------
    def holds(self, leaf: str) -> int:
        found = self.value(leaf)
        return found.known if isinstance(found, Ends) else known.single(self.circuit, found)

    def known(self, test: ir.Known) -> int:
        parts = [self.holds(one) if isinstance(one, str) else self.known(one) for one in test.leaves]
        return self.circuit.some(parts) if test.mode == "any" else self.circuit.every(parts)


class _Bands:
    """Where an input may lie in given bands."""

    def __init__(self, circuit: Circuit, column: ir.Input, found: Abstract) -> None:
        self.circuit, self.column, self.found = circuit, column, found
        self.asked: dict[int, int] = {}

    def may(self, mask: int) -> int:
        """Return where some band of `mask` agrees with what is known."""
        if mask not in self.asked:
            self.asked[mask] = self._may(mask)
        return self.asked[mask]

    def _may(self, mask: int) -> int:
        circuit, found, bands = self.circuit, self.found, self.column.bands
        if mask == (1 << bands) - 1:
            return YES
        if not isinstance(found, Ends):
            return circuit.some(one for i, one in enumerate(found) if mask >> i & 1)  # type: ignore[misc]
        parts = [found.known ^ 1] if mask else []
        band = 0
        while band < bands:
            first = band
            while band < bands and mask >> band & 1:
                band += 1
            if band > first:
                from_here = circuit.at_least(found.high, self.column.cuts[first - 1]) if first else YES
                up_to = circuit.at_least(found.low, self.column.cuts[band - 1]) ^ 1 if band < bands else YES
                parts.append(circuit.both(from_here, up_to))
            band += 1
        return circuit.some(parts)
