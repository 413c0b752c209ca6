"""How an item of a list stands: whether anybody is sure of it, and whether it is there today.

Only what is exactly confirmed counts as confirmed. A status that is there and cannot be read (in words nobody knows, in
codes of another system, two that contradict) is one nobody is sure of.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sangao.adapters.fhir.answers import answers
from sangao.adapters.fhir.shapes import Concept, concept, mapping, mappings, text
from sangao.adapters.terms.lexicon import plain

DOUBTFUL: Final = "doubtful"
CONFIRMED: Final = "confirmed"
ACTIVE: Final = frozenset({"active", "recurrence", "relapse"})
PAST: Final = frozenset({"inactive", "remission", "resolved"})
REFUTED: Final = frozenset({"refuted", "entered-in-error"})
ALIKE: Final = (ACTIVE, PAST, REFUTED)


def verified(value: Any) -> tuple[str, str]:
    """Return what a verificationStatus says (`confirmed` where there is none) and its own word for it.

    >>> verified(None)[0], verified({"coding": [{"code": "Refuted"}]})[0], verified({"text": "已排除"})[0]
    ('confirmed', 'refuted', 'refuted')
    >>> verified({"text": "疑似"}), verified({"coding": [{"display": "?"}]})
    (('doubtful', '疑似'), ('doubtful', '?'))
    """
    return (CONFIRMED, "") if value is None else _read(value, answers().verification)


def standing(value: Any) -> tuple[str | None, str]:
    """Return what a clinicalStatus says, None where there is none, and its own word for it.

    >>> standing(None)[0], standing({"text": "已治愈"})[0], standing("ACTIVE")[0], standing({"text": "好转"})[0]
    (None, 'resolved', 'active', 'doubtful')
    """
    return (None, "") if value is None else _read(value, answers().clinical)


def _read(value: Any, known: Mapping[str, str]) -> tuple[str, str]:
    bare = text(value)
    found = Concept((), bare) if bare else concept(value)
    shown: tuple[str, ...] = ()
    if not found.codings:  # a status that is only shown: its words are all there is
        shown = tuple(one for each in mappings(mapping(value).get("coding")) if (one := text(each.get("display"))))
    return _meant(found, shown, known is answers().clinical)


@lru_cache(256)
def _meant(found: Concept, shown: tuple[str, ...], clinical: bool) -> tuple[str, str]:
    known = answers().clinical if clinical else answers().verification
    said = set()
    for one in found.codings:
        own = (plain(one.code), plain(one.display or ""))
        said |= {known[word] for word in own if word in known} or {DOUBTFUL}
    words = tuple(one for one in (found.text, *shown) if one)
    said |= {known[plain(one)] for one in words if plain(one) in known}
    if not said or (not found.codings and any(plain(one) not in known for one in words)):
        said.add(DOUBTFUL)
    said = {min(said)} if any(said <= alike for alike in ALIKE) else said
    named = [one.code for one in found.codings] + list(words)
    if len(said) > 1:  # what contradicts is told, not what it contradicts
        named.sort(key=lambda one: known.get(plain(one)) in (CONFIRMED, "active"))
    return (said.pop() if len(said) == 1 else DOUBTFUL), named[0] if named else "—"
