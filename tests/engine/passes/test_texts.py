"""Values in the text of advice: names are checked, renamed with the pack, said only when settled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.explain import rule
from sangao.engine.guide import Pack
from sangao.engine.passes import compile_folder
from tests.engine.passes.conftest import pack_text

Folder = Callable[..., Path]
GOAL = """decision: t.goal
title: {zh: 目标体重, en: goal weight}
outcomes: {number: kg}
default: {then: "0.95 * weight"}
---
decision: t.stage
title: {zh: 分级, en: stage}
outcomes: [mild, severe]
names: {mild: {zh: 轻, en: mild}, severe: {zh: 重, en: severe}}
default: {then: mild}
except:
  stroke: {when: stroke, then: severe}
"""


def advice(zh: str, en: str = "", when: str = "diabetes") -> str:
    return f"""---
advice: t.lose
title: {{zh: 减重, en: lose weight}}
when: "{when}"
action: {{kind: lifestyle, code: weight}}
text: {{zh: '{zh}', en: '{en or zh}'}}
"""


def told(path: Path, lang: str = "zh", **facts: Any) -> list[str]:
    """Return the texts of advice for a chart."""
    pack = Pack(compile_folder(path))
    lists = {name: facts.pop(name) for name in ("conditions", "complete") if name in facts}
    chart = Chart.of(facts, on="2025-03-01", **lists)
    return [one["text"][lang] for one in pack.decide_all(chart).to_dict()["advice"] if not one["question"]]


def test_a_settled_value_stands_in_the_text_with_its_unit_and_decimals(folder: Folder) -> None:
    path = folder(GOAL + advice("由{weight}减到{t.goal|1}", "from {weight} to {t.goal|1}"))
    assert told(path, diabetes=True, weight="81.3 kg") == ["由81.3 kg减到77.2 kg"]
    assert told(path, "en", diabetes=True, weight="81.3 kg") == ["from 81.3 kg to 77.2 kg"]


def test_rounding_is_half_even_and_only_for_display(folder: Folder) -> None:
    path = folder(GOAL + advice("{t.goal} 约 {t.goal|0}"))
    assert told(path, diabetes=True, weight="90 kg") == ["85.5 kg 约 86 kg"]
    assert told(path, diabetes=True, weight="70 kg") == ["66.5 kg 约 66 kg"]


def test_an_open_value_is_never_said_the_title_is(folder: Folder) -> None:
    path = folder(GOAL + advice("减到{t.goal}"))
    assert told(path, diabetes=True) == ["减重"]
    assert told(path, diabetes=True, weight=">100 kg") == ["减重"]


def test_a_value_that_rests_on_an_assumption_is_not_said(folder: Folder) -> None:
    path = folder(GOAL + advice("为{t.stage}度"))
    assert told(path, conditions=[{"fact": "diabetes"}]) == ["减重"]
    assert told(path, conditions=[{"fact": "diabetes"}], complete=["conditions"]) == ["为轻度"]
    assert told(path, diabetes=True, stroke=True) == ["为重度"]


def test_codes_dates_and_truths_are_said_in_words(folder: Folder) -> None:
    path = folder(advice("{sex} {smoke} {seen_on} {stroke}").removeprefix("---\n"))
    chart = {"diabetes": True, "sex": "female", "smoke": "former", "seen_on": "2025-02-03", "stroke": False}
    assert told(path, **chart) == ["女 已戒 2025-02-03 否"]
    assert told(path, "en", **chart) == ["female former 2025-02-03 no"]
    assert told(path, **{**chart, "sex": "unknown"}) == ["减重"]


def test_of_one_action_the_text_with_the_patients_values_speaks(folder: Folder) -> None:
    general = advice("少吃").replace("t.lose", "t.eat")
    path = folder(GOAL + general + advice("减到{t.goal}"))
    assert told(path, diabetes=True, weight="100 kg") == ["减到95 kg"]
    assert told(path, diabetes=True) == ["少吃"]


def test_what_is_only_shown_is_not_asked_for(folder: Folder) -> None:
    pack = Pack(compile_folder(folder(GOAL + advice("减到{t.goal}"))))
    made = pack.compiled.decisions["t.lose"]
    assert made.asks == () and made.reads == ("diabetes",)


def test_a_value_comes_along_hidden_and_keeps_its_name(folder: Folder) -> None:
    folder(GOAL + advice("减到{t.goal}"), "a")
    path = folder(name="b", pack=pack_text("b", more="uses: [{pack: a, only: [t.lose]}]"))
    pack = Pack(compile_folder(path))
    assert pack.compiled.words["t.lose"].says_zh == "减到{t.goal@a}" and pack.compiled.decisions["t.goal@a"].hidden
    assert told(path, diabetes=True, weight="100 kg") == ["减到95 kg"]


def test_a_page_without_a_patient_names_the_value(folder: Folder) -> None:
    pack = Pack(compile_folder(folder(GOAL + advice("由{weight}减到{t.goal|1}"))))
    [one] = pack.decide_all(Chart.of({"diabetes": True}, on="2025-03-01")).to_dict()["advice"]
    assert one["because"][0]["says"]["zh"] == "由〔体重〕减到〔目标体重〕"


@pytest.mark.parametrize(
    ("zh", "en", "code"),
    [
        ("到{t.gaol}", "", "meaning.text_name"),
        ("到{t.lose}", "", "meaning.text_name"),
        ("到{t.goal", "", "meaning.text_hole"),
        ("到t.goal}", "", "meaning.text_hole"),
        ("到{}", "", "meaning.text_hole"),
        ("到{t.goal|x}", "", "meaning.text_hole"),
        ("到{t.goal}", "to it", "meaning.text_apart"),
        ("到{t.goal}", "to {t.goal|1}", "meaning.text_apart"),
    ],
)
def test_a_hole_that_means_nothing_is_named(folder: Folder, zh: str, en: str, code: str) -> None:
    with pytest.raises(SangaoError) as caught:
        compile_folder(folder(GOAL + advice(zh, en)))
    assert {one.code for one in caught.value.problems if one.severity == "error"} == {code}


def test_the_rule_page_says_what_is_told(folder: Folder) -> None:
    pack = compile_folder(folder(GOAL + advice("由{weight}减到{t.goal|1}", "from {weight} to {t.goal|1}")))
    made = pack.decisions["t.lose"]
    assert "告知:由〔体重〕减到〔目标体重〕" in rule.text(pack, made, "zh").splitlines()
    assert "says: from [weight] to [goal weight]" in rule.text(pack, made, "en").splitlines()
    assert rule.rule(pack, pack.decisions["t.goal"])["text"] is None
