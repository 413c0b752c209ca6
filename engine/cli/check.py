"""`sangao check`: every static check, then every case."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sangao.engine import cases
from sangao.engine.cli import handouts, worklist
from sangao.engine.cli import programme as profile
from sangao.engine.cli.desk import Desk, Form, Lang, desk, ending, report
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import ir


def check(
    context: typer.Context,
    packs: Annotated[
        list[str] | None,
        typer.Argument(help="包名、文件夹或覆盖文件;不写则检查全部 · packs, folders, overlay files; else all"),
    ] = None,
    trace: Annotated[
        Path | None, typer.Option("--trace", help="写出依据→句子→病例对照页 · write the page row → sentence → case")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="同时列出提示 · list notes too")] = False,
    lang: Annotated[Lang, typer.Option(help="zh | en")] = "zh",
    form: Annotated[Form, typer.Option("--format", help="text | json")] = "text",
) -> None:
    """逐项检查规则包并运行全部病例 · Run every static check, then every case, of the packs named."""
    with ending(lang, form):
        here = desk(context)
        names = packs or [
            *map(str, (*here.folders(), *here.overlays(), *here.profiles(), *here.work_lists(), *here.reports())),
        ]
        found: list[dict[str, object]] = []
        problems: list[Problem] = []
        opened: list[ir.Pack] = []
        kept: dict[str, Pack] = {}
        for name in names:
            if profile.is_profile(Path(name)):
                mine, goals, number = profile.checked(here, Path(name))
                what, row = "goals", {"profile": Path(name).name, "goals": goals, "cases": number}
            elif worklist.is_list(Path(name)):
                mine, columns, number = worklist.checked(here, Path(name), kept)
                what, row = "columns", {"list": Path(name).name, "columns": columns, "cases": number}
            elif handouts.is_report(Path(name)):
                mine, sections, number = handouts.checked(here, Path(name), kept)
                what, row = "sections", {"report": Path(name).name, "sections": sections, "cases": number}
            else:
                mine, pack = _one(here, name)
                opened += [pack.compiled] if pack else []
                number = len(pack.compiled.cases) if pack else 0
                what = "decisions"
                row = {"pack": Path(name).name, "decisions": len(pack.decisions) if pack else 0, "cases": number}
            mine = [one for one in mine if notes or one.severity != "note"]
            problems += mine
            found.append({**row, "problems": len(mine)})
            if form == "text":
                state = ("通过" if lang == "zh" else "ok") if not mine else ("有问题" if lang == "zh" else "problems")
                typer.echo(f"{state}  {Path(name).name}: {row[what]} {what}, {number} cases, {len(mine)} problems")
        if trace is not None:
            from sangao.engine.passes.checks.cited import trace as traced

            trace.write_text(traced(opened), encoding="utf-8")
        if form == "json":
            typer.echo(
                json.dumps({"packs": found, "problems": [one.to_dict() for one in problems]}, ensure_ascii=False)
            )
        elif problems:
            report(problems, lang, form)
        if any(problem.severity == "error" for problem in problems):
            raise typer.Exit(1)


def _one(here: Desk, name: str) -> tuple[list[Problem], Pack | None]:
    from sangao.engine import passes

    try:
        pack = here.patched(name) if name.endswith(".yaml") else here.pack(name)
    except SangaoError as error:
        if error.usage:
            raise
        return list(error.problems), None
    problems = list(passes.check(pack.compiled))
    problems += [outcome.problem() for outcome in cases.run_all(pack) if outcome.wrong]
    return problems, pack
