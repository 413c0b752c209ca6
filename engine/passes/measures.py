"""Measures: the questions they ask of each person become decisions, so that every runner and check knows them.

`ind.control` with a numerator and a denominator gives the decisions `ind.control.numerator` and
`ind.control.denominator`; who is left out is an exception of the denominator (of the numerator where there is none).
"""

import json
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.passes.order import decision
from sangao.engine.passes.work import Entry, Scope, Work, nearest
from sangao.engine.rules.documents import DecisionDoc, MeasureDoc
from sangao.engine.rules.leaves import Names
from sangao.engine.rules.measures import CohortCaseDoc
from sangao.engine.rules.text import Map, Text

NUMERATOR, DENOMINATOR = "numerator", "denominator"
WORDS = {NUMERATOR: ("分子", "numerator"), DENOMINATOR: ("分母", "denominator")}
LIKE = {"in": ("true", "true"), "out": ("true", "false"), "unknown": ("true", None), "apart": ("false", None)}


def parts(doc: MeasureDoc) -> list[DecisionDoc]:
    """Return the decisions that a measure asks of each person."""
    apart = DENOMINATOR not in doc.asks or doc.counts == "events"
    return [_part(doc, part, expr, apart or part == DENOMINATOR) for part, expr in doc.asks.items()]


def part_ids(doc: MeasureDoc) -> list[str]:
    """Return the ids of the decisions that a measure asks."""
    return [f"{doc.measure}.{part}" for part in doc.asks]


def _part(doc: MeasureDoc, part: str, expr: Text, left_out: bool) -> DecisionDoc:
    """A yes or no for persons; for events their number, none for whoever is left out."""
    zh, en = WORDS[part]
    place = expr.span
    backing: dict[str, Any] = {"cite": list(doc.cite), "about": list(doc.about)}
    persons = doc.counts == "persons"
    told = _said(doc.says if part == NUMERATOR else doc.among)

    def text(value: str) -> Text:
        return Text(value, place, -1)

    exceptions: dict[Text, Any] = {}
    if persons:
        exceptions[text("counted")] = Map(_keys({"when": expr, "then": text("true"), **backing, **told}), place)
    for name, one in doc.exclusions.items() if left_out else ():
        exceptions[name] = Map(
            _keys(
                {
                    "when": one.when,
                    "then": text("false" if persons else "0"),
                    "of": [text("counted" if persons else "default")],
                    "cite": list(one.cite),
                    "about": list(one.about),
                    **_said(one.says),
                }
            ),
            one.when.span,
        )
    made = {
        "decision": Text(f"{doc.measure}.{part}", doc.measure.span, -1),
        "title": {"zh": text(f"{doc.title.zh} {zh}"), "en": text(f"{doc.title.en}: {en}")},
        "outcomes": text("bool") if persons else {"number": text("")},
        "default": Map(
            _keys({"then": text("false"), **backing} if persons else {"then": expr, **backing, **told}), place
        ),
        "except": exceptions,
        "let": dict(doc.let),
        **backing,
    }
    if doc.when_unknown is not None and part == NUMERATOR:
        made["when_unknown"] = {"zh": doc.when_unknown.zh, "en": doc.when_unknown.en}
    return DecisionDoc.model_validate(Map(_keys(made), doc.span))


def _said(says: Names | None) -> dict[str, Any]:
    """The condition in its author's words, where there are any."""
    return {} if says is None else {"says": {"zh": says.zh, "en": says.en}}


def _keys(made: dict[str, Any]) -> dict[Text, Any]:
    return {Text(key): value for key, value in made.items()}


def measure(work: Work) -> Work:
    """Keep the measures of the pack whose decisions could be lowered."""
    for id, (doc, scope) in work.root.measures.items():
        ids = {}
        with work.going_on():
            for part in doc.asks:
                ids[part] = decision(scope.names[f"{doc.measure}.{part}"], work).id
            work.measures[id] = ir.Measure(
                id,
                doc.counts,
                ids.get(NUMERATOR, ""),
                ids.get(DENOMINATOR, ""),
                doc.unknown,
                doc.direction,
                doc.against,
                doc.per,
                doc.entered,
            )
            pack = scope.pack
            work.words[id] = ir.Words(
                str(doc.title.zh),
                str(doc.title.en),
                unknown_zh=str(doc.when_unknown.zh) if doc.when_unknown is not None else "",
                unknown_en=str(doc.when_unknown.en) if doc.when_unknown is not None else "",
                cite=tuple(map(str, doc.cite)),
                about=tuple(map(str, doc.about)),
                origin=pack.origin,
                document=str(pack.document),
                place=str(doc.span),
            )
    return work


def add(scope: Scope, doc: MeasureDoc) -> None:
    """Bring a measure and the decisions it asks into a scope."""
    scope.measures[str(doc.measure)] = (doc, scope)
    for part in parts(doc):
        scope.names.setdefault(str(part.id), Entry(part, scope))


def cohort_cases(default: str | None, doc: CohortCaseDoc, work: Work) -> list[ir.Case]:
    """Lower a case of a cohort: the case itself, and one case per person that says how the person is counted."""
    from sangao.engine.passes.proofs import chart_json, check_given

    name = str(doc.measure) if doc.measure is not None else str(default)
    found = work.root.measures.get(name)
    if found is None:
        where = doc.measure if doc.measure is not None else doc.span
        raise work.fail("meaning.unknown_measure", where, name=name, nearest=nearest(name, work.root.measures))
    of, _ = found
    on = str(doc.on) if doc.on is not None else str(work.root.pack.dates.start)
    people: list[dict[str, Any]] = []
    made: list[ir.Case] = []
    for number, member in enumerate(doc.cohort, 1):
        check_given(member, work)
        chart = chart_json(member)
        people.append({"chart": chart, "times": member.times, "counted": member.counted})
        for part, expect in _expected(of, member.counted):
            give = json.dumps(chart, ensure_ascii=False, sort_keys=True)
            answer = json.dumps(expect, sort_keys=True)
            made.append(ir.Case(f"{doc.it} ({number})", f"{name}.{part}", on, give, answer, (), str(member.span)))
    given: dict[str, Any] = {"cohort": people}
    for key, numbers in (("before", doc.before), ("entered", doc.entered)):
        if numbers is not None:
            given[key] = {"n": numbers.n, "d": numbers.d}
    totals = {key: _plain(getattr(doc.expect, key)) for key in doc.expect.model_fields_set}
    whole = ir.Case(
        str(doc.it),
        name,
        on,
        json.dumps(given, ensure_ascii=False, sort_keys=True),
        json.dumps(totals, ensure_ascii=False, sort_keys=True),
        tuple(str(row) for row in doc.proves),
        str(doc.span),
    )
    return [whole, *made]


def _expected(of: MeasureDoc, counted: str | None) -> list[tuple[str, dict[str, Any]]]:
    """Return what the parts of a measure answer of a person so counted; `open` and unknown parts stay unknown."""
    if counted is None or of.counts == "events" or NUMERATOR not in of.asks:
        return []
    unknown = {"status": "unknown"}
    if DENOMINATOR not in of.asks:
        only = {"in": {"value": "true"}, "out": {"value": "false"}}.get(counted, unknown)
        return [(NUMERATOR, only)]
    if counted == "open":
        return [(DENOMINATOR, unknown)]
    of_d, of_n = LIKE[counted]
    found: list[tuple[str, dict[str, Any]]] = [(DENOMINATOR, {"value": of_d})]
    if counted != "apart":
        found.append((NUMERATOR, {"value": of_n} if of_n is not None else unknown))
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


__all__ = ["add", "cohort_cases", "measure", "part_ids", "parts"]
