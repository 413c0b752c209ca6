"""Further shapes a folder may take, answered end to end by the spec."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.pack import ir
from sangao.engine.passes import compile_folder
from sangao.engine.run import spec
from sangao.engine.run.admit import Admitter
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Folder = Callable[..., Path]


def answers(pack: ir.Pack, **chart: Any) -> dict[str, Any]:
    """Return the open answers of a chart."""
    admission = Admitter(pack)(Chart.from_dict({"on": "2025-03-01", **chart}))
    return spec.evaluate(pack, admission.open, admission.assumed)[0]


def test_a_date_decision_adds_days(folder: Folder) -> None:
    text = """
decision: t.next
title: {zh: 下次, en: next}
outcomes: date
default: {then: seen_on + 90 days}
except: {soon: {when: "sbp >= 180 mmHg", then: seen_on + 7 days}}
"""
    pack = compile_folder(folder(text))
    assert pack.decisions["t.next"].outcome == ir.Outcome("date")
    seen = date(2025, 1, 1).toordinal()
    found = answers(pack, facts={"seen_on": "2025-01-01", "sbp": "150"})
    assert found["t.next"] == (seen + 90, seen + 90)
    assert answers(pack, facts={"seen_on": "2025-01-01"})["t.next"] == (seen + 7, seen + 90)


def test_tables_take_codes_truths_decisions_and_counts(folder: Folder) -> None:
    text = """
criteria: t.count
title: {zh: 项数, en: count}
gives: count
items:
  - {id: one, name: {zh: 一, en: one}, when: diabetes}
  - {id: two, name: {zh: 二, en: two}, when: stroke}
---
decision: t.level
title: {zh: 水平, en: level}
order: [low, mid, high]
default: {then: low}
except:
  mid: {when: "sbp >= 130 mmHg", then: mid}
  high: {when: "sbp >= 140 mmHg", then: high, of: mid}
---
table: t.risk
title: {zh: 风险, en: risk}
inputs: {n: t.count, level: t.level, smoker: {of: "smoke = current", name: {zh: 吸烟, en: smoker}}, sex: sex}
hit: first
outcomes: [a, b, c]
rows:
  - {id: both, n: ">= 2", level: "-", smoker: "-", sex: "-", then: c}
  - {n: "[0..2)", level: "mid, high", smoker: true, sex: "not(female)", then: b}
  - {n: "-", level: "-", smoker: "-", sex: "-", then: a}
"""
    pack = compile_folder(folder(text))
    form = pack.decisions["t.risk"].form
    assert isinstance(form, ir.Table)
    assert [(one.kind, one.cuts, one.bands) for one in form.inputs] == [
        ("number", (2,), 2),
        ("code", (), 3),
        ("bool", (), 2),
        ("code", (), 2),
    ]
    assert [row.cells for row in form.rows] == [(2, None, None, None), (1, 6, 2, 1), (None, None, None, None)]
    assert pack.words["t.risk/b"].says_zh == "项数≥0且<2 且 水平为mid或high 且 吸烟 且 性别不为女 → b"
    chart = {"sbp": "150", "smoke": "current", "sex": "male", "diabetes": "true", "stroke": "false"}
    assert answers(pack, facts=chart)["t.risk"] == 0b010
    assert answers(pack, facts=chart | {"stroke": "true"})["t.risk"] == 0b100


def test_must_ask_keeps_a_fact_from_being_assumed(folder: Folder) -> None:
    rule = """
decision: {id}
title: {{zh: 测试, en: test}}
outcomes: bool
{more}
default: {{then: "false"}}
except: {{e: {{when: "diabetes or stroke", then: "true"}}}}
"""
    text = rule.format(id="t.a", more="") + "---\n" + rule.format(id="t.b", more="must_ask: [stroke]")
    pack = compile_folder(folder(text))
    assert pack.decisions["t.b"].must_ask == ("stroke",)
    admission = Admitter(pack)(Chart.from_dict({"on": "2025-03-01", "facts": {}, "conditions": []}))
    assumed = spec.evaluate(pack, admission.open, admission.assumed)[1]
    assert (assumed["t.a"], assumed["t.b"]) == (FALSE, UNKNOWN)


def test_a_code_beats_a_let_of_the_same_name_beside_its_fact(folder: Folder) -> None:
    text = """
decision: t.it
title: {zh: 测试, en: test}
outcomes: bool
let: {current: "smoke = current and diabetes"}
default: {then: "false"}
except: {e: {when: current, then: "true"}}
"""
    pack = compile_folder(folder(text))
    assert answers(pack, facts={"smoke": "current", "diabetes": "true"})["t.it"] == TRUE


def test_conditions_over_time_answer_on_readings(folder: Folder) -> None:
    text = """
decision: t.it
title: {zh: 测试, en: test}
outcomes: bool
let: {limit: "sbp >= 140 mmHg or dbp >= 90 mmHg"}
default: {then: "false"}
except: {e: {when: "days(bp where limit inside any 4 weeks) >= 2 and max(sbp) < 180 mmHg", then: "true"}}
"""
    pack = compile_folder(folder(text))
    days = [
        {"fact": fact, "value": value, "at": day}
        for day, s, d in (("2025-02-01", 150, 80), ("2025-02-20", 130, 95))
        for fact, value in (("sbp", s), ("dbp", d))
    ]
    assert answers(pack, readings=days)["t.it"] == TRUE
    assert answers(pack, readings=days[:2])["t.it"] == FALSE
    assert answers(pack)["t.it"] == UNKNOWN


def test_nothing_hidden_that_nobody_asks_is_kept(folder: Folder) -> None:
    one = """
decision: {id}
title: {{zh: 测试, en: test}}
outcomes: bool
default: {{then: "false"}}
except: {{e: {{when: {when}, then: "true"}}}}
"""
    folder(one.format(id="t.a", when="diabetes") + "---\n" + one.format(id="t.b", when="stroke"), name="b")
    pack = 'pack: a\nedition: "1"\nfamily: a\ntitle: {zh: 甲, en: a}\norigin: local\ndocument: DOC-A\n'
    pack += 'dates: {from: "2025-01-01"}\nuses: [{pack: b, only: [t.a]}]\n'
    made = compile_folder(folder(name="a", pack=pack))
    assert list(made.decisions) == ["t.a"] and list(made.leaves) == ["diabetes"]
    assert made.words["t.a"].origin == "national"  # a pack that is brought in keeps its own origin
