"""For a defect that nothing catches: a case that would, tried on the real runners, to be judged against the source.

The expected value is what the rule says today. Whoever pastes it answers for it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sangao.engine.cases import asked
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.witness import value_text
from sangao.engine.run import answers, spec
from tests.catching import Bench, parts
from tests.mutants import Mutant

PATHS = 12
VALUES = frozenset({"last", "first", "mean", "max", "min"})


def case_for(bench: Bench, mutant: Mutant) -> str | None:
    """Return a case, as YAML, that the sound pack passes and the defect fails; None when the search finds none."""
    assert isinstance(mutant.changed, ir.Decision)
    before = bench.pack.compiled.decisions[mutant.changed.id]
    broken = Pack(mutant.of(bench.pack.compiled))
    for give in islice(_charts(bench, before, mutant.changed), PATHS * 4):
        case = ir.Case("it", before.id, None, json.dumps(give, ensure_ascii=False), "{}", (), "")
        try:
            pack, chart = asked(bench.pack, case)
            admission = pack.admit(chart)
        except SangaoError:
            continue
        if admission.problems:
            continue
        values = (admission.open, admission.assumed)
        right = spec.evaluate(pack.compiled, *values)
        wrong = spec.evaluate(broken.compiled, *values)
        good, bad = (answers.answer(before, one[0][before.id], one[1][before.id]) for one in (right, wrong))
        if (good.value, good.status) != (bad.value, bad.status):
            return _yaml(give, before.id, good)
    return None


def _charts(bench: Bench, before: ir.Decision, after: ir.Decision) -> Iterator[dict[str, Any]]:
    def build(space: Space) -> list[tuple[int, int]]:
        return list(zip(parts(space, before), parts(space, after), strict=True))

    for inline in (True, False):
        space, nowhere = bench.about.space(before, build, inline)
        region = space.d.any(space.d.combine("differ", lambda a, b: a != b, *pair) for pair in build(space))
        for path in islice(space.d.paths(space.d.without(region, nowhere)), PATHS):
            facts = _facts(bench, space, path)
            yield facts
            yield _repeated(bench.pack, facts)
            closed = {level: 0 for level, one in enumerate(space.variables) if one.kind == "closed"}
            whole = _facts(bench, space, {**closed, **path})
            yield whole
            yield _repeated(bench.pack, whole)


def _facts(bench: Bench, space: Space, path: Mapping[int, int]) -> dict[str, Any]:
    """Return a chart of one day: a window over readings is given by a reading of that day."""
    facts: dict[str, Any] = {}
    for level, value in path.items():
        one = space.variables[level]
        leaf = bench.pack.compiled.leaves[one.key[1]] if one.key[0] == "leaf" else None
        if leaf is None:
            continue
        source = leaf.source
        name = source.member if isinstance(source, ir.Window) else source.fact
        if name and (not isinstance(source, ir.Window) or source.op in VALUES):
            facts.setdefault(name, value_text(bench.about, one, value))
    return facts


def _repeated(pack: Pack, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same chart with its grouped readings on three days, four weeks apart at most."""
    on = date.fromisoformat(pack.compiled.meta.start or "2025-01-01")
    dictionary = pack.compiled.dictionary.facts
    grouped = {name: value for name, value in facts.items() if dictionary[name].group}
    rest = {name: value for name, value in facts.items() if name not in grouped}
    days = [str(on - timedelta(days=by)) for by in (20, 10, 0)]
    readings = [{"fact": name, "value": value, "at": day} for day in days for name, value in grouped.items()]
    return {**rest, "readings": readings} if grouped else dict(rest)


def _yaml(give: Mapping[str, Any], decide: str, answer: Any) -> str:
    said = []
    for name, value in give.items():
        if name == "readings":
            days: dict[str, list[str]] = {}
            for one in value:
                days.setdefault(one["at"], []).append(f"{one['fact']}: {one['value']}")
            inner = ", ".join(f'{{at: "{day}", facts: {{{", ".join(facts)}}}}}' for day, facts in days.items())
            said.append(f"readings: [{inner}]")
        else:
            said.append(f"{name}: {value}")
    if answer.status == "unknown":
        expect = "status: unknown"
    else:
        value = answers.as_json(answer.value)
        if isinstance(value, dict):
            value = f"{value['number']} {value['unit']}".strip()
        shown = str(value).lower() if isinstance(value, bool) else value
        expect = "value: " + (f"[{', '.join(shown)}]" if isinstance(shown, list) else str(shown))
    return f"- {{it: …, decide: {decide}, give: {{{', '.join(said)}}}, expect: {{{expect}}}}}"
