"""What the log keeps: an answer with what it rests on, a user's feedback, and the rows both become.

>>> entry = Entry("next-steps", "htn_primary_2025", "ab" * 32, "cd" * 32, {"decisions": {}})
>>> drafted(entry).kind, Feedback(entry.id, "accepted").outcome
('answer', 'accepted')
"""

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

GENESIS: Final = "0" * 64
"""What the first row of a log follows."""

MOST_NAME: Final = 200
"""Characters of a tenant, a service or an id; the rest is cut off."""


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def named() -> str:
    """Return a new id of an entry."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Texts:
    """An answer as canonical JSON text already: `sent` is what left, `before` and `after` the rest around it."""

    before: str
    sent: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer that was given: by which service, under which pack, on which facts (chart JSON or its text, None where
    only their hash is kept), with what result. `id` is what feedback, links and replays name it by.
    """

    service: str
    pack: str
    pack_hash: str
    chart_hash: str
    answer: Mapping[str, Any] | Texts
    facts: Mapping[str, Any] | str | None = None
    tenant: str = ""
    id: str = field(default_factory=named)
    time: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user made of an answer: `of` is the id of the entry or of a card in it, `outcome` `accepted`,
    `overridden` or the host's own word, `detail` whatever else the host says (reasons, its own time).
    """

    of: str
    outcome: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    service: str = ""
    tenant: str = ""
    time: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that has no place yet. `kind`: begin, answer, feedback, checkpoint; `facts` and `body` are JSON texts."""

    kind: str
    time: str
    subject: str
    body: str
    tenant: str = ""
    service: str = ""
    pack: str = ""
    pack_hash: str = ""
    chart_hash: str = ""
    facts: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row in its place: `seq` counts from 1, `prev` is the hash of the row before, `hash` covers it and the draft."""

    seq: int
    draft: Draft
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a committed entry stands: its id, its number in the log, its hash."""

    id: str
    seq: int
    hash: str


def drafted(one: Entry | Feedback, *, hash_only: bool = False) -> Draft:
    """Return the row an entry becomes; with `hash_only` without its facts, and of what was sent only the hash."""
    if isinstance(one, Feedback):
        body = {"outcome": one.outcome, "detail": dict(one.detail)}
        return Draft("feedback", moment(one.time), name(one.of), text(body), name(one.tenant), name(one.service))
    facts = one.facts
    if hash_only:
        facts = None
    elif facts is not None and not isinstance(facts, str):
        facts = text(facts)
    return Draft(
        "answer",
        moment(one.time),
        name(one.id),
        _body(one.answer, hash_only),
        name(one.tenant),
        name(one.service),
        name(one.pack),
        name(one.pack_hash),
        name(one.chart_hash),
        facts,
    )


def _body(answer: Mapping[str, Any] | Texts, hash_only: bool) -> str:
    if isinstance(answer, Texts):
        return answer.before + (text(_hashed(answer.sent)) if hash_only else answer.sent) + answer.after
    if hash_only and answer.get("sent") is not None:
        return text({**answer, "sent": _hashed(text(answer["sent"]))})
    return text(answer)


def _hashed(sent: str) -> dict[str, str]:
    return {"sha256": hashlib.sha256(sent.encode()).hexdigest()}


@dataclass(frozen=True, slots=True)
class Seal:
    """How rows are hashed: SHA-256, with a key HMAC-SHA256, so that nobody without the key can chain anew."""

    key: bytes | None = None

    def mark(self) -> str:
        """Return what tells this key from another without telling it; nothing without a key."""
        return "" if self.key is None else hmac.new(self.key, b"sangao journal", hashlib.sha256).hexdigest()

    def of(self, seq: int, draft: Draft, prev: str) -> str:
        """Return the hash of a row: it covers the row before, the number, every column, and both texts by digest."""
        short = [
            seq,
            draft.kind,
            draft.time,
            draft.tenant,
            draft.service,
            draft.subject,
            draft.pack,
            draft.pack_hash,
            draft.chart_hash,
            _digest(draft.facts),
            _digest(draft.body),
        ]
        data = f"{prev}\n{json.dumps(short, separators=(',', ':'))}".encode()
        if self.key is None:
            return hashlib.sha256(data).hexdigest()
        return hmac.new(self.key, data, hashlib.sha256).hexdigest()


def _digest(found: str | None) -> str | None:
    return None if found is None else hashlib.sha256(found.encode()).hexdigest()


def moment(time: datetime) -> str:
    """Return a moment as text that sorts: UTC to the microsecond. One without an offset is taken as UTC.

    >>> moment(datetime(2025, 3, 9, 1, 30, tzinfo=UTC))
    '2025-03-09T01:30:00.000000Z'
    """
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def text(value: Any) -> str:
    """Return canonical JSON text that any database takes: keys sorted, no blanks, no number that JSON lacks."""
    try:
        written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return text(_finite(value))
    try:
        written.encode()
    except UnicodeEncodeError:  # half a surrogate pair: kept as its escape
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return written


def _finite(value: Any) -> Any:
    """Return a value with what JSON cannot hold (infinity, not-a-number) as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def name(given: str) -> str:
    """Return a short text that any database takes.

    >>> name("a\\x00b\\ud800")
    'a?b?'
    """
    shown = given if given.isprintable() else "".join(one if one.isprintable() else "?" for one in given)
    return shown[:MOST_NAME]
