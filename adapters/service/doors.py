"""Who may come in: callers prove themselves with a signed token (JWT) as CDS Hooks describes.

A `Door` is a FastAPI dependency: `caller: Annotated[Caller, Depends(house.door)]`. Where tokens are not required and
none is sent, the caller is nobody in particular.
"""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request


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


class OpenDoor:
    """Lets everybody in: the embedded default, which listens on this machine only."""

    async def __call__(self, request: Request) -> Caller:
        """Return nobody in particular."""
        return NOBODY
