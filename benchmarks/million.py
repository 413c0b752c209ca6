"""A million patients, one thread: the kernel and the Python columns against peers on the same rules and columns.

`million.py [--rows N] [--rounds N]`. The peers (numpy, Polars) are given the very flat program the kernel runs, one
expression per instruction: the same outputs with all of "unknown", by engines that have no word for it. A query tuned
by hand may do better. All outputs are compared before anything is timed; times are CPU time of the process, taken in
turns; the median and the range are shown. A peer that is not installed is reported as absent.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sangao
from sangao.engine import native
from sangao.engine.run import columns
from sangao.engine.run.flat import Op, Out, Program, Slot
from sangao.engine.run.lowering import Flat, lower

PACK = "htn_guideline_2024"
DECISIONS = ("htn.class", "htn.grade", "htn.risk")
FIELDS = ("value", "known", "settled", "at_least", "at_most")
BLOCK = 65_536  # patients drawn; more rows repeat them
BLANK = 0.1
Run = Callable[[], Any]


def drawn(pack: Any, flat: Flat, rows: int) -> tuple[bytes, ...]:
    """Return columns of random patients: a tenth of every column is blank, numbers lie around their limits."""
    chance = random.Random(20261122)
    edges: dict[int, list[int]] = {}
    code, constants = flat.program.code, flat.program.constants
    for at in range(0, len(code), 5):
        if code[at] == Op.GE32:
            edges.setdefault(code[at + 2], []).append(constants[code[at + 3]])
    found = []
    for i, (place, kind) in enumerate(zip(flat.slots, flat.program.slots, strict=True)):
        if kind == Slot.INT32:
            near = edges.get(i, [0])
            wide = max(max(near) - min(near), abs(near[0]) // 4, 8)
            low, high = min(near) - wide // 2, max(near) + wide // 2
            block = array("i", [chance.randint(low, high) for _ in range(BLOCK)]).tobytes()
        elif kind == Slot.BYTE:
            many = len(pack.leaves[place.leaf].values)
            block = bytes(chance.randrange(many) for _ in range(BLOCK))
        else:
            share = 1 - BLANK if place.part == "valid" else 0.1
            block = columns.bitmap(chance.random() < share for _ in range(BLOCK))
        found.append(block * (rows // BLOCK))
    return tuple(found)


# --- peers ------------------------------------------------------------------------------------------------------------
def with_numpy(np: Any, program: Program, slots: tuple[bytes, ...], rows: int, chunk: int = 16_384) -> Run:
    """Return a run of the program with one numpy operation per instruction, in chunks that stay in the cache."""
    kinds = {Slot.BYTE: np.uint8, Slot.INT32: np.int32}
    given = [
        np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").astype(bool)
        if kind == Slot.BITS
        else np.frombuffer(data, kinds[Slot(kind)])
        for kind, data in zip(program.slots, slots, strict=True)
    ]
    steps = [program.code[at : at + 5] for at in range(0, len(program.code), 5)]
    outs = [np.empty(rows, bool if kind == Out.BITS else np.uint8) for kind in program.outs]

    def run() -> list[Any]:
        plane: list[Any] = [None] * program.planes
        for first in range(0, rows, chunk):
            last = min(rows, first + chunk)
            for op, d, a, b, _ in steps:
                if op == Op.AND:
                    plane[d] = plane[a] & plane[b]
                elif op == Op.ANDN:
                    plane[d] = plane[a] > plane[b]
                elif op == Op.NOR:
                    plane[d] = ~(plane[a] | plane[b])
                elif op == Op.NOT:
                    plane[d] = ~plane[a]
                elif op == Op.BITS:
                    plane[d] = given[a][first:last]
                elif op == Op.GE32:
                    plane[d] = given[a][first:last] >= program.constants[b]
                elif op == Op.EQ8:
                    plane[d] = given[a][first:last] == b
                elif op == Op.OUT:
                    outs[d][first:last] = plane[a]
                elif op == Op.PACK:
                    total = np.zeros(last - first, np.uint8)
                    for i, one in enumerate(program.lists[a : a + b]):
                        total |= plane[one].view(np.uint8) << np.uint8(i)
                    outs[d][first:last] = total
                else:
                    raise NotImplementedError(Op(op).name)
        return outs

    return run


def with_polars(pl: Any, np: Any, program: Program, slots: tuple[bytes, ...]) -> Run:
    """Return a run of the program as a lazy query: one column per instruction, in as few steps as they allow."""
    kinds = {Slot.BYTE: np.uint8, Slot.INT32: np.int32}
    frame = pl.DataFrame(
        {
            f"s{i}": np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").astype(bool)
            if kind == Slot.BITS
            else np.frombuffer(data, kinds[Slot(kind)])
            for i, (kind, data) in enumerate(zip(program.slots, slots, strict=True))
        }
    )
    layers: list[list[Any]] = []
    now: dict[int, tuple[str, int]] = {}  # the column that holds a register, and the step that makes it

    def read(at: int) -> Any:
        return pl.col(now[at][0])

    for at in range(0, len(program.code), 5):
        op, d, a, b, _ = program.code[at : at + 5]
        used: list[int] = []
        if op in (Op.AND, Op.ANDN, Op.NOR):
            used = [a, b]
            made = {Op.AND: read(a) & read(b), Op.ANDN: read(a) & ~read(b), Op.NOR: ~(read(a) | read(b))}[Op(op)]
        elif op in (Op.NOT, Op.OUT):
            used = [a]
            made = ~read(a) if op == Op.NOT else read(a)
        elif op in (Op.BITS, Op.GE32, Op.EQ8):
            made = pl.col(f"s{a}")
            made = made if op == Op.BITS else made >= program.constants[b] if op == Op.GE32 else made == b
        elif op == Op.PACK:
            used = list(program.lists[a : a + b])
            made = pl.lit(0, pl.UInt8)
            for i, one in enumerate(used):
                made = made + read(one).cast(pl.UInt8) * pl.lit(1 << i, pl.UInt8)
        else:
            raise NotImplementedError(Op(op).name)
        layer = 1 + max((now[one][1] for one in used), default=-1)
        name = f"o{d}" if op >= Op.OUT else f"p{at}"
        if op < Op.OUT:
            now[d] = (name, layer)
        while len(layers) <= layer:
            layers.append([])
        layers[layer].append(made.alias(name))
    names = [f"o{i}" for i in range(len(program.outs))]

    def run() -> list[Any]:
        lazy = frame.lazy()
        for layer in layers:
            lazy = lazy.with_columns(layer)
        return list(lazy.select(names).collect().get_columns())

    return run


def installed(name: str) -> Any:
    """Return a module, or None."""
    try:
        return __import__(name)
    except ImportError:
        return None


# --- the page ---------------------------------------------------------------------------------------------------------
def spread_out(program: Program, outs: Any, rows: int) -> list[bytes]:
    """Return outputs with one byte per patient, for comparison with engines that know no bitmaps."""
    found = []
    for kind, data in zip(program.outs, outs, strict=True):
        if kind == Out.BITS:
            text = format(int.from_bytes(data, "little"), f"0{rows}b").encode()[::-1]
            found.append(text.translate(columns.UNITS)[:rows])
        else:
            found.append(bytes(data))
    return found


def main() -> int:
    """Compare, time in turns, print one page."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rows", type=int, default=1_048_576)
    read.add_argument("--rounds", type=int, default=15)
    args = read.parse_args()
    rows = max(BLOCK, args.rows // BLOCK * BLOCK)
    pack = sangao.load(PACK).compiled
    flat = lower(pack, DECISIONS, differ=(), fields=FIELDS)  # type: ignore[arg-type]
    assert not flat.refused, flat.refused
    program, slots = flat.program, drawn(pack, flat, rows)
    few = tuple(one[: len(one) // (rows // BLOCK)] for one in slots)
    print(f"{PACK}: {', '.join(DECISIONS)}; {', '.join(FIELDS)}; {rows:,} rows, {BLANK:.0%} blank")
    entering, leaving = (sum(map(len, slots)) / rows, sum(1 / 8 if x == Out.BITS else 1 for x in program.outs))
    print(
        f"{len(program.code) // 5} instructions, {program.planes} planes; {platform.machine()}, {os.cpu_count()} cores"
    )
    print(f"{len(slots)} columns in, {len(program.outs)} out: {entering:.1f} and {leaving:.1f} bytes per patient\n")

    by_python = [bytes(one) for one in columns.run(program, columns.Batch(few, BLOCK))]
    runs: dict[str, tuple[Run, int]] = {}
    wide: list[bytes] = []
    if native.is_native():
        kernel = native.Kernel(program.dumps())
        for level, name in (
            (native.AVX2, "kernel, AVX2"),
            (native.SSE2, "kernel, SSE2"),
            (native.PLAIN, "kernel, plain C"),
        ):
            if level <= native.best():
                assert [bytes(one) for one in kernel.run(few, BLOCK, most=level)] == by_python, name
                outs = kernel.run(slots, rows, most=level)
                wide = wide or spread_out(program, outs, rows)
                runs[name] = (lambda level=level, outs=outs: kernel.run(slots, rows, outs=outs, most=level), rows)  # type: ignore[misc]
    else:
        print("kernel: absent")
    np, pl = installed("numpy"), installed("polars")
    expected = wide or spread_out(program, by_python, BLOCK) * 1
    if np is not None:
        peers = {"numpy, 16k chunks": with_numpy(np, program, slots, rows)}
        if pl is not None:
            peers["Polars, 1 thread"] = with_polars(pl, np, program, slots)
        for name, run in peers.items():
            for one, right in zip(run(), expected, strict=True):
                assert np.asarray(one).astype(np.uint8).tobytes()[: len(right)] == right, name
            runs[name] = (run, rows)
        flats = [np.frombuffer(one, np.uint8)[: len(one) // 8 * 8].view(np.uint64) for one in slots]
        room = [np.zeros(rows // 8 if kind == Out.BITS else rows, np.uint8) for kind in program.outs]

        def floor() -> None:
            for one in flats:
                one.max()
            for one in room:
                one.fill(1)

        runs["floor: read once, write once"] = (floor, rows)
    for name, found in (("numpy", np), ("Polars", pl)):
        if found is None:
            print(f"{name}: absent")
    runs["Python columns"] = (lambda: columns.run(program, columns.Batch(few, BLOCK)), BLOCK)
    print("all outputs of all runners are equal\n")

    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(args.rounds):
        for name, (run, size) in runs.items():
            if name in ("Python columns", "Polars, 1 thread") and turn >= max(3, args.rounds // 3):
                continue  # slow: fewer rounds, still in turns
            start = time.process_time()
            run()
            times[name].append((time.process_time() - start) / size * 1e9)
    best = statistics.median(times[next(iter(runs))])
    print(f"{'':30}{'ns per patient':>16}{'range':>22}{'× the first':>14}")
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:30}{middle:16.2f}{f'{min(found):.2f} … {max(found):.2f}':>22}{middle / best:14.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
