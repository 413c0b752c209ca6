"""Work beside the main thread: in order, what it raises is raised here, and nothing is left running."""

import threading
from collections.abc import Generator
from contextlib import closing

import pytest

from sangao.engine.cli.behind import WAITING, Behind, ahead


def beside() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("sangao-")]


def test_pieces_are_done_in_order_and_all_before_the_end() -> None:
    found: list[int] = []
    with closing(Behind(found.append)) as behind:
        for i in range(50):
            behind.give(i)
        behind.finish()
        assert found == list(range(50))
    assert not beside()


def test_what_a_piece_raises_is_raised_where_the_next_are_given() -> None:
    done: list[int] = []

    def work(piece: int) -> None:
        if piece == 2:
            raise OSError("the disk is full")
        done.append(piece)

    with closing(Behind(work)) as behind, pytest.raises(OSError, match="full"):
        for i in range(3 + WAITING + 2):
            behind.give(i)
        behind.finish()
    assert not beside()


def test_what_was_not_begun_is_given_up() -> None:
    go, done = threading.Event(), []

    def work(piece: int) -> None:
        go.wait(10)
        done.append(piece)

    behind = Behind(work)
    for i in range(WAITING):
        behind.give(i)
    threading.Timer(0.05, go.set).start()
    behind.close()
    assert done == [0]
    assert not beside()


class Source:
    """Counts, and remembers how far and whether it was let go of."""

    def __init__(self, number: int, broken: int = -1) -> None:
        self.number, self.broken, self.read, self.closed = number, broken, 0, False

    def pieces(self) -> Generator[int]:
        try:
            for i in range(self.number):
                if i == self.broken:
                    raise ValueError("broken off")
                self.read += 1
                yield i
        finally:
            self.closed = True


@pytest.mark.parametrize("number", [0, 1, WAITING, 20])
def test_all_that_is_read_ahead_arrives_in_order(number: int) -> None:
    source = Source(number)
    assert list(ahead(source.pieces())) == list(range(number))
    assert source.closed and not beside()


def test_a_source_that_is_left_is_let_go_of_and_not_read_on() -> None:
    source = Source(1000)
    with closing(ahead(source.pieces())) as pieces:
        assert [next(pieces), next(pieces)] == [0, 1]
    assert source.closed and source.read <= 2 + WAITING
    assert not beside()


def test_what_breaks_off_is_told_where_it_breaks_off() -> None:
    source, found = Source(9, broken=5), []
    with pytest.raises(ValueError, match="broken"):
        for piece in ahead(source.pieces()):
            found.append(piece)
    assert found == [0, 1, 2, 3, 4] and source.closed
    assert not beside()
