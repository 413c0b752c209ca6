"""Promises are proved over every patient or refuted with one."""

from sangao.engine.pack import ir
from tests.engine.passes.checks.small import at_least, banded, codes, found, number, pack, table, tree, yes

SBP = number("sbp")
INPUT = (banded("sbp", 120, 140),)


def graded(*thens: int) -> ir.Decision:
    return table("g", "first", INPUT, *[ir.Row(f"r{i}", (1 << i,), then) for i, then in enumerate(thens)])


def rising(leaf: str, decision: str, direction: int = 1) -> ir.Promise:
    return ir.Promise("monotone", "…", "rules/g.yaml:9:3", decision, leaf, direction)


def test_raising_a_number_never_lowers_its_grade() -> None:
    assert not codes(pack(graded(0, 1, 2), facts=(SBP,), promises=(rising("sbp", "g"),)))
    [problem] = found(pack(graded(0, 2, 1), facts=(SBP,), promises=(rising("sbp", "g"),)))
    assert problem.code == "checks.promise_broken" and "give: {sbp: 120 mmHg}, expect: {value: c}" in problem.help("en")
    assert not codes(pack(graded(2, 1, 0), facts=(SBP,), promises=(rising("sbp", "g", -1),)))


def test_a_promise_reaches_through_decisions() -> None:
    other = tree(
        "d",
        0,
        ir.Branch("x", ir.Member(ir.Ask("g"), 0b100), 2),
        ir.Branch("y", ir.Member(ir.Ask("g"), 0b010), 1),
        asks=("g",),
    )
    assert not codes(pack(graded(0, 1, 2), other, facts=(SBP,), promises=(rising("sbp", "d"),)))
    assert codes(pack(graded(0, 2, 1), other, facts=(SBP,), promises=(rising("sbp", "d"),))) == [
        "checks.promise_broken"
    ]


def test_a_promise_about_a_number_nobody_reads_is_a_problem() -> None:
    assert codes(pack(graded(0, 1, 2), facts=(SBP, number("dbp")), promises=(rising("dbp", "g"),))) == [
        "checks.promise_about_nothing"
    ]


def test_an_implication_is_proved_or_refuted() -> None:
    def implies(value: int) -> ir.Promise:
        return ir.Promise(
            "implies", "…", "rules/g.yaml:9:3", "g", left=ir.Member(ir.Ask("g"), 0b100), right=at_least("sbp", value)
        )

    assert not codes(pack(graded(0, 1, 2), facts=(SBP,), promises=(implies(140),)))
    assert codes(pack(graded(0, 1, 2), facts=(SBP,), promises=(implies(141),))) == ["checks.promise_broken"]


def test_a_witness_that_rests_on_a_sum_claims_nothing() -> None:
    wide = ir.Compare(">", ir.Plus((ir.Read("sbp"), ir.Times(-1, ir.Read("dbp")))), ir.Int(400))
    facts = (SBP, number("dbp"), yes("frail"))
    made = tree("d", 0, ir.Branch("x", ir.Read("frail"), 1))
    never = ir.Compare(">", ir.Plus((ir.Read("sbp"), ir.Times(-1, ir.Read("dbp")))), ir.Int(50))
    tall = ir.Promise("never", "…", "rules/d.yaml:3:3", "d", left=ir.Both((never, ir.Not(at_least("sbp", 40)))))
    assert codes(pack(made, facts=facts, promises=(tall,))) == ["checks.promise_unproved"]
    far = ir.Promise("never", "…", "rules/d.yaml:3:3", "d", left=wide)
    assert not codes(pack(made, facts=facts, promises=(far,)))  # beyond what two pressures can be apart
