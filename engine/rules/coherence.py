"""What a document must keep beyond its shape: keys that need each other, ids that stand once."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from sangao.engine.errors import Problem
from sangao.engine.rules.documents import (
    AdviceDoc,
    AnyDoc,
    Asked,
    ConsistencyDoc,
    CriteriaDoc,
    DecisionDoc,
    FactDoc,
    Form,
    GroupDoc,
    MeasureDoc,
    PackDoc,
    ParamDoc,
    RowDoc,
    ScoreDoc,
    TableDoc,
)
from sangao.engine.rules.fit import nearest
from sangao.engine.rules.pathways import PathwayDoc, check_pathway
from sangao.engine.rules.text import Text


def check_document(document: AnyDoc) -> list[Problem]:
    """Return what is wrong inside one rule document."""
    problems = list(_form(document))
    if isinstance(document, Asked):
        problems += _outcomes(document)
    if isinstance(document, TableDoc):
        problems += _table(document)
    elif isinstance(document, DecisionDoc):
        problems += _decision(document)
    elif isinstance(document, CriteriaDoc):
        problems += _once(item.id for item in document.items)
    elif isinstance(document, ScoreDoc):
        problems += _score(document)
    elif isinstance(document, AdviceDoc):
        problems += _advice(document)
    elif isinstance(document, MeasureDoc):
        problems += _measure(document)
    elif isinstance(document, PathwayDoc):
        problems += check_pathway(document)
    return problems


STEPS = 2**31  # a value is kept as a whole number of grid steps in 32 bits


def check_fact(key: Text, fact: FactDoc) -> list[Problem]:
    """Return what is wrong with one fact."""
    problems: list[Problem] = []

    def needs(given: str, needed: str) -> None:
        problems.append(Problem("rules.needs", key.span, {"given": given, "needed": needed}))

    if fact.kind == "code" and not fact.values:
        needs("kind: code", "values")
    if fact.kind == "number" and fact.grid is None:
        needs("kind: number", "grid")
    if fact.absent == "assume_false" and fact.host_list is None:
        needs("absent: assume_false", "list")
    if fact.absent == "assume_false" and fact.kind != "bool":
        needs("absent: assume_false", "kind: bool")
    if fact.false_when is not None and fact.kind != "bool":
        needs("false_when", "kind: bool")
    numeric = {"unit": fact.unit, "units": fact.units, "grid": fact.grid, "resolution": fact.resolution}
    for name, value in (numeric | {"hard": fact.hard, "warn": fact.warn}).items():
        if value and fact.kind != "number":
            needs(name, "kind: number")
    if fact.never and fact.kind != "date":
        needs("never", "kind: date")
    if fact.ahead and fact.kind != "date":
        needs("ahead", "kind: date")
    if fact.values and fact.kind != "code":
        needs("values", "kind: code")
    for low, high in filter(None, (fact.hard, fact.warn)):
        if Fraction(low) >= Fraction(high):
            problems.append(Problem("rules.empty_range", low.span, {"low": low, "high": high}))
    for step in filter(None, (fact.grid, fact.resolution)):
        if Fraction(step) <= 0:
            problems.append(Problem("rules.not_positive", step.span, {"given": step}))
    for unit in fact.units.values():
        above, _, below = unit.times.partition("/")
        if Fraction(above) <= 0 or Fraction(below or 1) <= 0:
            problems.append(Problem("rules.not_positive", unit.times.span, {"given": unit.times}))
    for end in (*(fact.hard or ()), *(fact.warn or ())):
        if fact.grid is not None and Fraction(fact.grid) > 0 and abs(Fraction(end)) / Fraction(fact.grid) >= STEPS:
            problems.append(Problem("rules.too_fine", end.span, {"given": end, "grid": fact.grid}))
    return problems


def check_facts(
    facts: Mapping[Text, FactDoc], groups: Mapping[Text, GroupDoc], consistency: Iterable[ConsistencyDoc]
) -> list[Problem]:
    """Return where facts and groups do not name each other."""
    problems: list[Problem] = []
    for key, fact in facts.items():
        chosen = [one for targets in fact.select.values() for one in targets.values()]
        problems += [_unknown("rules.unknown_fact", one, facts) for one in chosen if one not in facts]
        if fact.group is not None and fact.group not in groups:
            problems.append(_unknown("rules.unknown_group", fact.group, groups))
        elif fact.group is not None and key not in groups[fact.group].members:
            problems.append(Problem("rules.not_a_member", fact.group.span, {"id": key, "group": fact.group}))
    for group_id, group in groups.items():
        for member in group.members:
            if member not in facts:
                problems.append(_unknown("rules.unknown_fact", member, facts))
            elif facts[member].group != group_id:
                problems.append(Problem("rules.not_a_member", member.span, {"id": member, "group": group_id}))
    for rule in consistency:
        if rule.group is not None and rule.group not in groups:
            problems.append(_unknown("rules.unknown_group", rule.group, groups))
    return problems


def check_params(params: Mapping[Text, tuple[ParamDoc, ...]]) -> list[Problem]:
    """Return dated values that end before they start or overlap: on no day may a parameter have two values."""
    problems: list[Problem] = []
    for values in params.values():
        ordered = sorted(values, key=lambda value: value.start)
        for value in ordered:
            if value.until is not None and value.until < value.start:
                problems.append(
                    Problem("rules.empty_range", value.until.span, {"low": value.start, "high": value.until})
                )
        for before, after in pairwise(ordered):
            if before.start == after.start or (before.until is not None and before.until >= after.start):
                also = (before.span,)
                problems.append(Problem("rules.param_overlap", after.span, {"from": after.start}, also=also))
    return problems


def check_folder(name: str, pack: PackDoc | None, documents: Iterable[AnyDoc]) -> list[Problem]:
    """Return what the documents of one folder contradict in each other."""
    problems: list[Problem] = []
    if pack is not None:
        if pack.pack != name:
            problems.append(Problem("rules.pack_name", pack.pack.span, {"given": pack.pack, "folder": name}))
        if pack.dates.until is not None and pack.dates.until < pack.dates.start:
            low, high = pack.dates.start, pack.dates.until
            problems.append(Problem("rules.empty_range", high.span, {"low": low, "high": high}))
        for rule in pack.occasion.values():
            if rule.repeat_over is not None and rule.repeat_from is not None:
                problems.append(_conflict(rule.repeat_from, "repeat_over", "repeat_from"))
        for use in pack.uses:
            if use.adopt and use.only is not None:
                problems.append(_conflict(use.pack, "adopt", "only"))
    problems += _once(document.id for document in documents)
    return problems


def _form(document: Form) -> Iterator[Problem]:
    for case in document.cases:
        expected = case.expect
        if not expected.model_fields_set:
            yield Problem("rules.empty", expected.span, {"what_zh": "`expect`", "what_en": "`expect`"})


def _outcomes(document: Asked) -> Iterator[Problem]:
    given = document.outcomes
    if document.order is not None and given is not None:
        yield _conflict(document.id, "order", "outcomes")
        return
    if document.order is None and given is None:
        if not isinstance(document, ScoreDoc):
            yield Problem("rules.no_outcomes", document.id.span, {"id": document.id})
        return
    known = codes(document)
    if given is None or given.kind == "code":
        yield from _once(document.order if document.order is not None else given.codes if given else ())
    if known is None:
        return
    for name in document.names:
        if name not in known:
            yield _unknown("rules.unknown_outcome", name, known)


def codes(document: Asked) -> tuple[str, ...] | None:
    """Return the codes a closed decision can answer, None for numbers and dates."""
    if document.order is not None:
        return document.order
    if document.outcomes is None or document.outcomes.kind in ("number", "date"):
        return None
    return ("false", "true") if document.outcomes.kind == "bool" else document.outcomes.codes


def _then(document: Asked, thens: Iterable[Text]) -> Iterator[Problem]:
    known = codes(document)
    for then in thens:
        if known is not None and then not in known:
            yield _unknown("rules.unknown_outcome", then, known)


def _table(document: TableDoc) -> Iterator[Problem]:
    fixed = RowDoc.keys()
    for name in document.inputs:
        if name in fixed:
            yield Problem("rules.reserved", name.span, {"given": name})
    yield from _then(document, (row.then for row in document.rows))
    yield from _once(row.key for row in document.rows)
    for row in document.rows:
        for cell in row.cells:
            if cell not in document.inputs:
                yield _unknown("rules.unknown_key", cell, [*fixed, *document.inputs], key=cell)
        for name in document.inputs:
            if name not in row.cells and name not in fixed:
                yield Problem("rules.missing_cell", row.span, {"input": name})
    if document.hit == "highest" and document.order is None and document.outcomes is not None:
        yield Problem("rules.needs", document.id.span, {"given": "hit: highest", "needed": "order"})


def _decision(document: DecisionDoc) -> Iterator[Problem]:
    branches = document.exceptions
    yield from _then(document, [document.default.then, *(branch.then for branch in branches.values())])
    for name, branch in branches.items():
        if name in ("default", "all"):
            yield Problem("rules.reserved", name.span, {"given": name})
        others = [other for other in branches if other != name]
        for above in branch.of:
            if above not in ("default", "all", *others):
                yield _unknown("rules.unknown_exception", above, ["default", "all", *others])
        for beaten in branch.over:
            if beaten not in others:
                yield _unknown("rules.unknown_exception", beaten, others)
    if document.assuming and document.enough is None:
        yield Problem("rules.needs", document.id.span, {"given": "assuming", "needed": "enough"})
    if document.enough is not None and not document.assuming:
        yield Problem("rules.needs", document.enough.span, {"given": "enough", "needed": "assuming"})


def _score(document: ScoreDoc) -> Iterator[Problem]:
    yield from _once(item.id for item in document.items)
    for item in document.items:
        if (item.of is None) == (item.when is None):
            yield Problem("rules.one_of", item.id.span, {"keys": "of, when"})
        elif item.when is not None and not isinstance(item.points, int):
            yield Problem("rules.needs", item.id.span, {"given": "when", "needed": "points: n"})
        elif item.of is not None and isinstance(item.points, int):
            yield Problem("rules.needs", item.id.span, {"given": "of", "needed": "points: {cell: n}"})
    if document.bands and document.order is None:
        yield Problem("rules.needs", next(iter(document.bands)).span, {"given": "bands", "needed": "order"})
    if document.order is not None:
        for band in document.bands:
            if band not in document.order:
                yield _unknown("rules.unknown_outcome", band, document.order)
        for code in document.order:
            if code not in document.bands:
                yield Problem("rules.needs", code.span, {"given": code, "needed": f"bands: {{{code}: …}}"})


def _advice(document: AdviceDoc) -> Iterator[Problem]:
    action = document.action
    if action.kind == "drug":
        if action.drug_class is None:
            yield Problem("rules.needs", action.span, {"given": "kind: drug", "needed": "class"})
        if document.permission is None or not document.permission.model_fields_set:
            yield Problem("rules.needs", action.span, {"given": "kind: drug", "needed": "permission"})
    else:
        if action.code is None:
            yield Problem("rules.needs", action.span, {"given": f"kind: {action.kind}", "needed": "code"})
        if document.permission is not None:
            yield Problem("rules.needs", document.permission.span, {"given": "permission", "needed": "kind: drug"})
    if document.when_unknown == "hold" and document.reason is None:
        yield Problem("rules.needs", document.id.span, {"given": "when_unknown: hold", "needed": "reason"})


def _measure(document: MeasureDoc) -> Iterator[Problem]:
    """Numbers entered by hand go with numbers entered by hand; who is left out is left out of something."""
    if document.entered == ("numerator",) and document.denominator is not None:
        yield Problem(
            "rules.needs", document.id.span, {"given": "numerator: entered", "needed": "denominator: entered"}
        )
    if document.exclusions and not document.asks:
        yield Problem("rules.needs", document.id.span, {"given": "exclusions", "needed": "numerator"})
    for key, said, part in (("says", document.says, "numerator"), ("among", document.among, "denominator")):
        if said is not None and part not in document.asks:
            yield Problem("rules.needs", document.id.span, {"given": key, "needed": part})
    for name in document.exclusions:
        if name in ("default", "all", "counted"):
            yield Problem("rules.reserved", name.span, {"given": name})
    if document.per <= 0:
        yield Problem("rules.not_positive", document.id.span, {"given": f"per: {document.per}"})
    for case in document.cases:
        for one in case.cohort:
            if one.times < 1:
                yield Problem("rules.not_positive", one.span, {"given": f"times: {one.times}"})


def _once(ids: Iterable[Text]) -> Iterator[Problem]:
    """Yield the ids that stood before."""
    seen: dict[Text, Text] = {}
    for key in ids:
        if key in seen:
            yield Problem("rules.doubled_id", key.span, {"id": key}, also=(seen[key].span,))
        else:
            seen[key] = key


def _unknown(code: str, word: Text, known: Iterable[str], **parts: str) -> Problem:
    return Problem(code, word.span, {"given": word, "nearest": nearest(word, known), **parts})


def _conflict(place: Text, first: str, second: str) -> Problem:
    return Problem("rules.conflict", place.span, {"first": first, "second": second})
