"""Stored decisions asked again, under the pack of that time and under today's, and every difference explained.

Under its own pack a decision must come out as it stands in the log: when it does not, the log or the engine is wrong,
and that is a problem (`journal.not_repeated`). Under today's pack a difference is news: which rule says so, then and
now. The day is that of the chart both times, so that only the rules differ.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sangao.adapters.journal.entry import Row
from sangao.adapters.journal.told import advised, brief
from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.explain import names, page, words
from sangao.engine.guide import Pack
from sangao.engine.pack import ir

LANGS: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Change:
    """One decision or advice that comes out otherwise: what the log holds, what was answered now, in words zh and en.

    `was` or `now` is None where one of the packs has no such decision, or gives no such advice.
    """

    kind: Literal["decision", "advice"]
    of: str
    was: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    says: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        says = dict(zip(LANGS, self.says, strict=True))
        return {"kind": self.kind, "of": self.of, "was": self.was, "now": self.now, "says": says}


@dataclass(frozen=True, slots=True)
class Under:
    """An entry asked again under one pack."""

    pack: str
    edition: str
    hash: str
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        pack = {"id": self.pack, "edition": self.edition, "hash": self.hash}
        return {"pack": pack, "same": not self.changes, "changes": [one.to_dict() for one in self.changes]}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry asked again; `own` and `today` are None where the pack or the facts are not to be had (`problems`)."""

    row: Row
    own: Under | None
    today: Under | None
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        draft = self.row.draft
        return {
            "entry": {
                "id": draft.subject,
                "seq": self.row.seq,
                "time": draft.time,
                "tenant": draft.tenant,
                "service": draft.service,
                "pack": {"id": draft.pack, "hash": draft.pack_hash},
                "chart_hash": draft.chart_hash,
            },
            "own": None if self.own is None else self.own.to_dict(),
            "today": None if self.today is None else self.today.to_dict(),
            "problems": [one.to_dict() for one in self.problems],
        }


def replay(row: Row, own: Pack | None, today: Pack | None) -> Replayed:
    """Ask one answer of the log again; a pack that is not to be had is left out."""
    problems = [] if own else [Problem("journal.no_pack", parts={"hash": row.draft.pack_hash[:12] or "—"})]
    stored = _read(row.draft.body)
    chart = chart_of(row)
    if chart is None or stored is None:
        missing = Problem("journal.no_facts") if chart is None else Problem("journal.altered", parts={"seq": row.seq})
        return Replayed(row, None, None, (*problems, missing))
    was = Told(own or today, stored)
    first = under(was, own, chart, here=True) if own else None
    if first is not None and first.changes:
        problems.append(Problem("journal.not_repeated", parts={"seq": row.seq}))
    return Replayed(row, first, under(was, today, chart) if today else None, tuple(problems))


def chart_of(row: Row) -> Chart | None:
    """Return the chart that an entry holds, None where it holds none."""
    facts = None if row.draft.facts is None else _read(row.draft.facts)
    try:
        return None if facts is None else Chart.from_dict(facts)
    except SangaoError:
        return None


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the log holds of an answer, with a pack that has words for it."""

    pack: Pack | None
    answer: Mapping[str, Any]

    @property
    def decisions(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the claims by decision."""
        return _mappings(self.answer.get("decisions"))

    @property
    def advice(self) -> Mapping[str, Mapping[str, Any]] | None:
        """Return the advice by id, None where none was asked for."""
        found = self.answer.get("advice")
        return None if found is None else _mappings(found)


def _mappings(found: Any) -> dict[str, Mapping[str, Any]]:
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}


def under(was: Told, pack: Pack, chart: Chart, *, here: bool = False) -> Under:
    """Return what a pack answers otherwise than the log holds; `here` says that it is the pack of that time."""
    result = pack.decide_all(chart)
    then = None if here or was.pack is None or was.pack is pack else was.pack.decide_all(chart)
    changes = [*_decisions(was, result, then), *_advice(was, result)]
    return Under(pack.id, pack.edition, pack.hash, tuple(changes))


def _decisions(was: Told, result: Result, then: Result | None) -> Iterator[Change]:
    for name, claim in was.decisions.items():
        answer = result.decisions.get(name)
        now = None if answer is None else brief(answer)
        if now != claim:
            yield Change("decision", name, claim, now, _both(_said, was, name, claim, now, result, then))


def _advice(was: Told, result: Result) -> Iterator[Change]:
    if was.advice is None:
        return
    now = {one.ids[0]: advised(one) for one in (*result.advice.shown, *result.advice.folded)}
    for name in dict.fromkeys([*was.advice, *now]):
        before, after = was.advice.get(name), now.get(name)
        if before != after:
            yield Change("advice", name, before, after, _both(_advised, was, name, before, after, result, None))


def _both(say: Any, *parts: Any) -> tuple[str, str]:
    return say(*parts, "zh"), say(*parts, "en")


# --- words ------------------------------------------------------------------------------------------------------------
def _said(
    was: Told, name: str, claim: Mapping[str, Any], now: Any, result: Result, then: Result | None, lang: str
) -> str:
    """Return a changed decision as a sentence, with the rule behind each side where it is known."""
    zh = lang == "zh"
    old, new = was.pack, result.pack
    title = _title([one for one in (new, old) if one is not None], name, lang)
    before = claimed(old, name, claim, lang)
    if now is None:
        none = f"规则包 {new.id} 没有这一判断" if zh else f"the pack {new.id} has no such decision"
        return f"{title}:当时{before};{none}" if zh else f"{title}: then {before}; {none}"
    after = claimed(new, name, now, lang)
    said = f"{title}:当时{before},现在{after}" if zh else f"{title}: then {before}, now {after}"
    for when, asked in (("当时依据" if zh else "then because", then), ("现在依据" if zh else "now because", result)):
        why = because(asked, name, lang) if asked is not None else ""
        said += (f";{when}:{why}" if zh else f"; {when}: {why}") if why else ""
    return said


def because(result: Result, name: str, lang: str) -> str:
    """Return the rule that decided, with its source; nothing where a pack gives none."""
    answer = result.decisions.get(name)
    for reason in answer.because if answer is not None else ():
        if reason["says"][lang]:
            doubt = words.DOUBT[lang].get(reason["held"], "")
            return f"{doubt}{reason['says'][lang]}{words.source(result.pack.compiled, reason['cites'], lang)}"
    return ""


def claimed(pack: Pack | None, name: str, claim: Mapping[str, Any], lang: str) -> str:
    """Return a claim of the log in words, in codes where no pack has words for it."""
    status = names.STATUS.get(str(claim.get("status")), {}).get(lang, "?")
    value, least = claim.get("value"), claim.get("at_least")

    def worded(given: Any) -> str:
        if pack is None or name not in pack.compiled.decisions or not _a_value(given):
            return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return names.outcome(pack.compiled, name, names.value_of(given), lang)

    if claim.get("status") != "unknown":
        return f"{worded(value)}({status})" if lang == "zh" else f"{worded(value)} ({status})"
    if least in (None, []):
        return status
    return f"{status},至少 {worded(least)}" if lang == "zh" else f"{status}, at least {worded(least)}"


def _a_value(given: Any) -> bool:
    """Return whether a value of the log has the shape of one: what was tampered with may hold anything."""
    if isinstance(given, Mapping):
        return given.keys() == {"number", "unit"}
    return isinstance(given, str | bool) or (isinstance(given, list) and all(isinstance(one, str) for one in given))


def _advised(was: Told, name: str, before: Any, after: Any, result: Result, _: None, lang: str) -> str:
    """Return a changed advice as a sentence."""
    zh = lang == "zh"
    title = _title([one for one in (result.pack, was.pack) if one is not None], name, lang)
    sides = [_side(one, lang) for one in (before, after)]
    return (
        f"建议“{title}”:当时{sides[0]},现在{sides[1]}" if zh else f'advice "{title}": then {sides[0]}, now {sides[1]}'
    )


def _side(found: Mapping[str, Any] | None, lang: str) -> str:
    if found is None:
        return "无" if lang == "zh" else "none"
    urgency = page.URGENCY.get(str(found.get("urgency")), {}).get(lang, "?")
    parts = [urgency]
    if found.get("question"):
        parts.append("待问" if lang == "zh" else "a question")
    permission = found.get("permission")
    if isinstance(permission, Mapping):
        for verb, one in ((page.STARTING, permission.get("start")), (page.GOING_ON, permission.get("continue"))):
            if one is not None:
                parts.append(f"{verb[lang]} {page.PERMISSION.get(str(one), {}).get(lang, '?')}")
    status = names.STATUS.get(str(found.get("status")), {}).get(lang, "?")
    return ("、" if lang == "zh" else ", ").join([*parts, status])


def _title(packs: list[Pack], name: str, lang: str) -> str:
    for pack in packs:
        own = pack.compiled.words.get(name, ir.Words())
        if getattr(own, lang):
            return names.thing(pack.compiled, name, lang)
    return name
