"""Drug permission through classes: what forbids a class forbids each it holds, a choice is as free as its freest."""

import sangao
from sangao.engine.pack import ir
from sangao.engine.run.advice import Adviser
from sangao.engine.run.permission import State, permission
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.opened import opened

CLASSES = {"acei_or_arb": ("acei", "arb"), "oral": ("metformin", "sulfonylurea")}


def rule(id: str, drug: str, start: str | None, truth: int = TRUE, go_on: str | None = None) -> State:
    return id, ir.Advice(ir.Always(TRUE), "drug", drug, "soon", "ask", drug, start, go_on), truth, truth


def test_the_strictest_rule_decides_and_names_what_it_overrules() -> None:
    may = permission("acei", [rule("yes", "acei", "recommend"), rule("no", "acei", "contraindicated")], CLASSES)
    assert (may.start, may.sure_start, may.open) == ("contraindicated", "contraindicated", False)
    assert [one[0] for one in may.deciding] == ["no"] and may.overruled == ("yes",)


def test_a_possible_ban_is_shown_as_a_question() -> None:
    may = permission(
        "acei", [rule("yes", "acei", "recommend"), rule("no", "acei", "contraindicated", UNKNOWN)], CLASSES
    )
    assert (may.start, may.sure_start, may.open) == ("contraindicated", "recommend", True)


def test_what_forbids_a_class_forbids_each_it_holds_but_allowing_it_frees_none() -> None:
    rules = [rule("wide", "oral", "contraindicated"), rule("start", "metformin", "recommend")]
    may = permission("metformin", rules, CLASSES)
    assert may.start == "contraindicated" and may.overruled == ("start",)
    rules = [rule("wide", "oral", "recommend"), rule("kidney", "metformin", "reduce")]
    assert permission("metformin", rules, CLASSES).start == "reduce"


def test_a_choice_is_as_free_as_the_freest_it_holds() -> None:
    wish = rule("wish", "acei_or_arb", "recommend")
    one = [wish, rule("cough", "acei", "avoid")]
    assert permission("acei_or_arb", one, CLASSES).start == "recommend"
    both = [*one, rule("no", "arb", "contraindicated")]
    assert permission("acei_or_arb", both, CLASSES).start == "avoid"
    pregnant = [wish, rule("no_acei", "acei", "contraindicated"), rule("no_arb", "arb", "contraindicated")]
    may = permission("acei_or_arb", pregnant, CLASSES)
    assert may.start == may.sure_start == "contraindicated" and may.overruled == ("wish",) and not may.open
    perhaps = [wish, rule("a", "acei", "contraindicated", UNKNOWN), rule("b", "arb", "contraindicated", UNKNOWN)]
    may = permission("acei_or_arb", perhaps, CLASSES)
    assert (may.start, may.sure_start, may.open) == ("contraindicated", "recommend", True)


def test_a_choice_of_which_every_one_is_to_be_stopped_is_stopped() -> None:
    wish = rule("wish", "acei_or_arb", "recommend", go_on="allow")
    acei, arb = (rule(name, name, "contraindicated", go_on="stop") for name in ("acei", "arb"))
    assert permission("acei_or_arb", [wish, acei], CLASSES).go_on == "allow"
    may = permission("acei_or_arb", [wish, acei, arb], CLASSES)
    assert (may.start, may.go_on, may.sure_go_on, may.open) == ("contraindicated", "stop", "stop", False)
    assert {one[0] for one in may.deciding} == {"acei", "arb"} and may.overruled == ("wish",)
    only = [rule("a", "acei", None, go_on="stop"), rule("b", "arb", None, UNKNOWN, go_on="stop")]
    may = permission("acei_or_arb", [wish, *only], CLASSES)
    assert (may.start, may.go_on, may.sure_go_on, may.open) == ("recommend", "stop", "allow", True)


def test_what_forbids_one_drug_of_a_class_leaves_the_others_of_it() -> None:
    facts = {"sex": "male", "age": 60, "egfr": 25, "hba1c": 8.5, "ldl": 3.1}
    chart = sangao.Chart.of(
        facts, on="2026-03-09", conditions=["E11", "I25.1"], medications=[], complete=["conditions", "medications"]
    )
    found = {item.form.drug_class: item for item in opened("sangao_national").decide_all(chart).advice.shown}
    assert found["statin_high_intensity"].start == "avoid" and found["statin"].start == "recommend"


def test_a_rule_that_certainly_does_not_hold_limits_nothing() -> None:
    pack = opened("htn_primary_2025").compiled
    chart = {one.id: FALSE for one in pack.decisions.values() if isinstance(one.form, ir.Advice)}
    assert not [item for item in Adviser(pack).listed(chart, chart).shown if item.form.drug_class]


def test_a_pregnant_woman_with_all_three_highs_gets_no_blocker_no_statin_no_tablet() -> None:
    chart = sangao.Chart.from_dict(
        {
            "on": "2026-03-01",
            "patient": {"sex": "female", "birth_date": "1992-03-02"},
            "facts": {"pregnant": True, "sbp_office": 152, "dbp_office": 96, "uacr": "350 mg/g", "hba1c": "7.9 %"},
            "conditions": ["diabetes", "hypertension", "diabetic_kidney_disease"],
            "complete": ["conditions"],
        }
    )
    found = {
        item.form.drug_class: item
        for item in opened("sangao_national").decide_all(chart).advice.shown
        if item.form.drug_class
    }
    for drug in ("acei", "arb", "statin", "oral_glucose_lowering"):
        assert found[drug].start == "contraindicated" and found[drug].status == "settled"
    assert "metformin" not in found and "statin_high_intensity" not in found
    assert all(item.start not in ("allow", "recommend") for drug, item in found.items() if drug in ("acei_or_arb",))
