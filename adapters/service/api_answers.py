"""What the plain JSON interface says: answers in the shape of the result JSON, worked out as far as was asked.

Over all of a large pack only claims are told: what is missing and why is worked out for the decisions that are named,
for over hundreds it takes seconds.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sangao.engine.answer import Answer, Result
from sangao.engine.chart import Chart
from sangao.engine.explain import later, names
from sangao.engine.explain import result as shaped
from sangao.engine.explain.filled import filled
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.quantity import add_span
from sangao.engine.run import answers
from sangao.engine.run.advice import Item, Listed

LATER = ("missing", "more", "minimal", "needs", "ask_first", "assumed", "because", "change")
"""What of an answer is worked out when it is asked for."""


def claim(answer: Answer) -> dict[str, Any]:
    """Return what an answer claims."""
    return {
        "value": answers.as_json(answer.value),
        "status": answer.status,
        "at_least": answers.as_json(answer.at_least),
        "at_most": answers.as_json(answer.at_most),
        "possible": [answers.as_json(one) for one in answer.possible],
    }


def decided(pack: Pack, chart: Chart, named: Sequence[str] | None, full: bool) -> tuple[Result, dict[str, Any]]:
    """Return a result and its JSON (`sangao.result/1`): every decision with the advice, or those named without.

    Raises SangaoError for a decision the pack does not have.
    """
    result = _named(pack, chart, named)
    tell = shaped.answer_json if full else _plain
    told: dict[str, Any] = {
        "schema": "sangao.result/1",
        "packs": [ref(pack)],
        "on": chart.on.isoformat(),
        "decisions": {name: tell(answer) for name, answer in result.decisions.items()},
        "advice": None,
        "folded": None,
        "ask": list(shaped.ask(pack, result)) if full else None,
        "problems": problems(result),
    }
    if named is None:
        for key, items in (("advice", result.advice.shown), ("folded", result.advice.folded)):
            told[key] = shaped.advice(pack, result, items) if full else [_advice(result, one) for one in items]
    return result, told


def lacking(pack: Pack, chart: Chart, named: Sequence[str]) -> tuple[Result, dict[str, Any]]:
    """Return a result and what it lacks. Raises SangaoError for a decision the pack does not have."""
    result = _named(pack, chart, named)
    parts = ("status", "missing", "more", "minimal", "needs", "ask_first")
    found = {}
    for name, answer in result.decisions.items():
        whole = {**claim(answer), **_missing(answer)}
        found[name] = {part: whole[part] for part in parts}
    told = {
        "pack": ref(pack),
        "on": chart.on.isoformat(),
        "decisions": found,
        "ask": list(shaped.ask(pack, result)),
        "problems": problems(result),
    }
    return result, told


def argued(pack: Pack, chart: Chart, decision: str) -> tuple[Result, dict[str, Any]]:
    """Return a result of one decision and its argument. Raises SangaoError for a decision the pack does not have."""
    result = _named(pack, chart, [decision])
    answer = result.decisions[decision]
    told = {
        "pack": ref(pack),
        "on": chart.on.isoformat(),
        "decision": decision,
        "title": {lang: names.thing(pack.compiled, decision, lang) for lang in ("zh", "en")},
        "text": {lang: pack.explain(answer, lang) for lang in ("zh", "en")},
        "answer": shaped.answer_json(answer),
        "problems": problems(result),
    }
    return result, told


def row(pack: Pack, chart: Chart, named: Sequence[str]) -> tuple[Result, dict[str, Any]]:
    """Return a result and its row of a batch. Raises SangaoError for a decision the pack does not have."""
    result = _named(pack, chart, named)
    told = {
        "key": chart.id,
        "on": chart.on.isoformat(),
        "decisions": {name: claim(answer) for name, answer in result.decisions.items()},
        "problems": problems(result),
    }
    return result, told


def ref(pack: Pack) -> dict[str, str]:
    """Return what a pack is known by."""
    return {"id": pack.id, "edition": pack.edition, "hash": pack.hash}


def described(pack: Pack) -> dict[str, Any]:
    """Return a pack's decisions and facts, for hosts that map their own fields to them."""
    compiled = pack.compiled
    decisions = {name: _outcome(compiled, name) for name in pack.decisions}
    facts = {
        one.id: {
            "title": {"zh": one.zh, "en": one.en},
            "kind": one.kind,
            "unit": one.unit or None,
            "values": list(one.values),
            "list": one.list,
        }
        for one in compiled.dictionary.facts.values()
        if not one.site
    }
    return {"decisions": decisions, "facts": facts}


def _outcome(pack: ir.Pack, name: str) -> dict[str, Any]:
    outcome = pack.decisions[name].outcome
    title = {lang: names.thing(pack, name, lang) for lang in ("zh", "en")}
    codes = {
        code: {lang: names.outcome(pack, name, _value(outcome.kind, code), lang) for lang in ("zh", "en")}
        for code in outcome.codes
    }
    return {"title": title, "kind": outcome.kind, "unit": outcome.unit or None, "ordered": outcome.ordered, "is": codes}


def _value(kind: str, code: str) -> Any:
    return code == "true" if kind == "bool" else code


def problems(result: Result) -> list[dict[str, Any]]:
    """Return the problems of a chart in their JSON form."""
    return [one.to_dict() for one in result.problems]


def _named(pack: Pack, chart: Chart, named: Iterable[str] | None) -> Result:
    if named is None:
        return pack.decide_all(chart)
    chosen = {name: pack.decide(name, chart) for name in dict.fromkeys(named)}
    return Result(pack, chart, chosen, Listed((), ()), pack.problems(chart))


def _plain(answer: Answer) -> dict[str, Any]:
    return {**claim(answer), **dict.fromkeys(LATER)}


def _missing(answer: Answer) -> dict[str, Any]:
    found = answer.missing
    return {
        "missing": [list(one) for one in found.sets],
        "more": found.more,
        "minimal": found.minimal,
        "needs": dict(answer.needs),
        "ask_first": answer.ask_first,
    }


def _advice(result: Result, item: Item) -> dict[str, Any]:
    """Return an advice without what is worked out later."""
    pack = result.pack.compiled
    case = later.case_of(result.pack, result.chart)
    own = pack.words.get(item.ids[0], ir.Words())
    due = item.form.due
    return {
        "id": item.ids[0],
        "kind": item.form.kind,
        "action": {"code": item.form.code, "class": item.form.drug_class, "text": {"zh": own.zh, "en": own.en}},
        "permission": {"start": item.start, "continue": item.go_on} if item.form.kind == "drug" else None,
        "urgency": item.urgency,
        "due": None if due is None else add_span(result.chart.on, due).isoformat(),
        "status": item.status,
        "question": item.question,
        "missing": None,
        "assumed": None,
        "text": {lang: filled(case, item.ids, lang) for lang in ("zh", "en")},
        "cites": None,
        "overruled": list(item.overruled),
        "because": None,
    }
