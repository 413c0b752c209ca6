"""A rule as people read it: what is asked, what can be answered, every row as a sentence with its source."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sangao.engine import quantity
from sangao.engine.explain import names
from sangao.engine.explain.argument import backing
from sangao.engine.explain.words import source
from sangao.engine.pack import ir
from sangao.engine.run.cones import walk

FORMS = {
    "Table": {"zh": "表", "en": "table"},
    "Tree": {"zh": "默认与例外", "en": "default and exceptions"},
    "Criteria": {"zh": "条目", "en": "criteria"},
    "Score": {"zh": "评分", "en": "score"},
    "Advice": {"zh": "建议", "en": "advice"},
}
HITS = {
    "highest": {"zh": "取最高一级", "en": "the highest row that matches"},
    "unique": {"zh": "只有一行符合", "en": "exactly one row matches"},
    "first": {"zh": "取第一个符合的行", "en": "the first row that matches"},
    "collect": {"zh": "取全部符合的行", "en": "all rows that match"},
}


def rule(pack: ir.Pack, decision: ir.Decision) -> dict[str, Any]:
    """Return a decision as data: titles, outcomes in order, inputs, parts with sentence, outcome and citations."""
    own = pack.words.get(decision.id, ir.Words())
    form = decision.form
    return {
        "id": decision.id,
        "title": {"zh": own.zh, "en": own.en},
        "pack": pack.meta.id,
        "edition": pack.meta.edition,
        "form": type(form).__name__.lower(),
        "hit": form.hit if isinstance(form, ir.Table) else None,
        "need": form.need if isinstance(form, ir.Criteria) and decision.outcome.kind == "bool" else None,
        "outcomes": [_named(pack, decision, code) for code in decision.outcome.codes],
        "ordered": decision.outcome.ordered,
        "unit": decision.outcome.unit or None,
        "inputs": [_input(pack, decision.id, column) for column in form.inputs] if isinstance(form, ir.Table) else [],
        "parts": [_part(pack, decision, *one) for one in parts(decision)],
        "asks": list(decision.asks),
        "must_ask": list(decision.must_ask),
        "when_unknown": {"zh": own.unknown_zh, "en": own.unknown_en} if own.unknown_zh else None,
        "text": {lang: names.plain(pack, own, lang) for lang in ("zh", "en")} if isinstance(form, ir.Advice) else None,
        "cites": backing(pack, own),
        "about": list(own.about),
        "promises": [one.text for one in pack.promises if one.decision == decision.id],
        "cases": sum(case.decide == decision.id for case in pack.cases),
        "place": own.place,
    }


def brief(pack: ir.Pack, decision: ir.Decision) -> dict[str, Any]:
    """Return what a list of decisions tells of one: id, titles, what it answers with."""
    own = pack.words.get(decision.id, ir.Words())
    return {
        "id": decision.id,
        "title": {"zh": own.zh, "en": own.en},
        "pack": pack.meta.id,
        "form": type(decision.form).__name__.lower(),
        "outcomes": [_named(pack, decision, code) for code in decision.outcome.codes],
        "unit": decision.outcome.unit or None,
    }


def parts(decision: ir.Decision) -> Iterator[tuple[str, str | None, int, tuple[str, ...], Any]]:
    """Yield the parts of a decision: id, outcome, depth, the siblings it goes before, and the part itself."""
    codes = decision.outcome.codes or ("false", "true")
    match decision.form:
        case ir.Table(_, _, rows):
            for row in rows:
                yield row.id, codes[row.then], 0, (), row
        case ir.Tree(root):
            yield from _branches(root, codes, 0)
        case ir.Criteria(items):
            for item in items:
                yield item.id, None, 0, (), item
        case ir.Score(scored, _):
            for points in scored:
                yield points.id, None, 0, (), points
            for code in decision.outcome.codes:
                yield code, code, 0, (), None
        case ir.Advice():
            yield "when", None, 0, (), decision.form


def _branches(
    node: ir.Branch, codes: tuple[str, ...], depth: int
) -> Iterator[tuple[str, str | None, int, tuple[str, ...], Any]]:
    yield node.id, codes[node.then] if isinstance(node.then, int) else None, depth, node.over, node
    for one in node.exceptions:
        yield from _branches(one, codes, depth + 1)


def _named(pack: ir.Pack, decision: ir.Decision, code: str) -> dict[str, str]:
    words = pack.words.get(f"{decision.id}={code}") or pack.words.get(f"{decision.id}/{code}") or ir.Words()
    yes = names.TRUTH[code == "true"] if decision.outcome.kind == "bool" else {"zh": code, "en": code}
    return {"code": code, "zh": words.zh or yes["zh"], "en": words.en or yes["en"]}


def _input(pack: ir.Pack, decision: str, column: ir.Input) -> dict[str, str]:
    words = pack.words.get(f"{decision}:{column.name}", ir.Words(column.name, column.name))
    return {"name": column.name, "zh": words.zh, "en": words.en}


def _part(
    pack: ir.Pack, decision: ir.Decision, id: str, then: str | None, depth: int, over: tuple[str, ...], part: Any
) -> dict[str, Any]:
    words = pack.words.get(f"{decision.id}/{id}", ir.Words())
    cells = None
    if isinstance(part, ir.Row) and isinstance(decision.form, ir.Table):
        columns = zip(decision.form.inputs, part.cells, strict=True)
        cells = {column.name: cell(pack, column, mask) for column, mask in columns}
    return {
        "id": id,
        "name": {"zh": words.zh, "en": words.en},
        "says": {"zh": words.says_zh, "en": words.says_en},
        "then": then,
        "depth": depth,
        "over": list(over),
        "mode": part.mode if isinstance(part, ir.Row) else None,
        "cells": cells,
        "cites": backing(pack, words),
        "about": list(words.about),
        "place": words.place,
    }


def cell(pack: ir.Pack, column: ir.Input, mask: int | None) -> dict[str, str]:
    """Return a cell of a table in both languages, as bands or names."""
    return {lang: _cell(pack, column, mask, lang) for lang in ("zh", "en")}


def _cell(pack: ir.Pack, column: ir.Input, mask: int | None, lang: str) -> str:
    if mask is None:
        return "-"
    held = [band for band in range(column.bands) if mask >> band & 1]
    joined = "、" if lang == "zh" else ", "
    if column.kind == "bool":
        return joined.join(names.TRUTH[bool(band)][lang] for band in held)
    if column.kind == "code":
        return joined.join(_code(pack, column.expr, band, lang) for band in held)
    step = _step(pack, column.expr)
    runs: list[list[int]] = []
    for band in held:
        if runs and runs[-1][1] == band:
            runs[-1][1] = band + 1
        else:
            runs.append([band, band + 1])
    return joined.join(_range(column, low, high, step) for low, high in runs)


def _range(column: ir.Input, first: int, end: int, step: Fraction) -> str:
    low = quantity.from_grid(column.cuts[first - 1], step) if first else None
    high = quantity.from_grid(column.cuts[end - 1], step) if end <= len(column.cuts) else None
    if low is None:
        return f"<{high}" if high is not None else "-"
    return f"≥{low}" if high is None else f"[{low}..{high})"


def _code(pack: ir.Pack, expr: ir.Expr, at: int, lang: str) -> str:
    if isinstance(expr, ir.Ask):
        return _named(pack, pack.decisions[expr.decision], pack.decisions[expr.decision].outcome.codes[at])[lang]
    assert isinstance(expr, ir.Read)
    leaf = pack.leaves[expr.leaf]
    return names.value_name(pack.dictionary.facts[leaf.facts[0]], leaf.values[at], lang)


def _step(pack: ir.Pack, expr: ir.Expr) -> Fraction:
    """Return the grid of an input: of the finest leaf it reads."""
    steps = [pack.leaves[one.leaf].step for one in walk(expr) if isinstance(one, ir.Read)]
    steps += [pack.decisions[one.decision].outcome.step for one in walk(expr) if isinstance(one, ir.Ask)]
    return min(steps, default=Fraction(1))


# --- text -------------------------------------------------------------------------------------------------------------
def text(pack: ir.Pack, decision: ir.Decision, lang: str = "zh") -> str:
    """Return a decision as a page of text in `zh` or `en`."""
    found = rule(pack, decision)
    colon = ":" if lang == "zh" else ": "
    lines = [f"{found['title'][lang] or decision.id}  ({decision.id}, {found['pack']} {found['edition']})"]
    outcomes = (" < " if found["ordered"] else " / ").join(one[lang] for one in found["outcomes"])
    if outcomes or found["unit"]:
        lines.append(f"{'结论' if lang == 'zh' else 'answers'}{colon}{outcomes or found['unit']}")
    how = FORMS[type(decision.form).__name__][lang]
    if found["hit"]:
        how += f"({HITS[found['hit']][lang]})" if lang == "zh" else f" ({HITS[found['hit']][lang]})"
    if found["need"]:
        how += f"(至少 {found['need']} 条)" if lang == "zh" else f" (at least {found['need']})"
    if found["when_unknown"]:
        how += f"{';资料不足时' if lang == 'zh' else '; when unknown'}{colon}{found['when_unknown'][lang]}"
    lines.append(f"{'形式' if lang == 'zh' else 'form'}{colon}{how}{source(pack, found['cites'], lang)}")
    named = {one["code"]: one[lang] for one in found["outcomes"]}
    for one in found["parts"]:
        lines.append(_line(pack, one, named, lang))
    if found["text"]:
        lines.append(f"{'告知' if lang == 'zh' else 'says'}{colon}{found['text'][lang]}")
    if found["promises"]:
        lines.append(f"{'承诺(已证明)' if lang == 'zh' else 'promises (proved)'}{colon}{'; '.join(found['promises'])}")
    asked = [names.thing(pack, one, lang) for one in found["asks"]]
    if asked:
        lines.append(f"{'取决于' if lang == 'zh' else 'rests on'}{colon}{'、'.join(asked)}")
    lines.append(f"{'病例(本包)' if lang == 'zh' else 'cases (this pack)'}{colon}{found['cases']}    {found['place']}")
    return "\n".join(lines)


def _line(pack: ir.Pack, part: dict[str, Any], named: dict[str, str], lang: str) -> str:
    said = part["says"][lang] or part["name"][lang] or part["id"]
    name = part["name"][lang]
    if name and name != said:
        said = f"{name}{':' if lang == 'zh' else ': '}{said}"
    if part["then"] and "→" not in said:
        said += f" → {named[part['then']]}"
    over = ""
    if part["over"]:
        over = f"(优先于 {'、'.join(part['over'])})" if lang == "zh" else f" (goes before {', '.join(part['over'])})"
    return f"{'  ' * (part['depth'] + 1)}{part['id']}  {said}{over}{source(pack, part['cites'], lang)}"
