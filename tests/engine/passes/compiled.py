"""Small rules as a test writes them, and what a compiled pack answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.admit import Admitter

Folder = Callable[..., Path]

GRADE = """
table: t.grade
title: {zh: 血压分级, en: grade}
inputs: {s: sbp, d: dbp}
hit: highest
order: [normal, high, grade1]
names: {normal: {zh: 正常, en: normal}, high: {zh: 正常高值, en: high normal}, grade1: {zh: 1级, en: grade 1}}
rows:
  - {s: "[0..120)", d: "[0..80)", then: normal, mode: all, cite: [T-CLS-01]}
  - {s: "[120..140)", d: "[80..90)", then: high, mode: any, cite: [T-CLS-01]}
  - {s: ">= 140", d: ">= 90", then: grade1, mode: any, cite: [T-CLS-02]}
promises: [raising s never lowers t.grade, raising dbp never lowers t.grade]
cases:
  - {it: diastolic 95 alone, give: {dbp: 95 mmHg}, expect: {status: unknown, at_least: grade1}, proves: [T-CLS-01]}
"""


def answers(pack: ir.Pack, **chart: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the open and the assumed answers of a chart."""
    admission = Admitter(pack)(Chart.from_dict({"on": "2025-03-01", **chart}))
    return spec.evaluate(pack, admission.open, admission.assumed)


def decision_text(when: str, more: str = "") -> str:
    return f"""
decision: t.it
title: {{zh: 测试, en: test}}
outcomes: bool
{more}
default: {{then: "false"}}
except:
  yes: {{when: '{when}', then: "true"}}
"""


def condition(pack: ir.Pack, id: str = "t.it") -> ir.Expr:
    form = pack.decisions[id].form
    assert isinstance(form, ir.Tree)
    return form.root.exceptions[0].when


ITEMS = """
criteria: t.factors
title: {zh: 危险因素, en: risk factors}
gives: set
items:
  - {id: smoking, name: {zh: 吸烟, en: smoking}, when: "smoke = current", cite: [T-CLS-01]}
  - {id: age, name: {zh: 年龄, en: age}, when: "age >= 55 years"}
---
criteria: t.two
title: {zh: 两项, en: two}
of: {at_least: 2}
items:
  - {id: one, name: {zh: 一, en: one}, when: "smoking in t.factors"}
  - {id: two, name: {zh: 二, en: two}, when: "count(t.factors) >= 1"}
---
score: t.points
title: {zh: 评分, en: score}
items:
  - {id: age, of: age, points: {"< 40": 0, "[40..60)": 3, ">= 60": 5}}
  - {id: sex, of: sex, points: {male: 2, female: 0}}
  - {id: dm, when: diabetes, points: 4}
order: [low, high]
bands: {low: "< 6", high: ">= 6"}
---
score: t.sum
title: {zh: 总分, en: sum}
items: [{id: dm, when: diabetes, points: 4}, {id: st, when: stroke, points: -1}]
---
advice: t.refer
title: {zh: 转诊, en: refer}
when: "t.points = high or t.sum >= 4"
action: {kind: refer, code: upward}
urgency: urgent
due: 2 weeks
when_unknown: act
text: {zh: 两周内转诊, en: refer within two weeks}
cite: [T-CLS-01]
"""


PACK = """
pack: {name}
edition: "2025"
family: {name}
title: {{zh: 测试, en: test}}
origin: national
document: {document}
dates: {{from: "2025-01-01"}}
{more}
"""
