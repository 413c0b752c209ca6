"""The flat program of the kernel, instruction by instruction, in the words of other engines.

Every engine is given the same columns and gives the same outputs, with all of "unknown", though it has no word for it.
A query tuned by hand may do better. Every instruction there is is translated; `million.py` compares all outputs before
it times anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sangao.engine.run.flat import Op, Out, Program, Slot

Run = Callable[[], Any]
KINDS = {Slot.BYTE: np.uint8, Slot.INT32: np.int32, Slot.INT16: np.int16}
OUTS = {Out.BITS: np.bool_, Out.BYTE: np.uint8, Out.MASK: np.uint64, Out.NUMBER: np.int64}
CHUNK = 16_384  # rows that numpy works on at a time, so that they stay in the cache
Step = tuple[Op, int, tuple[Any, ...]]


def steps(program: Program) -> Iterator[Step]:
    """Yield op, destination and operands of each instruction: constants and lists stand in the operands by value."""
    constants, lists = program.constants, program.lists
    for at in range(0, len(program.code), 5):
        code, d, a, b, c = program.code[at : at + 5]
        op = Op(code)
        if op in (Op.GE32, Op.GEC, Op.MUL):
            yield op, d, (a, constants[b])
        elif op == Op.CONST:
            yield op, d, (constants[a],)
        elif op == Op.PACK:
            yield op, d, (lists[a : a + b],)
        elif op == Op.SUM:
            pairs = lists[a : a + 2 * b]
            weighted = [(plane, constants[k]) for plane, k in zip(pairs[::2], pairs[1::2], strict=True)]
            yield op, d, (constants[c], weighted)
        else:
            yield op, d, (a, b, c)


def unpacked(program: Program, slots: Sequence[bytes], rows: int) -> list[Any]:
    """Return the columns as arrays, truths one per byte: no peer reads bitmaps."""
    return [
        np.unpackbits(np.frombuffer(data, np.uint8), count=rows, bitorder="little").view(np.bool_)
        if kind == Slot.BITS
        else np.frombuffer(data, KINDS[Slot(kind)], rows)
        for kind, data in zip(program.slots, slots, strict=True)
    ]


# --- numpy ------------------------------------------------------------------------------------------------------------
def with_numpy(program: Program, given: Sequence[Any], rows: int) -> Run:
    """Return a run of one numpy operation per instruction, in chunks."""
    done = list(steps(program))
    outs = [np.empty(rows, OUTS[Out(kind)]) for kind in program.outs]
    plane: list[Any] = [None] * program.planes
    number: list[Any] = [None] * program.numbers

    def packed(planes: Sequence[int], kind: Any) -> Any:
        total = plane[planes[0]].astype(kind)
        for i, one in enumerate(planes[1:], 1):
            total |= plane[one].astype(kind) << kind(i)
        return total

    def added(base: int, weighted: Sequence[tuple[int, int]], size: int) -> Any:
        total = np.full(size, base, np.int64)
        for one, weight in weighted:
            total += plane[one] * np.int64(weight)
        return total

    def chunk(first: int, last: int) -> None:
        for op, d, x in done:
            match op:
                case Op.AND:
                    plane[d] = plane[x[0]] & plane[x[1]]
                case Op.ANDN:
                    plane[d] = plane[x[0]] > plane[x[1]]
                case Op.NOR:
                    plane[d] = ~(plane[x[0]] | plane[x[1]])
                case Op.NOT:
                    plane[d] = ~plane[x[0]]
                case Op.ZERO | Op.ONE:
                    plane[d] = np.full(last - first, op == Op.ONE)
                case Op.BITS:
                    plane[d] = given[x[0]][first:last]
                case Op.GE32:
                    plane[d] = given[x[0]][first:last] >= x[1]
                case Op.EQ8:
                    plane[d] = given[x[0]][first:last] == x[1]
                case Op.GEC:
                    plane[d] = number[x[0]] >= x[1]
                case Op.GE:
                    plane[d] = number[x[0]] >= number[x[1]]
                case Op.LOAD:
                    number[d] = given[x[0]][first:last].astype(np.int64)
                case Op.CONST:
                    number[d] = np.full(last - first, x[0], np.int64)
                case Op.ADD:
                    number[d] = number[x[0]] + number[x[1]]
                case Op.MUL:
                    number[d] = number[x[0]] * x[1]
                case Op.MIN:
                    number[d] = np.minimum(number[x[0]], number[x[1]])
                case Op.MAX:
                    number[d] = np.maximum(number[x[0]], number[x[1]])
                case Op.SEL:
                    number[d] = np.where(plane[x[0]], number[x[1]], number[x[2]])
                case Op.SUM:
                    number[d] = added(*x, last - first)
                case Op.OUT:
                    outs[d][first:last] = plane[x[0]]
                case Op.OUTN:
                    outs[d][first:last] = number[x[0]]
                case Op.PACK:
                    outs[d][first:last] = packed(x[0], outs[d].dtype.type)

    def run() -> list[Any]:
        for first in range(0, rows, CHUNK):
            chunk(first, min(rows, first + CHUNK))
        return outs

    return run


# --- engines that read text: SQL, Python compiled by numba ------------------------------------------------------------
def sql(op: Op, x: tuple[Any, ...], plane: Callable[[int], str], number: Callable[[int], str], wide: bool) -> str:
    """Return an instruction as an expression of SQL; outputs too."""
    match op:
        case Op.AND:
            return f"{plane(x[0])} AND {plane(x[1])}"
        case Op.ANDN:
            return f"{plane(x[0])} AND NOT {plane(x[1])}"
        case Op.NOR:
            return f"NOT ({plane(x[0])} OR {plane(x[1])})"
        case Op.NOT:
            return f"NOT {plane(x[0])}"
        case Op.ZERO | Op.ONE:
            return "true" if op == Op.ONE else "false"
        case Op.BITS:
            return f"s{x[0]}"
        case Op.GE32:
            return f"s{x[0]} >= {x[1]}"
        case Op.EQ8:
            return f"s{x[0]} = {x[1]}"
        case Op.GEC:
            return f"{number(x[0])} >= {x[1]}"
        case Op.GE:
            return f"{number(x[0])} >= {number(x[1])}"
        case Op.LOAD:
            return f"s{x[0]}::BIGINT"
        case Op.CONST:
            return f"{x[0]}::BIGINT"
        case Op.ADD:
            return f"{number(x[0])} + {number(x[1])}"
        case Op.MUL:
            return f"{number(x[0])} * {x[1]}"
        case Op.MIN | Op.MAX:
            return f"{'least' if op == Op.MIN else 'greatest'}({number(x[0])}, {number(x[1])})"
        case Op.SEL:
            return f"CASE WHEN {plane(x[0])} THEN {number(x[1])} ELSE {number(x[2])} END"
        case Op.SUM:
            terms = [f"{x[0]}::BIGINT", *(f"{plane(one)}::BIGINT * {weight}" for one, weight in x[1])]
            return " + ".join(terms)
        case Op.PACK:
            kind = "UBIGINT" if wide else "UTINYINT"
            return " | ".join(f"({plane(one)}::{kind} * {1 << i}::{kind})" for i, one in enumerate(x[0]))
        case Op.OUT:
            return plane(x[0])
        case Op.OUTN:
            return number(x[0])


def python(op: Op, x: tuple[Any, ...]) -> str:
    """Return an instruction as a Python expression over one row, in the words numba compiles."""
    match op:
        case Op.AND:
            return f"p{x[0]} & p{x[1]}"
        case Op.ANDN:
            return f"p{x[0]} & (not p{x[1]})"
        case Op.NOR:
            return f"not (p{x[0]} | p{x[1]})"
        case Op.NOT:
            return f"not p{x[0]}"
        case Op.ZERO | Op.ONE:
            return str(op == Op.ONE)
        case Op.BITS:
            return f"s{x[0]}[i]"
        case Op.GE32:
            return f"s{x[0]}[i] >= {x[1]}"
        case Op.EQ8:
            return f"s{x[0]}[i] == {x[1]}"
        case Op.GEC:
            return f"n{x[0]} >= {x[1]}"
        case Op.GE:
            return f"n{x[0]} >= n{x[1]}"
        case Op.LOAD:
            return f"int64(s{x[0]}[i])"
        case Op.CONST:
            return f"int64({x[0]})"
        case Op.ADD:
            return f"n{x[0]} + n{x[1]}"
        case Op.MUL:
            return f"n{x[0]} * {x[1]}"
        case Op.MIN | Op.MAX:
            return f"{'min' if op == Op.MIN else 'max'}(n{x[0]}, n{x[1]})"
        case Op.SEL:
            return f"n{x[1]} if p{x[0]} else n{x[2]}"
        case Op.SUM:
            return " + ".join([f"int64({x[0]})", *(f"p{one} * int64({weight})" for one, weight in x[1])])
        case Op.PACK:
            return " | ".join(f"(uint64(p{one}) << uint64({i}))" for i, one in enumerate(x[0]))
        case Op.OUT:
            return f"p{x[0]}"
        case Op.OUTN:
            return f"n{x[0]}"


def with_numba(numba: Any, program: Program, given: Sequence[Any], rows: int) -> Run:
    """Return a run of one compiled loop over the rows; compiled here, once."""
    outs = [np.empty(rows, OUTS[Out(kind)]) for kind in program.outs]
    lines = []
    for op, d, x in steps(program):
        target = f"o{d}[i]" if op >= Op.OUT else f"n{d}" if Op.LOAD <= op < Op.OUT else f"p{d}"
        lines.append(f"        {target} = {python(op, x)}")
    names = [f"s{i}" for i in range(len(given))] + [f"o{i}" for i in range(len(outs))]
    head = f"def row({', '.join(names)}, rows):\n    for i in range(rows):\n"
    space: dict[str, Any] = {"int64": numba.int64, "uint64": numba.uint64}
    exec(head + "\n".join(lines), space)
    compiled = numba.njit(space["row"])
    compiled(*given, *outs, 1)

    def run() -> list[Any]:
        compiled(*given, *outs, rows)
        return outs

    return run


# --- engines of queries: one column per instruction, in as few steps as they allow ------------------------------------
class Layers:
    """Instructions put into steps: each rests on columns of earlier steps. Registers become columns of their own."""

    def __init__(self, program: Program, write: Callable[[Op, int, tuple[Any, ...], Layers], Any]) -> None:
        self.steps: list[list[tuple[str, Any]]] = []
        self.used: list[int] = []
        self.planes: dict[int, tuple[str, int]] = {}
        self.numbers: dict[int, tuple[str, int]] = {}
        for at, (op, d, x) in enumerate(steps(program)):
            self.used = []
            made = write(op, d, x, self)
            step = 1 + max(self.used, default=-1)
            name = f"o{d}" if op >= Op.OUT else f"r{at}"
            if op < Op.OUT:
                (self.numbers if op >= Op.LOAD else self.planes)[d] = (name, step)
            while len(self.steps) <= step:
                self.steps.append([])
            self.steps[step].append((name, made))

    def plane(self, at: int) -> str:
        """Return the column that holds a plane now."""
        self.used.append(self.planes[at][1])
        return self.planes[at][0]

    def number(self, at: int) -> str:
        """Return the column that holds a number now."""
        self.used.append(self.numbers[at][1])
        return self.numbers[at][0]


def with_polars(pl: Any, program: Program, given: Sequence[Any]) -> Run:
    """Return a run as a lazy query of Polars."""
    frame = pl.DataFrame({f"s{i}": one for i, one in enumerate(given)})
    layers = Layers(
        program, lambda op, d, x, here: polars(pl, op, x, here, op >= Op.OUT and program.outs[d] == Out.MASK)
    )
    names = [f"o{i}" for i in range(len(program.outs))]

    def run() -> list[Any]:
        lazy = frame.lazy()
        for step in layers.steps:
            lazy = lazy.with_columns([made.alias(name) for name, made in step])
        return list(lazy.select(names).collect().get_columns())

    return run


def polars(pl: Any, op: Op, x: tuple[Any, ...], here: Layers, wide: bool) -> Any:
    """Return an instruction as an expression of Polars."""

    def plane(at: int) -> Any:
        return pl.col(here.plane(at))

    def number(at: int) -> Any:
        return pl.col(here.number(at))

    match op:
        case Op.AND:
            return plane(x[0]) & plane(x[1])
        case Op.ANDN:
            return plane(x[0]) & ~plane(x[1])
        case Op.NOR:
            return ~(plane(x[0]) | plane(x[1]))
        case Op.NOT:
            return ~plane(x[0])
        case Op.ZERO | Op.ONE:
            return pl.lit(op == Op.ONE)
        case Op.BITS:
            return pl.col(f"s{x[0]}")
        case Op.GE32:
            return pl.col(f"s{x[0]}") >= x[1]
        case Op.EQ8:
            return pl.col(f"s{x[0]}") == x[1]
        case Op.GEC:
            return number(x[0]) >= x[1]
        case Op.GE:
            return number(x[0]) >= number(x[1])
        case Op.LOAD:
            return pl.col(f"s{x[0]}").cast(pl.Int64)
        case Op.CONST:
            return pl.lit(x[0], pl.Int64)
        case Op.ADD:
            return number(x[0]) + number(x[1])
        case Op.MUL:
            return number(x[0]) * x[1]
        case Op.MIN:
            return pl.min_horizontal(number(x[0]), number(x[1]))
        case Op.MAX:
            return pl.max_horizontal(number(x[0]), number(x[1]))
        case Op.SEL:
            return pl.when(plane(x[0])).then(number(x[1])).otherwise(number(x[2]))
        case Op.SUM:
            made = pl.lit(x[0], pl.Int64)
            for one, weight in x[1]:
                made = made + plane(one).cast(pl.Int64) * weight
            return made
        case Op.PACK:
            kind = pl.UInt64 if wide else pl.UInt8
            made = plane(x[0][0]).cast(kind)
            for i, one in enumerate(x[0][1:], 1):
                made = made + plane(one).cast(kind) * pl.lit(1 << i, kind)
            return made
        case Op.OUT:
            return plane(x[0])
        case Op.OUTN:
            return number(x[0])


def with_duckdb(duckdb: Any, program: Program, given: Sequence[Any]) -> Run:
    """Return a run as one query of DuckDB on one thread, its columns in a table of its own."""
    import pyarrow as pa

    layers = Layers(
        program,
        lambda op, d, x, here: sql(op, x, here.plane, here.number, op >= Op.OUT and program.outs[d] == Out.MASK),
    )
    base = duckdb.connect(config={"threads": 1})
    base.register("given", pa.table({f"s{i}": pa.array(one) for i, one in enumerate(given)}))
    base.execute("CREATE TABLE t0 AS SELECT * FROM given")
    last = ", ".join(f"o{i}" for i in range(len(program.outs)))
    parts = [
        f"t{i} AS (SELECT *, {', '.join(f'{made} AS {name}' for name, made in step)} FROM t{i - 1})"
        for i, step in enumerate(layers.steps, 1)
    ]
    query = f"WITH {', '.join(parts)} SELECT {last} FROM t{len(layers.steps)}"

    def run() -> list[Any]:
        found = base.sql(query).to_arrow_table()
        return [found.column(i).to_numpy() for i in range(len(program.outs))]

    return run
