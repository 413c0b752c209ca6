"""A delimited text file with its mapping, bound to a fact dictionary: rows in, charts out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from sangao.adapters.columns import Patient, Rejected
from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.mapping import Column, ListRule, TableMap
from sangao.engine import quantity
from sangao.engine.chart import Chart, Entry, Reading, day_of, today
from sangao.engine.errors import Problem, SangaoError, Span, fail
from sangao.engine.fact import Dictionary, Fact
from sangao.engine.run.lists import ListReader


@dataclass(slots=True)
class TextTable:
    """A delimited text file: `Columns` of `sangao.adapters.columns`."""

    path: Path
    map: TableMap
    encoding: str
    total: int | None
    key: str
    separator: str
    header: tuple[str, ...]

    def bind(self, dictionary: Dictionary, on: date | None) -> "BoundTable":
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once."""
        problems = check(self.map, dictionary)
        if problems:
            raise SangaoError(problems, usage=True)
        return BoundTable(self, dictionary, on, today())


def open_table(path: Path, table: TableMap) -> TextTable:
    """Open a file and find the mapped columns in its header. Raises SangaoError with all problems at once."""
    encoded = lines.detect(path, table.encoding)
    with path.open(encoding=encoded.encoding, newline="") as file:
        first = file.readline().lstrip("\ufeff")
    if not first.strip():
        raise fail("table.empty", Span(str(path)), usage=True)
    by = table.separator or lines.separator(first, table.wanted())
    header = tuple(cells.clean(name) for name in lines.fields(first.rstrip("\r\n"), by))
    problems = []
    for name in table.wanted():
        if header.count(name) != 1:
            near = get_close_matches(name, header, 1, 0.3)
            parts = {"name": name, "nearest": near[0] if near else "、".join(header[:8])}
            code = "table.double_column" if name in header else "table.no_column"
            problems.append(Problem(code, Span(path.name, 1, 1), parts))
    if problems:
        raise SangaoError(problems, usage=True)
    return TextTable(path, table, encoded.encoding, max(encoded.lines - 1, 0), table.key, by, header)


def check(table: TableMap, dictionary: Dictionary) -> list[Problem]:
    """Return what of a mapping the dictionary does not know: facts, units, values."""
    names = cells.by_name(dictionary.facts)
    problems: list[Problem] = []
    for column in table.columns:
        for name in column.facts:
            fact = _fact(name, dictionary, names)
            if fact is None:
                near = get_close_matches(name, [*dictionary.facts, *names], 1, 0.5)
                parts = {"column": column.name, "name": name, "nearest": near[0] if near else "—"}
                problems.append(Problem("table.unknown_fact", column.where, parts, fact=name))
                continue
            units = {quantity.unit_name(unit.name) for unit in fact.units}
            if column.unit is not None and quantity.unit_name(column.unit) not in units:
                shown = "、".join(unit.name for unit in fact.units) or "—"
                parts = {"column": column.name, "unit": column.unit, "units": shown}
                problems.append(Problem("table.unknown_unit", column.where, parts, fact=fact.id))
            known = set(fact.values) if fact.kind == "code" else {"true", "false"} if fact.kind == "bool" else None
            for _, value in column.values if known is not None else ():
                if value not in (known or ()):
                    shown = "、".join(fact.values) or "true、false"
                    parts = {"column": column.name, "value": value, "values": shown}
                    problems.append(Problem("table.unknown_value", column.where, parts, fact=fact.id))
        for _, value in column.values if column.list else ():
            fact = _fact(value, dictionary, names)
            if fact is None or fact.kind != "bool":
                near = get_close_matches(value, list(dictionary.facts), 1, 0.5)
                parts = {"column": column.name, "name": value, "nearest": near[0] if near else "—"}
                problems.append(Problem("table.unknown_fact", column.where, parts, fact=value))
    return problems


def _fact(name: str, dictionary: Dictionary, names: dict[str, str]) -> Fact | None:
    found = dictionary.facts.get(name) or dictionary.facts.get(names.get(quantity.normalise(name).lower(), ""))
    return None if found is None or found.site else found


@dataclass(slots=True)
class _Cell:
    """A column on its way into charts: where it stands, how it is read, what was read before."""

    at: int
    date: int | None
    read: Callable[[str, str | None], tuple[Reading, ...]]
    name: str
    unsure: str | None = None
    kept: dict[Any, tuple[Reading, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class BoundTable:
    """`Bound` of `sangao.adapters.columns`: the readers are made where they are used, so that this can travel."""

    table: TextTable
    dictionary: Dictionary
    on: date | None
    today: date
    _made: "_Rows | None" = None

    def batches(self, size: int) -> Iterator[list[lines.Record]]:
        """Yield records of the file, about `size` at a time."""
        table = self.table
        with table.path.open(encoding=table.encoding, newline="") as file:
            file.readline()
            found = lines.records(file, table.separator, len(table.header), 2)
            while batch := list(islice(found, size)):
                yield batch

    def patients(self, batch: list[lines.Record]) -> Iterator[Patient]:
        """Return the patients of a batch."""
        if self._made is None:
            self._made = _Rows(self)
        return map(self._made.patient, batch)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.table, self.dictionary, self.on, self.today

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.table, self.dictionary, self.on, self.today = state
        self._made = None


class _Rows:
    """Turns records into patients."""

    def __init__(self, bound: BoundTable) -> None:
        table, mapped = bound.table, bound.table.map
        self.header = table.header
        at = {name: i for i, name in enumerate(table.header)}
        facts = bound.dictionary.facts
        names = cells.by_name(facts)
        self.key = at[mapped.key]
        self.key_name = mapped.key
        given = day_of(mapped.on) if mapped.on else None
        fixed = bound.on or (date.fromordinal(given[0]) if given else None)
        self.on_column = at[mapped.on_column] if mapped.on_column and bound.on is None else None
        self.on = fixed or bound.today
        listers = ListReader(facts, names)
        single: dict[str, list[tuple[tuple[int, bool, int], _Cell]]] = {}
        self.cells: list[tuple[_Cell, ...]] = []
        self.listed: list[tuple[str, int, int | None, Callable[..., Any], dict[Any, Any]]] = []
        # Lists that are delivered by columns of single facts, not by one that holds all its items.
        by_columns = {rule.name for rule in mapped.lists} - {column.list for column in mapped.columns}
        for i, column in enumerate(mapped.columns):
            here = at[column.name]
            if column.list:
                beside = at[column.names] if column.names else None
                read = cells.lister(column, mapped.missing, listers.targets)
                self.listed.append((column.list, here, beside, read, {}))
                continue
            mine = tuple(one for one in (_fact(name, bound.dictionary, names) for name in column.facts) if one)
            dated = at[column.at] if column.at else None
            answers = len(mine) == 1 and mine[0].kind == "bool" and mine[0].list in by_columns
            read_cell = cells.reader(column, mine, mapped.missing)
            cell = _Cell(here, dated, read_cell, column.name, mine[0].id if answers else None)
            if len(mine) == 2:
                self.cells.append((cell,))
            else:
                own = column.unit is None or quantity.unit_name(column.unit) == quantity.unit_name(mine[0].unit)
                rank = (10**6 if column.prefer is None else column.prefer, not own, i)
                single.setdefault(mine[0].id, []).append((rank, cell))
        for many in single.values():
            self.cells.append(tuple(cell for _, cell in sorted(many, key=lambda one: one[0])))
        self.rules = [_Delivery(rule, mapped.columns, mapped.missing, at) for rule in mapped.lists]
        self.days: dict[str, date | None] = {}
        self.unsure: dict[str, dict[str, Reading]] = {}

    def patient(self, record: lines.Record) -> Patient:
        """Return one row as a patient; a row that cannot be trusted as a whole comes without a chart."""
        line, fields = record
        if len(fields) != len(self.header):
            extra = fields[len(self.header) :]
            if len(fields) < len(self.header) or any(one.strip() for one in extra):
                parts = (("found", len(fields)), ("wanted", len(self.header)))
                return self._whole(line, fields, "table.ragged", parts)
        key = cells.clean(fields[self.key])
        if not key:
            return self._whole(line, fields, "table.no_key", (("key", self.key_name),))
        on = self.on
        if self.on_column is not None:
            found = self._day(fields[self.on_column])
            if found is None:
                return self._whole(
                    line, fields, "table.bad_on", (), self.header[self.on_column], fields[self.on_column]
                )
            on = found
        return Patient(line, key, Chart(key, on, tuple(self._readings(fields, on)), *self._lists(fields)))

    def _readings(self, fields: Sequence[str], on: date) -> Iterator[Reading]:
        today_text = on.isoformat()
        for many in self.cells:
            for cell in many:
                text = fields[cell.at]
                key = (text, today_text if cell.date is None else fields[cell.date])
                taken = cell.kept.get(key)
                if taken is None:
                    if len(cell.kept) >= cells.KEPT:
                        cell.kept.clear()
                    at = today_text if cell.date is None else cells.day(cells.clean(fields[cell.date])) or None
                    taken = cell.kept[key] = cell.read(text, at)
                if taken:
                    yield from taken
                    break
            else:
                if cell.unsure is not None:
                    # INVARIANT: a column of its own answers for its fact; blank there is unknown, never assumed.
                    kept = self.unsure.setdefault(today_text, {})
                    if cell.unsure not in kept:
                        kept[cell.unsure] = Reading(cell.unsure, "unknown", None, today_text, cell.name)
                    yield kept[cell.unsure]

    def _lists(self, fields: Sequence[str]) -> tuple[dict[str, tuple[Entry, ...]], frozenset[str]]:
        lists: dict[str, tuple[Entry, ...]] = {}
        for name, at, beside, read, kept in self.listed:
            key = (fields[at], fields[beside] if beside is not None else None)
            if key not in kept:
                if len(kept) >= cells.KEPT:
                    kept.clear()
                kept[key] = read(*key)
            if kept[key] is not None:
                lists[name] = (*lists[name], *kept[key]) if name in lists else kept[key]
        complete = []
        for rule in self.rules:
            delivered, whole = rule.of(fields, rule.name in lists)
            if delivered:
                lists.setdefault(rule.name, ())
                if whole:
                    complete.append(rule.name)
        return lists, frozenset(complete)

    def _day(self, text: str) -> date | None:
        if text not in self.days:
            found = day_of(cells.day(cells.clean(text)))
            self.days[text] = date.fromordinal(found[0]) if found and found[0] == found[1] else None
        return self.days[text]

    def _whole(
        self,
        line: int,
        fields: Sequence[str],
        code: str,
        parts: tuple[tuple[str, Any], ...],
        column: str = "",
        value: str = "",
    ) -> Patient:
        key = cells.clean(fields[self.key]) if len(fields) > self.key else ""
        shown = value or self_joined(fields)
        return Patient(line, key, None, (Rejected(line, column, "", shown, code, parts),))


def self_joined(fields: Sequence[str]) -> str:
    """Return a rejected row as it stood, near enough to find it again."""
    return ",".join(fields)[:500]


class _Delivery:
    """When a row delivers a list, and whether it is complete."""

    def __init__(self, rule: ListRule, columns: Sequence[Column], blanks: tuple[str, ...], at: dict[str, int]) -> None:
        self.name = rule.name
        self.rule = rule
        own = {one.name: one for one in columns}
        self.sources = [
            (at[name], cells.Texts((*blanks, *own[name].missing)), own[name].list is not None) for name in rule.columns
        ]
        self.flag = at[rule.complete_column] if rule.complete_column else None
        self.when = cells.Texts(rule.complete_when)

    def of(self, fields: Sequence[str], listed: bool) -> tuple[bool, bool]:
        """Return (delivered, complete) for a row; `listed`: a list column of the row delivered it already."""
        filled = [bool(text := cells.clean(fields[at])) and text not in blanks for at, blanks, _ in self.sources]
        match self.rule.delivered:
            case "always":
                delivered = True
            case "all":
                delivered = bool(filled) and all(filled)
            case _:
                delivered = any(filled)
        delivered = delivered or listed
        whole = self.rule.complete or (self.flag is not None and cells.clean(fields[self.flag]) in self.when)
        return delivered, whole
