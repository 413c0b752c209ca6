"""Whether the service lives (`/health`), whether it may be sent work (`/ready`), and what it counted (`/metrics`)."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from sangao.adapters.service.house import House

NO_STORE = {"Cache-Control": "no-store"}


def routes(house: House) -> APIRouter:
    """Return the routes an operator's tools ask; they hold no patient's data and need no token."""
    router = APIRouter(tags=["operations"])

    @router.get("/health")
    async def health() -> Response:
        """Say that the process is alive."""
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    @router.get("/ready", responses={503: {"description": "not ready"}})
    async def ready() -> Response:
        """Say whether packs are loaded and answers can be logged, and which packs are not of their newest form."""
        state = house.state
        trouble = await house.journal.trouble() if state.ready else None
        if not state.ready or trouble is not None:
            reason = trouble.code if trouble is not None else state.reason
            return JSONResponse({"status": "not ready", "reason": reason}, 503, {**NO_STORE, "Retry-After": "2"})
        standing = house.packs.standing()
        troubled = [
            {"tenant": one.tenant, "name": one.name, "problems": [found.code for found in one.loaded.problems]}
            for one in standing
            if one.loaded.problems
        ]
        if troubled and not any(one.loaded.pack for one in standing):
            said = {"status": "not ready", "reason": troubled[0]["problems"][0], "troubled": troubled}
            return JSONResponse(said, 503, {**NO_STORE, "Retry-After": "2"})
        told = {"status": "ready", "packs": list(house.packs.names(None)), "troubled": troubled}
        return JSONResponse(told, headers=NO_STORE)

    if house.settings.server.metrics:

        @router.get("/metrics")
        async def metrics() -> Response:
            """Return the counters in the text form of Prometheus."""
            return Response(house.metrics.text(), media_type=CONTENT_TYPE_LATEST, headers=NO_STORE)

    return router
