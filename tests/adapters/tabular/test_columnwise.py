"""A table with a simple mapping is answered in columns: every file comes out as it does row by row."""

import csv
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

if "CI" not in os.environ:  # where it is installed by the dev extra, it has to be there
    pytest.importorskip("pyarrow")
import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.cli import bulk

MAP: dict[str, Any] = {
    "key": "id",
    "on": "2025-10-20",
    "columns": {
        "sbp": "sbp_office",
        "dbp": {"fact": "dbp_office", "missing": ["999"]},
        "home": {"facts": ["sbp_home", "dbp_home"], "missing": ["0"]},
        "age": "age",
        "sex": {"fact": "sex", "values": {"1": "male", "2": "female"}},
        "diabetes": {"fact": "diabetes", "values": {"是": "true", "否": "false"}},
        "chd": "chd",
        "creatinine": {"fact": "creatinine", "unit": "mg/dL"},
        "egfr": "egfr",
        "weight": "weight",
        "height": "height",
        "bmi": "bmi",
        "tc": "tc",
        "ldl": "ldl",
    },
}
HOME = ("150/90", "151/91 mmHg", "149", "90/150", "１５２／９２", "0", "147/", "20/12 kPa")
LISTS = ({}, {"conditions": {"delivered": "always"}}, {"conditions": {"delivered": "always", "complete": True}})


def people(number: int) -> list[dict[str, Any]]:
    rng = random.Random(number)

    def some(value: Any) -> Any:
        roll = rng.random()
        return None if roll < 0.15 else rng.choice(("?", "不详", "1e9", "-3", " ")) if roll < 0.17 else value

    return [
        {
            "id": rng.choice((f"p{i}", f"p{i}", f"p{i}", "p1", "a,b")) if rng.random() < 0.98 else None,
            "sbp": some(rng.choice((rng.randint(90, 210), 139.995, 145.5))),
            "dbp": some(rng.choice((rng.randint(50, 130), 999))),
            "home": some(
                rng.choice(("150/90", "151/91 mmHg", "149", "90/150", "１５２／９２", "0", "147/", "20/12 kPa"))
            ),
            "age": some(rng.randint(10, 95)),
            "sex": some(rng.choice((1, 2, 2, 9))),
            "diabetes": some(rng.choice(("是", "否"))),
            "chd": some(rng.choice(("有", "无", "true"))),
            "creatinine": some(round(rng.uniform(0.4, 3), 2)),
            "egfr": some(rng.randint(20, 120)) if rng.random() < 0.2 else None,
            "weight": some(round(rng.uniform(35, 120), 1)),
            "height": some(rng.randint(140, 190)),
            "bmi": some(round(rng.uniform(17, 40), 1)) if rng.random() < 0.3 else None,
            "tc": some(round(rng.uniform(2, 9), 2)),
            "ldl": some(round(rng.uniform(0.5, 6), 2)),
        }
        for i in range(number)
    ]


def run(folder: Path, source: str, out: str) -> dict[str, Any]:
    packs = ["--pack", "htn_guideline_2024", "--pack", "lipid_2023"]
    given = [str(folder / source), "--map", str(folder / "map.yaml"), "--out", str(folder / out), "--format", "json"]
    done = CliRunner().invoke(app(), ["stratify", *given, *packs, "--workers", "1"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("lists", LISTS)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_and_rows_write_the_same_files(
    tmp_path: Path, kind: str, lists: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = people(700)
    (tmp_path / "map.yaml").write_text(json.dumps({**MAP, "lists": lists}), encoding="utf-8")
    if kind == "csv":
        with (tmp_path / "people.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            file.write("p7,140\n")  # a ragged row
    else:
        columns = {}
        for name in rows[0]:
            cells = [row[name] for row in rows]
            numbers = name not in ("id", "sex", "diabetes", "chd", "home")
            columns[name] = (
                pa.array([one if isinstance(one, int | float) else None for one in cells], pa.float64())
                if numbers
                else pa.array([None if one is None else str(one) for one in cells])
            )
        pq.write_table(pa.table(columns), tmp_path / "people.parquet")
    taken = 0
    by_columns = bulk.Answering._by_columns

    def counted(self: Any, *given: Any) -> Any:
        nonlocal taken
        taken += 1
        return by_columns(self, *given)

    monkeypatch.setattr(bulk.Answering, "_by_columns", counted)
    first = run(tmp_path, f"people.{kind}", "columns.csv")
    assert taken
    monkeypatch.setattr(bulk, "_columnwise", lambda *given: None)
    before = taken
    second = run(tmp_path, f"people.{kind}", "rows.csv")
    assert taken == before
    assert (tmp_path / "columns.csv").read_text("utf-8") == (tmp_path / "rows.csv").read_text("utf-8")
    refused = [(tmp_path / f"{one}.csv.rejects.csv").read_text("utf-8") for one in ("columns", "rows")]
    assert refused[0] == refused[1] and len(refused[0].splitlines()) > 20
    for name in ("rows", "answered", "rejected_values", "rejected_by_code", "notes", "duplicate_keys", "decisions"):
        assert first[name] == second[name], name
    assert first["notes"]
