"""A run over a table, from its first row to its last file: whole at the end or not there, gone on with after a kill."""

import csv
import errno
import io
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sangao.engine.cli.answer_table import form_of, is_tabled
from sangao.engine.cli.doubled import Doubles, Policy, some
from sangao.engine.cli.files import part_of, writable
from sangao.engine.cli.jobs import REJECTS_HEADER, Job, Question
from sangao.engine.cli.journal import CHANGED, kept
from sangao.engine.cli.running import answered, rows_at_a_time, undisturbed
from sangao.engine.cli.tally import Tally
from sangao.engine.errors import fail
from sangao.engine.guide import Pack
from sangao.engine.placed import target, targets

ANSWERS, REJECTS, META = "answers", "rejects.csv", "meta.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of whom, and where it goes. `about` is what an earlier run must agree in to be gone on with."""

    packs: Sequence[Pack]
    questions: Sequence[Question]
    bound: Any
    total: int | None
    meta: Mapping[str, Any]
    out: Path
    rejects: Path
    about: Mapping[str, Any]
    policy: Policy = "each"
    workers: int = 0
    restart: bool = False
    others: Sequence[Path] = ()  # further files that will be written


Beside = Callable[[Tally, Path, int], Mapping[Path, str]]


def nothing(tally: Tally, answers: Path, rows: int) -> Mapping[Path, str]:
    """Return no further files."""
    return {}


def carry_out(run: Run, moved: Callable[[int], None] = lambda rows: None, beside: Beside = nothing) -> Tally:
    """Answer for every row and write the files of a run; return what it came to.

    `beside` is told what the run came to, where its answers stand before they get their name, and the rows of a batch;
    it gives further files to write, with their texts.

    The files get their names together at the end. A run that is stopped leaves what it has done in a folder beside the
    output, and the same run goes on from there. Raises SangaoError when a file cannot be written or the source is no
    longer what it was.
    """
    with writable(run.out):
        return _carried(run, moved, beside)


def _carried(run: Run, moved: Callable[[int], None], beside: Beside) -> Tally:
    described = run.out.with_name(f"{run.out.name}.{META}")
    targets(run.out, described)
    rows = rows_at_a_time(run.bound)
    tally = Tally(run.packs, run.questions)
    form = form_of(run.out, run.packs, run.questions, run.meta)
    doubles = Doubles(run.bound, run.policy, rows)
    digests: deque[int] = deque()
    tabled = is_tabled(run.out)
    for path in (run.rejects, *run.others):
        _writable(path)
    about = {**run.about, "rows": rows}
    with (
        kept(run.out, about, (ANSWERS, REJECTS), run.restart) as journal,
        closing(form.begin(journal.path(ANSWERS), journal.path("made"))),
    ):
        if journal.state is None:
            journal.append(ANSWERS, form.head())
            journal.append(REJECTS, _csv([REJECTS_HEADER]))
        else:
            tally.restore(journal.state["tally"])
            tally.resumed = tally.rows
            moved(tally.rows)
        digest = 0
        with (
            closing(_left(run, doubles, tally, journal.state, digests)) as jobs,
            closing(answered(run.packs, run.questions, run.bound, run.total, run.workers, tabled, jobs)) as batches,
        ):
            for done in batches:
                digest = digests.popleft()
                journal.append(ANSWERS, form.chunk(done))
                journal.append(REJECTS, _csv(done.rejects))
                form.add(done)
                tally.add(done)
                moved(done.rows)
                journal.mark(lambda: {"tally": tally.state(), "digest": digest})  # noqa: B023 — asked at once
        tally.doubled, tally.policy = doubles.count, run.policy
        journal.mark(lambda: {"tally": tally.state(), "digest": digest}, now=journal.marked)
        journal.close()
        answers = form.finish()
        journal.path(META).write_text(json.dumps(run.meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        finals = {journal.path(REJECTS): run.rejects, journal.path(META): described}
        for i, (final, text) in enumerate(beside(tally, answers, rows).items()):
            part = journal.path(f"beside{i}")
            part.write_text(text, encoding="utf-8", newline="")
            finals[part] = final
        with undisturbed():
            journal.forget()
            for part, final in {**finals, answers: run.out}.items():
                _named(part, final)
    return tally


def _left(run: Run, doubles: Doubles, tally: Tally, state: Any, digests: deque[int]) -> Generator[Job]:
    """Yield what is left to do; what was done before is read again and not answered again."""
    done, number = tally.batches, -1
    with closing(doubles.jobs()) as jobs:
        for number, job in enumerate(jobs):
            if number >= done:
                digests.append(job.digest)
                yield job
                continue
            wanted = tally.awaited(number)
            for row, patient in zip(wanted, some(run.bound, job.batch, wanted), strict=True):
                tally.remember(number, row, patient.chart)
            if number == done - 1 and job.digest != state["digest"]:
                raise fail(CHANGED, usage=True)
    if number + 1 < done:
        raise fail(CHANGED, usage=True)


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    if not rows:
        return b""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _writable(path: Path) -> None:
    """Find out before a long run whether a file can be written where it shall stand."""
    probe = part_of(target(path))
    probe.touch()
    probe.unlink()


def _named(part: Path, final: Path) -> None:
    """Give a finished part its final name, on another disk too."""
    final = target(final)
    try:
        os.replace(part, final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = part_of(final)
        shutil.copyfile(part, beside)
        os.replace(beside, final)
