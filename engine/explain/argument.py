"""Why: the rules that decided an answer, with the data they looked at, their backing, and the exceptions considered.

Everything is read off the compiled form again, in the pass that gave the answer; nothing is recorded on the hot path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sangao.engine import quantity
from sangao.engine.explain import names
from sangao.engine.explain.support import support
from sangao.engine.pack import ir
from sangao.engine.run import answers, cells, spec
from sangao.engine.run.admit import Admission
from sangao.engine.truth import FALSE, TRUE, UNKNOWN, both, either, name

MOST_RULES = 6
MOST_DATA = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One chart under one pack, both passes evaluated: what explanations read.

    `rows` is the runner that tries what other values would give.
    """

    pack: ir.Pack
    admission: Admission
    opened: Mapping[str, Any]
    assumed: Mapping[str, Any]
    rows: Any

    def env(self, decision: ir.Decision) -> spec.Env:
        """Return what the decision saw in the assumed pass."""
        values = dict(self.admission.assumed)
        for leaf in decision.reads:
            if any(fact in decision.must_ask for fact in self.pack.leaves[leaf].facts):
                values[leaf] = self.admission.open[leaf]
        if decision.enough and spec.known(self.pack, decision.enough.when, values):
            plain = cells.form_of(decision, spec.Env(values, self.assumed))
            if not spec.single(decision.outcome, plain):
                values = spec.taken_for_granted(self.pack, decision.enough, values)
        return spec.Env(values, self.assumed)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule of the argument: how it stands, what it rests on, the exceptions looked at."""

    decision: str
    rule: str
    held: int
    rests: tuple[tuple[str, str], ...]
    exceptions: tuple[tuple[str, int], ...] = ()

    @property
    def node(self) -> str:
        """Return the key of `Pack.words`."""
        return f"{self.decision}/{self.rule}"


def reasons(case: Case, decision: ir.Decision) -> list[Reason]:
    """Return the rules that decided, the most telling first; for an open question, those that bound it."""
    env = case.env(decision)
    found = list(_reasons(decision, env, case.assumed[decision.id]))
    return found[:MOST_RULES]


def _reasons(decision: ir.Decision, env: spec.Env, possible: Any) -> Iterator[Reason]:
    match decision.form:
        case ir.Table():
            yield from _table(decision, decision.form, env, possible)
        case ir.Tree(root):
            yield from _tree(decision, root, env, spec.single(decision.outcome, possible))
        case ir.Criteria(items):
            states = [(item, spec.truth(item.when, env)) for item in items]
            wanted = possible if decision.outcome.kind == "bool" else TRUE
            if all(state != wanted for _, state in states):
                wanted = UNKNOWN
            for item, state in states:
                if state == wanted:
                    yield Reason(decision.id, item.id, state, _rests(item.when, env))
        case ir.Score(items):
            for points in items:
                bands = spec.agreeing(points.input, env)
                if len(bands) == 1 and points.points[bands[0]]:
                    yield Reason(decision.id, points.id, TRUE, _rests(points.input.expr, env))
        case ir.Advice(when):
            yield Reason(decision.id, "", spec.truth(when, env), _rests(when, env))


def _table(decision: ir.Decision, form: ir.Table, env: spec.Env, possible: Any) -> Iterator[Reason]:
    bands = [spec.agreeing(column, env) for column in form.inputs]
    mask = possible[1] if decision.outcome.kind == "set" else possible
    rows = [(row, _row(row, bands)) for row in form.rows]
    certain = [one for one in rows if one[1] == TRUE and mask >> one[0].then & 1]
    if form.hit == "highest":
        certain = sorted(certain, key=lambda one: -one[0].then)[:1]
    elif form.hit in ("first", "unique"):
        certain = certain[:1]
    chosen = certain or [one for one in rows if one[1] == UNKNOWN and mask >> one[0].then & 1][:2]
    for row, state in chosen:
        rests: dict[str, str] = {}
        for column, cell, agreeing in zip(form.inputs, row.cells, bands, strict=True):
            if cell is None:
                continue
            inside = [bool(cell >> band & 1) for band in agreeing]
            if state == UNKNOWN or row.mode == "all" or all(inside):
                rests |= support(column.expr, env)
        if all(cell is None for cell in row.cells):  # what is left over rests on whatever kept the other rows out
            for column, agreeing in zip(form.inputs, bands, strict=True):
                rests |= support(column.expr, env) if len(agreeing) < column.bands else {}
        yield Reason(decision.id, row.id, state, tuple(rests.items()))


def _row(row: ir.Row, bands: list[list[int]]) -> int:
    states = []
    for cell, agreeing in zip(row.cells, bands, strict=True):
        if cell is not None:
            inside = [bool(cell >> band & 1) for band in agreeing]
            states.append(TRUE if all(inside) else UNKNOWN if any(inside) else FALSE)
    if not states:
        return TRUE
    fold = either if row.mode == "any" else both
    result = states[0]
    for state in states[1:]:
        result = fold(result, state)
    return result


def _tree(decision: ir.Decision, root: ir.Branch, env: spec.Env, closed: bool) -> Iterator[Reason]:
    """Follow the exceptions that certainly hold to the node that answers; then those that may overturn it."""
    node = root
    rests: dict[str, str] = {}
    while True:
        held = [(one, spec.truth(one.when, env)) for one in node.exceptions]
        beaten = {below for one, state in held if state == TRUE for below in one.over}
        certain = [one for one, state in held if state == TRUE and one.id not in beaten]
        if not certain:
            break
        node = certain[0]
        rests |= support(node.when, env)
    considered = tuple((one.id, state) for one, state in held)
    for one, state in held:
        if state != TRUE:
            rests |= support(one.when, env) if state == FALSE and node is root else {}
    unsure = [one for one, state in held if state == UNKNOWN and one.id not in beaten]
    state_of = UNKNOWN if unsure and not closed else TRUE
    yield Reason(decision.id, node.id, state_of, tuple(rests.items()), considered)
    for one in unsure:
        yield Reason(decision.id, one.id, UNKNOWN, _rests(one.when, env))


def _rests(expr: ir.Expr, env: spec.Env) -> tuple[tuple[str, str], ...]:
    return tuple(support(expr, env).items())


# --- data -------------------------------------------------------------------------------------------------------------
def data(case: Case, reason: Reason) -> list[dict[str, Any]]:
    """Return the data a rule rests on: fact (or decision), value with unit, when and where from; at most six."""
    found: list[dict[str, Any]] = []
    for what, kind in reason.rests:
        if kind == "decision":
            one = case.pack.decisions[what]
            value = answers.answer(one, case.opened[what], case.assumed[what]).value
            found.append({"fact": what, "value": answers.as_json(value), "unit": None, "at": None, "source": None})
        else:
            found += _leaf(case, case.pack.leaves[what])
    unique = {str(sorted(one.items(), key=str)): one for one in found}
    return list(unique.values())[:MOST_DATA]


def _leaf(case: Case, leaf: ir.Leaf) -> list[dict[str, Any]]:
    source = leaf.source
    if isinstance(source, ir.Window):
        facts = [source.member] if source.member else list(leaf.facts)
        return [one for fact in facts for one in _readings(case, fact)[-3:]]
    fact = source.fact
    sent = _readings(case, fact)
    if sent:
        return sent[-1:]
    value = case.admission.assumed[leaf.id]
    if isinstance(source, ir.Derived) and value is not None:
        computed = " – ".join(dict.fromkeys(quantity.from_grid(end, leaf.step) for end in value))
        return [{"fact": fact, "value": computed, "unit": leaf.unit, "at": None, "source": source.formula}]
    if fact in case.admission.assumed_facts:
        return [{"fact": fact, "value": False, "unit": None, "at": None, "source": "assumed"}]
    if leaf.kind == "bool" and value == FALSE:
        return [{"fact": fact, "value": False, "unit": None, "at": None, "source": "complete list or rule"}]
    return [{"fact": fact, "value": None, "unit": leaf.unit or None, "at": None, "source": None}]


def latest(case: Case, fact: str) -> dict[str, Any] | None:
    """Return the last usable reading of a fact as a datum, or what a formula makes of others; None when there is none.

    What was sent and could not be used is not computed instead.
    """
    timeline = case.admission.timeline
    if timeline.named().get(fact) is not None:
        return next(iter(_readings(case, fact)[-1:]), None)
    leaf = case.pack.leaves.get(fact)
    if timeline.holds(fact) or leaf is None or not isinstance(leaf.source, ir.Derived):
        return None
    return next((one for one in _leaf(case, leaf) if one["value"] is not None), None)


def _readings(case: Case, fact: str) -> list[dict[str, Any]]:
    found = []
    for one in case.admission.readings:
        if one.fact == fact and one.value is not None:
            declared = case.pack.dictionary.facts[fact]
            given = case.admission.given[one.given] if 0 <= one.given < len(case.admission.given) else None
            at = given.at if given else None
            found.append(
                {
                    "fact": fact,
                    "value": shown(declared, one.value),
                    "unit": declared.unit or None,
                    "at": at,
                    "source": given.source if given else None,
                }
            )
    return found


def shown(fact: Any, value: Any) -> Any:
    """Return an admitted value as a person reads it: decimal text, code, truth or date; an interval with a dash."""
    if fact.kind == "bool":
        return {TRUE: True, FALSE: False}.get(value, name(value))
    if fact.kind == "code":
        return "/".join(code for i, code in enumerate(fact.values) if value >> i & 1)
    if fact.kind == "date":
        return answers.value(ir.Outcome("date"), value)
    return "–".join(dict.fromkeys(quantity.from_grid(end, fact.grid) for end in value))


# --- backing ----------------------------------------------------------------------------------------------------------
def backing(pack: ir.Pack, words: ir.Words) -> list[dict[str, Any]]:
    """Return the citations of a node: row, document, where in it, origin, how well it was seen."""
    if overlaid(pack, words):  # the overlay's document is what stands behind it; rows say what it speaks of
        rows: list[str | None] = [*words.cite, *words.about] or [None]
        local = {"document": words.document, "where": None, "origin": "local", "evidence": "known"}
        return [{"row": row, **local} for row in rows]
    found = []
    for row in words.cite:
        citation = pack.citations.get(f"{row}|{words.document}")
        found.append(
            {
                "row": row,
                "document": (citation.document if citation else words.document) or None,
                "where": citation.where if citation and citation.where else None,
                "origin": "project"
                if citation is None or citation.evidence == "default"
                else citation.origin or words.origin,
                "evidence": citation.evidence if citation else "default",
            }
        )
    return found


def overlaid(pack: ir.Pack, words: ir.Words) -> bool:
    """Return whether an overlay put a node there."""
    return words.origin == "local" and any(one.document == words.document for one in pack.meta.overlays)


Argued = tuple[tuple[Reason, dict[str, Any]], ...]


def argued(case: Case, decision: ir.Decision) -> Argued:
    """Return the rules that decided, each with its item of the `because` list but for the data.

    It hangs on how the tests of the decision come out and on no number besides, so it is the same for every chart that
    is alike to the decision: what is kept of it must not be changed.
    """
    found = []
    for reason in reasons(case, decision):
        words = case.pack.words.get(reason.node if reason.rule else reason.decision, ir.Words())
        own = words if words.cite or overlaid(case.pack, words) else case.pack.words.get(reason.decision, words)
        said = {
            "rule": reason.node if reason.rule else reason.decision,
            "held": name(reason.held),
            "says": {"zh": names.plain(case.pack, words, "zh"), "en": names.plain(case.pack, words, "en")},
            "data": [],
            "cites": backing(case.pack, own),
            "exceptions": [
                {"rule": f"{reason.decision}/{rule}", "held": name(state)} for rule, state in reason.exceptions
            ],
        }
        found.append((reason, said))
    return tuple(found)


def because(case: Case, decision: ir.Decision, found: Argued | None = None) -> tuple[dict[str, Any], ...]:
    """Return the argument as the `because` list of the result JSON; `found`: what `argued` says, where it was kept."""
    every = argued(case, decision) if found is None else found
    return tuple({**said, "data": data(case, reason)} for reason, said in every)
