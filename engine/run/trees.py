"""A default with exceptions, for many patients at once: `spec.branch` with every "if" turned into planes."""

from collections.abc import Callable
from typing import NamedTuple

from sangao.engine.pack import ir
from sangao.engine.run.circuit import NO, YES, Circuit
from sangao.engine.run.known import Abstract, Closed, Ends, certain, planes, unsure


class Held(NamedTuple):
    """An exception of a node: where it holds unbeaten, where it may and is not certainly beaten, what it answers."""

    branch: ir.Branch
    best: int
    maybe: int
    answer: Abstract


def branch(
    circuit: Circuit,
    node: ir.Branch,
    truth: Callable[[ir.Expr], Closed],
    own: Callable[[ir.Branch], Abstract],
) -> Abstract:
    """Return what a node answers: its exception that holds, else its own outcome."""
    mine = own(node)
    if not node.exceptions:
        return mine
    states = [truth(one.when) for one in node.exceptions]
    answers = [branch(circuit, one, truth, own) for one in node.exceptions]
    held: list[Held] = []
    for one, state, answer in zip(node.exceptions, states, answers, strict=True):
        beaten = circuit.some(certain(states[i]) for i, other in enumerate(node.exceptions) if one.id in other.over)
        best, maybe = (circuit.both(where, beaten ^ 1) for where in (certain(state), unsure(state, circuit)))
        held.append(Held(one, best, maybe, answer))
    joined = _Numbers(circuit) if isinstance(mine, Ends) else _Planes(circuit, len(mine))
    none = circuit.some(one.best for one in held) ^ 1
    joined.join(none ^ 1, joined.met([(one.best, one.answer) for one in held]))
    for here in held:
        below = circuit.some(other.best for other in held if other.branch.id in here.branch.over)
        where = circuit.both(here.maybe, below)
        if where != NO:
            equals = [(x.best, x.answer) for x in held if x.branch.id not in here.branch.over and x is not here]
            joined.join(where, joined.met([(YES, here.answer), *equals]))
        joined.join(circuit.both(none, here.maybe), here.answer)
    joined.join(none, mine)
    return joined.result()


class _Planes:
    """Joins closed outcomes: a union; those that certainly hold agree, so what all of them allow remains."""

    def __init__(self, circuit: Circuit, width: int) -> None:
        self.circuit = circuit
        self.found = [NO] * width

    def met(self, parts: list[tuple[int, Abstract]]) -> Abstract:
        circuit, result = self.circuit, [NO] * len(self.found)
        for where, part in parts:
            common = [circuit.both(x, y) for x, y in zip(result, planes(part), strict=True)]
            wide = circuit.both(where, circuit.some(common) ^ 1)
            for i, one in enumerate(planes(part)):
                narrow = circuit.both(result[i], circuit.either(where ^ 1, circuit.either(wide, one)))
                result[i] = circuit.either(narrow, circuit.both(wide, one))
        return tuple(result)

    def join(self, where: int, part: Abstract) -> None:
        circuit = self.circuit
        self.found = [circuit.either(x, circuit.both(where, y)) for x, y in zip(self.found, planes(part), strict=True)]

    def result(self) -> Abstract:
        return tuple(self.found)


class _Numbers:
    """Joins intervals: the hull; those that certainly hold are met, a contradiction leaves the first."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.found: Ends | None = None
        self.any = NO

    def met(self, parts: list[tuple[int, Abstract]]) -> Abstract:
        circuit = self.circuit
        first = parts[0][1]
        assert isinstance(first, Ends)
        result, begun = first, parts[0][0]
        for where, part in parts[1:]:
            assert isinstance(part, Ends)
            low, high = circuit.most(result.low, part.low), circuit.least(result.high, part.high)
            two = circuit.every((where, begun, result.known, part.known))
            meet = circuit.both(two, circuit.reaches(high, low))
            other = circuit.both(where, circuit.both(begun, result.known) ^ 1)
            known = circuit.either(circuit.both(begun, result.known), part.known)
            result = Ends(
                circuit.pick(meet, low, circuit.pick(other, part.low, result.low)),
                circuit.pick(meet, high, circuit.pick(other, part.high, result.high)),
                circuit.choose(where, known, result.known),
            )
            begun = circuit.either(begun, where)
        return result

    def join(self, where: int, part: Abstract) -> None:
        circuit = self.circuit
        assert isinstance(part, Ends)
        if where == NO:
            return
        if self.found is None:
            self.found, self.any = part, where
            return
        before = self.found
        both, alone = circuit.both(where, self.any), circuit.both(where, self.any ^ 1)
        known = circuit.choose(alone, part.known, before.known)
        self.found = Ends(
            circuit.pick(both, circuit.least(before.low, part.low), circuit.pick(alone, part.low, before.low)),
            circuit.pick(both, circuit.most(before.high, part.high), circuit.pick(alone, part.high, before.high)),
            circuit.choose(both, circuit.both(before.known, part.known), known),
        )
        self.any = circuit.either(self.any, where)

    def result(self) -> Abstract:
        assert self.found is not None
        return self.found
