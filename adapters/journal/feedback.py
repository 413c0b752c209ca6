"""Feedback beside the answers it is of: a user speaks of an entry, or of one of the cards that went out with it."""

import json
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, Protocol

from sangao.adapters.journal.entry import Row

SLICE = 2_000  # names looked for at once


class Entries(Protocol):
    """What can be asked for entries: a log, or an exported file."""

    def entries(self, ids: Sequence[str] = (), *, kind: str | None = "answer") -> Generator[Row]:
        """Return rows by what they are of."""


def known_as(row: Row) -> list[str]:
    """Return what feedback may call an answer: its id, and the ids of the cards that were sent."""
    found = [row.draft.subject]
    try:
        sent = json.loads(row.draft.body).get("sent")
        cards = sent.get("cards", ()) if isinstance(sent, dict) else ()
        found += [one["uuid"] for one in cards if isinstance(one, dict) and isinstance(one.get("uuid"), str)]
    except (ValueError, AttributeError, TypeError):
        return found  # altered: `verify` says so
    return found


def feedback_of(log: Entries, rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Return the feedback of answers by their number in the log, of the answer's own tenant, in order."""
    whose = {name: row for row in rows for name in known_as(row)}
    found: dict[int, list[Row]] = {}
    names = iter(whose)
    while part := list(islice(names, SLICE)):
        with closing(log.entries(part, kind="feedback")) as given:
            for one in given:
                row = whose[one.draft.subject]
                if row.draft.tenant == one.draft.tenant:
                    found.setdefault(row.seq, []).append(one)
    return found


def told(row: Row) -> dict[str, Any]:
    """Return a feedback in its JSON form."""
    try:
        said = json.loads(row.draft.body)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    return {
        "seq": row.seq,
        "time": row.draft.time,
        "of": row.draft.subject,
        "outcome": said.get("outcome"),
        "detail": said.get("detail"),
    }
