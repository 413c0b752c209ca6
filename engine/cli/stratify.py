"""`sangao stratify`: a table of patients in, a table of answers out, with what was refused and what it came to."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.cli.asking import about, chosen, described, different, merged
from sangao.engine.cli.carried import Run, carry_out
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import desk, ending, report
from sangao.engine.cli.doubled import Policy
from sangao.engine.cli.maps import read_map, source
from sangao.engine.cli.options import Format, Language, On, Overlays, Packs, Strict
from sangao.engine.cli.running import Ended, answered, stopping
from sangao.engine.cli.site import from_texts, with_settings
from sangao.engine.cli.summary import progress, show
from sangao.engine.errors import fail


def stratify(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(help="患者表格,或数据库地址 · table of patients, or a database URL", metavar="FILE|URL")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="列与项目的映射,YAML · which column is which fact")
    ] = None,
    sql: Annotated[str | None, typer.Option("--sql", help="对数据库的查询 · the query, of a database")] = None,
    out: Annotated[Path, typer.Option("--out", help="写入的结果表 · table to write")] = Path("answers.csv"),
    packs: Packs = None,
    overlays: Overlays = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="本地设置 名称=值,可多次 · site setting NAME=VALUE, repeatable")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="只做这些判断 · only these decisions, repeatable")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="被拒数值表,默认 OUT.rejects.csv · refused values")] = None,
    on: On = None,
    duplicates: Annotated[
        Policy,
        typer.Option("--duplicates", help="同一标识多行:each|first|last|merge|refuse · rows of one person"),
    ] = "each",
    restart: Annotated[
        bool, typer.Option("--restart", help="丢弃上次中断的进度,从头开始 · begin anew after a run that was stopped")
    ] = False,
    workers: Annotated[int, typer.Option(help="进程数,0 为自动 · processes, 0 = as fits", min=0)] = 0,
    lang: Language = "zh",
    form: Format = "text",
    strict: Strict = False,
) -> None:
    """对整表患者分层 · Answer for every row of a table."""
    with ending(lang, form):
        here = desk(context)
        given = mapped(mapping, sql=sql)
        asked = with_settings(here.packs(packs, overlays), settings_of(given, settings or ()))
        questions = chosen(asked, by)
        columns = source(here.hook, file, given)
        bound = columns.bind(merged(asked), day(on))
        aside = rejects or out.with_name(f"{out.name}.rejects.csv")
        different(file, out, aside)
        meta = {"key": columns.key, **described(asked, questions)}
        options = {"duplicates": duplicates, "rejects": str(aside.resolve())}
        known = about(asked, questions, columns, given, day(on), file, options)
        run = Run(asked, questions, bound, columns.total, meta, out, aside, known, duplicates, workers, restart)
        try:
            with stopping(), progress(columns.total, lang) as moved:
                tally = carry_out(run, moved)
        except KeyboardInterrupt as broken:
            report(fail("table.interrupted").problems, lang, form)
            raise typer.Exit(128 + (broken.number if isinstance(broken, Ended) else signal.SIGINT)) from None
        show(tally, out, aside, lang, form)
        if strict and (tally.rejected or tally.doubled):
            raise typer.Exit(1)


def mapped(path: Path | None, **more: str | None) -> Any:
    """Return a mapping file with what the command line says instead of it; None where there is neither."""
    found = None if path is None else read_map(path)
    said = {key: value for key, value in more.items() if value is not None}
    if found is not None:
        found.update(said)
    return found


def settings_of(mapping: Mapping[str, Any] | None, texts: Sequence[str]) -> dict[str, str]:
    """Return the site settings of a mapping and, before them, of the command line."""
    found = (mapping or {}).get("settings")
    given = {name: str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}
    return {**given, **from_texts(texts)}


__all__ = ["answered", "chosen", "read_map", "stratify"]
