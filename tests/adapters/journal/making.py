"""What the tests of the log share: entries of a small pack, and a log in a folder of the test."""

from pathlib import Path
from typing import Any

from sangao.adapters.journal.entry import Entry
from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.told import entry_of
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack

ON = "2025-03-09"
FACTS = {"sbp_office": 152, "dbp_office": 96, "age": 63}


def log(folder: Path, **more: Any) -> Journal:
    """Open the log of a folder."""
    return Journal.open(folder / "log.db", **more)


def plain(number: int = 0, **more: Any) -> Entry:
    """Return an entry that needs no pack."""
    answer = {"decisions": {"htn.grade": {"value": "grade1", "status": "settled"}}, "number": number}
    return Entry("test", "small", "ab" * 32, "cd" * 32, answer, {"on": ON, "facts": {"sbp_office": number}}, **more)


def asked(pack: Pack, facts: dict[str, Any] | None = None, **rest: Any) -> Entry:
    """Return the entry of every decision and all advice of a pack."""
    chart = Chart.of(FACTS if facts is None else facts, on=ON, **rest)
    result = pack.decide_all(chart)
    advice = (*result.advice.shown, *result.advice.folded)
    return entry_of(pack, chart, result.decisions, service="test", advice=advice)
