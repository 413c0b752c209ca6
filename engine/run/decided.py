"""The answers of one chart, each made when it is read: a host that shows three of them does not pay for all."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sangao.engine.answer import Answer

Later = Callable[[str, str], Any]


class Decided(Mapping[str, Answer]):
    """The answers to decisions by id, read-only.

    `told` gives the answer to a decision by name from what both passes allow, without what is worked out later; `later`
    works that out: decision, what → value.
    """

    __slots__ = ("_assumed", "_later", "_made", "_names", "_opened", "_told")

    def __init__(
        self,
        names: tuple[str, ...],
        opened: Mapping[str, Any],
        assumed: Mapping[str, Any],
        told: Callable[[str, Any, Any], Answer],
        later: Later,
    ) -> None:
        self._names, self._opened, self._assumed = names, opened, assumed
        self._told, self._later = told, later
        self._made: dict[str, Answer] = {}

    def __getitem__(self, decision: str) -> Answer:
        """Return the answer to one decision."""
        found = self._made.get(decision)
        if found is None:
            if decision not in self._names:
                raise KeyError(decision)
            told = self._told(decision, self._opened[decision], self._assumed[decision])
            found = self._made[decision] = with_later(told, self._later)
        return found

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids, in the order of the pack."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many decisions were answered."""
        return len(self._names)

    def __repr__(self) -> str:
        """Return the answers as a dict shows them."""
        return repr(dict(self))


def with_later(told: Answer, later: Later) -> Answer:
    """Return an answer that can work out what it lacks for its own chart."""
    return Answer(
        told.decision,
        told.value,
        told.status,
        told.at_least,
        told.at_most,
        told.possible,
        told.open,
        told.taken,
        lambda what: later(told.decision, what),
    )
