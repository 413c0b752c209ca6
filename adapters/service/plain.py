"""The plainest packs that fit the house: loaded once by name."""

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
