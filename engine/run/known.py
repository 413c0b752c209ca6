"""What is known of many patients at once: the abstract values of the definition, one plane per possibility.

* truth, code, closed outcome: a tuple of planes, the *i*-th says where value *i* is possible (`Closed`);
* number, date: two numbers and the plane where anything is known at all (`Ends`);
* set: the planes of items that certainly and that possibly belong (`Items`).

Each function here is one of `sangao.engine.run.intervals` or `sangao.engine.truth`, word for word.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sangao.engine.run.circuit import NO, YES, Circuit

Closed = tuple[int, ...]  # of a truth: (may be false, may be true)


class Ends(NamedTuple):
    """The interval of a number; where nothing is known its ends mean nothing."""

    low: int
    high: int
    known: int


class Items(NamedTuple):
    """A set: certain and possible planes per item."""

    certain: tuple[int, ...]
    possible: tuple[int, ...]


Abstract = Closed | Ends | Items


def mask(width: int, value: int) -> Closed:
    """Return a closed value that is the same for everybody."""
    return tuple(YES if value >> i & 1 else NO for i in range(width))


def certain(truth: Closed) -> int:
    """Return where a condition is true."""
    return truth[0] ^ 1


def unsure(truth: Closed, circuit: Circuit) -> int:
    """Return where a condition is unknown."""
    return circuit.both(truth[0], truth[1])


def compare(circuit: Circuit, op: str, a: Ends, b: Ends) -> Closed:
    """Return the truth of `a op b`: settled when the whole intervals agree."""
    if op in (">", ">="):
        return compare(circuit, {">": "<", ">=": "<="}[op], b, a)
    if op == "!=":
        equal = compare(circuit, "=", a, b)
        return equal[1], equal[0]
    if op == "<":
        may, may_not = circuit.reaches(a.low, b.high) ^ 1, circuit.reaches(a.high, b.low)
    elif op == "<=":
        may, may_not = circuit.reaches(b.high, a.low), circuit.reaches(b.low, a.high) ^ 1
    else:
        may = circuit.both(circuit.reaches(b.high, a.low), circuit.reaches(a.high, b.low))
        ends = [(a.low, a.high), (b.low, b.high), (a.low, b.low)]
        same = [circuit.both(circuit.reaches(x, y), circuit.reaches(y, x)) for x, y in ends]
        may_not = circuit.every(same) ^ 1
    blank = circuit.both(a.known, b.known) ^ 1
    return circuit.either(may_not, blank), circuit.either(may, blank)


def plus(circuit: Circuit, items: Sequence[Ends]) -> Ends:
    """Add; nothing known of one is nothing known of the sum."""
    low = high = circuit.constant(0)
    for one in items:
        low, high = circuit.add(low, one.low), circuit.add(high, one.high)
    return Ends(low, high, circuit.every(one.known for one in items))


def times(circuit: Circuit, by: int, item: Ends) -> Ends:
    """Multiply by a constant; a negative one turns the interval round."""
    low, high = circuit.times(item.low, by), circuit.times(item.high, by)
    return Ends(low, high, item.known) if by >= 0 else Ends(high, low, item.known)


def least(circuit: Circuit, items: Sequence[Ends]) -> Ends:
    """Return the smallest of several numbers."""
    low, high = items[0].low, items[0].high
    for one in items[1:]:
        low, high = circuit.least(low, one.low), circuit.least(high, one.high)
    return Ends(low, high, circuit.every(one.known for one in items))


def most(circuit: Circuit, items: Sequence[Ends]) -> Ends:
    """Return the largest of several numbers."""
    low, high = items[0].low, items[0].high
    for one in items[1:]:
        low, high = circuit.most(low, one.low), circuit.most(high, one.high)
    return Ends(low, high, circuit.every(one.known for one in items))


def size(circuit: Circuit, item: Ends) -> Ends:
    """Return the absolute value."""
    ends = [circuit.most(one, circuit.times(one, -1)) for one in (item.low, item.high)]
    zero = circuit.both(circuit.at_least(item.low, 1) ^ 1, circuit.at_least(item.high, 0))
    low = circuit.pick(zero, circuit.constant(0), circuit.least(*ends))
    return Ends(low, circuit.most(*ends), item.known)


def count(circuit: Circuit, sure: Sequence[int], may: Sequence[int]) -> Ends:
    """Count what is certain and what is possible."""
    return Ends(circuit.total(0, ((one, 1) for one in sure)), circuit.total(0, ((one, 1) for one in may)), YES)


def several(circuit: Circuit, planes: Sequence[int]) -> int:
    """Return where more than one of some planes hold."""
    found, before = NO, NO
    for one in planes:
        found = circuit.either(found, circuit.both(before, one))
        before = circuit.either(before, one)
    return found


def single(circuit: Circuit, value: Abstract) -> int:
    """Return where one outcome is left."""
    if isinstance(value, Ends):
        same = circuit.both(circuit.reaches(value.low, value.high), circuit.reaches(value.high, value.low))
        return circuit.both(value.known, same)
    if isinstance(value, Items):
        pairs = zip(value.certain, value.possible, strict=True)
        return circuit.every(circuit.either(sure, may ^ 1) for sure, may in pairs)
    return several(circuit, value) ^ 1


def planes(value: Abstract) -> Closed:
    """Return the planes of a closed value."""
    assert not isinstance(value, Ends | Items)
    return value


def choose(circuit: Circuit, when: int, a: Abstract, b: Abstract) -> Abstract:
    """Return `a` where `when`, else `b`."""

    def each(x: Closed, y: Closed) -> Closed:
        return tuple(circuit.choose(when, one, other) for one, other in zip(x, y, strict=True))

    if isinstance(a, Ends) and isinstance(b, Ends):
        low, high = circuit.pick(when, a.low, b.low), circuit.pick(when, a.high, b.high)
        return Ends(low, high, circuit.choose(when, a.known, b.known))
    if isinstance(a, Items) and isinstance(b, Items):
        return Items(each(a.certain, b.certain), each(a.possible, b.possible))
    return each(planes(a), planes(b))
