"""Holes of a text: `{weight.goal}` stands for an answer or a reading, `{weight.goal|1}` for it rounded for display."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_HOLE = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Hole:
    """One hole: the name in it, how many decimals are shown (None: as it is), where it starts in the text."""

    name: str
    digits: int | None = None
    start: int = 0


def holes(text: str) -> tuple[Hole, ...]:
    """Return the holes of a text in order. Raises ValueError for a brace that belongs to none, or odd digits.

    >>> holes("lose weight to {weight.goal|1}")
    (Hole(name='weight.goal', digits=1, start=15),)
    """
    found = []
    for match in _HOLE.finditer(text):
        name, digits = match[1].strip(), (match[2] or "").strip()
        if not name or (match[2] is not None and (len(digits) != 1 or not digits.isdecimal())):
            raise ValueError(match[0])
        found.append(Hole(name, int(digits) if digits else None, match.start()))
    if {"{", "}"} & set(_HOLE.sub("", text)):
        raise ValueError(text)
    return tuple(found)


def fill(text: str, value: Callable[[Hole], str]) -> str:
    """Return the text with each hole replaced by what `value` says of it.

    >>> fill("to {weight.goal|1}", lambda hole: "69.4 kg")
    'to 69.4 kg'
    """
    return _HOLE.sub(lambda match: value(Hole(match[1].strip(), int(match[2]) if match[2] else None)), text)
