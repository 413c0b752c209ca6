"""The decision log: every answer is committed before it leaves, chained so that tampering shows.

`sangao.adapters.journal.entry` has what is kept, `log` the `Journal` that hosts write to, `verify` the chain's check,
`replay` the asking again under the pack of that time and of today. `import sangao.adapters.journal` itself loads no
database: the commands `sangao replay` and `sangao journal` come in here, behind the extra `service`.
"""

from collections.abc import Iterable
from typing import Any

from sangao.adapters.hookspecs import hookimpl


@hookimpl
def commands() -> Iterable[Any]:
    """Return the commands `replay` and `journal`."""
    from sangao.adapters.journal.asked import journal, replay

    return [replay, journal]
