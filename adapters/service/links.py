"""Links that open one page for one patient until a moment: signed, so that nobody can make or change one.

    [page]
    key = "…"            # 32 characters or more, several parted by commas; better in SANGAO_PAGE_KEY

The first key signs, all of them open: put a new one in front, and take the old one away when its links have expired.
Without a key links hold until the service stops.

>>> signer = Signer((b"k" * 32,))
>>> link = signer.link(Link("a1", "", 2_000_000_000))
>>> signer.opened(link, now=1_999_999_999).reference
'a1'
"""

import base64
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sangao.adapters.service.settings import Settings
from sangao.engine.errors import Problem, SangaoError, Span, fail

LEAST_KEY: Final = 32
LONGEST: Final = 400  # characters of a part of a link
CHARSETS: Final = ("utf-8", "gbk")
UNRESERVED: Final = re.compile(r"[A-Za-z0-9_.~-]*")  # what stands in an address as it is


@dataclass(frozen=True, slots=True)
class Link:
    """What a link stands for: an entry of the log, its tenant, until when (Unix seconds), how the page looks."""

    reference: str
    tenant: str
    expires: int
    lang: str = "zh"
    charset: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs links with the first key, opens those of any."""

    keys: Sequence[bytes]

    def link(self, link: Link) -> dict[str, str]:
        """Return the query of a link."""
        return {**_parts(link), "sign": _sign(self.keys[0], _written(link))}

    def query(self, link: Link) -> str:
        """Return the query of a link as text."""
        written = _written(link)
        return f"{written}&sign={_sign(self.keys[0], written)}"

    def opened(self, query: Mapping[str, str], now: float) -> Link:
        """Return what a link stands for. Raises SangaoError: `api.link_broken`, `api.link_expired`."""
        link = _read(query)
        given = query.get("sign", "")[:LONGEST].encode("utf-8", "replace")
        if link is None:
            raise fail("api.link_broken")
        written = _written(link)
        found = [hmac.compare_digest(_sign(key, written).encode(), given) for key in self.keys]
        if not any(found):
            raise fail("api.link_broken")
        if now >= link.expires:
            raise fail("api.link_expired")
        return link


def signer(settings: Settings) -> Signer:
    """Return the signer of the settings, one with a key of its own where they name none. Raises SangaoError."""
    table = settings.table("page")
    problems = [
        Problem("service.unknown_setting", Span(settings.file), {"name": f"page.{name}"})
        for name in sorted(table.keys() - {"key"})
    ]
    given = table.get("key", "")
    keys = [one.strip() for one in given.split(",")] if isinstance(given, str) and given else []
    if not isinstance(given, str):
        problems.append(Problem("service.wrong_setting", Span(settings.file), {"name": "page.key"}))
    if any(len(one) < LEAST_KEY for one in keys):
        problems.append(Problem("api.weak_page_key", Span(settings.file)))
    if not keys and settings.server.workers > 1:
        problems.append(Problem("api.no_page_key", Span(settings.file)))
    if problems:
        raise SangaoError(problems, usage=True)
    return Signer([one.encode() for one in keys] or [secrets.token_bytes(LEAST_KEY)])


def _parts(link: Link) -> dict[str, str]:
    return {
        "ref": link.reference,
        "tenant": link.tenant,
        "until": str(link.expires),
        "lang": link.lang,
        "charset": link.charset,
    }


def _read(query: Mapping[str, str]) -> Link | None:
    """Return the parts of a link before its signature was looked at; None for what none of ours says."""
    until = query.get("until", "")
    if not (until.isascii() and until.isdigit() and len(until) <= 12):
        return None
    reference, tenant = query.get("ref", ""), query.get("tenant", "")
    if not reference or max(len(reference), len(tenant)) > LONGEST:
        return None
    return Link(reference, tenant, int(until), query.get("lang", ""), query.get("charset", ""))


def _written(link: Link) -> str:
    # INVARIANT: every part stands under its own name and percent-encoded, so no two links have one text.
    parts = _parts(link)
    if all(map(UNRESERVED.fullmatch, parts.values())):
        return "&".join([f"{name}={value}" for name, value in parts.items()])
    return urlencode(parts, errors="replace")


def _sign(key: bytes, written: str) -> str:
    digest = hmac.digest(key, f"sangao=page%2F1&{written}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
