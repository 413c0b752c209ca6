"""Many patients at once, in Python: a flat program on big integers, one bit per patient. The kernel's twin.

Columns are plain buffers, so that the kernel reads the very same: bitmaps with the first patient in the lowest bit
(None: everybody), a byte, an int32 or int16 (of this machine's byte order) per patient. Outputs are of the same make.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add, ge
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.flat import INT16, Op, Out, Program, Slot, verify
from sangao.engine.run.lowering import Flat

CHUNK = 8192
Buffer = bytes | bytearray | memoryview
DIGITS = bytes([48, 49, *range(2, 256)])
UNITS = bytes([*range(48), 0, 1, *range(50, 256)])
WIDTH = {Out.BYTE: 1, Out.MASK: 8, Out.NUMBER: 8}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some patients: one buffer per slot of a program (a bitmap may be None, which is everybody)."""

    slots: tuple[Buffer | None, ...]
    rows: int


def run(program: Program, batch: Batch) -> tuple[bytearray, ...]:
    """Return one buffer per output.

    Raises `flat.Malformed` for a program that is not sound, ValueError for columns that do not fit it.
    """
    verify(program)
    if len(batch.slots) != len(program.slots):
        raise ValueError("the columns do not fit the program")
    for i, (kind, data) in enumerate(zip(program.slots, batch.slots, strict=True)):
        wanted = ((batch.rows + 7) // 8, batch.rows, 4 * batch.rows, 2 * batch.rows)[kind]
        if (data is None and kind != Slot.BITS) or (data is not None and len(data) < wanted):
            raise ValueError(f"slot {i} is too short")
    kinds = [Out(one) for one in program.outs]
    outs = tuple(room(kind, batch.rows) for kind in kinds)
    for start in range(0, batch.rows, CHUNK):
        _Chunk(program, batch, start, min(CHUNK, batch.rows - start)).run(outs)
    return outs


def room(kind: Out, rows: int) -> bytearray:
    """Return an empty output."""
    return bytearray((rows + 7) // 8 if kind == Out.BITS else WIDTH[kind] * rows)


class _Chunk:
    """The registers of one stretch of patients."""

    def __init__(self, program: Program, batch: Batch, start: int, rows: int) -> None:
        self.program, self.batch, self.start, self.rows = program, batch, start, rows
        self.every = (1 << rows) - 1
        self.planes = [0] * program.planes
        self.numbers: list[Sequence[int]] = [()] * program.numbers

    def slot(self, at: int) -> Any:
        """Return the stretch of a slot: an integer of a bitmap, else a sequence."""
        data = self.batch.slots[at]
        kind = self.program.slots[at]
        first, last = self.start, self.start + self.rows
        if kind == Slot.BITS:
            if data is None:
                return self.every
            return int.from_bytes(data[first // 8 : (last + 7) // 8], "little") & self.every
        assert data is not None
        if kind == Slot.BYTE:
            return data[first:last]
        if kind == Slot.INT16:
            return array("h", bytes(data[2 * first : 2 * last]))
        return array("i", bytes(data[4 * first : 4 * last]))

    def where(self, truths: Iterable[bool]) -> int:
        """Return the plane of truths in order."""
        return int(bytes(truths).translate(DIGITS)[::-1], 2)

    def spread(self, plane: int) -> bytes:
        """Return one byte (0 or 1) per patient, the last first."""
        return format(plane, f"0{self.rows}b").encode().translate(UNITS)

    def run(self, outs: Sequence[bytearray]) -> None:
        """Run every instruction."""
        planes, code, every = self.planes, self.program.code, self.every
        for at in range(0, len(code), 5):
            op, d, a, b, c = code[at : at + 5]
            if op == Op.AND:
                planes[d] = planes[a] & planes[b]
            elif op == Op.ANDN:
                planes[d] = planes[a] & ~planes[b]
            elif op == Op.NOR:
                planes[d] = every ^ (planes[a] | planes[b])
            elif op == Op.NOT:
                planes[d] = every ^ planes[a]
            elif op < Op.LOAD:
                planes[d] = self.plane(op, a, b)
            elif op < Op.OUT:
                self.numbers[d] = self.number(op, a, b, c)
            else:
                self.output(op, outs[d], Out(self.program.outs[d]), a, b)

    def plane(self, op: int, a: int, b: int) -> int:
        """Return the plane of a comparison or an input."""
        constants = self.program.constants
        if op in (Op.ZERO, Op.ONE):
            return self.every if op == Op.ONE else 0
        if op == Op.BITS:
            return int(self.slot(a))
        if op == Op.GE32:
            return self.where(map(constants[b].__le__, self.slot(a)))
        if op == Op.EQ8:
            return self.where(map(b.__eq__, self.slot(a)))
        if op == Op.GEC:
            return self.where(map(constants[b].__le__, self.numbers[a]))
        return self.where(map(ge, self.numbers[a], self.numbers[b]))

    def number(self, op: int, a: int, b: int, c: int) -> Sequence[int]:
        """Return the numbers of an operation."""
        numbers, constants = self.numbers, self.program.constants
        if op == Op.LOAD:
            return list(self.slot(a))
        if op == Op.CONST:
            return [constants[a]] * self.rows
        if op == Op.MUL:
            return [one * constants[b] for one in numbers[a]]
        if op == Op.SEL:
            mask = self.spread(self.planes[a])[::-1]
            return [x if when else y for when, x, y in zip(mask, numbers[b], numbers[c], strict=True)]
        if op == Op.SUM:
            total = [constants[c]] * self.rows
            pairs = self.program.lists[a : a + 2 * b]
            for plane, weight in zip(pairs[::2], pairs[1::2], strict=True):
                by = constants[weight]
                total = list(map(add, total, (by * one for one in self.spread(self.planes[plane])[::-1])))
            return total
        work: Callable[[int, int], int] = add if op == Op.ADD else min if op == Op.MIN else max
        return list(map(work, numbers[a], numbers[b]))

    def output(self, op: int, out: bytearray, kind: Out, a: int, b: int) -> None:
        """Write the stretch of an output."""
        rows, start = self.rows, self.start
        if op == Op.OUT:
            out[start // 8 : (start + rows + 7) // 8] = self.planes[a].to_bytes((rows + 7) // 8, "little")
        elif op == Op.OUTN:
            out[8 * start : 8 * (start + rows)] = array("q", self.numbers[a]).tobytes()
        else:
            width = WIDTH[kind]
            planes = self.program.lists[a : a + b]
            for lane in range(0, b, 8):
                packed, at = 0, lane // 8 if sys.byteorder == "little" else width - 1 - lane // 8
                for bit, plane in enumerate(planes[lane : lane + 8]):
                    packed |= int.from_bytes(self.spread(self.planes[plane]), "big") << bit
                out[width * start + at : width * (start + rows) : width] = packed.to_bytes(rows, "little")


# --- abstract values in and out ---------------------------------------------------------------------------------------
Values = Mapping[str, Any]


def bitmap(truths: Iterable[Any]) -> bytes:
    """Return a bitmap of truths.

    >>> bitmap([True, False, True]).hex()
    '05'
    """
    text = bytes(bool(one) for one in truths).translate(DIGITS)[::-1]
    return int(text or b"0", 2).to_bytes((len(text) + 7) // 8, "little")


def enter(flat: Flat, charts: Sequence[tuple[Values, Values]]) -> Batch:
    """Return a batch of charts: abstract leaf values of the open and the assumed pass, as the definition takes them.

    Raises ValueError for a half-known value of a leaf that was lowered as plain.
    """
    slots = []
    for place, kind in zip(flat.slots, flat.program.slots, strict=True):
        values = [chart[place.assumed][place.leaf] for chart in charts]
        if place.part == "may":
            slots.append(bitmap(one >> place.value & 1 for one in values))
        elif place.part == "valid":
            slots.append(bitmap(_valid(one) for one in values))
        elif kind in (Slot.INT32, Slot.INT16):
            end = 1 if place.part == "high" else 0
            if place.part == "value" and any(one is not None and one[0] != one[1] for one in values):
                raise ValueError(f"{place.leaf}: a half-known value of a plain leaf")
            numbers = [0 if one is None else one[end] for one in values]
            if kind == Slot.INT16:
                numbers = [min(max(one, INT16[0]), INT16[1]) for one in numbers]
            slots.append(array("h" if kind == Slot.INT16 else "i", numbers).tobytes())
        elif kind == Slot.BYTE:
            slots.append(bytes(one.bit_length() - 1 if _valid(one) else 0 for one in values))
        else:
            slots.append(bitmap(one & 2 for one in values))
    return Batch(tuple(slots), len(charts))


def _valid(value: Any) -> bool:
    return value & value - 1 == 0 if isinstance(value, int) else value is not None


@dataclass(frozen=True, slots=True)
class Answered:
    """The outputs of a run, read one decision at a time."""

    flat: Flat
    outs: tuple[Buffer, ...]
    rows: int

    def column(self, decision: str, field: str) -> Sequence[int]:
        """Return one output as integers. Raises KeyError where a decision has no such output."""
        for i, one in enumerate(self.flat.outs):
            if one == (decision, field):
                return list(self._column(Out(self.flat.program.outs[i]), self.outs[i]))
        raise KeyError(f"{decision} {field}")

    def _column(self, kind: Out, data: Buffer) -> Iterator[int]:
        if kind == Out.BITS:
            found = int.from_bytes(data, "little")
            return iter([found >> i & 1 for i in range(self.rows)])
        width = WIDTH[kind]
        ends = range(0, width * self.rows, width)
        return (int.from_bytes(data[at : at + width], sys.byteorder, signed=kind == Out.NUMBER) for at in ends)

    def abstract(self, decision: ir.Decision) -> list[tuple[Any, Any]]:
        """Return what each patient's open and assumed pass allow, as the definition says it."""

        def read(field: str) -> Sequence[int]:
            return self.column(decision.id, field)

        if decision.outcome.kind in ("number", "date"):
            opened = zip(read("possible"), read("at_least"), read("at_most"), strict=True)
            taken = zip(read("taken"), read("value"), read("certain"), strict=True)
            return [
                ((x[1], x[2]) if x[0] else None, (y[1], y[2]) if y[0] else None)
                for x, y in zip(opened, taken, strict=True)
            ]
        if decision.outcome.kind == "set":
            open_pass = zip(read("certain"), read("possible"), strict=True)
            return list(zip(open_pass, zip(read("sure"), read("taken"), strict=True), strict=True))
        return list(zip(read("possible"), read("taken"), strict=True))
