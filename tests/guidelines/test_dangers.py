"""No county takes a danger sign away: an overlay that disables one breaks a promise and does not load."""

import os
from pathlib import Path

import pytest

import sangao
from sangao.engine.errors import SangaoError

OVERLAY = """
overlay: here
title: {{zh: 试验县, en: a county on trial}}
patches: {pack}
document: PINGYANG-CG2
dates: {{from: "2022-01-01", until: "2030-12-31"}}
disable:
  - {{rule: {rule}, why: {{zh: 不需要, en: no need}}}}
cases:
  - {{it: an empty chart, decide: {decision}, give: {{}}, expect: {{status: unknown}}}}
"""
DANGERS = {
    "bphs_2017": {
        "htn.bphs_emergency": "crisis_bp consciousness headache_dizziness nausea_vomiting vision eye_pain palpitations "
        "chest_tightness orthopnoea pregnancy other",
        "dm.bphs_urgent_glucose": "high low",
        "dm.bphs_emergency": "glucose pressure mind breath low_signs stomach thirst flush tachycardia fever sight "
        "pregnancy heart_brain other",
        "htn.bphs_class": "emergency",
        "dm.bphs_class": "emergency",
    },
    "htn_primary_2025": {
        "htn.severe": "sbp dbp",
        "htn.urgent": "severe persists pregnancy acute",
        "htn.referral": "urgent ambulance",
        "htn.referral.ambulance": "consciousness coronary life_threatening",
    },
    "dm_primary_2025": {
        "dm.crisis": "picture ketones",
        "dm.hypoglycaemia": "lower helped",
        "dm.referral": "emergency",
    },
}
"""What calls an emergency, by pack: every label of it that one sign hangs on."""
ALL = [(p, d, f"{d}/{one}") for p, of in DANGERS.items() for d, labels in of.items() for one in labels.split()]
WHY = {
    "checks.promise_broken",
    "checks.promise_unproved",
    "meaning.promise_unread",
    "meaning.must_ask_unread",
    "meaning.assuming_unread",
}
SHOWN = ALL if os.environ.get("SANGAO_TIER") == "long" else ALL[::7]


@pytest.mark.parametrize(("pack", "decision", "rule"), SHOWN, ids=[one[2] for one in SHOWN])
def test_a_danger_cannot_be_disabled(tmp_path: Path, pack: str, decision: str, rule: str) -> None:
    (tmp_path / "here.yaml").write_text(OVERLAY.format(pack=pack, rule=rule, decision=decision), encoding="utf-8")
    with pytest.raises(SangaoError) as refused:
        sangao.load(pack, overlays=[tmp_path / "here.yaml"])
    assert {one.code for one in refused.value.problems} & WHY
