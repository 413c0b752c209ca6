"""A cohort of any form yields each person once; what cannot be read is refused with its place and stops nobody."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.hub import hub
from sangao.engine.chart import Chart, today
from sangao.engine.cli.cohort import Cohort, Refused, open_cohort, united
from sangao.engine.errors import SangaoError
from sangao.engine.fact import Dictionary, Fact

DAY = date(2025, 12, 31)


def person(key: str | None, **facts: object) -> dict[str, Any]:
    return {**({} if key is None else {"patient": {"id": key}}), "on": "2025-06-01", "facts": facts}


def read(
    path: Path, doubles: Any = "merge", mapping: Path | None = None
) -> tuple[list[tuple[str, Chart]], list[Refused]]:
    refused: list[Refused] = []
    facts = {"sbp_office": Fact("sbp_office", "number", "收缩压", "systolic")}
    cohort = open_cohort(hub().hook, path, mapping, DAY, Dictionary(facts, {}), doubles)
    return list(cohort.charts(refused.append)), refused


def folder(path: Path, charts: dict[str, Any]) -> Path:
    for name, chart in charts.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(chart if isinstance(chart, str) else json.dumps(chart), encoding="utf-8")
    return path


def test_a_folder_is_read_by_name_and_below(tmp_path: Path) -> None:
    found, refused = read(folder(tmp_path, {"b.json": person("b"), "village/a.json": person("a"), ".x.json": "{"}))
    assert [key for key, _ in found] == ["b", "a"] and not refused
    assert all(chart.on == DAY for _, chart in found)


def test_a_broken_chart_is_refused_with_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    charts = {"a.json": "{", "b.json": {"nothing": 1}, "c.json": person("c"), "notes.txt": "hello"}
    found, refused = read(folder(tmp_path, charts))
    assert [key for key, _ in found] == ["c"]
    assert [(one.where, one.problem.code) for one in refused] == [
        ("a.json", "host.not_json"),
        ("b.json", "cohort.not_a_chart"),
        ("notes.txt", "cohort.not_a_chart"),
    ]


def test_lines_of_a_file_are_charts(tmp_path: Path) -> None:
    lines = [json.dumps(person("a")), "", "nonsense", json.dumps(person("b")), "[1]"]
    file = tmp_path / "people.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    found, refused = read(file)
    assert [key for key, _ in found] == ["a", "b"]
    assert [(one.where, one.problem.code) for one in refused] == [
        ("people.ndjson:3", "host.not_json"),
        ("people.ndjson:5", "chart.not_an_object"),
    ]


@pytest.mark.parametrize("wrap", [lambda many: many, lambda many: {"charts": many}])
def test_a_json_file_may_hold_a_list(tmp_path: Path, wrap: Any) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps(wrap([person("a"), 7, person("b")])), encoding="utf-8")
    found, refused = read(file)
    assert [key for key, _ in found] == ["a", "b"]
    assert [one.where for one in refused] == ["people.json:2"]


def test_one_chart_is_a_cohort_of_one(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(person("a")), encoding="utf-8")
    assert [key for key, _ in read(file)[0]] == ["a"]


def test_a_table_is_read_through_its_mapping(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,sbp\n1,150\n2,x\n,140\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text("key: id\ncolumns: {sbp: sbp_office}\n", encoding="utf-8")
    found, refused = read(tmp_path / "p.csv", mapping=tmp_path / "m.yaml")
    assert [(key, chart.on) for key, chart in found] == [("1", DAY), ("2", DAY)]
    assert [(one.where, one.problem.code) for one in refused] == [("p.csv:4", "table.no_key")]
    with pytest.raises(SangaoError) as error:
        read(tmp_path / "p.csv")
    assert error.value.problems[0].code == "table.no_mapping"


def test_one_person_counts_once(tmp_path: Path) -> None:
    charts = {"1.json": person("a", sbp_office=150), "2.json": person("b"), "3.json": person("a", fpg=6.1)}
    folder(tmp_path, charts)
    found, refused = read(tmp_path)
    assert [(key, [one.fact for one in chart.readings]) for key, chart in found] == [
        ("b", []),
        ("a", ["sbp_office", "fpg"]),
    ]
    assert not refused
    found, refused = read(tmp_path, "first")
    assert [(key, [one.fact for one in chart.readings]) for key, chart in found] == [("a", ["sbp_office"]), ("b", [])]
    assert [(one.where, one.key, one.problem.code) for one in refused] == [("3.json", "a", "cohort.doubled")]
    found, refused = read(tmp_path, "refuse")
    assert [key for key, _ in found] == ["b"]
    assert [one.where for one in refused] == ["1.json", "3.json"]


def test_charts_without_a_key_are_different_people(tmp_path: Path) -> None:
    found, _ = read(folder(tmp_path, {"1.json": person(None), "2.json": person(None)}))
    assert [key for key, _ in found] == ["1.json", "2.json"]


def test_a_list_is_complete_only_when_every_place_says_so() -> None:
    one = Chart.of(on="2025-01-01", conditions=["diabetes"], complete=["conditions", "medications"])
    other = Chart.of(on="2025-01-02", conditions=["diabetes", "stroke"])
    whole = united([one, other])
    assert [entry.key for entry in whole.lists["conditions"]] == ["diabetes", "stroke"]
    assert whole.complete == {"medications"} and whole.on == date(2025, 1, 2)


def test_a_reader_that_breaks_stops_nobody(tmp_path: Path) -> None:
    class Hook:
        def read_chart(self, source: object, on: object) -> Chart:
            if b"bad" in Path(str(source)).read_bytes():
                raise KeyError("secret")
            return Chart.of(on="2025-01-01")

    folder(tmp_path, {"a.json": '"bad"', "b.json": "{}"})
    refused: list[Refused] = []
    found = list(Cohort(Hook(), tmp_path, None).charts(refused.append))
    assert [key for key, _ in found] == ["b.json"]
    assert refused[0].problem.code == "cohort.reader_failed" and "secret" not in "".join(refused[0].cells())


def test_the_source_itself_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SangaoError):
        read(tmp_path / "nothing.json")
    with pytest.raises(SangaoError):
        read(tmp_path)


def test_a_chart_that_says_its_day_keeps_its_values_at_that_day(tmp_path: Path) -> None:
    mine = {"patient": {"id": "a", "sex": "male"}, "facts": {"sbp_office": 150}}
    folder(tmp_path, {"a.json": {**mine, "on": "2024-06-01"}, "b.json": {"patient": {"id": "b"}, "facts": {"fpg": 6}}})
    found, _ = read(tmp_path)
    assert [chart.on for _, chart in found] == [DAY, DAY]
    assert [(one.fact, one.at) for one in found[0][1].readings] == [
        ("sex", "2025-12-31"),
        ("sbp_office", "2024-06-01"),
    ]
    assert [(one.fact, one.at) for one in found[1][1].readings] == [("fpg", "2025-12-31")]


def test_rows_that_say_their_day_keep_their_values_at_that_day(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,day,sbp\n1,2024-06-01,150\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text("key: id\non: {column: day}\ncolumns: {sbp: sbp_office}\n", encoding="utf-8")
    ((_, chart),), _ = read(tmp_path / "p.csv", mapping=tmp_path / "m.yaml")
    assert chart.on == DAY and [one.at for one in chart.readings] == ["2024-06-01"]


def test_a_reading_of_today_stays_there_though_the_chart_says_no_day(tmp_path: Path) -> None:
    now = today().isoformat()
    chart = {"facts": {"fpg": 6}, "readings": [{"fact": "sbp_office", "value": 150, "at": now}]}
    found, _ = read(folder(tmp_path, {"a.json": chart}))
    assert [(one.fact, one.at) for one in found[0][1].readings] == [("fpg", "2025-12-31"), ("sbp_office", now)]
