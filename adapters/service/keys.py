"""The public keys of issuers: inline, from a file, or from the address (`jku`) that the operator wrote down.

An address is asked when a key is not known, and again after ten minutes; only the address on the list, without
redirects. Keys that were good stay good while an address does not answer.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final

import httpx
import jwt

from sangao.adapters.service.logs import say
from sangao.adapters.service.settings import Issuer
from sangao.adapters.service.tokens import keys_of
from sangao.engine.errors import Span, fail, why

FRESH: Final = 600.0  # seconds for which fetched keys are not asked for again
PAUSE: Final = 30.0  # seconds between two looks for a key that is not there
LARGEST: Final = 256 * 1024


class Keys:
    """The keys of one issuer. Raises SangaoError for a file that cannot be read."""

    def __init__(self, issuer: Issuer, algorithms: Sequence[str], client: httpx.AsyncClient | None = None) -> None:
        self.issuer = issuer
        self._algorithms = tuple(algorithms)
        self._client = client
        self._lock = asyncio.Lock()
        self._asked = -FRESH
        self._own = keys_of({"keys": list(issuer.keys)}, algorithms)
        if issuer.keys_file:
            self._own |= keys_of(_file(issuer.keys_file), algorithms)
        if not (self._own or issuer.jku):
            raise fail("service.issuer_without_keys", usage=True, name=issuer.iss)
        self._fetched: dict[tuple[str, str], jwt.PyJWK] = {}

    async def key(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """Return the key of this name, None when the issuer has none."""
        wanted = (kid, algorithm)
        found = self._own.get(wanted)
        if found is not None or not self.issuer.jku:
            return found
        age = monotonic() - self._asked
        if age > FRESH or (wanted not in self._fetched and age > PAUSE):
            await self._fetch()
        return self._fetched.get(wanted)

    async def _fetch(self) -> None:
        before = self._asked
        async with self._lock:
            if self._asked != before:
                return  # somebody else has just asked
            self._asked = monotonic()
            try:
                self._fetched = keys_of(await self._get(), self._algorithms)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
                say("keys not fetched", logging.WARNING, issuer=self.issuer.iss, error=type(error).__name__)

    async def _get(self) -> Mapping[str, Any]:
        client = self._client or httpx.AsyncClient(follow_redirects=False, timeout=5.0, trust_env=False)
        try:
            async with client.stream("GET", self.issuer.jku, headers={"Accept": "application/json"}) as answer:
                if answer.status_code != 200:
                    raise ValueError("the address of the keys did not answer 200")
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise ValueError("the keys are too large")
        finally:
            if self._client is None:
                await client.aclose()
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("the keys are no JWK Set")
        return found


def _file(path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise fail("host.unreadable", Span(path), usage=True, reason=why(error)) from error
    except (ValueError, RecursionError) as error:
        raise fail("host.not_json", Span(path), usage=True) from error
    return found if isinstance(found, dict) else {}
