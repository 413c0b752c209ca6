"""`sangao stratify` writes what the pack answers for each row, loses nothing, and leaves nothing half done."""

import csv
import errno
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sangao.adapters import main
from sangao.adapters.tabular import read_columns
from sangao.engine.cli import answer_table, county, jobs, running
from sangao.engine.cli import cells as cells_of
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from tests.opened import opened

PEOPLE = 300
PACK = "htn_guideline_2024"


@cache
def pack() -> Pack:
    return opened(PACK)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pack") / "pack.sangao"
    pack().save(path)
    return str(path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    county.write(tmp_path / "county.csv", PEOPLE, seed=7)
    (tmp_path / "map.yaml").write_text(json.dumps(county.MAPPING, ensure_ascii=False), encoding="utf-8")
    return tmp_path / "county.csv"


def run(table: Path, saved: str, *more: str) -> Result:
    arguments = ["stratify", str(table), "--map", str(table.parent / "map.yaml"), "--pack", saved]
    return CliRunner().invoke(main.app(), [*arguments, "--out", str(table.parent / "out.csv"), *more])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(decision: ir.Decision, answer: Any) -> dict[str, str]:
    parts = ("", ".status", ".at_least", ".at_most", ".possible")
    shown = (answer.value, answer.status, answer.at_least, answer.at_most)
    texts = [
        *(one if isinstance(one, str) else cells_of.plain(one) for one in shown),
        cells_of.mask(decision.outcome, answer.open),
    ]
    return {f"{decision.id}{part}": text for part, text in zip(parts, texts, strict=True)}


def test_every_row_says_what_the_pack_says_of_it(table: Path, saved: str) -> None:
    result = run(table, saved)
    assert result.exit_code == 0, result.output
    bound = read_columns(source=table, mapping=county.MAPPING).bind(pack().compiled.dictionary, None)
    patients = [one for batch in bound.batches(1000) for one in bound.patients(batch)]
    written = read(table.parent / "out.csv")
    assert len(written) == len(patients) == PEOPLE
    for row, patient in zip(written, patients, strict=True):
        expected = {"编号": patient.key}
        answers = pack().decide_all(patient.chart).decisions
        for name in pack().decisions:
            expected |= cells(pack().compiled.decisions[name], answers[name])
        assert row == expected


def test_every_value_refused_stands_in_the_rejects_with_its_place(table: Path, saved: str) -> None:
    lines = table.read_text(encoding="utf-8").splitlines()
    place = {name: i for i, name in enumerate(county.HEADER)}
    for number, (name, text) in enumerate(
        (("年龄", "200"), ("身高", "高"), ("血压", "152"), ("血压", "80/150"), ("诊断", "怪病"))
    ):
        fields = lines[number + 1].split(",")
        fields[place[name]] = text
        lines[number + 1] = ",".join(fields)
    lines.append("R1,男")
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run(table, saved, "--strict")
    assert result.exit_code == 1
    found = [
        (int(row["line"]), row["column"], row["fact"], row["value"], row["code"])
        for row in read(table.parent / "out.csv.rejects.csv")
        if int(row["line"]) < 7 or int(row["line"]) > PEOPLE
    ]
    assert found == [
        (2, "年龄", "age", "200", "chart.out_of_range"),
        (3, "身高", "height", "高", "chart.not_a_quantity"),
        (4, "血压", "sbp_office", "152 /?", "chart.not_a_quantity"),
        (4, "血压", "dbp_office", "152 /?", "chart.not_a_quantity"),
        (5, "血压", "sbp_office", "80", "chart.contradiction"),
        (5, "血压", "dbp_office", "150", "chart.contradiction"),
        (6, "诊断", "", "怪病", "chart.unmapped"),
        (PEOPLE + 2, "", "", "R1,男", "table.ragged"),
    ]
    assert all(row["zh"] and row["en"] for row in read(table.parent / "out.csv.rejects.csv"))
    assert len(read(table.parent / "out.csv")) == PEOPLE


def test_two_processes_write_the_same_bytes(table: Path, saved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 50)
    one = run(table, saved, "--workers", "1", "--format", "json")
    first = (table.parent / "out.csv").read_bytes()
    two = run(table, saved, "--workers", "2", "--format", "json")
    assert (table.parent / "out.csv").read_bytes() == first
    assert json.loads(two.stdout) == json.loads(one.stdout)


def test_the_summary_counts_what_was_written(table: Path, saved: str) -> None:
    summary = json.loads(run(table, saved, "--by", "htn.grade", "--by", "htn.risk_factors", "--format", "json").stdout)
    written = read(table.parent / "out.csv")
    assert list(written[0]) == [
        "编号",
        *(
            f"{name}{part}"
            for name in ("htn.grade", "htn.risk_factors")
            for part in ("", ".status", ".at_least", ".at_most", ".possible")
        ),
    ]
    grade = summary["decisions"]["htn.grade"]
    assert {status: grade[status] for status in ("settled", "provisional", "unknown")} == {
        "settled": 0,
        "provisional": 0,
        "unknown": 0,
    } | Counter(row["htn.grade.status"] for row in written)
    assert {code: number for code, number in grade["outcomes"].items() if number} == Counter(
        row["htn.grade"] for row in written if row["htn.grade"]
    )
    assert (summary["rows"], summary["answered"], summary["duplicate_keys"]) == (PEOPLE, PEOPLE, 0)
    assert summary["costly"]["sample"] is True and summary["costly"]["facts"]
    meta = json.loads((table.parent / "out.csv.meta.json").read_text(encoding="utf-8"))
    assert meta["packs"][0]["hash"] == pack().hash
    assert meta["decisions"]["htn.grade"]["outcomes"] == list(pack().compiled.decisions["htn.grade"].outcome.codes)


def test_a_key_that_comes_again_is_answered_and_counted(table: Path, saved: str) -> None:
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines, lines[1], lines[2]]) + "\n", encoding="utf-8")
    summary = json.loads(run(table, saved, "--by", "htn.grade", "--format", "json").stdout)
    assert (summary["answered"], summary["duplicate_keys"]) == (PEOPLE + 2, 2)
    written = read(table.parent / "out.csv")
    assert written[-2:] == written[:2]


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (OSError(errno.ENOSPC, "No space left"), 2)])
def test_a_run_that_is_broken_off_at_once_leaves_no_file_and_an_older_table_stands(
    table: Path, saved: str, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    (table.parent / "out.csv").write_text("yesterday")
    before = sorted(table.parent.iterdir())

    def broken(self: Any, done: jobs.Done) -> None:
        raise error

    monkeypatch.setattr(answer_table.Text, "chunk", broken)
    result = run(table, saved, "--by", "htn.grade", "--format", "json")
    assert result.exit_code == code
    [problem] = json.loads(result.stderr)["problems"]
    assert problem["code"] == ("table.interrupted" if code == 130 else "host.unwritable")
    assert "磁盘已满" in problem["text"]["zh"] or code == 130
    assert sorted(table.parent.iterdir()) == before
    assert (table.parent / "out.csv").read_text() == "yesterday"


def test_bad_usage_ends_with_2_and_says_why(table: Path, saved: str) -> None:
    assert run(table, saved, "--by", "htn.grad").exit_code == 2
    assert run(table.parent / "nobody.csv", saved).exit_code == 2
    assert run(table, saved, "--out", str(table)).exit_code == 2
    assert run(table, saved, "--on", "spring").exit_code == 2
    (table.parent / "map.yaml").write_text("key: 编号\ncolumns: {年龄: {fact: agee}}\n", encoding="utf-8")
    result = run(table, saved)
    assert result.exit_code == 2 and "map.yaml:2:" in result.output and "age" in result.output
    assert not (table.parent / "out.csv").exists()
