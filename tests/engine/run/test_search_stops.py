"""A search for missing sets that runs out of looks leaves the chart as it was."""

import os
import subprocess
import sys

from sangao.engine.chart import Chart
from tests.opened import opened


def test_a_stopped_search_never_says_that_nothing_settles() -> None:
    pack = opened("htn_guideline_2024")
    answer = pack.decide("htn.refractory", Chart.of({}, on="2025-10-08"))
    assert answer.status == "unknown" and all(answer.missing.sets)
    assert {"adherence", "bp_dose_adequate"} <= set(answer.missing.sets[0]) and answer.ask_first is not None


SEARCH = """
from sangao.engine.chart import Chart
from tests.opened import opened

pack = opened("pathway_gates")
chart = Chart.of({}, on="2025-10-08")
for name in ("gates.pathway.visit", "gates.pathway.next_reassess", "gates.referral.follow.due"):
    print(name, pack.decide(name, chart).missing, len(pack.rows._sights._kept))
"""


def test_a_search_takes_the_same_steps_whatever_the_seed_of_hashes() -> None:
    def steps(seed: str) -> str:
        env = os.environ | {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", SEARCH], env=env, capture_output=True, text=True, check=True
        ).stdout

    first, *others = [steps(seed) for seed in ("0", "1", "2")]
    assert first.count("Missing(") == 3 and others == [first, first]


def test_what_is_missing_is_searched_again_only_where_a_decision_reads_what_has_changed() -> None:
    pack = opened("htn_guideline_2018")
    given = {"sbp_office": 152, "age": 63}
    before = pack.decide_all(Chart.of(given, on="2025-10-08"))
    assert before["htn.grade"].missing.sets == (("dbp_office",),)
    kept = dict(pack.rows.ground._missing)
    assert before.ask and pack.decide_all(Chart.of(given, on="2025-10-08")).ask == before.ask
    searched = pack.rows.ground._missing.keys() - kept.keys()
    after = pack.decide_all(Chart.of({**given, "tc": "6.1 mmol/L"}, on="2025-10-08"))
    assert after["htn.grade"].missing == before["htn.grade"].missing
    assert after["htn.risk"].missing != before["htn.risk"].missing
    assert "htn.risk" in {key[0] for key in pack.rows.ground._missing.keys() - kept.keys() - searched}
    assert "htn.grade" not in {key[0] for key in pack.rows.ground._missing.keys() - kept.keys() - searched}
