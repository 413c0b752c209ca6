"""Replay over HTTP: answers of the caller's own tenant asked again, under the pack of that time and under today's."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.replay import Replayed
from sangao.adapters.journal.replay import replay as ask_again
from sangao.adapters.journal.shelf import Shelf
from sangao.adapters.service import api_models as models
from sangao.adapters.service.api import PREFIX, found_or_404, served_pack
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

    @router.post("/replay", response_model=models.ReplayOut)
    async def replay(asked: models.ReplayIn, caller: Annotated[Caller, Depends(house.door)]) -> Response:
        """Ask answers of the decision log again and explain every difference."""
        if log is None or shelf is None:
            raise Refusal(409, Problem("api.no_journal"))
        named = served_pack(house, caller, asked.pack) if asked.pack is not None else None
        today = {named.id: named} if named else served(house, caller)
        found = await found_or_404(house, again, log, shelf, asked.entries, caller.tenant or "", today, named)
        body: dict[str, Any] = {"schema": "sangao.replay/1", "entries": [one.to_dict() for one in found]}
        return said({**body, "problems": [problem.to_dict() for one in found for problem in one.problems]})

    return router


def served(house: House, caller: Caller) -> dict[str, Pack]:
    """Return the packs a caller is served by id; one that did not load is left out."""
    found: dict[str, Pack] = {}
    for name in house.packs.names(caller.tenant):
        try:
            pack = served_pack(house, caller, name)
        except Refusal:
            continue
        found.setdefault(pack.id, pack)
    return found


def again(
    log: Journal, shelf: Shelf, ids: list[str], tenant: str, today: dict[str, Pack], named: Pack | None
) -> list[Replayed]:
    """Return entries asked again, in the order named. Raises SangaoError for one that is not the tenant's."""
    rows = [log.entry(one, tenant) for one in dict.fromkeys(ids)]
    return [ask_again(row, shelf.pack(row.draft.pack_hash), named or today.get(row.draft.pack)) for row in rows]
