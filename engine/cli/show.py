"""`sangao show`: a decision as sentences, its table, its citations; without an id, what a pack can be asked."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sangao.engine.cli.desk import desk, ending
from sangao.engine.cli.options import Format, Language, Overlays, Packs
from sangao.engine.explain import rule
from sangao.engine.guide import Pack
from sangao.engine.pack import ir

MOST = 6  # outcomes named in the list of decisions


def show(
    context: typer.Context,
    decision: Annotated[
        str | None,
        typer.Argument(help="判断的名称;不写则列出全部 · id such as htn.grade; without one all are listed"),
    ] = None,
    packs: Packs = None,
    overlays: Overlays = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """把一条规则写成句子、表格与出处 · One rule in sentences, cited."""
    with ending(lang, form):
        opened = desk(context).packs(packs, overlays)
        if decision is None:
            _list(opened, lang, form)
            return
        found = [(pack.compiled, pack.decision(name)) for pack in opened for name in asked(pack.compiled, decision)]
        if form == "json":
            shown = [rule.rule(pack, one) for pack, one in found]
            typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, indent=2))
            return
        for pack, one in found:
            typer.echo(rule.text(pack, one, lang))
            if isinstance(one.form, ir.Table):
                _print(pack, one, lang)


def _list(packs: list[Pack], lang: str, form: str) -> None:
    """Print what each pack can be asked: id, what it is called, what it answers with."""
    if form == "json":
        listed = [rule.brief(pack.compiled, pack.decision(name)) for pack in packs for name in pack.decisions]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for pack in packs:
        meta = pack.compiled.meta
        typer.echo(f"{meta.zh if lang == 'zh' else meta.en} [{pack.id}]")
        for name in pack.decisions:
            one = rule.brief(pack.compiled, pack.decision(name))
            typer.echo(f"  {name}  {one['title'][lang]}{_answers(one, lang)}")


def _answers(one: dict[str, Any], lang: str) -> str:
    """Return what a decision answers with, where that is not just yes or no."""
    named = [code[lang] for code in one["outcomes"] if code["code"] not in ("false", "true")]
    more = "…" if len(named) > MOST else ""
    said = " | ".join(named[:MOST]) + more or one["unit"] or ""
    return f"  → {said}" if said else ""


def asked(pack: ir.Pack, name: str) -> list[str]:
    """Return the decisions to show: what a measure asks of each person, else the decision itself."""
    measure = pack.measures.get(name)
    parts = [one for one in (measure.denominator, measure.numerator) if one] if measure is not None else []
    return parts or [name]


def _print(pack: ir.Pack, decision: ir.Decision, lang: str) -> None:
    """Print the rows of a table under its inputs."""
    found = rule.rule(pack, decision)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for column in found["inputs"]:
        table.add_column(column[lang], overflow="fold")
    table.add_column("→")
    named = {one["code"]: one[lang] for one in found["outcomes"]}
    for part in found["parts"]:
        mode = {"zh": "任一", "en": "any"}[lang] if part["mode"] == "any" else ""
        cells = [part["cells"][column["name"]][lang].replace("[", r"\[") for column in found["inputs"]]
        table.add_row(f"{part['id']} {mode}", *cells, named[part["then"]])
    typer.echo("")
    Console(width=140, highlight=False).print(table)
