"""The mapping file of a table, and the source it stands for: read by whichever adapter knows its format."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sangao.engine.errors import SangaoError, Span, fail, why


def read_map(path: Path) -> Any:
    """Return a mapping file as strict YAML with places. Raises SangaoError with all its problems."""
    from sangao.engine.rules.strict_yaml import read_yaml
    from sangao.engine.rules.text import Map

    try:
        documents, problems = read_yaml(path.read_bytes(), path.name)
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    if problems:
        raise SangaoError(problems, usage=True)
    if len(documents) != 1 or not isinstance(documents[0], Map):
        raise fail("table.no_mapping", Span(path.name, 1, 1), usage=True)
    return documents[0]


def source(hook: Any, given: str | Path, mapping: Mapping[str, Any] | None) -> Any:
    """Return the columns of a file or, where `given` is an address (`scheme://…`, `env:NAME`), of what stands there."""
    if is_address(given):
        found = hook.read_columns(source=str(given), mapping=mapping)
    elif not Path(given).is_file():
        raise fail("host.unreadable", Span(str(given)), usage=True, reason=why())
    else:
        found = hook.read_columns(source=Path(given), mapping=mapping)
    if found is None:
        name = str(given).partition("://")[0] + "://…" if is_address(given) else str(given)
        raise fail("host.unknown_format", usage=True, name=name)
    return found


def is_address(given: str | Path) -> bool:
    """Return whether a source is an address rather than a file.

    >>> is_address("sqlite:///county.db"), is_address("env:COUNTY"), is_address("county.csv"), is_address("C:/a.csv")
    (True, True, False, False)
    """
    return "://" in str(given) or str(given).startswith("env:")
