"""The mapping file: which column is which fact. Text with places in, a typed mapping out, all problems at once.

The grammar is on the page docs/mapping.md. Nothing here knows a dictionary: whether a fact or unit exists is asked in
`sangao.adapters.tabular.binding`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from sangao.engine.chart import LISTS, day_of
from sangao.engine.errors import Problem, SangaoError, Span

BLANKS = ("NA", "N/A", "NaN", "NULL", "None", "nil", "#N/A", "\\N", "-", "--", "—", "/", "\\", ".", "?",
          "未查", "未测", "未做", "未检", "不详", "未知", "缺失", "拒查", "拒绝")  # fmt: skip
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
    "note",
)
LIST = ("from", "delivered", "complete")
DELIVERED = ("any", "all", "always")


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the fact it gives (two for `156/92`), or the list whose items it holds.

    `values` turns texts of the file into codes, `missing` are further texts that mean blank; `prefer`: of several
    columns for one fact the smallest that is filled counts; `names`: the column with the names beside these codes.
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
    last row of its header, from 1; `sql`: the query, of a database.
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

    def wanted(self) -> tuple[str, ...]:
        """Return every column name the mapping speaks of, once."""
        found = [self.key, *(one for one in (self.on_column, self.group) if one)]
        for one in self.columns:
            found += [one.name, *(other for other in (one.at, one.names) if other)]
        found += [rule.complete_column for rule in self.lists if rule.complete_column]
        return tuple(dict.fromkeys(found))


def read_mapping(given: Mapping[str, Any]) -> TableMap:
    """Read a mapping. Raises SangaoError with every problem found in it.

    >>> read_mapping({"key": "id", "columns": {"SBP": {"fact": "sbp_office"}}}).columns[0].facts
    ('sbp_office',)
    """
    reader = _Reader()
    found = reader.table(given)
    if reader.problems:
        raise SangaoError(reader.problems, usage=True)
    return found


@dataclass(slots=True)
class _Reader:
    problems: list[Problem] = field(default_factory=list)

    def table(self, given: Mapping[str, Any]) -> TableMap:
        self.keys(given, TOP)
        for name in ("key", "columns"):
            if name not in given:
                self.wrong("table.needed", given, key=name)
        on, on_column = self.day(given.get("on"))
        columns = self.mapping(given, "columns")
        found = tuple(read for name, one in columns.items() for read in self.columns(str(name), name, one))
        names = [one.name for one in found]
        extra = self.texts(given, "missing")
        self.mapping(given, "settings")  # the packs take them: what they are is asked there
        return TableMap(
            self.text(given, "key") or "",
            found,
            on,
            on_column,
            (*BLANKS, *extra),
            tuple(self.list_rule(str(name), name, one, names) for name, one in self.mapping(given, "lists").items()),
            self.text(given, "encoding"),
            self.separator(given),
            self.text(given, "group"),
            self.text(given, "sheet"),
            self.rows_of_header(given),
            self.text(given, "sql"),
        )

    def separator(self, given: Mapping[str, Any]) -> str | None:
        found = self.text(given, "separator")
        one = {"tab": "\t", "\\t": "\t"}.get(found or "", found)
        if one is not None and (len(one) != 1 or one in '\r\n"\0'):
            self.shape(given["separator"], "separator", "一个字符,或 tab", "one character, or tab")
        return one

    def rows_of_header(self, given: Mapping[str, Any]) -> tuple[int, int] | None:
        found = self.text(given, "header")
        if found is None:
            return None
        first, _, last = found.partition("-")
        ends = [int(one) if one.isascii() and one.isdigit() and len(one) < 7 else 0 for one in (first, last or first)]
        if not 0 < ends[0] <= ends[1]:
            self.shape(given["header"], "header", "行号,如 2 或 2-3", "a row, or rows such as 2-3")
            return None
        return ends[0], ends[1]

    def day(self, given: Any) -> tuple[str | None, str | None]:
        if given is None:
            return None, None
        if isinstance(given, Mapping):
            self.keys(given, ("column",))
            return None, self.text(given, "column")
        found = day_of(_plain(given))
        if found is None or found[0] != found[1]:
            self.shape(given, "on", "一个日期,或 {column: 列名}", "a day, or {column: NAME}")
        return _plain(given), None

    def columns(self, name: str, place: Any, given: Any) -> list[Column]:
        """Read one column and the further facts it gives."""
        more = given.get("also") if isinstance(given, Mapping) else None
        if more is not None and not isinstance(more, list | tuple):
            self.shape(more, "also", "一个列表", "a list")
            more = None
        return [self.column(name, place, given), *(self.column(name, place, one) for one in more or ())]

    def column(self, name: str, place: Any, given: Any) -> Column:
        if isinstance(given, str):  # `SBP: sbp_office`
            return Column(name, (str(given),), where=_span(place))
        if not isinstance(given, Mapping):
            self.shape(place, name, "一个键值结构", "a mapping")
            return Column(name)
        self.keys(given, COLUMN)
        facts = (*([one] if (one := self.text(given, "fact")) else []), *self.texts(given, "facts"))
        named = self.text(given, "list")
        if named is not None and named not in LISTS:
            self.wrong("table.unknown_list", given["list"], name=named)
        if len(facts) + (named is not None) == 0 or (named is not None and facts) or len(facts) > 2:
            self.shape(place, name, "含 fact、facts(两个)或 list 之一", "one of fact, facts (two) or list")
        by = self.text(given, "by") or ""
        if by not in ("", "code", "name", "fact"):
            self.shape(given["by"], "by", "code、name 或 fact", "code, name or fact")
        prefer = self.text(given, "prefer")
        if prefer is not None and not prefer.isdigit():
            self.shape(given["prefer"], "prefer", "一个整数", "a whole number")
        values = self.mapping(given, "values")
        for text, value in values.items():
            if not isinstance(value, str | bool | int):
                self.shape(text, str(text), "一个取值", "a value")
        return Column(
            name,
            tuple(dict.fromkeys(facts)),
            self.text(given, "unit"),
            tuple((str(text), _plain(value)) for text, value in values.items()),
            self.texts(given, "missing"),
            self.text(given, "at"),
            int(prefer) if prefer and prefer.isdigit() else None,
            named,
            by,
            self.text(given, "name"),
            self.text(given, "split") or Column("").split,
            self.texts(given, "none"),
            _span(place),
        )

    def list_rule(self, name: str, place: Any, given: Any, columns: Sequence[str]) -> ListRule:
        if name not in LISTS:
            self.wrong("table.unknown_list", place, name=name)
        if not isinstance(given, Mapping):
            self.shape(place, name, "一个键值结构", "a mapping")
            return ListRule(name)
        self.keys(given, LIST)
        sources = self.texts(given, "from")
        for one in sources:
            if one not in columns:
                near = get_close_matches(one, columns, 1, 0.4)
                self.wrong("table.not_in_map", place, list=name, name=one, nearest=near[0] if near else "—")
        delivered = self.text(given, "delivered") or ("any" if sources else "always")
        if delivered not in DELIVERED:
            self.shape(given["delivered"], "delivered", "any、all 或 always", "any, all or always")
        complete = given.get("complete")
        column: str | None = None
        when: tuple[str, ...] = ()
        if isinstance(complete, Mapping):
            self.keys(complete, ("column", "when"))
            column, when = self.text(complete, "column"), self.texts(complete, "when")
            if not column or not when:
                self.shape(complete, "complete", "{column: 列名, when: [取值]}", "{column: NAME, when: [VALUES]}")
        elif complete is not None and _plain(complete) not in ("true", "false"):
            self.shape(place, "complete", "true、false 或 {column, when}", "true, false or {column, when}")
        whole = complete is not None and not isinstance(complete, Mapping) and _plain(complete) == "true"
        return ListRule(name, sources, delivered, whole, column, when, _span(place))

    # --- pieces -------------------------------------------------------------------------------------------------------
    def keys(self, given: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in given:
            if str(key) not in known:
                near = get_close_matches(str(key), known, 1, 0.5)
                self.wrong("table.unknown_key", key, key=str(key), nearest=near[0] if near else "、".join(known))

    def mapping(self, given: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
        found = given.get(key)
        if found is None or isinstance(found, Mapping):
            return found or {}
        self.shape(found, key, "一个键值结构", "a mapping")
        return {}

    def text(self, given: Mapping[str, Any], key: str) -> str | None:
        found = given.get(key)
        if found is None:
            return None
        if isinstance(found, Mapping | list | tuple) or not str(found):
            self.shape(found if isinstance(found, str) else given, key, "一个文本", "a text")
            return None
        return str(found)

    def texts(self, given: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = given.get(key)
        if found is None:
            return ()
        if not isinstance(found, list | tuple) or any(isinstance(one, Mapping | list | tuple) for one in found):
            self.shape(found, key, "一个列表,如 [7, 9]", "a list such as [7, 9]")
            return ()
        return tuple(_plain(one) for one in found)

    def shape(self, place: Any, key: str, zh: str, en: str) -> None:
        self.wrong("table.wrong_shape", place, key=key, wanted_zh=zh, wanted_en=en)

    def wrong(self, code: str, place: Any, **parts: Any) -> None:
        self.problems.append(Problem(code, _span(place), parts))


def _plain(value: Any) -> str:
    """Return a single value as text; anything else is no text, however deep it goes."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float | date) else ""


def _span(place: Any) -> Span:
    found = getattr(place, "span", None)
    return found if isinstance(found, Span) else Span()
