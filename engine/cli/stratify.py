"""`sangao stratify`: a table of patients in, a table of answers out, with what was refused and what it came to."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.cli.asking import about, chosen, described, different, merged
from sangao.engine.cli.carried import Run, carry_out
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import Desk, desk, ending, report
from sangao.engine.cli.doubled import Policy
from sangao.engine.cli.extras import Extras
from sangao.engine.cli.fed import unfed
from sangao.engine.cli.maps import read_map, source
from sangao.engine.cli.moved import FindPack
from sangao.engine.cli.options import Format, Language, On, Overlays, Packs, Strict
from sangao.engine.cli.running import Ended, stopping
from sangao.engine.cli.site import from_texts, with_settings
from sangao.engine.cli.summary import progress, show
from sangao.engine.errors import SangaoError, fail
from sangao.engine.guide import Pack


def stratify(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(help="患者表格,或数据库地址 · table of patients, or a database URL", metavar="FILE|URL")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="映射文件或现成映射的名字 · mapping file, or a ready one by name")
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
    group: Annotated[
        str | None, typer.Option("--group", help="按此列(机构、乡镇)分组计数 · count per value of this column")
    ] = None,
    suppress: Annotated[
        int, typer.Option("--suppress", help="分组计数中不公开少于 N 人的格子 · withhold counts below N", min=0)
    ] = 0,
    plot: Annotated[Path | None, typer.Option("--plot", help="画成图,SVG · a picture of the counts")] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上一次的结果表:谁变了、为何变 · earlier answers: who moved, why")
    ] = None,
    previous_pack: Annotated[
        str | None, typer.Option("--previous-pack", help="上一次的规则包 · the pack of the earlier answers")
    ] = None,
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
        given = mapped(here.hook, mapping, sql=sql, group=group)
        asked = with_settings(here.packs(packs, overlays), settings_of(given, settings or ()))
        questions = chosen(asked, by)
        columns = source(here.hook, file, given)
        bound = columns.bind(merged(asked), day(on))
        notes = unfed(asked, questions, bound) if by else []
        aside = rejects or out.with_name(f"{out.name}.rejects.csv")
        before = here.pack(previous_pack) if previous_pack is not None else None
        extras = Extras(out, plot, previous, before, suppress, counted=bool(given.get("group")), lang=lang)
        different(file, out, aside, previous, *extras.paths)
        meta = {"key": columns.key, **described(asked, questions)}
        options = {"duplicates": duplicates, "rejects": str(aside.resolve())}
        known = about(asked, questions, columns, given, day(on), file, options)
        run = Run(
            asked, questions, bound, columns.total, meta, out, aside, known, duplicates, workers, restart, extras.paths
        )
        find = finder(here, before)
        if notes:
            report(notes, lang, form)
        try:
            with stopping(), progress(columns.total, lang) as moved:
                tally = carry_out(run, moved, extras.made(bound, duplicates, find))
        except KeyboardInterrupt as broken:
            report(fail("table.interrupted").problems, lang, form)
            raise typer.Exit(128 + (broken.number if isinstance(broken, Ended) else signal.SIGINT)) from None
        show(tally, out, aside, lang, form, extras)
        if strict and (tally.rejected or tally.doubled):
            raise typer.Exit(1)


def finder(here: Desk, named: Pack | None) -> FindPack:
    """Return what finds the pack of an earlier run: the one that was named, or an installed one with the same hash."""

    def find(id: str, hash: str) -> Pack | None:
        if named is not None and named.hash == hash:
            return named
        try:
            found = here.pack(id)
        except SangaoError:
            return None
        return found if found.hash == hash else None

    return find


def mapped(hook: Any, path: Path | None, **more: str | None) -> Any:
    """Return a mapping file with what the command line says instead of it; None where there is neither."""
    found = None if path is None else read_map(path, hook)
    said = {key: value for key, value in more.items() if value is not None}
    if found is not None:
        found.update(said)
    return found


def settings_of(mapping: Mapping[str, Any] | None, texts: Sequence[str]) -> dict[str, str]:
    """Return the site settings of a mapping and, before them, of the command line."""
    found = (mapping or {}).get("settings")
    given = {name: str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}
    return {**given, **from_texts(texts)}
