"""Fetching what was not prefetched, from the FHIR server a caller names: only where the operator has allowed it.

A caller must not be able to make the service call other machines. The server must be one of `fetch.servers`, letter for
letter; the connection goes to an address that was looked up and found public (or inside `fetch.private_networks`), so
that a name cannot lead elsewhere between the look and the call; no redirect is followed; pages stay on the server; time
and size are bounded. The caller's token goes nowhere else and is kept nowhere.
"""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx

from sangao.adapters.service.cds.asked import ID, Asked, parsed
from sangao.adapters.service.cds.offered import Service
from sangao.adapters.service.cds.sources import Gathered, next_page, take
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.logs import say
from sangao.adapters.service.settings import Fetch

ACCEPT: Final = "application/fhir+json, application/json"
NAT64: Final = IPv6Network("64:ff9b::/96")
PORTS: Final = {"https": 443, "http": 80}


class NotFetched(Exception):
    """What could not be fetched; says nothing of a patient."""


class Fetcher:
    """Fetches for one service; `client` is a test's."""

    def __init__(self, settings: Fetch, client: httpx.AsyncClient | None = None) -> None:
        self._settings = settings
        self._networks = tuple(ip_network(one, strict=False) for one in settings.private_networks)
        self._servers = {_base(one) for one in settings.servers}
        self._client = client or httpx.AsyncClient(
            follow_redirects=False, timeout=settings.seconds, trust_env=False, limits=httpx.Limits(max_connections=50)
        )

    def may(self, asked: Asked) -> bool:
        """Return whether the server this call names may be asked."""
        if asked.server is None or not ID.fullmatch(asked.patient):
            return False
        try:
            return _base(asked.server) in self._servers
        except ValueError:
            return False

    async def complete(self, asked: Asked, service: Service, found: Gathered) -> None:
        """Add what was not sent, and the further pages of what was; what cannot be fetched stays lacking."""
        if not self.may(asked) or not (found.absent or found.more):
            return
        base = _base(asked.server or "")
        wanted = {key: f"{base}/{_filled(service.prefetch[key], asked.patient)}" for key in found.absent}
        wanted |= {key: urljoin(f"{base}/", following) for key, following in found.more.items() if following}
        try:
            async with asyncio.timeout(self._settings.seconds):
                tasks = [self._all(one, base, asked.token) for one in wanted.values()]
                answers = await asyncio.gather(*tasks, return_exceptions=True)
        except TimeoutError:
            say("not fetched", reason="too slow")
            return
        for key, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, NotFetched):
                say("not fetched", reason=str(answer))
            elif isinstance(answer, BaseException):
                raise answer
            else:
                _add(key, service.prefetch[key], answer, found)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _all(self, address: str, base: str, token: str | None) -> Mapping[str, Any]:
        """Return a resource, or all pages of a search as one bundle. Raises NotFetched."""
        first = await self._get(address, base, token)
        whole, following = first, next_page(first)
        for _ in range(self._settings.pages):
            if following is None:
                return whole
            page = await self._get(urljoin(f"{base}/", following), base, token)
            if page["resourceType"] != "Bundle" or not isinstance(page.get("entry", []), list):
                raise NotFetched("a further page is no page")  # else what came before it would count as the whole
            whole = {**whole, "entry": [*_entries(whole), *_entries(page)], "link": page.get("link") or []}
            following = next_page(page)
        return whole  # with its next page named: what is cut off is not taken for the whole

    async def _get(self, address: str, base: str, token: str | None) -> Mapping[str, Any]:
        parts = urlsplit(address)
        if not address.startswith((f"{base}/", f"{base}?")) or ".." in address or ".." in unquote(parts.path):
            raise NotFetched("the address is not on the server")
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        there = await self._address(host, port, parts.scheme)
        pinned = httpx.URL(address).copy_with(host=there)
        headers = {"Accept": ACCEPT, "Host": parts.netloc.rpartition("@")[2]}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        try:
            sent = self._client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": host})
            async with sent as answer:
                if answer.status_code != 200:
                    raise NotFetched(f"the server answered {answer.status_code}")
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > self._settings.body_bytes:
                        raise NotFetched("the answer is too large")
        except httpx.HTTPError as error:
            raise NotFetched(type(error).__name__) from error
        try:
            found = parsed(body)
        except Refusal as error:  # as strict as with what a caller sends
            raise NotFetched("the answer is no JSON, or holds a key twice") from error
        if not isinstance(found.get("resourceType"), str):
            raise NotFetched("the answer is no resource")
        return found

    async def _address(self, host: str, port: int, scheme: str) -> str:
        """Return the address a host stands for. Raises NotFetched when one of them may not be called."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotFetched("the server has no address") from error
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        for one in addresses:
            one = _inner(one)
            inside = any(one in network for network in self._networks if one.version == network.version)
            if not inside and (scheme != "https" or not one.is_global or one.is_multicast):
                raise NotFetched("the address of the server is not allowed")
        if not addresses:
            raise NotFetched("the server has no address")
        return str(addresses[0])


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address that is really meant where one of the old kind is carried in one of the new.

    >>> str(_inner(ip_address("::ffff:127.0.0.1"))), str(_inner(ip_address("64:ff9b::7f00:1")))
    ('127.0.0.1', '127.0.0.1')
    """
    if address.version == 4:
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (address,))[-1]


def _add(key: str, template: str, answer: Mapping[str, Any], found: Gathered) -> None:
    found.more.pop(key, None)
    if key in found.absent:
        found.absent.remove(key)
        found.lacking.remove(key)
    take(key, template, answer, found)


def _entries(bundle: Mapping[str, Any]) -> list[Any]:
    entries = bundle.get("entry")
    return entries if isinstance(entries, list) else []


def _filled(template: str, patient: str) -> str:
    return template.replace("{{context.patientId}}", quote(patient, safe=""))


def _base(address: str) -> str:
    """Return an address as it is compared: scheme, host, port and path. Raises ValueError for what is none.

    >>> _base("HTTPS://EHR.example.org:443/fhir/"), _base("http://10.0.0.5:8080/fhir")
    ('https://ehr.example.org/fhir', 'http://10.0.0.5:8080/fhir')
    """
    parts = urlsplit(address)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in PORTS or not host or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(address)
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, PORTS[scheme]) else f":{parts.port}"
    return f"{scheme}://{shown}{port}{parts.path.rstrip('/')}"
