"""A village doctor's round: a guideline folder, a reader and a command, through the hooks of sangao and nothing else.

The entry point `village` in pyproject.toml names this module; sangao finds it once it is installed. Heavy parts are
imported where they are needed, so that `sangao --help` stays quick.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sangao import Chart
from sangao.adapters.hookspecs import hookimpl


@hookimpl
def guideline_folders() -> Iterable[Path]:
    """Bring `village_round`: the command line and the service find it by name."""
    return [Path(__file__).parent / "guidelines"]


@hookimpl
def read_chart(source: object, on: date | None) -> Chart | None:
    """Read the notes of a round (`.round` files); None leaves other sources to other adapters."""
    if not isinstance(source, Path) or source.suffix != ".round":
        return None
    from sangao_village.notes import read

    return read(source, on)


@hookimpl
def commands() -> Iterable[Any]:
    """Bring the command `sangao round`."""
    from sangao_village.round import round_

    return [round_]
