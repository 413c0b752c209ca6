"""Connections that send nothing, or their headers without end, are closed: they would else be held open for ever.

uvicorn limits the pause between requests; this adds the time a request has to arrive with its headers.
"""

import asyncio
from functools import cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sangao.adapters.service.settings import read_settings


@cache
def seconds() -> float:
    """Return how long headers may take, as file and environment say it to each worker process."""
    return read_settings().limits.header_seconds


class Patient(HttpToolsProtocol):
    """The HTTP protocol of uvicorn that closes what does not get to the end of its headers."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Wait for the headers of the next request."""
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop waiting: the body has its own limit."""
        self._heard()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._heard()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._heard()
        self._late = self.loop.call_later(seconds(), self.transport.close)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
