"""Cards: what a doctor sees of an answer, in one line and then in full, with its source and what may be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sangao.adapters.service.cds import actions
from sangao.adapters.service.cds.offered import ORDER, Indicator, Offer, Service, Show
from sangao.adapters.service.cds.phrases import bullets, literal, summary, word
from sangao.adapters.service.cds.viewing import Seen, View, stands
from sangao.adapters.service.ids import fresh
from sangao.engine.answer import Answer
from sangao.engine.errors import Problem
from sangao.engine.explain import names, words
from sangao.engine.pack import ir
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

Json = dict[str, Any]
MOST_PROBLEMS: Final = 8


@dataclass(frozen=True, slots=True)
class Telling:
    """To whom and about whom cards are written: language, hook, patient, the records that may be changed."""

    lang: str
    hook: str
    patient: str
    base_url: str
    offer: Offer
    records: Mapping[str, Mapping[str, Any]]
    lacking: tuple[str, ...] = ()


def card(
    service: Service, telling: Telling, indicator: Indicator, line: str, detail: str, source: Json, ways: list[Json]
) -> Json:
    """Return a card; `ways` are its suggestions, of which a user takes at most one."""
    found: Json = {
        "uuid": str(fresh()),
        "summary": summary(line),
        "detail": detail,
        "indicator": indicator,
        "source": {**source, "topic": topic(service, telling)},
        "overrideReasons": [one.coding(telling.lang) for one in telling.offer.reasons],
    }
    if ways:
        found |= {"suggestions": ways, "selectionBehavior": "at-most-one"}
    return found


def topic(service: Service, telling: Telling) -> Json:
    """Return what a card is about, as a Coding."""
    display = service.title.in_(telling.lang)
    return {"system": f"{telling.offer.system}:service", "code": service.id, "display": display}


def shown(view: View, seen: Seen, telling: Telling) -> list[Json]:
    """Return a card for each answer that is of interest, the most urgent first."""
    found = [one for show in view.shows if (one := _shown(view, show, seen, telling)) is not None]
    unsure = [show for show in view.shows if show.on_record and stands(seen, show.on_record) == UNKNOWN]
    if unsure and view.service.id == "diagnosis-correctness":
        found.append(_unchecked(view, telling))
    return sorted(found, key=lambda one: -ORDER.index(one["indicator"]))


def _shown(view: View, show: Show, seen: Seen, telling: Telling) -> Json | None:
    if show.on_record and stands(seen, show.on_record) != TRUE:
        return None
    if show.off_record and stands(seen, show.off_record) == TRUE:
        return None
    answer, lang, pack = seen.answers[show.decision], telling.lang, view.pack.compiled
    indicator = _indicator(show, answer)
    if indicator is None:
        return None
    ways: list[Json] = []
    line = names.thing(pack, answer.decision, lang)
    if answer.status == "unknown":
        own = pack.words.get(answer.decision, ir.Words())
        said = (own.unknown_zh if lang == "zh" else own.unknown_en) or names.STATUS["unknown"][lang]
        line = f"{line}{_colon(lang)}{said}{words.bounds(pack, answer, lang)}"
        if answer.ask_first:
            line += word("ask_first", lang, names.thing(pack, answer.ask_first, lang))
        ways = actions.order_missing(pack, answer.missing.sets, telling.patient, lang)
    else:
        line = f"{line}{_colon(lang)}{names.outcome(pack, answer.decision, answer.value, lang)}"
        line += word("provisional", lang) if answer.status == "provisional" else ""
        ways = _suggested(show, answer, seen, telling)
    return card(
        view.service,
        telling,
        indicator,
        line,
        _detail(view, seen, answer, telling),
        source_of(view, answer, telling),
        ways,
    )


def _indicator(show: Show, answer: Answer) -> Indicator | None:
    """Return the colour of an answer, None when it makes no card; of an open one, that of what is certain at least."""
    if answer.status != "unknown":
        return show.marks.get(code_of(answer.value), show.marks.get("*"))
    if not show.unknown:
        return None
    return show.marks.get(code_of(answer.at_least), "info") if answer.at_least is not None else "info"


def code_of(value: Any) -> str:
    """Return an answer's value as the key of its mark."""
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else "*"


def _suggested(show: Show, answer: Answer, seen: Seen, telling: Telling) -> list[Json]:
    """Return what may be done about a settled answer. A problem that was just entered is not to be changed again."""
    way = (show.suggest or {}).get(code_of(answer.value))
    if way == "doubt" and telling.hook != "problem-list-item-create":
        return [
            actions.doubt(telling.records[fact], telling.offer.conditions[fact].said.in_(telling.lang), telling.lang)
            for fact in show.on_record
            if fact in telling.records
        ]
    if way == "record" and stands(seen, show.off_record) == FALSE:
        one = telling.offer.conditions[show.off_record[0]]
        return [actions.record(one, telling.patient, telling.lang)]
    return []


def _detail(view: View, seen: Seen, answer: Answer, telling: Telling) -> str:
    """Return the whole argument as markdown."""
    pack, lang = view.pack.compiled, telling.lang
    lines = [*words.why(pack, answer, lang), *words.lacking(pack, answer, lang)]
    head = f"**{literal(words.claim(pack, answer, lang))}**"
    return "\n\n".join([head, bullets([literal(one) for one in lines]), footer(view, seen.result.chart.on, telling)])


def footer(view: View, on: date, telling: Telling) -> str:
    """Return what every card ends with: as of when, under which pack, what was not received."""
    pack, lang = view.pack, telling.lang
    said = word("judged", lang, on=on.isoformat(), pack=pack.id, edition=pack.edition, hash=pack.hash[:12])
    lines = [literal(said)]
    if telling.lacking:
        lines.append(literal(word("lacking", lang, ("、" if lang == "zh" else ", ").join(telling.lacking))))
    return "  \n".join([*lines, literal(word("not_normal", lang))])


def source_of(view: View, answer: Answer, telling: Telling) -> Json:
    """Return where an answer comes from: the document that its first rule cites."""
    cites = [cite for reason in answer.because for cite in reason["cites"]]
    return source(view.pack.compiled, cites, telling)


def source(pack: ir.Pack, cites: Iterable[Mapping[str, Any]], telling: Telling) -> Json:
    """Return the source of a card from citations, the pack itself where there are none."""
    document = next((one["document"] for one in cites if one["document"]), None)
    titles = pack.documents.get(document or "", (pack.meta.zh, pack.meta.en))
    label = titles[0 if telling.lang == "zh" else 1] or word("service", telling.lang)
    return {"label": label, "url": f"{telling.base_url}/sources#{document or pack.meta.id}"}


def _unchecked(view: View, telling: Telling) -> Json:
    """Return the card that says that recorded diagnoses could not be checked."""
    line = word("unchecked", telling.lang)
    detail = f"{line}\n\n{word('not_normal', telling.lang)}"
    return card(view.service, telling, "info", line, detail, source(view.pack.compiled, (), telling), [])


def troubles(view: View, problems: Iterable[Problem], on: date, telling: Telling) -> Json | None:
    """Return the card that says which of the data could not be used, None when all could; it shows no value."""
    said = list(dict.fromkeys(_problem(one, view.pack.compiled, telling.lang) for one in problems if _tells(one)))
    if not said:
        return None
    lines = [literal(one) for one in said[:MOST_PROBLEMS]]
    if len(said) > MOST_PROBLEMS:
        lines.append(word("more", telling.lang, len(said) - MOST_PROBLEMS))
    line = word("problems", telling.lang, len(said))
    detail = f"**{line}**\n\n{bullets(lines)}\n\n{footer(view, on, telling)}"
    return card(view.service, telling, "info", line, detail, source(view.pack.compiled, (), telling), [])


def _tells(problem: Problem) -> bool:
    return problem.severity != "note"


def _problem(problem: Problem, pack: ir.Pack, lang: str) -> str:
    name = names.thing(pack, problem.fact, lang) + _colon(lang) if problem.fact in pack.dictionary.facts else ""
    return f"{name}{problem.text(lang)}"


def _colon(lang: str) -> str:
    return ":" if lang == "zh" else ": "
