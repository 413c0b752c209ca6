"""One cell → readings or list entries. Equal cells give the very same objects, so that the rest is worked out once."""

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from sangao.adapters.tabular.mapping import UNSURE, Column
from sangao.adapters.terms.book import book
from sangao.engine import quantity
from sangao.engine.chart import Entry, Reading
from sangao.engine.fact import Fact

KEPT = 20_000  # distinct cells of one column that are remembered
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?.*))?"
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def clean(text: str) -> str:
    """Return a cell without blanks at its ends and without characters nobody sees.

    >>> clean(" 152\\u200b ")
    '152'
    """
    return text.strip() if text.isascii() else text.translate(_INVISIBLE).replace("\u3000", " ").strip()


def day(text: str) -> str:
    """Return a date as ISO text where it is written another way; anything else as it stands.

    >>> day("2025/3/9"), day("20250309"), day("2025年3月9日"), day("2025-3-9 8:05"), day("spring")
    ('2025-03-09', '2025-03-09', '2025-03-09', '2025-03-09T08:05', 'spring')
    """
    plain = quantity.normalise(text)
    if len(plain) == 8 and plain.isdigit():
        return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = _DATE.fullmatch(plain)
    if found is None:
        return plain
    year, month, number, time = found.groups()
    moment = f"T{time.strip().zfill(5) if len(time.split(':')[0]) > 1 else '0' + time.strip()}" if time else ""
    return f"{year}-{int(month):02}-{int(number):02}{moment}"


def plain(text: str) -> str | int | float:
    """Return a text as a number where the number says the very same text; such values are admitted fastest.

    >>> plain("152"), plain("7.1"), plain("7.10"), plain(">33.3"), plain("007")
    (152, 7.1, '7.10', '>33.3', '007')
    """
    try:
        number: int | float = int(text) if text.isdecimal() and text.isascii() else float(text)
    except ValueError:
        return text
    return number if str(number) == text else text


class Texts:
    """A set of texts as a mapping states them: `9` also means `9.0`, width and case do not matter.

    >>> "９" in Texts(["9"]), "9.0" in Texts(["9"]), "99" in Texts(["9"]), "na" in Texts(["NA"])
    (True, True, False, True)
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.values: dict[str, str] = {}
        self.numbers: dict[Fraction, str] = {}
        for text in texts:
            self.values.setdefault(_folded(text), text)
            number = quantity.parse_number(text)
            if number is not None:
                self.numbers.setdefault(number, text)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self.find(text) is not None

    def find(self, text: str) -> str | None:
        """Return the listed text that a cell equals."""
        found = self.values.get(_folded(text))
        if found is None and self.numbers:
            number = quantity.parse_number(text)
            found = None if number is None else self.numbers.get(number)
        return found


def _folded(text: str) -> str:
    return quantity.normalise(text).lower()


Taken = tuple[Reading, ...]


def reader(column: Column, facts: tuple[Fact, ...], blanks: tuple[str, ...]) -> Callable[[str, str | None], Taken]:
    """Return the function `(cell, at) → readings` of a column; nothing for a blank.

    Of a yes or no "不详" is an answer, unless the mapping calls it missing; of anything else it is a blank. What cannot
    be read is handed on as it stands: admission says what is wrong with it.
    """
    missing, own = Texts(blanks), Texts(column.missing)
    values = dict(column.values)
    listed = Texts(list(values))
    first = facts[0]
    unsure = Texts(UNSURE)
    truths = {"true": True, "false": False}

    def one(text: str, fact: Fact, at: str | None) -> Taken:
        known = listed.find(text) if values else None
        own = None if known is not None or fact.kind != "number" else own_unit(text, column.unit, fact)
        if own is not None:
            return (Reading(fact.id, own[0], own[1], at, column.name, column.qualifiers),)
        if known is not None:
            given: object = values[known]
            if fact.kind == "bool":
                given = truths.get(str(given).lower(), given)
        else:
            given = day(text) if fact.kind == "date" else plain(text) if fact.kind == "number" else text
        return (Reading(fact.id, given, column.unit, at, column.name, column.qualifiers),)

    def pair(text: str, at: str | None) -> Taken:
        found = quantity.parse_pair(text)
        if found is None:
            # INVARIANT: one number where two belong must not pass for either of them.
            given = f"{text} /?" if quantity.read(text) is not None else text
            return tuple(Reading(fact.id, given, column.unit, at, column.name, column.qualifiers) for fact in facts)
        unit = found[2] or column.unit
        return tuple(
            Reading(fact.id, quantity.decimal_text(number), unit, at, column.name, column.qualifiers)
            for fact, number in zip(facts, found[:2], strict=True)
        )

    def read(cell: str, at: str | None) -> Taken:
        text = clean(cell)
        if not text or text in own or (text in missing and not (values and text in listed)):
            return ()
        if text in unsure and not (values and text in listed):
            asked = first.kind == "bool"
            return (Reading(first.id, "unknown", None, at, column.name, column.qualifiers),) if asked else ()
        return pair(text, at) if len(facts) == 2 else one(text, first, at)

    return read


def own_unit(text: str, unit: str | None, fact: Fact) -> tuple[str, str] | None:
    """Return the number and unit of a cell that writes another unit than its column: a column's is of bare numbers.

    None where the cell writes none, the column's, or one that the fact does not know.
    """
    given = quantity.read(text) if unit and not text.isdecimal() else None
    if given is None or not given.unit or given.exact is None:
        return None
    named = quantity.unit_name(book().unit(given.unit) or given.unit)
    if named == quantity.unit_name(unit or "") or all(quantity.unit_name(one.name) != named for one in fact.units):
        return None
    return quantity.decimal_text(given.exact), named


@dataclass(frozen=True, slots=True)
class Listed:
    """What a cell of a list column says: its items and the facts they name; `unsure`: the list is not known."""

    entries: tuple[Entry, ...] = ()
    facts: tuple[str, ...] = ()
    unsure: bool = False


def lister(
    column: Column,
    blanks: tuple[str, ...],
    targets: Callable[[Entry], tuple[str, ...]],
    terms: Callable[[Entry, str], tuple[Entry, ...] | None] = lambda entry, name: None,
) -> Callable[[str, str | None], Listed | None]:
    """Return the function `(cell, names) → items` of a list column: None where nothing stands.

    A cell that holds one of `none` is a delivered list without items; one of the column's own `missing`, or "不详" that
    the mapping does not call missing, a list that is not known. Where a code maps to no fact the name beside it is
    tried; an item that maps to nothing stays in the list and keeps anything from being assumed of it. `terms` says what
    to put in place of an item (with the name beside it), None to leave it as it stands.
    """
    blank, own, nothing, unsure = Texts(blanks), Texts(column.missing), Texts(column.none), Texts(UNSURE)
    values = dict(column.values)
    listed = Texts(list(values))
    parts = re.compile(f"[{re.escape(column.split)}]+")

    def entries(item: str, name: str) -> tuple[Entry, ...]:
        known = listed.find(item) if values and item else None
        if known is not None:
            return tuple(Entry(fact, "fact", source=column.name) for fact in values[known].split(","))
        first = entry(item, name)
        meant = terms(first, name)
        return (first,) if meant is None else meant

    def entry(item: str, name: str) -> Entry:
        first = Entry(item, column.by or "fact", source=column.name)
        second = Entry(name, "name", source=column.names)
        return second if name and (not item or (not targets(first) and targets(second))) else first

    def read(cell: str, names: str | None) -> Listed | None:
        text, beside = clean(cell), clean(names or "")
        if text in nothing and not beside:
            return Listed()
        doubtful = text in own or nobody_knows(text), nobody_knows(beside)
        text, beside = ("" if doubtful[0] else text), ("" if doubtful[1] else beside)
        items = [clean(one) for one in parts.split(text)] if text and text not in blank else []
        others = [clean(one) for one in parts.split(beside)] if beside and beside not in blank else []
        pairs = [(a, b) for a, b in zip_longest(items, others, fillvalue="") if (a and a not in nothing) or b]
        found = tuple(one for a, b in pairs for one in entries(a, b))
        if not pairs and not any(doubtful):
            return None
        return Listed(found, tuple(fact for one in found for fact in targets(one)), any(doubtful) and not found)

    def nobody_knows(text: str) -> bool:
        return text in unsure and text not in blank and not (values and text in listed)

    return read


_named: deque[tuple[Mapping[str, Fact], dict[str, str]]] = deque(maxlen=4)  # thousands of spellings each


def by_name(facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return every spelling of a fact (id, synonyms, zh, en) with its id; those of the facts asked last are known."""
    for known, names in _named:
        if known is facts:
            return names
    found: dict[str, str] = {}
    for fact in facts.values():
        for text in (fact.id, *fact.synonyms, fact.zh, fact.en):
            found.setdefault(_folded(text), fact.id)
    _named.append((facts, found))
    return found
