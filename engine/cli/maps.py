"""The mapping file of a table, and the source it stands for: read by whichever adapter knows its format."""

import errno
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sangao.engine.errors import SangaoError, Span, fail, why


def read_map(path: Path, hook: Any = None) -> Any:
    """Return a mapping file as strict YAML with places. Raises SangaoError with all its problems.

    A name that is no file, such as `national/htn_followup`, is looked for among the ready maps of the adapters.
    """
    from sangao.engine.rules.strict_yaml import read_yaml
    from sangao.engine.rules.text import Map

    path = _ready(path, hook)
    try:
        documents, problems = read_yaml(path.read_bytes(), path.name)
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    if problems:
        raise SangaoError(problems, usage=True)
    if len(documents) != 1 or not isinstance(documents[0], Map):
        raise fail("table.no_mapping", Span(path.name, 1, 1), usage=True)
    return documents[0]


def ready_maps(hook: Any) -> dict[str, Path]:
    """Return the ready maps of the adapters by name."""
    folders = [folder for found in hook.mapping_folders() for folder in found]
    return {
        one.relative_to(folder).with_suffix("").as_posix(): one
        for folder in reversed(folders)
        for one in sorted(Path(folder).rglob("*.yaml"))
    }


def _ready(path: Path, hook: Any) -> Path:
    if hook is None or path.is_file() or path.suffix:
        return path
    known = ready_maps(hook)
    if path.as_posix() not in known:
        near = get_close_matches(path.as_posix(), known, 1, 0.3)
        nearest = near[0] if near else "、".join(known)
        raise fail("table.no_ready_map", usage=True, name=path.as_posix(), nearest=nearest)
    return known[path.as_posix()]


def source(hook: Any, given: str | Path, mapping: Mapping[str, Any] | None) -> Any:
    """Return the columns of a file or, where `given` is an address (`scheme://…`, `env:NAME`), of what stands there."""
    if is_address(given):
        found = hook.read_columns(source=str(given), mapping=mapping)
    elif not Path(given).is_file():
        folder = IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) if Path(given).is_dir() else None
        raise fail("host.unreadable", Span(str(given)), usage=True, reason=why(folder))
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
