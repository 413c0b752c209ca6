"""Good folders: what the compiled pack holds."""

import json
from fractions import Fraction

import pytest

from sangao.engine.pack import ir
from sangao.engine.passes import compile_folder
from sangao.engine.truth import TRUE
from tests.engine.passes.compiled import GRADE, ITEMS, PACK, Folder, answers, condition, decision_text


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
