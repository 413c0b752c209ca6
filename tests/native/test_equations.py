"""libsangao solves the equations of formulas as admission solves them, and keeps the calendar of Python."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from random import Random

import pytest

from sangao.engine import formulas
from sangao.engine.pack import ir
from sangao.engine.run import library
from sangao.engine.run.happened import completed_years
from tests.laws.columns import LONG
from tests.laws.hosts import GIVEN
from tests.native import hosted
from tests.native.hosted import Hosted, lib, meaning, needs_library, pack, rehashed, text

pytestmark = needs_library


def numbers(name: str, *leaves: str) -> tuple[Hosted, list[str], ir.Pack]:
    """Return a pack whose decisions are the numbers of its leaves, its inputs in order, and what it was made from."""
    whole = pack(name).compiled
    asked = {}
    for one in leaves:
        leaf = whole.leaves[one]
        form = ir.Tree(ir.Branch("default", ir.Always(2), ir.Read(one)))
        asked[f"law.{one}"] = ir.Decision(
            f"law.{one}", ir.Outcome("number", (), True, leaf.unit, leaf.step), form, (one,)
        )
    part = replace(whole, decisions=asked)
    section = library.dumps(part, sha256(meaning()).hexdigest(), list(asked))
    here = Hosted(rehashed(section))
    return here, [text(one.id) for one in here.inputs], part


@pytest.mark.parametrize(
    "name, leaf", [("htn_guideline_2024", "bmi"), ("htn_guideline_2024", "egfr"), ("lipid_2023", "non_hdl")]
)
def test_equations_are_solved_as_admission_solves_them(name: str, leaf: str) -> None:
    here, inputs, part = numbers(name, leaf)
    source = part.leaves[leaf].source
    assert isinstance(source, ir.Derived)
    given = [part.leaves[one] for one in source.inputs]
    random, known = Random(19), 0
    for _ in range(20_000 if LONG else 1_500):
        values = []
        for one in given:
            low, high = one.low or 0, len(one.values) - 1 if one.values else one.high or 0
            wide = random.random() < 0.2
            values.append(
                random.randint(low, high) if wide or one.values else random.randint(low, low + (high - low) // 4)
            )
        if leaf == "bmi" and random.random() < 0.2:
            values[1] = 20_000  # 2 m: every other weight lies on the edge between two steps
        arguments = [
            (one.values[value],) if one.values else (value, value) for one, value in zip(given, values, strict=True)
        ]
        wanted, _ = formulas.apply(
            formulas.FORMULAS[source.formula],
            arguments,
            [one.step for one in given],
            part.leaves[leaf].step,
            (part.leaves[leaf].low, part.leaves[leaf].high),
        )
        row = [(0, 0)] * len(inputs)
        for one, value in zip(source.inputs, values, strict=True):
            row[inputs.index(one)] = (value, GIVEN)
        answer, kept = here.decide(row)
        if not any(kept):
            assert answer[0][:4] == ((2, *[hosted.NONE] * 3) if wanted is None else (0, *[wanted[0]] * 3)), values
            known += wanted is not None
    assert known > 300
    row[inputs.index(leaf)] = (part.leaves[leaf].high or 0, GIVEN)
    assert here.decide(row)[0][0][1] == part.leaves[leaf].high, "what was measured beats what is computed"
    row[inputs.index(leaf)] = (0, 2)
    assert here.decide(row)[0][0][0] == 2, "what was measured and cannot be told is not computed instead"


def test_days_and_years_are_those_of_the_calendar() -> None:
    random, last = Random(17), date.max.toordinal()
    for _ in range(3_000):
        day, other = date.fromordinal(random.randint(1, last)), date(random.randint(1, 2100), 2, 28)
        assert lib().sangao_day(day.year, day.month, day.day) == day.toordinal()
        for born, on in ((day, other), (other, day), (date(2000, 2, 29), day)):
            years = completed_years(born.toordinal(), on.toordinal())
            assert lib().sangao_years(born.toordinal(), on.toordinal()) == (years if born <= on else -1)
    for year, month, day in ((2025, 2, 29), (2025, 13, 1), (2025, 0, 1), (0, 1, 1), (10000, 1, 1), (2025, 4, 31)):
        assert lib().sangao_day(year, month, day) == 0
    assert lib().sangao_years(0, 5) == lib().sangao_years(5, last + 1) == -1
