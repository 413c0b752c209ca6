"""Made-up persons as a table of facts, with blanks, values that are refused and values of no use; and one question."""

from typing import Any

import numpy as np
import pyarrow as pa

PACK = "htn_guideline_2024"
ASKED = ("htn.class", "htn.grade", "htn.risk")
DAY = "2025-10-20"
FACTS = ("sbp_office", "dbp_office", "age", "sex", "ldl", "diabetes")
DELIVERED: dict[str, Any] = {"conditions": {"delivered": "always"}}
MAP: dict[str, Any] = {"on": DAY, "lists": DELIVERED, "columns": {name: name for name in FACTS}}


def people(rows: int, seed: int = 20251020) -> Any:
    """Return so many persons, a tenth of every column blank; the same every time."""
    draw = np.random.default_rng(seed)

    def some(values: Any) -> Any:
        return pa.array(values, mask=draw.random(rows) < 0.1)

    systolic = np.rint(draw.normal(132, 17, rows)).clip(96, 210)
    systolic[draw.random(rows) < 0.002] = 999  # refused
    return pa.table(
        {
            "sbp_office": some(systolic),
            "note": pa.array(["x"] * rows),
            "id": pa.array([f"P{i:08}" for i in range(rows)]),
            "dbp_office": some(np.rint(draw.normal(76, 7, rows)).clip(50, 90)),
            "age": some(draw.integers(18, 95, rows)),
            "sex": some(np.where(draw.random(rows) < 0.5, "male", "female").astype(object)),
            "ldl": some(draw.normal(2.8, 0.6, rows).clip(0.5, 6).round(2)),
            "diabetes": some(draw.random(rows) < 0.1),
        }
    )


def same(found: Any, expected: Any) -> None:
    """Assert that two tables of answers say the same of the same persons, row by row; `possible` by its bits."""
    assert found.num_rows == expected.num_rows
    for name in expected.column_names:
        one, other = found.column(name).to_pylist(), expected.column(name).to_pylist()
        if name.endswith(".possible"):
            one = [None if bits is None else bits & (1 << 64) - 1 for bits in one]
        assert one == other, name


def counted(answers: Any) -> dict[tuple[Any, ...], int]:
    """Return how many persons have which answers, `possible` (a number engines hold differently) left out."""
    names = [name for name in answers.column_names if name != "id" and not name.endswith(".possible")]
    plain = pa.table({name: answers[name].cast(pa.string()) for name in names})
    found = plain.group_by(names).aggregate([([], "count_all")]).to_pylist()
    return {tuple(one[name] for name in names): one["count_all"] for one in found}
