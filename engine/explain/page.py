"""A whole result as a page of text: what is settled and open, what to do and ask, what was wrong with the data."""

from typing import Any

from sangao.engine.answer import Answer, Result
from sangao.engine.explain import names, words

MOST_ASKED = 6

HEADS = {
    "zh": ("已确定", "暂定(含推定)", "未能判断", "建议", "下一步先问", "数据问题", "另有常规建议 {} 条已折叠"),
    "en": (
        "settled",
        "provisional",
        "open",
        "advice",
        "ask next",
        "problems of the data",
        "{} more routine items folded",
    ),
}
URGENCY = {
    "emergency": {"zh": "急救", "en": "emergency"},
    "urgent": {"zh": "紧急", "en": "urgent"},
    "soon": {"zh": "尽快", "en": "soon"},
    "routine": {"zh": "常规", "en": "routine"},
}


def text(result: Result, lang: str = "zh", decisions: list[str] | None = None) -> str:
    """Return the page; with `decisions` the full explanation of those, else one line a decision."""
    pack = result.pack.compiled
    if decisions:
        return "\n\n".join(
            words.text(result.pack, result.decisions[name], lang) for name in decisions if name in result.decisions
        )
    head = HEADS[lang]
    title = pack.meta.zh if lang == "zh" else pack.meta.en
    lines = [f"{title} [{pack.meta.id} · {result.pack.hash[:12]}] {result.chart.on.isoformat()}"]
    for position, status in enumerate(("settled", "provisional", "unknown")):
        group = [one for one in result.decisions.values() if one.status == status]
        if group:
            lines += ["", f"■ {head[position]}", *(_line(result, one, lang) for one in group)]
    if result.advice.shown:
        lines += ["", f"■ {head[3]}", *(_advice(pack, item, lang) for item in result.advice.shown)]
    if result.advice.folded:
        lines.append("  " + head[6].format(len(result.advice.folded)))
    asked = result.ask[:MOST_ASKED]
    if asked:
        lines += ["", f"■ {head[4]}"]
        for one in asked:
            settles = len(one["settles"])
            tail = f"(涉及 {settles} 项判断)" if lang == "zh" else f" ({settles} decisions)"
            lines.append(f"  {names.thing(pack, one['fact'], lang)}{tail}")
    if result.problems:
        lines += ["", f"■ {head[5]}", *(f"  {problem.text(lang)};{problem.help(lang)}" for problem in result.problems)]
    return "\n".join(lines)


def _line(result: Result, answer: Answer, lang: str) -> str:
    pack = result.pack.compiled
    title = names.thing(pack, answer.decision, lang)
    if answer.status != "unknown":
        return f"  {title}:{names.outcome(pack, answer.decision, answer.value, lang)}"
    return "  " + words.claim(pack, answer, lang)


def _advice(pack: Any, item: Any, lang: str) -> str:
    own = pack.words.get(item.ids[0])
    said = (getattr(own, f"says_{lang}") or getattr(own, lang)) if own else item.ids[0]
    mark = URGENCY[item.urgency][lang]
    if item.question:
        mark = "待问" if lang == "zh" else "question"
    cites = ",".join(dict.fromkeys(row for one in item.ids for row in pack.words[one].cite)) if own else ""
    drug = (
        f" ({item.form.drug_class}: start {item.start or '–'}, continue {item.go_on or '–'})"
        if item.form.drug_class
        else ""
    )
    return f"  [{mark}] {said}{drug} 〔{cites}〕"
