"""Processes that write one SQLite file take turns.

Who waits for a lock on a file is woken when it is free; who finds SQLite busy sleeps and looks again, a little longer
each time, so that two worker processes would wait for one another most of the time. The system frees the lock of a
process that dies. Where there are no such locks SQLite alone keeps writers apart, more slowly.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ENDING = "-turn"


@contextmanager
def turn(file: Path | None) -> Iterator[None]:
    """Hold the turn of this process to write a file; without a file, or where it cannot be locked, do nothing."""
    lock = None if file is None else _lock(file)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _lock(file: Path) -> int | None:
    if fcntl is None:
        return None
    try:
        found = os.open(f"{file}{ENDING}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(found, fcntl.LOCK_EX)
    except OSError:
        os.close(found)
        return None
    return found
