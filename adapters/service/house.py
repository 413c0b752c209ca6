"""What every part of the running service shares: one frozen `House`, handed to each router.

The parts behind it are named here by what they must be able to do, so that a host may bring its own.
"""

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.settings import Settings
from sangao.engine.errors import Problem
from sangao.engine.guide import Pack

if TYPE_CHECKING:
    from sangao.adapters.journal.entry import Entry, Feedback
    from sangao.adapters.journal.log import Journal
    from sangao.adapters.service.cds.viewing import Views
    from sangao.adapters.service.doors import Door
    from sangao.adapters.service.links import Signer
    from sangao.adapters.service.metrics import Metrics
    from sangao.adapters.service.rate import Buckets

P = ParamSpec("P")
T = TypeVar("T")


class Packs(Protocol):
    """The packs that are loaded. A request keeps the pack it was given, so a reload disturbs nobody."""

    def get(self, tenant: str | None = None, name: str | None = None) -> Pack:
        """Return a pack of a tenant, the default one without a name. Raises SangaoError for an unknown one."""

    def names(self, tenant: str | None = None) -> tuple[str, ...]:
        """Return the packs a tenant may ask, the default one first."""

    def reload(self) -> Any:
        """Look for new packs; requests under way finish on the old ones."""

    def by_hash(self, hash: str) -> Pack | None:
        """Return the pack of this hash when it serves now, for replay."""

    def standing(self) -> tuple[Any, ...]:
        """Return every served pack with what is wrong with it."""


class Log(Protocol):
    """The log of decisions (`sangao.adapters.service.ledger`): each function returns only after the commit."""

    @property
    def journal(self) -> "Journal | None":
        """Return the log itself, None where nothing is kept."""

    async def record(self, entry: "Entry") -> Any:
        """Store one answer. Raises Refusal (503) when it could not be: then no answer is given."""

    async def feedback(self, entry: "Feedback") -> Any:
        """Store what a user did with a card. Raises Refusal (503)."""

    def keep(self, pack: Pack) -> None:
        """Keep a pack beside the answers it gives. Raises SangaoError."""

    async def trouble(self) -> Problem | None:
        """Return why answers cannot be stored just now, None when they can."""

    async def close(self) -> None:
        """Finish what is under way."""


@dataclass(slots=True)
class State:
    """Whether the service is ready, and why not; the only thing of a house that changes."""

    ready: bool = False
    reason: str = "starting"


PATIENCE = 0.01  # seconds a thread waits for its turn; what takes longer than a few calls is overtaken


class Work:
    """Runs rule evaluation beside the event loop, so that the service hears while it thinks.

    Python lets one thread think at a time whatever their number; two that are at it take the interpreter from each
    other all the time, and each finds its caches gone. So they take turns, and only long work is overtaken.
    """

    def __init__(self, threads: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(max(threads, 1), thread_name_prefix="sangao")
        self._seconds = seconds
        self._turn = threading.Lock()

    async def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what `work` returns. Raises Refusal (503) when it takes longer than a request may."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, self._in_turn, functools.partial(work, *args, **named))
        try:
            async with asyncio.timeout(self._seconds):
                return await future
        except TimeoutError as error:
            raise Refusal(503, Problem("service.answer_late"), headers={"Retry-After": "5"}) from error

    def _in_turn(self, work: Callable[[], T]) -> T:
        mine = self._turn.acquire(timeout=PATIENCE)
        try:
            return work()
        finally:
            if mine:
                self._turn.release()

    def close(self) -> None:
        """Let running work finish and take no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class House:
    """The service as its routers see it."""

    settings: Settings
    packs: Packs
    journal: Log
    door: "Door"
    metrics: "Metrics"
    work: Work
    rate: "Buckets | None" = None
    sign: "Signer | None" = None
    views: "Views" = field(default_factory=lambda: _views())
    state: State = field(default_factory=State)


def _views() -> "Views":
    from sangao.adapters.service.cds.viewing import Views

    return Views({})
