"""The peers of the benchmark are given every instruction there is, and mean by each what the Python columns mean."""

import random
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.run import columns
from sangao.engine.run.flat import Op, Out, Program, Slot, verify

np = pytest.importorskip("numpy", reason="the extra `arrow` is not installed")
ROWS = 512
CODE = [
    (Op.BITS, 0, 0, 0, 0),
    (Op.GE32, 1, 1, 0, 0),
    (Op.GE32, 11, 3, 0, 0),
    (Op.EQ8, 2, 2, 1, 0),
    (Op.AND, 3, 0, 1, 0),
    (Op.ANDN, 4, 1, 0, 0),
    (Op.NOR, 5, 0, 2, 0),
    (Op.NOT, 6, 2, 0, 0),
    (Op.ZERO, 7, 0, 0, 0),
    (Op.ONE, 8, 0, 0, 0),
    (Op.LOAD, 0, 1, 0, 0),
    (Op.CONST, 1, 1, 0, 0),
    (Op.ADD, 2, 0, 1, 0),
    (Op.MUL, 3, 2, 2, 0),
    (Op.MIN, 4, 0, 3, 0),
    (Op.MAX, 5, 0, 1, 0),
    (Op.SEL, 6, 3, 4, 5),
    (Op.SUM, 7, 0, 3, 1),
    (Op.GEC, 9, 7, 0, 0),
    (Op.GE, 10, 6, 7, 0),
    (Op.OUT, 0, 9, 0, 0),
    (Op.OUT, 1, 10, 0, 0),
    (Op.OUT, 6, 11, 0, 0),
    (Op.OUTN, 2, 6, 0, 0),
    (Op.OUTN, 3, 7, 0, 0),
    (Op.PACK, 4, 6, 8, 0),
    (Op.PACK, 5, 6, 11, 0),
]
LISTS = (0, 0, 4, 1, 2, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
PROGRAM = Program(
    slots=(Slot.BITS, Slot.INT32, Slot.BYTE, Slot.INT16),
    outs=(Out.BITS, Out.BITS, Out.NUMBER, Out.NUMBER, Out.BYTE, Out.MASK, Out.BITS),
    planes=12,
    numbers=8,
    constants=(7, -3, -2),
    lists=LISTS,
    code=tuple(int(part) for one in CODE for part in one),
)


@pytest.fixture(scope="module")
def peers() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
        import bulk_peers

        yield bulk_peers
        sys.modules.pop("bulk_peers", None)


@pytest.fixture(scope="module")
def drawn() -> tuple[bytes, ...]:
    draw = random.Random(4)
    return (
        columns.bitmap(draw.random() < 0.5 for _ in range(ROWS)),
        array("i", [draw.randint(-20, 20) for _ in range(ROWS)]).tobytes(),
        bytes(draw.randrange(3) for _ in range(ROWS)),
        array("h", [draw.randint(-20, 20) for _ in range(ROWS)]).tobytes(),
    )


def test_every_instruction_is_there() -> None:
    verify(PROGRAM)
    assert {one[0] for one in CODE} == set(Op)


@pytest.mark.parametrize("engine", ["numpy", "polars", "duckdb", "numba"])
def test_a_peer_means_what_the_columns_mean(peers: Any, drawn: tuple[bytes, ...], engine: str) -> None:
    module = pytest.importorskip(engine, reason=f"{engine} is not installed (extra `bench`)")
    given = peers.unpacked(PROGRAM, drawn, ROWS)
    make = {
        "numpy": lambda: peers.with_numpy(PROGRAM, given, ROWS),
        "polars": lambda: peers.with_polars(module, PROGRAM, given),
        "duckdb": lambda: peers.with_duckdb(module, PROGRAM, given),
        "numba": lambda: peers.with_numba(module, PROGRAM, given, ROWS),
    }
    found = make[engine]()()
    outs = columns.run(PROGRAM, columns.Batch(drawn, ROWS))
    for kind, data, one in zip(PROGRAM.outs, outs, found, strict=True):
        if kind == Out.BITS:
            expected = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        else:
            expected = np.frombuffer(data, peers.OUTS[Out(kind)])
        assert (np.asarray(one) == expected).all(), Out(kind).name
