"""`sangao measure`: a cohort against the measures of a pack and the goals of a programme."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.chart import today
from sangao.engine.cli.cohort import Cohort, Doubles, of_chart, open_cohort
from sangao.engine.cli.desk import Desk, desk, ending, report
from sangao.engine.cli.files import Refusing, formed, rejecting, write
from sangao.engine.cli.kept import earlier, period_of
from sangao.engine.cli.maps import read_map
from sangao.engine.cli.options import Format, Language, Overlays, Strict
from sangao.engine.cli.reckoned_csv import to_csv
from sangao.engine.cli.reckoning import Reckoning
from sangao.engine.cli.summary import progress
from sangao.engine.errors import Problem, SangaoError, Span, fail
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.placed import targets
from sangao.engine.rules.profiles import Profile, read_profile
from sangao.engine.run.measuring import Given, Tally

DEFAULT = "measures_county"


def measure(
    context: typer.Context,
    cohort: Annotated[
        Path, typer.Argument(help="人群:病历文件夹、.ndjson、.json 或表格 · folder, lines, list or table of charts")
    ],
    profile: Annotated[
        str | None, typer.Option("--profile", help="项目指标方案,如 gongshu_2022 · profile with the goals")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="统计期:2025、2025H1、2025Q3、2025-09 · the period")
    ] = None,
    mapping: Annotated[Path | None, typer.Option("--map", help="表格的列映射 · which column is which fact")] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上一期的结果 JSON · result of the period before")
    ] = None,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="冻结的基线 JSON · the frozen baseline")] = None,
    entered: Annotated[
        Path | None, typer.Option("--entered", help="手工填报的数 · numbers entered by hand, YAML")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写入 .json 或 .csv · where to write the result")] = None,
    freeze: Annotated[
        Path | None, typer.Option("--freeze", help="把全部指标冻结为基线 · freeze all measures as a baseline")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="被拒数值表 · refused values and charts, CSV")] = None,
    pack: Annotated[str | None, typer.Option("--pack", help="指标规则包 · the pack with the measures")] = None,
    doubles: Annotated[
        Doubles, typer.Option("--doubles", help="同一人多份病历:merge|first|refuse · charts of one person")
    ] = "merge",
    overlays: Overlays = None,
    lang: Language = "zh",
    form: Format = "text",
    strict: Strict = False,
) -> None:
    """统计人群指标并对照目标 · Count measures, compare with goals."""
    with ending(lang, form):
        here = desk(context)
        targets(rejects, freeze)
        formed(out)
        goals = found(here, profile) if profile is not None else None
        if freeze is not None and freeze.exists():
            raise fail("measure.frozen", Span(str(freeze)), usage=True)
        when = period_of(period or (str(goals.doc.period) if goals else str(today().year)))
        opened = here.pack(pack or (str(goals.doc.pack) if goals else DEFAULT), overlays or ())
        given = numbers(entered, opened) if entered is not None else {}
        wanted = chosen(opened, goals, freeze is not None)
        people = open_cohort(here.hook, cohort, mapping, min(when.until, today()), opened.compiled.dictionary, doubles)
        with rejecting(rejects, out) as refusing:
            tally, refused = counted(opened, wanted, people, refusing, lang)
        before = {
            kind: earlier(path, opened, wanted, when, people.on)
            for kind, path in (("previous", previous), ("baseline", baseline))
            if path
        }
        result = Reckoning(opened, goals, when, tally, given, before, people, refused)
        if result.problems:
            report(result.problems, lang, form)
        written = json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n"
        if out is not None:
            write(out, to_csv(result) if out.suffix.lower() == ".csv" else written)
        if freeze is not None:
            write(freeze, json.dumps({**result.to_dict(), "frozen": today().isoformat()}, ensure_ascii=False, indent=1))
        if form == "json":
            typer.echo(written, nl=False)
        else:
            from sangao.engine.cli.reckoned import show

            show(result, lang)
        if strict and (refused or people.doubled):
            raise typer.Exit(1)


def found(here: Desk, name: str) -> Profile:
    """Return a profile by name or file. Raises SangaoError when there is none or it is wrong."""
    files = {file.stem: file for file in here.profiles()}
    path = Path(name) if name.endswith(".yaml") else files.get(name)
    if path is None:
        near = get_close_matches(name, files, 1, 0.3)
        raise fail("measure.unknown_profile", usage=True, name=name, nearest=near[0] if near else "、".join(files))
    made, problems = read_profile(path)
    if made is None or any(one.severity == "error" for one in problems):
        raise SangaoError(problems)
    return made


def chosen(pack: Pack, profile: Profile | None, every: bool) -> list[ir.Measure]:
    """Return the measures to count: those of the profile's goals, all when there is none or a baseline is frozen."""
    known = pack.compiled.measures
    found = dict(known) if every or profile is None else {}
    for goal in profile.doc.goals if profile is not None else ():
        name = str(goal.measure)
        if name not in known:
            near = get_close_matches(name, known, 1, 0.3)
            parts = {"pack": pack.id, "name": name, "nearest": near[0] if near else "—"}
            raise SangaoError([Problem("measure.not_in_pack", goal.measure.span, parts)])
        found[name] = known[name]
        if goal.unknown == "out" and known[name].unknown == "apart":
            found[f"{name}:strict"] = replace(known[name], id=f"{name}:strict", unknown="out")
    return list(found.values())


def counted(
    pack: Pack, measures: list[ir.Measure], cohort: Cohort, refused: Refusing, lang: str
) -> tuple[Tally, Counter[str]]:
    """Count a cohort; return the tally and how much was refused, by code."""
    tally = Tally(pack.compiled, measures)
    with progress(cohort.total, lang, "统计" if lang == "zh" else "counting") as moved:
        for key, chart in cohort.charts(refused):
            for one in of_chart(key, chart, tally.add(chart)):
                refused(one)
            moved(1)
    return tally, refused.codes


def numbers(path: Path, pack: Pack) -> dict[str, Given]:
    """Return the numbers entered by hand, by measure. Raises SangaoError with everything that is wrong."""
    made: dict[str, Given] = {}
    problems: list[Problem] = []
    for name, value in read_map(path).items():
        known = pack.compiled.measures.get(str(name))
        if known is None:
            near = get_close_matches(str(name), pack.compiled.measures, 1, 0.3)
            parts = {"pack": pack.id, "name": name, "nearest": near[0] if near else "—"}
            problems.append(Problem("measure.not_in_pack", name.span, parts))
        elif not _whole(value, known):
            problems.append(Problem("measure.bad_entered", name.span, {"name": name}))
        else:
            made[str(name)] = {str(key): int(number) for key, number in value.items()}
    if problems:
        raise SangaoError(problems, usage=True)
    return made


def _whole(value: Any, measure: ir.Measure) -> bool:
    allowed = {part[0] for part in measure.entered}
    return (
        isinstance(value, Mapping)
        and {str(key) for key in value} <= allowed
        and all(isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 10 for one in value.values())
    )
