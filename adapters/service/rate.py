"""How often one client may ask: a bucket of tokens for each, and a bound on how many clients are remembered.

The client asked longest ago is forgotten first; it comes back with a full bucket, so that a flood of addresses costs
memory up to the bound and never locks out those who behave.
"""

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FREE = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})
"""Paths that are never limited: a monitor must not be refused while somebody else asks too much."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, at once after a pause, and clients remembered; 0 a second limits nothing."""

    per_second: float = 0.0
    burst: int = 50
    clients: int = 10_000


class Buckets:
    """The buckets of all clients, safe in any thread.

    >>> buckets = Buckets(Rate(per_second=2, burst=1))
    >>> buckets.wait("a", now=0.0), buckets.wait("a", now=0.0), buckets.wait("a", now=0.5), buckets.wait("b", now=0.5)
    (0.0, 0.5, 0.0, 0.0)
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client → tokens, when

    def wait(self, client: str, now: float | None = None) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        rate, now = self._rate, monotonic() if now is None else now
        with self._lock:
            tokens, then = self._filled.pop(client, (float(rate.burst), now))
            tokens = min(float(rate.burst), tokens + max(0.0, now - then) * rate.per_second)
            short = max(0.0, 1.0 - tokens)
            self._filled[client] = (tokens if short else tokens - 1.0, now)
            while len(self._filled) > rate.clients:
                self._filled.popitem(last=False)
        return short / rate.per_second

    def __len__(self) -> int:
        return len(self._filled)


class RateLimit:
    """ASGI middleware that answers 429 with `Retry-After` to a client that asks too often.

    A client is the address the server sees (behind a proxy: what uvicorn takes from the headers of a proxy it trusts).
    """

    def __init__(self, app: App, rate: Rate, client: Callable[[Scope], str] | None = None) -> None:
        self.app = app
        self.buckets = Buckets(rate) if rate.per_second > 0 else None
        self.client = client or _address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        limited = self.buckets is not None and scope["type"] == "http" and scope["path"] not in FREE
        wait = self.buckets.wait(self.client(scope)) if limited and self.buckets is not None else 0.0
        if not wait:
            await self.app(scope, receive, send)
            return
        body = b'{"error":"too_many_requests"}'
        headers = [(b"content-type", b"application/json"), (b"retry-after", str(int(wait) + 1).encode())]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
