"""One patient through every decision of a pack, beside the definition, and the path a host takes."""

import statistics
import sys
from collections.abc import Sequence
from random import Random
from typing import Any

from asking import draw, median_ns, ours, rules

import sangao
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.rows import Rows

NEW = 3_000  # charts met once only: what is remembered of others helps them, what would be of them does not
SAMPLE = 10  # charts the definition answers too
ASKED = 6  # times that is asked what to ask next


def abstract(leaf: ir.Leaf, value: int | None) -> Any:
    """Return a drawn value as the definition takes it: an interval or a mask, open where nothing is known."""
    if leaf.kind in ("number", "date"):
        return None if value is None else (value, value)
    return (1 << (len(leaf.values) or 2)) - 1 if value is None else 1 << value


def defined(pack: ir.Pack, chart: dict[str, int | None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the definition answers in both passes."""
    known = {name: abstract(pack.leaves[name], value) for name, value in chart.items()}
    return spec.evaluate(pack, known, known)


def row(title: str, times: Sequence[float], total: int) -> float:
    """Print median and 99th percentile of one way of asking, in µs, and per 90 rules; return the median."""
    found = sorted(times)
    p50, p99 = (found[len(found) * at // 100] / 1000 for at in (50, 99))
    print(f"  {title:54}{p50:10.1f}{p99:10.1f}{p50 * 90 / total:18.1f}")
    return p50


def whole(name: str, rounds: int, count: int) -> None:
    """Time every decision of a pack beside the definition, answers compared first."""
    pack = sangao.load(name).compiled
    rows = Rows(pack, tuple(pack.leaves), tuple(pack.decisions))
    total = rules(pack)
    print(f"\nall of {name}: {len(rows.decisions)} decisions, {total} rules, {len(rows.leaves)} leaves, {count} charts")
    print(f"  {'value, status, bounds of every decision':54}{'p50 µs':>10}{'p99 µs':>10}{'p50 per 90 rules':>18}")
    for blank in (0.0, 0.1, 0.5):
        random = Random(2025)
        leaves = list(pack.leaves.values())
        charts = [dict(zip(rows.leaves, draw(random, leaves, blank), strict=True)) for _ in range(count)]
        for chart in charts[:SAMPLE]:
            if rows.run_numbers(list(chart.values())) != tuple(tuple(one.values()) for one in defined(pack, chart)):
                sys.exit(f"{name}: the runner and the definition differ: nothing is measured")
        for traced in (False, True):
            run = ours(rows, traced)
            for chart in charts:
                run(chart)
            times = [median_ns(run, [chart]) for _ in range(rounds) for chart in charts]
            own = row(f"{blank:.0%} blank{', trace read in names' if traced else ''}", times, total)
        slow = [median_ns(lambda chart: defined(pack, chart), [chart]) for chart in charts[:SAMPLE]]
        said = row(f"{blank:.0%} blank, the definition", slow, total)
        print(f"  the definition ÷ sangao, trace read in names: {said / own:.0f}")
        run = ours(rows, False)
        draws = [dict(zip(rows.leaves, draw(random, leaves, blank), strict=True)) for _ in range(NEW)]
        new = [median_ns(run, [chart]) for chart in draws]
        for title, part in (("first", new[: NEW // 10]), ("last", new[-NEW // 10 :])):
            row(f"{blank:.0%} blank, every chart new, the {title} {NEW // 10}", part, total)


def host(name: str, rounds: int) -> None:
    """Time the path a host takes: a dict in, advice or every answer out, or what to ask next."""
    loaded = sangao.load(name)
    given = {
        "sbp_office": "152 mmHg",
        "dbp_office": 96,
        "age": 63,
        "sex": "male",
        "smoke_status": "current",
        "conditions": [],
    }

    def asked(_: int) -> sangao.Result:
        return loaded.decide_all(sangao.Chart.of(given, on="2025-10-09"))

    print(f"\na host, {name}, µs")
    for title, run in (
        ("Chart.of(dict) → decide_all, with advice", asked),
        ("the same, every answer read", lambda _: dict(asked(0).decisions)),
    ):
        print(f"  {title:54}{statistics.median(median_ns(run, [0]) for _ in range(10 * rounds)) / 1000:10.1f}")
    asking = [median_ns(lambda _: asked(0).ask, [0]) / 1000 for _ in range(ASKED)]
    print(f"  {'the same, what to ask next, first in the process':54}{asking[0]:10.1f}")
    print(f"  {'the same, what to ask next, again':54}{statistics.median(asking[1:]):10.1f}")
