"""The same call again: an HIS asks on opening the chart, on choosing an order, on signing it, often with the same data.

What was answered is given again under new ids, and is a new entry in the log, when everything it rests on is the same:
the whole request but the number of the call, the language, the tenant, the day, and the pack (each view of a pack has a
memory of its own). A call for which data were fetched is never remembered. The memory is small and forgets the oldest;
it holds the texts of what is sent and kept, cut where an id stands: objects would have to be written anew each time,
and hundreds of them would be looked through by the collector of garbage over and over.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from sangao.adapters.journal.entry import Entry, Texts, now, text
from sangao.adapters.service.cds.answered import Answer, Answered, Links, written
from sangao.adapters.service.cds.asked import UUID
from sangao.adapters.service.ids import fresh

MOST: Final = 256
DIGITS: Final = 6  # of the number of a mark
_NUMBER: Final = re.compile(rb'"hookInstance"\s*:\s*"(?i:' + UUID.pattern.encode() + rb')"')


def key(body: bytes, *parts: object) -> bytes | None:
    """Return what two calls share when they ask the same; None when a call has no number to leave out.

    >>> one = b'{"hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "a": 2}'
    >>> key(one, "zh") == key(one.replace(b"d1", b"d2"), "zh"), key(one, "zh") == key(one.replace(b"2}", b"3}"), "zh")
    (True, False)
    >>> key(b'{"hookInstance": "1", "a": 2}', "zh") is None
    True
    """
    number = _NUMBER.search(body)
    if number is None:
        return None
    digest = blake2b(body[: number.start()])
    digest.update(b"\0")
    digest.update(body[number.end() :] + repr(parts).encode())
    return digest.digest()


Cut = tuple[str | int, ...]
"""A text cut where something else stands each time: what stays, and the number of what comes there."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """An answer that was given before, under new ids: `ids` are those of its cards and their suggestions."""

    entry: Entry
    statuses: tuple[tuple[str, str], ...]
    indicators: tuple[str, ...]
    reply: Cut
    ids: Sequence[str]

    def text(self, links: Links) -> str:
        """Return the JSON text that is sent, with links in every card."""
        return _filled(self.reply, (*self.ids, f',"links":{written(links)}' if links else ""))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is remembered: the text that is sent, and of its entry in the log the same and what is around."""

    reply: Cut
    sent: Cut
    before: str
    after: str
    facts: str | None
    ids: int
    bare: Repeated

    @classmethod
    def of(cls, answer: Answered) -> "Kept":
        """Return an answer as it is remembered. Raises ValueError or TypeError where it is no plain JSON."""
        marks = Marks()
        cards = [_marked(one, marks) for one in answer.cards]
        ids = marks.made
        link, rest = marks.next(), marks.next()
        reply = written({"cards": [{**one, "links": link} for one in cards]})
        reply.encode()  # half a surrogate pair is written in another way each time
        before, _, after = text({**_mapping(answer.entry.answer), "sent": rest}).partition(f'"{rest}"')
        facts = answer.entry.facts
        entry = replace(answer.entry, answer={}, facts=None)
        return cls(
            marks.cut(reply.replace(f',"links":"{link}"', link)),
            marks.cut(text({"cards": cards})),
            before,
            after,
            facts if facts is None or isinstance(facts, str) else text(facts),
            ids,
            Repeated(entry, answer.statuses, answer.indicators, (), ()),
        )

    def anew(self) -> Repeated:
        """Return the answer with new ids for its cards, their suggestions and its entry."""
        ids = [str(fresh()) for _ in range(self.ids)]
        told = Texts(self.before, _filled(self.sent, ids), self.after)
        entry = replace(self.bare.entry, id=fresh().hex, time=now(), answer=told, facts=self.facts)
        return replace(self.bare, entry=entry, reply=self.reply, ids=ids)


class Marks:
    """What stands nowhere else, numbered: where a text is to be cut."""

    def __init__(self) -> None:
        self._name = fresh().hex
        self.made = 0

    def next(self) -> str:
        """Return the next mark."""
        self.made += 1
        return f"{self._name}{self.made - 1:0{DIGITS}}"

    def cut(self, whole: str) -> Cut:
        """Return a text cut at its marks."""
        start, *parts = whole.split(self._name)
        found: list[str | int] = [start]
        for one in parts:
            found += (int(one[:DIGITS]), one[DIGITS:])
        return tuple(found)


def _marked(card: Mapping[str, Any], marks: Marks) -> dict[str, Any]:
    """Return a card with marks where ids stood."""
    marked = {**card, "uuid": marks.next()}
    if "suggestions" in card:
        marked["suggestions"] = [{**one, "uuid": marks.next()} for one in card["suggestions"]]
    return marked


def _filled(cut: Cut, values: Sequence[str]) -> str:
    return "".join([one if isinstance(one, str) else values[one] for one in cut])


def _mapping(answer: Mapping[str, Any] | Texts) -> Mapping[str, Any]:
    assert not isinstance(answer, Texts)  # INVARIANT: only what was worked out is kept
    return answer


class Again:
    """The answers given last, safe in any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def get(self, key: bytes | None) -> Repeated | None:
        """Return the answer to the same call as a new one, None when it was not given lately."""
        with self._lock:
            found = self._kept.get(key) if key is not None else None
            if key is None or found is None:
                return None
            self._kept.move_to_end(key)
        return found.anew()

    def keep(self, key: bytes | None, answer: Answered) -> Answer:
        """Remember an answer, where there is a key for it, and return it: its texts are not written twice then."""
        if key is None:
            return answer
        try:
            kept = Kept.of(answer)
        except (ValueError, TypeError):  # something in it is no plain JSON: it is worked out again
            return answer
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept.anew()
