"""The service: CDS Hooks, a plain JSON interface and what an operator needs, behind the command `sangao serve`.

Needs the extra `service`; nothing of it is imported before the command runs. `sangao.adapters.service.app.create_app`
builds the application for hosts that bring a server of their own.
"""

from collections.abc import Iterable
from typing import Any

from sangao.adapters.hookspecs import hookimpl


@hookimpl
def commands() -> Iterable[Any]:
    """Return the command `serve`."""
    from sangao.adapters.service.serve import serve

    return [serve]
