"""The page that the source of a card links to: the documents that the served packs cite, each at its own anchor."""

from collections.abc import Iterator
from contextlib import suppress
from html import escape

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from sangao.adapters.service.house import House
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack

HEADERS = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}


def routes(house: House) -> APIRouter:
    """Return the route of the page; it holds nothing of a patient and needs no token."""
    router = APIRouter(tags=["CDS Hooks"])

    @router.get("/sources", response_class=HTMLResponse)
    async def sources() -> HTMLResponse:
        """List the documents behind the rules, in Chinese and English."""
        return HTMLResponse(page(list(_served(house))), headers=HEADERS)

    return router


def _served(house: House) -> Iterator[Pack]:
    """Yield the packs that answer now."""
    for name in house.packs.names(None):
        with suppress(SangaoError):
            yield house.packs.get(None, name)


def page(packs: list[Pack]) -> str:
    """Return the page as HTML."""
    parts = []
    for pack in packs:
        meta = pack.compiled.meta
        parts.append(f'<h2 id="{escape(meta.id)}">{escape(meta.zh)} · {escape(meta.en)}</h2>')
        parts.append(f"<p>{escape(meta.id)} {escape(meta.edition)} · {escape(pack.hash)}</p><ul>")
        for name, (zh, en) in pack.compiled.documents.items():
            parts.append(f'<li id="{escape(name)}">{escape(zh)}<br>{escape(en)}</li>')
        parts.append("</ul>")
    title = "规则的来源 · sources of the rules"
    head = f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body><h1>{title}</h1>{''.join(parts)}</body></html>"
