"""`sangao check`: every static check, then every case."""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Annotated

import typer

from sangao.engine import cases, passes
from sangao.engine.chart import today
from sangao.engine.cli import handouts, worklist
from sangao.engine.cli import programme as profile
from sangao.engine.cli.desk import Desk, Form, Lang, desk, ending, report
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.rules.once import reading_once


@dataclass(frozen=True, slots=True)
class Checked:
    """What one document came to: how much of `what` it holds (decisions, goals …), its cases, its problems."""

    name: str
    kind: str
    what: str
    holds: int
    cases: int
    problems: tuple[Problem, ...]
    expired: str = ""  # the last day of an overlay that no longer holds

    def line(self, problems: int, lang: Lang) -> str:
        """Return what it holds as a person reads it."""
        if lang == "zh":
            over = f"(有效期已于 {self.expired} 结束)" if self.expired else ""
            return f"{self.name}: {HOLDS[self.what]} {self.holds}、病例 {self.cases}、问题 {problems}{over}"
        over = f" (held until {self.expired}: expired)" if self.expired else ""
        return f"{self.name}: {self.holds} {self.what}, {self.cases} cases, {problems} problems{over}"


HOLDS = {"decisions": "判断", "goals": "目标", "columns": "列", "sections": "节"}


def check(
    context: typer.Context,
    packs: Annotated[
        list[str] | None,
        typer.Argument(help="包名、文件夹或覆盖文件;不写则检查全部 · packs, folders, overlay files; else all"),
    ] = None,
    trace: Annotated[
        Path | None, typer.Option("--trace", help="写出依据→句子→病例对照页 · write the page row → sentence → case")
    ] = None,
    sentences: Annotated[
        Path | None, typer.Option("--sentences", help="写出全部句子供核对 · write all sentences (Chinese) for reading")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="同时列出提示 · list notes too")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="同时检查几份,默认按核数 · documents at once, else one a core")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="zh | en")] = "zh",
    form: Annotated[Form, typer.Option("--format", help="text | json")] = "text",
) -> None:
    """检查规则包并运行全部病例 · Check rule packs and run their cases."""
    with ending(lang, form), reading_once():
        here = desk(context)
        names = packs or [
            *map(str, (*here.folders(), *here.overlays(), *here.profiles(), *here.work_lists(), *here.reports())),
        ]
        found: list[dict[str, object]] = []
        problems: list[Problem] = []
        for one in _all(here, names, notes, jobs or os.cpu_count() or 1):
            mine = [problem for problem in one.problems if notes or problem.severity != "note"]
            problems += mine
            found.append({one.kind: one.name, one.what: one.holds, "cases": one.cases, "problems": len(mine)})
            if one.expired:
                found[-1]["expired"] = one.expired
            if form == "text":
                state = ("通过" if lang == "zh" else "ok") if not mine else ("有问题" if lang == "zh" else "problems")
                typer.echo(f"{state}  {one.line(len(mine), lang)}")
        if trace is not None or sentences is not None:
            folders = [name for name in names if not name.endswith(".yaml")]
            opened = [pack.compiled for name in folders if (pack := _opened(here, name)[1]) is not None]
            _pages(opened, trace, sentences)
        if form == "json":
            typer.echo(
                json.dumps({"packs": found, "problems": [one.to_dict() for one in problems]}, ensure_ascii=False)
            )
        elif problems:
            report(problems, lang, form)
        if any(problem.severity == "error" for problem in problems):
            raise typer.Exit(1)


def _all(here: Desk, names: Sequence[str], notes: bool, jobs: int) -> Iterator[Checked]:
    """Check every document, several at once where the system can fork; the answers come in the order of the names."""
    kept: dict[str, Pack] = {}
    if jobs == 1 or len(names) == 1 or "fork" not in get_all_start_methods():
        yield from (_one(here, name, notes, kept) for name in names)
        return
    # A fork, because the hooks of a desk live in this process.
    with ProcessPoolExecutor(min(jobs, len(names)), get_context("fork"), _start, (here, notes, kept)) as pool:
        yield from pool.map(_worked, names)


_HERE: list[tuple[Desk, bool, dict[str, Pack]]] = []  # of a worker process


def _start(here: Desk, notes: bool, kept: dict[str, Pack]) -> None:
    _HERE[:] = [(here, notes, kept)]


def _worked(name: str) -> Checked:
    here, notes, kept = _HERE[0]
    return _one(here, name, notes, kept)


def _one(here: Desk, name: str, notes: bool, kept: dict[str, Pack]) -> Checked:
    """Check one document; `kept` holds the packs that lists and reports have opened."""
    path = Path(name)
    if profile.is_profile(path):
        problems, holds, number = profile.checked(here, path)
        return Checked(path.name, "profile", "goals", holds, number, tuple(problems))
    if worklist.is_list(path):
        problems, holds, number = worklist.checked(here, path, kept)
        return Checked(path.name, "list", "columns", holds, number, tuple(problems))
    if handouts.is_report(path):
        problems, holds, number = handouts.checked(here, path, kept)
        return Checked(path.name, "report", "sections", holds, number, tuple(problems))
    problems, pack = _opened(here, name)
    if pack is None:
        return Checked(path.name, "pack", "decisions", 0, 0, tuple(problems))
    problems = [*passes.check(pack.compiled, notes), *(one.problem() for one in cases.run_all(pack) if one.wrong)]
    ends = min((one.until for one in pack.compiled.meta.overlays), default="")
    over = ends if ends and ends < today().isoformat() else ""
    return Checked(path.name, "pack", "decisions", len(pack.decisions), len(pack.compiled.cases), tuple(problems), over)


def _pages(opened: list[ir.Pack], trace: Path | None, sentences: Path | None) -> None:
    from sangao.engine.explain.sentences import page
    from sangao.engine.passes.checks.cited import trace as traced

    if trace is not None:
        trace.write_text(traced(opened), encoding="utf-8")
    if sentences is not None:
        sentences.write_text(page(opened), encoding="utf-8")


def _opened(here: Desk, name: str) -> tuple[list[Problem], Pack | None]:
    """Return a pack, or why it does not open."""
    try:
        return [], here.patched(name) if name.endswith(".yaml") else here.pack(name)
    except SangaoError as error:
        if error.usage:
            raise
        return list(error.problems), None
