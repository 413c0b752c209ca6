"""8,965 real adults: what the national bundle says of them is recorded, and a gap is never taken for health."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from sangao.engine.cli.jobs import Done
from sangao.engine.cli.tally import Tally
from sangao.engine.guide import Pack
from sangao.engine.run.many import Many
from tests.guidelines import nhanes
from tests.opened import opened

pytestmark = pytest.mark.skipif(
    not nhanes.DATA.is_file(), reason="the NHANES table is not beside the project (../shared/data)"
)


@cache
def pack() -> Pack:
    return opened(nhanes.PACK)


@cache
def ran() -> tuple[Tally, list[Done]]:
    return nhanes.run(pack())


@cache
def survey() -> dict[str, dict[str, str]]:
    with nhanes.DATA.open(encoding="utf-8", newline="") as file:
        return {row["SEQN"]: row for row in csv.DictReader(file)}


def answers() -> Iterator[dict[str, str]]:
    names = [question.name for question in ran()[0].questions]
    header = ["SEQN", *(f"{name}{part}" for name in names for part in ("", ".status", ".least", ".most", ".possible"))]
    for done in ran()[1]:
        for row in csv.reader(done.text.splitlines()):
            yield dict(zip(header, row, strict=True))


def test_the_counts_are_the_recorded_ones() -> None:
    """When a rule changed on purpose: `.venv/bin/python -m tests.guidelines.nhanes`, and look at the difference."""
    found: dict[str, Any] = json.loads(json.dumps(nhanes.counts(ran()[0])))
    recorded: dict[str, Any] = json.loads(nhanes.COUNTS.read_text(encoding="utf-8"))
    changed = {
        name: (recorded["decisions"].get(name), one)
        for name, one in found["decisions"].items()
        if one != recorded["decisions"].get(name)
    }
    assert not changed
    assert found == recorded


def test_all_are_answered_once() -> None:
    tally = ran()[0]
    assert (tally.rows, tally.answered, tally.doubled) == (len(survey()), len(survey()), 0) == (8965, 8965, 0)


def test_without_a_pressure_the_grade_is_unknown_never_normal() -> None:
    without = {key for key, row in survey().items() if not row["bp_sys_mean"] and not row["bp_dia_mean"]}
    assert len(without) == 941
    grades = {row["SEQN"]: (row["htn.grade"], row["htn.grade.status"], row["htn.class"]) for row in answers()}
    assert {grades[key] for key in without} == {("", "unknown", "")}
    assert all(grades[key][1] == "settled" for key in survey().keys() - without)


REFUSED = {
    "MCQ160B": ("hf", {"7", "9"}),
    "MCQ160F": ("stroke", {"7", "9"}),
    "DIQ010": ("diabetes", {"7", "9"}),
    "SMD650": ("cig_per_day", {"777", "999"}),
}


def test_refused_and_not_known_are_missing_never_numbers() -> None:
    many = Many(pack().compiled, pack().decisions)
    seen: Counter[str] = Counter()
    bound = nhanes.bound(pack())
    for patient in (one for batch in bound.batches(2000) for one in bound.patients(batch)):
        row = survey()[patient.key]
        for column, (fact, codes) in REFUSED.items():
            if row[column] not in codes:
                continue
            seen[column] += 1
            assert [one.value for one in patient.chart.readings if one.fact == fact] in ([], ["unknown"])
            if fact in many.leaves:  # unknown in both passes: not assumed away either
                admitted, at = many.admit(patient.chart), many.leaves.index(fact)
                nothing = (many.admitter.blank[fact],) * 2
                assert (admitted.open[at], admitted.assumed[at]) == nothing
    assert seen.keys() == REFUSED.keys()


def test_the_rejects_hold_every_value_that_was_refused() -> None:
    rejects = {
        (key, column): (value, code) for done in ran()[1] for _, key, column, _, value, code, _, _ in done.rejects
    }
    negative = {key: row["chol_ldl"] for key, row in survey().items() if row["chol_ldl"].startswith("-")}
    assert len(negative) == 5
    for key, value in negative.items():
        assert rejects.pop((key, "chol_ldl")) == (value, "chart.out_of_range")
    # What is left was held out as a unit mixed up: each is a value that fits another unit of its fact.
    assert {code for _, code in rejects.values()} <= {"chart.suspect_unit", "chart.suspect_unit_now"}
    for (key, column), (value, _) in rejects.items():
        assert survey()[key][column] == value


@pytest.mark.parametrize(("column", "text"), [("BMXBMI", "92.3"), ("LBXSCK", "15425"), ("URDACT", "11676.92")])
def test_what_is_rare_and_true_is_used(column: str, text: str) -> None:
    keys = {key for key, row in survey().items() if row[column] == text}
    assert keys
    assert not [one for done in ran()[1] for one in done.rejects if one[1] in keys and one[2] == column]
