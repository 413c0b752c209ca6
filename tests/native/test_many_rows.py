"""A million patients (tier long: a hundred million) through kernel and Python columns, byte for byte alike.

The columns are drawn, not charts: numbers on and around every limit the program compares with, any bits and bytes, so
that a hundred million rows cost minutes. The programs are those of decisions that a county asks for.
"""

from array import array
from random import Random

import pytest

from sangao.engine.run.columns import Batch
from sangao.engine.run.flat import Op, Program, Slot
from sangao.engine.run.lowering import lower
from tests.laws.columns import LONG
from tests.laws.test_charts import pack
from tests.native.test_native import agree, needs_kernel

ASKED = {
    "htn_guideline_2024": ("htn.grade", "htn.risk", "htn.target"),
    "htn_primary_2025": ("htn.diagnosis", "htn.dx_correct", "htn.next_visit"),
    "dm_primary_2025": ("dm.state", "dm.referral", "dm.cdrs_points"),
    "lipid_2023": ("ascvd.risk", "lipid.target"),
}
ROWS = 100_000_000 if LONG else 1_000_000
PART = 1_250_000 if LONG else 125_000  # so many at a time: one test
BLOCK = 50_001  # no multiple of a word or a chunk


def limits(program: Program) -> dict[int, list[int]]:
    """Return, by slot, the numbers on either side of what the program compares it with, and the ends of integers."""
    every = [-(2**31), -1, 0, 1, 2**31 - 1, *(one for one in program.constants if abs(one) < 2**31 - 1)]
    found: dict[int, list[int]] = {}
    for at in range(0, len(program.code), 5):
        op, _, a, b, _ = program.code[at : at + 5]
        if op == Op.GE32:
            found.setdefault(a, []).extend((program.constants[b] - 1, program.constants[b]))
    most = {Slot.INT32: 2**31 - 1, Slot.INT16: 2**15 - 1}
    kinds = enumerate(map(Slot, program.slots))
    return {i: [*found.get(i, every), 0, most[kind], -most[kind] - 1] for i, kind in kinds if kind in most}


class Drawn:
    """Columns for a program, block after block: half of the bits, any byte among the first eight, numbers near limits.

    Numbers are drawn once; each block turns every column by an amount of its own, so that other rows meet.
    """

    def __init__(self, program: Program, seed: str) -> None:
        self.random = Random(seed)
        self.kinds = program.slots
        near = limits(program)
        self.pools = {
            i: array("i" if kind == Slot.INT32 else "h", self.random.choices(near[i], k=BLOCK))
            if i in near
            else array("B", self.random.choices(range(8), k=BLOCK))
            for i, kind in enumerate(program.slots)
            if kind != Slot.BITS
        }

    def block(self, rows: int) -> Batch:
        """Return the next rows, at most a block."""
        slots = []
        for i, kind in enumerate(self.kinds):
            if kind == Slot.BITS:
                slots.append(self.random.randbytes((rows + 7) // 8))
            else:
                turn = self.random.randrange(BLOCK)
                slots.append((self.pools[i][turn:] + self.pools[i][:turn])[:rows].tobytes())
        return Batch(tuple(slots), rows)


@needs_kernel
@pytest.mark.parametrize("first", range(0, ROWS // len(ASKED), PART))
@pytest.mark.parametrize("name", ASKED)
def test_the_kernel_answers_drawn_columns_as_python_does(name: str, first: int) -> None:
    asked = pack(name).compiled
    flat = lower(asked, ASKED[name], half=asked.leaves)
    assert not flat.refused
    drawn = Drawn(flat.program, f"{name} {first}")
    for at in range(0, PART, BLOCK):
        agree(flat.program, drawn.block(min(BLOCK, PART - at)))
