"""Every form of a decision: what the compiled pack holds of it."""

from fractions import Fraction

from sangao.engine.pack import ir
from sangao.engine.passes import compile_folder
from sangao.engine.truth import FALSE, UNKNOWN
from tests.engine.passes.compiled import ITEMS, Folder, answers, condition, decision_text

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
