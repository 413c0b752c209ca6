"""Registered, versioned equations: what a measurement gives when the fact itself was not measured.

An equation is computed in double and rounded half-even to the grid of its fact; within 1e-6 of a rounding edge the
exact path decides, so that every runner lands on the same integer. An interval goes through by corners: each number
input either raises or lowers the result over the whole valid range, as declared. Outside that range nothing is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from typing import Literal

Number = Fraction | Decimal
Argument = tuple[int, int] | tuple[str, ...] | None
EDGE = 1e-6  # in grid steps; doubles are off by some 1e-9 steps at most, so farther away both paths agree
DIGITS = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """One input: its unit, whether raising it raises (1) or lowers (-1) the result (0: a code), where it is valid.

    `measured`: whether a value shows that somebody looked: a creatinine does for the filtration rate, an age does not.
    """

    name: str
    unit: str
    direction: Literal[-1, 0, 1]
    low: Fraction | None = None
    high: Fraction | None = None
    codes: tuple[str, ...] = ()
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Formula:
    """One edition of an equation: `compute` in double, `exact` in decimals or fractions, both in the units declared."""

    id: str
    inputs: tuple[Slot, ...]
    unit: str
    compute: Callable[..., float]
    exact: Callable[..., Number]


def _bmi(weight: float, height: float) -> float:
    """Weight over height squared (A. Quetelet 1832; WHO TRS 894, 2000)."""
    return weight / (height / 100.0) ** 2


def _bmi_exact(weight: Fraction, height: Fraction) -> Fraction:
    return weight / (height / 100) ** 2


def _weight_per_bmi(height: float) -> float:
    """Height squared: what one unit of the body-mass index weighs at this height (from the definition of the index)."""
    return (height / 100.0) ** 2


def _weight_per_bmi_exact(height: Fraction) -> Fraction:
    return (height / 100) ** 2


def _days_supply(quantity: float, daily_dose: float) -> float:
    """Whole days a quantity lasts (definition). Half a day below the quotient, so that rounding takes the whole days;
    at a whole quotient the exact path decides."""
    return quantity / daily_dose - 0.5


def _days_supply_exact(quantity: Fraction, daily_dose: Fraction) -> Fraction:
    return Fraction(quantity // daily_dose)


def _non_hdl(tc: float, hdl: float) -> float:
    """Total minus HDL cholesterol (definition; NCEP ATP III 2002)."""
    return tc - hdl


def _non_hdl_exact(tc: Fraction, hdl: Fraction) -> Fraction:
    return tc - hdl


def _friedewald(tc: float, hdl: float, tg: float) -> float:
    """TC − HDL − TG/2.2 in mmol/L (Friedewald WT et al., Clin Chem 1972;18:499); not above TG 4.5 mmol/L."""
    return tc - hdl - tg / 2.2


def _friedewald_exact(tc: Fraction, hdl: Fraction, tg: Fraction) -> Fraction:
    return tc - hdl - tg * 5 / 11


def _ckd_epi_2009(creatinine: float, age: float, sex: str) -> float:
    """141 × min(Scr/κ,1)^α × max(Scr/κ,1)^−1.209 × 0.993^age × 1.018 if female, without the race term
    (Levey AS et al., Ann Intern Med 2009;150:604); Scr in mg/dL = µmol/L ÷ 88.4."""
    kappa, alpha, factor = (0.7, -0.329, 1.018) if sex == "female" else (0.9, -0.411, 1.0)
    ratio = creatinine / 88.4 / kappa
    return float(141.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.209 * 0.993**age * factor)


def _ckd_epi_2009_exact(creatinine: Fraction, age: Fraction, sex: str) -> Decimal:
    kappa, alpha, factor = ("0.7", "-0.329", "1.018") if sex == "female" else ("0.9", "-0.411", "1")
    return _ckd_epi(creatinine, age, "141", kappa, alpha, "-1.209", "0.993", factor)


def _ckd_epi_2021(creatinine: float, age: float, sex: str) -> float:
    """142 × min(Scr/κ,1)^α × max(Scr/κ,1)^−1.200 × 0.9938^age × 1.012 if female
    (Inker LA et al., N Engl J Med 2021;385:1737); Scr in mg/dL = µmol/L ÷ 88.4."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine / 88.4 / kappa
    return float(142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age * factor)


def _ckd_epi_2021_exact(creatinine: Fraction, age: Fraction, sex: str) -> Decimal:
    kappa, alpha, factor = ("0.7", "-0.241", "1.012") if sex == "female" else ("0.9", "-0.302", "1")
    return _ckd_epi(creatinine, age, "142", kappa, alpha, "-1.200", "0.9938", factor)


def _ckd_epi(
    creatinine: Fraction, age: Fraction, base: str, kappa: str, alpha: str, slope: str, yearly: str, factor: str
) -> Decimal:
    with localcontext() as context:
        context.prec = DIGITS
        ratio = _decimal(creatinine) / Decimal("88.4") / Decimal(kappa)
        bend = min(ratio, Decimal(1)) ** Decimal(alpha) * max(ratio, Decimal(1)) ** Decimal(slope)
        return Decimal(base) * bend * Decimal(yearly) ** _decimal(age) * Decimal(factor)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


_ADULT = Fraction(18)
_KIDNEY = (
    Slot("creatinine", "umol/L", -1, low=Fraction(1, 1000)),
    Slot("age", "years", -1, low=_ADULT, measured=False),
    Slot("sex", "", 0, codes=("male", "female"), measured=False),
)
_TC, _HDL = Slot("tc", "mmol/L", 1), Slot("hdl", "mmol/L", -1)

FORMULAS: dict[str, Formula] = {
    formula.id: formula
    for formula in (
        Formula(
            "bmi@1",
            (Slot("weight", "kg", 1), Slot("height", "cm", -1, low=Fraction(1))),
            "kg/m2",
            _bmi,
            _bmi_exact,
        ),
        Formula(
            "weight_per_bmi@1",
            (Slot("height", "cm", 1, low=Fraction(1)),),
            "kg",
            _weight_per_bmi,
            _weight_per_bmi_exact,
        ),
        Formula(
            "days_supply@1",
            (Slot("quantity", "", 1), Slot("daily_dose", "/d", -1, low=Fraction(1, 1000))),
            "days",
            _days_supply,
            _days_supply_exact,
        ),
        Formula("egfr_ckd_epi_2009@1", _KIDNEY, "mL/min/1.73m2", _ckd_epi_2009, _ckd_epi_2009_exact),
        Formula("egfr_ckd_epi_2021@1", _KIDNEY, "mL/min/1.73m2", _ckd_epi_2021, _ckd_epi_2021_exact),
        Formula("non_hdl@1", (_TC, _HDL), "mmol/L", _non_hdl, _non_hdl_exact),
        Formula(
            "ldl_friedewald@1",
            (_TC, _HDL, Slot("tg", "mmol/L", -1, high=Fraction(9, 2))),
            "mmol/L",
            _friedewald,
            _friedewald_exact,
        ),
    )
}


def measured(formula: str, inputs: Sequence[str]) -> tuple[str, ...]:
    """Return of the names of a formula's inputs those that somebody measured for it.

    >>> measured("egfr_ckd_epi_2009@1", ("creatinine", "age", "sex"))
    ('creatinine',)
    """
    return tuple(one for one, slot in zip(inputs, FORMULAS[formula].inputs, strict=True) if slot.measured)


def apply(
    formula: Formula,
    inputs: Sequence[Argument],
    steps: Sequence[Fraction],
    step: Fraction,
    bounds: tuple[int | None, int | None] = (None, None),
) -> tuple[tuple[int, int] | None, str | None]:
    """Return the interval of results on the grid `step`, or None with the code of a problem when one is due.

    A number input is a closed interval of integers counting its entry of `steps`, a code input the codes still
    possible, None is nothing known. `chart.formula_range` when an input reaches outside the valid range,
    `chart.formula_result` when the result reaches outside `bounds`: then nothing is known, so that learning more never
    widens an answer.

    >>> tenth = Fraction(1, 10)
    >>> apply(FORMULAS["bmi@1"], [(700, 700), (1750, 1750)], [tenth, tenth], Fraction(1, 100))
    ((2286, 2286), None)
    >>> apply(FORMULAS["bmi@1"], [(700, 700), None], [tenth, tenth], Fraction(1, 100))
    (None, None)
    """
    if any(argument is None for argument in inputs):
        return None, None
    choices: list[tuple[Fraction | str, ...]] = []
    for slot, argument, unit_step in zip(formula.inputs, inputs, steps, strict=True):
        if slot.direction == 0:
            codes = tuple(str(code) for code in argument or ())
            if not codes or not set(codes) <= set(slot.codes):
                return None, None
            choices.append(codes)
            continue
        low, high = _interval(argument)
        ends = (low * unit_step, high * unit_step)
        if (slot.low is not None and ends[0] < slot.low) or (slot.high is not None and ends[1] > slot.high):
            return None, "chart.formula_range"
        choices.append(ends if slot.direction > 0 else ends[::-1])
    slots = list(zip(formula.inputs, choices, strict=True))
    lowest = product(*(choice[:1] if slot.direction else choice for slot, choice in slots))
    highest = product(*(choice[1:] if slot.direction else choice for slot, choice in slots))
    low = min(_on_grid(formula, corner, step) for corner in lowest)
    high = max(_on_grid(formula, corner, step) for corner in highest)
    if (bounds[0] is not None and low < bounds[0]) or (bounds[1] is not None and high > bounds[1]):
        return None, "chart.formula_result"
    return (low, high), None


def _interval(argument: Argument) -> tuple[int, int]:
    assert argument is not None
    low, high = argument
    assert isinstance(low, int) and isinstance(high, int)
    return low, high


def _on_grid(formula: Formula, corner: Sequence[Fraction | str], step: Fraction) -> int:
    """Round half-even to the grid; near an edge the exact path decides."""
    doubles = [part if isinstance(part, str) else float(part) for part in corner]
    scaled = formula.compute(*doubles) / float(step)
    if abs(abs(scaled - int(scaled)) - 0.5) > EDGE:
        return round(scaled)
    exact = formula.exact(*corner)
    return round(Fraction(exact) / step)
