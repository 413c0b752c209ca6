"""Seeded defects in every shipped folder are caught by a check or by a case, or proved to change no answer.

The tier `ci` tries a sample of two hundred (always the same), `long` tries all. A survivor is printed with its place
and, where the search finds one, with a case that would catch it.
"""

import os
from pathlib import Path
from random import Random

import pytest

from sangao.engine.guide import load
from sangao.engine.pack import ir
from tests.catching import Bench
from tests.mutants import Mutant, mutants
from tests.suggesting import case_for

HOME = Path(__file__).resolve().parents[2] / "guidelines"
LONG = os.environ.get("SANGAO_TIER") == "long"
FOLDERS = sorted(path.parent.name for path in HOME.glob("*/pack.yaml"))
SAMPLED = 200


@pytest.mark.parametrize("folder", FOLDERS)
def test_seeded_defects_are_caught(folder: str) -> None:
    bench = Bench(load(HOME / folder))
    made = list(mutants(bench.pack.compiled))
    if not LONG:
        made = Random(20250309).sample(made, min(len(made), -(-SAMPLED // len(FOLDERS))))
    survivors = [one for one in made if bench.verdict(one) == "survived"]
    if survivors:
        pytest.fail("\n".join(["survived:", *(reported(bench, one) for one in survivors)]), pytrace=False)


def reported(bench: Bench, mutant: Mutant) -> str:
    """Return where a survivor stands, what the defect is, and a case that would catch it."""
    where = mutant.where
    if isinstance(mutant.changed, ir.Leaf):  # a window stands where a decision first reads it
        read = (one.id for one in bench.pack.compiled.decisions.values() if mutant.changed.id in one.reads)
        where = next(read, where)
    place = bench.about.place(where)
    case = case_for(bench, mutant) if isinstance(mutant.changed, ir.Decision) else None
    return f"{place} {mutant.where}: {mutant.what}" + (f"\n    {case.yaml()}" if case else "")


def test_a_caught_defect_a_proved_one_and_a_survivor_are_told_apart() -> None:
    """The instrument itself: on the shipped grade, with and without its cases."""
    bench = Bench(load(HOME / "htn_guideline_2018"))
    made = {(one.where, one.what): one for one in mutants(bench.pack.compiled)}
    dropped = made["htn.grade/grade2", "dropped"]
    moved = next(
        one for key, one in made.items() if key[0] == "htn.grade/grade3" and key[1].startswith("sbp: low 18000 → 179")
    )
    assert bench.verdict(dropped) in ("check", "case") and bench.verdict(moved) == "case"
    bench.tried = []
    assert bench.verdict(dropped) == "check"  # a gap needs no case
    assert bench.verdict(moved) == "survived"  # under `highest` an overlap is lawful: only a case knows
    assert "sbp_office: 179 mmHg" in reported(bench, moved)
    closed = next(
        one for key, one in made.items() if key[0] == "htn.grade/grade1" and key[1] == "sbp: high 16000 closed"
    )
    assert bench.verdict(closed) == "equal"  # grade 2 is higher and takes 160 all the same
