"""One call from its data to its cards and its entry in the log: all that is work, done beside the event loop."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sangao.adapters.fhir.reading import read
from sangao.adapters.journal.told import entry_of
from sangao.adapters.service.cds.answered import Answered
from sangao.adapters.service.cds.asked import Asked
from sangao.adapters.service.cds.cards import Telling, shown, troubles
from sangao.adapters.service.cds.offered import offer
from sangao.adapters.service.cds.orders import Written, written
from sangao.adapters.service.cds.sources import Gathered, complete, drafts, flat, reference_of
from sangao.adapters.service.cds.steps import checked, order_of, rest, steps
from sangao.adapters.service.cds.viewing import Seen, View
from sangao.adapters.terms import book
from sangao.engine.chart import Chart, today
from sangao.engine.errors import Problem, Span
from sangao.engine.run.advice import Item

ORDERING = frozenset({"order-select", "order-sign"})
MOST_ORDERS = 12


def answered(asked: Asked, found: Gathered, view: View, lang: str, base_url: str, tenant: str) -> Answered:
    """Return the answer to one call. Raises SangaoError when nothing can be made of the data as a whole."""
    on = asked.on or today()
    reading = read(complete(found), on, book(), patient=f"Patient/{asked.patient}", delivered=found.delivered)
    chart = _told(reading.chart, asked)
    telling = Telling(
        lang,
        asked.hook,
        asked.patient,
        base_url,
        offer(),
        _records(found, reading.traced),
        tuple(found.lacking),
    )
    seen = view.see(chart)
    cards = shown(view, seen, telling)
    problems = [*seen.result.problems, *(Problem("fhir.more_pages", Span(key)) for key in found.cut)]
    if view.service.advice and asked.hook in ORDERING:
        orders = written(asked, found)
        problems += orders.problems
        cards += _ordering(asked, orders, found, view, seen, telling)
    elif view.service.advice:
        cards += steps(view, seen, telling)
    trouble = troubles(view, problems, on, telling)
    cards += [trouble] if trouble is not None else []
    advice: tuple[Item, ...] | None = None
    if view.service.advice:
        advice = (*seen.result.advice.shown, *seen.result.advice.folded)
    answers = seen.answers
    entry = entry_of(
        view.pack, chart, answers, service=view.service.id, tenant=tenant, advice=advice, sent={"cards": cards}
    )
    view.forget(chart)
    return Answered(cards, entry, tuple((name, one.status) for name, one in answers.items()))


def _ordering(
    asked: Asked, orders: Written, found: Gathered, view: View, seen: Seen, telling: Telling
) -> list[dict[str, Any]]:
    """Return next steps while orders are written: first what limits those drugs, then only what is urgent."""
    others = {id(one) for one in orders.others}
    drafted = [(reference, one) for reference, one in drafts(asked) if id(one) not in others]
    cards = []
    if orders.others:
        titles = [_title(one, orders) for one in orders.others]
        cards.append(rest(view, seen, "others_orders", titles, telling, "warning"))
    signed = _signed(orders.signed(), asked, found, view, seen)
    for _, resource in drafted[:MOST_ORDERS]:
        order = order_of(orders.resource(resource), orders.beside, book(), offer().classes)
        if order is not None:
            beside = _signed(orders.signed(resource), asked, found, view, seen)
            one = checked(view, beside, signed, order, telling)
            cards += [one] if one is not None else []
            _forget(view, beside, seen)
    _forget(view, signed, seen)
    if len(drafted) > MOST_ORDERS:
        names = [reference or "—" for reference, _ in drafted[MOST_ORDERS:]]
        cards.append(rest(view, seen, "more_orders", names, telling))
    return cards + [one for one in steps(view, seen, telling) if one["indicator"] != "info"]


def _title(resource: Mapping[str, Any], orders: Written) -> str:
    """Return what an order is called: its drug, else its reference, else its type."""
    order = order_of(orders.resource(resource), orders.beside, book(), offer().classes)
    return (order.title if order is not None else "") or reference_of(resource) or str(resource.get("resourceType"))


def _signed(drafts: dict[str, Any] | None, asked: Asked, found: Gathered, view: View, seen: Seen) -> Seen:
    """Return the chart as it will be when drafts are signed: an ACE inhibitor beside a drafted ARB."""
    if drafts is None:
        return seen
    more = replace(found, resources=[*found.resources, drafts])
    on, patient = seen.result.chart.on, f"Patient/{asked.patient}"
    return view.see(_told(read(complete(more), on, book(), patient=patient, delivered=more.delivered).chart, asked))


def _forget(view: View, other: Seen, seen: Seen) -> None:
    """Let go what was worked out for a chart of drafts, but for the one that is answered."""
    if other is not seen:
        view.forget(other.result.chart)


def _told(chart: Chart, asked: Asked) -> Chart:
    """Return the chart with what a client says beside its resources: answers to questions, lists that are complete."""
    if asked.facts:
        chart = chart.with_facts(asked.facts)
    return replace(chart, complete=chart.complete | asked.complete) if asked.complete else chart


def _records(found: Gathered, traced: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """Return the recorded conditions by the fact they were read as."""
    by_name = {
        f"Condition/{one.get('id')}": one
        for one in flat(found.resources)
        if one.get("resourceType") == "Condition" and isinstance(one.get("id"), str)
    }
    return {fact: by_name[name] for fact, name in traced.items() if name in by_name}
