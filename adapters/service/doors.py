"""Who may come in: callers prove themselves with a signed token (JWT) as CDS Hooks describes.

A `Door` is a FastAPI dependency: `caller: Annotated[Caller, Depends(house.door)]`. Where tokens are not required and
none is sent, the caller is nobody in particular.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.keys import Keys
from sangao.adapters.service.replays import Seen, SeenHere, SeenInFile
from sangao.adapters.service.settings import Settings
from sangao.adapters.service.tokens import REASONS, BadToken, Proved, claimed, proved
from sangao.engine.errors import Problem

ASK = {"WWW-Authenticate": "Bearer"}
FEEDBACK = "/feedback"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the issuer of the token and the organisation (`tenant`) it speaks for; both empty without a token."""

    issuer: str = ""
    tenant: str | None = None


NOBODY = Caller()


class Door(Protocol):
    """What stands before every route that answers about patients."""

    async def __call__(self, request: Request) -> Caller:
        """Return the caller. Raises Refusal (401) when the token is missing or not accepted."""

    def close(self) -> None:
        """Finish."""


class OpenDoor:
    """Lets everybody in: the embedded default, which listens on this machine only."""

    async def __call__(self, request: Request) -> Caller:
        """Return nobody in particular."""
        return NOBODY

    def close(self) -> None:
        """Do nothing."""


class TokenDoor:
    """Asks for a token of an issuer on the list."""

    def __init__(self, settings: Settings, keys: Mapping[str, Keys], seen: Seen) -> None:
        self._jwt = settings.jwt
        self._bases = tuple(one.rstrip("/") for one in (settings.base_url, *settings.jwt.audiences))
        self._keys = keys
        self._seen = seen

    async def __call__(self, request: Request) -> Caller:
        """Return the caller; nobody when no token is sent and none is required. Raises Refusal (401)."""
        sent = request.headers.getlist("authorization")
        if not sent and not self._jwt.required:
            return NOBODY
        scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(401, Problem("service.no_token"), headers=ASK)
        try:
            found = await self._proved(token.strip(), self._audiences(request))
        except BadToken as error:
            told = Problem("service.bad_token", parts={"reason": REASONS[error.reason]})
            refused = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise Refusal(401, told, headers=refused) from error
        request.scope["state"].setdefault("log", {})["issuer"] = found.iss
        return Caller(found.iss, found.tenant)

    def close(self) -> None:
        """Finish what remembers used tokens."""
        self._seen.close()

    async def _proved(self, token: str, audiences: tuple[str, ...]) -> Proved:
        rules = self._jwt
        said = claimed(token, rules.algorithms)
        keys = self._keys.get(said.iss)
        if keys is None:
            raise BadToken("issuer")
        if said.jku is not None and said.jku != keys.issuer.jku:
            raise BadToken("jku")
        key = await keys.key(said.kid, said.algorithm)
        if key is None:
            raise BadToken("key")
        found = proved(said, keys.issuer, key, audiences, rules.leeway_seconds, rules.longest_seconds)
        try:
            first = self._seen.first(found.iss, found.jti, found.until)
        except sqlite3.Error as error:
            raise Refusal(503, Problem("service.tokens_unknown"), headers={"Retry-After": "5"}) from error
        if not first:
            raise BadToken("replayed")
        return found

    def _audiences(self, request: Request) -> tuple[str, ...]:
        """Return the addresses a token may be for: the one called, at each base; for feedback its service too."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        paths = (path, path.removesuffix(FEEDBACK)) if path.endswith(FEEDBACK) else (path,)
        return tuple(f"{base}{one}" for base in self._bases for one in paths)


def open_door(settings: Settings) -> Door:
    """Return the door the settings describe. Raises SangaoError for keys that cannot be read."""
    rules = settings.jwt
    if not rules.issuers:
        return OpenDoor()
    keys = {one.iss: Keys(one, rules.algorithms) for one in rules.issuers}
    seen: Seen = SeenInFile(Path(rules.seen_file)) if rules.seen_file else SeenHere()
    return TokenDoor(settings, keys, seen)
