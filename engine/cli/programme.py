"""Profiles against a pack: are their goals meaningful, and do their cases hold."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from sangao.engine.cli.desk import Desk
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.pack import ir
from sangao.engine.passes.compiling import find_folder_of_facts
from sangao.engine.rules.fit import nearest
from sangao.engine.rules.folder import read_shared
from sangao.engine.rules.profiles import GoalCaseDoc, GoalDoc, Profile, TogetherDoc, read_profile
from sangao.engine.rules.text import Text
from sangao.engine.run.compared import Ends
from sangao.engine.run.goals import Goal, Verdict, every, fits, judge, parse_goal, together


def is_profile(path: Path) -> bool:
    """Return whether a file that `sangao check` was given is a profile: it stands in a folder of profiles."""
    return path.suffix == ".yaml" and path.resolve().parent.name == "profiles"


def checked(here: Desk, path: Path) -> tuple[list[Problem], int, int]:
    """Check one profile against its pack; return the problems, and how many goals and cases it has.

    The rows that may be cited are those of the shared folder beside the profiles, else of ours.
    """
    profile, problems = read_profile(path)
    if profile is None:
        return problems, 0, 0
    doc = profile.doc
    try:
        pack = here.pack(str(doc.pack)).compiled
    except SangaoError as error:
        return [*problems, *(Problem(one.code, doc.pack.span, one.parts) for one in error.problems)], 0, 0
    own = path.resolve().parent.parent / "shared"
    shared, _ = read_shared(own if own.is_dir() else find_folder_of_facts())
    problems += check(profile, pack, map(str, shared.rows))
    return problems, len(doc.goals), len(doc.cases)


def goals_of(goal: GoalDoc) -> list[Goal]:
    """Return the readings of a goal; texts that are none are left out (`check` reports them)."""
    return [found for text in goal.goal if (found := parse_goal(str(text))) is not None]


def is_rate(measure: ir.Measure) -> bool:
    """Return whether a measure is a rate; else it is a count."""
    return bool(measure.denominator) or "denominator" in measure.entered


def verdicts(goal: GoalDoc, measure: ir.Measure, now: Ends, before: Ends) -> list[Verdict]:
    """Return the verdict of every reading of a goal."""
    return [judge(one, now, before, is_rate(measure)) for one in goals_of(goal)]


def verdict_of(goal: GoalDoc, measure: ir.Measure, now: Ends, before: Ends) -> Verdict:
    """Return the verdict of a goal over all its readings."""
    return together(verdicts(goal, measure, now, before))


def flags(one: TogetherDoc, found: Mapping[str, Verdict]) -> Verdict:
    """Return the verdict of goals reported together: reached when each of them is."""
    return every(found[str(goal)] for goal in one.goals)


def check(profile: Profile, pack: ir.Pack, rows: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a profile: unknown measures and goals, rows, goals without a case, cases that fail.

    `rows` are the knowledge rows that exist.
    """
    doc = profile.doc
    known = set(rows)
    problems: list[Problem] = []
    by_key = {goal.key: goal for goal in doc.goals}
    for goal in doc.goals:
        measure = pack.measures.get(str(goal.measure))
        if measure is None:
            parts = {"pack": pack.meta.id, "name": goal.measure, "nearest": nearest(goal.measure, pack.measures)}
            problems.append(Problem("measure.not_in_pack", goal.measure.span, parts))
            continue
        for text in goal.goal:
            found = parse_goal(str(text))
            if found is None:
                problems.append(Problem("measure.bad_goal", text.span, {"given": text}))
            elif not fits(found, is_rate(measure)):
                problems.append(Problem("measure.goal_unit", text.span, {"given": text, "name": goal.measure}))
    named: list[Text] = [case.goal for case in doc.cases]
    for one in doc.together.values():
        named += one.goals
    for name in named:
        if str(name) not in by_key:
            parts = {"name": name, "nearest": nearest(name, by_key)}
            problems.append(Problem("measure.unknown_goal", name.span, parts))
    proved = {str(row) for case in doc.cases for row in case.proves}
    for backed in (*doc.goals, *doc.together.values()):
        cited: Iterable[Any] = backed.cite
        every_row: Iterable[Any] = (*backed.cite, *backed.about)
        for row in every_row:
            if str(row) not in known:
                problems.append(Problem("meaning.unknown_row", row.span, {"row": row, "nearest": nearest(row, known)}))
        for row in cited:
            if str(row) in known and str(row) not in proved:
                problems.append(Problem("measure.unproved_row", row.span, {"row": row}))
    if problems:
        return problems
    return [problem for case in doc.cases for problem in _case(case, by_key[str(case.goal)], pack)]


def _case(case: GoalCaseDoc, goal: GoalDoc, pack: ir.Pack) -> Iterable[Problem]:
    measure = pack.measures[str(goal.measure)]
    unknown = 0 if "out" in (goal.unknown, measure.unknown) else case.unknown
    now = _ends(case.n, case.d, unknown)
    before: Ends = (None, None)
    if case.before is not None:
        before = _ends(case.before.n or 0, case.before.d, 0)
    got = verdict_of(goal, measure, now, before)
    if got != case.expect:
        yield Problem("measure.case_failed", case.span, {"it": case.it, "wanted": case.expect, "got": got})


def _ends(n: int, d: int | None, unknown: int) -> Ends:
    if d is None:
        return Fraction(n), Fraction(n + unknown)
    return (Fraction(n, d), Fraction(n + unknown, d)) if d else (None, None)
