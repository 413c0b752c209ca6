"""Replay over HTTP: answers of the caller's own tenant asked again, under the pack of that time and under today's."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from sangao.adapters.journal.feedback import feedback_of
from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.replay import Replayed
from sangao.adapters.journal.replay import replay as ask_again
from sangao.adapters.journal.shelf import Shelf
from sangao.adapters.service import api_models as models
from sangao.adapters.service import api_said as shown
from sangao.adapters.service.api import PREFIX, answered, served, served_pack
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.strict import REFUSALS, StrictRoute, said
from sangao.engine.errors import Problem
from sangao.engine.guide import Pack


def routes(house: House) -> APIRouter:
    """Return the route that asks stored answers again."""
    router = APIRouter(prefix=PREFIX, tags=["api"], route_class=StrictRoute, responses=REFUSALS)
    log = house.journal.journal
    shelf = Shelf(log) if log is not None else None

    @router.post("/replay", response_model=shown.ReplayOut)
    async def replay(asked: models.ReplayIn, caller: Annotated[Caller, Depends(house.door)]) -> Response:
        """Ask answers of the decision log again and explain every difference."""
        if log is None or shelf is None:
            raise Refusal(409, Problem("api.no_journal"))
        named = served_pack(house, caller, asked.pack) if asked.pack is not None else None
        today = {one.id: one for one in reversed(served(house, caller).values())}
        finding = partial(own, house, shelf)
        found = await answered(house, again, log, asked.entries, caller.tenant or "", finding, today, named)
        body: dict[str, Any] = {"schema": "sangao.replay/1", "entries": [one.to_dict() for one in found]}
        return said({**body, "problems": [problem.to_dict() for one in found for problem in one.problems]})

    return router


def own(house: House, shelf: Shelf | None, hash: str) -> Pack | None:
    """Return the pack of an old answer: one that serves now, else the one kept in the log."""
    return house.packs.by_hash(hash) or (shelf.pack(hash) if shelf is not None else None)


def again(
    log: Journal,
    ids: list[str],
    tenant: str,
    finding: Callable[[str], Pack | None],
    today: Mapping[str, Pack],
    named: Pack | None,
) -> list[Replayed]:
    """Return entries asked again, in the order named. Raises SangaoError for one that is not the tenant's."""
    rows = [log.entry(one, tenant) for one in dict.fromkeys(ids)]
    feedback = feedback_of(log, rows)
    return [
        ask_again(row, finding(row.draft.pack_hash), named or today.get(row.draft.pack), feedback.get(row.seq, ()))
        for row in rows
    ]
