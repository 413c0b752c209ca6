"""Whatever is wrong with a table: said with its place and what to do, nothing under a final name, the exit code 2."""

import datetime
import decimal
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.tabular import small
from tests.adapters.tabular.small import codes, done, read

SIMPLE: dict[str, Any] = {
    "key": "编号",
    "on": "2025-10-20",
    "columns": {"年龄": "age", "体重": {"fact": "weight", "unit": "kg"}, "身高": "height", "糖尿病": "diabetes"},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small.write(tmp_path / "county.csv", small.people(60))
    return tmp_path


def nothing_written(folder: Path) -> bool:
    return not list(folder.glob("*out.*")) and not list(folder.glob(".out.*"))


def test_columns_of_the_wrong_kind_are_refused_cell_by_cell(folder: Path) -> None:
    """A list, a moment, bytes, a number as text, a truth where a number belongs: never a wrong number."""
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    import pyarrow.parquet as pq

    small.write(folder / "county.csv", [], SIMPLE)
    table = pa.table(
        {
            "编号": pa.array([1, 2, 3], pa.int64()),
            "年龄": pa.array([[63], [40, 41], None], pa.list_(pa.int64())),
            "体重": pa.array([b"70", b"\xff", None], pa.binary()),
            "身高": pa.array([True, None, False]),
            "糖尿病": pa.array([datetime.datetime(2025, 1, 1), None, None]),
        }
    )
    pq.write_table(table, folder / "wrong.parquet")
    found = done("wrong.parquet", "out.csv")
    assert found["rows"] == found["answered"] == 3
    assert {row["obesity.status"] for row in read("out.csv")} == {"unknown"}
    refused = {(row["key"], row["column"], row["code"]) for row in read("out.csv.rejects.csv")}
    assert {("1", "年龄", "chart.not_a_quantity"), ("2", "年龄", "chart.not_a_quantity")} <= refused
    assert ("2", "体重", "chart.not_a_quantity") in refused
    assert ("1", "身高", "chart.not_a_quantity") in refused


def test_numbers_of_any_width_say_the_same(folder: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    import pyarrow.parquet as pq

    small.write(folder / "county.csv", [], SIMPLE)
    kinds: list[tuple[Any, list[Any]]] = [
        (pa.float64(), [90.1, 60.2]),
        (pa.float32(), [90.1, 60.2]),
        (pa.string(), ["90.1", "60.2 kg"]),
        (pa.decimal128(6, 2), [decimal.Decimal("90.10"), decimal.Decimal("60.20")]),
        (pa.dictionary(pa.int8(), pa.string()), ["90.1", "60.2kg"]),
    ]
    said = []
    for kind, weights in kinds:
        columns = {"编号": ["a", "b"], "年龄": [63, 40], "体重": pa.array(weights, kind), "身高": [170, 171]}
        pq.write_table(pa.table({**columns, "糖尿病": ["是", None]}), folder / "people.parquet")
        done("people.parquet", "out.csv")
        said.append([row["obesity"] for row in read("out.csv")])
    assert said == [["true", "false"]] * len(kinds)


def test_units_that_are_mixed_in_a_column_are_converted_or_held_out(folder: Path) -> None:
    mapping = {"key": "编号", "on": "2025-10-20", "columns": {"血压": "sbp_office"}}
    rows = [
        dict.fromkeys(small.HEADER, "") | {"编号": key, "血压": text}
        for key, text in (("a", "150"), ("b", "20 kPa"), ("c", "20"), ("d", "150 mg/dL"))
    ]
    small.write(folder / "county.csv", rows, mapping)
    done("county.csv", "out.csv")
    assert [row["htn.grade"] for row in read("out.csv")] == ["high", "high", "", ""]
    assert [(row["key"], row["code"]) for row in read("out.csv.rejects.csv")] == [
        ("c", "chart.suspect_unit"),
        ("d", "chart.unknown_unit"),
    ]


def test_a_decision_whose_facts_the_table_lacks_is_said_before_the_work(folder: Path) -> None:
    mapping = {"key": "编号", "on": "2025-10-20", "columns": {"血压": {"facts": ["sbp_office", "dbp_office"]}}}
    small.write(folder / "county.csv", small.people(5), mapping)
    part = small.run("county.csv", "out.csv")
    assert part.exit_code == 0
    assert part.stderr.count("table.not_fed") == 2, "obesity and dm.high, not htn.grade"
    assert "weight" in part.stderr
    mapping["columns"] = {"年龄": "age"}
    small.write(folder / "county.csv", small.people(5), mapping)
    (folder / "out.csv").unlink()
    assert set(codes(small.run("county.csv", "out2.csv"))) == {"table.not_fed"}
    assert not (folder / "out2.csv").exists()


def test_a_list_feeds_the_facts_it_may_name(folder: Path) -> None:
    mapping = {"key": "编号", "on": "2025-10-20", "columns": {"血压": "sbp_office", "诊断": {"list": "conditions"}}}
    small.write(folder / "county.csv", small.people(5), mapping)
    assert small.run("county.csv", "out.csv").stderr.count("table.not_fed") == 1, "dm.high may come of the list"


def test_a_parquet_file_cut_short_leaves_nothing(folder: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    import pyarrow.csv
    import pyarrow.parquet as pq

    pq.write_table(pyarrow.csv.read_csv("county.csv"), "people.parquet")
    whole = Path("people.parquet").read_bytes()
    for length in (0, 4, len(whole) // 2, len(whole) - 1):
        Path("people.parquet").write_bytes(whole[:length])
        assert codes(small.run("people.parquet", "out.csv")) == ["table.damaged"]
    middle = len(whole) // 3
    Path("people.parquet").write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
    result = small.run("people.parquet", "out.csv")
    assert codes(result) == ["table.damaged"] and nothing_written(folder)


@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.arrow"])
def test_a_disk_that_is_full_says_so_and_leaves_no_answers(folder: Path, out: str) -> None:
    """A file may not grow beyond some kilobytes: what the system says then is what it says of a full disk."""
    if out != "out.csv":
        pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    small.write(folder / "county.csv", small.people(400))
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))\n"
        f"sys.argv = 'sangao stratify county.csv --map map.yaml --pack pack.sangao --out {out} --lang en'.split()\n"
        "from sangao.adapters.main import main; main()"
    )
    ended = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "host.unwritable" in ended.stderr and "Traceback" not in ended.stderr, ended.stderr
    assert nothing_written(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said_before_the_work(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    assert codes(small.run("county.csv", "closed/out.csv")) == ["host.unwritable"]
    assert codes(small.run("county.csv", "out.csv", "--rejects", "closed/rejects.csv")) == ["host.unwritable"]


def test_a_place_that_is_not_there_is_said_before_the_work(folder: Path) -> None:
    assert codes(small.run("county.csv", "out.csv", "--rejects", "nowhere/rejects.csv")) == ["host.unwritable"]
    assert codes(small.run("county.csv", "out.csv", "--plot", "nowhere/out.svg")) == ["host.unwritable"]
    assert nothing_written(folder)


def test_site_settings_that_do_not_exist_or_do_not_fit_are_said(folder: Path) -> None:
    assert codes(small.run("county.csv", "out.csv", "--set", "no_such_setting=true")) == ["meaning.unknown_setting"]
    assert nothing_written(folder)
