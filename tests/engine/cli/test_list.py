"""`sangao list`: lists by name, a cohort, text, table and data; a draw that anybody can repeat."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sangao.adapters.main import app
from tests.town import PACK, RULES

LIST = """list: elders
title: {zh: 老年人, en: elders}
pack: town
who: l.old
shows:
  - {of: l.wants}
  - {of: age, name: {zh: 岁数, en: years}, total: sum}
order: [{by: age, first: greatest}]
cases:
  - it: one
    on: "2025-10-08"
    cohort: [{person: a, age: 65}, {person: b, age: 64}, {person: c}]
    expect: {listed: [a], unsure: [c]}
"""
SAMPLE = """list: drawn
title: {zh: 抽样, en: drawn}
pack: town
who: l.old
shows: [{of: institution_number}]
sample: {per: institution_number}
cases:
  - {it: one, on: "2025-10-08", sample: 1, cohort: [{person: a, age: 65}], expect: {listed: [a]}}
"""
PEOPLE: list[dict[str, Any]] = [
    {"patient": {"id": "a"}, "facts": {"age": 70, "sbp_office": 150}},
    {"patient": {"id": "b"}, "facts": {"age": 80, "sbp_office": 120, "fpg": 5.0}},
    {"patient": {"id": "c"}, "facts": {"age": 40}},
    {"patient": {"id": "d"}, "facts": {"sbp_office": 150}},
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "town" / "rules").mkdir(parents=True)
    (tmp_path / "worklists").mkdir()
    (tmp_path / "town" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "town" / "rules" / "all.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "worklists" / "elders.yaml").write_text(LIST, encoding="utf-8")
    (tmp_path / "worklists" / "drawn.yaml").write_text(SAMPLE, encoding="utf-8")
    lay(tmp_path, PEOPLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lay(home: Path, people: list[dict[str, Any]]) -> None:
    lines = [json.dumps({"on": "2025-10-08", **one}, ensure_ascii=False) for one in people]
    (home / "people.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app(), ["list", *arguments])


def test_a_list_as_text_says_who_is_not_known(home: Path) -> None:
    done = run("worklists/elders.yaml", "people.ndjson")
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.output.splitlines()]
    keys = [line[0] for line in lines if line and line[0] in ("a", "b", "c", "d", "资料不足,需核实:")]
    assert keys == ["b", "a", "资料不足,需核实:", "d"]
    assert "量血压(其余未知)" in done.output and "岁数合计: 150" in done.output
    assert "在名单 2 人,不明 1 人,共看 4 人,拒收 0 项" in done.output


def test_a_list_as_data(home: Path) -> None:
    told = json.loads(run("worklists/elders.yaml", "people.ndjson", "--format", "json").output)
    assert told["schema"] == "sangao.list/1" and told["looked_at"] == 4
    assert [one["key"] for one in told["people"]] == ["b", "a"] and [one["key"] for one in told["unsure"]] == ["d"]
    assert told["people"][1]["told"]["l.wants"] == {"at_least": ["pressure"], "at_most": ["glucose", "pressure"]}
    assert told["totals"] == {"age": "150"}


def test_a_list_as_a_table(home: Path) -> None:
    run("worklists/elders.yaml", "people.ndjson", "--out", "list.csv", "--lang", "en")
    rows = list(csv.DictReader((home / "list.csv").read_text("utf-8").splitlines()))
    assert [(one["key"], one["listed"]) for one in rows] == [("b", "yes"), ("a", "yes"), ("d", "unknown")]
    assert rows[1]["wants"] == "pressure (the rest unknown)" and rows[2]["years"] == "unknown"


def test_a_draw_is_the_same_in_a_period_and_needs_a_size(home: Path) -> None:
    lay(home, [{"patient": {"id": str(i)}, "facts": {"age": 70, "institution_number": 1 + i % 2}} for i in range(40)])

    def draw(period: str) -> list[str]:
        done = run("worklists/drawn.yaml", "people.ndjson", "--period", period, "--sample", "3", "--format", "json")
        return [one["key"] for one in json.loads(done.output)["people"]]

    assert draw("2026Q1") == draw("2026Q1") != draw("2026Q2")
    assert sorted(int(one) % 2 for one in draw("2026Q1")) == [0, 0, 0, 1, 1, 1]
    done = run("worklists/drawn.yaml", "people.ndjson", "--lang", "en")
    assert done.exit_code == 2 and "worklist.sample_size" in done.output


def test_lists_are_named_and_an_unknown_one_is_bad_usage(home: Path) -> None:
    done = run()
    assert done.exit_code == 0 and "outreach" in done.output and "季度质控抽样名单" in done.output
    done = run("outreech", "people.ndjson", "--lang", "en")
    assert done.exit_code == 2 and "worklist.unknown" in done.output and "outreach" in done.output


def test_lists_are_checked_with_their_cases(home: Path) -> None:
    done = CliRunner().invoke(app(), ["check", "worklists/elders.yaml", "worklists/drawn.yaml", "--lang", "en"])
    assert done.exit_code == 0, done.output
