"""Where adapters come together: the plugin manager, filled from the entry-point group `sangao`.

Nothing is loaded at import. `hub()` loads every installed adapter once; one that cannot be imported (its third party is
not installed) is left out and named in `absent()`, so that a missing extra never takes the command line down.
"""

from functools import cache
from importlib.metadata import entry_points

import pluggy

from sangao.adapters import hookspecs

GROUP = "sangao"


@cache
def hub() -> pluggy.PluginManager:
    """Return the plugin manager with every adapter that could be loaded."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            plugin = entry.load()
        except ImportError as error:
            _ABSENT[entry.name] = str(error)
            continue
        if not manager.is_registered(plugin):
            manager.register(plugin, name=entry.name)
    return manager


def absent() -> dict[str, str]:
    """Return the adapters that could not be loaded, with the reason."""
    hub()
    return dict(_ABSENT)


_ABSENT: dict[str, str] = {}
