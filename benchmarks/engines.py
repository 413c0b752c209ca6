"""What the kernel costs inside Daft: a scan of Parquet alone, the same scan with `stratify`, in turns.

`engines.py [--rows N] [--rounds N]`. The scan reads the columns the decisions need and holds them; the other reads the
same and holds the answers. `Pack.stratify` on the same table in memory stands beside them. The answers are compared
before anything is timed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

try:
    import daft
    import pyarrow.parquet as pq
except ImportError as error:
    sys.exit(f"{error.name} is not installed: pip install 'sangao[daft]'")

from files import ASKED, DAY, FACTS, PACK, people

from sangao.adapters.daft import stratify
from sangao.engine.guide import load


def main() -> int:
    """Print the page."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rows", type=int, default=1_000_000)
    read.add_argument("--rounds", type=int, default=5)
    args = read.parse_args()
    table, pack = people(args.rows), load(PACK)
    with tempfile.TemporaryDirectory(prefix="sangao-engines-") as folder:
        path = str(Path(folder) / "people.parquet")
        pq.write_table(table, path)
        asked: dict[str, Any] = {"key": "id", "on": DAY, "lists": ["conditions"]}

        def scan() -> Any:
            return daft.read_parquet(path).select("id", *FACTS).to_arrow()

        def answers() -> Any:
            return stratify(daft.read_parquet(path), pack, ASKED, **asked).to_arrow()

        expected, found = pack.stratify(table, ASKED, **asked), answers().sort_by("id")
        for name in expected.column_names:
            assert found.column(name).to_pylist() == expected.column(name).to_pylist(), name
        runs: dict[str, Callable[[], Any]] = {
            "Daft, scan alone": scan,
            "Daft, scan and stratify": answers,
            "Pack.stratify, in memory": lambda: pack.stratify(table, ASKED, **asked),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(args.rounds):
            for name, run in runs.items():
                start = time.process_time()
                run()
                times[name].append((time.process_time() - start) / args.rows * 1e9)
    print(f"{args.rows:,} people; {PACK}: {', '.join(ASKED)}; Daft {daft.__version__}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; all answers are equal\n")
    base = next(iter(times.values()))
    print(f"{'':28}{'ns CPU each':>12}{'range':>20}{'× the scan':>12}")
    for name, found_times in times.items():
        shown = f"{min(found_times):.0f} … {max(found_times):.0f}"
        ratio = statistics.median(a / b for a, b in zip(found_times, base, strict=True))
        print(f"{name:28}{statistics.median(found_times):12.0f}{shown:>20}{ratio:12.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
