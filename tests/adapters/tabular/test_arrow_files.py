"""Parquet and Arrow files in and out: the same answers and rejects as the same table as CSV."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

if "CI" not in os.environ:  # where it is installed by the dev extra, it has to be there
    pytest.importorskip("pyarrow")
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
from typer.testing import CliRunner

from sangao.adapters.main import app

MAP = """
key: 编号
on: "2025-10-20"
lists:
  conditions: {delivered: always}
columns:
  血压: {facts: [sbp_office, dbp_office]}
  高压: {fact: sbp_home, missing: [999]}
  年龄: age
  性别: {fact: sex, values: {1: male, 2: female}}
  糖尿病: {fact: diabetes}
  体重: {fact: weight, unit: kg}
"""
ROWS = [
    ("a", "156/92", 150.5, 63, 1, True, 70.25),
    ("b", None, 999.0, 40, 2, None, None),
    ("c", "180/120", 7000.0, None, 9, False, 61.0),
    ("c", "?", None, 40, None, None, float("nan")),
    (None, "120/80", None, 40, None, None, 50.0),
]
NAMES = ("编号", "血压", "高压", "年龄", "性别", "糖尿病", "体重")


def table() -> Any:
    columns = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))
    found = pa.table(columns)
    at = found.column_names.index("体重")
    return found.set_column(at, "体重", found.column("体重").cast(pa.float32()))


def run(folder: Path, source: str, out: str, *rest: str) -> Any:
    given = [str(folder / source), "--map", str(folder / "map.yaml"), "--out", str(folder / out)]
    done = CliRunner().invoke(app(), ["stratify", *given, "--pack", "htn_guideline_2024", *rest])
    assert done.exit_code in (0, 1, 2), done.output
    return done


def written(folder: Path) -> None:
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    pq.write_table(table(), folder / "people.parquet", row_group_size=2)
    pyarrow.feather.write_feather(table(), folder / "people.feather")
    with pa.ipc.new_stream(folder / "people.arrow", table().schema) as stream:
        stream.write_table(table(), max_chunksize=2)
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        for row in ROWS:
            writer.writerow(["" if one is None else str(one).lower() if isinstance(one, bool) else one for one in row])


@pytest.mark.parametrize("name", ["people.parquet", "people.feather", "people.arrow"])
def test_an_arrow_file_is_answered_as_the_same_text_is(tmp_path: Path, name: str) -> None:
    written(tmp_path)
    assert run(tmp_path, "people.csv", "text.csv").exit_code == 0
    assert run(tmp_path, name, "arrow.csv").exit_code == 0
    assert (tmp_path / "arrow.csv").read_text() == (tmp_path / "text.csv").read_text()
    refused = [
        [row[1:] for row in csv.reader((tmp_path / f"{one}.csv.rejects.csv").read_text("utf-8").splitlines())]
        for one in ("text", "arrow")
    ]
    assert len(refused[0]) > 3
    # A row without a key is shown whole, here only the columns the mapping speaks of.
    assert [row[:3] + row[4:] for row in refused[0]] == [row[:3] + row[4:] for row in refused[1]]


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow"])
def test_answers_may_be_written_as_arrow(tmp_path: Path, name: str) -> None:
    written(tmp_path)
    assert run(tmp_path, "people.csv", "text.csv").exit_code == 0
    assert run(tmp_path, "people.parquet", name).exit_code == 0
    path = tmp_path / name
    found = pq.read_table(path) if name.endswith("parquet") else pa.ipc.open_file(path).read_all()
    rows = list(csv.DictReader((tmp_path / "text.csv").read_text("utf-8").splitlines()))
    assert found.column_names == list(rows[0])
    for mine, theirs in zip(found.to_pylist(), rows, strict=True):
        for column, value in mine.items():
            assert told(value) == theirs[column], column
    meta = json.loads(found.schema.metadata[b"sangao.table"])
    assert meta == json.loads((tmp_path / f"{name}.meta.json").read_text(encoding="utf-8"))


def told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_nobody_is_written_as_a_table_without_rows(tmp_path: Path) -> None:
    written(tmp_path)
    pq.write_table(table().slice(0, 0), tmp_path / "none.parquet")
    assert run(tmp_path, "none.parquet", "out.parquet").exit_code == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_a_truncated_file_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    written(tmp_path)
    whole = (tmp_path / "people.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    done = run(tmp_path, "cut.parquet", "out.parquet", "--format", "json")
    assert done.exit_code == 2 and "table.damaged" in done.output
    stream = (tmp_path / "people.arrow").read_bytes()
    (tmp_path / "cut.arrow").write_bytes(stream[: len(stream) - len(stream) // 3])
    done = run(tmp_path, "cut.arrow", "out.parquet", "--format", "json")
    assert done.exit_code == 2 and "table.damaged" in done.output
    assert not list(tmp_path.glob("out*")) and not list(tmp_path.glob(".out*"))


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    pq.write_table(table().drop_columns(["体重"]), tmp_path / "less.parquet")
    done = run(tmp_path, "less.parquet", "out.csv", "--format", "json")
    assert done.exit_code == 2 and "table.no_column" in done.output and "体重" in done.output


def floats(tmp_path: Path, keys: Any, values: Any, name: str = "people.parquet") -> Any:
    (tmp_path / "map.yaml").write_text('key: id\non: "2025-10-20"\ncolumns: {sbp: sbp_office}\n', encoding="utf-8")
    made = pa.table({"id": keys, "sbp": values})
    pq.write_table(made, tmp_path / name) if name.endswith(".parquet") else pyarrow.feather.write_feather(
        made, tmp_path / name
    )
    return run(tmp_path, name, "out.csv", "--duplicates", "merge", "--by", "htn.grade", "--format", "json")


@pytest.mark.parametrize("name", ["people.parquet", "people.arrow"])
@pytest.mark.parametrize(
    "keys", [pa.array([1.0, 1.23456789012345678e17, 1.2345678901234567e17]), pa.array([1.0, 1.7e7, 2.0], pa.float32())]
)
def test_keys_that_were_rounded_are_refused(tmp_path: Path, keys: Any, name: str) -> None:
    """Two people whose keys lost their last digits would be made one."""
    done = floats(tmp_path, keys, [150, 120, 190], name)
    assert done.exit_code == 2 and "table.key_rounded" in done.stderr and not (tmp_path / "out.csv").exists()


def test_a_key_that_is_no_number_is_no_key(tmp_path: Path) -> None:
    done = floats(tmp_path, pa.array([1.0, float("nan"), float("nan"), None]), [150, 120, 190, 100])
    found = json.loads(done.stdout)
    assert (found["answered"], found["rejected_by_code"]) == (1, {"table.no_key": 3})


def test_bytes_are_texts_and_what_is_none_is_refused(tmp_path: Path) -> None:
    keys = pa.array([b"a", b"b", b"\xd5\xc5", b"\xc0\xee"], pa.binary())
    floats(tmp_path, keys, pa.array([b"152", b"96", b"1\xff", b"120"], pa.binary()))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["a", "b", "\\xd5\\xc5", "\\xc0\\xee"]
    with (tmp_path / "out.csv.rejects.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["line"], row["value"]) for row in csv.DictReader(file)] == [("3", "1\\xff")]
