"""What a runner says of its masks: answers and steps of a trace, remembered because charts look alike."""

from typing import Any, NamedTuple

from sangao.engine.answer import Answer
from sangao.engine.pack import ir
from sangao.engine.run.answers import answer
from sangao.engine.run.cells import Remembered
from sangao.engine.run.cones import branches, direct
from sangao.engine.run.far import otherwise
from sangao.engine.run.keys import Keyed, Unsettled, held, keyed
from sangao.engine.run.spec import single

Abstract = Any
ANSWERS = 1 << 11  # remembered per decision: a server runs for months, and a set of twelve items has half a million


class Step(NamedTuple):
    """What one decision looked at: ids of the rows, branches or items that certainly hold and that may hold."""

    decision: str
    certain: tuple[str, ...]
    possible: tuple[str, ...]


class Told(Remembered):
    """The answers to one decision by what both passes allow: charts that leave the same possible share one answer.

    Keys are (open, assumed); `alike`: what both allow.
    """

    __slots__ = ("alike", "decision")
    most = ANSWERS

    def __init__(self, decision: ir.Decision, *, alike: bool = False) -> None:
        super().__init__()
        self.decision, self.alike = decision, alike

    def work(self, key: Any) -> Answer:
        """Return the answer."""
        return answer(self.decision, key, key) if self.alike else answer(self.decision, *key)


class Whole(Remembered):
    """The answers to a set decision by `certain << width | possible`, what both passes allow; as many bits as items."""

    __slots__ = ("alike", "width")
    most = ANSWERS

    def __init__(self, decision: ir.Decision, alike: Told) -> None:
        super().__init__()
        self.alike, self.width = alike, len(decision.outcome.codes)

    def work(self, key: int) -> Answer:
        """Return the answer."""
        found: Answer = self.alike[key >> self.width, key & (1 << self.width) - 1]
        return found


class Looked(Remembered):
    """What a key allows, or with `alike` the answer to it; of a two-valued program only what leaves one outcome."""

    __slots__ = ("alike", "by_key", "plain")
    most = 1 << 13

    def __init__(self, by_key: Keyed, alike: Told | None, plain: bool) -> None:
        super().__init__()
        self.by_key, self.alike, self.plain = by_key, alike, plain

    def work(self, key: int) -> Any:
        """Return what the key allows. Raises Unsettled."""
        found = self.by_key[key]
        if self.plain and not single(self.by_key.decision.outcome, found):
            raise Unsettled
        return self.alike[found] if self.alike is not None else found


class Named(Remembered):
    """The steps of one decision by its key; where it has none, by what it allowed."""

    __slots__ = ("by_key", "decision", "every")
    most = ANSWERS

    def __init__(self, decision: ir.Decision, by_key: Keyed | None) -> None:
        super().__init__()
        self.decision, self.by_key, self.every = decision, by_key, nodes(decision.form)

    def work(self, key: Any) -> Step:
        """Return the step; a score names all its items, whatever their points."""
        if self.by_key is not None:
            return Step(self.decision.id, *self.by_key.looked_at(key))
        match self.decision.form:
            case ir.Score():
                return Step(self.decision.id, self.every, self.every)
            case ir.Advice():
                return Step(self.decision.id, *held(self.every, (key,)))
        certain, may = (tuple(one for i, one in enumerate(self.every) if mask >> i & 1) for mask in key)
        return Step(self.decision.id, certain, may)


class Memory:
    """What the programs of one pack remember of one decision."""

    __slots__ = ("_asks", "_looked", "_otherwise", "_reads", "alike", "both", "by_key", "decision", "named")

    def __init__(self, decision: ir.Decision) -> None:
        self.decision = decision
        self.by_key = keyed(decision)
        self.alike = Told(decision, alike=True)
        self.both = Told(decision)
        self.named = Named(decision, self.by_key)
        self._looked: dict[tuple[bool, bool], Looked] = {}
        self._reads: frozenset[str] | None = None
        self._asks: frozenset[str] = frozenset()
        self._otherwise: frozenset[str] | None = None

    @property
    def reads(self) -> frozenset[str]:
        """The leaves that the decision looks at itself."""
        if self._reads is None:
            reads, asks = direct(self.decision)
            self._asks, self._reads = frozenset(asks), frozenset(reads)
        return self._reads

    @property
    def asks(self) -> frozenset[str]:
        """The decisions that the decision looks at itself."""
        _ = self.reads
        return self._asks

    @property
    def otherwise(self) -> frozenset[str]:
        """The leaves that the decision does more with than compare them with small constants."""
        if self._otherwise is None:
            self._otherwise = frozenset(otherwise(self.decision.form))
        return self._otherwise

    def looked(self, *, answers: bool, plain: bool) -> Remembered:
        """Return what keys allow, or the answers to them."""
        assert self.by_key is not None
        if not answers and not plain:
            return self.by_key
        found = self._looked.get((answers, plain))
        if found is None:
            made = Looked(self.by_key, self.alike if answers else None, plain)
            found = self._looked.setdefault((answers, plain), made)
        return found


def nodes(form: ir.Form) -> tuple[str, ...]:
    """Return the ids of a form's rows, branches or items, in the order a trace names them."""
    match form:
        case ir.Table():
            return tuple(row.id for row in form.rows)
        case ir.Tree(root):
            return tuple(node.id for node in branches(root))
        case ir.Criteria() | ir.Score():
            return tuple(item.id for item in form.items)
    return ("when",)
