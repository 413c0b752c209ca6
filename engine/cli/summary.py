"""How a run over many patients looks: the bar while it runs, the table when it is done."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from sangao.engine.cli.extras import Extras
from sangao.engine.cli.grouped import TOTAL, WITHHELD, Grouped, to_dict
from sangao.engine.cli.grouped import name as word
from sangao.engine.cli.moved import WORDS, Moves
from sangao.engine.cli.tally import Tally
from sangao.engine.errors import Problem, catalogue
from sangao.engine.explain import names

WIDTH = 120  # where the output is no terminal
GROUPS, GROUPED = 60, 8  # groups and questions up to which counts by group are printed
MOVES = 6  # moves of one decision that are printed
COLOURS = {"settled": "green", "provisional": "yellow", "unknown": "red"}


class _Rate(ProgressColumn):
    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang

    def render(self, task: Task) -> Text:
        """Return rows a second."""
        unit = "行/秒" if self.lang == "zh" else "rows/s"
        return Text(f"{task.speed or 0:,.0f} {unit}", style="cyan")


@contextmanager
def progress(total: int | None, lang: str, label: str = "") -> Iterator[Callable[[int], None]]:
    """Show a bar with rows, rate and time left on standard error; silent when that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda rows: None
        return
    left = "剩余" if lang == "zh" else "left"
    columns = (
        TextColumn(label or ("分层" if lang == "zh" else "stratifying")),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        _Rate(lang),
        TimeRemainingColumn(compact=True),
        TextColumn(left, style="dim"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda rows: bar.update(task, advance=rows)


def show(tally: Tally, out: Path, rejects: Path, lang: str, form: str, extras: Extras | None = None) -> None:
    """Print what a run came to, as a page or as JSON."""
    if form == "json":
        found = {"schema": "sangao.stratified/1", "out": str(out), "rejects": str(rejects), **tally.to_dict()}
        if extras is not None and extras.tables is not None:
            found["groups"] = to_dict(tally, extras.tables)
        if extras is not None and extras.moves is not None:
            found["previous"] = extras.moves.to_dict()
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(table(tally, lang))
    for line in lines(tally, lang):
        console.print(line, soft_wrap=True)
    zh = lang == "zh"
    for one in extras.tables or () if extras is not None else ():
        if len(one.groups) <= GROUPS and len(tally.questions) <= GROUPED:
            console.print(by_group(tally, one, lang))
    if extras is not None and extras.moves is not None:
        for line in moves(tally, extras.moves, lang):
            console.print(line, soft_wrap=True)
    files = [("结果" if zh else "answers", out), ("被拒" if zh else "refused", rejects)]
    files += [("另有" if zh else "further", path) for path in (extras.paths if extras is not None else ())]
    for label, path in files:
        console.print(f"{label}  {path}", soft_wrap=True, style="dim")


def by_group(tally: Tally, counted: Grouped, lang: str) -> Table:
    """Return the counts of one question by group as a table; what is withheld is a star."""
    zh = lang == "zh"
    found = Table(box=None, pad_edge=False, header_style="bold", title=tally.title(counted.question, lang))
    found.title_justify = "left"
    found.add_column("组" if zh else "group", overflow="fold")
    for cell in (*counted.cells, TOTAL):
        found.add_column(word(tally, counted.question, cell, lang), justify="right", overflow="fold")
    labels = [*(one or ("未填" if zh else "blank") for one in counted.groups), "合计" if zh else "all"]
    for row, label in enumerate(labels):
        numbers = [counted.shown(row, column) for column in range(len(counted.cells) + 1)]
        found.add_row(Text(label), *(WITHHELD if one is None else f"{one:,}" for one in numbers))
    return found


def moves(tally: Tally, found: Moves, lang: str) -> Iterator[str]:
    """Yield who moved since an earlier run, the commonest moves of each decision."""
    zh = lang == "zh"
    yield ""
    numbers = (found.people, found.new, found.gone, found.repeated)
    first = "与上次相比:{:,} 人可比,新增 {:,} 人,不再出现 {:,} 人,标识重复而未比 {:,} 个"
    other = "since the earlier run: {:,} people compared, {:,} new, {:,} gone, {:,} repeated keys not compared"
    yield f"[bold]{(first if zh else other).format(*numbers)}[/bold]"
    by_name = {question.name: i for i, question in enumerate(tally.questions)}
    for name, counted in found.counts().items():
        if not counted:
            continue
        yield f"{tally.title(by_name[name], lang)}"
        for (before, after, why), number in counted.most_common(MOVES):
            yield f"  {number:>9,}  {said(tally, by_name[name], before, lang)} → " + (
                f"{said(tally, by_name[name], after, lang)}  [dim]{WORDS[why][not zh]}[/dim]"
            )


def said(tally: Tally, i: int, value: str, lang: str) -> str:
    """Return the value of an answer table in words; nothing is unknown."""
    if not value:
        return names.STATUS["unknown"][lang]
    outcome = tally.decision(i).outcome
    question = tally.questions[i]
    pack = tally.packs[question.pack].compiled
    if outcome.kind in ("number", "date"):
        return f"{value} {names.unit(outcome.unit, lang)}".strip()
    parts: Any = tuple(value.split(";")) if outcome.kind == "set" else value
    return names.outcome(pack, question.decision, value == "true" if outcome.kind == "bool" else parts, lang)


def table(tally: Tally, lang: str) -> Table:
    """Return the counts per decision as a table."""
    zh = lang == "zh"
    found = Table(
        box=None, pad_edge=False, header_style="bold", row_styles=["", "dim"] if len(tally.questions) > 12 else [""]
    )
    found.add_column("判断" if zh else "decision", overflow="fold", ratio=3)
    for status, colour in COLOURS.items():
        found.add_column(names.STATUS[status][lang], justify="right", style=colour, no_wrap=True)
    found.add_column("结果分布" if zh else "outcomes", overflow="fold", ratio=5)
    for i in range(len(tally.questions)):
        states = [f"{one:,}" for one in tally.by_status(i).values()]
        found.add_row(tally.title(i, lang), *states, spread(tally, i, lang))
    return found


def spread(tally: Tally, i: int, lang: str) -> str:
    """Return the outcomes of one question with their counts, as words."""
    question = tally.questions[i]
    pack = tally.packs[question.pack].compiled
    outcome = pack.decisions[question.decision].outcome
    parts = []
    for code, number in tally.outcomes(i).items():
        if not number:
            continue
        if outcome.kind in ("number", "date"):
            name = f"{code} {names.unit(outcome.unit, lang)}".strip()
        else:
            value = code == "true" if outcome.kind == "bool" else (code,) if outcome.kind == "set" else code
            name = names.outcome(pack, question.decision, value, lang)
        parts.append(f"{name} {number:,}")
    return " · ".join(parts) or "—"


def lines(tally: Tally, lang: str) -> Iterator[str]:
    """Yield the sentences below the table: rows, refused values by reason, notes, what to collect first."""
    zh = lang == "zh"
    yield ""
    first = (
        f"共 {tally.rows:,} 行,已判断 {tally.answered:,} 行"
        if zh
        else f"{tally.rows:,} rows, {tally.answered:,} answered"
    )
    if tally.resumed:
        first += (
            f",其中 {tally.resumed:,} 行在中断前已完成" if zh else f", {tally.resumed:,} of them before it was stopped"
        )
    yield f"[bold]{first}[/bold]"
    for problem in tally.problems():
        yield f"{problem.text(lang)}\n  {problem.help(lang)}  [dim]{problem.code}[/dim]"
    said = catalogue()
    if tally.codes:
        yield (f"未采用的数值 {tally.rejected:,} 个:" if zh else f"{tally.rejected:,} values not used:")
        for code, number in tally.codes.most_common():
            yield f"  {number:>9,}  {plain(said[code].zh if zh else said[code].en)}  [dim]{code}[/dim]"
    for code, number in tally.notes.most_common():
        yield f"  {number:>9,}  [dim]{noted(code, tally, lang)}  {code}[/dim]"
    found, patients, looked = tally.costly()
    if found:
        head = (
            f"最值得补充的数据(抽样估计:{patients} 人的 {looked} 个未知结果)"
            if zh
            else f"most worth collecting (an estimate: {looked} unknown answers of {patients} sampled patients)"
        )
        yield head
        for fact, number in found:
            pack = next(one.compiled for one in tally.packs if fact in one.compiled.dictionary.facts)
            share = f"{number * 100 // max(looked, 1)}%"
            yield f"  {share:>9}  {names.thing(pack, fact, lang)}"


def noted(code: str, tally: Tally, lang: str) -> str:
    """Return a note that rows have in common: of which pack or overlay the day of the chart is none."""
    parts: list[dict[str, Any]] = []
    for pack in tally.packs:
        meta = pack.compiled.meta
        if code == "chart.outside_overlay":
            parts += [{"overlay": one.id, "start": one.start, "until": one.until} for one in meta.overlays]
        elif code == "chart.outside_edition" and (meta.start or meta.end):
            parts.append({"pack": meta.id, "start": meta.start or "—", "end": meta.end or "—"})
    said = catalogue()[code]
    if not parts:
        return plain(said.zh if lang == "zh" else said.en)
    either = " 或:" if lang == "zh" else " or: "
    return either.join(dict.fromkeys(Problem(code, parts=one).text(lang) for one in parts))


def plain(template: str) -> str:
    """Return a message of the catalogue without its parts, as a kind of problem.

    >>> plain("`{fact}` 的数值不可能,已拒绝,按未知处理")
    '某项的数值不可能,已拒绝,按未知处理'
    """
    zh = any("\u4e00" <= one <= "\u9fff" for one in template)
    found = template.replace("`{fact}`", "某项" if zh else "a fact")
    for part in (
        "zh",
        "en",
        "formula",
        "list",
        "pack",
        "group",
        "sibling",
        "start",
        "end",
        "found",
        "wanted",
        "status",
        "key",
    ):
        found = found.replace(f"`{{{part}}}`", "…").replace(f"{{{part}}}", "…")
    return re.sub(r"[:：(]\s*(像是 |it fits )?…\)?", "", found).replace(" 的", "的").replace(" ;", ";")
