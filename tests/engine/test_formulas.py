"""Published values, monotone corners, the exact path at rounding edges."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.engine.formulas import FORMULAS, Argument, apply

OUT = (None, "chart.formula_range")
HUNDREDTH, TENTH, THOUSANDTH, ONE = Fraction(1, 100), Fraction(1, 10), Fraction(1, 1000), Fraction(1)


def egfr(edition: str, creatinine: Argument, age: Argument, sex: Argument) -> tuple[tuple[int, int] | None, str | None]:
    formula = FORMULAS[f"egfr_ckd_epi_{edition}@1"]
    return apply(formula, [creatinine, age, sex], [TENTH, ONE, ONE], HUNDREDTH)


@pytest.mark.parametrize(
    ("edition", "mg_per_dl", "age", "sex", "published"),
    [
        # kidney.org calculator, rounded to whole mL/min/1.73 m²
        ("2021", 1, 50, "male", 92),
        ("2021", 1, 50, "female", 69),
        ("2021", 2, 70, "male", 35),
        ("2009", 1, 50, "male", 87),
        ("2009", 1, 50, "female", 66),
    ],
)
def test_egfr_agrees_with_published_values(edition: str, mg_per_dl: int, age: int, sex: str, published: int) -> None:
    steps = mg_per_dl * 884
    interval, problem = egfr(edition, (steps, steps), (age, age), (sex,))
    assert interval is not None and problem is None
    assert round(interval[0] / 100) == published


def test_friedewald_refuses_high_triglycerides_and_keeps_the_limit() -> None:
    formula = FORMULAS["ldl_friedewald@1"]
    steps = [THOUSANDTH] * 3
    assert apply(formula, [(5000, 5000), (1000, 1000), (4500, 4500)], steps, THOUSANDTH) == ((1955, 1955), None)
    assert apply(formula, [(5000, 5000), (1000, 1000), (4501, 4501)], steps, THOUSANDTH) == OUT
    assert apply(formula, [(5000, 5000), (1000, 1000), (1000, 4501)], steps, THOUSANDTH) == OUT


def test_a_result_outside_its_bounds_is_unknown() -> None:
    formula = FORMULAS["non_hdl@1"]
    inputs: list[Argument] = [(1000, 1000), (1200, 1200)]
    assert apply(formula, inputs, [THOUSANDTH] * 2, THOUSANDTH, (0, None)) == (None, "chart.formula_result")


def test_an_unknown_sex_spans_both() -> None:
    both, _ = egfr("2021", (884, 884), (50, 50), ("male", "female"))
    man, _ = egfr("2021", (884, 884), (50, 50), ("male",))
    woman, _ = egfr("2021", (884, 884), (50, 50), ("female",))
    assert both and man and woman and both == (woman[0], man[1])
    assert egfr("2021", (884, 884), (50, 50), None) == (None, None)


def test_children_get_no_adult_equation() -> None:
    assert egfr("2009", (884, 884), (17, 17), ("male",)) == OUT


def test_an_exact_tie_rounds_half_even_by_the_exact_path() -> None:
    # 1.0 kg over (2 m)² = 0.25 and 3 kg = 0.75: ties on a grid of 0.1 and 0.5 that a double could miss
    formula = FORMULAS["bmi@1"]
    assert apply(formula, [(10, 10), (2000, 2000)], [TENTH, TENTH], TENTH) == ((2, 2), None)
    assert apply(formula, [(30, 30), (2000, 2000)], [TENTH, TENTH], TENTH) == ((8, 8), None)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(10, 30000), st.integers(18, 110), st.sampled_from(["male", "female"]), st.sampled_from(["2009", "2021"])
)
def test_the_double_and_the_exact_path_land_on_one_grid_step(creatinine: int, age: int, sex: str, edition: str) -> None:
    formula = FORMULAS[f"egfr_ckd_epi_{edition}@1"]
    interval, _ = egfr(edition, (creatinine, creatinine), (age, age), (sex,))
    exact = Fraction(formula.exact(Fraction(creatinine, 10), Fraction(age), sex)) / HUNDREDTH
    assert interval == (round(exact), round(exact))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_interval_contains_every_point_and_narrows(data: st.DataObject) -> None:
    low = data.draw(st.integers(10, 20000))
    high = data.draw(st.integers(low, 20000))
    young = data.draw(st.integers(18, 100))
    old = data.draw(st.integers(young, 100))
    point, age = data.draw(st.integers(low, high)), data.draw(st.integers(young, old))
    wide, _ = egfr("2021", (low, high), (young, old), ("male", "female"))
    narrow, _ = egfr("2021", (point, point), (age, age), ("male",))
    assert wide and narrow and wide[0] <= narrow[0] and narrow[1] <= wide[1]


@pytest.mark.parametrize(
    ("quantity", "daily_dose", "days"),
    [(8400, 100, 84), (8499, 100, 84), (8500, 100, 85), (210, 30, 7), (2800, 33, 84), (0, 100, 0), (100, 100_000, 0)],
)
def test_days_of_supply_are_whole_days_never_rounded_up(quantity: int, daily_dose: int, days: int) -> None:
    inputs: list[Argument] = [(quantity, quantity), (daily_dose, daily_dose)]
    assert apply(FORMULAS["days_supply@1"], inputs, [HUNDREDTH] * 2, ONE) == ((days, days), None)


@given(st.integers(0, 10**7), st.integers(1, 10**5))
def test_days_of_supply_are_the_integer_quotient(quantity: int, daily_dose: int) -> None:
    inputs: list[Argument] = [(quantity, quantity), (daily_dose, daily_dose)]
    days = quantity // daily_dose
    assert apply(FORMULAS["days_supply@1"], inputs, [HUNDREDTH] * 2, ONE) == ((days, days), None)


def test_weight_per_unit_of_the_index() -> None:
    exact = Fraction(1, 10_000)
    assert apply(FORMULAS["weight_per_bmi@1"], [(1700, 1700)], [TENTH], exact) == ((28_900, 28_900), None)
