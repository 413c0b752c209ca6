"""Gaps, overlaps and dead rows: found where they are, said as boxes, and only where a value can be seen."""

import pytest

from sangao.engine.fact import Group
from sangao.engine.pack import ir
from tests.engine.passes.checks.small import banded, codes, found, number, pack, table, yes

BP = (number("sbp"), number("dbp"))
INPUTS = (banded("sbp", 120, 140), banded("dbp", 80, 90))
NORMAL = ir.Row("normal", (0b001, 0b001), 0, "all")
HIGH_NORMAL = ir.Row("high_normal", (0b010, 0b010), 1, "any")
HIGH = ir.Row("high", (0b100, 0b100), 2, "any")


def test_a_total_table_has_no_problem() -> None:
    assert not codes(pack(table("t", "highest", INPUTS, NORMAL, HIGH_NORMAL, HIGH), facts=BP))


def test_a_gap_is_a_box_in_words_with_a_case() -> None:
    [problem] = found(pack(table("t", "highest", INPUTS, NORMAL, HIGH), facts=BP))
    assert problem.code == "checks.gap" and str(problem.where) == "rules/t.yaml:1:1"
    assert "sbp <140 mmHg，dbp ≥80 且 <90 mmHg；sbp ≥120 且 <140 mmHg，dbp <90 mmHg" in problem.text("zh")
    assert "give: {sbp: 120 mmHg, dbp: 80 mmHg}" in problem.help("en")


def test_two_matching_rows_of_a_unique_table_overlap() -> None:
    rows = ir.Row("low", (0b011,), 0), ir.Row("high", (0b110,), 1)
    [problem] = found(pack(table("t", "unique", (banded("sbp", 120, 140),), *rows), facts=BP[:1]))
    assert problem.code == "checks.overlap" and "sbp ≥120 且 <140 mmHg" in problem.text("zh") and len(problem.also) == 1


def test_a_row_that_another_always_goes_before_is_dead() -> None:
    rows = ir.Row("some", (0b110,), 0), ir.Row("top", (0b100,), 1), ir.Row("rest", (None,), 2)
    assert (
        codes(pack(table("t", "highest", (banded("sbp", 120, 140),), *rows), facts=BP[:1])) == ["checks.dead_row"] * 2
    )
    assert not codes(pack(table("t", "first", (banded("sbp", 120, 140),), *reversed(rows[:2]), rows[2]), facts=BP[:1]))


@pytest.mark.parametrize(
    ("group", "derived", "reached"), [("last", False, False), ("mean", False, True), ("", True, True)]
)
def test_a_gap_counts_where_its_values_can_be_seen(group: str, derived: bool, reached: bool) -> None:
    pulse = number("pulse", 250, "0.1", "1", "g" if group else None)
    groups = (Group("g", "g", "g", ("pulse",), group),) if group else ()  # type: ignore[arg-type]
    rows = ir.Row("low", (0b001,), 0), ir.Row("high", (0b100,), 1)  # nothing says what 90.1 … 90.9 is
    made = table("t", "unique", (banded("pulse", 901, 910),), *rows)
    made = pack(made, facts=(pulse,), groups=groups, derived=("pulse",) if derived else ())  # type: ignore[assignment]
    assert codes(made) == (["checks.gap"] if reached else [])  # type: ignore[arg-type]


def test_a_combination_proved_never_to_hold_is_no_gap() -> None:
    level = table(
        "level", "highest", (banded("sbp", 120, 140),), *[ir.Row(c, (1 << i,), i) for i, c in enumerate("abc")]
    )
    raised = ir.Decision(
        "raised",
        ir.Outcome("bool", ("false", "true"), True),
        ir.Criteria((ir.Item("i", ir.Compare(">=", ir.Read("sbp"), ir.Int(120))),)),
        ("sbp",),
    )
    inputs = ir.Input("level", ir.Ask("level"), "code", (), 3), ir.Input("raised", ir.Ask("raised"), "bool", (), 2)
    rows = ir.Row("x", (0b001, 0b01), 0), ir.Row("y", (0b010, 0b10), 1), ir.Row("z", (0b100, 0b10), 2)
    made = table("t", "unique", inputs, *rows)
    never = ir.Either((
        ir.Both((ir.Member(ir.Ask("level"), 1), ir.Ask("raised"))),
        ir.Both((ir.Member(ir.Ask("level"), 6), ir.Not(ir.Ask("raised")))),
    ))  # fmt: skip
    promise = ir.Promise("never", "…", "rules/t.yaml:9:3", "t", left=never)
    assert codes(pack(level, raised, made, facts=BP[:1])) == ["checks.gap"]
    assert not codes(pack(level, raised, made, facts=BP[:1], promises=(promise,)))


def test_a_false_never_is_refuted_with_a_patient_and_hides_no_gap() -> None:
    rows = ir.Row("low", (0b001,), 0), ir.Row("high", (0b100,), 1)
    made = table("t", "unique", (banded("sbp", 120, 140),), *rows)
    never = ir.Both((ir.Compare(">=", ir.Read("sbp"), ir.Int(120)), ir.Compare("<", ir.Read("sbp"), ir.Int(140))))
    promise = ir.Promise("never", "120 to 140", "rules/t.yaml:9:3", "t", left=never)
    problems = found(pack(made, facts=BP[:1], promises=(promise,)))
    assert sorted(one.code for one in problems) == ["checks.gap", "checks.promise_broken"]
    assert "give: {sbp: 120 mmHg}" in next(one for one in problems if one.code == "checks.promise_broken").help("en")


def test_thirty_boolean_columns_are_no_trouble() -> None:
    facts = tuple(yes(f"b{i}") for i in range(30))
    inputs = tuple(ir.Input(one.id, ir.Read(one.id), "bool", (), 2) for one in facts)
    rows = [ir.Row(f"r{i}", tuple(2 if j in (i, (i + 7) % 30) else None for j in range(30)), 1) for i in range(30)]
    made = table("t", "highest", inputs, *rows)
    [problem] = found(pack(made, facts=facts))
    assert problem.code == "checks.gap"
    assert not codes(pack(table("t", "highest", inputs, *rows, ir.Row("else", (None,) * 30, 0)), facts=facts))
