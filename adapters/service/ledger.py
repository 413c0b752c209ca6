"""The decision log as the service holds it: settings, awaiting, and no answer where it cannot be written.

[journal]
url = "/var/lib/sangao/journal.db"     # a file, sqlite:///FILE, postgresql://…; `none` keeps nothing
key = "…"                              # chains by HMAC; better in the environment: SANGAO_JOURNAL_KEY
keep = "facts"                         # `hash`: of the facts only their hash, so no replay and no pages
wait_seconds = 5
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from sangao.adapters.journal.entry import Entry, Feedback, Receipt
from sangao.adapters.journal.log import WAIT_SECONDS, Journal, Keep
from sangao.adapters.service.faults import RETRY, Refusal
from sangao.adapters.service.logs import say
from sangao.adapters.service.settings import Settings
from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.guide import Pack

LONGEST_SECONDS: Final = 3600
REMEMBERED_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 2.0


class Ledger:
    """The log of a running service; `journal` is the log itself, for what does not answer a patient."""

    def __init__(self, journal: Journal) -> None:
        self.journal: Journal | None = journal
        self._journal = journal
        self._failed: tuple[float, Problem] | None = None

    async def record(self, entry: Entry) -> Receipt:
        """Commit an answer, then return. Raises Refusal (503) when it could not be: then it must not be given."""
        return await self._written(entry)

    async def feedback(self, entry: Feedback) -> Receipt:
        """Commit what a user made of an answer. Raises Refusal (503)."""
        return await self._written(entry)

    def keep(self, pack: Pack) -> None:
        """Keep a pack beside the answers it gives, so that they can be asked again. Raises SangaoError."""
        self._journal.keep_pack(pack)

    async def close(self) -> None:
        """Write what waits and close the database."""
        await asyncio.to_thread(self._journal.close)

    async def trouble(self) -> Problem | None:
        """Return why answers cannot be logged just now, None when they can.

        A refusal counts for some seconds only: then somebody must be let through again to find out that it is mended.
        """
        if self._failed is not None and monotonic() - self._failed[0] < REMEMBERED_SECONDS:
            return self._failed[1]
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await asyncio.to_thread(self._journal.head)
        except SangaoError as error:
            return error.problems[0]
        except TimeoutError:
            return Problem("journal.late", parts={"seconds": f"{LOOK_SECONDS:g}"})
        return None

    async def _written(self, one: Entry | Feedback) -> Receipt:
        try:
            receipt = await self._journal.recorded(one)
        except SangaoError as error:
            if self._failed is None:
                say("answers cannot be logged", logging.ERROR, problems=[one.report("en") for one in error.problems])
            # A path is the operator's business, not the caller's.
            nowhere = [replace(problem, where=Span()) for problem in error.problems]
            self._failed = monotonic(), nowhere[0]
            raise Refusal(503, *nowhere, headers=RETRY) from error
        if self._failed is not None:
            self._failed = None
            say("answers are logged again", logging.WARNING)
        return receipt


class NoLedger:
    """Keeps nothing, because the setting `journal.url` says `none`."""

    journal: Journal | None = None

    async def record(self, entry: Entry) -> None:
        """Keep nothing."""

    async def feedback(self, entry: Feedback) -> None:
        """Keep nothing."""

    def keep(self, pack: Pack) -> None:
        """Keep nothing."""

    async def trouble(self) -> Problem | None:
        """Return None: nothing is kept, and nothing can fail."""
        return None

    async def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the settings say of the log; `url` is empty for the file of this user, `none` for no log at all."""

    url: str = ""
    key: str | None = None
    keep: Keep = "facts"
    wait_seconds: float = WAIT_SECONDS


def kept(settings: Settings) -> Kept:
    """Read the table `journal` of the settings. Raises SangaoError with every problem at once."""
    table = settings.table("journal")
    known = Kept.__slots__
    problems = [
        Problem("service.unknown_setting", Span(settings.file), {"name": f"journal.{key}"})
        for key in sorted(table.keys() - set(known))
    ]
    wrong = [key for key in ("url", "key", "keep") if not isinstance(table.get(key, ""), str)]
    if table.get("keep", "facts") not in ("facts", "hash"):
        wrong.append("keep")
    wait = WAIT_SECONDS
    try:
        wait = float(table.get("wait_seconds", WAIT_SECONDS))
    except (TypeError, ValueError):
        wait = 0
    wrong += [] if 0 < wait < LONGEST_SECONDS else ["wait_seconds"]
    problems += [
        Problem("service.wrong_setting", Span(settings.file), {"name": f"journal.{key}"})
        for key in dict.fromkeys(wrong)
    ]
    if problems:
        raise SangaoError(problems, usage=True)
    keep: Keep = "hash" if table.get("keep") == "hash" else "facts"
    return Kept(table.get("url", ""), table.get("key") or None, keep, wait)


def opened(settings: Settings) -> Ledger | NoLedger:
    """Return the log the settings describe, a file of this user where they say nothing. Raises SangaoError."""
    found = kept(settings)
    if found.url == "none":
        return NoLedger()
    return Ledger(Journal.open(found.url or None, key=found.key, keep=found.keep, wait=found.wait_seconds))
