"""What the measurements of one patient share: charts drawn at random, our runner as a function, a median."""

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import perf_counter_ns
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run.rows import Rows
from sangao.engine.run.told import nodes


def machine() -> str:
    """Describe where this ran."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def draw(random: Random, leaves: Sequence[ir.Leaf], blank: float) -> list[int | None]:
    """Draw a chart: numbers anywhere in their range, a condition in ten present."""

    def one(leaf: ir.Leaf) -> int:
        if leaf.kind == "bool":
            return int(random.random() < 0.1)
        if leaf.kind == "code":
            return random.randrange(len(leaf.values))
        return random.randint(leaf.low or 0, 1000 if leaf.high is None else leaf.high)

    return [None if random.random() < blank else one(leaf) for leaf in leaves]


def median_ns(run: Callable[[Any], Any], charts: Sequence[Any]) -> float:
    """Return the median time of one call over some charts, in nanoseconds."""
    times = []
    for chart in charts:
        start = perf_counter_ns()
        run(chart)
        times.append(perf_counter_ns() - start)
    return statistics.median(times)


def rules(pack: ir.Pack) -> int:
    """Count rows, branches, criteria and advice."""
    return sum(len(nodes(one.form)) for one in pack.decisions.values())


def ours(rows: Rows, read: bool) -> Callable[[dict[str, int | None]], Any]:
    """Return our runner on a dict: answers with value, status and bounds, and the trace; `read`: in names of rules."""

    def run(chart: dict[str, int | None]) -> Any:
        answers, trace = rows.answer_numbers(list(chart.values()))
        return (answers, rows.named(answers, trace)) if read else (answers, trace)

    return run
