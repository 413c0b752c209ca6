"""The plain JSON interface, for hosts without FHIR: decide, explain, what is missing, a small batch, replay, packs.

Every answer is in the decision log before it leaves; `entry` names it there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from sangao.adapters.journal.entry import Feedback
from sangao.adapters.journal.told import entry_of
from sangao.adapters.service import api_answers as shapes
from sangao.adapters.service import api_models as models
from sangao.adapters.service import api_said as shown
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.faults import NOT_NOW, RETRY, Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.strict import REFUSALS, StrictRoute, said
from sangao.adapters.terms.charts import read
from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.guide import Pack

PREFIX: Final = "/api/v1"


def routes(house: House) -> APIRouter:
    """Return the routes that ask a pack; each answers for one caller and one tenant."""
    router = APIRouter(prefix=PREFIX, tags=["api"], route_class=StrictRoute, responses=REFUSALS)
    Who = Annotated[Caller, Depends(house.door)]

    @router.get("/packs", response_model=shown.PacksOut)
    async def packs(caller: Who) -> Response:
        """List the packs you may ask."""
        first = house.packs.names(caller.tenant)[0]
        packs = served(house, caller).items()
        return said({"packs": [{"name": name, "default": name == first, **_line(pack)} for name, pack in packs]})

    @router.get("/packs/{name}", response_model=shown.PackOut)
    async def pack(name: str, caller: Who) -> Response:
        """Describe one pack: its decisions with what they may answer, its facts with units and codes."""
        found = served_pack(house, caller, name)
        return said({"name": name, **_line(found), **await house.work.run(shapes.described, found)})

    @router.post("/decide", response_model=shown.ResultOut)
    async def decide(asked: models.DecideIn, caller: Who) -> Response:
        """Answer every decision of a pack for one patient with the advice that follows, or the decisions named."""
        found = served_pack(house, caller, asked.pack)
        full = asked.detail == "full"
        if full and len(asked.decisions or found.decisions) > models.MOST_NAMES:
            raise Refusal(409, Problem("api.too_much", parts={"most": models.MOST_NAMES}))
        chart = chart_of(asked.chart)
        result, told = await answered(house, shapes.decided, found, chart, asked.decisions, full)
        return said({"entry": await kept(house, caller, "decide", result, advice=asked.decisions is None), **told})

    @router.post("/explain", response_model=shown.ExplainOut)
    async def explain(asked: models.ExplainIn, caller: Who) -> Response:
        """Argue one decision: claim, data, rules, sources, exceptions, what is missing, what would change it."""
        found, chart = served_pack(house, caller, asked.pack), chart_of(asked.chart)
        result, told = await answered(house, shapes.argued, found, chart, asked.decision)
        return said({"entry": await kept(house, caller, "explain", result), **told})

    @router.post("/missing", response_model=shown.MissingOut)
    async def missing(asked: models.MissingIn, caller: Who) -> Response:
        """Say what is missing for decisions, in the smallest sets that settle, and what to ask first."""
        found, chart = served_pack(house, caller, asked.pack), chart_of(asked.chart)
        result, told = await answered(house, shapes.lacking, found, chart, asked.decisions)
        return said({"entry": await kept(house, caller, "missing", result), **told})

    @router.post("/stratify", response_model=shown.StratifyOut)
    async def stratify(asked: models.StratifyIn, caller: Who) -> Response:
        """Answer the same decisions for a small batch; whole counties go through `sangao stratify`."""
        found = served_pack(house, caller, asked.pack)
        charts = [chart_of(one) for one in asked.charts]
        rows = await answered(house, lambda: [shapes.row(found, chart, asked.decisions) for chart in charts])
        entries = await asyncio.gather(*(kept(house, caller, "stratify", result) for result, _ in rows))
        told = [{"entry": entry, **row} for entry, (_, row) in zip(entries, rows, strict=True)]
        return said({"pack": shapes.ref(found), "rows": told})

    @router.post("/feedback", response_model=shown.Noted)
    async def feedback(asked: models.FeedbackIn, caller: Who) -> Response:
        """Store what a user made of an answer."""
        log = house.journal.journal
        if log is None:
            raise Refusal(409, Problem("api.no_journal"))
        await answered(house, log.entry, asked.entry, caller.tenant or "")
        noted = Feedback(asked.entry, asked.outcome, asked.detail, "api", caller.tenant or "")
        receipt = await house.journal.feedback(noted)
        return said({"entry": asked.entry, "seq": receipt.seq if receipt else None})

    return router


def served_pack(house: House, caller: Caller, name: str | None) -> Pack:
    """Return a pack of the caller's. Raises Refusal (404; 503 for one that is served and did not load)."""
    try:
        return house.packs.get(caller.tenant, name)
    except SangaoError as error:
        raise refusal(error) from error


def refusal(error: SangaoError) -> Refusal:
    """Return how a request is refused whose pack, decision or entry is not there (404) or not to be had now (503)."""
    problems = [replace(one, where=Span()) for one in error.problems]  # a path is not the caller's business
    code = problems[0].code
    later = code in NOT_NOW or (code.startswith("journal.") and code != "journal.unknown_entry")
    return Refusal(503, *problems, headers=RETRY) if later else Refusal(404, *problems)


def served(house: House, caller: Caller) -> dict[str, Pack]:
    """Return the packs of a caller by the name they are served under; one that did not load is left out."""
    found: dict[str, Pack] = {}
    for name in house.packs.names(caller.tenant):
        try:
            found[name] = house.packs.get(caller.tenant, name)
        except SangaoError:
            continue
    return found


def chart_of(given: models.ChartIn) -> Chart:
    """Return the chart of a request, its lists read by the book of terms. Raises SangaoError when its day is none."""
    return read(given.model_dump(exclude_unset=True))


async def answered(house: House, work: Callable[..., Any], *parts: Any) -> Any:
    """Return what `work` returns, worked out beside the event loop. Raises Refusal for what it does not find."""
    try:
        return await house.work.run(work, *parts)
    except SangaoError as error:
        raise refusal(error) from error


async def kept(
    house: House, caller: Caller, service: str, result: Result, *, advice: bool = False, sent: Any = None
) -> str | None:
    """Put an answer into the decision log, then return its id; None where no log is kept. Raises Refusal (503)."""
    told = (*result.advice.shown, *result.advice.folded) if advice else None
    entry = entry_of(
        result.pack,
        result.chart,
        result.decisions,
        service=f"api/{service}",
        tenant=caller.tenant or "",
        advice=told,
        sent=sent,
    )
    receipt = await house.journal.record(entry)
    return receipt.id if receipt else None


def _line(pack: Pack) -> dict[str, Any]:
    meta = pack.compiled.meta
    return {**shapes.ref(pack), "title": {"zh": meta.zh, "en": meta.en}}
