"""Tables: every cell is answered, and where it should be by one row, by one row only; no row is dead.

Gaps are merged into few large boxes in the words of a clinic. A box counts only when a value in it can be seen: a mean
or a computed eGFR reaches every step of its grid, a counted pulse only whole beats.
"""

from itertools import combinations

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks import answers
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.passes.checks.witness import MOST_BOXES, boxes, expected, ready_case, said


def problems(about: Study) -> list[Problem]:
    """Return the gaps, overlaps and dead rows of every table."""
    found: list[Problem] = []
    for decision in about.decisions():
        if isinstance(decision.form, ir.Table):
            found += _table(about, decision, decision.form)
    return found


def _table(about: Study, decision: ir.Decision, form: ir.Table) -> list[Problem]:
    space, nowhere = about.space(decision, lambda one: [answers.matches(one, form, row) for row in form.rows])
    regions = [space.d.without(answers.matches(space, form, row), nowhere) for row in form.rows]
    found = []
    if form.hit != "collect":
        gap = space.d.without(space.d.negate(space.d.any(regions)), nowhere)
        if gap != space.d.false:
            found.append(_gap(about, space, decision, gap, nowhere))
    if form.hit == "unique":
        found += _overlaps(about, space, decision, form, regions)
    return found + _dead(about, space, decision, form, regions)


def _gap(about: Study, space: Space, decision: ir.Decision, gap: int, nowhere: int) -> Problem:
    each = boxes(space, gap, nowhere)
    zh = "；".join(said(about, space, box, "zh") for box in each[:MOST_BOXES])
    en = "; ".join(said(about, space, box, "en") for box in each[:MOST_BOXES])
    path = space.d.pick(gap) or {}
    more = len(each) > MOST_BOXES
    return about.problem(
        "checks.gap",
        decision.id,
        decision=decision.id,
        zh=zh + ("；……" if more else ""),
        en=en + ("; …" if more else ""),
        case=ready_case(about, space, path, decision.id, "…"),
    )


def _overlaps(about: Study, space: Space, decision: ir.Decision, form: ir.Table, regions: list[int]) -> list[Problem]:
    found = []
    for (a, here), (b, there) in combinations(zip(form.rows, regions, strict=True), 2):
        path = space.d.pick(space.d.both(here, there))
        if path is not None:
            box = boxes(space, space.d.both(here, there), space.d.false)[0]
            found.append(
                about.problem(
                    "checks.overlap",
                    f"{decision.id}/{b.id}",
                    f"{decision.id}/{a.id}",
                    a=a.id,
                    b=b.id,
                    zh=said(about, space, box, "zh"),
                    en=said(about, space, box, "en"),
                    case=ready_case(about, space, path, decision.id, expected(about, decision, 1 << a.then)),
                )
            )
    return found


def _dead(about: Study, space: Space, decision: ir.Decision, form: ir.Table, regions: list[int]) -> list[Problem]:
    """A row is dead when it decides nothing, idle when the table answers the same without it."""
    d, found = space.d, []
    for at, row in enumerate(form.rows):
        others = [i for i in range(len(form.rows)) if i != at and _before(form, i, at)]
        left = d.without(regions[at], d.any([regions[i] for i in others]))
        key = f"{decision.id}/{row.id}"
        if left == d.false:
            beaten_by = [i for i in others if d.both(regions[i], regions[at]) != d.false]
            code = "checks.dead_row" if beaten_by else "checks.impossible_row"
            found.append(
                about.problem(
                    code,
                    key,
                    *(f"{decision.id}/{form.rows[i].id}" for i in beaten_by[:3]),
                    row=row.id,
                    by="、".join(form.rows[i].id for i in beaten_by[:3]),
                )
            )
    return found


def _before(form: ir.Table, other: int, row: int) -> bool:
    """Return whether another row goes before a row where both match."""
    if form.hit == "highest":
        return form.rows[other].then > form.rows[row].then
    return form.hit == "first" and other < row
