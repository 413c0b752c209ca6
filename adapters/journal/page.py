"""A replay as a page of text: what came out otherwise, entry by entry, and how much stayed as it was."""

from collections.abc import Sequence

from sangao.adapters.journal import feedback
from sangao.adapters.journal.entry import Row
from sangao.adapters.journal.replay import Replayed, Under

HEADS = {
    "zh": (
        "按当时的规则包 {}:",
        "按今天的规则包 {}:",
        "共 {} 条:{} 条不变,{} 条有变化,{} 条不能重问或不一致",
        "第 {} 条",
        "还有条目未看,用 --most 或 --since 再看",
        "用户:",
    ),
    "en": (
        "under the pack of that time {}:",
        "under today's pack {}:",
        "{} entries: {} unchanged, {} changed, {} that could not be asked or did not repeat",
        "entry {}",
        "there are more entries: use --most or --since",
        "the user: ",
    ),
}

OUTCOME = {"accepted": {"zh": "采纳", "en": "accepted"}, "overridden": {"zh": "未采纳", "en": "overridden"}}


def text(found: Sequence[Replayed], more: bool, lang: str) -> str:
    """Return the page in `zh` or `en`; entries that stayed as they were are only counted, `more` were not looked at."""
    heads = HEADS[lang]
    lines: list[str] = []
    wrong = sum(bool(one.problems) for one in found)
    changed = sum(not one.problems and one.today is not None and bool(one.today.changes) for one in found)
    for one in found:
        told = [*_under(one.own, heads[0], lang), *_under(one.today, heads[1], lang)]
        told += [f"  ! {problem.text(lang)};{problem.help(lang)}" for problem in one.problems]
        if told:
            draft = one.row.draft
            lines += [f"■ {heads[3].format(one.row.seq)} · {draft.time[:19]}Z · {draft.service} · {draft.subject}"]
            lines += [*told, *(f"  {heads[5]}{_made(given, lang)}" for given in one.feedback), ""]
    lines += [heads[2].format(len(found), len(found) - wrong - changed, changed, wrong)]
    return "\n".join([*lines, heads[4]] if more else lines)


def _under(one: Under | None, head: str, lang: str) -> list[str]:
    if one is None or not one.changes:
        return []
    at = 0 if lang == "zh" else 1
    return [
        "  " + head.format(f"{one.pack} {one.hash[:12]}"),
        *(f"    {change.says[at]}" for change in one.changes),
    ]


def _made(given: Row, lang: str) -> str:
    """Return what a user made of an answer: the outcome and, where it is a text, the reason."""
    said = feedback.told(given)
    outcome = OUTCOME.get(str(said["outcome"]), {}).get(lang, str(said["outcome"]))
    detail = said["detail"] if isinstance(said["detail"], dict) else {}
    reason = detail.get("comment") or detail.get("reason")
    if isinstance(reason, dict):
        reason = reason.get("display") or reason.get("code")
    if not isinstance(reason, str):
        return outcome
    return f"{outcome}({reason})" if lang == "zh" else f"{outcome} ({reason})"
