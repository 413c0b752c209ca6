"""Next steps as cards: what the rules advise, by urgency, and what they say of the drugs that are being ordered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sangao.adapters.fhir.gathering import Gathered, Resource
from sangao.adapters.fhir.medicines import medicines
from sangao.adapters.fhir.spoken import bystander, drugs
from sangao.adapters.service.cds import actions
from sangao.adapters.service.cds.cards import Telling, card, footer, source
from sangao.adapters.service.cds.limits import Limit, limit
from sangao.adapters.service.cds.offered import ORDER, Indicator
from sangao.adapters.service.cds.phrases import bullets, literal, word
from sangao.adapters.service.cds.sources import reference_of
from sangao.adapters.service.cds.viewing import Seen, View
from sangao.adapters.terms import Book
from sangao.engine.answer import Result
from sangao.engine.explain import argument, later, names, words
from sangao.engine.explain.filled import filled
from sangao.engine.explain.page import GOING_ON, PERMISSION, STARTING
from sangao.engine.pack import ir
from sangao.engine.quantity import add_span
from sangao.engine.run.advice import Item

Json = dict[str, Any]
MOST_CARDS: Final = 10
URGENT: Final[Mapping[str, Indicator]] = {
    "emergency": "critical",
    "urgent": "warning",
    "soon": "info",
    "routine": "info",
}


@dataclass(frozen=True, slots=True)
class Order:
    """A drug that is being ordered: its reference (empty without an id), its name, the classes the rules know.

    `facts`: what it is by the terms; `unread`: some of what it holds the terms do not know.
    """

    reference: str
    title: str
    classes: tuple[str, ...]
    facts: tuple[str, ...] = ()
    unread: bool = False


def steps(view: View, seen: Seen, telling: Telling) -> list[Json]:
    """Return a card for each thing advised, the most urgent first, and one for what is to be asked."""
    told = [one for one in seen.result.advice.shown if not one.question]
    found = [_advised(view, seen, one, telling) for one in told[:MOST_CARDS]]
    if len(told) > MOST_CARDS:
        titles = [_title(view.pack.compiled, one, telling.lang) for one in told[MOST_CARDS:]]
        found.append(rest(view, seen, "more_steps", titles, telling))
    asked = [one for one in seen.result.advice.shown if one.question and one.urgency in ("emergency", "urgent", "soon")]
    if asked:
        found.append(_questions(view, seen.result, asked, telling))
    return sorted(found, key=lambda one: -ORDER.index(one["indicator"]))


def order_of(resource: Resource, beside: Gathered, terms: Book, classes: Mapping[str, str]) -> Order | None:
    """Return the drug a draft orders, None for what is no drug; `beside`: what it may refer to."""
    if resource.type != "MedicationRequest":
        return None
    meant = medicines(resource, beside)
    facts = {name: drugs(name, terms) if meant.sound else () for name in meant.names}
    unread = [one.name for one in facts if not facts[one] and not bystander(one, terms)]
    own = tuple(dict.fromkeys(fact for found in facts.values() for fact in found))
    known = (classes.get(fact, fact) for fact in own)
    reference = reference_of(resource.content)
    title = " + ".join(one.name for one in meant.names if one.name) or reference or "—"
    return Order(reference, title, tuple(dict.fromkeys(known)), own, bool(unread))


def checked(view: View, seen: Seen, signed: Seen, order: Order, telling: Telling) -> Json | None:
    """Return the card about one ordered drug: the strictest the rules say of starting it, None when nothing limits it.

    `signed`: the chart as it is when the drafts are signed. A drug that the terms do not know is said to be unchecked;
    a limit that only may hold is said as possible.
    """
    pack, lang = view.pack.compiled, telling.lang
    found = limit(view, seen, signed, order.classes, order.facts) if order.classes else None
    if found is None:
        return _unchecked(view, seen, order, telling) if order.unread or not order.classes else None
    case = later.case_of(view.pack, found.seen.result.chart)
    said = PERMISSION[found.start][lang]
    said = said if found.certain else word("possibly", lang, said)
    reason = filled(case, found.ids, lang)
    line = word("drug", lang, drug=order.title, permission=said) + (f"({reason})" if lang == "zh" else f" ({reason})")
    lines, cites = _reasons(case, found.ids, lang)
    indicator = found.indicator
    if found.taken:
        lines.insert(0, word("as_taken", lang))
    if not found.certain:
        indicator = "info" if _of_site(view, found) and not found.at_least else indicator
        lines += [word("at_least", lang, PERMISSION[found.at_least][lang])] if found.at_least else []
        lines += _asked(view, found.seen.result, found.ids[:1], lang)
    removable = bool(order.reference) and found.certain and indicator == "critical"
    ways = [actions.remove(order.reference, order.title, lang)] if removable else []
    detail = f"**{literal(line)}**\n\n{bullets(lines)}\n\n{footer(view, seen.result.chart.on, telling)}"
    return card(view.service, telling, indicator, line, detail, source(pack, cites, telling), ways)


def _of_site(view: View, found: Limit) -> bool:
    """Return whether only a setting of the site is missing: nothing to be asked of this patient, so no warning."""
    facts, sets = view.pack.compiled.dictionary.facts, view.missing(found.ids[0], found.seen.result.chart).sets
    return bool(sets) and all(facts[fact].site for fact in sets[0])


def _unchecked(view: View, seen: Seen, order: Order, telling: Telling) -> Json:
    """Return the card of a drug that the terms do not know, or only in part."""
    line = word("drug_unknown", telling.lang, order.title)
    detail = f"{literal(line)}\n\n{footer(view, seen.result.chart.on, telling)}"
    return card(view.service, telling, "info", line, detail, source(view.pack.compiled, (), telling), [])


def _advised(view: View, seen: Seen, item: Item, telling: Telling) -> Json:
    """Return the card of one thing advised."""
    pack, lang = view.pack.compiled, telling.lang
    case = later.case_of(view.pack, seen.result.chart)
    title = _title(pack, item, lang)
    said = filled(case, item.ids, lang)
    line = title if not said or said == title else f"{title}{':' if lang == 'zh' else ': '}{said}"
    if item.form.drug_class:
        line = f"{item.form.drug_class.upper()} {_permitted(item, lang)} {line}"
    lines, cites = _reasons(case, item.ids, lang)
    due = add_span(seen.result.chart.on, item.form.due).isoformat() if item.form.due else None
    if due:
        lines.append(word("due", lang, due))
    way = actions.advised(telling.offer, item.form, title, telling.patient, due, lang)
    detail = f"**{literal(line)}**\n\n{bullets(lines)}\n\n{footer(view, seen.result.chart.on, telling)}"
    line += word("provisional", lang) if item.status == "provisional" else ""
    indicator = URGENT[item.urgency]
    ways = [way] if way is not None else []
    return card(view.service, telling, indicator, line, detail, source(pack, cites, telling), ways)


def rest(
    view: View, seen: Seen, phrase: str, titles: Sequence[str], telling: Telling, indicator: Indicator = "info"
) -> Json:
    """Return the card that names what has no card of its own, so that nothing is left out in silence."""
    line = word(phrase, telling.lang, len(titles))
    detail = (
        f"**{line}**\n\n{bullets([literal(one) for one in titles])}\n\n{footer(view, seen.result.chart.on, telling)}"
    )
    return card(view.service, telling, indicator, line, detail, source(view.pack.compiled, (), telling), [])


def _title(pack: ir.Pack, item: Item, lang: str) -> str:
    return getattr(pack.words.get(item.ids[0], ir.Words()), lang) or item.ids[0]


def _questions(view: View, result: Result, items: Sequence[Item], telling: Telling) -> Json:
    """Return one card for what must be known before something urgent can be ruled out or advised."""
    pack, lang = view.pack.compiled, telling.lang
    said = [_title(pack, one, lang) for one in items]
    lines = [literal(word("question", lang, one)) for one in said]
    comma = "、" if lang == "zh" else ", "
    line = word("questions", lang, len(items), comma.join(said))
    lines[:1] += _asked(view, result, [items[0].ids[0]], lang)
    if len(lines) > MOST_CARDS:
        lines = [*lines[:MOST_CARDS], word("more", lang, len(lines) - MOST_CARDS)]
    detail = f"**{literal(line)}**\n\n{bullets(lines)}\n\n{footer(view, result.chart.on, telling)}"
    return card(view.service, telling, "info", line, detail, source(pack, (), telling), [])


def _asked(view: View, result: Result, ids: Sequence[str], lang: str) -> list[str]:
    """Return what would settle these advices, in words."""
    pack, comma = view.pack.compiled, "、" if lang == "zh" else ", "
    found = [sets[0] for id in ids if (sets := view.missing(id, result.chart).sets)]
    return [
        literal(word("to_settle", lang, comma.join(names.thing(pack, fact, lang) for fact in one))) for one in found
    ]


def _reasons(case: argument.Case, ids: Iterable[str], lang: str) -> tuple[list[str], list[Json]]:
    """Return why these advices hold, a line each, and all that they cite."""
    lines: list[str] = []
    cites: list[Json] = []
    for id in ids:
        for reason in argument.because(case, case.pack.decisions[id]):
            cites += reason["cites"]
            data = [names.reading(case.pack, one, lang) for one in reason["data"] if one["value"] is not None]
            joined = (";" if lang == "zh" else "; ").join(data)
            lines.append(literal(reason["says"][lang] + words.source(case.pack, reason["cites"], lang)))
            lines += [literal(joined)] if joined else []
    return list(dict.fromkeys(one for one in lines if one)), cites


def _permitted(item: Item, lang: str) -> str:
    parts = [
        f"{verb[lang]}{' ' if lang == 'en' else ''}{PERMISSION[said][lang]}"
        for verb, said in ((STARTING, item.start), (GOING_ON, item.go_on))
        if said is not None
    ]
    return ("、" if lang == "zh" else ", ").join(parts)
