"""A mapping as typed data: columns, lists, and what steers the reading of a table."""

from dataclasses import dataclass

from sangao.engine.errors import Span

BLANKS = ("NA", "N/A", "NaN", "NULL", "None", "nil", "#N/A", "\\N", "-", "--", "—", "/", "\\", ".", "?",
          "未查", "未测", "未做", "未检", "缺失")  # fmt: skip
# Asked, and not known. Of a number that is a blank: not measured. Of a yes or no nothing may be assumed in its place.
UNSURE = ("不详", "未知", "拒查", "拒绝", "拒答")
TOP = (
    "mapping",
    "key",
    "on",
    "group",
    "encoding",
    "separator",
    "sheet",
    "header",
    "sql",
    "settings",
    "missing",
    "loose",
    "higher_arm",
    "lists",
    "columns",
)
COLUMN = (
    "fact",
    "facts",
    "unit",
    "values",
    "missing",
    "at",
    "prefer",
    "list",
    "by",
    "name",
    "split",
    "none",
    "also",
    "also_called",
    "when",
    "qualifiers",
    "identity",
    "note",
)
WHEN = ("column", "is", "not")
LIST = ("from", "delivered", "complete")
DELIVERED = ("any", "all", "always", "never")


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class When:
    """A column is read in rows where another one holds one of `texts` (`inverse`: none of them); "" is a blank."""

    column: str
    texts: tuple[str, ...]
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the fact it gives (two for `156/92`), or the list whose items it holds.

    `values` turns texts of the file into codes, `missing` are further texts that mean blank; `prefer`: of several
    columns for one fact the smallest that is filled counts; `names`: the column with the names beside these codes.
    `identity`: an identity number, of which sex and date of birth are taken; `qualifiers` go with each reading;
    `undated`: its column of dates is not in the file; `said`: the unit stands in the header.
    """

    name: str
    facts: tuple[str, ...] = ()
    unit: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    at: str | None = None
    prefer: int | None = None
    list: str | None = None
    by: str = ""
    names: str | None = None
    split: str = ";；、|\n"
    none: tuple[str, ...] = ()
    where: Span = NOWHERE
    also_called: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    qualifiers: tuple[tuple[str, str], ...] = ()
    identity: bool = False
    undated: bool = False
    said: bool = False


@dataclass(frozen=True, slots=True)
class ListRule:
    """When a list counts as delivered, and whether it is then complete (always, or by a column that says so)."""

    name: str
    columns: tuple[str, ...] = ()
    delivered: str = "any"
    complete: bool = False
    complete_column: str | None = None
    complete_when: tuple[str, ...] = ()
    where: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TableMap:
    """A whole mapping. `on`: ISO day, or None with `on_column`, or neither.

    `group`: the column people are counted by; `sheet`, `header`: of a workbook, the name of the sheet and the first and
    last row of its header, from 1; `sql`: the query, of a database. `loose`: a ready map, whose columns need not all be
    there and may be headed a little differently; `higher_arm`: the office pressure is that of the higher arm; `keys`,
    `days`: what the columns of the key and of the day may be called instead.
    """

    key: str
    columns: tuple[Column, ...]
    on: str | None = None
    on_column: str | None = None
    missing: tuple[str, ...] = BLANKS
    lists: tuple[ListRule, ...] = ()
    encoding: str | None = None
    separator: str | None = None
    group: str | None = None
    sheet: str | None = None
    header: tuple[int, int] | None = None
    sql: str | None = None
    loose: bool = False
    higher_arm: bool = False
    keys: tuple[str, ...] = ()
    days: tuple[str, ...] = ()

    def wanted(self) -> tuple[str, ...]:
        """Return every column name the mapping speaks of, once."""
        found = [self.key, *(one for one in (self.on_column, self.group) if one)]
        for one in self.columns:
            found += [one.name, *(other for other in (one.at, one.names, *(each.column for each in one.when)) if other)]
        found += [rule.complete_column for rule in self.lists if rule.complete_column]
        return tuple(dict.fromkeys(found))

    def spellings(self) -> tuple[str, ...]:
        """Return every name a column of the mapping may be headed by."""
        return (*self.wanted(), *self.keys, *self.days, *(name for one in self.columns for name in one.also_called))

    @property
    def by_row(self) -> bool:
        """Return whether rows have to be looked at one by one, whatever else the mapping says."""
        return self.higher_arm or any(one.when or one.qualifiers or one.identity or one.undated for one in self.columns)
