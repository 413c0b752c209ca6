"""A page for the patient: answers, advice and what to bring, in sections, in Chinese and English.

What is urgent stands first whatever the sections choose. What is not known is said to be not known; nothing is worded
here that the pack does not word.
"""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.answer import Answer, Result
from sangao.engine.explain import argument, later, names, words
from sangao.engine.explain.filled import filled
from sangao.engine.explain.result import ask
from sangao.engine.pack import ir
from sangao.engine.quantity import add_span
from sangao.engine.run.advice import Item

LANGS = ("zh", "en")
URGENT = ("emergency", "urgent")
Two = tuple[str, str]

FIRST: Two = ("请马上做", "To be done at once")
MAYBE: Two = (
    "尚未排除，请先向医生说明(有则立即就医)",
    "Not yet ruled out; tell your doctor first (if so, seek care at once)",
)
NO_ANSWER: Two = ("还不能判断", "cannot be said yet")
NOT_ON_RECORD: Two = ("没有记录", "not on record")
ON_TRUST: Two = ("暂定，未提供的情况按没有计", "for now, what was not mentioned is taken as absent")
DAY: Two = ("截至", "as of")
UNUSABLE: Two = ("有 {} 项资料不能使用，请核对原始记录", "{} items of the record could not be used; check the original")
BY: Two = ("最迟 {}", "by {}")


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is laid out; texts are pairs zh, en."""

    title: Two
    facts: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    begins: str = ""
    ask: int = 0
    most: int | None = None
    unknown: Two | None = None
    empty: Two | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A report as it is laid out."""

    id: str
    title: Two
    parts: tuple[Part, ...]
    note: Two
    lead: Two | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is of (fact, decision or advice), how firmly it stands, the words, the rows behind it."""

    of: str
    status: str
    said: Two
    cites: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        text = dict(zip(LANGS, self.said, strict=True))
        return {"of": self.of, "status": self.status, "text": text, "cites": list(self.cites)}


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its lines."""

    title: Two
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """A report of one patient."""

    layout: Layout
    result: Result
    sections: tuple[Section, ...]

    def head(self, lang: str) -> tuple[str, str]:
        """Return the title and the line under it: the day, the person's key where the chart has one, the pack."""
        at = LANGS.index(lang)
        pack, chart = self.result.pack, self.result.chart
        who = f" · {chart.id}" if getattr(chart, "id", None) else ""
        return self.layout.title[at], f"{DAY[at]} {chart.on.isoformat()}{who} · {pack.id} {pack.hash[:12]}"

    def foot(self, lang: str) -> list[str]:
        """Return what stands at the end: how many items could not be used, the note of the report."""
        at = LANGS.index(lang)
        unusable = [one for one in self.result.problems if one.severity != "note"]
        return [*([UNUSABLE[at].format(len(unusable))] if unusable else []), self.layout.note[at]]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as `sangao.report/1`."""
        pack = self.result.pack
        return {
            "schema": "sangao.report/1",
            "report": self.layout.id,
            "title": _both(self.layout.title),
            "pack": {"id": pack.id, "edition": pack.edition, "hash": pack.hash},
            "on": self.result.chart.on.isoformat(),
            "lead": _both(self.layout.lead),
            "sections": [
                {"title": _both(one.title), "lines": [line.to_dict() for line in one.lines]} for one in self.sections
            ],
            "note": _both(self.layout.note),
            "problems": [problem.to_dict() for problem in self.result.problems],
        }


def _both(pair: Two | None) -> dict[str, str] | None:
    return None if pair is None else dict(zip(LANGS, pair, strict=True))


def fill(result: Result, layout: Layout) -> Handout:
    """Return the report of a result; sections without a line say so in their own words or are left out."""
    writer = _Writer(result, layout)
    sections = [*writer.urgent()]
    for part in layout.parts:
        lines = tuple(writer.lines(part))
        if not lines and part.empty is not None:
            lines = (Line("", "settled", part.empty),)
        if lines:
            sections.append(Section(part.title, lines))
    return Handout(layout, result, tuple(sections))


class _Writer:
    """Writes lines of one result."""

    def __init__(self, result: Result, layout: Layout) -> None:
        self.result = result
        self.layout = layout
        self.pack: ir.Pack = result.pack.compiled
        self.case = later.case_of(result.pack, result.chart)
        self.items = [*result.advice.shown, *result.advice.folded]
        self.told: set[str] = set()

    def urgent(self) -> Iterator[Section]:
        """Yield what must be done at once, then what must be known before danger is ruled out."""
        for title, question in ((FIRST, False), (MAYBE, True)):
            found = [one for one in self.items if one.urgency in URGENT and one.question == question]
            if question:  # a drug is the doctor's question, danger is everybody's
                found = [one for one in found if one.form.kind != "drug"]
            if found:
                yield Section(title, tuple(self.advice(one) for one in found))

    def lines(self, part: Part) -> Iterator[Line]:
        yield from (self.fact(one) for one in part.facts)
        yield from (self.answer(self.result.decisions[one], part) for one in part.decisions)
        if part.kinds or part.begins:
            found = [one for one in self.items if self.chosen(one, part)]
            yield from (self.advice(one) for one in found[: part.most])
        if part.ask:
            yield from (self.asked(one) for one in self.open_facts()[: part.ask])

    def open_facts(self) -> tuple[dict[str, Any], ...]:
        """Return what to bring: facts that settle what this report tells, not what all of the pack asks.

        What a site sets is no patient's to know.
        """
        told = {one for part in self.layout.parts for one in part.decisions}
        begins = tuple(part.begins for part in self.layout.parts if part.begins)
        kept = {
            name: answer
            for name, answer in self.result.decisions.items()
            if name in told or (begins and name.startswith(begins))
        }
        facts = self.pack.dictionary.facts
        asked = ask(self.result.pack, replace(self.result, decisions=kept))
        return tuple(one for one in asked if not facts[one["fact"]].site)

    def chosen(self, item: Item, part: Part) -> bool:
        """Say whether a section tells an advice: of its kind or name, no question, not told above."""
        if item.question or item.urgency in URGENT or item.ids[0] in self.told:
            return False
        fits = (not part.kinds or item.form.kind in part.kinds) and item.ids[0].startswith(part.begins)
        if fits:
            self.told.add(item.ids[0])
        return fits

    def fact(self, name: str) -> Line:
        """Return the last value of a fact with its day; what could not be used or was not sent is not on record."""
        sent = argument.latest(self.case, name)
        if sent is None:
            return Line(name, "unknown", self.say(lambda at: f"{self.name(name, at)}{_colon(at)}{NOT_ON_RECORD[at]}"))
        return Line(name, "settled", self.say(lambda at: names.reading(self.pack, sent, LANGS[at])))

    def answer(self, answer: Answer, part: Part) -> Line:
        """Return an answer in words; of one that is not known what is certain, and that it is not known."""
        own = self.pack.words.get(answer.decision, ir.Words())
        outcome = self.pack.decisions[answer.decision].outcome
        ends = outcome.ordered or outcome.kind in ("set", "number", "date")  # a list of all that is possible is no help

        def said(at: int) -> str:
            title = self.name(answer.decision, at) + _colon(at)
            if answer.status == "unknown":
                worded = part.unknown[at] if part.unknown else (own.unknown_zh, own.unknown_en)[at] or NO_ANSWER[at]
                return title + worded + (words.bounds(self.pack, answer, LANGS[at]) if ends else "")
            value = names.outcome(self.pack, answer.decision, answer.value, LANGS[at])
            if answer.status == "provisional":
                value += f"({ON_TRUST[at]})" if at == 0 else f" ({ON_TRUST[at]})"
            return title + value

        return Line(answer.decision, answer.status, self.say(said), tuple(own.cite))

    def advice(self, item: Item) -> Line:
        """Return one advice: its title, the words with the patient's own values, until when."""

        def said(at: int) -> str:
            own = self.pack.words.get(item.ids[0], ir.Words())
            title = (own.zh, own.en)[at]
            text = filled(self.case, item.ids, LANGS[at])
            told = (
                title if item.question and title else text if text.startswith(title) else f"{title}{_colon(at)}{text}"
            )
            if item.form.due is not None:
                told += ("，" if at == 0 else ", ") + BY[at].format(add_span(self.result.chart.on, item.form.due))
            return told

        cites = dict.fromkeys(row for one in item.ids for row in self.pack.words.get(one, ir.Words()).cite)
        status = "unknown" if item.question else item.status
        return Line(item.ids[0], status, self.say(said), tuple(cites))

    def asked(self, one: dict[str, Any]) -> Line:
        """Return a fact to bring, measure or tell."""
        return Line(one["fact"], "unknown", self.say(lambda at: self.name(one["fact"], at)))

    def name(self, name: str, at: int) -> str:
        return names.thing(self.pack, name, LANGS[at])

    def say(self, make: Callable[[int], str]) -> Two:
        return make(0), make(1)


def _colon(at: int) -> str:
    return ("：", ": ")[at]


def text(handout: Handout, lang: str) -> str:
    """Return the report as plain text."""
    at = LANGS.index(lang)
    title, under = handout.head(lang)
    lines = [title, under]
    if handout.layout.lead is not None:
        lines += ["", handout.layout.lead[at]]
    for section in handout.sections:
        lines += ["", f"■ {section.title[at]}", *(f"  {line.said[at]}" for line in section.lines)]
    return "\n".join([*lines, "", *handout.foot(lang)]) + "\n"


STYLE = (
    "body{font:16px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:44em;margin:1em auto;padding:0 1em}"
    "h1{font-size:1.4em;margin:0}h2{font-size:1.1em;margin:1em 0 .2em;border-bottom:1px solid #999}"
    "ul{margin:0;padding-left:1.2em}p{margin:.4em 0}.unknown{color:#555;font-style:italic}small{color:#555}"
    "@page{size:A4;margin:15mm}@media print{body{margin:0;max-width:none;font-size:12px}section{break-inside:avoid}}"
)


def page(handout: Handout, lang: str) -> str:
    """Return the report as one HTML page that stands alone: no script, no address, everything escaped."""
    at = LANGS.index(lang)
    title, under = map(html.escape, handout.head(lang))
    body = [f"<h1>{title}</h1>", f"<small>{under}</small>"]
    if handout.layout.lead is not None:
        body.append(f"<p>{html.escape(handout.layout.lead[at])}</p>")
    for section in handout.sections:
        items = "".join(
            f'<li class="{html.escape(line.status)}">{html.escape(line.said[at])}</li>' for line in section.lines
        )
        body.append(f"<section><h2>{html.escape(section.title[at])}</h2><ul>{items}</ul></section>")
    body += [f"<p><small>{html.escape(one)}</small></p>" for one in handout.foot(lang)]
    tongue = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tongue}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )
