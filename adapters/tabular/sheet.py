"""A sheet of a workbook as a table of records: the cells as the texts that stand in them.

Excel knows no persons and no blanks: a number may be a text, a key a rounded number, a day a number of days, a name of
a column two merged cells one above the other. Each cell becomes the text a reader of the sheet sees; what has lost
digits is refused. A sheet is held in memory while it is read (it has a million rows at most).
"""

import re
import zlib
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import python_calamine as calamine

from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.binding import BoundTable, bind
from sangao.adapters.tabular.fitting import fitted
from sangao.adapters.tabular.mapping import TableMap
from sangao.adapters.tabular.rows import fact_of
from sangao.engine.errors import Span, fail
from sangao.engine.fact import Dictionary

LOOKED_AT = 20  # rows among which the header is looked for
DEEPEST = 3  # rows a header may have
EXACT = 10**15  # Excel keeps fifteen digits of a number
SERIALS = range(2101, 110_000)  # numbers that are days: from 1905 on, above anything that may be a year
EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
Box = tuple[tuple[int, int], tuple[int, int]]  # first and last cell (row, column) of a merged range


@dataclass(slots=True)
class SheetTable:
    """A sheet: `Columns` of `sangao.adapters.columns`. `first` is the row after its header, from 0.

    `dates` names the columns whose numbers are days.
    """

    path: Path
    map: TableMap
    total: int | None
    key: str
    header: tuple[str, ...]
    first: int
    sheet: Any
    dates: frozenset[str] = frozenset()
    watched: bool = False

    @property
    def dated(self) -> bool:
        """Return whether the mapping says of which day the rows are."""
        return bool(self.map.on or self.map.on_column)

    def bind(self, dictionary: Dictionary, on: date | None) -> BoundTable:
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once."""
        names = cells.by_name(dictionary.facts)
        found = {one for column in self.map.columns for one in (column.at,) if one}
        for column in self.map.columns:
            facts = [fact_of(name, dictionary, names) for name in column.facts]
            if any(fact is not None and fact.kind == "date" for fact in facts):
                found.add(column.name)
        if self.map.on_column:
            found.add(self.map.on_column)
        return bind(replace(self, dates=frozenset(found)), dictionary, on)

    def records(self) -> Generator[lines.Record]:
        """Yield the rows below the header, empty ones left out. Raises SangaoError for a key that was rounded."""
        epoch = EPOCHS[_since_1904(self.path)]
        key = self.header.index(self.key)
        days = [name in self.dates for name in self.header]
        group = self.header.index(self.map.group) if self.map.group else None
        covered = _below(self.sheet, group)
        shown = ""
        for number, row in enumerate(self.sheet.iter_rows()):
            if number < self.first:
                continue
            if isinstance(row[key], float) and abs(row[key]) >= EXACT:
                raise fail("table.key_rounded", Span(self.path.name, number + 1, key + 1), usage=True, key=self.key)
            found = [text(one, epoch if day else None) for one, day in zip(row, days, strict=False)]
            if group is not None:
                shown = found[group] = shown if number in covered else found[group]
            if any(found):
                yield number + 1, found

    def __getstate__(self) -> tuple[Any, ...]:
        return self.path, self.map, self.total, self.key, self.header, self.first, self.dates

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.path, self.map, self.total, self.key, self.header, self.first, self.dates = state
        self.sheet, self.watched = None, False  # a worker is given records and reads nothing


def open_sheet(path: Path, table: TableMap) -> SheetTable:
    """Open a workbook and find the header of the mapped columns. Raises SangaoError with all problems at once.

    The sheet is the one the mapping names, else the one whose first rows name most of the mapped columns.
    """
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        if table.sheet is not None and table.sheet not in book.sheet_names:
            shown = "、".join(book.sheet_names[:8])
            raise fail("table.no_sheet", Span(path.name), usage=True, name=table.sheet, names=shown)
        sheets = [book.get_sheet_by_name(one) for one in ([table.sheet] if table.sheet else book.sheet_names)]
        found = [(sheet, *_header(sheet, table)) for sheet in sheets]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise fail("table.damaged", Span(str(path)), usage=True, reason=type(error).__name__) from error
    if not found:
        raise fail("table.empty", Span(str(path)), usage=True)
    wanted = set(table.spellings())
    sheet, header, first = max(found, key=lambda one: len(wanted & set(one[1])))
    if not any(header):
        raise fail("table.empty", Span(str(path)), usage=True)
    table = fitted(header, table, Span(path.name, first, 1))
    return SheetTable(path, table, max(sheet.total_height - first, 0), table.key, header, first, sheet)


def _header(sheet: Any, table: TableMap) -> tuple[tuple[str, ...], int]:
    """Return the names of the columns and the row after them: those that name most of the mapped columns."""
    top: list[list[str]] = []
    for row in sheet.iter_rows():
        top.append([cells.clean(text(one)) for one in row])
        if len(top) >= max(LOOKED_AT, table.header[1] if table.header else 0):
            break
    for (row, column), (last, right) in sheet.merged_cell_ranges or ():
        for i in range(row, min(last + 1, len(top))):
            for j in range(column, min(right + 1, len(top[i]))):
                top[i][j] = top[row][column]
    wanted = table.spellings()
    if table.header is not None:
        first, last = table.header[0] - 1, table.header[1]
        return names(top[first:last], wanted), last
    spans = [(last - depth, last) for depth in range(1, DEEPEST + 1) for last in range(depth, len(top) + 1)]
    if not spans:
        return (), 0
    worth = {span: len(set(wanted) & set(names(top[span[0] : span[1]], wanted))) for span in spans}
    best = max(spans, key=worth.__getitem__)  # of equal ones the shallowest, then the first
    return names(top[best[0] : best[1]], wanted), best[1]


def names(rows: Sequence[Sequence[str]], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns whose header has several rows: `血压/收缩压`, or `收缩压` where a mapping says so.

    >>> names([["id", "bp", "bp"], ["id", "sbp", "dbp"]], ["id", "sbp"])
    ('id', 'sbp', 'bp/dbp')
    """
    found = []
    for column in zip(*rows, strict=True) if rows else ():
        parts = list(dict.fromkeys(part for part in column if part))
        whole = "/".join(parts)
        found.append(parts[-1] if parts and whole not in wanted and parts[-1] in wanted else whole)
    return tuple(found)


def text(value: Any, epoch: date | None = None) -> str:
    """Return a cell as its reader sees it; with an `epoch`, a number that may be a day is one.

    >>> text(152.0), text(7.1000000000000005), text(45950.0, EPOCHS[0]), text(1961.0, EPOCHS[0]), text(True)
    ('152', '7.1', '2025-10-20', '1961', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if epoch is not None and int(value) in SERIALS:
            return (epoch + timedelta(days=int(value))).isoformat()
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _below(sheet: Any, column: int | None) -> frozenset[int]:
    """Return the rows whose cell in a column belongs to a merged one that begins further up."""
    if column is None:
        return frozenset()
    boxes: Sequence[Box] = sheet.merged_cell_ranges or ()
    return frozenset(
        row for (top, left), (last, right) in boxes if left <= column <= right for row in range(top + 1, last + 1)
    )


def _since_1904(path: Path) -> bool:
    """Return whether a workbook counts its days from 1904, as old Macintosh versions did."""
    with suppress(BadZipFile, KeyError, OSError, ValueError, RuntimeError, EOFError, zlib.error), ZipFile(path) as book:
        start = book.read("xl/workbook.xml")[:1_000_000]
        return re.search(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']", start) is not None
    return False
