"""`sangao diff`: what two packs answer differently, as regions of patients, and how many of a cohort move."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sangao.engine import guide
from sangao.engine.cli.cohort import open_cohort
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import Desk, Lang, desk, ending
from sangao.engine.cli.options import Format, Language
from sangao.engine.cli.summary import WIDTH, progress
from sangao.engine.explain import names
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run import answers

YES_NO = {("true", "zh"): "是", ("true", "en"): "yes", ("false", "zh"): "否", ("false", "en"): "no"}
Moved = dict[str, Counter[tuple[str, str]]]


def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="前一个规则包 · the pack before")],
    second: Annotated[str, typer.Argument(help="后一个规则包 · the pack after")],
    decision: Annotated[
        list[str] | None, typer.Option("--decision", help="只比较这些判断 · only these decisions")
    ] = None,
    on: Annotated[
        Path | None, typer.Option("--on", help="在这批患者上数人数:表格、病历文件夹或文件 · count people of a cohort")
    ] = None,
    mapping: Annotated[Path | None, typer.Option("--map", help="列与项目的映射 · the mapping of a table")] = None,
    at: Annotated[str | None, typer.Option("--at", help="按哪一天判断 · the day to judge by")] = None,
    opened: Annotated[
        bool, typer.Option("--opened", help="展开到病历项目 · open every decision down to what a chart holds")
    ] = False,
    regions: Annotated[int, typer.Option(help="每个判断列出几个区域,0 为全部 · regions shown, 0 = all", min=0)] = 5,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """比较两个版本:答案在哪里不同 · Where two editions differ."""
    with ending(lang, form):
        here = desk(context)
        packs = here.pack(first), here.pack(second)
        found = guide.diff(*packs, decision or (), opened=opened)
        shared = [*found.alike, *(one.decision for one in found.differing)]
        people = moved(here, packs, shared, on, mapping, at, lang) if on is not None else None
        if form == "json":
            typer.echo(json.dumps(told(packs, found, people), ensure_ascii=False, indent=1))
            return
        console = Console(width=None if Console().is_terminal else WIDTH, highlight=False)
        for line in page(packs, found, regions, lang):
            console.print(line, markup=False)
        if people is not None:
            console.print(counted(packs[0].compiled, people, lang))


def moved(
    here: Desk, packs: tuple[Pack, Pack], shared: list[str], on: Path, mapping: Path | None, at: str | None, lang: Lang
) -> Moved:
    """Return, per decision, how many people each pair of answers has; pairs of equal answers are counted too."""
    cohort = open_cohort(here.hook, on, mapping, day(at), packs[0].compiled.dictionary)
    found: Moved = {name: Counter() for name in shared}
    with progress(cohort.total, lang, "比较" if lang == "zh" else "comparing") as advance:
        for _, chart in cohort.charts():
            before, after = (_answers(pack, shared, pack.admit(chart)) for pack in packs)
            for name, left, right in zip(shared, before, after, strict=True):
                found[name][left, right] += 1
            advance(1)
    return found


def _answers(pack: Pack, shared: list[str], admission: Any) -> Iterator[str]:
    opened, assumed = pack.rows.evaluate(admission.open, admission.assumed)
    for name in shared:
        decision = pack.compiled.decisions[name]
        answer = answers.answer(decision, opened[name], assumed[name])
        yield "?" if answer.status == "unknown" else text(answers.as_json(answer.value))


def text(value: Any) -> str:
    """Return a value as one word: a set as its items.

    >>> text(["a", "b"]), text({"number": "5", "unit": "kg"}), text(True), text([])
    ('a + b', '5 kg', 'true', '–')
    """
    if isinstance(value, list):
        return " + ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return f"{value['number']} {value['unit']}".strip()
    return str(value).lower() if isinstance(value, bool) else str(value)


def page(packs: tuple[Pack, Pack], found: Any, most: int, lang: Lang) -> Iterable[str]:
    """Yield the lines of a comparison."""
    zh = lang == "zh"
    yield f"{packs[0].id} {packs[0].edition} → {packs[1].id} {packs[1].edition}"
    if found.otherwise:
        groups = packs[0].compiled.dictionary.groups
        said = "、".join(getattr(groups[one], lang) for one in found.otherwise)
        rule = (
            "同日多次读数的取值规则不同,以下按取得的值比较"
            if zh
            else "readings of a day combine otherwise; by their value"
        )
        yield f"{rule}: {said}"
    for one in found.differing:
        number = f"{len(one.regions)}{'+' if one.more else ''}"
        if not one.regions:
            continue
        yield ""
        yield f"{one.decision} {getattr(one, lang)}: {number} {'个区域' if zh else 'regions'}"
        if one.follows:
            yield f"  {'并随之变化' if zh else 'and with'}: {', '.join(one.follows)}"
        shown = one.regions[:most] if most else one.regions
        for region in shown:
            names_of = [_named(pack.compiled, one.decision, code, lang) for pack, code in _sides(packs, region)]
            yield f"  {names_of[0]} → {names_of[1]}: {getattr(region, lang)}"
        if len(shown) < len(one.regions):
            yield "  … (--regions 0)"
    yield ""
    for one in found.differing:
        if not one.regions:
            yield f"{one.decision} {getattr(one, lang)}: {'随' if zh else 'follows'} {', '.join(one.follows)}"
    yield (f"相同: {len(found.alike)} 个判断" if zh else f"alike: {len(found.alike)} decisions")
    labels = ("仅前者", "仅后者") if zh else ("only before", "only after")
    for label, mine in zip(labels, (found.only_first, found.only_second), strict=True):
        if mine:
            yield f"{label}: {', '.join(mine)}"


def _sides(packs: tuple[Pack, Pack], region: Any) -> Iterable[tuple[Pack, str]]:
    return zip(packs, (region.before, region.after), strict=True)


def _named(pack: ir.Pack, decision: str, code: str, lang: Lang) -> str:
    words = pack.words.get(f"{decision}={code}") or pack.words.get(f"{decision}/{code}")
    return (getattr(words, lang) if words else "") or YES_NO.get((code, lang), code)


def counted(pack: ir.Pack, people: Moved, lang: Lang) -> Table:
    """Return the table of people who move, per decision and pair of answers."""
    zh = lang == "zh"
    table = Table(title="人数变化" if zh else "people who move", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for head in ("判断", "之前", "之后", "人数") if zh else ("decision", "before", "after", "people"):
        table.add_column(head, justify="right" if head in ("人数", "people") else "left", overflow="fold")
    for name, pairs in people.items():
        for (before, after), number in pairs.most_common():
            if before != after:
                unknown = names.STATUS["unknown"][lang]
                cells = (unknown if one == "?" else one for one in (before, after))
                table.add_row(name, *cells, f"{number:,}")
    return table


def told(packs: tuple[Pack, Pack], found: Any, people: Moved | None) -> dict[str, Any]:
    """Return a comparison as data."""
    return {
        "schema": "sangao.diff/1",
        "packs": [{"id": pack.id, "edition": pack.edition, "hash": pack.hash} for pack in packs],
        **asdict(found),
        "people": None
        if people is None
        else {
            name: [{"before": a, "after": b, "people": n} for (a, b), n in pairs.most_common()]
            for name, pairs in people.items()
        },
    }
