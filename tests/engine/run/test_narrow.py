"""Numbers enter in 16 bits where these say as much, and in 32 where they do not."""

import pytest

from sangao.engine.run.circuit import Circuit
from sangao.engine.run.flat import INT16, INT32, Op, Out, Program, Slot, verify
from sangao.engine.run.registers import Writer

ENDS = (INT32[0], INT16[0] - 1, INT16[0], INT16[0] + 1, -1, 0, 1, INT16[1] - 1, INT16[1], INT16[1] + 1, INT32[1])


def compared(*limits: int, narrow: bool = True, summed: bool = False) -> Program:
    """Return a program that compares one column with some limits and, where `summed`, gives it back."""
    circuit = Circuit()
    number = circuit.load(circuit.slot(Slot.INT32))
    wanted = [(Out.BITS, (circuit.at_least(number, limit),)) for limit in limits]
    program = Writer(circuit, narrow).program([*wanted, *([(Out.NUMBER, (number,))] if summed else [])])
    verify(program)
    return program


@pytest.mark.parametrize("limit", ENDS[1:])
def test_a_column_is_narrow_where_every_limit_tells_the_same_numbers_apart(limit: int) -> None:
    program = compared(0, limit)
    held = [min(max(one, INT16[0]), INT16[1]) for one in ENDS]
    same = [one >= limit for one in ENDS] == [one >= limit for one in held]
    assert (program.slots[0] == Slot.INT16) == same
    assert {program.constants[b] for op, b in zip(program.code[::5], program.code[3::5], strict=True) if op == Op.GE32}


def test_a_column_that_is_more_than_compared_stays_as_it_is() -> None:
    assert compared(0, 5, summed=True).slots == (Slot.INT32,)
    assert compared(0, 5, narrow=False).slots == (Slot.INT32,)
    assert compared(0, 5).slots == (Slot.INT16,)
