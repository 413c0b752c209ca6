"""Edges of columns: garbage under blanks, the ends of integers, slots that begin anywhere, another instruction set."""

import os
import shutil
import subprocess
from array import array
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cffi import FFI

from sangao.engine import native
from sangao.engine.pack import ir
from sangao.engine.run import columns
from sangao.engine.run.columns import Answered, Batch, enter
from sangao.engine.run.flat import Slot
from sangao.engine.run.lowering import Flat, lower
from tests.laws.columns import LENGTHS, LONG, made, same
from tests.laws.random_packs import values
from tests.native.programs import everything
from tests.native.test_native import COMPILER, LEVELS, agree, buffers, needs_kernel

ENDS = (-(2**31), -(2**31) + 1, -1, 0, 1, 2**31 - 2, 2**31 - 1)
SEEDS = range(2_000 if LONG else 60)
Pass = dict[str, Any]


def extreme(random: Random, pack: ir.Pack, charts: list[tuple[Pass, Pass]]) -> list[tuple[Pass, Pass]]:
    """Return the charts with numbers and dates at the ends of 32 bits, as one value or as an interval."""
    for opened, assumed in charts:
        for name, leaf in pack.leaves.items():
            if leaf.kind in ("number", "date") and opened[name] is not None:
                low, high = sorted((random.choice(ENDS), random.choice(ENDS)))
                opened[name] = assumed[name] = (low, high) if random.random() < 0.5 else (low, low)
    return charts


def everywhere(pack: ir.Pack, program: Flat, charts: list[tuple[Pass, Pass]]) -> None:
    """Check the definition, the columns in Python and the kernel against each other."""
    batch = enter(program, charts)
    same(pack, Answered(program, columns.run(program.program, batch), batch.rows), charts)
    if native.is_native():
        agree(program.program, batch)


def test_the_ends_of_integers_are_answered_by_every_runner_as_the_definition_says() -> None:
    for seed in SEEDS:
        pack, charts = made(seed, 20)
        program = lower(pack, pack.decisions, half=pack.leaves)
        if not program.refused:  # what could overflow was refused by name before any chart was looked at
            everywhere(pack, program, extreme(Random(seed), pack, charts))


def test_columns_of_which_nothing_is_known_hold_whatever_they_hold() -> None:
    for seed in SEEDS:
        pack, random = made(seed, 1)[0], Random(seed)
        chart = values(random, pack, 1.0)
        program = lower(pack, pack.decisions)  # plain leaves: a value, and where it is known
        batch = enter(program, [chart] * 70)
        slots, changed = list(batch.slots), 0
        for i, (place, kind) in enumerate(zip(program.slots, program.program.slots, strict=True)):
            value = chart[place.assumed][place.leaf]
            blank = value is None or (isinstance(value, int) and value & value - 1 != 0)
            if place.part == "value" and blank:
                size = len(slots[i] or b"")
                ends = array("i", [random.choice(ENDS) for _ in range(70)]).tobytes()
                slots[i], changed = ends if kind == Slot.INT32 else random.randbytes(size), changed + 1
        assert changed or not program.slots
        garbage = Batch(tuple(slots), 70)
        same(pack, Answered(program, columns.run(program.program, garbage), 70), [chart] * 70)
        if native.is_native():
            agree(program.program, garbage)


@needs_kernel
def test_every_slot_may_begin_somewhere_else() -> None:
    program, random, rows = everything(), Random(8), native.chunk() + 70
    kernel = native.Kernel(program.dumps())
    for _ in range(6):
        offsets = [random.choice((0, 1, 7, 8, 9, 63, 64, 65, 511)) for _ in program.slots]
        whole = buffers(random, rows + 511, True)
        bits = int.from_bytes(whole[0] or b"", "little") >> offsets[0]
        cut: list[Any] = [bits.to_bytes((rows + 511 + 7) // 8, "little"), None]
        cut += [(whole[i] or b"")[offsets[i] * width :] for i, width in ((2, 4), (3, 4), (4, 1), (5, 2))]
        expected = [bytes(one) for one in columns.run(program, Batch(tuple(cut), rows))]
        for most in LEVELS:
            found = kernel.run(whole, rows, offsets=offsets, most=most)
            assert [bytes(one) for one in found] == expected


@needs_kernel
def test_nobody_is_a_batch() -> None:
    program = everything()
    agree(program, Batch((b"", None, b"", b"", b"", b""), 0))
    agree(program, Batch((b"", b"", b"", b"", b"", b""), 0))


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The kernel without instructions of one machine, as it is built where there is no x86."""
    folder = Path(native.__file__).parent
    library = tmp_path / "plain.so"
    sources = [str(folder / name) for name in ("kernel.c", "plan.c", "leaves.c", "program.c", "simd.c")]
    command = [shutil.which((os.environ.get("CC") or "cc").split()[0]) or "cc", "-std=c11", "-O1", "-shared", "-fPIC"]
    subprocess.run([*command, "-DSANGAO_PLAIN", "-Wall", "-Wextra", "-Werror", *sources, "-o", library], check=True)
    ffi = FFI()
    ffi.cdef((folder / "kernel.h").read_text(encoding="utf-8"))
    monkeypatch.setattr(native, "ffi", ffi)
    monkeypatch.setattr(native, "lib", ffi.dlopen(str(library)))
    yield


@pytest.mark.skipif(COMPILER is None, reason="no compiler on this machine")
def test_a_build_for_no_machine_in_particular_answers_the_same(plain: None) -> None:
    assert native.best() == native.PLAIN
    for rows in LENGTHS:
        agree(everything(), Batch(buffers(Random(rows), rows, True), rows))
    for seed in SEEDS:
        pack, charts = made(seed, 70)
        program = lower(pack, pack.decisions, half=pack.leaves)
        agree(program.program, enter(program, charts))
