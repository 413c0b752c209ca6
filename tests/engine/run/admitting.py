"""A chart admitted to a pack, and what is known of it."""

from functools import cache
from pathlib import Path
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from sangao.engine.run.admit import Admission
from tests.opened import opened

GUIDELINES = Path(__file__).parents[3] / "guidelines"
ON = "2026-03-09"


@cache
def pack() -> Pack:
    return opened("htn_guideline_2024")


def admitted(on: str = ON, **given: Any) -> Admission:
    return pack().admit(Chart.from_dict({"on": on, **given}))


def codes(admission: Admission) -> list[str]:
    return [problem.code for problem in admission.problems]


def known(admission: Admission, fact: str) -> Any:
    return admission.timeline.named()[fact]
