"""Rows that are each judged by a day of their own: every one is answered as `decide` answers it on that day."""

import json
import random
from datetime import date
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
import pyarrow as pa

from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.run import daily
from tests.adapters.tabular.small import clinic

ASKED = ["htn.grade", "obesity", "ckd.low"]
DAYS = ["2025-03-09", "2024-02-29", "2025-10-20", None, "someday", "2025"]


def people(number: int) -> dict[str, list[Any]]:
    draw = random.Random(number)

    def some(value: Any) -> Any:
        return None if draw.random() < 0.15 else value

    return {
        "id": [f"p{i}" for i in range(number)],
        "seen": [draw.choice(DAYS) for _ in range(number)],
        "sbp_office": [some(draw.choice((120, 150, 7000))) for _ in range(number)],
        "age": [some(draw.randint(20, 90)) for _ in range(number)],
        "sex": [some(draw.choice(("male", "female"))) for _ in range(number)],
        "creatinine": [some(draw.randint(40, 200)) for _ in range(number)],
        "weight": [some(draw.randint(40, 110)) for _ in range(number)],
        "height": [some(draw.randint(150, 190)) for _ in range(number)],
    }


@pytest.mark.parametrize("key", ["id", None])
@pytest.mark.parametrize("rows", [7, 1000])
def test_each_row_is_answered_as_of_its_day(monkeypatch: pytest.MonkeyPatch, rows: int, key: str | None) -> None:
    monkeypatch.setattr(daily, "ROWS", rows)
    monkeypatch.setattr(daily, "KEPT", 1)
    given = people(40)
    table = pa.table(given if key else {name: column for name, column in given.items() if name != "id"})
    found = clinic().stratify(table, ASKED, on_column="seen", key=key)
    assert found.column(0).to_pylist() == (given["id"] if key else list(range(40)))
    for i, row in enumerate(found.to_pylist()):
        day = given["seen"][i]
        if day is None or len(day) != 10:
            assert all(value is None for name, value in row.items() if name not in ("id", "row")), row
            continue
        facts = {name: column[i] for name, column in given.items() if name not in ("id", "seen")}
        chart = Chart.of({name: value for name, value in facts.items() if value is not None}, on=day)
        for name in ASKED:
            answer = clinic().decide(name, chart)
            assert (row[name], row[f"{name}.status"]) == (answer.value, answer.status), (i, name)
    told = found.schema.metadata
    assert json.loads(told[b"sangao.on"]) == {"column": "seen"}
    undated = sum(day is None or len(day) != 10 for day in given["seen"])
    assert json.loads(told[b"sangao.problems"])["table.bad_on"] == undated


def test_days_may_be_dates_and_nobody_is_nobody() -> None:
    table = pa.table({"seen": [date(2025, 3, 9)], "sbp_office": [150]})
    assert clinic().stratify(table, ["htn.grade"], on_column="seen").column("htn.grade").to_pylist() == ["high"]
    empty = clinic().stratify(table.slice(0, 0), ["htn.grade"], on_column="seen")
    assert empty.num_rows == 0 and empty.column_names[:2] == ["row", "htn.grade"]


def test_a_column_of_days_that_is_not_there_is_named() -> None:
    with pytest.raises(SangaoError) as raised:
        clinic().stratify(pa.table({"seen": ["2025-03-09"], "sbp_office": [150]}), ["htn.grade"], on_column="sen")
    [problem] = raised.value.problems
    assert (problem.code, problem.parts["nearest"]) == ("table.no_column", "seen")
