"""A decoded message as segments, fields, repetitions, components: split by `python-hl7`, unescaped here.

Of the two libraries that split HL7, hl7apy is the better kept, but it refuses a whole message for a version it does
not know (2.9, a blank MSH-12) or a segment of another version, and takes fifteen times as long. python-hl7 splits
whatever stands there. Its own `unescape` is not used: it writes what it cannot read into the log.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sangao.adapters.hl7.decoding import Decoded, Delimiters
from sangao.engine.errors import fail

MOST_SEGMENTS = 20_000
UNREAD = "\ufffd"  # no part of a number, a code or a word
Parts = tuple[str, ...]  # components of one repetition


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; fields count from 1 as in the standard."""

    name: str
    fields: tuple[tuple[Parts, ...], ...]
    number: int

    def all(self, field: int) -> tuple[Parts, ...]:
        """Return the repetitions of a field, each as its components."""
        return self.fields[field] if field < len(self.fields) else ()

    def get(self, field: int, component: int = 1) -> str:
        """Return a component of the first repetition of a field, empty where it is blank."""
        found = self.all(field)
        return found[0][component - 1] if found and component <= len(found[0]) else ""


def library() -> Any:
    """Return python-hl7. Raises SangaoError (`hl7.no_extra`) where it is not installed."""
    try:
        import hl7
    except ImportError as error:
        raise fail("hl7.no_extra", usage=True) from error
    return hl7


def segments(decoded: Decoded) -> list[Segment]:
    """Return the segments of a message. Raises SangaoError when it cannot be split, or the extra `hl7` is missing."""
    hl7 = library()
    if decoded.text.count("\r") > MOST_SEGMENTS:
        raise fail("hl7.too_large", usage=True, limit=f"{MOST_SEGMENTS} segments")
    try:
        split: Any = hl7.parse(decoded.text)
    except (hl7.HL7Exception, IndexError, KeyError, ValueError) as error:
        raise fail("hl7.not_hl7", usage=True) from error
    return [_segment(one, number, decoded) for number, one in enumerate(split, 1)]


def named(found: Sequence[Segment], name: str) -> Iterator[Segment]:
    """Yield the segments of a name."""
    return (one for one in found if one.name == name)


def _segment(given: Any, number: int, decoded: Decoded) -> Segment:
    name = str(given[0]).strip()
    if name == "MSH":  # its fields are delimiters and a heading, which nobody need split
        return Segment(name, (), number)
    return Segment(name, tuple(tuple(_repetitions(field, decoded)) for field in given), number)


def _repetitions(field: Any, decoded: Decoded) -> Iterator[Parts]:
    """Yield the repetitions of a field; the library wraps what has parts, and leaves plain text bare."""
    for one in field if isinstance(field, list) else [field]:
        if isinstance(one, str):
            yield (unescaped(one, decoded),)
        else:
            yield tuple(_component(component, decoded) for component in one)


def _component(given: Any, decoded: Decoded) -> str:
    if isinstance(given, str):
        return unescaped(given, decoded)
    return decoded.delimiters.part.join(unescaped(str(one), decoded) for one in given)


def unescaped(text: str, decoded: Decoded) -> str:
    """Return a text without its escapes: highlighting falls away, what cannot be read leaves a mark in its place.

    Else `1\\\\Zx\\\\40`, of which nobody knows what stood between, would be read as 140.

    >>> from sangao.adapters.hl7.decoding import decode
    >>> unescaped("a\\\\T\\\\b\\\\.br\\\\c\\\\XE7B396\\\\", decode("MSH|^~\\\\&|"))
    'a&b\\nc糖'
    """
    mark = decoded.delimiters.escape
    if mark not in text:
        return text.strip()
    sign = re.escape(mark)
    return re.sub(f"{sign}([^{sign}]*){sign}", lambda found: _meant(found[1], decoded), text).strip()


def _meant(code: str, decoded: Decoded) -> str:
    delimiters: Delimiters = decoded.delimiters
    known = {"F": delimiters.field, "S": delimiters.component, "R": delimiters.repetition, "T": delimiters.part,
             "E": delimiters.escape}  # fmt: skip
    if code in known:
        return known[code]
    if code in ("H", "N"):
        return ""
    if code.startswith("."):
        return "\n"
    if code[:1] == "X":
        try:
            return bytes.fromhex(code[1:]).decode(decoded.encoding)
        except ValueError:
            return UNREAD
    return UNREAD
