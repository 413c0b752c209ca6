"""`sangao decide`: a page, a JSON object, only some decisions, several packs; what is wrong is said with its code."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import sangao
from sangao.adapters.main import app
from sangao.engine.explain import page

PACK = "htn_guideline_2024"
CHART: dict[str, Any] = {"on": "2026-06-15", "facts": {"age": 63, "sbp_office": "152 mmHg", "dbp_office": "94 mmHg"}}


@pytest.fixture
def chart(tmp_path: Path) -> str:
    file = tmp_path / "chart.json"
    file.write_text(json.dumps(CHART), encoding="utf-8")
    return str(file)


def decide(*words: str) -> Result:
    return CliRunner().invoke(app(), ["decide", *words])


def test_the_page_comes_in_blocks_that_are_the_whole_page(chart: str) -> None:
    found = decide(chart, "--pack", PACK)
    expected = page.text(sangao.load(PACK).decide_all(sangao.Chart.from_dict(CHART)), "zh")
    assert found.exit_code == 0 and found.stdout.rstrip("\n") == expected
    assert "■ 已确定" in expected and expected.index("■ 未能判断") < expected.index("■ 下一步先问")


def test_json_of_some_decisions_holds_and_asks_no_others(chart: str) -> None:
    found = decide(chart, "--pack", PACK, "--format", "json", "--decision", "htn.grade", "--decision", "htn.risk")
    data = json.loads(found.stdout)
    assert list(data["decisions"]) == ["htn.grade", "htn.risk"]
    assert (data["decisions"]["htn.grade"]["value"], data["decisions"]["htn.grade"]["status"]) == ("grade1", "settled")
    assert data["ask"] and all(one["settles"] == ["htn.risk"] for one in data["ask"])
    everything = json.loads(decide(chart, "--pack", PACK, "--format", "json").stdout)
    assert {name: everything["decisions"][name] for name in data["decisions"]} == data["decisions"]


def test_packs_without_a_common_decision_are_one_result_and_others_a_list(chart: str) -> None:
    both = decide(chart, "--pack", PACK, "--pack", "tcm_2017", "--format", "json")
    one = json.loads(both.stdout)
    assert [pack["id"] for pack in one["packs"]] == [PACK, "tcm_2017"] and "htn.grade" in one["decisions"]
    twice = decide(chart, "--pack", PACK, "--pack", "htn_guideline_2018", "--format", "json")
    assert [found["packs"][0]["id"] for found in json.loads(twice.stdout)] == [PACK, "htn_guideline_2018"]


def test_an_unknown_decision_is_named_and_nothing_is_answered(chart: str) -> None:
    found = decide(chart, "--pack", PACK, "--decision", "htn.grad")
    assert found.exit_code == 2 and "htn.grad" in found.stderr and not found.stdout


def test_a_page_of_one_decision_tells_what_was_wrong_with_the_data(tmp_path: Path) -> None:
    file = tmp_path / "chart.json"
    file.write_text('{"on": "2026-06-15", "facts": {"sbp_office": "12a", "dbp_office": 95}}', encoding="utf-8")
    found = decide(str(file), "--pack", PACK, "--decision", "htn.grade", "--lang", "en", "--strict")
    assert found.exit_code == 1
    assert "■ problems of the data" in found.stdout and "unit given for `sbp_office` is not known" in found.stdout
    file.write_text(json.dumps(CHART), encoding="utf-8")
    assert "problems of the data" not in decide(str(file), "--pack", PACK, "--decision", "htn.grade").stdout


@pytest.mark.parametrize("given", ['{"sbp_office": "\\ud800"}', '{"\\ud800": 1}', '{"sbp_office": NaN}'])
def test_half_a_character_and_a_number_json_lacks_come_out_as_json(given: str, tmp_path: Path) -> None:
    file = tmp_path / "chart.json"
    file.write_text(f'{{"on": "2026-06-15", "facts": {given}}}', encoding="utf-8")
    found = decide(str(file), "--pack", PACK, "--format", "json")
    assert found.exit_code == 0
    problems = json.loads(found.stdout, parse_constant=pytest.fail)["problems"]
    assert [one["code"] for one in problems if one["fact"]]
