"""One patient: our runner beside other engines, the whole hypertension pack, and what starting up costs.

Everything runs in one process, interleaved: in each round every engine answers the same charts, and a ratio is taken
inside a round, so that a busy machine is busy for all. Shown are medians over the rounds. Answers are compared first.

    python benchmarks/one_patient.py [--rounds 11] [--charts 40]
"""

import argparse
import importlib.metadata
import os
import platform
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

from peer_engines import PEERS

import sangao
from sangao.engine.pack import ir
from sangao.engine.run.cones import cone
from sangao.engine.run.rows import Rows
from sangao.engine.run.told import nodes

TARGET = "htn.risk"
ASKED = ("htn.bp_column", "htn.risk_factors", TARGET)
SUBSET, WHOLE, BUNDLE = "htn_guideline_2018", "htn_primary_2025", "sangao_national"
NEW = 3_000  # charts met once only: what is remembered of others helps them, what would be of them does not
SLOW = {"cel-python": 10}  # answers one chart in a hundred milliseconds: one round in ten
Answer = tuple[int, ...]


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


def narrowed(pack: ir.Pack, target: str) -> ir.Pack:
    """Return the pack with one decision and what it rests on."""
    leaves, decisions = cone(pack, target)
    return replace(
        pack,
        leaves={one: pack.leaves[one] for one in leaves},
        decisions={one: pack.decisions[one] for one in decisions},
    )


def rules(pack: ir.Pack) -> int:
    """Count rows, branches, criteria and advice."""
    return sum(len(nodes(one.form)) for one in pack.decisions.values())


def ours(rows: Rows, read: bool) -> Callable[[dict[str, int | None]], Any]:
    """Return our runner on a dict: answers with value, status and bounds, and the trace; `read`: in names of rules."""

    def run(chart: dict[str, int | None]) -> Any:
        answers, trace = rows.answer_numbers(list(chart.values()))
        return (answers, rows.named(answers, trace)) if read else (answers, trace)

    return run


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


def whole(rounds: int, count: int) -> None:
    """Time every decision of the hypertension pack, and the path a host takes."""
    loaded = sangao.load(WHOLE)
    pack = loaded.compiled
    rows = Rows(pack, tuple(pack.leaves), tuple(pack.decisions))
    total = rules(pack)
    print(
        f"\nall of {WHOLE}: {len(rows.decisions)} decisions, {total} rules, {len(rows.leaves)} leaves, {count} charts"
    )
    print(f"  {'value, status, bounds of every decision':50}{'p50 µs':>10}{'p99 µs':>10}{'p50 per 90 rules':>20}")
    for blank in (0.0, 0.1, 0.5):
        random = Random(2025)
        charts = [
            dict(zip(rows.leaves, draw(random, list(pack.leaves.values()), blank), strict=True)) for _ in range(count)
        ]
        for traced in (False, True):
            run = ours(rows, traced)
            for chart in charts:
                run(chart)
            times = sorted(median_ns(run, [chart]) for _ in range(rounds) for chart in charts)
            p50, p99 = times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000
            title = f"{blank:.0%} blank{', trace read in names' if traced else ''}"
            print(f"  {title:50}{p50:10.1f}{p99:10.1f}{p50 * 90 / total:20.1f}")
        run = ours(rows, False)
        draws = [
            dict(zip(rows.leaves, draw(random, list(pack.leaves.values()), blank), strict=True)) for _ in range(NEW)
        ]
        new = [median_ns(run, [chart]) for chart in draws]
        for title, times in (("first", new[: NEW // 10]), ("last", new[-NEW // 10 :])):
            p50, p99 = (sorted(times)[len(times) * at // 100] / 1000 for at in (50, 99))
            row = f"{blank:.0%} blank, every chart new, the {title} {NEW // 10}"
            print(f"  {row:50}{p50:10.1f}{p99:10.1f}{p50 * 90 / total:20.1f}")
    given = {
        "sbp_office": "152 mmHg",
        "dbp_office": 96,
        "age": 63,
        "sex": "male",
        "smoke_status": "current",
        "conditions": [],
    }
    times = sorted(
        median_ns(lambda _: loaded.decide_all(sangao.Chart.of(given, on="2025-10-09")), [0]) for _ in range(10 * rounds)
    )
    print(f"  {'a host: Chart.of(dict) → decide_all, with advice':50}{times[len(times) // 2] / 1000:10.1f}")
    read = sorted(
        median_ns(lambda _: dict(loaded.decide_all(sangao.Chart.of(given, on="2025-10-09")).decisions), [0])
        for _ in range(10 * rounds)
    )
    print(f"  {'the same, every answer read':50}{read[len(read) // 2] / 1000:10.1f}")


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
    whole(chosen.rounds, chosen.charts)
    starting(chosen.rounds)


if __name__ == "__main__":
    main()
