"""A table of texts with its mapping, bound to a fact dictionary: records in, charts out, whatever they stood in."""

import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import islice
from typing import Any, Protocol

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.mapping import TableMap
from sangao.adapters.tabular.rows import Rows, fact_of
from sangao.adapters.tabular.wide import Wide, wide
from sangao.engine import quantity
from sangao.engine.chart import today
from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.fact import Dictionary
from sangao.engine.run.qualified import understood, words


class Records(Protocol):
    """A table of texts: its mapping, the names of its columns, and its records, read anew each time.

    `watched`: nothing but its records tells whether it is still the table it was.
    """

    map: TableMap
    header: tuple[str, ...]
    watched: bool

    def records(self) -> Generator[lines.Record]:
        """Yield the records with the line or row each stands in."""


def check(table: TableMap, dictionary: Dictionary) -> list[Problem]:
    """Return what of a mapping the dictionary does not know: facts, units, values."""
    names = cells.by_name(dictionary.facts)
    problems: list[Problem] = []
    for column in table.columns:
        for name in column.facts:
            fact = fact_of(name, dictionary, names)
            if fact is None:
                near = get_close_matches(name, [*dictionary.facts, *names], 1, 0.5)
                parts = {"column": column.name, "name": name, "nearest": near[0] if near else "—"}
                problems.append(Problem("table.unknown_fact", column.where, parts, fact=name))
                continue
            units = {quantity.unit_name(unit.name) for unit in fact.units}
            if column.said and fact.kind != "number":
                units.add(quantity.unit_name(column.unit or ""))  # what a header has in brackets is no unit of a code
            if column.unit is not None and quantity.unit_name(column.unit) not in units:
                shown = "、".join(unit.name for unit in fact.units) or "—"
                parts = {"column": column.name, "unit": column.unit, "units": shown}
                problems.append(Problem("table.unknown_unit", column.where, parts, fact=fact.id))
            for qualifier, said in column.qualifiers:
                known_words = words(fact, qualifier)
                if (known_words and not said) or not understood(fact, qualifier, said):
                    shown = "、".join(known_words)
                    parts = {"column": column.name, "qualifier": qualifier, "value": said, "values": shown}
                    problems.append(Problem("table.unknown_qualifier", column.where, parts, fact=fact.id))
            known = set(fact.values) if fact.kind == "code" else {"true", "false"} if fact.kind == "bool" else None
            for _, value in column.values if known is not None else ():
                if value not in (known or ()):
                    shown = "、".join(fact.values) or "true、false"
                    parts = {"column": column.name, "value": value, "values": shown}
                    problems.append(Problem("table.unknown_value", column.where, parts, fact=fact.id))
        for value in [one for _, many in column.values for one in many.split(",")] if column.list else ():
            fact = fact_of(value, dictionary, names)
            if fact is None or fact.kind != "bool":
                near = get_close_matches(value, list(dictionary.facts), 1, 0.5)
                parts = {"column": column.name, "name": value, "nearest": near[0] if near else "—"}
                problems.append(Problem("table.unknown_fact", column.where, parts, fact=value))
    return problems


def fed(table: TableMap, dictionary: Dictionary) -> tuple[frozenset[str], frozenset[str]]:
    """Return the facts that the columns of a mapping give, and the lists it delivers."""
    names = cells.by_name(dictionary.facts)
    facts = {found.id for one in table.columns for name in one.facts if (found := fact_of(name, dictionary, names))}
    if any(one.identity for one in table.columns):
        facts |= {"sex", "birth_date"}
    lists = {one.list for one in table.columns if one.list} | {rule.name for rule in table.lists}
    return frozenset(facts), frozenset(lists)


def absent(header: Sequence[str], table: TableMap, where: Span) -> list[Problem]:
    """Return the columns a mapping speaks of that a header has not, or has more than once."""
    problems = []
    for name in table.wanted():
        if header.count(name) != 1:
            lower = {one.lower(): one for one in reversed(header)}
            near = get_close_matches(name.lower(), lower, 1, 0.3)
            parts = {"name": name, "nearest": lower[near[0]] if near else "、".join(header[:8])}
            code = "table.double_column" if name in header else "table.no_column"
            problems.append(Problem(code, where, parts))
    return problems


def bind(table: Records, dictionary: Dictionary, on: date | None) -> "BoundTable":
    """Check a mapping against a dictionary. Raises SangaoError with all problems at once."""
    problems = check(table.map, dictionary)
    if problems:
        raise SangaoError(problems, usage=True)
    return BoundTable(table, dictionary, on, today())


@dataclass(slots=True)
class BoundTable:
    """`Bound` of `sangao.adapters.columns`: the readers are made where they are used, so that this can travel."""

    table: Records
    dictionary: Dictionary
    on: date | None
    today: date
    digest: int = 0  # of everything read so far, where nothing else tells one table from another
    _made: Rows | None = None

    def batches(self, size: int) -> Iterator[list[lines.Record]]:
        """Yield records of the table, about `size` at a time. Raises SangaoError where it cannot be read on."""
        self.digest = 0
        with closing(self.table.records()) as found:
            while batch := list(islice(found, size)):
                if self.table.watched:
                    self.digest = zlib.crc32(repr(batch).encode("utf-8", "surrogatepass"), self.digest)
                yield batch

    def keys(self, batch: list[lines.Record]) -> list[str]:
        """Return the person key of each row, "" where it is blank."""
        at = self.table.header.index(self.table.map.key)
        return [cells.clean(fields[at]) if len(fields) > at else "" for _, fields in batch]

    def groups(self, batch: list[lines.Record]) -> list[str]:
        """Return the group of each row, nothing where the mapping names none."""
        if self.table.map.group is None:
            return []
        at = self.table.header.index(self.table.map.group)
        return [cells.clean(fields[at]) if len(fields) > at else "" for _, fields in batch]

    def patients(self, batch: list[lines.Record]) -> Iterator[Patient]:
        """Return the patients of a batch."""
        if self._made is None:
            self._made = Rows(self.table, self.dictionary, self.on or self.today, self.on is not None)
        return map(self._made.patient, batch)

    def feeds(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the facts that columns give, and the lists that are delivered."""
        return fed(self.table.map, self.dictionary)

    # --- whole columns ------------------------------------------------------------------------------------------------
    def wide(self) -> Wide | None:
        """Return the mapping for whole columns, None where rows have to be looked at."""
        return wide(self.table.map, self.dictionary, self.on or self.today, self.on is not None)

    def some(self, batch: list[lines.Record], places: Iterable[int]) -> Iterator[Patient]:
        """Return some patients of a batch."""
        return self.patients([batch[i] for i in places])

    def columns(self, batch: list[lines.Record]) -> tuple[list[str], list[Any], Any]:
        """Return keys, Arrow columns (one for each fact of the mapping), and which rows are no whole rows."""
        import numpy as np
        import pyarrow as pa

        header = self.table.header
        width = len(header)
        whole = [fields if len(fields) == width else [""] * width for _, fields in batch]
        texts = list(zip(*whole, strict=True)) if whole else [()] * width
        at = {name: i for i, name in enumerate(header)}
        keys = [cells.clean(one) for one in texts[at[self.table.map.key]]]
        odd = np.array([not key or len(one[1]) != width for key, one in zip(keys, batch, strict=True)], bool)
        made = {one.name: pa.array(texts[at[one.name]], pa.string()) for one in self.table.map.columns}
        return keys, [made[one.name] for one in self.table.map.columns for _ in one.facts], odd

    @staticmethod
    def text(value: Any) -> str:
        """Return a cell as text."""
        return str(value)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.table, self.dictionary, self.on, self.today

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.table, self.dictionary, self.on, self.today = state
        self.digest, self._made = 0, None
