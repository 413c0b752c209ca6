"""The shipped programme profiles: every goal is meant, proved and judged as its cases say."""

from pathlib import Path

import pytest

from sangao.adapters.hub import hub
from sangao.engine.cli.desk import Desk
from sangao.engine.cli.programme import checked
from sangao.engine.pack import canon
from sangao.engine.rules.profiles import read_profile
from tests.opened import opened

HOME = Path(__file__).resolve().parents[2] / "guidelines"
PROFILES = sorted((HOME / "profiles").glob("*.yaml"))
PLACES = {"gongshu_2022", "gongshu_2025", "shiyan_2021", "pingyang_cg2", "guangrao_2023"}


def test_every_programme_has_its_profile() -> None:
    assert {path.stem for path in PROFILES} >= PLACES


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_is_clean(path: Path) -> None:
    problems, goals, cases = checked(Desk(hub().hook), path)
    assert [problem.report("en") for problem in problems] == []
    assert goals and cases


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_goal_is_seen_reached_or_not(path: Path) -> None:
    profile, _ = read_profile(path)
    assert profile is not None
    asked = {str(case.goal) for case in profile.doc.cases}
    assert {goal.key for goal in profile.doc.goals} == asked
    sides = {(str(case.goal), case.expect) for case in profile.doc.cases}
    numbered = {goal.key for goal in profile.doc.goals if any(">=" in str(text) for text in goal.goal)}
    assert all({(key, "reached"), (key, "not_reached")} <= sides for key in numbered)


def test_measures_survive_the_file_they_are_kept_in() -> None:
    pack = opened("measures_county").compiled
    again = canon.loads(canon.dumps(pack))
    assert pack.measures and again.measures == pack.measures
    assert canon.pack_hash(again) == canon.pack_hash(pack)
