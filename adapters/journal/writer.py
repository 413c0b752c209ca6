"""Group commit: one thread writes what waits, all of it in one transaction, and wakes the callers it was for.

While a commit is on its way to the disk the next answers gather; so one answer alone waits for one commit, and a
thousand at once wait for two or three.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Thread
from typing import Final

from sangao.adapters.journal.entry import Draft, Row
from sangao.engine.errors import Problem, SangaoError, fail

MOST_BATCH: Final = 500
MOST_WAITING: Final = 20_000

Commit = Callable[[Sequence[Draft]], list[Row]]
Settled = tuple["asyncio.Future[Row]", Row | SangaoError]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that waits for its commit, and who waits for it; `loop` is that of an awaiting caller."""

    draft: Draft
    future: "Future[Row] | asyncio.Future[Row]"
    loop: asyncio.AbstractEventLoop | None = None


class Writer:
    """The one thread that writes. `commit` puts rows into the log, all or none."""

    def __init__(self, commit: Commit, most: int = MOST_WAITING) -> None:
        self._commit = commit
        self._queue: Queue[Waiting | None] = Queue(most)
        self._closed = False
        self._thread = Thread(target=self._run, name="sangao-journal", daemon=True)
        self._thread.start()

    def write(self, draft: Draft, seconds: float) -> Row:
        """Return when the row is committed. Raises SangaoError, also when it takes longer than `seconds`."""
        future: Future[Row] = Future()
        self._put(Waiting(draft, future))
        try:
            return future.result(seconds)
        except TimeoutError as error:
            raise fail("journal.late", seconds=f"{seconds:g}") from error

    async def written(self, draft: Draft, seconds: float) -> Row:
        """As `write`, for a caller that awaits; the event loop goes on meanwhile."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Row] = loop.create_future()
        self._put(Waiting(draft, future, loop))
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError as error:
            raise fail("journal.late", seconds=f"{seconds:g}") from error

    def close(self) -> None:
        """Write what waits, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _put(self, one: Waiting) -> None:
        if self._closed:
            raise fail("journal.unavailable", reason={"zh": "日志已关闭", "en": "the log is closed"})
        try:
            self._queue.put_nowait(one)
        except Full:
            raise fail("journal.busy") from None

    def _run(self) -> None:
        open_ = True
        while open_:
            batch = [self._queue.get()]
            while len(batch) < MOST_BATCH:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            open_ = None not in batch
            waiting = [one for one in batch if one is not None]
            if waiting:
                self._write(waiting)

    def _write(self, waiting: list[Waiting]) -> None:
        answers: Sequence[Row | SangaoError]
        try:
            answers = self._commit([one.draft for one in waiting])
        except SangaoError as error:
            answers = [SangaoError(error.problems) for _ in waiting]
        except BaseException as error:  # whatever it was: nobody may wait for ever, nothing may pass for written
            logging.getLogger("sangao.service").error("the decision log failed: %s", type(error).__name__)
            problem = Problem("journal.unavailable", parts={"reason": {"zh": "日志出错", "en": "the log failed"}})
            answers = [SangaoError([problem]) for _ in waiting]
        woken: dict[asyncio.AbstractEventLoop, list[Settled]] = defaultdict(list)
        for one, answer in zip(waiting, answers, strict=True):
            if isinstance(one.future, Future):
                _settle(one.future, answer)
            elif one.loop is not None:
                woken[one.loop].append((one.future, answer))
        for loop, settled in woken.items():
            try:
                loop.call_soon_threadsafe(_settle_all, settled)
            except RuntimeError:  # the loop is closed: whoever waited is gone
                continue


def _settle_all(settled: list[Settled]) -> None:
    for future, answer in settled:
        _settle(future, answer)


def _settle(future: "Future[Row] | asyncio.Future[Row]", answer: Row | SangaoError) -> None:
    if future.done():  # whoever waited has gone
        return
    if isinstance(answer, SangaoError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
