"""What a call is answered with."""

from dataclasses import dataclass
from typing import Any

from sangao.adapters.journal.entry import Entry


@dataclass(frozen=True, slots=True)
class Answered:
    """The cards, the entry that must be in the log before they leave, decisions with their status."""

    cards: list[dict[str, Any]]
    entry: Entry
    statuses: tuple[tuple[str, str], ...]
