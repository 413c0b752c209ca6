"""`sangao stratify`, Parquet file to Parquet file, against Polars reading and writing the same columns.

Polars reads the columns the mapping names and writes the columns of answers, nothing between: the floor of any run from
file to file. Both run in this process, in turns; the answers are compared with those of `pack.stratify` before anything
is timed. The goal of the design is a ratio of 2.

    .venv/bin/python benchmarks/files.py [--rows 1000000] [--rounds 5]
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    sys.exit(f"{error.name} is not installed: pip install 'sangao[arrow,polars]'")

from sangao.adapters.hub import hub
from sangao.engine.cli.asking import chosen, described
from sangao.engine.cli.carried import Run, carry_out
from sangao.engine.cli.maps import source
from sangao.engine.guide import load

PACK = "htn_guideline_2024"
ASKED = ("htn.class", "htn.grade", "htn.risk", "htn.diagnosis")
DAY = "2025-10-20"
FACTS = ("sbp_office", "dbp_office", "age", "sex", "smoke_status", "fpg", "tc", "ldl", "hdl", "diabetes")
MAP: dict[str, Any] = {
    "key": "id",
    "on": DAY,
    "lists": {"conditions": {"delivered": "always"}},
    "columns": {name: name for name in FACTS},
}


def people(rows: int) -> Any:
    """People with one blank in ten, one slip in a thousand."""
    draw = np.random.default_rng(20251020)
    normal = draw.normal

    def some(values: Any) -> Any:
        return pa.array(values, mask=draw.random(rows) < 0.1)

    systolic = np.rint(normal(132, 17, rows)).clip(96, 210)
    systolic[draw.random(rows) < 0.001] = 999
    ldl = normal(2.8, 0.6, rows).clip(0.5, 4).round(2)
    columns = {
        "id": pa.array([f"P{i:08}" for i in range(rows)]),
        "sbp_office": some(systolic),
        "dbp_office": some(np.rint(normal(76, 7, rows)).clip(50, 90)),
        "age": some(draw.integers(18, 95, rows)),
        "sex": some(np.where(draw.random(rows) < 0.5, "male", "female").astype(object)),
        "smoke_status": some(np.array(["never", "former", "current"], object)[draw.integers(0, 3, rows)]),
        "fpg": some(normal(5.6, 1.1, rows).clip(3, 20).round(1)),
        "tc": some(normal(6.1, 0.4, rows).clip(5.3, 9).round(2)),
        "ldl": some(ldl),
        "hdl": some(normal(1.1, 0.1, rows).clip(0.5, 1.2).round(2)),
        "diabetes": some(draw.random(rows) < 0.1),
    }
    return pa.table(columns)


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sangao-files-") as folder:
        page(Path(folder), args.rows, args.rounds)
    return 0


def page(folder: Path, rows: int, rounds: int) -> None:
    """Compare, then time in turns."""
    table, given, out = people(rows), folder / "people.parquet", folder / "answers.parquet"
    pq.write_table(table, given)
    pack = load(PACK)

    def stratify() -> None:
        columns = source(hub().hook, given, MAP)
        bound = columns.bind(pack.compiled.dictionary, None)
        questions = chosen([pack], ASKED)
        meta = {"key": columns.key, **described([pack], questions)}
        carry_out(Run([pack], questions, bound, rows, meta, out, folder / "rejects.csv", {}, workers=1, restart=True))

    stratify()
    expected = pack.stratify(table, ASKED, on=DAY, key="id", lists=["conditions"])
    found = pq.read_table(out)
    for name in expected.column_names:
        assert found.column(name).to_pylist() == expected.column(name).to_pylist(), name
    answers = pl.read_parquet(out)

    def polars() -> None:
        pl.read_parquet(given, columns=["id", *FACTS])
        answers.write_parquet(folder / "polars.parquet")

    print(f"{rows:,} people, {len(FACTS) + 1} columns in, {len(answers.columns)} out; {os.cpu_count()} cores")
    print(json.dumps({"in": given.stat().st_size, "out": out.stat().st_size}), "bytes; all answers are equal\n")
    runs: dict[str, Callable[[], None]] = {"sangao stratify": stratify, "Polars reads and writes": polars}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    print(f"{'':28}{'seconds':>10}{'range':>18}{'processor':>12}")
    for name, many in times.items():
        walls = [wall for wall, _ in many]
        shown = f"{min(walls):.2f} … {max(walls):.2f}"
        cpu = statistics.median(one for _, one in many)
        print(f"{name:28}{statistics.median(walls):10.2f}{shown:>18}{cpu:12.2f}")
    first, second = times.values()
    for i, what in enumerate(("seconds", "processor time")):
        ratio = statistics.median(a[i] / b[i] for a, b in zip(first, second, strict=True))
        print(f"{what}: × {ratio:.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
