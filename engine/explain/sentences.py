"""Every sentence of a set of packs on one page, to be read against the sources by somebody who did not write them."""

from collections.abc import Iterable, Iterator
from typing import Any

from sangao.engine.explain import rule
from sangao.engine.pack import ir

HEAD = """# 全部规则句子

由 `sangao check --sentences` 写成，勿手工修改。每条:句子 → 结论〔依据〕。同一判断在多个规则包中句子相同者只列一次。
"""


def page(packs: Iterable[ir.Pack]) -> str:
    """Return the Chinese sentences of the decisions of the packs (Markdown): title, rows, advice, what if unknown.

    A decision that stands in several packs with the same words is listed once, where it is met first.
    """
    lines, seen = [HEAD], set()
    for pack in packs:
        mine: list[str] = []
        for decision in pack.decisions.values():
            said = tuple(_said(rule.rule(pack, decision)))
            if decision.hidden or (decision.id, said) in seen:
                continue
            seen.add((decision.id, said))
            mine += ["", *said]
        if mine:
            lines += [f"## {pack.meta.zh} `{pack.meta.id}`", *mine, ""]
    return "\n".join(lines).rstrip() + "\n"


def _said(found: dict[str, Any]) -> Iterator[str]:
    yield f"### {found['title']['zh']} `{found['id']}`"
    yield ""
    named = {one["code"]: one["zh"] for one in found["outcomes"]}
    told = set()  # an exception under two others stands there twice and is read once
    for part in found["parts"]:
        says = part["says"]["zh"] or part["name"]["zh"] or part["id"]
        if part["then"] and "→" not in says:
            says += f" → {named[part['then']]}"
        name = part["name"]["zh"]
        line = f"* {f'{name}:' if name and name != says else ''}{says}{_rows(part['cites'] or found['cites'])}"
        if line not in told:
            told.add(line)
            yield line
    if found["text"]:
        yield f"* 告知:{found['text']['zh']}{_rows(found['cites'])}"
    if found["when_unknown"]:
        yield f"* 资料不足时:{found['when_unknown']['zh']}"


def _rows(cites: Iterable[dict[str, Any]]) -> str:
    rows = "、".join(dict.fromkeys(str(one["row"]) for one in cites))
    return f"〔{rows}〕" if rows else ""
