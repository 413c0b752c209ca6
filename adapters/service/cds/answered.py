"""What a call is answered with: cards, the entry that must be in the log before they leave, what is counted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sangao.adapters.journal.entry import Entry

Links = Sequence[dict[str, str]]


class Answer(Protocol):
    """An answer as the route sees it, worked out now or remembered (`again`)."""

    @property
    def entry(self) -> Entry:
        """What must be in the log before the cards leave."""

    @property
    def statuses(self) -> tuple[tuple[str, str], ...]:
        """Each decision with its status."""

    @property
    def indicators(self) -> tuple[str, ...]:
        """How urgent each card is."""

    def text(self, links: Links) -> str:
        """Return the JSON text that is sent, with links in every card."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was worked out for this call."""

    cards: list[dict[str, Any]]
    entry: Entry
    statuses: tuple[tuple[str, str], ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """How urgent each card is."""
        return tuple(one["indicator"] for one in self.cards)

    def text(self, links: Links) -> str:
        """Return the JSON text that is sent, with links in every card."""
        return written({"cards": [{**one, "links": links} if links else one for one in self.cards]})


def written(value: Any) -> str:
    """Return JSON text as it is sent: nothing escaped that need not be, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
