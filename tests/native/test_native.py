"""The kernel: what Python columns answer, it answers, byte for byte; what is no sound program it does not run."""

import os
import shutil
import struct
import sysconfig
from array import array
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest

from sangao.engine import native
from sangao.engine.chart import Chart
from sangao.engine.run import columns, flat
from sangao.engine.run.columns import Batch, enter
from sangao.engine.run.flat import Op, Out, Program, Slot
from tests.laws.charts import Charts
from tests.laws.columns import LENGTHS, LONG, RICH, lowered, made
from tests.laws.test_charts import PACKS, pack
from tests.native.programs import everything

COMPILER = shutil.which((os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0])
SEEDS = 20_000 if LONG else 300
LEVELS = (native.PLAIN, native.SSE2, native.AVX2)

needs_kernel = pytest.mark.skipif(not native.is_native(), reason="no kernel in this installation")


@pytest.mark.skipif(COMPILER is None, reason="no compiler on this machine")
def test_the_kernel_was_built_where_a_compiler_exists() -> None:
    assert native.is_native(), "an optional extension fails silently: see what `pip install -v -e .` says"


def agree(program: Program, batch: Batch) -> None:
    """Check the kernel at every level of instructions against Python."""
    expected = [bytes(one) for one in columns.run(program, batch)]
    kernel = native.Kernel(program.dumps())
    for most in LEVELS:
        assert [bytes(one) for one in kernel.run(batch.slots, batch.rows, most=most)] == expected, most


@needs_kernel
@pytest.mark.parametrize("first", range(0, SEEDS, 100))
def test_the_kernel_answers_random_packs_as_columns_do(first: int) -> None:
    for seed in range(first, first + 100):
        rules, charts = made(seed, 70)
        program = lowered(rules)
        agree(program.program, enter(program, charts))


@needs_kernel
@pytest.mark.parametrize("name", PACKS)
def test_the_kernel_answers_generated_charts_as_columns_do(name: str) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 20261122)
    admitted = [asked.admit(Chart.from_dict(charts.one())) for _ in range(5_000 if LONG else 65)]
    program = lowered(asked.compiled)
    agree(program.program, enter(program, [(one.open, one.assumed) for one in admitted]))


def buffers(random: Random, rows: int, extreme: bool) -> tuple[bytes | None, ...]:
    """Return columns for `everything`: any bits, the ends of integers."""
    bits = random.randbytes((rows + 7) // 8)
    ends = (-(2**31), -1, 0, 1, 2**31 - 1)
    draw = (lambda: random.choice(ends)) if extreme else (lambda: random.randint(-(2**31), 2**31 - 1))
    numbers = [array("i", [draw() for _ in range(rows)]).tobytes() for _ in range(2)]
    narrow = array("h", [min(max(draw(), -(2**15)), 2**15 - 1) if extreme else draw() >> 16 for _ in range(rows)])
    return (bits, None, *numbers, random.randbytes(rows), narrow.tobytes())


@needs_kernel
@pytest.mark.parametrize("extreme", (False, True))
@pytest.mark.parametrize("rows", LENGTHS)
def test_every_operation_at_every_length(rows: int, extreme: bool) -> None:
    agree(everything(), Batch(buffers(Random(rows), rows, extreme), rows))


@needs_kernel
def test_columns_may_begin_anywhere() -> None:
    program, random = everything(), Random(5)
    kernel = native.Kernel(program.dumps())
    for offset in (1, 3, 7, 8, 9, 63, 64, 65):
        rows = native.chunk() + 70
        whole = buffers(random, rows + offset, False)
        bits = int.from_bytes(whole[0] or b"", "little") >> offset
        cut = (bits.to_bytes((rows + offset + 7) // 8, "little"), *whole[1:])
        sliced = [one if one is None or i == 0 else one[offset * (0, 0, 4, 4, 1, 2)[i] :] for i, one in enumerate(cut)]
        expected = [bytes(one) for one in columns.run(program, Batch(tuple(sliced), rows))]
        assert [bytes(one) for one in kernel.run(whole, rows, offsets=(offset,) * 6)] == expected


@needs_kernel
def test_a_column_is_never_read_beyond_its_end_nor_an_output_written_there() -> None:
    program, kernel = everything(), native.Kernel(everything().dumps())
    for rows in (1, 63, 65, 8193):
        given = buffers(Random(rows), rows, False)
        outs = [bytearray(b"\xa5" * (len(one) + 9)) for one in columns.run(program, Batch(given, rows))]
        kernel.run(given, rows, outs=outs)
        assert all(one.endswith(b"\xa5" * 9) for one in outs)
        for short in range(6):
            cut = [one[:-1] if one and i == short else one for i, one in enumerate(given)]
            if cut[short] is not None:
                with pytest.raises(ValueError, match="too short"):
                    kernel.run(cut, rows)
        outs[20] = outs[20][: 8 * rows - 1]
        with pytest.raises(ValueError, match="output 20 is too short"):
            kernel.run(given, rows, outs=outs)


@needs_kernel
def test_threads_share_a_kernel_and_its_outputs() -> None:
    program, rows = everything(), native.chunk() * 6 + 5
    given = buffers(Random(9), rows, False)
    kernel = native.Kernel(program.dumps())
    expected = [bytes(one) for one in kernel.run(given, rows)]
    outs = [bytearray(len(one)) for one in expected]
    step = native.chunk() * 2
    with ThreadPoolExecutor(4) as pool:
        parts = [(at, min(step, rows - at)) for at in range(0, rows, step)]
        list(pool.map(lambda part: kernel.run(given, part[1], outs=outs, start=part[0]), parts))
    assert [bytes(one) for one in outs] == expected


@needs_kernel
def test_the_kernel_rejects_exactly_the_programs_that_python_rejects() -> None:
    random, rejected = Random(3), 0
    for source in (everything(), lowered(made(RICH)[0]).program):
        data = source.dumps()
        for _ in range(3_000):
            wrong = bytearray(data)
            for _ in range(random.choice((1, 1, 2))):
                wrong[random.randrange(len(wrong))] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
            try:
                flat.loads(bytes(wrong))
                sound = True
            except flat.Malformed:
                sound = False
            try:
                native.Kernel(bytes(wrong))
                taken = True
            except ValueError:
                taken = False
            assert sound == taken
            rejected += not sound
        for size in range(0, len(data), 5):
            with pytest.raises(ValueError):
                native.Kernel(data[:size])
    assert rejected > 1_000


@needs_kernel
@pytest.mark.parametrize("version", [0, 3, 255])
def test_a_program_of_another_version_is_not_run(version: int) -> None:
    data = everything().dumps()
    with pytest.raises(ValueError, match="head"):
        native.Kernel(data[:8] + struct.pack("<I", version) + data[12:])


@needs_kernel
def test_columns_of_16_bits_came_with_the_second_version() -> None:
    data = everything().dumps()
    assert data[8:12] == struct.pack("<I", 2)
    older = data[:8] + struct.pack("<I", 1) + data[12:]
    with pytest.raises(ValueError, match="kind"):
        native.Kernel(older)
    with pytest.raises(flat.Malformed, match="kind"):
        flat.loads(older)
    slots = tuple(Slot.INT32 if one == Slot.INT16 else one for one in everything().slots)
    wide = replace(everything(), slots=slots)
    assert wide.dumps()[8:12] == struct.pack("<I", 1), "what was written before is written as before"
    assert flat.loads(wide.dumps()) == wide and native.Kernel(wide.dumps())


@needs_kernel
def test_the_lower_end_of_16_bits_is_no_limit() -> None:
    for limit, sound in ((-(2**15), False), (-(2**15) + 1, True), (2**15 - 1, True), (2**15, False)):
        one = Program((Slot.INT16,), (Out.BITS,), 1, 0, (limit,), (), (Op.GE32, 0, 0, 0, 0, Op.OUT, 0, 0, 0, 0))
        if sound:
            assert flat.loads(one.dumps()) == one and native.Kernel(one.dumps())
            continue
        with pytest.raises(flat.Malformed):
            flat.loads(one.dumps())
        with pytest.raises(ValueError, match="operand"):
            native.Kernel(one.dumps())
