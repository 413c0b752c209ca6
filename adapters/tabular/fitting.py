"""A mapping → the mapping of this very file: its columns under the names they have there.

A mapping that is `loose` is written for a form and not for one file. Columns the file lacks fall away. A column may be
headed by another name the mapping gives, by a name in another width or case, with a leading `*`, or with a unit in
brackets, which then is the unit of its bare numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from sangao.adapters.tabular.model import Column, ListRule, TableMap
from sangao.engine import quantity
from sangao.engine.errors import SangaoError, Span

_UNIT = re.compile(r"(.+?)[(\[]([^()\[\]]{1,24})[)\]]")
MOST = 5  # problems shown of a file in which nothing fits


def fitted(header: Sequence[str], table: TableMap, where: Span) -> TableMap:
    """Return the mapping under the names of a header. Raises SangaoError with all problems at once.

    >>> loose = TableMap("id", (Column("空腹血糖", ("fpg",)), Column("身高", ("height",))), loose=True)
    >>> [(one.name, one.unit) for one in fitted(["id", "*空腹血糖(mg/dL)"], loose, Span()).columns]
    [('*空腹血糖(mg/dL)', 'mg/dL')]
    """
    from sangao.adapters.tabular.binding import absent

    if not table.loose:
        problems = absent(header, table, where)
        if problems:
            raise SangaoError(problems, usage=True)
        return table
    heads = _Heads(header)
    columns = tuple(found for one in table.columns if (found := heads.column(one)) is not None)
    key = heads.first(table.key, *table.keys)
    day = heads.first(table.on_column, *table.days)
    group = heads.first(table.group)
    lacking = [
        name for name, found in ((table.key, key), (table.on_column, day), (table.group, group)) if name and not found
    ]
    if lacking or not columns:
        shown = TableMap(lacking[0] if lacking else table.key, () if lacking else table.columns, loose=True)
        raise SangaoError(absent(header, shown, where)[:MOST], usage=True)
    lists = tuple(_rule(one, columns, heads) for one in table.lists)
    return replace(table, key=key or "", columns=columns, on_column=day, group=group, lists=lists)


class _Heads:
    """The names of a header, found by how they may be written."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = header
        self.plain: dict[str, list[str]] = {}
        self.bare: dict[str, list[tuple[str, str]]] = {}
        for name in header:
            folded = _folded(name)
            self.plain.setdefault(folded, []).append(name)
            found = _UNIT.fullmatch(folded)
            if found:
                self.bare.setdefault(found[1], []).append((name, _inside(name)))

    def find(self, name: str) -> tuple[str, str] | None:
        """Return the one column of a name and the unit in its brackets; None where there is none, or several."""
        if self.header.count(name) == 1:
            return name, ""
        folded = _folded(name)
        plain = self.plain.get(folded, [])
        if len(plain) == 1:
            return plain[0], ""
        bare = self.bare.get(folded, [])
        return bare[0] if not plain and len(bare) == 1 else None

    def named(self, name: str) -> str | None:
        """Return the column of a name."""
        found = self.find(name)
        return found[0] if found else None

    def first(self, *names: str | None) -> str | None:
        """Return the first of several names that the file has."""
        return next((found for name in names if name and (found := self.named(name))), None)

    def column(self, column: Column) -> Column | None:
        """Return a column of the mapping under its name here, None where the file has none."""
        found = next(filter(None, map(self.find, (column.name, *column.also_called))), None)
        if found is None:
            return None
        name, unit = found
        at = self.named(column.at) if column.at else None
        when = tuple(replace(one, column=self.named(one.column) or "") for one in column.when)
        unit = _per_day(unit, column.unit)
        return replace(
            column,
            name=name,
            unit=unit or column.unit,
            said=bool(unit),
            at=at,
            undated=column.at is not None and at is None,
            names=self.named(column.names) if column.names else None,
            when=when,
        )


def _per_day(said: str, unit: str | None) -> str:
    """Return the unit a header names: `(支)` counts and is none, `(两)` of an amount a day is 两 a day.

    >>> _per_day("支", "/d"), _per_day("两", "mL/d"), _per_day("mg/dL", "mmol/L"), _per_day("", "kg")
    ('', '两/d', 'mg/dL', '')
    """
    if not said or not quantity.unit_name(said):
        return ""
    return f"{said}/d" if unit and unit.endswith("/d") and "/" not in said else said


def _rule(rule: ListRule, columns: Sequence[Column], heads: _Heads) -> ListRule:
    """Return when a list is delivered here: never, where a column that should say so is not there."""
    here = {one.name for one in columns}
    found = tuple(name for one in rule.columns if (name := heads.named(one)) in here and name is not None)
    if rule.columns and (not found or (rule.delivered == "all" and len(found) < len(rule.columns))):
        return replace(rule, columns=(), delivered="never", complete=False, complete_column=None)
    column = heads.named(rule.complete_column) if rule.complete_column else None
    return replace(rule, columns=found, complete_column=column)


def _folded(name: str) -> str:
    return re.sub(r"\s", "", quantity.normalise(name)).lstrip("*").lower()


def _inside(name: str) -> str:
    return re.split(r"[(\[]", quantity.normalise(name))[-1].rstrip(")] ").strip()
