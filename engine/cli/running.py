"""A run over a source of many patients: batch by batch in this process, or shared between several."""

import os
import signal
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from sangao.engine.cli.behind import ahead
from sangao.engine.cli.bulk import Answering
from sangao.engine.cli.jobs import Done, Job, Question
from sangao.engine.guide import Pack
from sangao.engine.pack import canon

BATCH = 2000
WIDE = 1 << 16  # rows at a time where they are answered in columns
MANY = 30_000  # rows from which further processes pay for their start
WIDELY = 1_500_000  # the same, where rows are answered in columns
ARROW = 6_000_000  # the same, of an Arrow or Parquet file: one process answers it on more than one core by itself
AHEAD = 2  # batches on their way per worker
ASKED_TO_END = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def rows_at_a_time(bound: Any) -> int:
    """Return how many rows make a batch of a source: the same in every run over it."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return BATCH
    return BATCH if not hasattr(bound, "wide") or bound.wide() is None else WIDE


def answered(
    packs: Sequence[Pack],
    questions: Sequence[Question],
    bound: Any,
    total: int | None,
    workers: int,
    tabled: bool = False,
    jobs: Iterable[Job] | None = None,
) -> Generator[Done]:
    """Yield the batches answered, in the order of the source; large sources are shared between processes.

    `jobs`: what is left to do of the source, by default all of it, every row by itself.
    """
    rows = rows_at_a_time(bound)
    if jobs is None:
        jobs = map(Job, bound.batches(rows))
    apart = hasattr(bound, "keyed")  # Arrow columns: reading them lets go of Python's lock
    many = MANY if rows == BATCH else ARROW if apart else WIDELY
    number = workers or (min(os.cpu_count() or 1, 8) if (total or 0) >= many else 1)
    if number == 1:
        answering = Answering([pack.compiled for pack in packs], questions, bound, tabled)
        read: Generator[tuple[Job, Any]] = ((job, answering.read(job.batch)) for job in jobs)
        if answering.columnwise is not None and apart:
            read = ahead(read)
        with closing(read):
            for job, one in read:
                yield answering(job.batch, job.left_out, job.instead, one)
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sangao-"))
        files = [str(Path(folder) / f"{i}.sangao") for i in range(len(packs))]
        for pack, name in zip(packs, files, strict=True):
            pack.save(name)
        pool = ProcessPoolExecutor(number, get_context("spawn"), start, (files, questions, bound, tabled))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: deque[Future[Done]] = deque()
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) > number * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


# --- workers ----------------------------------------------------------------------------------------------------------
_here: Answering | None = None


def start(files: Sequence[str], questions: Sequence[Question], bound: Any, tabled: bool = False) -> None:
    """Make a worker ready: the packs come as saved files, nothing is compiled from YAML again."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait
    from threading import Thread

    def follow() -> None:
        parent = parent_process()
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)  # the parent was killed: nobody is left to hear this worker, or to end it

    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the run and says so
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Thread(target=follow, daemon=True).start()
    _here = Answering([canon.load(Path(one)) for one in files], questions, bound, tabled)


def work(job: Job) -> Done:
    """Answer one batch in a worker."""
    assert _here is not None
    return _here(job.batch, job.left_out, job.instead)


# --- being ended ------------------------------------------------------------------------------------------------------
class Ended(KeyboardInterrupt):
    """The run was asked to end by the signal `number`, as a service manager or a closed terminal does."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


@contextmanager
def stopping() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does: nothing half done gets a final name.

    A signal that is ignored (`nohup`) stays ignored; outside the main thread nothing changes.
    """

    def end(number: int, frame: object) -> None:
        raise Ended(number)

    numbers = ASKED_TO_END if current_thread() is main_thread() else ()
    before = {one: signal.getsignal(one) for one in numbers if signal.getsignal(one) != signal.SIG_IGN}
    for one in before:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal come between steps that belong together; it comes when they are done."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ASKED_TO_END})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
