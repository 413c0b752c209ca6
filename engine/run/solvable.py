"""Registered equations as a kernel can solve them: which, over which facts, with every number an integer.

`powers`: a product of powers times a rational, rounded half-even (`whole`: cut to whole steps). `kidney_2009`,
`kidney_2021`: the CKD-EPI equations in double; within a hair of a rounding edge both neighbours stay possible. `due`:
the day a span from a date ends on. What is not here is the host's to work out.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod
from typing import Literal

from sangao.engine.formulas import FORMULAS
from sangao.engine.pack import ir
from sangao.engine.quantity import Span
from sangao.engine.run.entering import INT32
from sangao.engine.run.oneday import DAYS, reach

Form = Literal["powers", "kidney_2009", "kidney_2021", "due"]
LARGEST = 1 << 62
POWERS: dict[str, tuple[tuple[int, ...], Fraction]] = {  # of the inputs in their units, and what the product is times
    "bmi@1": ((1, -2), Fraction(10_000)),
    "weight_per_bmi@1": ((2,), Fraction(1, 10_000)),
    "days_supply@1": ((1, -1), Fraction(1)),
}
WHOLE = frozenset({"days_supply@1"})
KIDNEY: dict[str, Form] = {"egfr_ckd_epi_2009@1": "kidney_2009", "egfr_ckd_epi_2021@1": "kidney_2021"}


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation over facts in their steps.

    `powers`: of the inputs; of `due` the months, the days, and whether the span begins at the end of the year. `scale`:
    of `powers`, what the product of powers is times to count steps of the result; of the others, one step.
    `reach`: per input what it may be; `low`, `high`: what the result may be; `female`: the place of that code.
    """

    form: Form
    inputs: tuple[str, ...]
    powers: tuple[int, ...]
    scale: Fraction
    reach: tuple[tuple[int, int], ...]
    low: int
    high: int
    whole: bool = False
    female: int = 0


def equation(pack: ir.Pack, leaf: ir.Leaf) -> Equation | None:
    """Return the equation of a leaf; None where the kernel does not know it, or its facts could be too large for it."""
    source = leaf.source
    if isinstance(source, ir.Window):
        return _due(pack, source)
    if not isinstance(source, ir.Derived) or source.formula not in {**POWERS, **KIDNEY}:
        return None
    leaves = [pack.leaves[one] for one in source.inputs]
    facts = [one.source.fact for one in leaves if isinstance(one.source, ir.Bare)]
    if len(facts) != len(leaves):
        return None
    formula = FORMULAS[source.formula]
    ends = []
    for slot, one, fact in zip(formula.inputs, leaves, facts, strict=True):
        low, high = reach(pack.dictionary.facts[fact])
        if slot.direction:
            low = low if slot.low is None else max(low, ceil(slot.low / one.step))
            high = high if slot.high is None else min(high, floor(slot.high / one.step))
        elif set(one.values) != set(slot.codes):
            return None
        ends.append((low, high))
    low = INT32[0] if leaf.low is None else leaf.low
    high = INT32[1] if leaf.high is None else leaf.high
    if source.formula in KIDNEY:
        female = leaves[2].values.index("female")
        return Equation(KIDNEY[source.formula], tuple(facts), (), leaf.step, tuple(ends), low, high, female=female)
    powers, times = POWERS[source.formula]
    scale = times / leaf.step * prod(one.step**power for one, power in zip(leaves, powers, strict=True))
    whole = source.formula in WHOLE
    if (whole and leaf.step != 1) or any(one < (power < 0) for (one, _), power in zip(ends, powers, strict=True)):
        return None
    above = prod(one**power for (_, one), power in zip(ends, powers, strict=True) if power > 0)
    below = prod(one**-power for (_, one), power in zip(ends, powers, strict=True) if power < 0)
    if above * scale.numerator >= LARGEST or below * scale.denominator >= LARGEST:
        return None
    return Equation("powers", tuple(facts), powers, scale, tuple(ends), low, high, whole)


def _due(pack: ir.Pack, source: ir.Window) -> Equation | None:
    fact = pack.dictionary.facts.get(source.subject)
    if source.op != "due" or fact is None or fact.kind != "date":
        return None
    span = source.within or Span()
    return Equation("due", (fact.id,), (span.months, span.days, int(span.year)), Fraction(1), (DAYS,), *DAYS)


def difference(pack: ir.Pack, leaf: ir.Leaf) -> tuple[str, str] | None:
    """Return the facts of which a leaf is the first minus the second, on one grid; None for anything else."""
    source = leaf.source
    if not isinstance(source, ir.Derived) or source.formula != "non_hdl@1":
        return None
    inputs = [pack.leaves[one] for one in source.inputs]
    facts = [one.source.fact for one in inputs if isinstance(one.source, ir.Bare) and one.step == leaf.step]
    return (facts[0], facts[1]) if len(facts) == 2 else None


def told(pack: ir.Pack, leaf: ir.Leaf) -> bool:
    """Return whether a program can work out a formula's leaf."""
    return difference(pack, leaf) is not None or equation(pack, leaf) is not None
