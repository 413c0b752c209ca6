"""The same call again: an HIS asks on opening the chart, on choosing an order, on signing it, often with the same data.

What was answered is given again under new ids, and is a new entry in the log, when everything it rests on is the same:
the whole request but the number of the call, the language, the tenant, the day, and the pack (each view of a pack has a
memory of its own). A call for which data were fetched is never remembered. The memory is small and forgets the oldest;
it holds bytes, for hundreds of answers as objects would be looked through by the collector of garbage over and over.
"""

import marshal
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from sangao.adapters.journal.entry import now
from sangao.adapters.service.cds.answered import Answered
from sangao.adapters.service.cds.asked import UUID
from sangao.adapters.service.ids import fresh

MOST: Final = 256
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


class Again:
    """The answers given last, safe in any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def get(self, key: bytes | None) -> Answered | None:
        """Return the answer to the same call as a new one, None when it was not given lately."""
        with self._lock:
            found = self._kept.get(key) if key is not None else None
            if key is None or found is None:
                return None
            self._kept.move_to_end(key)
        return found.anew()

    def keep(self, key: bytes | None, answer: Answered) -> None:
        """Remember an answer, where there is a key for it."""
        if key is None:
            return
        try:
            kept = Kept.of(answer)
        except ValueError:  # something in it is no plain JSON: it is worked out again
            return
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is remembered: its cards, what the log says of them and the facts as bytes, the rest beside."""

    data: bytes
    bare: Answered

    @classmethod
    def of(cls, answer: Answered) -> "Kept":
        """Return an answer as it is remembered."""
        entry = answer.entry
        told = {name: value for name, value in entry.answer.items() if name != "sent"}  # it is the cards
        plain: Any = (answer.cards, told, entry.facts)
        return cls(marshal.dumps(plain), replace(answer, cards=[], entry=replace(entry, answer={}, facts=None)))

    def anew(self) -> Answered:
        """Return the answer with new ids for its cards, their suggestions and its entry."""
        before, told, facts = marshal.loads(self.data)  # INVARIANT: bytes of this process, which nobody else can write
        cards = [_renamed(one) for one in before]
        body = {**told, "sent": {"cards": cards}}
        entry = replace(self.bare.entry, id=fresh().hex, time=now(), answer=body, facts=facts)
        return replace(self.bare, cards=cards, entry=entry)


def _renamed(card: dict[str, Any]) -> dict[str, Any]:
    renamed = {**card, "uuid": str(fresh())}
    if "suggestions" in card:
        renamed["suggestions"] = [{**one, "uuid": str(fresh())} for one in card["suggestions"]]
    return renamed
