"""Folders that are read once while many packs are compiled, for most packs use the same few.

Documents are frozen, so packs may share them. Outside `reading_once` nothing is remembered: a service that compiles a
pack now and then need not hold what it was made of.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sangao.engine.errors import Problem

R = TypeVar("R")
P = ParamSpec("P")
Read = Callable[P, tuple[R, list[Problem]]]
Stamp = list[tuple[str, int, int]]

_KEPT: ContextVar[dict[object, tuple[Stamp, Any, list[Problem]]] | None] = ContextVar("folders read", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Within it a folder is read again only when one of its files has changed: path, size or time.

    >>> read = once(lambda folder: (object(), []))
    >>> with reading_once():
    ...     read("nowhere")[0] is read("nowhere")[0]
    True
    """
    before = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(before)


def once(read: Read[P, R]) -> Read[P, R]:
    """Let a reader of folders, whose first argument is the path, remember what it read within `reading_once`."""

    @functools.wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> tuple[R, list[Problem]]:
        kept = _KEPT.get()
        if kept is None:
            return read(*args, **kwargs)
        key, now = (read, args, tuple(kwargs.items())), _stamp(Path(str(args[0])))
        if key not in kept or kept[key][0] != now:
            kept[key] = (now, *read(*args, **kwargs))
        return kept[key][1], list(kept[key][2])

    return reading


def _stamp(folder: Path) -> Stamp:
    files = [(str(path), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(name, found.st_size, found.st_mtime_ns) for name, found in files]
