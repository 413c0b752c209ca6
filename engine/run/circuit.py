"""Circuits of planes and numbers: built with equal parts shared; `registers` writes them as a flat program.

A plane is a *literal*: twice the number of its node, plus one where it is negated, so that `not` costs nothing; `and`
is the only gate. Comparisons with constants are pushed through sums, choices and extremes, so that numbers vanish
from most programs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sangao.engine.run.flat import INT32, LARGEST, Slot

NO = 0
YES = 1
Node = tuple[object, ...]
WIDE = 512  # gates of a thermometer beyond which a count is kept as a number


class Refused(Exception):
    """Something that a flat program cannot hold; the text says what."""


@dataclass(slots=True)
class Circuit:
    """A growing circuit; equal nodes are one node."""

    slots: list[int] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=lambda: [("zero",)])
    found: dict[Node, int] = field(default_factory=dict)
    bound: dict[int, int] = field(default_factory=dict)

    def node(self, *key: object) -> int:
        """Return the number of a node, made when it is new."""
        at = self.found.get(key)
        if at is None:
            at = self.found[key] = len(self.nodes)
            self.nodes.append(key)
        return at

    def slot(self, kind: Slot) -> int:
        """Return a new input."""
        self.slots.append(kind)
        return len(self.slots) - 1

    # --- planes -------------------------------------------------------------------------------------------------------
    def both(self, a: int, b: int) -> int:
        """Return `a and b`."""
        if a > b:
            a, b = b, a
        if a == NO or a ^ b == 1:
            return NO
        if a in (YES, b):
            return b
        for one, other in ((a, b), (b, a)):  # one level of absorption
            gate = self.nodes[one >> 1]
            if gate[0] != "and" or (other not in (gate[1], gate[2]) and other ^ 1 not in (gate[1], gate[2])):
                continue
            if not one & 1:
                return one if other in (gate[1], gate[2]) else NO
            if other ^ 1 in (gate[1], gate[2]):
                return other
            rest = gate[2] if gate[1] == other else gate[1]
            assert isinstance(rest, int)
            return self.both(other, rest ^ 1)
        return 2 * self.node("and", a, b)

    def either(self, a: int, b: int) -> int:
        """Return `a or b`."""
        return self.both(a ^ 1, b ^ 1) ^ 1

    def every(self, items: Iterable[int]) -> int:
        """Return the `and` of all."""
        result = YES
        for one in sorted(set(items)):
            result = self.both(result, one)
        return result

    def some(self, items: Iterable[int]) -> int:
        """Return the `or` of all."""
        return self.every(one ^ 1 for one in items) ^ 1

    def choose(self, when: int, a: int, b: int) -> int:
        """Return `a` where `when`, else `b`."""
        if a == b:
            return a
        return self.either(self.both(when, a), self.both(when ^ 1, b))

    def bits(self, slot: int) -> int:
        """Return a bitmap input."""
        return 2 * self.node("bits", slot)

    def equal_byte(self, slot: int, value: int) -> int:
        """Return where a byte input holds `value`."""
        return 2 * self.node("eq8", slot, value)

    # --- numbers ------------------------------------------------------------------------------------------------------
    def number(self, bound: int, *key: object) -> int:
        """Return a number whose absolute value never passes `bound`."""
        if bound >= LARGEST:
            raise Refused("numbers of more than 62 bits")
        at = self.node(*key)
        self.bound[at] = bound
        return at

    def load(self, slot: int) -> int:
        """Return an int32 input as a number."""
        return self.number(1 << 31, "load", slot)

    def constant(self, value: int) -> int:
        """Return a constant."""
        return self.number(abs(value), "const", value)

    def fixed(self, n: int) -> int | None:
        """Return the value of a number that is a constant."""
        node = self.nodes[n]
        return int(node[1]) if node[0] == "const" else None  # type: ignore[call-overload]

    def add(self, a: int, b: int) -> int:
        """Return the sum."""
        x, y = self.fixed(a), self.fixed(b)
        if x is not None and y is not None:
            return self.constant(x + y)
        if x == 0 or y == 0:
            return b if x == 0 else a
        return self.number(self.bound[a] + self.bound[b], "add", min(a, b), max(a, b))

    def times(self, a: int, by: int) -> int:
        """Return a number times a constant."""
        x = self.fixed(a)
        if by == 1:
            return a
        if by == 0 or x is not None:
            return self.constant(by * (x or 0))
        return self.number(self.bound[a] * abs(by), "mul", a, by)

    def least(self, a: int, b: int) -> int:
        """Return the smaller number."""
        return a if a == b else self.number(max(self.bound[a], self.bound[b]), "min", min(a, b), max(a, b))

    def most(self, a: int, b: int) -> int:
        """Return the larger number."""
        return a if a == b else self.number(max(self.bound[a], self.bound[b]), "max", min(a, b), max(a, b))

    def pick(self, when: int, a: int, b: int) -> int:
        """Return number `a` where `when`, else `b`."""
        if a == b or when in (NO, YES):
            return b if when == NO else a
        if when & 1:
            when, a, b = when ^ 1, b, a
        return self.number(max(self.bound[a], self.bound[b]), "sel", when, a, b)

    def total(self, base: int, weighted: Iterable[tuple[int, int]]) -> int:
        """Return `base` plus the weight of every plane that holds."""
        kept: list[tuple[int, int]] = []
        for plane, weight in weighted:
            if plane == YES:
                base += weight
            elif plane != NO and weight:
                kept.append((plane, weight))
        if not kept:
            return self.constant(base)
        return self.number(abs(base) + 2 * sum(abs(w) for _, w in kept), "sum", base, *sorted(kept))

    def at_least(self, n: int, limit: int) -> int:
        """Return where a number is at least a constant."""
        node = self.nodes[n]
        kind = node[0]
        args: list[int] = list(node[1:]) if kind != "sum" else []  # type: ignore[arg-type]
        if limit <= -self.bound[n]:
            return YES
        if limit > self.bound[n]:
            return NO
        if kind == "const":
            return YES if args[0] >= limit else NO
        if kind == "load":
            return YES if limit <= INT32[0] else NO if limit > INT32[1] else 2 * self.node("ge32", args[0], limit)
        if kind == "mul":
            by = args[1]
            return self.at_least(args[0], -(-limit // by)) if by > 0 else self.at_least(args[0], limit // by + 1) ^ 1
        if kind == "add":
            for one, other in ((args[0], args[1]), (args[1], args[0])):
                value = self.fixed(one)
                if value is not None:
                    return self.at_least(other, limit - value)
        if kind == "min":
            return self.both(self.at_least(args[0], limit), self.at_least(args[1], limit))
        if kind == "max":
            return self.either(self.at_least(args[0], limit), self.at_least(args[1], limit))
        if kind == "sel":
            return self.choose(args[0], self.at_least(args[1], limit), self.at_least(args[2], limit))
        if kind == "sum":
            base: int = node[1]  # type: ignore[assignment]
            pairs: Sequence[tuple[int, int]] = node[2:]  # type: ignore[assignment]
            if all(weight == 1 for _, weight in pairs) and (limit - base) * len(pairs) <= WIDE:
                return self.counted([plane for plane, _ in pairs], limit - base)
        return 2 * self.node("gec", n, limit)

    def counted(self, planes: Sequence[int], limit: int) -> int:
        """Return where at least `limit` of some planes hold."""
        if limit <= 0 or limit > len(planes):
            return YES if limit <= 0 else NO
        steps = [YES] + [NO] * limit
        for done, plane in enumerate(planes):
            for i in range(min(limit, done + 1), 0, -1):
                steps[i] = self.either(steps[i], self.both(steps[i - 1], plane))
        return steps[limit]

    def reaches(self, a: int, b: int) -> int:
        """Return where number `a` is at least number `b`."""
        x, y = self.fixed(a), self.fixed(b)
        if a == b:
            return YES
        if y is not None:
            return self.at_least(a, y)
        if x is not None:
            return self.at_least(b, x + 1) ^ 1
        return 2 * self.node("ge", a, b)
