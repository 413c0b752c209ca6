"""One cell → readings or list entries. Equal cells give the very same objects, so that the rest is worked out once."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from sangao.adapters.tabular.mapping import Column
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


class Texts:
    """A set of texts as a mapping states them: `9` also means `9.0`, width and case do not matter.

    >>> "９" in Texts(["9"]), "9.0" in Texts(["9"]), "99" in Texts(["9"]), "na" in Texts(["NA"])
    (True, True, False, True)
    """

    def __init__(self, texts: tuple[str, ...] | list[str]) -> None:
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

    What cannot be read is handed on as it stands: admission says what is wrong with it.
    """
    missing, own = Texts(blanks), Texts(column.missing)
    values = dict(column.values)
    listed = Texts(list(values))
    first = facts[0]
    truths = {"true": True, "false": False}

    def one(text: str, fact: Fact, at: str | None) -> Taken:
        known = listed.find(text) if values else None
        if known is not None:
            given: object = values[known]
            if fact.kind == "bool":
                given = truths.get(str(given).lower(), given)
        else:
            given = day(text) if fact.kind == "date" else text
        return (Reading(fact.id, given, column.unit, at, column.name),)

    def pair(text: str, at: str | None) -> Taken:
        found = quantity.parse_pair(text)
        if found is None:
            # INVARIANT: one number where two belong must not pass for either of them.
            given = f"{text} /?" if quantity.read(text) is not None else text
            return tuple(Reading(fact.id, given, column.unit, at, column.name) for fact in facts)
        unit = found[2] or column.unit
        return tuple(
            Reading(fact.id, quantity.decimal_text(number), unit, at, column.name)
            for fact, number in zip(facts, found[:2], strict=True)
        )

    def read(cell: str, at: str | None) -> Taken:
        text = clean(cell)
        if not text or text in own or (text in missing and not (values and text in listed)):
            return ()
        return pair(text, at) if len(facts) == 2 else one(text, first, at)

    return read


def lister(
    column: Column, blanks: tuple[str, ...], targets: Callable[[Entry], tuple[str, ...]]
) -> Callable[..., tuple[Entry, ...] | None]:
    """Return the function `(cell, names) → entries` of a list column: None where the list was not delivered.

    A cell that holds one of `none` is a delivered list without items. Where the code maps to no fact, the name beside
    it is tried; an item that maps to nothing stays in the list and keeps it from being taken as complete.
    """
    missing = Texts((*blanks, *column.missing))
    nothing = Texts(list(column.none))
    values = dict(column.values)
    listed = Texts(list(values))
    parts = re.compile(f"[{re.escape(column.split)}]+")

    def read(cell: str, names: str | None) -> tuple[Entry, ...] | None:
        text = clean(cell)
        if text in nothing:
            return ()
        if text in missing:
            text = ""
        others = [clean(one) for one in parts.split(names or "")]
        items = [clean(one) for one in parts.split(text)] if text else []
        if not any(items) and not any(others):
            return None
        found = []
        for i in range(max(len(items), len(others) if names else 0)):
            item = items[i] if i < len(items) else ""
            other = others[i] if i < len(others) else ""
            if not item and not other:
                continue
            if item in nothing and not other:
                continue
            known = listed.find(item) if values and item else None
            if known is not None:
                entry = Entry(values[known], "fact", source=column.name)
            else:
                entry = (
                    Entry(item, column.by or "fact", source=column.name)
                    if item
                    else Entry(other, "name", source=column.names)
                )
            if item and other and not targets(entry):
                named = Entry(other, "name", source=column.names)
                entry = named if targets(named) else entry
            found.append(entry)
        return tuple(found)

    return read


def by_name(facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return every spelling of a fact (id, synonyms, zh, en) with its id."""
    found: dict[str, str] = {}
    for fact in facts.values():
        for text in (fact.id, *fact.synonyms, fact.zh, fact.en):
            found.setdefault(_folded(text), fact.id)
    return found
