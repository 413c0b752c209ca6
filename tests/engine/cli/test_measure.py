"""`sangao measure` from end to end: a cohort, a profile, last year's result, a frozen baseline, numbers by hand."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.cli.kept import period_of
from sangao.engine.errors import SangaoError

PACK = """pack: county
edition: "2025"
family: county
title: {zh: 县指标, en: county}
origin: project
document: PROJECT
dates: {from: "2025-01-01"}
"""
RULES = """measure: m.low
title: {zh: 收缩压低于140的比例, en: share with a systolic below 140}
numerator: "last(sbp_office within this year) < 140 mmHg"
denominator: "age >= 35 years"
direction: higher
---
measure: m.people
title: {zh: 成人数, en: adults}
numerator: "age >= 18 years"
direction: higher
against: baseline
---
measure: m.visits
title: {zh: 就诊人次, en: visits}
counts: events
numerator: "last(visits_primary within this year)"
against: previous
---
measure: m.rooms
title: {zh: 建成率, en: rooms built}
numerator: entered
denominator: entered
"""
PROFILE = """profile: county_2025
title: {zh: 县2025年目标, en: goals of 2025}
document: GONGSHU-2022
pack: county
period: "2025"
goals:
  - {measure: m.low, goal: ">= 60 %"}
  - {id: strict, measure: m.low, goal: ">= 60 %", unknown: out}
  - id: gain
    measure: m.low
    goal: ["points >= 10", "change >= 10 %"]
    against: baseline
    note: {zh: 两种读法, en: two readings}
  - {measure: m.people, goal: ">= 3"}
  - {measure: m.visits, goal: rise, against: previous}
  - {measure: m.rooms, goal: ">= 100 %"}
together: {both: {title: {zh: 两项, en: both}, goals: [people, visits]}}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "county/pack.yaml": PACK,
        "county/rules/m.yaml": RULES,
        "county/SOURCES.md": "#",
        "county/CHANGES.md": "#",
        "profiles/county_2025.yaml": PROFILE,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def people(path: Path, *many: dict[str, Any]) -> Path:
    lines = [{"patient": {"id": f"p{i}"}, "on": "2025-06-30", "facts": facts} for i, facts in enumerate(many)]
    path.write_text("\n".join(json.dumps(one) for one in lines) + "\nnonsense\n", encoding="utf-8")
    return path


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app(), ["measure", *arguments], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def result(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--format", "json").stdout)
    return found


FIRST = (
    {"age": 40, "sbp_office": 130, "visits_primary": 2},
    {"age": 40, "sbp_office": 150, "visits_primary": 1},
    {"age": 40, "visits_primary": 0},
    {"age": 20, "visits_primary": 0},
)
LATER = (
    {"age": 40, "sbp_office": 130, "visits_primary": 2},
    {"age": 40, "sbp_office": 139, "visits_primary": 3},
    {"age": 40, "sbp_office": 150, "visits_primary": 0},
)
GOALS = ("--profile", "profiles/county_2025.yaml")


def test_a_county_over_two_years(home: Path) -> None:
    first = result(str(people(home / "a.ndjson", *FIRST)), *GOALS, "--freeze", "base.json", "--out", "a.json")
    measures = {one["id"]: one for one in first["measures"]}
    low = measures["m.low"]
    assert (low["n"], low["d"], low["unknown"], low["rate"], low["low"], low["high"]) == (1, 3, 1, None, "33.3", "66.7")
    assert low["unknown_share"] == "33.3" and low["status"] == "unknown"
    strict = measures["m.low:strict"]
    assert (strict["rate"], strict["unknown"], strict["unknown_share"]) == ("33.3", 1, "33.3")
    verdicts = {one["id"]: one["verdict"] for one in first["goals"]}
    assert verdicts == {
        "low": "unknown",
        "strict": "not_reached",
        "gain": "unknown",
        "people": "reached",
        "visits": "unknown",
        "rooms": "unknown",
    }
    assert first["cohort"]["refused"] == {"host.not_json": 1} and first["cohort"]["persons"] == 4
    assert (home / "a.json.rejects.csv").read_text("utf-8").splitlines()[1].startswith("a.ndjson:5,")
    assert json.loads((home / "base.json").read_text("utf-8"))["frozen"]

    (home / "entered.yaml").write_text("m.rooms: {n: 3, d: 3}\n", encoding="utf-8")
    more = ("--previous", "a.json", "--baseline", "base.json", "--entered", "entered.yaml")
    later = result(str(people(home / "b.ndjson", *LATER)), *GOALS, *more)
    goals = {one["id"]: one for one in later["goals"]}
    assert goals["low"]["verdict"] == "reached"
    assert [one["verdict"] for one in goals["gain"]["readings"]] == ["unknown", "unknown"]  # 66.7 on 33.3 to 66.7
    assert goals["gain"]["change"]["points"] == ["0.0", "33.3"]
    assert goals["visits"]["verdict"] == "reached" and goals["visits"]["change"]["change"] == ["66.7", "66.7"]
    assert goals["rooms"]["verdict"] == "reached"
    assert later["together"][0]["flags"] == {"people": "reached", "visits": "reached"}
    assert later["compared"]["baseline"] == {"file": "base.json", "period": "2025"}


def test_a_baseline_is_never_written_over(home: Path) -> None:
    cohort = str(people(home / "a.ndjson", *FIRST))
    run(cohort, *GOALS, "--freeze", "base.json")
    before = (home / "base.json").read_bytes()
    assert "measure.frozen" in run(cohort, *GOALS, "--freeze", "base.json", code=2).stderr
    assert (home / "base.json").read_bytes() == before


def test_a_measure_that_counts_something_else_than_then_is_named(home: Path) -> None:
    cohort = str(people(home / "a.ndjson", *FIRST))
    run(cohort, *GOALS, "--out", "a.json")
    assert not run(cohort, *GOALS, "--previous", "a.json").stderr
    (home / "county/rules/m.yaml").write_text(RULES.replace("< 140 mmHg", "< 130 mmHg"), encoding="utf-8")
    said = run(cohort, *GOALS, "--previous", "a.json").stderr
    assert "measure.other_definition" in said and "m.low" in said and "m.visits" not in said


def test_half_a_year_is_not_compared_with_a_whole_one(home: Path) -> None:
    run(str(people(home / "a.ndjson", *FIRST)), *GOALS, "--period", "2025", "--out", "whole.json")
    run(str(home / "a.ndjson"), *GOALS, "--period", "2025H1", "--out", "half.json")
    cohort = str(people(home / "b.ndjson", *LATER))
    done = run(cohort, *GOALS, "--period", "2025H1", "--previous", "whole.json")
    assert "measure.other_length" in done.stderr and "长短不同" in done.stdout
    assert (
        "differ in length"
        in run(cohort, *GOALS, "--period", "2025H1", "--previous", "whole.json", "--lang", "en").stdout
    )
    for kept, verdict in (("whole.json", "unknown"), ("half.json", "reached")):
        found = result(cohort, *GOALS, "--period", "2025H1", "--previous", kept)
        goals = {one["id"]: one for one in found["goals"]}
        assert goals["visits"]["verdict"] == verdict and (goals["visits"]["change"] is None) == (verdict == "unknown")
        assert goals["low"]["verdict"] == "reached"  # a goal of the value itself asks for no other period


def test_the_page_says_what_is_not_known(home: Path) -> None:
    page = run(str(people(home / "a.ndjson", *FIRST)), *GOALS).stdout
    assert "33.3–66.7%" in page and "无法判断" in page and "--previous" in page and "两种读法" in page
    english = run(str(home / "a.ndjson"), *GOALS, "--lang", "en").stdout
    assert "cannot be told" in english and "4 persons" in english


def test_csv_has_a_line_per_reading(home: Path) -> None:
    run(str(people(home / "a.ndjson", *FIRST)), *GOALS, "--out", "a.csv")
    rows = list(csv.DictReader((home / "a.csv").read_text("utf-8").splitlines()))
    assert [row["goal"] for row in rows if row["id"] == "m.low"] == [">= 60 %", "points >= 10", "change >= 10 %"]
    assert {row["id"]: row["verdict"] for row in rows}["m.people"] == "reached"


def test_without_a_profile_every_measure_is_shown(home: Path) -> None:
    found = result(str(people(home / "a.ndjson", *FIRST)), "--pack", "county", "--period", "2025")
    assert [one["id"] for one in found["measures"]] == ["m.low", "m.people", "m.visits", "m.rooms"]
    assert found["profile"] is None and found["goals"] == []


def test_values_of_last_year_and_of_after_the_period_do_not_count(home: Path) -> None:
    cohort = str(people(home / "a.ndjson", *LATER))
    for period in ("2025Q1", "2026"):
        (low, *_) = result(cohort, "--pack", "county", "--period", period)["measures"]
        assert low["n"] == 0
    (low, *_) = result(cohort, "--pack", "county", "--period", "2025H1")["measures"]
    assert (low["n"], low["d"]) == (2, 3)


def test_a_table_is_a_cohort_and_its_refused_values_are_counted(home: Path) -> None:
    (home / "p.csv").write_text("id,age,sbp\n1,40,130\n2,40,900\n,40,130\n", encoding="utf-8")
    (home / "m.yaml").write_text("key: id\ncolumns: {age: age, sbp: sbp_office}\n", encoding="utf-8")
    found = result("p.csv", "--map", "m.yaml", "--pack", "county", "--period", "2025", "--rejects", "r.csv")
    low = found["measures"][0]
    assert (low["n"], low["d"], low["unknown"]) == (1, 2, 1)
    assert sorted(found["cohort"]["refused"]) == ["chart.out_of_range", "table.no_key"]
    rows = list(csv.DictReader((home / "r.csv").read_text("utf-8").splitlines()))
    assert {(row["key"], row["fact"], row["value"]) for row in rows if row["fact"]} == {("2", "sbp_office", "900")}
    run("p.csv", "--map", "m.yaml", "--pack", "county", "--period", "2025", "--strict", code=1)


def test_one_person_counts_once(home: Path) -> None:
    lines = [
        {"patient": {"id": "p"}, "on": "2025-06-30", "facts": facts} for facts in ({"age": 40}, {"sbp_office": 130})
    ]
    (home / "a.json").write_text(json.dumps(lines), encoding="utf-8")
    found = result("a.json", "--pack", "county", "--period", "2025")
    assert found["cohort"]["persons"] == 1 and found["cohort"]["doubled"] == 1
    assert found["measures"][0]["rate"] == "100.0"


def test_an_empty_chart_is_never_normal(home: Path) -> None:
    (low, adults, *_) = result(str(people(home / "a.ndjson", {})), "--pack", "county", "--period", "2025")["measures"]
    assert (low["n"], low["d"], low["open"], low["rate"], low["low"]) == (0, 0, 1, None, None)
    assert (adults["n"], adults["unknown"], adults["low"], adults["high"]) == (0, 1, "0.0", "1.0")


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2025", "2025-12-31"),
        ("2025H1", "2025-06-30"),
        ("2025H2", "2025-12-31"),
        ("2025Q1", "2025-03-31"),
        ("2024-02", "2024-02-29"),
    ],
)
def test_a_period_runs_from_the_first_of_january(text: str, until: str) -> None:
    found = period_of(text)
    assert (found.start.isoformat()[4:], found.until.isoformat()) == ("-01-01", until)


@pytest.mark.parametrize("text", ["", "25", "2025Q5", "2025-13", "2025H3", "0000", "last"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(SangaoError):
        period_of(text)
