"""`sangao stratify`: a table of patients in, a table of answers out, with what was refused and what it came to."""

import csv
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from sangao.engine.cli import bulk
from sangao.engine.cli.bulk import Done, Question
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import Lang, desk, ending, report
from sangao.engine.cli.options import Format, Language, On, Overlays, Packs, Strict
from sangao.engine.cli.running import Ended, answered, stopping, undisturbed
from sangao.engine.cli.summary import progress, show
from sangao.engine.cli.tally import Tally
from sangao.engine.errors import SangaoError, Span, fail, why
from sangao.engine.guide import Pack

ARROW = frozenset({".parquet", ".arrow", ".feather", ".ipc"})  # answer tables that need the extra `arrow`


def stratify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="患者表格 · table of patients")],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="列与项目的映射,YAML · which column is which fact")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="写入的结果表 · table to write")] = Path("answers.csv"),
    packs: Packs = None,
    overlays: Overlays = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="只做这些判断 · only these decisions, repeatable")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="被拒数值表,默认 OUT.rejects.csv · refused values")] = None,
    on: On = None,
    workers: Annotated[int, typer.Option(help="进程数,0 为自动 · processes, 0 = as fits", min=0)] = 0,
    lang: Language = "zh",
    form: Format = "text",
    strict: Strict = False,
) -> None:
    """对整表患者分层 · Answer for every row of a table."""
    with ending(lang, form):
        here = desk(context)
        asked = here.packs(packs, overlays)
        questions = chosen(asked, by)
        columns = source(here.hook, file, mapping)
        bound = columns.bind(merged(asked), day(on))
        aside = rejects or out.with_name(f"{out.name}.rejects.csv")
        different(file, out, aside)
        tally = Tally(asked, questions)
        try:
            meta = {"key": columns.key, **described(asked, questions)}
            with (
                stopping(),
                writing(out, aside) as files,
                answers_to(files.part, out, asked, questions, meta) as take,
                progress(columns.total, lang) as moved,
            ):
                for done in answered(asked, questions, bound, columns.total, workers, out.suffix.lower() in ARROW):
                    take(done)
                    files.take(done)
                    tally.add(done)
                    moved(done.rows)
                files.meta.write(json.dumps(meta, ensure_ascii=False, indent=1) + "\n")
        except KeyboardInterrupt as broken:
            report(fail("table.interrupted").problems, lang, form)
            raise typer.Exit(128 + (broken.number if isinstance(broken, Ended) else signal.SIGINT)) from None
        show(tally, out, aside, lang, form)
        if strict and (tally.rejected or tally.doubled):
            raise typer.Exit(1)


def source(hook: Any, file: Path, mapping: Path | None) -> Any:
    """Return the columns of a file, read by whichever adapter knows its format."""
    if not file.is_file():
        raise fail("host.unreadable", Span(str(file)), usage=True, reason=why())
    found = hook.read_columns(source=file, mapping=None if mapping is None else read_map(mapping))
    if found is None:
        raise fail("host.unknown_format", usage=True, name=str(file))
    return found


def read_map(path: Path) -> Any:
    """Return a mapping file as strict YAML with places. Raises SangaoError with all its problems."""
    from sangao.engine.rules.strict_yaml import read_yaml
    from sangao.engine.rules.text import Map

    try:
        documents, problems = read_yaml(path.read_bytes(), path.name)
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    if problems:
        raise SangaoError(problems, usage=True)
    if len(documents) != 1 or not isinstance(documents[0], Map):
        raise fail("table.no_mapping", Span(path.name, 1, 1), usage=True)
    return documents[0]


def chosen(packs: Sequence[Pack], by: Sequence[str] | None) -> list[Question]:
    """Return the questions asked, in the order of `--by` or of the packs; an id that two packs share names its pack."""
    if by:
        found = []
        for name in by:
            holding = [i for i, pack in enumerate(packs) if name in pack.compiled.decisions]
            if not holding:
                packs[0].decision(name)  # says which name is nearest
            found += [(i, name) for i in holding]
    else:
        found = [(i, name) for i, pack in enumerate(packs) for name in pack.decisions]
    found = list(dict.fromkeys(found))
    ids = [name for _, name in found]
    return [Question(i, name, name if ids.count(name) == 1 else f"{name}@{packs[i].id}") for i, name in found]


def merged(packs: Sequence[Pack]) -> Any:
    """Return one dictionary for all packs asked, for checking a mapping against."""
    from sangao.engine.fact import Dictionary

    facts: dict[str, Any] = {}
    groups: dict[str, Any] = {}
    for pack in packs:
        facts = {**pack.compiled.dictionary.facts, **facts}
        groups = {**pack.compiled.dictionary.groups, **groups}
    return Dictionary(facts, groups)


def different(file: Path, *outs: Path) -> None:
    """Refuse to write over the input or one output over the other."""
    places = [file.resolve(), *(one.resolve() for one in outs)]
    if len(set(places)) != len(places):
        raise fail("table.clash", Span(str(file)), usage=True)


def described(packs: Sequence[Pack], questions: Sequence[Question]) -> dict[str, Any]:
    """Return what a reader of the answer table needs: packs with hashes, and outcome names in declared order."""
    decisions = {}
    for one in questions:
        outcome = packs[one.pack].compiled.decisions[one.decision].outcome
        decisions[one.name] = {
            "pack": packs[one.pack].id,
            "kind": outcome.kind,
            "outcomes": list(outcome.codes),
            "ordered": outcome.ordered,
            "unit": outcome.unit or None,
        }
    named = [{"id": one.id, "edition": one.edition, "hash": one.hash} for one in packs]
    return {"schema": "sangao.table/1", "packs": named, "decisions": decisions}


@dataclass(slots=True)
class _Files:
    part: Path  # where the answers are written until they are whole
    rejects: TextIO
    meta: TextIO

    def take(self, done: Done) -> None:
        csv.writer(self.rejects, lineterminator="\n").writerows(done.rejects)


@contextmanager
def answers_to(
    part: Path, out: Path, packs: Sequence[Pack], questions: Sequence[Question], meta: Mapping[str, Any]
) -> Iterator[Callable[[Done], Any]]:
    """Open the answer table in the form the name of `out` says; give the function that takes a batch."""
    if out.suffix.lower() not in ARROW:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(bulk.header(str(meta["key"]), questions))
            yield lambda done: file.write(done.text)
        return
    try:
        from sangao.engine.cli.arrow_out import writer
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name="arrow") from error
    decisions = [packs[one.pack].compiled.decisions[one.decision] for one in questions]
    with writer(part, out.suffix.lower(), [one.name for one in questions], decisions, meta) as take:
        yield lambda done: take(done.table)


@contextmanager
def writing(out: Path, rejects: Path) -> Iterator[_Files]:
    """Open the outputs under names of their own; they get their final names together at the end, or never."""
    finals = (rejects, out.with_name(f"{out.name}.meta.json"), out)
    parts = [one.with_name(f".{one.name}.{os.getpid()}.part") for one in finals]
    try:
        with ExitStack() as stack:
            try:
                opened = [stack.enter_context(part.open("w", encoding="utf-8", newline="")) for part in parts[:2]]
                parts[2].touch()
            except OSError as error:
                raise fail("host.unwritable", Span(str(out)), usage=True, reason=why(error)) from error
            csv.writer(opened[0], lineterminator="\n").writerow(bulk.REJECTS_HEADER)
            yield _Files(parts[2], opened[0], opened[1])
        with undisturbed():
            for part, final in zip(parts, finals, strict=True):
                os.replace(part, final)
    finally:
        _remove(parts)


def _remove(parts: Iterable[Path]) -> None:
    for part in parts:
        part.unlink(missing_ok=True)


__all__ = ["Lang", "stratify"]
