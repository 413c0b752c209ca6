"""`sangao demo`: one half-filled chart argued through, then a county of 100,000 people who do not exist, stratified."""

import tempfile
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sangao.engine.chart import Chart, day_of
from sangao.engine.cli import county, summary
from sangao.engine.cli.asking import chosen, described
from sangao.engine.cli.carried import Run, carry_out
from sangao.engine.cli.desk import DEFAULT_PACK, desk, ending
from sangao.engine.cli.options import Language
from sangao.engine.explain import names
from sangao.engine.guide import Pack

PATIENT: dict[str, Any] = {
    "patient": {"id": "demo", "sex": "male", "age": 58},
    "on": county.DAY,
    "readings": [
        {"at": "2025-10-06", "facts": {"sbp_office": "152 mmHg", "dbp_office": "94 mmHg"}},
        {"at": "2025-10-20", "facts": {"sbp_office": "158 mmHg", "dbp_office": "96 mmHg"}},
    ],
    "facts": {"smoke_status": "current", "tc": "6.1 mmol/L", "height": "170 cm", "weight": "84 kg"},
    "conditions": [],
    "medications": [],
    "symptoms": [],
    "complete": ["medications"],
}
ASKED = ("htn.grade", "htn.diagnosis", "htn.risk")
# What one more visit brings: nothing already known is touched.
LATER: dict[str, Any] = {
    "readings": [{"at": "2025-10-27", "facts": {"sbp_office": "150 mmHg", "dbp_office": "92 mmHg"}}],
    "facts": {"creatinine": "80 umol/L", "u_protein_24h": "120 mg/24h"},
    "complete": ["medications", "conditions"],
}
STRATIFIED = ("htn.grade", "htn.diagnosis", "htn.risk", "htn.start", "htn.control", "dm.diagnosis", "sangao.tier")
PEOPLE = 100_000


def demo(
    context: typer.Context,
    lang: Language = "zh",
    people: Annotated[int, typer.Option(help="虚构县的人数 · people of the county", min=1)] = PEOPLE,
    keep: Annotated[Path | None, typer.Option(help="把县表和结果留在此文件夹 · keep the tables here")] = None,
) -> None:
    """演示:一名患者,再一个虚构的县 · One patient, then a made-up county."""
    with ending(lang):
        here = desk(context)
        console = Console(highlight=False, width=None if Console().is_terminal else summary.WIDTH)
        pack = here.pack(DEFAULT_PACK)
        patient(console, pack, lang)
        if keep is None:
            with tempfile.TemporaryDirectory(prefix="sangao-demo-") as folder:
                population(console, here.hook, pack, people, Path(folder), lang, kept=False)
        else:
            keep.mkdir(parents=True, exist_ok=True)
            population(console, here.hook, pack, people, keep, lang, kept=True)


# --- one patient ------------------------------------------------------------------------------------------------------
def patient(console: Console, pack: Pack, lang: str) -> None:
    """Print the half-filled chart, what follows from it and why, and what one more visit would settle."""
    zh = lang == "zh"
    chart = Chart.from_dict(PATIENT)
    result = pack.decide_all(chart)
    console.print()
    console.print(
        Rule("[bold]一名患者,病历只填了一半[/]" if zh else "[bold]one patient, a half-filled chart[/]", style="cyan")
    )
    console.print(Padding(_known(pack, chart, lang), (1, 2)))
    for name in (one for one in ASKED if one in pack.decisions):
        answer = result.decisions[name]
        console.print(_argued(pack, answer, lang))
    asked = Text()
    for one in result.ask[:4]:
        fact = names.thing(pack.compiled, one["fact"], lang)
        touched = len(one["settles"])
        asked.append(f"  {fact}", style="bold")
        asked.append(f"  关系到 {touched} 项判断\n" if zh else f"  bears on {touched} decisions\n", style="dim")
    console.print(Text("下一步先问:" if zh else "ask next:", style="bold cyan"))
    console.print(asked)
    later = Chart.from_dict({**PATIENT, "on": "2025-10-27", **_more()})
    after = pack.decide_all(later)
    console.print(
        Text(
            "一周后再来一次,测血压、查肾功能、核对病史之后:"
            if zh
            else "one visit later, with a third pressure, kidney tests and the history gone through:",
            style="bold cyan",
        )
    )
    for name in (one for one in ASKED if one in pack.decisions):
        before, now = result.decisions[name], after.decisions[name]
        line = Text("  ")
        line.append(names.thing(pack.compiled, name, lang))
        line.append("  ")
        line.append(_short(pack, before, lang), style=summary.COLOURS[before.status])
        line.append(" → ")
        line.append(_short(pack, now, lang), style=f"bold {summary.COLOURS[now.status]}")
        console.print(line)
    console.print()


def _more() -> dict[str, Any]:
    return {
        "readings": [*PATIENT["readings"], *LATER["readings"]],
        "facts": {**PATIENT["facts"], **LATER["facts"]},
        "complete": LATER["complete"],
    }


def _known(pack: Pack, chart: Chart, lang: str) -> Table:
    """Return what stands in the chart, reading by reading, and what was never filled in."""
    zh = lang == "zh"
    facts = pack.compiled.dictionary.facts
    found = Table.grid(padding=(0, 2))
    days: dict[str, list[str]] = {}
    for one in chart.readings:
        text = one.value if isinstance(one.value, str) else str(one.value)
        fact = facts[one.fact]
        text = names.value_name(fact, text, lang)
        if fact.id == "age":
            text += " 岁" if zh else " years"
        days.setdefault((one.at or "")[:10], []).append(f"{names.thing(pack.compiled, one.fact, lang)} {text}")
    for at in sorted(days):
        found.add_row(Text(at, style="dim"), Text("  ".join(days[at])))
    note = (
        "病史、症状清单为空(未核对);确认未用药;其余项目空白"
        if zh
        else "history and symptoms: empty lists, not gone through; certainly no drugs; all else is blank"
    )
    found.add_row("", Text(note, style="dim"))
    return found


def _argued(pack: Pack, answer: Any, lang: str) -> Panel:
    colour = summary.COLOURS[answer.status]
    title, *rest = pack.explain(answer, lang=lang).splitlines()
    parts = [Text(title, style="bold")]
    for line in rest:
        head, mark, tail = line.partition(":" if lang == "zh" else ": ")
        text = Text()
        text.append(head + mark, style="cyan")
        text.append(tail)
        parts.append(text)
    status = names.STATUS[answer.status][lang]
    return Panel(
        Group(*parts), title=Text(f" {status} ", style=f"bold {colour}"), title_align="left", border_style=colour
    )


def _short(pack: Pack, answer: Any, lang: str) -> str:
    """Return an answer in a word: its value, or how far it is narrowed down."""
    if answer.status != "unknown":
        value = names.outcome(pack.compiled, answer.decision, answer.value, lang)
        if answer.status == "settled":
            return value
        status = names.STATUS[answer.status][lang]
        return f"{value}({status})" if lang == "zh" else f"{value} ({status})"
    if answer.at_least is not None and not isinstance(answer.at_least, tuple):
        least = names.outcome(pack.compiled, answer.decision, answer.at_least, lang)
        return f"未知(至少{least})" if lang == "zh" else f"unknown (at least {least})"
    return names.STATUS["unknown"][lang]


# --- a county ---------------------------------------------------------------------------------------------------------
def population(console: Console, hook: Any, pack: Pack, people: int, folder: Path, lang: str, kept: bool) -> None:
    """Make the county, stratify it with a bar, and print what it came to."""
    zh = lang == "zh"
    table, out = folder / "county.csv", folder / "answers.csv"
    title = f"一个虚构的县:{people:,} 人" if zh else f"a county that does not exist: {people:,} people"
    console.print(Rule(f"[bold]{title}[/]", style="cyan"))
    with summary.progress(people, lang, "生成" if zh else "making it up") as moved:
        county.write(table, people, moved=moved)
    columns = hook.read_columns(source=table, mapping=county.MAPPING)
    bound = columns.bind(pack.compiled.dictionary, None)
    found = day_of(county.DAY)
    assert found is not None
    questions = chosen([pack], [name for name in STRATIFIED if name in pack.decisions])
    aside = folder / "answers.csv.rejects.csv"
    meta = {"key": columns.key, **described([pack], questions)}
    run = Run([pack], questions, bound, columns.total, meta, out, aside, {}, restart=True)
    started = perf_counter()
    with summary.progress(columns.total, lang) as moved:
        tally = carry_out(run, moved)
    seconds = perf_counter() - started
    console.print()
    console.print(summary.table(tally, lang))
    for line in summary.lines(tally, lang):
        console.print(line, soft_wrap=True)
    rate = tally.rows / max(seconds, 0.001)
    end = f"用时 {seconds:.1f} 秒,每秒 {rate:,.0f} 人" if zh else f"{seconds:.1f} s, {rate:,.0f} people a second"
    console.print(f"\n[bold]{end}[/bold]")
    if kept:
        console.print(f"{table}\n{out}\n{aside}", style="dim", soft_wrap=True)
