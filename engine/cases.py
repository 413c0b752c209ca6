"""Cases: a question with its right answer, beside the rule that gives it.

A case is asked of the spec, the definition, and of the generated rows; both must give what the case expects.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.answer import Answer
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run import answers, spec
from sangao.engine.run.compared import totals
from sangao.engine.run.measured import rates
from sangao.engine.run.measuring import Tally
from sangao.engine.truth import FALSE, UNKNOWN

CHART_KEYS = frozenset(
    {"patient", "facts", "readings", "conditions", "medications", "symptoms", "family_history", "complete"}
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: empty `wrong` means it holds; else lines `what: expected …, got …`."""

    case: ir.Case
    wrong: tuple[str, ...]

    def problem(self) -> Problem:
        """Return the failed case as a problem of its file."""
        file, line, column = [*self.case.place.rsplit(":", 2), "0", "0"][:3]
        parts = {"it": self.case.it, "decide": self.case.decide, "wrong": "; ".join(self.wrong)}
        return Problem("checks.case_failed", Span(file, int(line or 0), int(column or 0)), parts)


def chart_of(case: ir.Case, default_on: str | None) -> Chart:
    """Return the chart a case gives: chart keys are chart parts, any other key is a fact of the day.

    Raises SangaoError when the case's day is no date.
    """
    given: Mapping[str, Any] = json.loads(case.give)
    parts = {key: value for key, value in given.items() if key in CHART_KEYS}
    facts = {key: value for key, value in given.items() if key not in CHART_KEYS}
    parts["facts"] = {**parts.get("facts", {}), **facts}
    return Chart.from_dict({**parts, "on": case.on or default_on})


def asked(pack: Pack, case: ir.Case) -> tuple[Pack, Chart]:
    """Return what a case is asked of: its chart, and the pack with the site settings the case gives."""
    facts = pack.compiled.dictionary.facts
    given = json.loads(case.give)
    plain = {**given.get("facts", {}), **given}
    settings = {key: str(value) for key, value in plain.items() if key in facts and facts[key].site}
    if settings:
        pack = pack.sited(settings)
        kept = {key: value for key, value in plain.items() if key not in settings and key != "facts"}
        case = replace(case, give=json.dumps(kept, ensure_ascii=False))
    return pack, chart_of(case, pack.compiled.meta.start)


def run(pack: Pack, case: ir.Case) -> Outcome:
    """Ask one case of both runners; a case of a measure counts its whole cohort."""
    if case.decide in pack.compiled.measures:
        return _cohort(pack, case)
    try:
        pack, chart = asked(pack, case)
        answer = pack.decide(case.decide, chart)
    except SangaoError as error:
        return Outcome(case, tuple(problem.text("en") for problem in error.problems))
    admission = pack.admit(chart)
    below = pack.rows.cone(case.decide).decisions
    part = replace(pack.compiled, decisions={one: pack.compiled.decisions[one] for one in below})
    opened, assumed = spec.evaluate(part, admission.open, admission.assumed)
    by_spec = answers.answer(pack.compiled.decisions[case.decide], opened[case.decide], assumed[case.decide])
    wrong = []
    if (by_spec.open, by_spec.taken) != (answer.open, answer.taken):
        wrong.append(f"runners disagree: spec {by_spec.value} {by_spec.status}, rows {answer.value} {answer.status}")
    expected: Mapping[str, Any] = json.loads(case.expect)
    for what, right in expected.items():
        got = _got(pack, chart, answer, what)
        if not _same(right, got):
            wrong.append(
                f"{what}: expected {json.dumps(right, ensure_ascii=False)}, got {json.dumps(got, ensure_ascii=False)}"
            )
    return Outcome(case, tuple(wrong))


def _cohort(pack: Pack, case: ir.Case) -> Outcome:
    """Count a cohort twice: person by person, and by what the definition says of everything not known."""
    given = json.loads(case.give)
    measure = pack.compiled.measures[case.decide]
    tally = Tally(pack.compiled, [measure])
    people: tuple[list[tuple[int, int]], list[tuple[int, int]]] = [], []
    for person in given["cohort"]:
        try:
            chart = Chart.from_dict({**person["chart"], "on": case.on or pack.compiled.meta.start})
        except SangaoError as error:
            return Outcome(case, tuple(problem.text("en") for problem in error.problems))
        for _ in range(person["times"]):
            tally.add(chart)
        if measure.counts == "persons" and measure.denominator:
            admission = pack.admit(chart)
            both = spec.evaluate(pack.compiled, admission.open, admission.assumed)
            none = measure.unknown == "out" and both[1][measure.numerator] == UNKNOWN
            for many, found_by in zip(people, both, strict=True):
                many += [(found_by[measure.denominator], FALSE if none else found_by[measure.numerator])] * person[
                    "times"
                ]
    found = tally.results({case.decide: given.get("entered", {})})[case.decide]
    wrong = []
    for many, counts in zip(people, (found.open, found.assumed), strict=True):
        if many and rates(many) != (counts.low, counts.high):
            wrong.append(f"runners disagree: definition {rates(many)}, counted {counts.low, counts.high}")
    got = totals(found, given.get("before"))
    for what, right in json.loads(case.expect).items():
        if (None if right == "none" else str(right)) != (None if got[what] is None else str(got[what])):
            wrong.append(f"{what}: expected {right}, got {got[what]}")
    return Outcome(case, tuple(wrong))


def run_all(pack: Pack) -> list[Outcome]:
    """Ask every case of a pack."""
    return [run(pack, case) for case in pack.compiled.cases]


def _got(pack: Pack, chart: Chart, answer: Answer, what: str) -> Any:
    if what == "problems":
        return sorted({problem.code for problem in pack.problems(chart)})
    if what == "missing":
        return [list(one) for one in answer.missing.sets]
    if what == "assumed":
        return list(answer.assumed)
    if what == "possible":
        return [str(one).lower() if isinstance(one, bool) else answers.as_json(one) for one in answer.possible]
    found = getattr(answer, what)
    return found if what in ("status", "ask_first") else answers.as_json(found)


def _same(right: Any, got: Any) -> bool:
    """Compare as authors write: numbers with unit as text, truths as `true`, sets in any order."""
    if isinstance(got, Mapping):
        text = f"{got['number']} {got['unit']}".strip()
        return str(right) in (text, got["number"])
    if isinstance(got, bool):
        return str(right).lower() == str(got).lower()
    if isinstance(right, list) and isinstance(got, list):
        if any(isinstance(one, list) for one in (*right, *got)):
            return [sorted(map(str, one)) for one in right] == [sorted(map(str, one)) for one in got]
        return sorted(map(str, right)) == sorted(map(str, got))
    if got is None or right is None:
        return (right is None or str(right) == "null") and got is None
    return str(right) == str(got)
