"""An answer in words: claim, why, sources, exceptions, what was assumed, what is missing, what would change it.

Short on purpose: a doctor reads it in seconds. One line a part, at most fourteen lines.
"""

from typing import Any

from sangao.engine.answer import Answer
from sangao.engine.explain import names
from sangao.engine.explain.later import Asked
from sangao.engine.pack import ir

MOST_LINES = 14
MOST_RULES = 4
MOST_NAMES = 8

HEAD = {
    "zh": (
        "结论", "依据", "数据", "未成立的例外", "推定为无", "还缺", "先问", "尚需", "若改变", "至少", "至多", "可能",
        "未查未计",
    ),
    "en": (
        "answer", "because", "data", "exceptions that do not hold", "assumed absent", "missing", "ask first",
        "still needed", "would change", "at least", "at most", "possible", "not examined",
    ),
}  # fmt: skip

DOUBT = {"zh": {"false": "不成立:", "unknown": "待定:"}, "en": {"false": "not so: ", "unknown": "open: "}}


def text(asked: Asked, answer: Answer, lang: str = "zh") -> str:
    """Return the whole explanation of an answer as text in `zh` or `en`."""
    pack = asked.compiled
    lines = [line(lang, 0, claim(pack, answer, lang))]
    lines += why(pack, answer, lang)
    lines += lacking(pack, answer, lang)
    lines += _change(pack, answer, lang)
    return "\n".join(lines[:MOST_LINES])


def line(lang: str, part: int, said: str) -> str:
    """Return one line under its heading.

    >>> line("en", 0, "grade 1")
    'answer: grade 1'
    """
    head = HEAD[lang][part]
    return f"{head}:{said}" if lang == "zh" else f"{head}: {said}"


def claim(pack: ir.Pack, answer: Answer, lang: str) -> str:
    """Return what is claimed: the decision, its value or what bounds it, and how firmly."""
    title = names.thing(pack, answer.decision, lang)
    status = names.STATUS[answer.status][lang]
    own = pack.words.get(answer.decision, ir.Words())
    if answer.status == "unknown":
        said = (own.unknown_zh if lang == "zh" else own.unknown_en) or status
        return f"{title} = {said}{bounds(pack, answer, lang)}"
    said = names.outcome(pack, answer.decision, answer.value, lang)
    return f"{title} = {said}({status})" if lang == "zh" else f"{title} = {said} ({status})"


def bounds(pack: ir.Pack, answer: Answer, lang: str) -> str:
    """Return what bounds an answer that is not known, each part after a comma; nothing when nothing does."""
    said = []
    decision = pack.decisions[answer.decision]
    every = decision.outcome.codes
    comma = "," if lang == "zh" else ", "
    if decision.outcome.kind == "set":
        if answer.at_least:
            said.append(f"{HEAD[lang][9]} {names.outcome(pack, answer.decision, answer.at_least, lang)}")
    elif decision.outcome.ordered or decision.outcome.kind in ("number", "date"):
        if answer.at_least is not None and (not every or answer.at_least != every[0]):
            said.append(f"{HEAD[lang][9]} {names.outcome(pack, answer.decision, answer.at_least, lang)}")
        if answer.at_most is not None and (not every or answer.at_most != every[-1]):
            said.append(f"{HEAD[lang][10]} {names.outcome(pack, answer.decision, answer.at_most, lang)}")
    elif 1 < len(answer.possible) < len(every):
        parts = [names.outcome(pack, answer.decision, one, lang) for one in answer.possible]
        said.append(f"{HEAD[lang][11]} {(' / ').join(parts)}")
    return "".join(f"{comma}{one}" for one in said)


def why(pack: ir.Pack, answer: Answer, lang: str) -> list[str]:
    """Return a line for each rule that decided, with its backing, and lines for its data and failed exceptions."""
    lines: list[str] = []
    for reason in answer.because[:MOST_RULES]:
        if not reason["says"][lang]:
            continue
        doubt = DOUBT[lang].get(reason["held"], "")
        lines.append(line(lang, 1, f"{doubt}{reason['says'][lang]}{source(pack, reason['cites'], lang)}"))
        data = [names.reading(pack, one, lang) for one in reason["data"] if one["value"] is not None]
        if data:
            lines.append(line(lang, 2, (";" if lang == "zh" else "; ").join(data)))
        failed = [one["rule"] for one in reason["exceptions"] if one["held"] == "false"][:3]
        said = [getattr(pack.words.get(one, ir.Words()), f"says_{lang}") or one.rpartition("/")[2] for one in failed]
        if said:
            lines.append(line(lang, 3, (";" if lang == "zh" else "; ").join(said)))
    return lines


def source(pack: ir.Pack, cites: list[dict[str, Any]], lang: str) -> str:
    """Return the backing in brackets: document, where, rows, origin, doubts about the print."""
    if not cites:
        return ""
    document = cites[0]["document"] or ""
    title = pack.documents.get(document, (document, document))[0 if lang == "zh" else 1]
    where = next((one["where"] for one in cites if one["where"]), "") or ""
    rows = ",".join(one["row"] for one in cites if one["row"])
    origin = names.ORIGIN[cites[0]["origin"]][lang]
    doubts = {names.EVIDENCE[one["evidence"]][lang] for one in cites} - {""}
    parts = [
        part for part in (f"《{title}》{where}" if lang == "zh" else f"{title} {where}".strip(), rows, origin) if part
    ]
    joined = (";" if lang == "zh" else "; ").join([*parts, *sorted(doubts - {origin})])
    return f"〔{joined}〕" if lang == "zh" else f" [{joined}]"


def lacking(pack: ir.Pack, answer: Answer, lang: str) -> list[str]:
    """Return what was assumed, what is missing, what to ask first, and which days are still needed, a line each."""
    lines = []
    comma = "、" if lang == "zh" else ", "
    if answer.status == "provisional" and answer.assumed:
        facts = pack.dictionary.facts
        absent = [names.thing(pack, one, lang) for one in answer.assumed if facts[one].list is not None]
        unseen = [names.thing(pack, one, lang) for one in answer.assumed if facts[one].list is None]
        for part, named in ((4, absent), (12, unseen)):
            if named:
                more = "…" if len(named) > MOST_NAMES else ""
                lines.append(line(lang, part, comma.join(named[:MOST_NAMES]) + more))
    if answer.status == "unknown":
        sets = answer.missing.sets[:3]
        said = [(" + ").join(names.thing(pack, one, lang) for one in each[:MOST_NAMES]) for each in sets]
        if said:
            lines.append(line(lang, 5, (" 或 " if lang == "zh" else " or ").join(said)))
        if answer.ask_first:
            lines.append(line(lang, 6, names.thing(pack, answer.ask_first, lang)))
    for subject, need in answer.needs.items():
        name = names.thing(pack, subject, lang)
        until = need["until"]
        if lang == "zh":
            said_zh = f"{name} 再测 {need['days']} 个不同日" + (f"(不晚于 {until})" if until else "")
            lines.append(line(lang, 7, said_zh))
        else:
            lines.append(line(lang, 7, f"{name} on {need['days']} more days" + (f" (by {until})" if until else "")))
    return lines


def _change(pack: ir.Pack, answer: Answer, lang: str) -> list[str]:
    lines = []
    for one in answer.change[:2]:
        name = names.thing(pack, one["fact"], lang)
        becomes = names.outcome(pack, answer.decision, names.value_of(one["becomes"]), lang)
        if one["by"] is None:
            fact = pack.dictionary.facts[one["fact"]]
            to = (
                names.TRUTH[one["to"]][lang] if isinstance(one["to"], bool) else names.value_name(fact, one["to"], lang)
            )
            said = f"{name}改为{to},则为 {becomes}" if lang == "zh" else f"{name} {to}: {becomes}"
        else:
            down = str(one["by"]).startswith("-")
            by, unit = str(one["by"]).lstrip("-"), names.unit(one["unit"] or "", lang)
            way = {"zh": ("高", "低"), "en": ("higher", "lower")}[lang][down]
            border = {"zh": ("达到", "低于"), "en": ("from", "below")}[lang][down]
            if lang == "zh":
                said = f"{name}再{way} {by} {unit}({border} {one['to']})即为 {becomes}"
            else:
                said = f"{name} {by} {unit} {way} ({border} {one['to']}): {becomes}"
        lines.append(line(lang, 8, said))
    return lines
