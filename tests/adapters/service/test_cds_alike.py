"""Charts that a decision cannot tell apart lack the same and assume the same: what is kept for one holds for all."""

import random
from typing import Any

import pytest

from sangao.adapters.service.cds.alike import teller
from sangao.engine.chart import Chart
from sangao.engine.explain import argument, later
from sangao.engine.run import residual
from tests.opened import opened

LISTS = ("conditions", "medications", "symptoms", "family_history")


def charts(dice: random.Random, count: int) -> list[Chart]:
    """Return charts whose numbers lie close to the limits, on both sides."""
    made = []
    for _ in range(count):
        values: dict[str, Any] = {
            "sbp_office": dice.randint(137, 143),
            "dbp_office": dice.randint(86, 93),
            "age": dice.choice([30, 66]),
            "fpg": round(dice.uniform(6.7, 7.3), 1),
            "hba1c": round(dice.uniform(6.3, 6.7), 1),
        }
        before = {"facts": {"sbp_office": dice.randint(136, 150), "dbp_office": 90}, "at": "2026-03-01"}
        twice = [
            {"facts": {fact: round(values[fact] + more, 1)}, "at": "2026-03-09"}
            for fact, more in (("fpg", 0.4), ("hba1c", 0.2), ("sbp_office", 3))
            if fact in values and dice.random() < 0.4
        ]  # of two values of one moment only the interval between them is known
        made.append(
            Chart.of(
                {fact: value for fact, value in values.items() if dice.random() < 0.8},
                on="2026-03-09",
                readings=[before] * dice.randint(0, 1) + twice,
                **{name: [] for name in LISTS if dice.random() < 0.9},
            )
        )
    return made


@pytest.mark.parametrize(
    ("name", "decisions"),
    [
        ("htn_primary_2025", ["htn.dx_correct", "htn.diagnosis", "htn.control"]),
        ("dm_primary_2025", ["dm.dx_correct", "dm.diagnosis"]),
    ],
    ids=["htn", "dm"],
)
def test_alike_charts_lack_and_assume_the_same_for_the_same_reasons(name: str, decisions: list[str]) -> None:
    pack = opened(name)
    tells = {one: teller(pack.compiled, one) for one in decisions}
    seen: dict[Any, Any] = {}
    met = 0
    for chart in charts(random.Random(3), 60):
        admission = pack.admit(chart)
        for decision in decisions:
            key = (decision, tells[decision](admission.open, admission.assumed))
            given = (pack.rows, decision, admission.open, admission.assumed)
            found = (
                residual.missing(*given),
                residual.assumed(*given, admission.assumed_facts),
                argument.argued(later.case_of(pack, chart), pack.decision(decision)),
            )
            met += key in seen
            assert seen.setdefault(key, found) == found, decision
    assert met > 50, "charts are met that are alike, else nothing is tested"


def test_a_limit_between_two_values_tells_them_apart() -> None:
    pack = opened("htn_primary_2025")
    told = teller(pack.compiled, "htn.grade")

    def of(sbp: object, dbp: object = 70, other: object = None) -> Any:
        twice = [{"facts": {"sbp_office": other}, "at": "2026-03-09"}] if other is not None else []
        admission = pack.admit(Chart.of({"sbp_office": sbp, "dbp_office": dbp}, on="2026-03-09", readings=twice))
        return told(admission.open, admission.assumed)

    assert of(139) != of(140) == of(141) != of(">150")
    assert of(141, 70, 145) == of(142, 70, 144) != of(143), "an interval lies in its band, and is no single value"
    assert of(139, 70, 145) != of(141, 70, 145)
    assert of(139.99) == of(139) and of(140, 89.99) != of(140, 90)
