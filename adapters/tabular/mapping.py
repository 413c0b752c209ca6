"""The mapping file: which column is which fact. Text with places in, a typed mapping out, all problems at once.

The grammar is on the page docs/mapping.md. Nothing here knows a dictionary: whether a fact or unit exists is asked in
`sangao.adapters.tabular.binding`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from sangao.adapters.tabular.model import (
    BLANKS,
    COLUMN,
    DELIVERED,
    LIST,
    TOP,
    UNSURE,
    WHEN,
    Column,
    ListRule,
    TableMap,
    When,
)
from sangao.engine.chart import LISTS, QUALIFIERS, day_of
from sangao.engine.errors import Problem, SangaoError, Span


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
        on, days = self.day(given.get("on"))
        keys = self.several(given, "key")
        columns = self.mapping(given, "columns")
        found = tuple(read for name, one in columns.items() for read in self.columns(str(name), name, one))
        names = [one.name for one in found]
        extra = self.texts(given, "missing")
        self.mapping(given, "settings")  # the packs take them: what they are is asked there
        return TableMap(
            keys[0] if keys else "",
            found,
            on,
            days[0] if days else None,
            (*BLANKS, *extra),
            tuple(self.list_rule(str(name), name, one, names) for name, one in self.mapping(given, "lists").items()),
            self.text(given, "encoding"),
            self.separator(given),
            self.text(given, "group"),
            self.text(given, "sheet"),
            self.rows_of_header(given),
            self.text(given, "sql"),
            self.truth(given, "loose"),
            self.truth(given, "higher_arm"),
            keys[1:],
            days[1:],
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

    def several(self, given: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return one name, or a list of names the same column may have."""
        if isinstance(given.get(key), list | tuple):
            return self.texts(given, key)
        one = self.text(given, key)
        return () if one is None else (one,)

    def day(self, given: Any) -> tuple[str | None, tuple[str, ...]]:
        if given is None:
            return None, ()
        if isinstance(given, Mapping):
            self.keys(given, ("column",))
            return None, self.several(given, "column")
        found = day_of(_plain(given))
        if found is None or found[0] != found[1]:
            self.shape(given, "on", "一个日期,或 {column: 列名}", "a day, or {column: NAME}")
        return _plain(given), ()

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
        identity = self.truth(given, "identity")
        if (bool(facts) + (named is not None) + identity) != 1 or len(facts) > 2:
            self.shape(
                place, name, "含 fact、facts(两个)、list、identity 之一", "one of fact, facts (two), list, identity"
            )
        by = self.text(given, "by") or ""
        if by not in ("", "code", "name", "fact"):
            self.shape(given["by"], "by", "code、name 或 fact", "code, name or fact")
        prefer = self.text(given, "prefer")
        if prefer is not None and not prefer.isdigit():
            self.shape(given["prefer"], "prefer", "一个整数", "a whole number")
        values = self.mapping(given, "values")
        for text, value in values.items():
            several = named is not None and isinstance(value, list) and all(isinstance(one, str) for one in value)
            if not several and not isinstance(value, str | bool | int):
                self.shape(text, str(text), "一个取值", "a value")
        qualifiers = self.mapping(given, "qualifiers")
        self.keys(qualifiers, QUALIFIERS)
        return Column(
            name,
            tuple(dict.fromkeys(facts)),
            self.text(given, "unit"),
            tuple((str(text), _joined(value)) for text, value in values.items()),
            self.texts(given, "missing"),
            self.text(given, "at"),
            int(prefer) if prefer and prefer.isdigit() else None,
            named,
            by,
            self.text(given, "name"),
            self.text(given, "split") or Column("").split,
            self.texts(given, "none"),
            _span(place),
            self.texts(given, "also_called"),
            self.when(given),
            tuple((str(key), _plain(value)) for key, value in qualifiers.items()),
            identity,
        )

    def when(self, given: Mapping[str, Any]) -> tuple[When, ...]:
        """Return the conditions of a column, one or a list of which all must hold."""
        said = given.get("when")
        found: list[When] = []
        for one in () if said is None else said if isinstance(said, list) else [said]:
            column = self.text(one, "column") if isinstance(one, Mapping) else None
            if column is None or ("is" in one) == ("not" in one) or "list" in given or "identity" in given:
                self.shape(said, "when", "{column: 列名, is: [取值]}", "{column: NAME, is: [VALUES]}")
                continue
            self.keys(one, WHEN)
            found.append(When(column, self.texts(one, "is" if "is" in one else "not"), "not" in one))
        return tuple(found)

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
        delivered = self.text(given, "delivered") or "any"
        if delivered not in DELIVERED:
            self.shape(given["delivered"], "delivered", "any、all、always 或 never", "any, all, always or never")
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

    def truth(self, given: Mapping[str, Any], key: str) -> bool:
        found = given.get(key)
        if found is not None and _plain(found) not in ("true", "false"):
            self.shape(given, key, "true 或 false", "true or false")
        return found is not None and _plain(found) == "true"

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


def _joined(value: Any) -> str:
    """Return a value as text; several facts of a list are parted by commas, which stand in no fact id."""
    return ",".join(map(str, value)) if isinstance(value, list) else _plain(value)


def _span(place: Any) -> Span:
    found = getattr(place, "span", None)
    return found if isinstance(found, Span) else Span()


__all__ = ["BLANKS", "COLUMN", "TOP", "UNSURE", "Column", "ListRule", "TableMap", "When", "read_mapping"]
