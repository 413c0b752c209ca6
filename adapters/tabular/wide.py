"""A mapping simple enough for whole columns: columns of facts, one day, lists delivered in every row or never.

Whatever else a mapping may say (a date beside a value, a choice of columns, lists of items, a day per row) is
left to `rows`, row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangao.adapters.tabular import cells
from sangao.adapters.tabular.mapping import TableMap
from sangao.adapters.tabular.rows import fact_of
from sangao.engine import quantity
from sangao.engine.chart import Reading, day_of
from sangao.engine.fact import Dictionary


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column of one fact; `read` gives the readings of a cell's text, `plain`: a number in it stands as it is;
    `answers`: a blank says "not known" of a fact whose list was delivered."""

    name: str
    fact: str
    read: Callable[[str], tuple[Reading, ...]]
    plain: bool
    answers: bool


@dataclass(frozen=True, slots=True)
class Wide:
    """What every row shares, and the columns of facts."""

    on: date
    lists: tuple[str, ...]
    complete: tuple[str, ...]
    columns: tuple[WideColumn, ...]


def wide(mapped: TableMap, dictionary: Dictionary, on: date, fixed: bool) -> Wide | None:
    """Return the mapping for whole columns, None where a row has to be looked at; `on`, `fixed` as for `Rows`."""
    if (mapped.on_column and not fixed) or mapped.by_row:
        return None
    if any(rule.delivered != "always" or rule.complete_column for rule in mapped.lists):
        return None
    if any(one.list or one.at or not one.facts for one in mapped.columns):
        return None
    given = day_of(mapped.on) if mapped.on else None
    day = date.fromordinal(given[0]) if given and not fixed else on
    names = cells.by_name(dictionary.facts)
    delivered = tuple(rule.name for rule in mapped.lists)
    found = []
    for column in mapped.columns:
        facts = tuple(fact for name in column.facts if (fact := fact_of(name, dictionary, names)) is not None)
        if len(facts) != len(column.facts):
            return None
        read = cells.reader(column, facts, mapped.missing)
        if len(facts) == 2:  # of `156/92` each fact takes its half
            found += [WideColumn(column.name, one.id, _reader(read, day, one.id), False, False) for one in facts]
            continue
        [fact] = facts
        own = column.unit is None or quantity.unit_name(column.unit) == quantity.unit_name(fact.unit)
        missing = cells.Texts((*mapped.missing, *column.missing))
        plain = own and not column.values and not missing.numbers
        answers = fact.kind == "bool" and fact.list in delivered
        found.append(WideColumn(column.name, fact.id, _reader(read, day, fact.id), plain, answers))
    if len({one.fact for one in found}) != len(found):
        return None
    complete = tuple(rule.name for rule in mapped.lists if rule.complete)
    return Wide(day, delivered, complete, tuple(found))


def _reader(read: Any, day: date, fact: str) -> Callable[[str], tuple[Reading, ...]]:
    text = day.isoformat()
    return lambda cell: tuple(one for one in read(cell, text) if one.fact == fact)
