"""A difference in words: what the log holds, what was answered now, and the rule behind each side."""

import json
from collections.abc import Mapping
from typing import Any

from sangao.engine.answer import Result
from sangao.engine.explain import names, page, words
from sangao.engine.guide import Pack
from sangao.engine.pack import ir

Claim = Mapping[str, Any]


def decision(
    old: Pack | None, name: str, was: Claim, now: Claim | None, result: Result, then: Result | None, lang: str
) -> str:
    """Return a changed decision as a sentence. `old` has words for what the log holds; `then` is its result on the
    same chart where rules may have changed since, None where they cannot.
    """
    zh = lang == "zh"
    new = result.pack
    title = _title([new] if old is None else [new, old], name, lang)
    before = claimed(old, name, was, lang)
    if now is None:
        none = f"规则包 {new.id} 没有这一判断" if zh else f"the pack {new.id} has no such decision"
        return f"{title}:当时{before};{none}" if zh else f"{title}: then {before}; {none}"
    after = claimed(new, name, now, lang)
    said = f"{title}:当时{before},现在{after}" if zh else f"{title}: then {before}, now {after}"
    if before == after:
        said = f"{title}:仍为{after},可能的范围不同" if zh else f"{title}: still {after}, what is possible differs"
    first, second = (because(one, name, lang) if one is not None else "" for one in (then, result))
    if first == second:
        return said + ((f";依据相同:{first}" if zh else f"; for the same reason: {first}") if first else "")
    for when, why in (("当时依据" if zh else "then because", first), ("现在依据" if zh else "now because", second)):
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


def claimed(pack: Pack | None, name: str, claim: Claim, lang: str) -> str:
    """Return a claim of the log in words, in codes where no pack has words for it."""
    zh = lang == "zh"
    status = names.STATUS.get(str(claim.get("status")), {}).get(lang, "?")

    def worded(given: Any) -> str:
        if pack is None or name not in pack.compiled.decisions or not _a_value(given):
            return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return names.outcome(pack.compiled, name, names.value_of(given), lang)

    if claim.get("status") != "unknown":
        return f"{worded(claim.get('value'))}({status})" if zh else f"{worded(claim.get('value'))} ({status})"
    parts = [status]
    for key, said in (("at_least", "至少" if zh else "at least"), ("at_most", "至多" if zh else "at most")):
        if claim.get(key) not in (None, []):
            parts.append(f"{said} {worded(claim[key])}")
    possible = claim.get("possible")
    if isinstance(possible, list) and possible:
        parts.append(("可能 " if zh else "possibly ") + " / ".join(map(worded, possible)))
    return ("," if zh else ", ").join(parts)


def _a_value(given: Any) -> bool:
    """Return whether a value of the log has the shape of one: what was tampered with may hold anything."""
    if isinstance(given, Mapping):
        return given.keys() == {"number", "unit"}
    return isinstance(given, str | bool) or (isinstance(given, list) and all(isinstance(one, str) for one in given))


def advice(old: Pack | None, name: str, was: Claim | None, now: Claim | None, result: Result, lang: str) -> str:
    """Return a changed advice as a sentence."""
    title = _title([result.pack] if old is None else [result.pack, old], name, lang)
    before, after = (_side(one, lang) for one in (was, now))
    if lang == "zh":
        return f"建议“{title}”:当时{before},现在{after}"
    return f'advice "{title}": then {before}, now {after}'


def _side(found: Claim | None, lang: str) -> str:
    if found is None:
        return "无" if lang == "zh" else "none"
    parts = [page.URGENCY.get(str(found.get("urgency")), {}).get(lang, "?")]
    if found.get("question"):
        parts.append("待问" if lang == "zh" else "a question")
    permission = found.get("permission")
    if isinstance(permission, Mapping):
        for verb, one in ((page.STARTING, permission.get("start")), (page.GOING_ON, permission.get("continue"))):
            if one is not None:
                parts.append(f"{verb[lang]} {page.PERMISSION.get(str(one), {}).get(lang, '?')}")
    parts.append(names.STATUS.get(str(found.get("status")), {}).get(lang, "?"))
    return ("、" if lang == "zh" else ", ").join(parts)


def _title(packs: list[Pack], name: str, lang: str) -> str:
    for pack in packs:
        if getattr(pack.compiled.words.get(name, ir.Words()), lang):
            return names.thing(pack.compiled, name, lang)
    return name
