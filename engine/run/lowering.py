"""A pack → one flat program over columns: both passes of the wanted decisions, exactly as the definition answers.

Every leaf enters through slots (`Place`): a *plain* leaf as one value and where it is known, a *half-known* one as an
interval or as one bitmap per value. Leaves that may differ between the passes enter twice. What a flat program cannot
hold is refused by name (`Flat.refused`) before any patient is looked at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.circuit import NO, YES, Circuit, Refused
from sangao.engine.run.cones import cone, read_beside, unusable_beside
from sangao.engine.run.flat import Out, Program, Slot
from sangao.engine.run.known import Abstract, Closed, Ends, Items
from sangao.engine.run.passing import Pass
from sangao.engine.run.registers import Wanted, Writer

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
    return Pass(maker, False, values).truth(expr)


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
            self.opened[decision.id] = Pass(self, False, {}).form(decision)
            self.assumed[decision.id] = self.assume(decision)
        except Refused as error:
            self.refused[decision.id] = str(error)

    def assume(self, decision: ir.Decision) -> Abstract:
        facts = {x: self.pack.leaves[x].facts for x in decision.reads}
        kept = {x: self.leaf(x, False) for x in decision.reads if set(facts[x]).intersection(decision.must_ask)}
        now = Pass(self, True, kept)
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
        return known.choose(self.circuit, closes, Pass(self, True, granted).form(decision), result)

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
