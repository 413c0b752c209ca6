"""Good folders: what the compiled pack holds."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.explain.argument import backing
from sangao.engine.pack import ir
from sangao.engine.passes import compile_folder
from sangao.engine.run import spec
from sangao.engine.run.admit import Admitter
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

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


def test_a_table_becomes_half_open_bands_over_grid_steps(folder: Folder) -> None:
    pack = compile_folder(folder(GRADE))
    made = pack.decisions["t.grade"]
    assert isinstance(made.form, ir.Table)
    s, d = made.form.inputs
    assert (s.cuts, s.bands, d.cuts) == ((12000, 14000), 3, (8000, 9000))
    assert [row.cells for row in made.form.rows] == [(1, 1), (2, 2), (4, 4)]
    assert [row.mode for row in made.form.rows] == ["all", "any", "any"]
    assert made.outcome == ir.Outcome("code", ("normal", "high", "grade1"), True)
    opened, _ = answers(pack, facts={"dbp": "95"})
    assert opened["t.grade"] == 0b100


def test_words_citations_and_documents_stand_beside_the_meaning(folder: Folder) -> None:
    pack = compile_folder(folder(GRADE))
    row = pack.words["t.grade/high"]
    assert row.cite == ("T-CLS-01",) and row.document == "DOC-A" and row.place == "rules/rules.yaml:10:5"
    assert row.says_zh == "收缩压≥120且<140 mmHg 或 舒张压≥80且<90 mmHg → 正常高值"
    assert pack.words["t.grade=grade1"].en == "grade 1"
    assert pack.citations["T-CLS-01|DOC-A"] == ir.Citation("T-CLS-01", "DOC-A", "4.1", "seen")
    assert pack.citations["T-CLS-02|DOC-A"] == ir.Citation("T-CLS-02", "DOC-B", "", "seen")  # who states it
    assert pack.documents == {"DOC-A": ("指南甲", "guideline A"), "DOC-B": ("指南乙", "guideline B")}


def test_promises_name_leaves_and_cases_keep_what_was_given(folder: Folder) -> None:
    pack = compile_folder(folder(GRADE))
    assert [(one.kind, one.leaf, one.direction) for one in pack.promises] == [
        ("monotone", "sbp", 1),
        ("monotone", "dbp", 1),
    ]
    (case,) = pack.cases
    assert json.loads(case.give) == {"facts": {"dbp": "95 mmHg"}}
    assert case.on == "2025-01-01" and case.proves == ("T-CLS-01",) and case.decide == "t.grade"


def test_a_promise_about_a_fact_speaks_of_every_value_of_it(folder: Folder) -> None:
    text = decision_text("sbp >= 140 mmHg or mean(sbp within 4 weeks) >= 135 mmHg")
    pack = compile_folder(folder(text + "promises: [raising 高压 never lowers t.it, t.it implies sbp > 0.5 * dbp]\n"))
    assert [one.leaf for one in pack.promises[:2]] == ["sbp", "mean(sbp within 4 weeks)"]
    implied = ir.Compare(">", ir.Times(2, ir.Read("sbp")), ir.Read("dbp"))
    assert pack.promises[2].left == ir.Ask("t.it") and pack.promises[2].right == implied
    assert "dbp" in pack.leaves


def test_units_factors_and_ranges_are_exact(folder: Folder) -> None:
    facts = compile_folder(folder(GRADE)).dictionary.facts
    assert facts["fpg"].units[1].factor == Fraction("1000/18016")
    assert facts["hba1c"].units[1].factor == 1 / Fraction("10.929")
    assert facts["hba1c"].units[1].offset == Fraction("2.15")
    assert facts["fpg"].hard == (Fraction(1, 2), Fraction(80))


def test_guards_and_contradictions_come_compiled_over_facts(folder: Folder) -> None:
    pack = compile_folder(folder(GRADE))
    male = ir.Member(ir.Read("sex"), 1)
    assert pack.guards["pregnant"] == ir.Either((male, ir.Compare(">=", ir.Read("age"), ir.Int(55))))
    order, man = pack.contradictions
    assert order.when == ir.Compare("<=", ir.Read("sbp"), ir.Read("dbp")) and order.group == "bp"
    assert man.facts == ("sex", "pregnant") and man.group is None


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


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("sbp >= 140 mmHg", ir.Compare(">=", ir.Read("sbp"), ir.Int(14000))),
        ("140 mmHg <= sbp", ir.Compare(">=", ir.Read("sbp"), ir.Int(14000))),
        ("高压 > 139.995 mmHg", ir.Compare(">", ir.Read("sbp"), ir.Int(13999))),
        ("sbp >= 139.995 mmHg", ir.Compare(">=", ir.Read("sbp"), ir.Int(14000))),
        ("fpg < 6.9994 mmol/L", ir.Compare("<", ir.Read("fpg"), ir.Int(7000))),
        ("fpg <= 6.9994 mmol/L", ir.Compare("<=", ir.Read("fpg"), ir.Int(6999))),
        ("sbp - dbp > 60 mmHg", ir.Compare(">", ir.Plus((ir.Read("sbp"), ir.Times(-1, ir.Read("dbp")))), ir.Int(6000))),
        (
            "2 * fpg > pg2h",
            ir.Compare(">", ir.Times(2, ir.Read("fpg")), ir.Read("pg2h")),
        ),
        ("abs(fpg - pg2h) > 1 mmol/L", ir.Compare(
            ">", ir.Size(ir.Plus((ir.Read("fpg"), ir.Times(-1, ir.Read("pg2h"))))), ir.Int(1000))),
        ("max(sbp, dbp) >= 140 mmHg", ir.Compare(">=", ir.Most((ir.Read("sbp"), ir.Read("dbp"))), ir.Int(14000))),
        ("sex = male", ir.Member(ir.Read("sex"), 1)),
        ("sex != male", ir.Member(ir.Read("sex"), 2)),
        ("smoke >= former", ir.Member(ir.Read("smoke"), 6)),
        ("smoke in {never, current}", ir.Member(ir.Read("smoke"), 5)),
        ("diabetes and not stroke", ir.Both((ir.Read("diabetes"), ir.Not(ir.Read("stroke"))))),
        ("diabetes and (stroke and true)", ir.Both((ir.Read("diabetes"), ir.Read("stroke")))),
        ("count(diabetes, stroke, sbp >= 180 mmHg) >= 2", ir.Compare(">=", ir.Tally(
            (ir.Read("diabetes"), ir.Read("stroke"), ir.Compare(">=", ir.Read("sbp"), ir.Int(18000)))), ir.Int(2))),
        ('seen_on >= "2025-01-01"', ir.Compare(">=", ir.Read("seen_on"), ir.Int(739252))),
        ('seen_on + 14 days < "2025-01-01"', ir.Compare(
            "<", ir.Plus((ir.Read("seen_on"), ir.Int(14))), ir.Int(739252))),
    ],
)  # fmt: skip
def test_conditions_come_down_to_integers_and_masks(folder: Folder, text: str, lowered: ir.Expr) -> None:
    assert condition(compile_folder(folder(decision_text(text)))) == lowered


def test_lets_and_parameters_are_put_in_place(folder: Folder) -> None:
    params = 't.limit: [{from: "2017-01-01", until: "2024-12-31", is: 150 mmHg}, {from: "2025-01-01", is: 140 mmHg}]'
    text = decision_text("high and diabetes", 'let: {high: "sbp >= $t.limit"}')
    pack = compile_folder(folder(text, params=params))
    assert condition(pack) == ir.Both((ir.Compare(">=", ir.Read("sbp"), ir.Int(14000)), ir.Read("diabetes")))
    assert pack.params["t.limit"].value == "140 mmHg"


def test_windows_are_leaves_with_their_condition_over_the_members(folder: Folder) -> None:
    text = "running(2, bp where sbp >= 140 mmHg or dbp >= 90 mmHg) and mean(sbp within 4 weeks) < last(sbp)"
    pack = compile_folder(folder(decision_text(text)))
    running = pack.leaves["running(2, bp where sbp >= 140 mmHg or dbp >= 90 mmHg)"]
    assert running.kind == "bool" and running.facts == ("sbp", "dbp")
    assert isinstance(running.source, ir.Window) and running.source.n == 2
    assert running.source.where == ir.Either(
        (ir.Compare(">=", ir.Read("sbp"), ir.Int(14000)), ir.Compare(">=", ir.Read("dbp"), ir.Int(9000)))
    )
    mean = pack.leaves["mean(sbp within 4 weeks)"]
    assert mean.source == ir.Window("mean", "bp", "sbp", within=ir.Span(days=28))
    assert (mean.low, mean.high, mean.unit) == (4000, 32000, "mmHg")
    assert pack.words["leaf:mean(sbp within 4 weeks)"].zh == "近4周内收缩压均值"


def test_counts_have_no_unit_and_days_since_has_days(folder: Folder) -> None:
    pack = compile_folder(folder(decision_text("days(bp where sbp >= 140 mmHg inside any 4 weeks) >= 3")))
    days = pack.leaves["days(bp where sbp >= 140 mmHg inside any 4 weeks)"]
    assert (days.unit, days.low, days.high) == ("", 0, 100_000)
    pack = compile_folder(folder(decision_text("days_since(seen_on) > 90 days"), name="b"))
    since = pack.leaves["days_since(seen_on)"]
    assert since.unit == "days" and isinstance(since.source, ir.Window) and since.source.subject == "seen_on"


def test_the_occasion_rule_shows_in_the_leaf(folder: Folder) -> None:
    from_pack = "occasion: {bp: {take: last_two, repeat_over: 10 mmHg, cite: [T-CLS-01]}}"
    path = folder(decision_text("sbp >= 140 mmHg"), pack=PACK.format(name="a", document="DOC-A", more=from_pack))
    pack = compile_folder(path)
    assert pack.leaves["sbp~last_two"].source == ir.Bare("sbp")
    group = pack.dictionary.groups["bp"]
    assert (group.occasion, group.repeat_over, group.repeat_at) == ("last_two", 10, False)


def test_a_formula_makes_a_derived_leaf(folder: Folder) -> None:
    formula = "formula: bmi\nuse: bmi@1\ninputs: {weight: weight, height: height}\ncite: [T-CLS-01]\n---\n"
    pack = compile_folder(folder(formula + decision_text("bmi >= 28 kg/m2")))
    assert pack.leaves["bmi"].source == ir.Derived("bmi", "bmi@1", ("weight", "height"))
    assert pack.leaves["bmi"].facts == ("bmi", "weight", "height")
    assert {"weight", "height"} <= pack.leaves.keys()
    opened, _ = answers(pack, facts={"weight": "90", "height": "170"})
    assert opened["t.it"] == TRUE


TREE = """
decision: t.start
title: {zh: 启动, en: start}
outcomes: [now, later, never]
default: {then: now, cite: [T-CLS-01]}
except:
  mild: {when: "sbp < 160 mmHg", then: later}
  old: {when: "age >= 80 years", then: never, over: [mild]}
  deep: {when: "diabetes", then: now, of: mild}
  stop: {when: "pregnant", then: never, of: all}
"""


def test_exceptions_hang_under_what_they_except(folder: Folder) -> None:
    pack = compile_folder(folder(TREE))
    form = pack.decisions["t.start"].form
    assert isinstance(form, ir.Tree)
    mild, old, stop = form.root.exceptions
    assert [one.id for one in mild.exceptions] == ["deep"]
    assert old.over == ("mild",) and stop.over == ("mild", "old") and mild.over == ()
    assert (form.root.id, form.root.then, mild.then) == ("default", 0, 1)
    assert pack.words["t.start/mild"].says_zh == "收缩压<160 mmHg → later"
    assert pack.words["t.start/default"].says_en == "otherwise → now"


def test_a_number_decision_has_one_grid_and_bounds(folder: Folder) -> None:
    target = """
decision: t.target
title: {zh: 目标, en: target}
outcomes: {number: mmHg}
default: {then: 140 mmHg}
except: {low: {when: diabetes, then: 130.5 mmHg}}
---
"""
    pack = compile_folder(folder(target + decision_text("sbp < t.target")))
    made = pack.decisions["t.target"]
    assert isinstance(made.form, ir.Tree)
    assert made.outcome.step == Fraction(1, 2)
    assert (made.form.root.then, made.form.root.exceptions[0].then) == (ir.Int(280), ir.Int(261))
    assert condition(pack) == ir.Compare("<", ir.Read("sbp"), ir.Times(50, ir.Ask("t.target")))
    assert list(pack.decisions) == ["t.target", "t.it"]


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


def test_criteria_scores_and_advice(folder: Folder) -> None:
    pack = compile_folder(folder(ITEMS))
    assert pack.decisions["t.factors"].outcome == ir.Outcome("set", ("smoking", "age"))
    two = pack.decisions["t.two"].form
    assert isinstance(two, ir.Criteria) and two.need == 2
    assert two.items[0].when == ir.Has("t.factors", 0)
    assert two.items[1].when == ir.Compare(">=", ir.CountIn("t.factors"), ir.Int(1))
    points = pack.decisions["t.points"].form
    assert isinstance(points, ir.Score) and points.cuts == (6,)
    assert [item.points for item in points.items] == [(0, 3, 5), (2, 0), (0, 4)]
    assert pack.decisions["t.sum"].outcome == ir.Outcome("number")
    advice = pack.decisions["t.refer"].form
    assert isinstance(advice, ir.Advice)
    assert (advice.code, advice.urgency, advice.when_unknown, advice.due) == ("upward", "urgent", "act", ir.Span(14))
    assert pack.words["t.refer"].says_zh == "两周内转诊"
    opened, assumed = answers(pack, facts={"age": "70", "sex": "female"}, conditions=[])
    assert (opened["t.points"], assumed["t.points"]) == (0b11, 0b01)


def test_enough_closes_only_the_assumed_pass(folder: Folder) -> None:
    text = """
decision: t.dm
title: {zh: 诊断, en: diagnosis}
outcomes: bool
default: {then: "false"}
except: {high: {when: "fpg >= 7.0 mmol/L or pg2h >= 11.1 mmol/L", then: "true"}}
enough: "fpg is known or hba1c is known"
assuming: {pg2h: "< 11.1 mmol/L"}
"""
    pack = compile_folder(folder(text))
    assert pack.decisions["t.dm"].enough == ir.Enough(
        ir.Known("any", ("fpg", "hba1c")), (("pg2h", (500, 11099)),), ("unusable(pg2h)",)
    )
    assert pack.leaves["unusable(pg2h)"] == ir.Leaf("unusable(pg2h)", "bool", ir.Unusable("pg2h"), ("pg2h",))
    opened, assumed = answers(pack, facts={"fpg": "5.0"})
    assert (opened["t.dm"], assumed["t.dm"]) == (UNKNOWN, FALSE)


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


def test_adopted_documents_speak_with_the_adopting_pack(folder: Folder) -> None:
    base = decision_text("sbp >= $t.limit") + "---\n" + GRADE
    folder(
        base,
        name="base",
        pack=PACK.format(name="base", document="DOC-B", more=""),
        params='t.limit: [{from: "2017-01-01", is: 140 mmHg}]',
    )
    uses = "uses: [{pack: base, adopt: true}]\noccasion: {bp: {take: last_two}}"
    own = """
decision: t.grade
title: {zh: 自有分级, en: own grade}
outcomes: [plain, other]
default: {then: plain}
except: {e: {when: t.it, then: other}}
"""
    path = folder(
        own,
        pack=PACK.format(name="a", document="DOC-A", more=uses),
        params='t.limit: [{from: "2025-01-01", is: 130 mmHg}]',
    )
    pack = compile_folder(path)
    assert condition(pack) == ir.Compare(">=", ir.Read("sbp~last_two"), ir.Int(13000))
    assert pack.words["t.it"].document == "DOC-A"
    assert pack.words["t.it"].place.startswith("base/rules/rules.yaml")
    assert isinstance(pack.decisions["t.grade"].form, ir.Tree)
    assert not any(case.decide == "t.grade" for case in pack.cases)  # the cases of what gave way stay behind


def test_a_used_pack_keeps_its_own_voice_and_brings_what_it_asks_hidden(folder: Folder) -> None:
    other = (
        GRADE.replace("promises: [raising s never lowers t.grade, raising dbp never lowers t.grade]\n", "")
        + """
---
decision: t.risk
title: {zh: 风险, en: risk}
outcomes: [low, high]
default: {then: low}
except: {up: {when: "t.grade >= high and sbp >= 150 mmHg", then: high}}
"""
    )
    folder(
        other,
        name="other",
        pack=PACK.format(name="other", document="DOC-B", more="occasion: {bp: {take: closest_two}}"),
    )
    uses = "uses: [{pack: other, only: [t.risk], as: {t.risk: t.risk@2018}}]\noccasion: {bp: {take: last_two}}"
    own = (
        GRADE
        + """
---
decision: t.mine
title: {zh: 我的, en: mine}
outcomes: bool
default: {then: "false"}
except: {e: {when: "t.risk@2018 = high and sbp < 160 mmHg", then: "true"}}
"""
    )
    pack = compile_folder(folder(own, pack=PACK.format(name="a", document="DOC-A", more=uses)))
    assert list(pack.decisions) == ["t.grade", "t.grade@other", "t.risk@2018", "t.mine"]
    assert pack.decisions["t.grade@other"].hidden and not pack.decisions["t.risk@2018"].hidden
    assert pack.decisions["t.risk@2018"].asks == ("t.grade@other",)
    assert pack.words["t.risk@2018"].document == "DOC-B" and pack.words["t.mine"].document == "DOC-A"
    theirs = pack.leaves["sbp~closest_two"].source
    assert isinstance(theirs, ir.Bare) and theirs.rule is not None and theirs.rule.occasion == "closest_two"
    assert pack.leaves["sbp~last_two"].source == ir.Bare("sbp")


def test_readings_and_lists_of_a_case_become_a_chart(folder: Folder) -> None:
    cases = """
- it: two readings
  decide: t.it
  on: "2025-02-01"
  give:
    readings: [{at: "2025-01-30", facts: {sbp: 150, dbp: 80}}]
    conditions: [diabetes, {fact: stroke, since: "2020-01-01"}]
    medications: []
    complete: [conditions]
    age: 63
  expect: {value: "true", status: settled}
"""
    pack = compile_folder(folder(decision_text("sbp >= 140 mmHg"), cases=cases))
    (case,) = pack.cases
    assert json.loads(case.give) == {
        "facts": {"age": "63"},
        "readings": [
            {"at": "2025-01-30", "fact": "sbp", "value": "150"},
            {"at": "2025-01-30", "fact": "dbp", "value": "80"},
        ],
        "conditions": [{"fact": "diabetes"}, {"fact": "stroke", "since": "2020-01-01"}],
        "medications": [],
        "complete": ["conditions"],
    }
    opened, _ = answers(pack, **{**json.loads(case.give), "on": case.on})
    assert opened["t.it"] == TRUE


def test_compiling_twice_gives_the_same_pack(folder: Folder) -> None:
    path = folder(ITEMS + "---\n" + GRADE)
    assert compile_folder(path) == compile_folder(path)


def test_a_row_of_somebody_elses_document_keeps_the_origin_of_that_document(folder: Folder) -> None:
    path = folder(
        "criteria: t.c\ntitle: {zh: 测, en: t}\nitems:\n"
        "  - {id: a, name: {zh: 甲, en: a}, when: diabetes, cite: [T-CLS-01, T-CLS-02]}\n"
    )
    sources = path.parent / "shared" / "sources.yaml"
    sources.write_text(sources.read_text("utf-8").replace("guideline B, origin: national", "plan B, origin: local"))
    pack = compile_folder(path)
    assert pack.citations["T-CLS-01|DOC-A"].origin == "" and pack.citations["T-CLS-02|DOC-A"].origin == "local"
    backed = backing(pack, pack.words["t.c/a"])
    assert [one["origin"] for one in backed] == ["national", "local"]
