"""`sangao list`: a work list over a cohort, for the people who do the work."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sangao.engine.chart import Chart, today
from sangao.engine.cli import worklist
from sangao.engine.cli.cohort import Doubles, of_chart, open_cohort
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import Lang, desk, ending
from sangao.engine.cli.diff import YES_NO
from sangao.engine.cli.files import formed, rejecting, write
from sangao.engine.cli.options import Format, Language, On, Overlays, Strict
from sangao.engine.cli.shelf import found, opened
from sangao.engine.cli.summary import WIDTH, progress
from sangao.engine.errors import Problem
from sangao.engine.explain import names
from sangao.engine.guide import Pack
from sangao.engine.placed import targets
from sangao.engine.rules.worklists import ListDoc, read_list
from sangao.engine.run.listing import NEVER, Listed, Lister, Person


def list_(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="名单名称或文件;不写则列出全部 · list or file; none: all")] = None,
    cohort: Annotated[
        Path | None,
        typer.Argument(help="人群:病历文件夹、.ndjson、.json 或表格 · folder, lines, list or table of charts"),
    ] = None,
    mapping: Annotated[Path | None, typer.Option("--map", help="表格的列映射 · which column is which fact")] = None,
    on: On = None,
    period: Annotated[
        str | None, typer.Option("--period", help="抽样的统计期,如 2026Q1 · the period a sample is drawn for")
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="每组抽取人数 · how many of each group are drawn")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写入 .csv 或 .json · where to write the list")] = None,
    rejects: Annotated[Path | None, typer.Option(help="被拒数值表 · refused values and charts, CSV")] = None,
    overlays: Overlays = None,
    doubles: Annotated[
        Doubles, typer.Option("--doubles", help="同一人多份病历:merge|first|refuse · charts of one person")
    ] = "merge",
    lang: Language = "zh",
    form: Format = "text",
    strict: Strict = False,
) -> None:
    """列出工作名单 · List the people to see, remind, refer or check."""
    with ending(lang, form):
        here = desk(context)
        if name is None or cohort is None:
            for path in here.work_lists() if name is None else [found(name, here.work_lists(), "worklist.unknown")]:
                doc = opened(path, read_list)
                typer.echo(f"{doc.id:28} {getattr(doc.title, lang)}")
            return
        targets(rejects)
        formed(out)
        doc = opened(found(name, here.work_lists(), "worklist.unknown"), read_list)
        pack = here.pack(str(doc.pack), overlays or ())
        when = day(on)
        people = open_cohort(here.hook, cohort, mapping, when, pack.compiled.dictionary, doubles)
        lister = Lister(pack.compiled, worklist.plan(doc, period or quarter(), sample))
        with (
            rejecting(rejects, out) as refused,
            progress(people.total, lang, "列名单" if lang == "zh" else "listing") as seen,
        ):

            def charts() -> Any:
                for key, chart in people.charts(refused):
                    yield key, chart
                    seen(1)

            def notice(key: str, chart: Chart, problems: Sequence[Problem]) -> None:
                for one in of_chart(key, chart, problems):
                    refused(one)

            result = lister.listed(charts(), notice)
        told = to_dict(doc, pack, result, refused.count)
        if out is not None:
            write(out, to_csv(doc, pack, result, lang) if out.suffix.lower() == ".csv" else _json(told))
        if form == "json":
            typer.echo(_json(told), nl=False)
        else:
            show(doc, pack, result, refused.count, lang)
        if strict and (refused.count or people.doubled):
            raise typer.Exit(1)


def quarter() -> str:
    """Return the quarter of today, which a quarterly sample is drawn for."""
    now = today()
    return f"{now.year}Q{(now.month + 2) // 3}"


def heads(doc: ListDoc, pack: Pack, lang: Lang) -> list[str]:
    """Return the names of the columns."""
    facts, words = pack.compiled.dictionary.facts, pack.compiled.words
    made = []
    for one in doc.shows:
        own = one.name or words.get(str(one.of)) or facts.get(str(one.of))
        made.append(str(getattr(own, lang)) if own is not None else str(one.of))
    return made


def cell(pack: Pack, name: str, value: Any, lang: Lang) -> str:
    """Return a value as people read it; what is not known is said to be."""
    if value is None:
        return "未知" if lang == "zh" else "unknown"
    if isinstance(value, list):
        return ("、" if lang == "zh" else ", ").join(cell(pack, name, one, lang) for one in value) or "—"
    if isinstance(value, dict) and "at_least" in value:
        more = "(其余未知)" if lang == "zh" else " (the rest unknown)"
        return cell(pack, name, value["at_least"], lang) + more
    if isinstance(value, dict):
        return f"{value['number']} {names.unit(value['unit'], lang)}".strip()
    if value == NEVER:
        return "未做" if lang == "zh" else "never"
    code = str(value).lower() if isinstance(value, bool) else str(value)
    words = pack.compiled.words.get(f"{name}={code}") or pack.compiled.words.get(f"{name}/{code}")
    if words is not None and getattr(words, lang):
        return str(getattr(words, lang))
    fact = pack.compiled.dictionary.facts.get(name)
    if fact is not None and code in fact.values and len(fact.value_names) == len(fact.values):
        return fact.value_names[fact.values.index(code)][lang == "en"]
    return YES_NO.get((code, lang), code)


def show(doc: ListDoc, pack: Pack, result: Listed, refused: int, lang: Lang) -> None:
    """Print a list: the people, those of whom it is not known, the totals."""
    console = Console(width=None if Console().is_terminal else WIDTH, highlight=False)
    zh = lang == "zh"
    table = Table(title=getattr(doc.title, lang), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for head in ["编号" if zh else "key", *heads(doc, pack, lang)]:
        table.add_column(head, overflow="fold")
    for person in result.people:
        table.add_row(*_cells(doc, pack, person, lang))
    if result.unsure and doc.unsure == "apart":
        table.add_section()
        table.add_row("资料不足,需核实:" if zh else "not known, to be asked:")
        for person in result.unsure:
            table.add_row(*_cells(doc, pack, person, lang))
    console.print(table)
    for one in doc.shows:
        if one.total is not None:
            name = heads(doc, pack, lang)[list(doc.shows).index(one)]
            console.print(f"{name}{'合计' if zh else ', total'}: {result.totals[str(one.of)]}", markup=False)
    counts = len(result.people), len(result.unsure), result.looked_at, refused
    said = (
        "在名单 {} 人,不明 {} 人,共看 {} 人,拒收 {} 项" if zh else "listed {}, not known {}, looked at {}, refused {}"
    )
    console.print(said.format(*counts))
    if doc.exclusion is not None and result.excluded:
        why = getattr(pack.compiled.words[str(doc.exclusion)], lang)
        console.print(
            f"{why}:{result.excluded} 人,不列入" if zh else f"{why}: {result.excluded}, left out", markup=False
        )
    if doc.note is not None:
        console.print(str(getattr(doc.note, lang)), markup=False)


def _cells(doc: ListDoc, pack: Pack, person: Person, lang: Lang) -> list[str]:
    return [person.key, *(cell(pack, str(one.of), person.told[str(one.of)], lang) for one in doc.shows)]


def to_csv(doc: ListDoc, pack: Pack, result: Listed, lang: Lang) -> str:
    """Return a list as a table; `listed` says whether the person is on it or only may be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", "on", "listed", *heads(doc, pack, lang)])
    unsure = result.unsure if doc.unsure == "apart" else []
    for people, word in ((result.people, "yes"), (unsure, "unknown")):
        for person in people:
            key, *cells = _cells(doc, pack, person, lang)
            writer.writerow([key, person.on.isoformat(), word, *cells])
    return text.getvalue()


def to_dict(doc: ListDoc, pack: Pack, result: Listed, refused: int) -> dict[str, Any]:
    """Return a list as `sangao.list/1`."""
    return {
        "schema": "sangao.list/1",
        "list": doc.id,
        "title": {"zh": str(doc.title.zh), "en": str(doc.title.en)},
        "pack": {"id": pack.id, "edition": pack.edition, "hash": pack.hash},
        "people": [_told(doc, person) for person in result.people],
        "unsure": [_told(doc, person) for person in result.unsure],
        "totals": result.totals,
        "looked_at": result.looked_at,
        "excluded": result.excluded,
        "refused": refused,
        "cites": [str(row) for row in doc.cite],
    }


def _told(doc: ListDoc, person: Person) -> dict[str, Any]:
    told = {str(one.of): person.told[str(one.of)] for one in doc.shows}
    return {"key": person.key, "on": person.on.isoformat(), "provisional": person.provisional, "told": told}


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
