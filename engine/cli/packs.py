"""`sangao packs`, `sangao build`: which packs there are, and one as a file that travels."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.cli.desk import desk, ending, report
from sangao.engine.cli.files import write
from sangao.engine.cli.options import Format, Language, Overlays
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import load
from sangao.engine.pack import canon


def packs(
    context: typer.Context,
    decisions: Annotated[bool, typer.Option("--decisions", help="同时列出判断 · list the decisions too")] = False,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """列出可用的规则包 · List the packs that are installed."""
    with ending(lang, form):
        found: list[dict[str, Any]] = []
        broken: list[Problem] = []
        for folder in desk(context).folders():
            try:
                pack = load(folder)
            except SangaoError as error:  # one folder that does not load hides no other
                broken += error.problems
                continue
            meta = pack.compiled.meta
            titled = {name: getattr(pack.compiled.words.get(name), lang, name) for name in pack.decisions}
            found.append(
                {
                    "id": pack.id,
                    "edition": pack.edition,
                    "title": meta.zh if lang == "zh" else meta.en,
                    "from": meta.start,
                    "until": meta.end,
                    "hash": pack.hash,
                    "decisions": titled,
                }
            )
        if form == "json":
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
            found = []
        for one in found:
            typer.echo(f"{one['id']:28} {one['title']}  [{one['from']} – {one['until'] or '…'}]")
            if decisions:
                for name, title in one["decisions"].items():
                    typer.echo(f"    {name:32} {title}")
        if broken:
            report(broken, lang, form)
            raise typer.Exit(1)


def build(
    context: typer.Context,
    folders: Annotated[list[str], typer.Argument(help="规则包名或文件夹 · pack names or folders")],
    out: Annotated[Path, typer.Option("--out", help="写入的 .sangao 文件 · the file to write")],
    overlays: Overlays = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="嵌入程序只含这些判断 · only these decisions in the program for libsangao"),
    ] = None,
    lang: Language = "zh",
) -> None:
    """编译为一个 .sangao 文件,打开时不执行任何内容 · Compile into one file that executes nothing when opened."""
    from sangao.engine.run import library

    with ending(lang):
        here = desk(context)
        local = overlays or ()
        pack = here.pack(folders[0], local) if len(folders) == 1 else load(folders, overlays=local)
        asked = [pack.decision(name).id for name in by or pack.decisions]
        write(out, canon.dumps(pack.compiled, {"program": library.dumps(pack.compiled, pack.hash, asked)}))
        typer.echo(f"{out}  {pack.id} {pack.edition}  {pack.hash}")
