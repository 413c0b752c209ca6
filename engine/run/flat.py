"""The flat program: straight-line code over bit planes and columns of integers, one meaning for two executors.

A *plane* holds one bit per patient, a *number* one 64-bit integer per patient. Input comes in *slots* (a bitmap, bytes,
or 32-bit integers), answers leave through *outputs*. Nothing here knows of rules: what a rule means was worked out by
`sangao.engine.run.lowering`; `sangao.engine.run.columns` runs a program in Python, `sangao.engine.native` in C.
Programs come from files, so `verify` rejects whatever could read or write where it should not, or overflow.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"SANGFLAT"
VERSION = 2  # 1: a program without 16-bit slots, which older readers take too
HEAD = struct.Struct("<8s7I")
LARGEST = 1 << 62  # no number may reach it, so that 64 bits are always enough
MOST = 1 << 16  # slots, outputs, registers; code and lists may hold 64 times as many
INT32 = (-(1 << 31), (1 << 31) - 1)
INT16 = (-(1 << 15), (1 << 15) - 1)


class Op(IntEnum):
    """One instruction: `op, d, a, b, c`. `p` is a plane, `n` a number, `k` an index of constants, `s` a slot."""

    ZERO = 0  # p = no patient
    ONE = 1  # p = every patient
    AND = 2  # p = p & p
    ANDN = 3  # p = p & ~p
    NOR = 4  # p = ~(p | p)
    NOT = 5  # p = ~p
    BITS = 6  # p = bitmap slot
    GE32 = 7  # p = int32 or int16 slot >= k
    EQ8 = 8  # p = byte slot == b
    GEC = 9  # p = n >= k
    GE = 10  # p = n >= n
    LOAD = 11  # n = int32 slot
    CONST = 12  # n = k
    ADD = 13  # n = n + n
    MUL = 14  # n = n * k
    MIN = 15
    MAX = 16
    SEL = 17  # n = n (b) where p (a), else n (c)
    SUM = 18  # n = constant c + sum over the list [a, a + b) of pairs (p, k): k where p
    OUT = 19  # bitmap output d = p
    PACK = 20  # output d (bytes, or 64-bit masks): bit i = i-th plane of the list [a, a + b)
    OUTN = 21  # number output d = n


class Slot(IntEnum):
    """What a slot holds: a bitmap (first patient in the lowest bit), one byte, one int32 or one int16 per patient.

    A number beyond 16 bits stands in an int16 as the nearer end. No limit of such a slot is the lower end; every other
    limit is passed by the same numbers as before.
    """

    BITS = 0
    BYTE = 1
    INT32 = 2
    INT16 = 3


class Out(IntEnum):
    """What an output holds: a bitmap, or per patient a byte, a 64-bit mask, a 64-bit number."""

    BITS = 0
    BYTE = 1
    MASK = 2
    NUMBER = 3


@dataclass(frozen=True, slots=True)
class Program:
    """Code and its surroundings, all integers; `code` holds five per instruction. Made by `circuit`, never by hand."""

    slots: tuple[int, ...]
    outs: tuple[int, ...]
    planes: int
    numbers: int
    constants: tuple[int, ...]
    lists: tuple[int, ...]
    code: tuple[int, ...]

    def dumps(self) -> bytes:
        """Return the bytes that a `.sangao` file and the kernel hold: little-endian, readable from C."""
        parts = (self.slots, self.outs, self.constants, self.lists, self.code)
        version = VERSION if Slot.INT16 in self.slots else 1
        sizes = (len(parts[0]), len(parts[1]), self.planes, self.numbers, len(parts[2]), 0)
        head = HEAD.pack(MAGIC, version, *sizes) + struct.pack("<2I", len(self.lists), len(self.code))
        body = struct.pack(f"<{len(self.constants)}q", *self.constants)
        return head + body + b"".join(struct.pack(f"<{len(x)}i", *x) for x in (parts[0], parts[1], *parts[3:]))


class Malformed(ValueError):
    """Bytes or a program that no compiler of ours wrote."""


def loads(data: bytes) -> Program:
    """Return the program of its bytes, verified. Raises Malformed."""
    if len(data) < HEAD.size + 8:
        raise Malformed("head")
    magic, version, slots, outs, planes, numbers, constants, zero = HEAD.unpack_from(data)
    lists, code = struct.unpack_from("<2I", data, HEAD.size)
    if magic != MAGIC or version not in (1, VERSION) or zero:
        raise Malformed("head")
    if max(slots, outs, planes, numbers, constants) > MOST or max(lists, code) > 64 * MOST or code % 5:
        raise Malformed("size")
    if len(data) != HEAD.size + 8 + 8 * constants + 4 * (slots + outs + lists + code):
        raise Malformed("length")
    at = HEAD.size + 8
    values = struct.unpack_from(f"<{constants}q", data, at)
    at += 8 * constants
    found = []
    for size in (slots, outs, lists, code):
        found.append(struct.unpack_from(f"<{size}i", data, at))
        at += 4 * size
    if version == 1 and Slot.INT16 in found[0]:
        raise Malformed("kind")
    program = Program(found[0], found[1], planes, numbers, values, found[2], found[3])
    verify(program)
    return program


def verify(program: Program) -> None:
    """Check that every instruction names what exists, reads only what was written, and cannot overflow.

    Raises Malformed. The kernel has the same check in C.
    """
    if any(kind not in tuple(Slot) for kind in program.slots) or any(kind not in tuple(Out) for kind in program.outs):
        raise Malformed("kind")
    if any(abs(one) >= LARGEST for one in program.constants) or len(program.code) % 5:
        raise Malformed("constant")
    check = _Check(program)
    for at in range(0, len(program.code), 5):
        check.step(*program.code[at : at + 5])
    if not all(check.given):
        raise Malformed("an output is never written")


class _Check:
    def __init__(self, program: Program) -> None:
        self.of = program
        self.written = [False] * program.planes
        self.bounds: list[int | None] = [None] * program.numbers  # the largest absolute value a number can have
        self.given = [False] * len(program.outs)

    def within(self, at: int, size: int) -> int:
        if not 0 <= at < size:
            raise Malformed("index")
        return at

    def plane(self, at: int) -> None:
        if not self.written[self.within(at, self.of.planes)]:
            raise Malformed("a plane is read before it is written")

    def number(self, at: int) -> int:
        bound = self.bounds[self.within(at, self.of.numbers)]
        if bound is None:
            raise Malformed("a number is read before it is written")
        return bound

    def constant(self, at: int) -> int:
        return self.of.constants[self.within(at, len(self.of.constants))]

    def slot(self, at: int, *kinds: Slot) -> int:
        kind = self.of.slots[self.within(at, len(self.of.slots))]
        if kind not in kinds:
            raise Malformed("slot")
        return kind

    def listed(self, first: int, size: int, width: int) -> Sequence[int]:
        if first < 0 or size < 0 or first + width * size > len(self.of.lists):
            raise Malformed("list")
        return self.of.lists[first : first + width * size]

    def step(self, op: int, d: int, a: int, b: int, c: int) -> None:
        if op in (Op.OUT, Op.PACK, Op.OUTN):
            return self.output(op, d, a, b)
        if Op.LOAD <= op <= Op.SUM:
            bound = self.value(op, a, b, c)
            if bound >= LARGEST:
                raise Malformed("a number could overflow")
            self.bounds[self.within(d, self.of.numbers)] = bound
            return None
        if op in (Op.AND, Op.ANDN, Op.NOR):
            self.plane(a)
            self.plane(b)
        elif op == Op.NOT:
            self.plane(a)
        elif op == Op.BITS:
            self.slot(a, Slot.BITS)
        elif op == Op.GE32:
            low, high = INT32
            if self.slot(a, Slot.INT32, Slot.INT16) == Slot.INT16:
                low, high = INT16[0] + 1, INT16[1]
            if not low <= self.constant(b) <= high:
                raise Malformed("constant")
        elif op == Op.EQ8:
            self.slot(a, Slot.BYTE)
            self.within(b, 256)
        elif op == Op.GEC:
            self.number(a)
            self.constant(b)
        elif op == Op.GE:
            self.number(a)
            self.number(b)
        elif op not in (Op.ZERO, Op.ONE):
            raise Malformed("operation")
        self.written[self.within(d, self.of.planes)] = True
        return None

    def value(self, op: int, a: int, b: int, c: int) -> int:
        if op == Op.LOAD:
            self.slot(a, Slot.INT32)
            return 1 << 31
        if op == Op.CONST:
            return abs(self.constant(a))
        if op == Op.ADD:
            return self.number(a) + self.number(b)
        if op == Op.MUL:
            return self.number(a) * abs(self.constant(b))
        if op == Op.SEL:
            self.plane(a)
            return max(self.number(b), self.number(c))
        if op == Op.SUM:
            pairs = self.listed(a, b, 2)
            total = abs(self.constant(c))
            for plane, weight in zip(pairs[::2], pairs[1::2], strict=True):
                self.plane(plane)
                total += abs(self.constant(weight))
            return total
        return max(self.number(a), self.number(b))

    def output(self, op: int, d: int, a: int, b: int) -> None:
        kind = self.of.outs[self.within(d, len(self.of.outs))]
        if self.given[d]:
            raise Malformed("an output is written twice")
        self.given[d] = True
        if op == Op.OUT:
            self.plane(a)
            fits = kind == Out.BITS
        elif op == Op.OUTN:
            self.number(a)
            fits = kind == Out.NUMBER
        else:
            for plane in self.listed(a, b, 1):
                self.plane(plane)
            fits = (kind == Out.BYTE and b <= 8) or (kind == Out.MASK and b <= 64)
        if not fits:
            raise Malformed("output")
