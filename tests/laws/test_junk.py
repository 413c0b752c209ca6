"""Charts of a shipped pack with rubbish put into them: nothing raises, every problem has its words."""

import random
from typing import Any

from sangao.engine.chart import Chart
from tests.laws.charts import Charts
from tests.laws.test_charts import FEW, pack

JUNK: list[Any] = [None, True, -1, 0, 10**30, 1e308, "", "é\x00", "9" * 400]
JUNK += [[], {}, [[]], {"a": {"b": []}}, "2026-02-30"]


def test_no_chart_whatever_it_holds_raises() -> None:
    asked = pack("htn_primary_2025")
    charts, roll = Charts(asked.compiled, 23), random.Random(5)
    for _ in range(FEW):
        given = charts.one()
        for _ in range(roll.randint(1, 6)):
            key = roll.choice([*given, "patient", "complete", "schema", "noise"])
            if key == "on":
                continue
            if isinstance(given.get(key), dict) and given[key] and roll.random() < 0.7:
                given[key][roll.choice(list(given[key]))] = roll.choice(JUNK)
            elif isinstance(given.get(key), list) and roll.random() < 0.7:
                given[key].append(roll.choice(JUNK))
            else:
                given[key] = roll.choice(JUNK)
        chart = Chart.from_dict(given)
        admission = asked.admit(chart)
        asked.rows.evaluate(admission.open, admission.assumed)
        assert all(problem.text("zh") and problem.help("en") for problem in admission.problems)
        assert len(chart.hash()) == 64
