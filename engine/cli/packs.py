"""`sangao packs`, `sangao build`: which packs there are, and one as a file that travels."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.cli.desk import Lang, desk, ending, report
from sangao.engine.cli.files import write
from sangao.engine.cli.options import Format, Language, Overlays
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack, load
from sangao.engine.pack import canon
from sangao.engine.placed import targets


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
            found.append(_told(pack, lang))
            if form == "text":  # at once: a first look compiles every folder
                _print(found[-1], decisions)
        if form == "json":
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        if broken:
            report(broken, lang, form)
            raise typer.Exit(1)


def _told(pack: Pack, lang: Lang) -> dict[str, Any]:
    meta = pack.compiled.meta
    return {
        "id": pack.id,
        "edition": pack.edition,
        "title": meta.zh if lang == "zh" else meta.en,
        "from": meta.start,
        "until": meta.end,
        "hash": pack.hash,
        "decisions": {name: getattr(pack.compiled.words.get(name), lang, name) for name in pack.decisions},
    }


def _print(told: dict[str, Any], decisions: bool) -> None:
    typer.echo(f"{told['id']:28} {told['title']}  [{told['from']} – {told['until'] or '…'}]")
    if decisions:
        for name, title in told["decisions"].items():
            typer.echo(f"    {name:32} {title}")


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
    """编译为一个 .sangao 文件 · Compile a pack into one .sangao file."""
    from sangao.engine.run import library

    with ending(lang):
        targets(out)
        here = desk(context)
        local = overlays or ()
        pack = here.pack(folders[0], local) if len(folders) == 1 else load(folders, overlays=local)
        asked = [pack.decision(name).id for name in by or pack.decisions]
        write(out, canon.dumps(pack.compiled, {"program": library.dumps(pack.compiled, pack.hash, asked)}))
        typer.echo(f"{out}  {pack.id} {pack.edition}  {pack.hash}")
