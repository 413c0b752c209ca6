"""Circuits of planes and numbers: built with equal parts shared, then written as a flat program.

A plane is a *literal*: twice the number of its node, plus one where it is negated, so that `not` costs nothing; `and`
is the only gate. Comparisons with constants are pushed through sums, choices and extremes, so that numbers vanish
from most programs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sangao.engine.run.flat import INT16, INT32, LARGEST, Op, Out, Program, Slot

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


NAMES = {
    "bits": Op.BITS,
    "ge32": Op.GE32,
    "eq8": Op.EQ8,
    "gec": Op.GEC,
    "ge": Op.GE,
    "load": Op.LOAD,
    "const": Op.CONST,
}
NAMES |= {"add": Op.ADD, "mul": Op.MUL, "min": Op.MIN, "max": Op.MAX, "sel": Op.SEL, "sum": Op.SUM}
NUMBERS = frozenset(("load", "const", "add", "mul", "min", "max", "sel", "sum"))
Wanted = tuple[Out, tuple[int, ...]]  # literals of planes, or the node of a number


class Writer:
    """Writes the nodes that outputs need, each where it is first needed, in as few registers as that order allows."""

    def __init__(self, circuit: Circuit, narrow: bool = False) -> None:
        self.of, self.narrow = circuit, narrow
        self.code: list[int] = []
        self.constants: dict[int, int] = {}
        self.lists: list[int] = []
        self.register: dict[int, int] = {}
        self.free: tuple[list[int], list[int]] = ([], [])
        self.size = [0, 0]
        self.uses: dict[int, int] = {}
        self.limits: dict[object, list[int]] = {}

    def parts(self, at: int) -> list[int]:
        """Return the nodes one step below a node."""
        node = self.of.nodes[at]
        match node[0]:
            case "and":
                return [node[1] >> 1, node[2] >> 1]  # type: ignore[operator]
            case "gec" | "mul":
                return [node[1]]  # type: ignore[list-item]
            case "ge" | "add" | "min" | "max":
                return [node[1], node[2]]  # type: ignore[list-item]
            case "sel":
                return [node[1] >> 1, node[2], node[3]]  # type: ignore[operator, list-item]
            case "sum":
                return [plane >> 1 for plane, _ in node[2:]]  # type: ignore[misc, has-type]
        return []

    def constant(self, value: int) -> int:
        """Return the index of a constant."""
        return self.constants.setdefault(value, len(self.constants))

    def take(self, number: bool) -> int:
        """Return a free register."""
        if self.free[number]:
            return self.free[number].pop()
        self.size[number] += 1
        return self.size[number] - 1

    def drop(self, nodes: Iterable[int]) -> None:
        """Note one use of each node as done."""
        for one in nodes:
            self.uses[one] -= 1
            if not self.uses[one]:
                self.free[self.of.nodes[one][0] in NUMBERS].append(self.register.pop(one))

    def program(self, wanted: Sequence[Wanted]) -> Program:
        """Return the program that gives these outputs, in this order."""
        tops = [[one if kind == Out.NUMBER else one >> 1 for one in operands] for kind, operands in wanted]
        seen: set[int] = set()
        for top in tops:
            todo = list(top)
            for one in top:
                self.uses[one] = self.uses.get(one, 0) + 1
            while todo:
                at = todo.pop()
                if at in seen:
                    continue
                seen.add(at)
                for one in self.parts(at):
                    self.uses[one] = self.uses.get(one, 0) + 1
                    todo.append(one)
        for at in sorted(seen):
            if self.of.nodes[at][0] == "ge32":
                self.limits.setdefault(self.of.nodes[at][1], []).append(at)
        slots = list(self.of.slots)
        for slot in self.few(seen) if self.narrow else ():
            slots[slot] = Slot.INT16
        done: set[int] = set()
        for number, ((kind, operands), top) in enumerate(zip(wanted, tops, strict=True)):
            for one in top:
                self.reach(one, done)
            self.output(number, kind, operands)
            self.drop(top)
        kinds = tuple(int(kind) for kind, _ in wanted)
        return Program(
            tuple(int(one) for one in slots),
            kinds,
            self.size[0],
            self.size[1],
            tuple(self.constants),
            tuple(self.lists),
            tuple(self.code),
        )

    def few(self, seen: set[int]) -> Iterable[int]:
        """Yield the inputs of 32 bits of which 16 say as much: only compared, and with limits within these."""
        nodes = [self.of.nodes[at] for at in seen]
        wide = {node[1] for node in nodes if node[0] == "load"}
        wide |= {node[1] for node in nodes if node[0] == "ge32" and not INT16[0] < node[2] <= INT16[1]}  # type: ignore[operator]
        return (slot for slot in self.limits if slot not in wide)  # type: ignore[misc]

    def reach(self, top: int, done: set[int]) -> None:
        """Write a node after all it rests on."""
        todo = [(top, False)]
        while todo:
            at, ready = todo.pop()
            if at in done:
                continue
            if ready:
                node = self.of.nodes[at]
                for one in self.limits[node[1]] if node[0] == "ge32" else (at,):  # all limits of a column at once
                    done.add(one)
                    self.write(one)
            else:
                todo.append((at, True))
                todo += [(one, False) for one in reversed(self.parts(at)) if one not in done]

    def write(self, at: int) -> None:
        """Write one node."""
        node = self.of.nodes[at]
        kind, args = node[0], list(node[1:])
        parts = [self.register[one] for one in self.parts(at)]
        operands: list[int]
        if kind == "zero":
            op, operands = Op.ZERO, []
        elif kind == "and":
            signs = (args[0] & 1, args[1] & 1)  # type: ignore[operator]
            op = Op.NOR if all(signs) else Op.ANDN if any(signs) else Op.AND
            operands = parts[::-1] if signs == (1, 0) else parts
        else:
            op = NAMES[str(kind)]
            match kind:
                case "ge32" | "gec" | "mul":
                    operands = [parts[0] if parts else args[0], self.constant(args[1])]  # type: ignore[list-item, arg-type]
                case "const":
                    operands = [self.constant(args[0])]  # type: ignore[arg-type]
                case "sum":
                    operands = self.sum(args)
                case _:
                    operands = parts or args  # type: ignore[assignment]
        self.drop(self.parts(at))
        self.register[at] = d = self.take(kind in NUMBERS)
        self.code += [op, d, *operands, *[0] * (3 - len(operands))]

    def sum(self, args: list[object]) -> list[int]:
        """Write the list of a sum; a negated plane is one that gives its weight where it does not hold."""
        base: int = args[0]  # type: ignore[assignment]
        first = len(self.lists)
        for plane, weight in args[1:]:  # type: ignore[misc]
            base += weight if plane & 1 else 0  # type: ignore[has-type]
            self.lists += [self.register[plane >> 1], self.constant(-weight if plane & 1 else weight)]  # type: ignore[has-type]
        return [first, len(args) - 1, self.constant(base)]

    def output(self, number: int, kind: Out, operands: tuple[int, ...]) -> None:
        """Write one output."""
        if kind == Out.NUMBER:
            self.code += [Op.OUTN, number, self.register[operands[0]], 0, 0]
            return
        registers, extra = [], []
        for one in operands:
            at = self.register[one >> 1]
            if one & 1:
                turned = self.take(False)
                extra.append(turned)
                self.code += [Op.NOT, turned, at, 0, 0]
                at = turned
            registers.append(at)
        if kind == Out.BITS:
            self.code += [Op.OUT, number, registers[0], 0, 0]
        else:
            self.code += [Op.PACK, number, len(self.lists), len(registers), 0]
            self.lists += registers
        self.free[False].extend(extra)
