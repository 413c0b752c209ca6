"""Ids for cards, suggestions, entries and requests: random UUIDs, drawn from the system many at a time.

Asking the system for sixteen random bytes can take longer than answering a call; asking for a thousand ids at once
costs the same once.
"""

import os
import threading
from uuid import UUID

AT_ONCE = 1024
_lock = threading.Lock()
_left: list[bytes] = []


def fresh() -> UUID:
    """Return a random UUID (version 4).

    >>> fresh().version, fresh() != fresh()
    (4, True)
    """
    with _lock:
        if not _left:
            drawn = os.urandom(16 * AT_ONCE)
            _left.extend(drawn[at : at + 16] for at in range(0, len(drawn), 16))
        return UUID(bytes=_left.pop(), version=4)


def _forget() -> None:
    """Leave no id to a child process that its parent may give out too."""
    _left.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
