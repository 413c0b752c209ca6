"""Packs on their way: the service hears at once, and says that it is not ready until its packs are loaded."""

from typing import Any

from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import Packs
from sangao.engine.errors import Problem
from sangao.engine.guide import Pack

WAIT = {"Retry-After": "5"}


class Arriving:
    """Stands for packs until they are there (`arrived`), and passes everything on to them afterwards."""

    def __init__(self) -> None:
        self._packs: Packs | None = None

    def arrived(self, packs: Packs) -> None:
        """Take the packs that were loaded."""
        self._packs = packs

    def get(self, tenant: str | None = None, name: str | None = None) -> Pack:
        """Return a pack of a tenant. Raises Refusal (503) while packs are loaded."""
        return self._there().get(tenant, name)

    def names(self, tenant: str | None = None) -> tuple[str, ...]:
        """Return the names a tenant may ask. Raises Refusal (503) while packs are loaded."""
        return self._there().names(tenant)

    def reload(self) -> Any:
        """Look for new packs. Raises Refusal (503) while packs are loaded."""
        return self._there().reload()

    def by_hash(self, hash: str) -> Pack | None:
        """Return the pack of this hash when it serves now. Raises Refusal (503) while packs are loaded."""
        return self._there().by_hash(hash)

    def standing(self) -> tuple[Any, ...]:
        """Return every served pack with what is wrong with it; nothing while packs are loaded."""
        return self._packs.standing() if self._packs is not None else ()

    def _there(self) -> Packs:
        if self._packs is None:
            raise Refusal(503, Problem("service.starting"), headers=WAIT)
        return self._packs
