"""Work beside the main thread, in order: written while the next is answered, read while this one is.

What is raised there is raised where the next piece is given or taken. It pays where the work lets go of Python's lock,
as reading and writing Parquet does.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any, Generic, TypeVar

Piece = TypeVar("Piece")
WAITING = 3  # pieces that wait for the thread at most: each may hold a batch


class Behind(Generic[Piece]):
    """Does one thing after the other in a thread of its own.

    >>> found = []
    >>> with closing(Behind(found.append)) as behind:
    ...     behind.give(1), behind.give(2)
    ...     behind.finish()
    (None, None)
    >>> found
    [1, 2]
    """

    def __init__(self, work: Callable[[Piece], Any]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1, "sangao-behind")
        self._waiting: deque[Future[Any]] = deque()

    def give(self, piece: Piece) -> None:
        """Hand over a piece; waits while too many do. Raises what an earlier piece raised."""
        self._waiting.append(self._pool.submit(self._work, piece))
        while len(self._waiting) > WAITING or (self._waiting and self._waiting[0].done()):
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until all is done. Raises what one of the pieces raised."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Give up what has not been begun, and wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def ahead(pieces: Generator[Piece]) -> Generator[Piece]:
    """Yield what a generator gives, made in a thread of its own before it is asked for.

    >>> list(ahead(one * one for one in range(4)))
    [0, 1, 4, 9]
    """
    end: Any = object()
    with closing(pieces), ThreadPoolExecutor(1, "sangao-ahead") as pool:
        try:
            waiting = deque(pool.submit(next, pieces, end) for _ in range(WAITING))
            while (piece := waiting.popleft().result()) is not end:
                waiting.append(pool.submit(next, pieces, end))
                yield piece
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
