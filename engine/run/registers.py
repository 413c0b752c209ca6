"""A circuit → a flat program: each node written where it is first needed, in as few registers as that order allows."""

from collections.abc import Iterable, Sequence

from sangao.engine.run.circuit import Circuit
from sangao.engine.run.flat import INT16, Op, Out, Program, Slot

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
