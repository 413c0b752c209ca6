"""What a FHIR element holds, read without trust: whatever has another shape than it should counts as not there.

Hosts send plain JSON. Nothing here raises, whatever it is given; what could not be read is told by the caller, who
knows the resource.
"""

import reprlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Json = Mapping[str, Any]
LONGEST = 500  # of a text that is passed on; no code, unit or reading is longer
SHORT = 120  # of a text that is remembered


class Coding(NamedTuple):
    """One code of a concept."""

    system: str | None
    code: str
    display: str | None


class Concept(NamedTuple):
    """A CodeableConcept: its codes and the text beside them."""

    codings: tuple[Coding, ...]
    text: str | None

    @property
    def name(self) -> str:
        """Return what a person would call it: the text, else the first display, else the first code."""
        shown = [self.text, *(one.display for one in self.codings), *(one.code for one in self.codings)]
        return next((one for one in shown if one), "")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the texts and displays, each once."""
        return tuple(dict.fromkeys(one for one in (self.text, *(code.display for code in self.codings)) if one))


NOTHING = Concept((), None)


def text(value: Any) -> str | None:
    """Return a text that is not blank, trimmed and without characters that cannot be seen, else None.

    >>> text(" Urine\u200b "), text("  "), text(3)
    ('Urine', None, None)
    """
    if type(value) is not str and not isinstance(value, str):
        return None
    if value.isascii():
        return value[:LONGEST].strip() or None
    return value[:LONGEST].replace("\u200b", "").replace("\ufeff", "").strip() or None


def mapping(value: Any) -> Json:
    """Return an object, an empty one for anything else.

    >>> mapping({"a": 1}), mapping([1])
    ({'a': 1}, {})
    """
    return value if type(value) is dict or isinstance(value, Mapping) else {}


def mappings(value: Any) -> Sequence[Json]:
    """Return the objects of a list, or the one object that stands where a list should.

    >>> mappings([{"a": 1}, None, 3]), mappings({"a": 1}), mappings(None)
    ([{'a': 1}], ({'a': 1},), ())
    """
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        if len(value) == 1 and type(value[0]) is dict:  # the common list
            return value
        return [one for one in value if type(one) is dict or isinstance(one, Mapping)]
    return (value,) if isinstance(value, Mapping) else ()


def concept(value: Any) -> Concept:
    """Return a CodeableConcept, of a list of them (as elements that repeat) all together.

    >>> concept({"coding": [{"system": "http://loinc.org", "code": "8480-6"}], "text": "SBP"}).codings[0].code
    '8480-6'
    """
    if value is None:
        return NOTHING
    parts = (value,) if type(value) is dict else mappings(value)
    if len(parts) == 1:  # the common concept
        listed, said = parts[0].get("coding"), parts[0].get("text")
        if type(listed) is list and len(listed) == 1 and type(listed[0]) is dict:
            words = (listed[0].get("system"), listed[0].get("code"), listed[0].get("display"), said)
            if brief(*words):
                return _of_one(*words)
        own = [one for each in mappings(parts[0].get("coding")) if (one := coding(each)) is not None]
        return Concept(tuple(own), text(parts[0].get("text")))
    found = [coding(one) for part in parts for one in mappings(part.get("coding"))]
    texts = [said for part in parts if (said := text(part.get("text"))) is not None]
    return Concept(tuple([one for one in found if one is not None]), texts[0] if texts else None)


def brief(*words: Any) -> bool:
    """Return whether what stands in some elements may be remembered: short texts, or nothing."""
    return all([one is None or (type(one) is str and len(one) <= SHORT) for one in words])


@lru_cache(4096)
def _of_one(system: str | None, code: str | None, display: str | None, said: str | None) -> Concept:
    """Return the concept of one code; hosts send the same ones over and over."""
    one = coding({"system": system, "code": code, "display": display})
    return Concept(() if one is None else (one,), text(said))


def coding(value: Json) -> Coding | None:
    """Return a Coding, None when it has no code."""
    code = value.get("code")
    if type(code) is int and abs(code) < 10**18:
        code = str(code)  # a code written as a number is still that code
    found = text(code)
    return None if found is None else Coding(text(value.get("system")), found, text(value.get("display")))


def codes(value: Any) -> tuple[str, ...]:
    """Return the bare codes of a concept, or the one code where the element is a code itself."""
    plain = text(value)
    return (plain,) if plain else tuple(one.code for one in concept(value).codings)


def reference(value: Any) -> str | None:
    """Return what a Reference refers to; of a list, its first."""
    if type(value) is dict:
        return text(value.get("reference"))
    return next((found for one in mappings(value) if (found := text(one.get("reference")))), None)


def short(value: Any) -> Any:
    """Return what was given in a form a problem can carry: a single value as it is, of anything else its beginning.

    >>> short(3.5), short({"a": [1, 2]})
    (3.5, "{'a': [1, 2]}")
    """
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**18 else "…"
    return value[:80] if isinstance(value, str) else reprlib.repr(value)[:80]
