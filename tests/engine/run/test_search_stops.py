"""A search for missing sets that runs out of looks leaves the chart as it was."""

from sangao.engine.chart import Chart
from tests.opened import opened


def test_a_stopped_search_never_says_that_nothing_settles() -> None:
    pack = opened("htn_guideline_2024")
    answer = pack.decide("htn.refractory", Chart.of({}, on="2025-10-08"))
    assert answer.status == "unknown" and all(answer.missing.sets)
    assert {"adherence", "bp_dose_adequate"} <= set(answer.missing.sets[0]) and answer.ask_first is not None
