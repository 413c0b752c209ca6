"""A whole result as a page of text: what is settled and open, what to do and ask, what was wrong with the data."""

from collections.abc import Iterator, Mapping
from typing import Any

from sangao.engine.answer import Answer, Result
from sangao.engine.explain import later, names, words
from sangao.engine.explain.filled import filled
from sangao.engine.pack import ir
from sangao.engine.run.advice import Item

MOST_ASKED = 6

HEADS = {
    "zh": (
        "已确定", "暂定(含推定)", "未能判断", "建议", "下一步先问", "数据问题", "另有常规建议 {} 条已折叠",
        "另有 {} 项待问",
    ),
    "en": (
        "settled", "provisional", "open", "advice", "ask next", "problems of the data", "{} more routine items folded",
        "{} more questions",
    ),
}  # fmt: skip
URGENCY = {
    "emergency": {"zh": "急救", "en": "emergency"},
    "urgent": {"zh": "紧急", "en": "urgent"},
    "soon": {"zh": "尽快", "en": "soon"},
    "routine": {"zh": "常规", "en": "routine"},
}

STARTING, GOING_ON = {"zh": "新用", "en": "start"}, {"zh": "在用者", "en": "continue"}
PERMISSION = {
    "contraindicated": {"zh": "禁用", "en": "contraindicated"},
    "stop": {"zh": "停用", "en": "stop"},
    "avoid": {"zh": "避免", "en": "avoid"},
    "reduce": {"zh": "减量", "en": "reduce"},
    "caution": {"zh": "慎用", "en": "caution"},
    "allow": {"zh": "可用", "en": "allowed"},
    "recommend": {"zh": "推荐", "en": "recommended"},
}
MOST_QUESTIONS = 8


def text(result: Result, lang: str = "zh", decisions: list[str] | None = None) -> str:
    """Return the page; with `decisions` the full explanation of those, else one line a decision.

    What was wrong with the data is told either way.
    """
    return "\n\n".join(blocks(result, lang, decisions))


def blocks(result: Result, lang: str = "zh", decisions: list[str] | None = None) -> Iterator[str]:
    """Yield the blocks of the page, as `text` joins them by blank lines: what takes long to work out comes late."""
    pack = result.pack.compiled
    if decisions:
        chosen = [result.decisions[name] for name in decisions if name in result.decisions]
        yield from (words.text(result.pack, one, lang) for one in chosen)
        yield from _wrong(result, lang)
        return
    head = HEADS[lang]
    title = pack.meta.zh if lang == "zh" else pack.meta.en
    yield f"{title} [{pack.meta.id} · {result.pack.hash[:12]}] {result.chart.on.isoformat()}"
    for position, status in enumerate(("settled", "provisional", "unknown")):
        group = [one for one in result.decisions.values() if one.status == status]
        if group:
            yield "\n".join([f"■ {head[position]}", *(_line(result, one, lang) for one in group)])
    if told := _told(result, lang):
        yield "\n".join([f"■ {head[3]}", *told])
    yield from _wrong(result, lang)
    if asked := result.ask[:MOST_ASKED]:
        yield "\n".join([f"■ {head[4]}", *(_question(result, one, lang) for one in asked)])


def _wrong(result: Result, lang: str) -> Iterator[str]:
    """Yield the block of what was wrong with the data, where something was."""
    if result.problems:
        told = (f"  {one.text(lang)};{one.help(lang)}" for one in result.problems)
        yield "\n".join([f"■ {HEADS[lang][5]}", *told])


def _told(result: Result, lang: str) -> list[str]:
    """Return the lines of advice: what is due, a few questions, and how many more there are."""
    head = HEADS[lang]
    questions = [item for item in result.advice.shown if item.question]
    shown = [item for item in result.advice.shown if not item.question] + questions[:MOST_QUESTIONS]
    lines = [_advice(result, item, lang) for item in shown]
    if len(questions) > MOST_QUESTIONS:
        lines.append("  " + head[7].format(len(questions) - MOST_QUESTIONS))
    if result.advice.folded:
        lines.append("  " + head[6].format(len(result.advice.folded)))
    return lines


def _question(result: Result, asked: Mapping[str, Any], lang: str) -> str:
    settles = len(asked["settles"])
    tail = f"(涉及 {settles} 项判断)" if lang == "zh" else f" ({settles} decisions)"
    return f"  {names.thing(result.pack.compiled, asked['fact'], lang)}{tail}"


def _line(result: Result, answer: Answer, lang: str) -> str:
    pack = result.pack.compiled
    title = names.thing(pack, answer.decision, lang)
    if answer.status != "unknown":
        colon = ":" if lang == "zh" else ": "
        return f"  {title}{colon}{names.outcome(pack, answer.decision, answer.value, lang)}"
    return "  " + words.claim(pack, answer, lang)


def _advice(result: Result, item: Item, lang: str) -> str:
    mark, told, cites = advised(result, item, lang)
    return f"  [{mark}] {told} 〔{','.join(cites)}〕"


def advised(result: Result, item: Item, lang: str) -> tuple[str, str, tuple[str, ...]]:
    """Return one advice: urgency (or that it is a question), what to do with drug class and permission, the rows."""
    pack = result.pack.compiled
    title = getattr(pack.words.get(item.ids[0], ir.Words()), lang)
    said = filled(later.case_of(result.pack, result.chart), item.ids, lang)
    colon = ":" if lang == "zh" else ": "
    told = title if not said or said == title else f"{title}{colon}{said}" if title else said
    mark = URGENCY[item.urgency][lang]
    if item.question:
        mark = "待问" if lang == "zh" else "question"
    if item.form.drug_class:
        told = f"{item.form.drug_class.upper()} {_permission(item, lang)}{colon}{told}"
    return mark, told, tuple(dict.fromkeys(row for one in item.ids for row in pack.words.get(one, ir.Words()).cite))


def _permission(item: Item, lang: str) -> str:
    parts = []
    for verb, permission in ((STARTING, item.start), (GOING_ON, item.go_on)):
        if permission is not None:
            parts.append(f"{verb[lang]}{' ' if lang == 'en' else ''}{PERMISSION[permission][lang]}")
    joined = ("、" if lang == "zh" else ", ").join(parts)
    possibly = {"zh": "可能", "en": "possibly "}[lang] if item.question else ""
    return f"({possibly}{joined})"
