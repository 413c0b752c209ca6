"""Whether a table holds anything a decision asks for: said before hours of work, not after."""

from collections.abc import Sequence
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.cli.jobs import Question
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack
from sangao.engine.run.many import Many

SHOWN = 8  # facts named in a message


def unfed(packs: Sequence[Pack], questions: Sequence[Question], bound: Any) -> list[Problem]:
    """Return a warning for each question that stays unknown in every row, as no column holds anything it rests on.

    Raises SangaoError where that is true of all questions. A source that does not tell what it holds is not asked.
    """
    if not hasattr(bound, "feeds"):
        return []
    facts, lists = bound.feeds()
    problems = []
    for one in questions:
        pack = packs[one.pack]
        needed = _needed(pack, one.decision)
        held = {fact for fact in needed if fact in facts or pack.compiled.dictionary.facts[fact].list in lists}
        if not held and pack.decide(one.decision, Chart.of({})).status == "unknown":
            parts = {"decision": one.name, "facts": "、".join(sorted(needed)[:SHOWN])}
            problems.append(Problem("table.not_fed", parts=parts))
    if problems and len(problems) == len(questions):
        raise SangaoError(problems, usage=True)
    return problems


def _needed(pack: Pack, decision: str) -> set[str]:
    many = Many(pack.compiled, [decision])
    found = {fact for leaf in many.pack.leaves.values() for fact in many.admitter.subjects(leaf)}
    if "age" in found:
        found.add("birth_date")
    return {fact for fact in found if fact in pack.compiled.dictionary.facts}
