"""Pages for hosts that can only open an address: a host asks for a link, the old browser opens it until it expires.

A link stands for one entry of the decision log, so the page shows what was logged, under the pack of that time; it
names nobody. Opening it needs no token: the signature is the proof.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from sangao.adapters.journal.entry import Row
from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.replay import chart_of as chart_of_row
from sangao.adapters.journal.replay import told_of
from sangao.adapters.journal.shelf import Shelf
from sangao.adapters.service import api_models as models
from sangao.adapters.service import api_said as shown
from sangao.adapters.service import page_html
from sangao.adapters.service.api import PREFIX, answered, chart_of, kept, served_pack
from sangao.adapters.service.api_replay import own
from sangao.adapters.service.cds.offered import offer
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.links import CHARSETS, Link, signer
from sangao.adapters.service.strict import REFUSALS, StrictRoute, said
from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack
from sangao.engine.run.advice import Listed

PLACE: Final = "/page"
STATUS: Final = {"api.link_broken": 403, "api.link_expired": 410}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def routes(house: House) -> APIRouter:
    """Return the route that makes a link and the one that it opens. Raises SangaoError for a key that is too weak."""
    router = APIRouter(tags=["page"])
    sign = house.sign or signer(house.settings)
    log = house.journal.journal
    shelf = Shelf(log) if log is not None else None

    async def make(asked: models.PageIn, caller: Annotated[Caller, Depends(house.door)]) -> Response:
        """Answer for one patient and return a link that shows the answer as a page until it expires."""
        if log is None or log.keep != "facts":
            raise Refusal(409, Problem("api.no_journal" if log is None else "api.no_facts"))
        found = served_pack(house, caller, asked.pack)
        chart = chart_of(asked.chart)
        names = asked.decisions or usual(found)
        result = await answered(house, _decided, found, chart, names, asked.decisions is None)
        entry = await kept(house, caller, "page", result, advice=asked.decisions is None)
        expires = int(time()) + asked.minutes * 60
        link = Link(str(entry), caller.tenant or "", expires, asked.lang, asked.charset)
        url = f"{house.settings.base_url}{PLACE}?{sign.query(link)}"
        return said({"entry": entry, "url": url, "expires": datetime.fromtimestamp(expires, UTC).isoformat()})

    strict = APIRouter(prefix=PREFIX, tags=["page"], route_class=StrictRoute, responses=REFUSALS)
    strict.post("/page", response_model=shown.PageOut)(make)
    router.include_router(strict)

    @router.get(PLACE, response_class=Response, responses=OPENED)
    async def opened(request: Request) -> Response:
        """Show the page of a signed link."""
        query = dict(request.query_params)
        lang = "en" if query.get("lang") == "en" else "zh"
        charset = query.get("charset", "")
        charset = charset if charset in CHARSETS else CHARSETS[0]
        try:
            link = sign.opened(query, time())
            row = await answered(house, _entry, log, link)
            pack = await answered(house, own, house, shelf, row.draft.pack_hash)
            text = await answered(house, _card, pack, row, lang)
        except SangaoError as error:  # of the link itself
            problem = error.problems[0]
            return _html(page_html.refused(problem, lang), charset, STATUS[problem.code])
        except Refusal as refusal:
            return _html(page_html.refused(refusal.problems[0], lang), charset, refusal.status)
        return _html(text, charset, 200)

    return router


OPENED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {}}, "description": "判断的页面 · the page"},
    403: {"content": {"text/html": {}}, "description": "链接不完整或被改动 · incomplete or changed"},
    404: {"content": {"text/html": {}}, "description": "这份判断已不在 · the answer is gone"},
    410: {"content": {"text/html": {}}, "description": "链接已过期 · expired"},
    503: {"content": {"text/html": {}}, "description": "暂时打不开 · not now"},
}


def _entry(log: Journal | None, link: Link) -> Row:
    """Return what a link stands for. Raises SangaoError when it is not in the log, or the log cannot be read."""
    if log is None:
        raise SangaoError([Problem("api.link_empty")])
    try:
        return log.entry(link.reference, link.tenant)
    except SangaoError as error:
        if error.problems[0].code != "journal.unknown_entry":
            raise
        raise SangaoError([Problem("api.link_empty")]) from error


def _card(pack: Pack | None, row: Row, lang: str) -> str:
    chart = chart_of_row(row)
    if pack is None or chart is None:
        raise SangaoError([Problem("api.link_empty")])
    told = told_of(row)
    result = _decided(pack, chart, list(told.decisions), told.advice is not None)
    return page_html.card(result, lang, told.problems("chart.unknown_fact"))


def _decided(pack: Pack, chart: Chart, names: Sequence[str], advice: bool) -> Result:
    """Return a result with those of its decisions that a page tells, with or without the advice."""
    result = pack.decide_all(chart)
    chosen = {name: result.decisions[name] if name in result.decisions else pack.decide(name, chart) for name in names}
    return Result(pack, chart, chosen, result.advice if advice else Listed((), ()), result.problems)


def usual(pack: Pack) -> list[str]:
    """Return the decisions a page tells where none is named: those of the CDS services, all of a pack without them."""
    shown = dict.fromkeys(show.decision for service in offer().services.values() for show in service.shows)
    return [name for name in shown if name in pack.decisions] or list(pack.decisions)


def _html(text: str, charset: str, status: int) -> Response:
    return Response(
        page_html.encoded(text, charset), status, {**HEADERS, "Content-Type": f"text/html; charset={charset}"}
    )
