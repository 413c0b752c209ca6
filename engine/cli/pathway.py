"""`sangao pathway`: where one patient stands on a pathway: state, tasks done, due and overdue, the next step."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sangao.engine.cli.decide import day, read
from sangao.engine.cli.desk import Lang, desk, ending
from sangao.engine.cli.options import Format, Language, On
from sangao.engine.errors import fail
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run.pathway import Doing, Progress

DEFAULT = "pathway_gates"
UNKNOWN = {"zh": "未知", "en": "unknown"}
HEADS = {
    "zh": ("状态", "任务", "完成情况", "截止日", "负责"),
    "en": ("state", "task", "how it stands", "due by", "who"),
}


def pathway(
    context: typer.Context,
    chart: Annotated[str, typer.Argument(help="病历文件;- 为标准输入 · chart file, - for standard input")],
    packs: Annotated[
        list[str] | None, typer.Option("--pack", help="规则包,默认 pathway_gates · packs, pathway_gates by default")
    ] = None,
    name: Annotated[str | None, typer.Option("--pathway", help="只看这条路径 · only this pathway")] = None,
    on: On = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """患者在路径上的位置与下一步 · Where a patient stands on a path."""
    with ending(lang, form):
        here = desk(context)
        patient = read(here, chart, day(on))
        found = [
            (pack, pack.pathway(id, patient))
            for pack in (here.pack(one) for one in packs or [DEFAULT])
            for id in pack.compiled.pathways
            if name in (None, id)
        ]
        if not found:
            known = "、".join(id for one in packs or [DEFAULT] for id in here.pack(one).compiled.pathways)
            raise fail("host.unknown_pathway", usage=True, name=name or "—", known=known or "—")
        if form == "json":
            shown = [one.to_dict() for _, one in found]
            typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, indent=2))
            return
        for pack, one in found:
            _print(pack, one, lang)


def _print(pack: Pack, one: Progress, lang: Lang) -> None:
    words = _Words(pack.compiled, one.pathway, lang)
    states = " / ".join(words.outcome(one.state.decision, str(code)) for code in one.state.possible)
    console = Console(width=140, highlight=False)
    console.print(f"{words.name(one.pathway.id)}  {one.on.isoformat()}  {states}", markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS[lang]:
        table.add_column(head, overflow="fold")
    for doing in one.tasks:
        who = ("、" if lang == "zh" else ", ").join(words.name(f"{one.pathway.id}#{role}") for role in doing.who)
        state = words.outcome(one.pathway.id, doing.state)
        table.add_row(state, words.name(doing.status.decision), words.stands(doing), words.date(doing.due.value), who)
    console.print(table)
    if one.next is not None and one.next_due is not None:
        parts = [words.outcome(one.next.decision, str(code)) for code in one.next.possible]
        due = words.date(one.next_due.value)
        console.print(f"{'下一步' if lang == 'zh' else 'next'}: {' / '.join(parts)}  {due}", markup=False)
    for profile, answer in one.executed.items():
        verdict = " / ".join(words.outcome(answer.decision, str(code)) for code in answer.possible)
        title = words.name(dict(one.pathway.executed)[profile])
        console.print(f"{title}: {verdict}", markup=False)


class _Words:
    """What states, tasks, roles and outcomes are called."""

    def __init__(self, pack: ir.Pack, pathway: ir.Pathway, lang: Lang) -> None:
        self.pack, self.pathway, self.lang = pack, pathway, lang

    def name(self, key: str) -> str:
        found = self.pack.words.get(key)
        return (getattr(found, self.lang) if found else "") or key

    def outcome(self, decision: str, code: str) -> str:
        return self.name(f"{decision}={code}") if f"{decision}={code}" in self.pack.words else code

    def stands(self, doing: Doing) -> str:
        if doing.stands == "unknown":
            parts = " / ".join(self.outcome(doing.status.decision, str(code)) for code in doing.status.possible)
            return f"{UNKNOWN[self.lang]}: {parts}"
        return self.outcome(doing.status.decision, str(doing.status.value))

    def date(self, value: Any) -> str:
        if value is None:
            return "?"
        return "—" if value == "never" else str(value)
