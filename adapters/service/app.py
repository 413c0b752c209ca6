"""The application: routers, the gate before them, how it starts and how it stops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware

from sangao.adapters.service import faults, health
from sangao.adapters.service.doors import OpenDoor
from sangao.adapters.service.gate import Gate
from sangao.adapters.service.house import House, Work
from sangao.adapters.service.ledger import opened
from sangao.adapters.service.logs import LOG, told
from sangao.adapters.service.metrics import Metrics
from sangao.adapters.service.plain import PlainPacks
from sangao.adapters.service.settings import Settings
from sangao.engine.errors import SangaoError

ROUTERS: tuple[Callable[[House], APIRouter], ...] = (health.routes,)


def create_app(settings: Settings | None = None, house: House | None = None) -> FastAPI:
    """Return the application; `house` replaces what would be built from the settings (packs, journal, door …)."""
    house = house or build(settings or Settings())

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm(house))
        try:
            yield
        finally:
            house.state.ready, house.state.reason = False, "stopping"
            warming.cancel()
            await house.journal.close()
            house.work.close()

    app = FastAPI(
        title="sangao 三高",
        version="1",
        summary="基层三高临床决策支持 · decision support for hypertension, diabetes and dyslipidaemia in primary care",
        lifespan=life,
        root_path=house.settings.server.root_path,
    )
    app.state.house = house
    faults.install(app)
    app.add_middleware(Gate, house=house)
    if house.settings.cors.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(house.settings.cors.origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Accept-Language"],
            expose_headers=["X-Request-Id"],
            max_age=600,
        )
    for routes in ROUTERS:
        app.include_router(routes(house))
    return app


def build(settings: Settings) -> House:
    """Return the house that the settings describe; packs are loaded when the application starts."""
    return House(
        settings=settings,
        packs=PlainPacks(("sangao_national",)),
        journal=opened(settings),
        door=OpenDoor(),
        metrics=Metrics(),
        work=Work(settings.limits.threads, settings.limits.answer_seconds),
    )


async def _warm(house: House) -> None:
    """Load the packs beside the event loop, then say that work may be sent."""
    try:
        await asyncio.to_thread(_load, house)
    except SangaoError as error:
        house.state.reason = "; ".join(one.code for one in error.problems)
        LOG.error("packs not loaded", extra={"fields": {"problems": [one.report("en") for one in error.problems]}})
    except Exception as error:
        house.state.reason = "packs not loaded"
        LOG.error("packs not loaded", extra={"fields": told(error)})
    else:
        house.state.ready, house.state.reason = True, ""
        house.metrics.ready.set(1)


def _load(house: House) -> None:
    for name in house.packs.names(None):
        house.journal.keep(house.packs.get(None, name))
