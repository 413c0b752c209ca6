"""A million patients, one thread: the kernel and the Python columns against peers, on the same rules and columns.

`million.py [--rows N] [--rounds N] [--only NAME …]`. The rules: hypertension grade, risk and targets; diabetes state,
referral and follow-up; ASCVD class and lipid target. The peers (numpy, numba, Polars, DuckDB) are given the very flat
programs the kernel runs (`bulk_peers.py`): the same outputs with all of "unknown". All outputs of all engines are
compared before anything is timed, those of a program of numbers too, which is not timed. Times are CPU time of the
process, taken in turns; ratios are medians of the ratios inside a turn. What is not installed is reported as absent.
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
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

try:
    import bulk_peers
    import numpy as np
except ImportError as error:
    sys.exit(f"{error.name} is not installed: pip install 'sangao[arrow]'")

import sangao
from sangao.engine import native
from sangao.engine.run import columns
from sangao.engine.run.flat import INT16, Op, Out, Program, Slot
from sangao.engine.run.lowering import Flat, lower

CODES = ("value", "known", "settled", "at_least", "at_most")
WORK = (
    ("htn_guideline_2024", ("htn.grade", "htn.risk", "htn.target"), CODES),
    ("dm_primary_2025", ("dm.state", "dm.referral", "dm.next_visit"), CODES),
    ("lipid_2023", ("ascvd.risk", "lipid.target"), CODES),
)
NUMBERS = ("dm_primary_2025", ("dm.cdrs_points",), ("possible", "at_least", "at_most", "taken", "value", "certain"))
BLOCK = 65_536  # patients drawn; more rows repeat them
BLANK = 0.1
SLOW = {"Python columns": 1, "DuckDB, 1 thread": 1}  # engines given so many blocks and no more
SELDOM = {"Python columns", "DuckDB, 1 thread", "Polars, 1 thread"}  # and fewer turns
LEVELS = ((native.AVX2, "kernel, AVX2"), (native.SSE2, "kernel, SSE2"), (native.PLAIN, "kernel, plain C"))
FLOOR = "floor: read once, write once"
Run = Callable[[], Any]
Part = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Task:
    """One program with its columns; `expected` are its outputs for the first block of patients."""

    program: Program
    slots: tuple[bytes, ...]  # of one block
    expected: list[Any]
    made: dict[tuple[str, int], Any] = field(default_factory=dict)  # engines share what they only read

    def wide(self, blocks: int) -> tuple[bytes, ...]:
        """Return the columns of so many blocks."""
        key = "wide", blocks
        if key not in self.made:
            self.made[key] = tuple(one * blocks for one in self.slots)
        found: tuple[bytes, ...] = self.made[key]
        return found

    def unpacked(self, blocks: int) -> Any:
        """Return the columns of so many blocks as arrays, truths one per byte."""
        key = "unpacked", blocks
        if key not in self.made:
            self.made[key] = bulk_peers.unpacked(self.program, self.wide(blocks), blocks * BLOCK)
        return self.made[key]


def drawn(pack: Any, flat: Flat, rows: int) -> tuple[bytes, ...]:
    """Return columns of random patients: a tenth of every column is blank, numbers lie around their limits."""
    chance = random.Random(20261122)
    edges: dict[int, list[int]] = {}
    for op, _, operands in bulk_peers.steps(flat.program):
        if op == Op.GE32:
            edges.setdefault(operands[0], []).append(operands[1])
    found = []
    for i, (place, kind) in enumerate(zip(flat.slots, flat.program.slots, strict=True)):
        if kind in (Slot.INT32, Slot.INT16):
            near = edges.get(i, [0])
            wide = max(max(near) - min(near), abs(near[0]) // 4, 8)
            low, high = min(near) - wide // 2, max(near) + wide // 2
            if kind == Slot.INT16:
                low, high = max(low, INT16[0]), min(high, INT16[1])
            code = "h" if kind == Slot.INT16 else "i"
            found.append(array(code, [chance.randint(low, high) for _ in range(rows)]).tobytes())
        elif kind == Slot.BYTE:
            many = len(pack.leaves[place.leaf].values)
            found.append(bytes(chance.randrange(many) for _ in range(rows)))
        else:
            share = 1 - BLANK if place.part == "valid" else 0.1
            found.append(columns.bitmap(chance.random() < share for _ in range(rows)))
    return tuple(found)


def task(part: Part) -> Task:
    """Return the task of some decisions; what is expected comes from the Python columns, which know no peer."""
    name, decisions, fields = part
    pack = sangao.load(name).compiled
    flat = lower(pack, decisions, differ=(), fields=fields)  # type: ignore[arg-type]
    assert not flat.refused, flat.refused
    slots = drawn(pack, flat, BLOCK)
    print(f"{name}: {', '.join(decisions)}: {len(flat.program.code) // 5} instructions, {len(slots)} columns in")
    return Task(flat.program, slots, arrays(flat.program, columns.run(flat.program, columns.Batch(slots, BLOCK))))


def arrays(program: Program, outs: Iterable[Any]) -> list[Any]:
    """Return outputs as arrays, truths one per byte."""
    return [
        np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        if kind == Out.BITS
        else np.frombuffer(data, bulk_peers.OUTS[Out(kind)])
        for kind, data in zip(program.outs, outs, strict=True)
    ]


# --- engines ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Engine:
    """How an engine runs so many blocks of a task. `packed`: its truths come as bitmaps."""

    make: Callable[[Task, int], Run]
    packed: bool = False


def by_kernel(level: int) -> Callable[[Task, int], Run]:
    """Return what makes runs of the kernel at one level."""

    def make(one: Task, blocks: int) -> Run:
        kernel, slots = native.Kernel(one.program.dumps()), one.wide(blocks)
        outs = kernel.run(slots, blocks * BLOCK, most=level)
        return lambda: kernel.run(slots, blocks * BLOCK, outs=outs, most=level)

    return make


def by_python(one: Task, blocks: int) -> Run:
    """Return a run of the Python columns."""
    slots = one.wide(blocks)
    return lambda: columns.run(one.program, columns.Batch(slots, blocks * BLOCK))


def floor(one: Task, blocks: int) -> Run:
    """Return a run that reads every column once and writes every output once, and does nothing else."""
    given = [np.frombuffer(data, np.uint64) for data in one.wide(blocks)]
    rows = blocks * BLOCK
    room = [np.zeros(rows // 8 if kind == Out.BITS else rows, bulk_peers.OUTS[Out(kind)]) for kind in one.program.outs]

    def run() -> None:
        for data in given:
            np.bitwise_or.reduce(data)  # the fastest reader numpy has
        for out in room:
            out.fill(1)

    return run


def installed(name: str) -> Any:
    """Return a module, or None."""
    try:
        return __import__(name)
    except ImportError:
        print(f"{name}: absent")
        return None


def engines() -> dict[str, Engine]:
    """Return every engine there is here, the best kernel first."""
    found: dict[str, Engine] = {}
    if native.is_native():
        found = {name: Engine(by_kernel(level), True) for level, name in LEVELS if level <= native.best()}
    else:
        print("kernel: absent")

    found["numpy, 16k chunks"] = Engine(
        lambda one, blocks: bulk_peers.with_numpy(one.program, one.unpacked(blocks), blocks * BLOCK)
    )
    if (numba := installed("numba")) is not None:
        found["numba"] = Engine(
            lambda one, blocks: bulk_peers.with_numba(numba, one.program, one.unpacked(blocks), blocks * BLOCK)
        )
    if (polars := installed("polars")) is not None:
        found["Polars, 1 thread"] = Engine(
            lambda one, blocks: bulk_peers.with_polars(polars, one.program, one.unpacked(blocks))
        )
    if (duckdb := installed("duckdb")) is not None:
        found["DuckDB, 1 thread"] = Engine(
            lambda one, blocks: bulk_peers.with_duckdb(duckdb, one.program, one.unpacked(blocks))
        )
    found["Python columns"] = Engine(by_python, True)
    return found


def compare(name: str, engine: Engine, one: Task, run: Run) -> None:
    """Assert that every output of a run is what was expected, for every patient."""
    outs = run()
    for i, out in enumerate(arrays(one.program, outs) if engine.packed else outs):
        blocks = np.asarray(out).reshape(-1, BLOCK)
        assert (blocks == one.expected[i]).all(), f"{name}: output {i} differs"


# --- the page ---------------------------------------------------------------------------------------------------------
def timed(runs: dict[str, tuple[list[Run], int]], rounds: int) -> dict[str, list[float]]:
    """Return ns per patient of every engine, turn by turn; slow ones get fewer turns, still among the others."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds):
        for name, (tasks, rows) in runs.items():
            if name in SELDOM and turn >= max(3, rounds // 5):
                continue
            start = time.process_time()
            for run in tasks:
                run()
            times[name].append((time.process_time() - start) / rows * 1e9)
    return times


def table(times: dict[str, list[float]]) -> None:
    """Print medians, and ratios to the first engine and to the floor inside a turn."""
    first, lowest = next(iter(times.values())), times[FLOOR]
    print(f"{'':30}{'ns per patient':>16}{'range':>24}{'× the first':>13}{'× the floor':>13}")
    for name, found in times.items():
        shown = f"{min(found):.1f} … {max(found):.1f}"
        ratios = [statistics.median(a / b for a, b in zip(found, base, strict=False)) for base in (first, lowest)]
        print(f"{name:30}{statistics.median(found):16.1f}{shown:>24}{ratios[0]:13.2f}{ratios[1]:13.2f}")


def main() -> int:
    """Compare, time in turns, print one page."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rows", type=int, default=1_048_576)
    read.add_argument("--rounds", type=int, default=15)
    read.add_argument("--only", nargs="*", default=[], help="engines whose names begin so (the floor always runs)")
    args = read.parse_args()
    blocks = max(1, args.rows // BLOCK)
    tasks = [task(part) for part in WORK]
    chosen = engines()
    if args.only:
        chosen = {name: one for name, one in chosen.items() if name.startswith(tuple(args.only))}
    numbers = task(NUMBERS)
    runs: dict[str, tuple[list[Run], int]] = {}
    for name, engine in chosen.items():
        compare(name, engine, numbers, engine.make(numbers, 1))
        size = min(blocks, SLOW.get(name, blocks))
        made = [engine.make(one, size) for one in tasks]
        for one, run in zip(tasks, made, strict=True):
            compare(name, engine, one, run)
        runs[name] = made, size * BLOCK
    runs[FLOOR] = [floor(one, blocks) for one in tasks], blocks * BLOCK
    print("all outputs of all engines are equal\n")
    entering = sum(len(data) for one in tasks for data in one.slots) / BLOCK
    leaving = sum(1 / 8 if kind == Out.BITS else 1 for one in tasks for kind in one.program.outs)
    print(f"{blocks * BLOCK:,} patients, {BLANK:.0%} blank; {entering:.0f} bytes in and {leaving:.1f} out per patient")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {args.rounds} turns, CPU time")
    for name, size in SLOW.items():
        if name in runs:
            print(f"{name}: {min(size, blocks) * BLOCK:,} patients")
    print()
    table(timed(runs, args.rounds))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
