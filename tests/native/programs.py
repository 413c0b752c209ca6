"""A program with every operation, written by hand."""

from sangao.engine.run import flat
from sangao.engine.run.flat import Op, Out, Program, Slot


def everything() -> Program:
    """Return a program with every operation."""
    code: list[tuple[int, ...]] = [
        (Op.BITS, 0, 0),
        (Op.BITS, 1, 1),
        (Op.AND, 2, 0, 1),
        (Op.ANDN, 3, 0, 1),
        (Op.NOR, 4, 0, 1),
        (Op.NOT, 5, 4),
        (Op.GE32, 6, 2, 0),
        (Op.GE32, 7, 2, 1),
        (Op.EQ8, 8, 4, 0),
        (Op.EQ8, 9, 4, 255),
        (Op.LOAD, 0, 2),
        (Op.LOAD, 1, 3),
        (Op.ADD, 2, 0, 1),
        (Op.MUL, 3, 2, 2),
        (Op.MIN, 4, 3, 0),
        (Op.MAX, 5, 3, 0),
        (Op.SEL, 6, 5, 4, 5),
        (Op.CONST, 7, 0),
        (Op.SUM, 8, 0, 3, 2),
        (Op.GEC, 10, 3, 1),
        (Op.GE, 11, 6, 2),
        (Op.ZERO, 12),
        (Op.ONE, 13),
        (Op.GE, 14, 7, 8),
        *((Op.OUT, i, i) for i in range(15)),
        *((Op.OUTN, 15 + i, i) for i in range(9)),
        (Op.PACK, 24, 6, 5),
        (Op.PACK, 25, 6, 15),
        (Op.PACK, 26, 6, 0),
        (Op.PACK, 27, 6, 8),
        (Op.GE32, 0, 5, 3),
        (Op.GE32, 1, 5, 4),
        (Op.NOR, 2, 0, 1),
        *((Op.OUT, 28 + i, i) for i in range(3)),
    ]
    lists = (2, 0, 3, 1, 4, 2, *range(15))
    kinds = (*[Out.BITS] * 15, *[Out.NUMBER] * 9, Out.BYTE, Out.MASK, Out.BYTE, Out.BYTE, *[Out.BITS] * 3)
    filled = tuple(x for one in code for x in (*one, *[0] * (5 - len(one))))
    slots = (Slot.BITS, Slot.BITS, Slot.INT32, Slot.INT32, Slot.BYTE, Slot.INT16)
    program = Program(slots, kinds, 15, 9, (0, 2**31 - 1, -(2**20), 2**15 - 1, 1 - 2**15), lists, filled)
    flat.verify(program)
    return program
