"""One chart, fast: the pack as generated Python, equal to the definition (`sangao.engine.run.spec`) bit for bit.

The text is written once per pack and kept; `Rows.source` shows it, and a traceback through it names the rule's place in
its YAML file. A chart in which every leaf holds one value takes a two-valued program; all others run on pairs of
conditions and ends of intervals (`sangao.engine.run.phrases`). Bare numbers have programs of their own, which give
answers at once and keep a trace as keys (`sangao.engine.run.keys`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import is_not, itemgetter
from typing import Any
from weakref import WeakValueDictionary

from sangao.engine.answer import Answer
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.cones import cone
from sangao.engine.run.ground import Ground
from sangao.engine.run.keys import Unsettled
from sangao.engine.run.program import Program, must_ask
from sangao.engine.run.sights import Sights
from sangao.engine.run.told import Memory, Named, Step
from sangao.engine.run.trial import Trial
from sangao.engine.run.writer import Kind

Abstract = Any
Answers = tuple[Abstract, ...]
Keys = tuple[int, ...]  # a trace: per decision that has a key, what it looked at
Bare = Callable[..., tuple[tuple[Answer, ...], Keys]]


@dataclass(frozen=True, slots=True)
class Cone:
    """One decision with all it rests on; both functions take the values of `leaves` in this order.

    `opened(values)` is the open pass, `assumed(values, open_values)` the assumed one; `closing`: some decision has
    `enough:`, so the passes may differ although the values do not.
    """

    decision: str
    leaves: tuple[str, ...]
    decisions: tuple[str, ...]
    closing: bool
    opened: Callable[[Sequence[Abstract]], Abstract]
    assumed: Callable[[Sequence[Abstract], Sequence[Abstract]], Abstract]


@dataclass(slots=True, weakref_slot=True, eq=False)
class Rows:
    """The runner of one pack; `compile_rows` gives it. Safe to share: what it keeps is only worked out later.

    `ground` is what all searches in the pack rest on: for what is missing, assumed, needed, for what would change.
    """

    pack: ir.Pack
    leaves: tuple[str, ...]
    decisions: tuple[str, ...]
    ground: Ground = field(init=False)
    _made: dict[tuple[Any, ...], Callable[..., Any]] = field(default_factory=dict)
    _cones: dict[str, Cone] = field(default_factory=dict)
    _closing: tuple[tuple[int, ir.Decision], ...] = field(init=False)
    _tightened: int = field(init=False)
    _places: dict[str, int] = field(init=False)
    _memory: dict[str, Memory] = field(init=False)
    _sights: Sights = field(init=False)
    _keyed: tuple[Named, ...] = field(init=False)
    _unkeyed: tuple[tuple[int, Named], ...] = field(init=False)
    _blank: tuple[int | None, ...] = field(init=False)
    _pick: Callable[[Mapping[str, Abstract]], Sequence[Abstract]] = field(init=False)
    _numbers: Bare | None = None
    _gaps: Bare | None = None

    def __post_init__(self) -> None:
        decisions = self.pack.decisions
        self._closing = tuple((i, one) for i, one in enumerate(decisions.values()) if one.enough)
        self._memory = {name: Memory(one) for name, one in decisions.items()}
        self.ground = Ground(self.pack, self._memory)
        self._sights = Sights(self.ground)
        remembered = list(enumerate(self._memory.values()))
        self._keyed = tuple(one.named for _, one in remembered if one.by_key is not None)
        self._unkeyed = tuple((at, one.named) for at, one in remembered if one.by_key is None)
        self._blank = tuple(
            None if leaf.kind in ("number", "date") else (1 << (len(leaf.values) or 2)) - 1
            for leaf in self.pack.leaves.values()
        )
        self._pick = itemgetter(*self.leaves) if len(self.leaves) > 1 else lambda values: list(values.values())
        self._places = {leaf: i for i, leaf in enumerate(self.leaves)}
        tightened = {leaf for one in decisions.values() for leaf in must_ask(self.pack, one)}
        self._tightened = sum(1 << i for i, leaf in enumerate(self.leaves) if leaf in tightened)

    # --- running ------------------------------------------------------------------------------------------------------
    def evaluate(
        self, open_values: Mapping[str, Abstract], assumed_values: Mapping[str, Abstract]
    ) -> tuple[dict[str, Abstract], dict[str, Abstract]]:
        """Return what each decision allows in the open and in the assumed pass, as `spec.evaluate`."""
        first = self._pick(open_values)
        second = first if assumed_values is open_values else self._pick(assumed_values)
        opened, assumed = self.run(first, second)
        before = dict(zip(self.decisions, opened, strict=True))
        return before, (before if assumed is opened else dict(zip(self.decisions, assumed, strict=True)))

    def run(self, first: Sequence[Abstract], second: Sequence[Abstract]) -> tuple[Answers, Answers]:
        """Run both passes on leaf values in the order of `leaves`; answers stand in the order of `decisions`.

        Both results are one object when nothing is assumed.
        """
        same = first is second or first == second
        if same:
            plain = self._plain(first)
            if plain is not None:
                return plain, plain
        opened: Answers = self.function("open")(first)
        if same:
            closes = any(self._closes(i, one, first, opened) for i, one in self._closing)
            return opened, (self.function("closing")(first, opened) if closes else opened)
        differ = self._differ(first, second)
        if not differ & self._tightened:
            plain = self._plain(second)
            if plain is not None:
                return opened, plain
        return opened, self.function("assumed", guarded=True)(second, first, opened, differ)

    def points(self, numbers: Sequence[int | None]) -> list[Abstract]:
        """Return leaf values, in the order of `leaves`, from grid steps, indices of codes, 0 or 1; None: not known."""
        pairs = zip(numbers, self._blank, strict=True)
        return [blank if x is None else (x, x) if blank is None else 1 << x for x, blank in pairs]

    def answer_numbers(self, numbers: Sequence[int | None]) -> tuple[tuple[Answer, ...], Keys]:
        """Answer every decision from bare numbers as `points` takes them, with nothing assumed; with the trace.

        Answers stand in the order of `decisions`; `named` turns the trace into ids of rules.
        """
        try:
            sum(numbers)  # type: ignore[arg-type]  # a blank raises, in less time than looking for it takes
        except TypeError:
            pass
        else:
            if self._numbers is None:
                self._numbers = self.function("numbers")
            try:
                return self._numbers(numbers)
            except Unsettled:
                pass
        if self._gaps is None:
            self._gaps = self.function("gaps")
        answers, keys = self._gaps(numbers)
        for at, decision in self._closing:
            if (
                answers[at].status == "unknown"
                and decision.enough
                and self._known(decision.enough.when, numbers, _given)
            ):
                found: tuple[tuple[Answer, ...], Keys] = self.function("enough")(numbers, answers, keys)
                return found
        return answers, keys

    def run_numbers(self, numbers: Sequence[int | None]) -> tuple[Answers, Answers]:
        """Run both passes on `points` of bare numbers, with nothing assumed."""
        answers, _ = self.answer_numbers(numbers)
        return tuple([one.open for one in answers]), tuple([one.taken for one in answers])

    def _differ(self, first: Sequence[Abstract], second: Sequence[Abstract]) -> int:
        """Return the leaves that are assumed, bit per leaf."""
        differ = 0
        for i in compress(range(len(first)), map(is_not, first, second)):
            if first[i] != second[i]:
                differ |= 1 << i
        return differ

    def _plain(self, values: Sequence[Abstract], traced: bool = False) -> Any:
        """Run the two-valued program; None where some leaf or some decision holds no single value."""
        if ("plain", False, traced, None) not in self._made and not all(map(_point, values)):
            return None  # a first chart that is not complete does not pay for a program it cannot use
        try:
            return self.function("plain", traced=traced)(values)
        except Unsettled:
            return None

    def _closes(self, at: int, decision: ir.Decision, values: Sequence[Abstract], opened: Answers) -> bool:
        """Return whether `enough:` may answer a decision that the open pass leaves open."""
        if decision.enough is None or spec.single(decision.outcome, opened[at]):
            return False
        return self._known(decision.enough.when, values, _held)

    def _known(self, test: ir.Known, values: Sequence[Abstract], held: Callable[[Abstract], bool]) -> bool:
        parts = (
            held(values[self._places[one]]) if isinstance(one, str) else self._known(one, values, held)
            for one in test.leaves
        )
        return any(parts) if test.mode == "any" else all(parts)

    def decide(
        self, decision: str, open_values: Mapping[str, Abstract], assumed_values: Mapping[str, Abstract]
    ) -> tuple[Abstract, Abstract]:
        """Return what one decision allows in both passes, working out only what it rests on."""
        one = self.cone(decision)
        first = [open_values[leaf] for leaf in one.leaves]
        second = [assumed_values[leaf] for leaf in one.leaves]
        opened = one.opened(first)
        return opened, (opened if first == second and not one.closing else one.assumed(second, first))

    def cone(self, decision: str) -> Cone:
        """Return one decision as functions of the leaves it rests on. Raises `KeyError` for an unknown id."""
        found = self._cones.get(decision)
        if found is None:
            self.pack.decisions[decision]
            leaves, decisions = cone(self.pack, decision, self._looks)
            opened = _later(lambda: self.function("open", leaves=leaves, decisions=decisions))
            assumed = _later(lambda: self.function("assumed", leaves=leaves, decisions=decisions))
            found = self._cones[decision] = Cone(
                decision,
                leaves,
                decisions,
                any(self.pack.decisions[one].enough for one in decisions),
                lambda values: opened(values)[-1],
                lambda values, before: assumed(values, before)[-1],
            )
        return found

    def trial(
        self,
        decision: str,
        open_values: Mapping[str, Abstract],
        assumed_values: Mapping[str, Abstract],
        answers: Mapping[str, Abstract] | None = None,
    ) -> Trial:
        """Return a decision and all it rests on as they stand on these values, to fill leaves and take them back.

        `answers`: what the assumed pass allows on these values, when the caller knows: that is believed, and remembered
        for other charts. Raises `KeyError` for an unknown id.
        """
        asks = self.cone(decision).decisions
        sights = self._sights
        if sights.full:
            sights = self._sights = Sights(self.ground)
        if answers is None:
            answers = sights.answers(asks, open_values, assumed_values)
        places = self.ground.index.places
        inside = frozenset([places[name] for name in asks])
        return Trial(sights, dict(open_values), dict(assumed_values), dict(answers), inside)

    def _looks(self, decision: ir.Decision) -> tuple[frozenset[str], frozenset[str]]:
        memory = self._memory[decision.id]
        return memory.reads, memory.asks

    # --- trace --------------------------------------------------------------------------------------------------------
    def traced(self, first: Sequence[Abstract], second: Sequence[Abstract]) -> tuple[Answers, Answers, Keys]:
        """Run both passes and keep the keys of what the assumed pass looked at.

        `named` turns them into ids; the argument itself is rebuilt when it is read.
        """
        same = first is second or first == second
        if same:
            plain = self._plain(first, traced=True)
            if plain is not None:
                return plain[0], plain[0], plain[1]
        opened, steps = self.function("open", traced=True)(first)
        if same:
            if not any(self._closes(i, one, first, opened) for i, one in self._closing):
                return opened, opened, steps
            assumed, steps = self.function("closing", traced=True)(first, opened, steps)
        else:
            differ = self._differ(first, second)
            assumed, steps = self.function("assumed", guarded=True, traced=True)(second, first, opened, differ, steps)
        return opened, assumed, steps

    def named(self, answers: Sequence[Answer], trace: Keys) -> list[Step]:
        """Return the steps of a trace with the ids of what each decision looked at, decisions with keys first."""
        steps = [named[key] for named, key in zip(self._keyed, trace, strict=True)]
        steps += [named[answers[at].taken] for at, named in self._unkeyed]
        return steps

    def told(self, opened: Answers, assumed: Answers) -> tuple[Answer, ...]:
        """Return the answers to all decisions: value, status, bounds (without what is worked out later)."""
        if opened is assumed:
            return tuple([one.alike[what] for one, what in zip(self._memory.values(), opened, strict=True)])
        pairs = zip(opened, assumed, strict=True)
        return tuple([one.both[pair] for one, pair in zip(self._memory.values(), pairs, strict=True)])

    def tell(self, decision: str, opened: Abstract, assumed: Abstract) -> Answer:
        """Return the answer to one decision, as `told`."""
        memory = self._memory[decision]
        answer: Answer = memory.alike[opened] if opened == assumed else memory.both[opened, assumed]
        return answer

    # --- text ---------------------------------------------------------------------------------------------------------
    def source(self, kind: Kind = "open", *, guarded: bool = False, traced: bool = False) -> str:
        """Return the generated Python of one program over the whole pack."""
        return Program(self.pack, kind, self.leaves, self.decisions, self._memory, guarded, traced).text()

    def function(
        self,
        kind: Kind,
        *,
        guarded: bool = False,
        traced: bool = False,
        leaves: tuple[str, ...] | None = None,
        decisions: tuple[str, ...] | None = None,
    ) -> Callable[..., Any]:
        """Return a program as a function, made when first asked for."""
        key = (kind, guarded, traced, decisions)
        made = self._made.get(key)
        if made is None:
            chosen = (self.leaves if leaves is None else leaves, self.decisions if decisions is None else decisions)
            program = Program(self.pack, kind, *chosen, self._memory, guarded, traced)
            about = decisions[-1] if decisions else "all"
            made = self._made[key] = program.function(f"{self.pack.meta.id} {about} {kind}")
        return made


def _later(make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Return a function that is made when it is first called."""
    made: list[Callable[..., Any]] = []

    def run(*values: Any) -> Any:
        if not made:
            made.append(make())
        return made[0](*values)

    return run


def _point(value: Abstract) -> bool:
    if isinstance(value, int):
        return value & value - 1 == 0
    return value is not None and bool(value[0] == value[1])


def _given(number: int | None) -> bool:
    return number is not None


def _held(value: Abstract) -> bool:
    return value & value - 1 == 0 if isinstance(value, int) else value is not None


_ROWS: WeakValueDictionary[int, Rows] = WeakValueDictionary()


def compile_rows(pack: ir.Pack) -> Rows:
    """Return the runner of a pack; one per pack object as long as somebody keeps it."""
    rows = _ROWS.get(id(pack))
    if rows is None or rows.pack is not pack:
        rows = Rows(pack, tuple(pack.leaves), tuple(pack.decisions))
        _ROWS[id(pack)] = rows
    return rows
