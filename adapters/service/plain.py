"""The plainest packs and journal that fit the house: packs loaded once by name, and a journal that keeps nothing.

A journal that keeps nothing is used only where the setting `journal.url` says `none`.
"""

from collections.abc import Mapping
from typing import Any

from sangao.engine.errors import fail
from sangao.engine.guide import Pack, load


class PlainPacks:
    """Packs by name, each loaded when first asked for and kept; the first is the default."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._loaded: dict[str, Pack] = {}

    def get(self, tenant: str | None, name: str | None) -> Pack:
        """Return a pack, the first without a name. Raises SangaoError for one that is not offered."""
        wanted = name or self._names[0]
        if wanted not in self._names:
            raise fail("host.unknown_pack", usage=True, name=wanted, nearest=self._names[0])
        found = self._loaded.get(wanted)
        if found is None:
            found = self._loaded[wanted] = load(wanted)
        return found

    def names(self, tenant: str | None) -> tuple[str, ...]:
        """Return the names of the packs."""
        return self._names

    def reload(self) -> None:
        """Forget what was loaded, so that it is read again."""
        self._loaded = {}


class NoJournal:
    """Keeps nothing, because the operator said so."""

    async def record(self, entry: Mapping[str, Any]) -> None:
        """Keep nothing."""

    async def feedback(self, entry: Mapping[str, Any]) -> None:
        """Keep nothing."""

    async def close(self) -> None:
        """Do nothing."""
