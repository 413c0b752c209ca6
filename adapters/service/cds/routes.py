"""The routes of CDS Hooks: what is on offer, a call, feedback."""

from time import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import Response

from sangao.adapters.service.cds import again, answering, feedback
from sangao.adapters.service.cds.answered import Answer, Links
from sangao.adapters.service.cds.asked import asked, parsed
from sangao.adapters.service.cds.fetching import Fetcher
from sangao.adapters.service.cds.offered import Service, offer
from sangao.adapters.service.cds.openapi import CALL, REFUSALS, TOLD, described_body
from sangao.adapters.service.cds.phrases import word
from sangao.adapters.service.cds.sources import gathered
from sangao.adapters.service.cds.viewing import View
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.links import Link
from sangao.engine.chart import today
from sangao.engine.errors import Problem

VERSION: Final = "2.0.0"  # of CDS Hooks; 3.0 asks for all three numbers
LINKED: Final = 3600  # seconds for which the link of a card opens its page
PLACE: Final = "/page"
Language = Annotated[str, Header(alias="Accept-Language")]


def routes(house: House) -> APIRouter:
    """Return the routes under `/cds-services`."""
    router = APIRouter(prefix="/cds-services", tags=["CDS Hooks"])
    fetcher = Fetcher(house.settings.fetch)
    views = house.views

    @router.get("")
    async def discovery(
        caller: Annotated[Caller, Depends(house.door)], accept_language: Language = ""
    ) -> dict[str, list[dict[str, Any]]]:
        """List the services: each under one id, once for every hook it takes."""
        lang = language(accept_language)
        return {"services": [entry for one in offer().services.values() for entry in described(one, lang)]}

    @router.post("/{service_id}", responses=REFUSALS, openapi_extra=described_body(CALL))
    async def call(service_id: str, request: Request) -> Response:
        """Answer one call with cards."""
        caller = await house.door(request)
        service = _service(service_id)
        _is_json(request)
        lang = language(request.headers.get("accept-language", ""))
        body = await request.body()
        pack = house.packs.get(caller.tenant, views.pack_of(service))
        view = views.view(pack, service)
        key = again.key(body, lang, caller.tenant, today())
        answer: Answer | None = view.again.get(key)
        if answer is None:
            answer = await answered(body, service, view, lang, caller.tenant or "", key)
        await house.journal.record(answer.entry)
        _count(house, service, answer)
        _noted(request, service, answer)
        return _json(answer.text(links(answer, caller, lang)), lang)

    async def answered(body: bytes, service: Service, view: View, lang: str, tenant: str, key: bytes | None) -> Answer:
        """Answer a call that was not answered lately. Raises Refusal (400, 412, 503)."""
        call = asked(parsed(body), service)
        found = gathered(call, service)
        await fetcher.complete(call, service, found)
        if found.nothing:
            raise Refusal(412, Problem("service.data_required", parts={"keys": "、".join(found.absent)}))
        base = house.settings.base_url
        answer = await house.work.run(answering.answered, call, found, view, lang, base, tenant)
        return answer if fetcher.may(call) else view.again.keep(key, answer)

    def links(answer: Answer, caller: Caller, lang: str) -> Links:
        """Return the link to the whole explanation, where the log keeps what it takes to give one.

        The link is not in the log: it opens the page for whoever has it, until it expires.
        """
        log = house.journal.journal
        if house.sign is None or log is None or log.keep != "facts" or not answer.indicators:
            return ()
        query = house.sign.query(Link(answer.entry.id, caller.tenant or "", int(time()) + LINKED, lang))
        url = f"{house.settings.base_url}{PLACE}?{query}"
        return ({"label": word("explained", lang), "url": url, "type": "absolute"},)

    @router.post("/{service_id}/feedback", responses=REFUSALS, openapi_extra=described_body(TOLD))
    async def told(service_id: str, request: Request, caller: Annotated[Caller, Depends(house.door)]) -> Response:
        """Store what users did with cards."""
        service = _service(service_id)
        _is_json(request)
        for one in feedback.feedback(parsed(await request.body()), service.id, caller.tenant or ""):
            await house.journal.feedback(one)
            house.metrics.feedback.labels(service.id, one.outcome).inc()
        return _json("{}", "zh")

    return router


def described(service: Service, lang: str) -> list[dict[str, Any]]:
    """Return a service as discovery lists it: the same id for each of its hooks."""
    shared = {
        "id": service.id,
        "title": service.title.in_(lang),
        "description": service.description.in_(lang),
        "prefetch": dict(service.prefetch),
        "usageRequirements": USAGE[lang],
        "version": VERSION,
    }
    return [{"hook": hook, **shared} for hook in service.hooks]


USAGE: Final = {
    "zh": "预取项可缺省或为 null，缺的资料按未知处理并在卡片中列出；全部未预取且不能获取时返回 412",
    "en": "Prefetch may be absent or null: what is missing counts as unknown and is named; 412 when nothing is there.",
}


def language(accepted: str) -> str:
    """Return `zh` or `en`, whichever a caller would rather read; Chinese when it does not say.

    >>> language(""), language("en-GB,en;q=0.9,zh;q=0.1"), language("fr, zh-CN;q=0.5"), language("en;q=0, *")
    ('zh', 'en', 'zh', 'zh')
    """
    best = {"zh": 0.0, "en": 0.0}
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        name = tag.strip().lower()[:2]
        if name in best:
            best[name] = max(best[name], quality)
    return "en" if best["en"] > best["zh"] else "zh"


def _service(id: str) -> Service:
    found = offer().services.get(id)
    if found is None:
        raise Refusal(404, Problem("service.unknown_service", parts={"known": "、".join(offer().services)}))
    return found


def _is_json(request: Request) -> None:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(415, Problem("service.not_json_type"))


def _count(house: House, service: Service, answer: Answer) -> None:
    for indicator in answer.indicators:
        house.metrics.cards.labels(service.id, indicator).inc()
    for decision, status in answer.statuses:
        house.metrics.answers.labels(decision, status).inc()


def _noted(request: Request, service: Service, answer: Answer) -> None:
    """Leave for the log what is not the patient's."""
    request.scope["state"].setdefault("log", {}).update(
        service=service.id, cards=len(answer.indicators), entry=answer.entry.id
    )


def _json(text: str, lang: str) -> Response:
    headers = {
        "Content-Language": {"zh": "zh-CN", "en": "en"}[lang],
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return Response(text.encode("utf-8", "replace"), 200, headers, "application/json")
