"""The gate every request passes: a number, its size and time limits, its line in the log, its place in the metrics.

The body is read here, whole and within the limits, before anything else is done: whoever sends slowly or without end
is told so and costs no more than a buffer.
"""

import asyncio
import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sangao.adapters.service import faults
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.ids import fresh
from sangao.adapters.service.logs import LOG, say, told
from sangao.engine.errors import Problem

NUMBER = b"x-request-id"


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, number, status = perf_counter(), fresh().hex, 0
        scope.setdefault("state", {})["number"] = number

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (NUMBER, number.encode())]
            await send(message)

        metrics = self.house.metrics
        metrics.under_way.inc()
        try:
            if self.house.rate is not None:
                self.house.rate.admit(scope)
            body = await self._body(scope, receive)
            if body is not None:
                await self.app(scope, _replay(body, receive), answering)
        except Refusal as refusal:
            faults.note(scope, refusal.problems)
            await faults.response(scope["path"], refusal)(scope, receive, answering)
        except Exception as error:
            LOG.error("failed", extra={"fields": {"request": number, "route": _route(scope), **told(error)}})
            if status == 0:
                failed = Refusal(500, Problem("service.internal", parts={"request": number}))
                await faults.response(scope["path"], failed)(scope, receive, answering)
        finally:
            metrics.under_way.dec()
            for code in scope["state"].get("refused", ()):
                metrics.refusals.labels(code).inc()
            self._note(scope, status, number, perf_counter() - start)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the whole body; None when the caller went away. Raises Refusal (408, 413)."""
        limits = self.house.settings.limits
        large = Refusal(413, Problem("service.too_large", parts={"most": limits.body_bytes}), headers=CLOSE)
        said = next((value for key, value in scope["headers"] if key == b"content-length"), None)
        if said is not None and (not said.isdigit() or int(said) > limits.body_bytes):
            raise large
        if said is None and scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return b""
        parts: list[bytes] = []
        length = 0
        try:
            async with asyncio.timeout(limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    part = message.get("body", b"")
                    length += len(part)
                    if length > limits.body_bytes:
                        raise large
                    parts.append(part)
                    if not message.get("more_body", False):
                        return parts[0] if len(parts) == 1 else b"".join(parts)
        except TimeoutError as error:
            late = Problem("service.too_slow", parts={"seconds": limits.body_seconds})
            raise Refusal(408, late, headers=CLOSE) from error

    def _note(self, scope: Scope, status: int, number: str, seconds: float) -> None:
        route = _route(scope)
        self.house.metrics.requests.labels(route, _method(scope), str(status)).inc()
        self.house.metrics.seconds.labels(route).observe(seconds)
        level = logging.DEBUG if route in QUIET and status < 400 else logging.INFO
        say(
            "request",
            level,
            request=number,
            route=route,
            method=_method(scope),
            status=status,
            ms=round(seconds * 1000, 2),
            **scope["state"].get("log", {}),
        )


CLOSE = {"Connection": "close"}
QUIET = frozenset({"/health", "/ready", "/metrics"})
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})


def _route(scope: Scope) -> str:
    """Return the template of the path: a path itself may hold an identifier."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, then what the server says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
