"""The application: routers, the gate before them, how it starts and how it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware

from sangao.adapters.chinese import soap
from sangao.adapters.service import api, api_replay, faults, health, ledger, page
from sangao.adapters.service.arriving import Arriving
from sangao.adapters.service.cds import routes as hooks
from sangao.adapters.service.cds import sources_page as sources
from sangao.adapters.service.cds.offered import offer
from sangao.adapters.service.cds.viewing import Views
from sangao.adapters.service.doors import open_door
from sangao.adapters.service.gate import Gate
from sangao.adapters.service.house import House, Work
from sangao.adapters.service.links import signer
from sangao.adapters.service.logs import say, told
from sangao.adapters.service.metrics import Metrics
from sangao.adapters.service.rate import Buckets, rate
from sangao.adapters.service.reload import Watch, open_packs
from sangao.adapters.service.settings import Settings
from sangao.adapters.service.standing import Reloaded
from sangao.adapters.terms import book
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack

ROUTERS: tuple[Callable[[House], APIRouter], ...] = (
    health.routes,
    hooks.routes,
    sources.routes,
    api.routes,
    api_replay.routes,
    page.routes,
    soap.routes,
)


def create_app(
    settings: Settings | None = None, house: House | None = None, *, loaded: Callable[[], None] | None = None
) -> FastAPI:
    """Return the application; `house` replaces what would be built from the settings (packs, journal, door …).

    `loaded` is called when packs were loaded and each time they were changed.
    """
    house = house or build(settings or Settings())

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        watches: list[Watch] = []
        warming = asyncio.create_task(_warm(house, watches, loaded)) if isinstance(house.packs, Arriving) else None
        if warming is None:
            house.state.ready, house.state.reason = True, ""
        try:
            yield
        finally:
            house.state.ready, house.state.reason = False, "stopping"
            if warming is not None:
                warming.cancel()
            for one in watches:
                await asyncio.to_thread(one.stop)
            house.door.close()
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
    """Return the house that the settings describe; its packs arrive when the application starts.

    Raises SangaoError for a journal that cannot be opened, keys that cannot be read, settings of other parts.
    """
    limits = settings.limits
    return House(
        settings=settings,
        packs=Arriving(),
        journal=ledger.opened(settings),
        door=open_door(settings),
        metrics=Metrics(),
        work=Work(limits.threads, limits.answer_seconds),
        sign=signer(settings),
        views=Views(settings.services),
        rate=Buckets(rate(settings.table("rate"))),
    )


async def _warm(house: House, watches: list[Watch], loaded: Callable[[], None] | None) -> None:
    """Load the packs beside the event loop, then say that work may be sent."""
    try:
        watches.append(await asyncio.to_thread(_load, house, loaded))
        watches[0].start()
    except SangaoError as error:
        house.state.reason = "; ".join(one.code for one in error.problems)
        say("packs not loaded", logging.ERROR, problems=[one.report("en") for one in error.problems])
    except Exception as error:
        house.state.reason = "packs not loaded"
        say("packs not loaded", logging.ERROR, **told(error))
    else:
        house.state.ready, house.state.reason = True, ""
        say("ready", packs=list(house.packs.names()))


def _load(house: House, loaded: Callable[[], None] | None = None) -> Watch:
    """Open the packs, keep each beside the log, make ready what the services show of them."""

    def prepare(pack: Pack) -> None:  # before it serves, after a reload too: no answer without its pack beside the log
        house.journal.keep(pack)
        for service in offer().services.values():
            house.views.warm(pack, service)

    def counted(done: Reloaded | None = None) -> None:
        standing = packs.standing()
        house.metrics.troubled.set(sum(bool(one.loaded.problems) for one in standing))
        house.metrics.ready.set(any(one.loaded.pack for one in standing))
        if loaded is not None and (done is None or done.changed):
            loaded()

    book()  # read once, before the first patient waits for it
    packs = open_packs(house.settings, prepare)
    if (served := packs.served()) is not None:
        house.views.check(served, house.settings.file)
    counted()
    assert isinstance(house.packs, Arriving)
    house.packs.arrived(packs)
    return Watch(packs, house.settings, after=counted)
