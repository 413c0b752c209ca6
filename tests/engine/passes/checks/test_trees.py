"""Exceptions: ties with a witness, dead and beaten branches, conditions that never change."""

from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from tests.engine.passes.checks.small import at_least, codes, found, number, pack, tree, yes

FACTS = (number("sbp"), yes("diabetes"), yes("frail"))
DIABETES, FRAIL = ir.Read("diabetes"), ir.Read("frail")


def test_siblings_that_hold_together_and_differ_tie() -> None:
    made = tree("d", 0, ir.Branch("sugar", DIABETES, 1), ir.Branch("old", FRAIL, 2))
    [problem] = found(pack(made, facts=FACTS))
    assert problem.code == "checks.tie" and len(problem.also) == 1
    assert "give: {diabetes: true, frail: true}" in problem.help("zh") and "value: b or c" in problem.help("zh")


def test_over_and_agreement_and_exclusion_end_a_tie() -> None:
    sugar = ir.Branch("sugar", DIABETES, 1)
    assert not codes(pack(tree("d", 0, sugar, ir.Branch("old", FRAIL, 2, over=("sugar",))), facts=FACTS))
    assert not codes(pack(tree("d", 0, sugar, ir.Branch("old", FRAIL, 1)), facts=FACTS))
    apart = ir.Branch("old", ir.Both((FRAIL, ir.Not(DIABETES))), 2)
    assert not codes(pack(tree("d", 0, sugar, apart), facts=FACTS))


def test_who_wins_only_because_a_third_beats_the_other_must_say_so() -> None:
    """With sugar known and 160 not measured, a patient of 185 would seem settled: `worst` is over `high` only."""
    sugar = ir.Branch("sugar", DIABETES, 1)
    high = ir.Branch("high", at_least("sbp", 160), 1, over=("sugar",))
    worst = ir.Branch("worst", at_least("sbp", 180), 2, over=("high",))
    assert codes(pack(tree("d", 0, sugar, high, worst), facts=FACTS)) == ["checks.tie"]
    worst = ir.Branch("worst", at_least("sbp", 180), 2, over=("high", "sugar"))
    assert not codes(pack(tree("d", 0, sugar, high, worst), facts=FACTS))


def test_a_tie_looks_at_whole_subtrees() -> None:
    below = ir.Branch("below", at_least("sbp", 150), 2)
    sugar, old = ir.Branch("sugar", DIABETES, 1, (below,)), ir.Branch("old", FRAIL, 1)
    [problem] = found(pack(tree("d", 0, sugar, old), facts=FACTS))
    assert problem.code == "checks.tie" and "sbp ≥150 mmHg" in problem.text("zh")


def test_thresholds_of_one_number_exclude_one_another() -> None:
    low, high = ir.Branch("low", ir.Not(at_least("sbp", 140)), 1), ir.Branch("high", at_least("sbp", 140), 2)
    made = tree("d", 0, low, high)
    assert codes(pack(made, facts=FACTS)) == ["checks.beaten_exception"]  # the default itself never answers
    half = tree("d", 0, ir.Branch("low", ir.Not(at_least("sbp", 141)), 1), high)
    assert "checks.tie" in codes(pack(half, facts=FACTS))


def test_differences_of_numbers_are_one_number() -> None:
    def apart(op: str, by: int) -> ir.Expr:
        return ir.Compare(op, ir.Size(ir.Plus((ir.Read("left"), ir.Times(-1, ir.Read("right"))))), ir.Int(by))

    arms = (number("left"), number("right"))
    made = tree(
        "d", 0, ir.Branch("much", apart(">", 20), 2), ir.Branch("some", ir.Both((apart("<=", 20), apart(">=", 10))), 1)
    )
    assert not codes(pack(made, facts=arms))
    made = tree(
        "d", 0, ir.Branch("much", apart(">=", 20), 2), ir.Branch("some", ir.Both((apart("<=", 20), apart(">=", 10))), 1)
    )
    assert codes(pack(made, facts=arms)) == ["checks.tie"]


def test_contradicting_facts_tie_nobody() -> None:
    facts = (Fact("sex", "code", "性别", "sex", values=("male", "female")), yes("pregnant"))
    male = ir.Member(ir.Read("sex"), 1)
    made = tree("d", 0, ir.Branch("man", male, 1), ir.Branch("mother", ir.Read("pregnant"), 2))
    rule = ir.Contradiction(ir.Both((male, ir.Read("pregnant"))), ("sex", "pregnant"), "", "")
    assert codes(pack(made, facts=facts)) == ["checks.tie"]
    assert not codes(pack(made, facts=facts, contradictions=(rule,)))


def test_an_exception_that_cannot_hold_is_dead() -> None:
    never = ir.Both((at_least("sbp", 160), ir.Not(at_least("sbp", 140))))
    assert codes(pack(tree("d", 0, ir.Branch("x", never, 1)), facts=FACTS)) == ["checks.dead_exception"]
    below = ir.Branch("below", ir.Not(at_least("sbp", 140)), 2)
    made = tree("d", 0, ir.Branch("high", at_least("sbp", 160), 1, (below,)))
    assert codes(pack(made, facts=FACTS)) == ["checks.dead_exception"]


def test_an_exception_that_is_always_beaten_is_named() -> None:
    small = ir.Branch("small", at_least("sbp", 160), 1)
    large = ir.Branch("large", at_least("sbp", 140), 2, over=("small",))
    assert codes(pack(tree("d", 0, small, large), facts=FACTS)) == ["checks.beaten_exception"]


def test_a_condition_that_never_changes_is_named() -> None:
    item = ir.Item("x", ir.Either((DIABETES, ir.Not(DIABETES))))
    made = ir.Decision("c", ir.Outcome("bool", ("false", "true"), True), ir.Criteria((item,)))
    assert codes(pack(made, facts=FACTS)) == ["checks.constant_condition"]


def test_a_tie_that_only_impossible_outcomes_make_asks_for_a_never() -> None:
    high = ir.Decision(
        "high",
        ir.Outcome("bool", ("false", "true"), True),
        ir.Criteria((ir.Item("i", at_least("sbp", 140)),)),
        ("sbp",),
    )
    low = ir.Decision(
        "low",
        ir.Outcome("bool", ("false", "true"), True),
        ir.Criteria((ir.Item("i", ir.Not(at_least("sbp", 130))),)),
        ("sbp",),
    )
    made = tree("d", 0, ir.Branch("h", ir.Ask("high"), 2), ir.Branch("l", ir.Ask("low"), 1), asks=("high", "low"))
    assert codes(pack(high, low, made, facts=FACTS)) == ["checks.tie_of_outcomes"]
    never = ir.Promise("never", "high and low", "rules/d.yaml:3:3", "d", left=ir.Both((ir.Ask("high"), ir.Ask("low"))))
    assert not codes(pack(high, low, made, facts=FACTS, promises=(never,)))
