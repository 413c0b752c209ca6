"""One patient: our runner beside other engines, a whole pack, the national bundle, and what starting up costs.

Everything runs in one process, interleaved: in each round every engine answers the same charts, and a ratio is taken
inside a round, so that a busy machine is busy for all. Shown are medians over the rounds. Answers are compared first.

    python benchmarks/one_patient.py [--rounds 11] [--charts 40]
"""

import argparse
import importlib.metadata
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter_ns
from typing import Any

from asking import draw, machine, median_ns, ours, rules
from peer_engines import PEERS
from whole_pack import host, whole

import sangao
from sangao.engine.pack import ir
from sangao.engine.run.cones import cone
from sangao.engine.run.rows import Rows

TARGET = "htn.risk"
ASKED = ("htn.bp_column", "htn.risk_factors", TARGET)
SUBSET, WHOLE, BUNDLE = "htn_guideline_2018", "htn_primary_2025", "sangao_national"
SLOW = {"cel-python": 10}  # answers one chart in a hundred milliseconds: one round in ten
Answer = tuple[int, ...]


def narrowed(pack: ir.Pack, target: str) -> ir.Pack:
    """Return the pack with one decision and what it rests on."""
    leaves, decisions = cone(pack, target)
    return replace(
        pack,
        leaves={one: pack.leaves[one] for one in leaves},
        decisions={one: pack.decisions[one] for one in decisions},
    )


def plain(rows: Rows, asked: Sequence[str]) -> Callable[[dict[str, int | None]], Answer]:
    """Return our answers as a peer gives them: an outcome index, the mask of a set."""

    def run(chart: dict[str, int | None]) -> Answer:
        _, assumed = rows.run_numbers(list(chart.values()))
        found = [assumed[rows.decisions.index(one)] for one in asked]
        return tuple(one[0] if isinstance(one, tuple) else one.bit_length() - 1 for one in found)

    return run


def peers(rounds: int, count: int) -> None:
    """Compare with other engines on the risk stratification, complete charts, the same dict for all."""
    pack = narrowed(sangao.load(SUBSET).compiled, TARGET)
    rows = Rows(pack, tuple(pack.leaves), tuple(pack.decisions))
    random = Random(2018)
    keys = [f"v{i}" for i in range(len(rows.leaves))]
    charts: list[dict[str, Any]] = [
        dict(zip(keys, draw(random, list(pack.leaves.values()), 0.0), strict=True)) for _ in range(count)
    ]
    engines: dict[str, Callable[[Any], Any]] = {
        "sangao with trace": ours(rows, False),
        "sangao, trace read in names": ours(rows, True),
    }
    expected = [plain(rows, ASKED)(chart) for chart in charts]
    size = f"{rules(pack)} rules, {len(rows.leaves)} facts"
    print(f"\n{TARGET} of {SUBSET}: {size}; {count} complete charts, {rounds} rounds")
    for name, (make, traced) in PEERS.items():
        try:
            engine = make(pack, TARGET, ASKED, traced)
        except ImportError as absent:
            print(f"  absent: {name} ({absent})")
            continue
        wrong = sum(engine(chart) != right for chart, right in zip(charts, expected, strict=True))
        if wrong:
            sys.exit(f"{name} answers {wrong} of {count} charts differently: nothing is measured")
        engines[name] = engine
    print("  every engine gives the same answers; a peer gives a value, sangao value, status, bounds")
    times: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(rounds):
        for name, engine in engines.items():
            if number % SLOW.get(name, 1) == 0:
                times[name].append(median_ns(engine, charts[:5] if name in SLOW else charts))
    print(f"  {'engine':34}{'median µs':>12}{'÷ sangao with trace':>22}{'÷ trace read':>14}")
    for name, found in times.items():
        step = SLOW.get(name, 1)
        ratios = [
            statistics.median(a / b for a, b in zip(found, times[own][::step], strict=True))
            for own in list(engines)[:2]
        ]
        print(f"  {name:34}{statistics.median(found) / 1000:12.1f}{ratios[0]:22.1f}{ratios[1]:14.1f}")
    print("  versions: " + ", ".join(f"{one} {version(one)}" for one in VERSIONS))


VERSIONS = ("zen-engine", "durable-rules", "rule-engine", "cel-python")


def version(name: str) -> str:
    """Return the version of a distribution, or that it is absent."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def starting(rounds: int) -> None:
    """Time what a fresh process pays: importing, opening a saved pack, the first answer."""
    with tempfile.TemporaryDirectory() as folder:
        codes = {"bare Python": "pass", "import sangao": "import sangao"}
        chart = "sangao.Chart.of({'sbp_office': 152, 'dbp_office': 96}, on='2025-10-09')"
        for name in (WHOLE, BUNDLE):
            path = str(Path(folder, f"{name}.sangao"))
            sangao.load(name).save(path)
            load = f"import sangao; sangao.load({path!r})"
            codes |= {
                f"open {name}": load,
                f"open {name}, decide one": f"{load}.decide('htn.diagnosis', {chart}).value",
                f"open {name}, decide all": f"{load}.decide_all({chart})",
            }
        times: dict[str, list[float]] = {name: [] for name in codes}
        # As installed: with the byte code of every module kept, which the first round writes.
        around = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        around["PYTHONPYCACHEPREFIX"] = folder
        for code in codes.values():
            subprocess.run([sys.executable, "-c", code], check=True, cwd=folder, env=around)
        for _ in range(rounds):
            for name, code in codes.items():
                start = perf_counter_ns()
                subprocess.run([sys.executable, "-c", code], check=True, cwd=folder, env=around)
                times[name].append((perf_counter_ns() - start) / 1e6)
    print(f"\na fresh process, medians of {rounds} interleaved rounds")
    for name, found in times.items():
        above = statistics.median(a - b for a, b in zip(found, times["bare Python"], strict=True))
        print(f"  {name:34}{statistics.median(found):10.1f} ms{above:+10.1f} ms above, at best{min(found):10.1f} ms")


def main() -> None:
    """Print the page."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    long = os.environ.get("SANGAO_TIER") == "long"
    options.add_argument("--rounds", type=int, default=21 if long else 7)
    options.add_argument("--charts", type=int, default=100 if long else 40)
    chosen = options.parse_args()
    print(f"one patient — {machine()}")
    peers(chosen.rounds, chosen.charts)
    for name in (WHOLE, BUNDLE):
        whole(name, chosen.rounds, chosen.charts)
        host(name, chosen.rounds)
    starting(chosen.rounds)


if __name__ == "__main__":
    main()
