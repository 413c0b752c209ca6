"""A result as data: the result JSON, the advice objects, and what to ask next."""

from collections.abc import Sequence
from typing import Any

from sangao.engine.answer import Answer, Result
from sangao.engine.explain import argument, later
from sangao.engine.explain.filled import filled
from sangao.engine.pack import ir
from sangao.engine.quantity import Span, add_span
from sangao.engine.run import answers
from sangao.engine.run.advice import Item


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return one answer in the shape of the result JSON; a field that does not apply is null, never absent."""
    found = answer.missing
    return {
        "value": answers.as_json(answer.value),
        "status": answer.status,
        "at_least": answers.as_json(answer.at_least),
        "at_most": answers.as_json(answer.at_most),
        "possible": [answers.as_json(one) for one in answer.possible],
        "missing": [list(one) for one in found.sets],
        "more": found.more,
        "minimal": found.minimal,
        "needs": dict(answer.needs),
        "ask_first": answer.ask_first,
        "assumed": list(answer.assumed),
        "because": list(answer.because),
        "change": list(answer.change),
    }


def to_dict(asked: Any, result: Result) -> dict[str, Any]:
    """Return the result JSON (`sangao.result/1`)."""
    return {
        "schema": "sangao.result/1",
        "packs": [{"id": asked.id, "edition": asked.edition, "hash": asked.hash}],
        "on": result.chart.on.isoformat(),
        "decisions": {name: answer_json(answer) for name, answer in result.decisions.items()},
        "advice": advice(asked, result, result.advice.shown),
        "folded": advice(asked, result, result.advice.folded),
        "ask": list(result.ask),
        "problems": [problem.to_dict() for problem in result.problems],
    }


def ask(asked: Any, result: Result) -> tuple[dict[str, Any], ...]:
    """Return what to ask next over all decisions: facts that must be asked, then cheap ones that settle many.

    A site setting is asked of no patient, and what takes values of an unwritten sample is nothing to measure.
    """
    facts = asked.compiled.dictionary.facts
    settles: dict[str, list[str]] = {}
    must: set[str] = set()
    for name, answer in result.decisions.items():
        if answer.status == "settled":
            continue
        required = asked.compiled.decisions[name].must_ask
        for fact in dict.fromkeys(fact for one in answer.missing.sets[:1] for fact in one):
            settles.setdefault(fact, []).append(name)
            if fact in required or facts[fact].absent == "must_ask":
                must.add(fact)
    order = list(facts)
    able = [fact for fact in settles if not facts[fact].site and not later.unwritten(facts, fact)]
    ranked = sorted(able, key=lambda one: (one not in must, facts[one].cost, -len(settles[one]), order.index(one)))
    return tuple({"fact": fact, "settles": settles[fact], "cost": facts[fact].cost} for fact in ranked)


def advice(asked: Any, result: Result, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return advice items in the shape of the result JSON."""
    case = later.case_of(asked, result.chart)
    return [_item(asked, case, result, item) for item in items]


def _item(asked: Any, case: argument.Case, result: Result, item: Item) -> dict[str, Any]:
    pack: ir.Pack = asked.compiled
    words = [pack.words.get(name, ir.Words()) for name in item.ids]
    cites = [cite for one in words for cite in argument.backing(pack, one)]
    decision = pack.decisions[item.ids[0]]
    open_question = item.question or item.status == "unknown"
    missing = later.missing(asked, decision, result.chart) if open_question else None
    assumed = later.later(asked, decision, result.chart, "assumed") if item.status == "provisional" else ()
    permission = {"start": item.start, "continue": item.go_on} if item.form.kind == "drug" else None
    first = words[0]
    return {
        "id": item.ids[0],
        "kind": item.form.kind,
        "action": {"code": item.form.code, "class": item.form.drug_class, "text": {"zh": first.zh, "en": first.en}},
        "permission": permission,
        "urgency": item.urgency,
        "due": _due(result, item.form.due),
        "status": item.status,
        "question": item.question,
        "missing": [list(one) for one in missing.sets] if missing else [],
        "assumed": list(assumed),
        "text": {"zh": filled(case, item.ids, "zh"), "en": filled(case, item.ids, "en")},
        "cites": list({str(one): one for one in cites}.values()),
        "overruled": list(item.overruled),
        "because": [one for name in item.ids for one in argument.because(case, pack.decisions[name])],
    }


def _due(result: Result, span: Span | None) -> str | None:
    return None if span is None else add_span(result.chart.on, span).isoformat()
