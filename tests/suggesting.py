"""For a defect that nothing catches: a case that would, tried on the real runners, to be judged against the source.

The expected value is what the rule says today. Whoever pastes it answers for it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from typing import Any

from sangao.engine.cases import asked
from sangao.engine.errors import SangaoError
from sangao.engine.fact import Fact
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.witness import value_text
from sangao.engine.quantity import from_grid
from sangao.engine.run import answers
from tests.blanks import differences
from tests.catching import Bench, parts
from tests.mutants import Mutant

PATHS = 12
TOLD = ("value", "at_least", "at_most", "possible", "status")
VALUES = frozenset({"last", "first", "mean", "max", "min"})


@dataclass(frozen=True, slots=True)
class Suggested:
    """A chart, what to ask of it, and the part of the answer that tells the sound pack from the defect."""

    give: Mapping[str, Any]
    decide: str
    told: str
    shown: str

    def yaml(self, it: str = "…") -> str:
        """Return the case as an author writes it."""
        expect = "status: unknown" if self.shown == "null" else f"{self.told}: {self.shown}"
        return f"- {{it: {it}, decide: {self.decide}, give: {{{_given(self.give)}}}, expect: {{{expect}}}}}"


def case_for(bench: Bench, mutant: Mutant) -> Suggested | None:
    """Return a case that the sound pack passes and the defect fails; None when the search finds none."""
    assert isinstance(mutant.changed, ir.Decision)
    before = bench.pack.compiled.decisions[mutant.changed.id]
    broken = Pack(mutant.of(bench.pack.compiled))
    for give in islice(_charts(bench, before, mutant.changed), PATHS * 6):
        told = _told(bench, broken, before, give)
        if told is not None:
            give = _shrunk(bench, broken, before, give, told)
            return Suggested(give, before.id, *told)
    return None


def _told(bench: Bench, broken: Pack, before: ir.Decision, give: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the part of the answer in which two packs differ on a chart, with what the sound one says."""
    case = ir.Case("it", before.id, None, json.dumps(give, ensure_ascii=False), "{}", (), "")
    try:
        pack, chart = asked(bench.pack, case)
        admission = pack.admit(chart)
    except SangaoError:
        return None
    if any(one.severity == "error" for one in admission.problems):
        return None
    both = [rows.decide(before.id, admission.open, admission.assumed) for rows in (bench.pack.rows, broken.rows)]
    good, bad = (answers.answer(before, *one) for one in both)
    for what in TOLD:
        if getattr(good, what) != getattr(bad, what):
            return what, _shown(getattr(good, what))
    return None


def _shrunk(
    bench: Bench, broken: Pack, before: ir.Decision, give: Mapping[str, Any], told: tuple[str, str]
) -> dict[str, Any]:
    """Leave out of a chart what the same difference does not need, one fact or reading after the other."""
    kept = dict(give)
    for name in give:
        fewer = {one: value for one, value in kept.items() if one != name}
        if _told(bench, broken, before, fewer) == told:
            kept = fewer
    for reading in kept.get("readings", []):
        rest = [one for one in kept["readings"] if one is not reading]
        if _told(bench, broken, before, {**kept, "readings": rest}) == told:
            kept = {**kept, "readings": rest}
    return kept


def _charts(bench: Bench, before: ir.Decision, after: ir.Decision) -> Iterator[dict[str, Any]]:
    def build(space: Space) -> list[tuple[int, int]]:
        return list(zip(parts(space, before), parts(space, after), strict=True))

    for inline in (True, False) if bench.difference_of(before, after) else ():
        space, nowhere = bench.about.space(before, build, inline)
        region = space.d.any(space.d.combine("differ", lambda a, b: a != b, *pair) for pair in build(space))
        for path in islice(space.d.paths(space.d.without(region, nowhere)), PATHS):
            facts = _facts(bench, space, path)
            yield facts
            yield _repeated(bench.pack, facts)
            rest = {level: 0 for level, one in enumerate(space.variables) if not one.joint}
            closed = {level: 0 for level in rest if space.variables[level].kind == "closed"}
            for filled in (closed, rest):
                whole = _facts(bench, space, {**filled, **path})
                yield whole
                yield _repeated(bench.pack, whole)
    for known, _ in islice(differences(bench.pack.compiled, before, after), PATHS):
        yield _half(bench, known)


def _half(bench: Bench, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart of what is known of bare facts; what is half known of one is left out."""
    facts: dict[str, Any] = {}
    for name, value in known.items():
        leaf = bench.pack.compiled.leaves[name]
        if isinstance(leaf.source, ir.Window) or value is None:
            continue
        if isinstance(value, tuple):
            if value[0] == value[1]:
                facts[leaf.source.fact] = f"{from_grid(value[0], leaf.step)} {leaf.unit}".strip()
        elif value.bit_count() == 1:
            at = value.bit_length() - 1
            facts[leaf.source.fact] = leaf.values[at] if leaf.values else ("false", "true")[at]
    return facts


def _facts(bench: Bench, space: Space, path: Mapping[int, int]) -> dict[str, Any]:
    """Return a chart of one day: a window over readings is given by a reading of that day."""
    facts: dict[str, Any] = {}
    for level, value in path.items():
        one = space.variables[level]
        leaf = bench.pack.compiled.leaves[one.key[1]] if one.key[0] == "leaf" else None
        if leaf is None:
            continue
        source = leaf.source
        if isinstance(source, ir.Window) and source.op == "days_since" and source.where is None:
            _since(bench, source, facts, max(0, space.variables[level].band(value)[0] or 0))
            continue
        name = source.member if isinstance(source, ir.Window) else source.fact
        if name and (not isinstance(source, ir.Window) or source.op in VALUES):
            facts.setdefault(name, value_text(bench.about, one, value))
    return facts


def _since(bench: Bench, source: ir.Window, facts: dict[str, Any], days: int) -> None:
    """Add what happened so many days ago: the day itself of a date fact, a usual reading of another."""
    dictionary = bench.pack.compiled.dictionary
    at = str(date.fromisoformat(bench.pack.compiled.meta.start or "2025-01-01") - timedelta(days=days))
    group = dictionary.groups.get(source.subject)
    members = [source.member] if source.member else list(group.members) if group else [source.subject]
    for name in members:
        fact = dictionary.facts[name]
        if fact.kind == "date":
            facts.setdefault(name, at)
            continue
        value = "true" if fact.kind == "bool" else fact.values[0] if fact.values else _usual(fact)
        facts.setdefault("readings", []).append({"fact": name, "value": value, "at": at})


def _usual(fact: Fact) -> str:
    low, high = fact.warn or fact.hard or (Fraction(1), Fraction(1))
    return f"{round((low + high) / 2)} {fact.unit}".strip()


def _repeated(pack: Pack, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same chart with its grouped readings on three days, four weeks apart at most."""
    on = date.fromisoformat(pack.compiled.meta.start or "2025-01-01")
    dictionary = pack.compiled.dictionary.facts
    grouped = {name: value for name, value in facts.items() if name != "readings" and dictionary[name].group}
    rest = {name: value for name, value in facts.items() if name not in grouped}
    days = [str(on - timedelta(days=by)) for by in (20, 10, 0)]
    readings = [{"fact": name, "value": value, "at": day} for day in days for name, value in grouped.items()]
    readings += rest.get("readings", [])
    return {**rest, "readings": readings} if readings else dict(rest)


def _given(give: Mapping[str, Any]) -> str:
    said = []
    for name, value in give.items():
        if name == "readings":
            days: dict[str, list[str]] = {}
            for one in value:
                days.setdefault(one["at"], []).append(f"{one['fact']}: {_quoted(one['value'])}")
            inner = ", ".join(f'{{at: "{day}", facts: {{{", ".join(facts)}}}}}' for day, facts in days.items())
            said.append(f"readings: [{inner}]")
        else:
            said.append(f"{name}: {_quoted(value)}")
    return ", ".join(said)


def _quoted(value: str) -> str:
    """Return a value as strict YAML wants it: a date is quoted."""
    return f'"{value}"' if value[:4].isdigit() and value[4:5] == "-" else value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(one) for one in value)}]"
    value = answers.as_json(value)
    if isinstance(value, dict):
        return f"{value['number']} {value['unit']}".strip()
    return "null" if value is None else str(value).lower()
