"""The parts of an answer on their own, with pytest-benchmark: one patient, admission, what is missing, a block of rows.

    python benchmarks/test_parts.py [options of pytest-benchmark, e.g. --benchmark-compare]

Every measured call is compared with the definition, or with Python columns, before it is timed.
"""

import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from asking import draw
from pytest_benchmark.fixture import BenchmarkFixture
from whole_pack import defined

import sangao
from sangao.engine import native
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from sangao.engine.run import columns, residual
from sangao.engine.run.flat import Slot
from sangao.engine.run.lowering import lower
from sangao.engine.run.rows import compile_rows
from sangao.engine.run.sights import Sights

CHARTS, ROWS = 50, 65_536
ASKED = ("htn.diagnosis", "htn.next_visit", "htn.dx_correct")
GIVEN = {
    "sbp_office": "152 mmHg",
    "dbp_office": 96,
    "age": 63,
    "sex": "male",
    "smoke_status": "current",
    "conditions": ["diabetes"],
}
LEVELS = {"plain C": native.PLAIN, "SSE2": native.SSE2, "AVX2": native.AVX2}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return sangao.load("htn_primary_2025")


@pytest.mark.benchmark(group="one patient, every decision of htn_primary_2025")
@pytest.mark.parametrize("blank", [0.0, 0.1, 0.5], ids=["complete", "a tenth blank", "half blank"])
@pytest.mark.parametrize("engine", ["generated rows", "definition"])
def test_one_patient(benchmark: BenchmarkFixture, pack: Pack, engine: str, blank: float) -> None:
    rows, random, rules = compile_rows(pack.compiled), Random(2025), pack.compiled
    drawn = [draw(random, list(rules.leaves.values()), blank) for _ in range(CHARTS)]
    charts = [dict(zip(rows.leaves, one, strict=True)) for one in drawn]
    for chart in charts:
        assert rows.run_numbers(list(chart.values())) == tuple(tuple(one.values()) for one in defined(rules, chart))
    runs: dict[str, Callable[[dict[str, int | None]], Any]] = {
        "generated rows": lambda chart: rows.answer_numbers(list(chart.values())),
        "definition": lambda chart: defined(rules, chart),
    }
    benchmark(lambda: [runs[engine](chart) for chart in charts])
    benchmark.extra_info["charts"] = CHARTS


@pytest.mark.benchmark(group="a chart as a host sends it")
def test_admission(benchmark: BenchmarkFixture, pack: Pack) -> None:
    admitter = pack._admit  # an admission is remembered with its chart; here each is worked out
    chart = Chart.of(GIVEN, on="2025-10-09")
    assert admitter(chart).open == pack.admit(chart).open
    benchmark(admitter, chart)


@pytest.mark.benchmark(group="what is missing")
@pytest.mark.parametrize(
    ("name", "decision"), [("htn_primary_2025", "htn.diagnosis"), ("htn_guideline_2024", "htn.risk")]
)
def test_missing(benchmark: BenchmarkFixture, name: str, decision: str) -> None:
    rules = sangao.load(name)
    admission = rules.admit(Chart.of(GIVEN, on="2025-10-09"))
    rows, given = rules.rows, (decision, admission.open, admission.assumed)
    assert residual.missing(rows, *given).sets

    def forget() -> None:  # what was seen and found; functions of decisions stay
        rows.ground._missing.clear()
        rows._sights = Sights(rows.ground)

    assert benchmark.pedantic(residual.missing, (rows, *given), setup=forget, rounds=300).sets


@pytest.mark.benchmark(group=f"{ROWS} rows of three decisions")
@pytest.mark.parametrize("level", LEVELS)
def test_kernel(benchmark: BenchmarkFixture, pack: Pack, level: str) -> None:
    if not native.is_native():
        pytest.skip("no kernel in this installation")
    flat = lower(pack.compiled, ASKED, half=pack.compiled.leaves)
    random = Random(7)
    widths = {Slot.BITS: ROWS // 8, Slot.BYTE: ROWS, Slot.INT16: 2 * ROWS, Slot.INT32: 4 * ROWS}
    slots = tuple(random.randbytes(widths[kind]) for kind in flat.program.slots)
    kernel = native.Kernel(flat.program.dumps())
    small = columns.Batch(slots, 4096)
    expected = [bytes(one) for one in columns.run(flat.program, small)]
    assert [bytes(one) for one in kernel.run(slots, 4096, most=LEVELS[level])] == expected
    benchmark(kernel.run, slots, ROWS, most=LEVELS[level])
    benchmark.extra_info["rows"] = ROWS


if __name__ == "__main__":
    shown = ["--benchmark-columns=median,iqr,ops,rounds", "--benchmark-sort=fullname", "-p", "no:xdist"]
    sys.exit(pytest.main([__file__, "-q", "--benchmark-enable", "--benchmark-only", *shown, *sys.argv[1:]]))
