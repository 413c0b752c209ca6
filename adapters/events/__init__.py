"""Events over time: readings as they arrive, correlated by durable-rules, re-asking the pack (extra `events`).

Nothing in the core depends on it, and it imports nothing heavy before it is used. `Watcher` in
`sangao.adapters.events.watching` is the way in for a program, `sangao events` for a stream of lines.
"""

from collections.abc import Iterable
from typing import Any

from sangao.adapters.hookspecs import hookimpl


@hookimpl
def commands() -> Iterable[Any]:
    """Return the command `events`."""
    from sangao.adapters.events.command import events

    return [events]
