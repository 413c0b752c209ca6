"""Records of a bound table → patients: the inner loop, with everything that repeats remembered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sangao.adapters.columns import Patient, Rejected
from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.mapping import Column, ListRule, TableMap, When
from sangao.adapters.tabular.persons import from_arms, identified, masked
from sangao.adapters.terms.book import book
from sangao.adapters.terms.charts import entries
from sangao.engine import quantity
from sangao.engine.chart import BLANK, Chart, Entry, Reading, day_of
from sangao.engine.fact import Dictionary, Fact
from sangao.engine.run.lists import ListReader


class Table(Protocol):
    """What the rows need of the file they stand in."""

    header: tuple[str, ...]
    map: TableMap


def fact_of(name: str, dictionary: Dictionary, names: dict[str, str]) -> Fact | None:
    """Return the fact a mapping names by id, synonym or title; site settings are no column's business."""
    found = dictionary.facts.get(name) or dictionary.facts.get(names.get(quantity.normalise(name).lower(), ""))
    return None if found is None or found.site else found


@dataclass(slots=True)
class _Cell:
    """A column on its way into charts: where it stands, where its date stands, how it is read.

    `date` is -1 where the file has no column of dates for it: its readings are undated.
    """

    at: int
    date: int | None
    read: Callable[[str, str | None], tuple[Reading, ...]]
    name: str
    unsure: str | None = None  # the fact of a list for which this column answers
    when: tuple["_When", ...] = ()


class _When:
    """Whether a row is one in which a column is read."""

    def __init__(self, when: When, at: dict[str, int]) -> None:
        self.at = at.get(when.column)
        self.texts = cells.Texts([one for one in when.texts if one])
        self.blank = "" in when.texts
        self.inverse = when.inverse

    def __call__(self, fields: Sequence[str]) -> bool:
        text = cells.clean(fields[self.at]) if self.at is not None else ""
        return ((text in self.texts) if text else self.blank) != self.inverse


@dataclass(slots=True)
class _Listing:
    """A column that holds items of a list."""

    list: str
    at: int
    beside: int | None
    read: Callable[[str, str | None], cells.Listed | None]
    kept: dict[Any, cells.Listed | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Kept:
    """Readings already made for charts of one day, per chain of columns."""

    text: str
    cells: list[dict[Any, tuple[Reading, ...]]]
    stated: dict[str, Reading] = field(default_factory=dict)


class Rows:
    """Turns records into patients; one per process."""

    def __init__(self, table: Table, dictionary: Dictionary, on: date, fixed: bool) -> None:
        mapped = table.map
        self.header = table.header
        at = {name: i for i, name in enumerate(table.header)}
        names = cells.by_name(dictionary.facts)
        self.targets = ListReader(dictionary.facts, names).targets
        self.key, self.key_name = at[mapped.key], mapped.key
        given = day_of(mapped.on) if mapped.on else None
        self.on = date.fromordinal(given[0]) if given and not fixed else on
        self.on_column = at[mapped.on_column] if mapped.on_column and not fixed else None
        self.identities = tuple((at[one.name], one.name) for one in mapped.columns if one.identity)
        self.higher_arm = mapped.higher_arm
        self.listings: list[_Listing] = []
        self.chains: list[tuple[_Cell, ...]] = []
        delivered = {rule.name for rule in mapped.lists} | {one.list for one in mapped.columns if one.list}
        chained: dict[str, list[tuple[tuple[int, bool, int], _Cell]]] = {}
        for i, column in enumerate(mapped.columns):
            here = at[column.name]
            if column.identity:
                continue
            if column.list:
                beside = at[column.names] if column.names else None
                targets, terms = self._targets(column.list), _terms(column.list, dictionary)
                items = cells.lister(column, mapped.missing, targets, terms)
                self.listings.append(_Listing(column.list, here, beside, items))
                continue
            facts = tuple(one for one in (fact_of(name, dictionary, names) for name in column.facts) if one)
            first = facts[0]
            answers = first.id if len(facts) == 1 and first.kind == "bool" and first.list in delivered else None
            read = cells.reader(column, facts, mapped.missing)
            dated = at[column.at] if column.at else -1 if column.undated else None
            when = tuple(_When(one, at) for one in column.when)
            cell = _Cell(here, dated, read, column.name, answers, when)
            if len(facts) == 2:
                self.chains.append((cell,))
                continue
            own = column.unit is None or quantity.unit_name(column.unit) == quantity.unit_name(first.unit)
            rank = (10**6 if column.prefer is None else column.prefer, not own, i)
            chained.setdefault(first.id, []).append((rank, cell))
        for many in chained.values():
            self.chains.append(tuple(cell for _, cell in sorted(many, key=lambda one: one[0])))
        self.rules = {rule.name: _Delivery(rule, mapped.columns, mapped.missing, at) for rule in mapped.lists}
        self.dates: dict[str, date | None] = {}
        self.kept: dict[date, _Kept] = {}

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
            text = fields[self.on_column]
            found = self._date(text)
            if found is None:
                return self._whole(line, fields, "table.bad_on", (), self.header[self.on_column], text)
            on = found
        kept = self.kept.get(on) or self._keep(on)
        if not self.listings and not self.rules and not self.identities and not self.higher_arm:
            return Patient(line, key, Chart(key, on, tuple(self._readings(fields, kept, ()))))
        named: set[str] = set()
        lists, complete, loose = self._lists(fields, named)
        readings = self._readings(fields, kept, named)
        rejected: tuple[Rejected, ...] = ()
        if loose:
            readings += self._loose(loose, kept)
        for place, name in self.identities:
            readings, refused = identified(line, name, fields[place], on, readings)
            rejected += refused
        if self.higher_arm:
            readings, refused = from_arms(line, readings)
            rejected += refused
        return Patient(line, key, Chart(key, on, tuple(readings), lists, complete), rejected)

    def _readings(self, fields: Sequence[str], kept: _Kept, named: Any) -> list[Reading]:
        """Return the readings of a row; `named`: facts that a list column of the row speaks of already."""
        found: list[Reading] = []
        for chain, known in zip(self.chains, kept.cells, strict=True):
            unsure: tuple[Reading, ...] = ()
            for cell in chain:
                if cell.when and not all(one(fields) for one in cell.when):
                    continue
                text = fields[cell.at]
                key: Any = text if cell.date is None or cell.date < 0 else (text, fields[cell.date])
                if len(chain) > 1:
                    key = (id(cell), key)
                taken = known.get(key)
                if taken is None:
                    if len(known) >= cells.KEPT:
                        known.clear()
                    taken = known[key] = cell.read(text, self._at(cell, fields, kept))
                if taken and taken[0].value == "unknown" and len(chain) > 1:
                    unsure = unsure or taken  # another column of the fact may know
                elif taken:
                    found += taken
                    break
            else:
                found += unsure
                fact = None if unsure else chain[0].unsure
                if fact is not None and fact not in named:
                    # INVARIANT: a column of its own answers for its fact; blank there is unknown, never assumed.
                    stated = kept.stated.get(fact)
                    if stated is None:
                        stated = kept.stated[fact] = Reading(fact, "unknown", None, kept.text, chain[0].name, (BLANK,))
                    found.append(stated)
        return found

    @staticmethod
    def _at(cell: _Cell, fields: Sequence[str], kept: _Kept) -> str | None:
        if cell.date is None:
            return kept.text
        return None if cell.date < 0 else cells.day(cells.clean(fields[cell.date])) or None

    def _lists(
        self, fields: Sequence[str], named: set[str]
    ) -> tuple[dict[str, tuple[Entry, ...]], frozenset[str], tuple[tuple[str, Entry], ...]]:
        """Return the delivered lists, the complete ones, and the known items of lists that were not delivered.

        The facts that items name are added to `named`.
        """
        items: dict[str, tuple[Entry, ...]] = {}
        unsure: set[str] = set()
        for one in self.listings:
            key = fields[one.at] if one.beside is None else (fields[one.at], fields[one.beside])
            if key not in one.kept:
                if len(one.kept) >= cells.KEPT:
                    one.kept.clear()
                one.kept[key] = one.read(fields[one.at], None if one.beside is None else fields[one.beside])
            said = one.kept[key]
            if said is not None:
                if said.unsure:
                    unsure.add(one.list)
                items[one.list] = (*items.get(one.list, ()), *said.entries) if one.list in items else said.entries
                named.update(said.facts)
        complete = []
        for name, rule in self.rules.items():
            delivered, whole = rule.of(fields, name in items)
            if delivered:
                items.setdefault(name, ())
            else:
                unsure.add(name)
            if delivered and whole:
                complete.append(name)
        if not unsure:
            return items, frozenset(complete), ()
        lists, loose = {}, []
        for name, many in items.items():
            if name not in unsure:
                lists[name] = many
                continue
            loose += [(name, entry) for entry in many if self.targets(entry, name)]
            # INVARIANT: a list with an entry that maps to no fact lets nothing be assumed: it is as if not delivered.
            if unread := tuple(entry for entry in many if not self.targets(entry, name)):
                lists[name] = unread
        return lists, frozenset(complete) - unsure, tuple(loose)

    def _targets(self, name: str) -> Callable[[Entry], tuple[str, ...]]:
        return lambda entry: self.targets(entry, name)

    def _loose(self, loose: Sequence[tuple[str, Entry]], kept: _Kept) -> list[Reading]:
        """Return the items of undelivered lists as readings, one by one."""
        return [
            Reading(fact, True, None, kept.text, entry.source)
            for name, entry in loose
            for fact in self.targets(entry, name)
        ]

    def _keep(self, on: date) -> _Kept:
        if len(self.kept) >= 32:
            self.kept.clear()
        kept = self.kept[on] = _Kept(on.isoformat(), [{} for _ in self.chains])
        return kept

    def _date(self, text: str) -> date | None:
        if text not in self.dates:
            found = day_of(cells.day(cells.clean(text)))
            self.dates[text] = date.fromordinal(found[0]) if found and found[0] == found[1] else None
        return self.dates[text]

    def _whole(
        self,
        line: int,
        fields: Sequence[str],
        code: str,
        parts: tuple[tuple[str, Any], ...],
        column: str = "",
        value: str | None = None,
    ) -> Patient:
        key = cells.clean(fields[self.key]) if len(fields) > self.key else ""
        shown = masked(fields) if value is None else value
        return Patient(line, key, None, (Rejected(line, column, "", shown, code, parts),))


def _terms(name: str, dictionary: Dictionary) -> Callable[[Entry, str], tuple[Entry, ...] | None]:
    """Return what the book of terms puts in place of an item of a list, as far as the dictionary knows its facts."""

    def meant(entry: Entry, beside: str) -> tuple[Entry, ...] | None:
        found = entries(name, entry, beside, book())
        return found if found is not None and all(one.key in dictionary.facts for one in found) else None

    return meant


class _Delivery:
    """When a row delivers a list, and whether it is complete."""

    def __init__(self, rule: ListRule, columns: Sequence[Column], blanks: tuple[str, ...], at: dict[str, int]) -> None:
        self.rule = rule
        sources = rule.columns
        self.places = [at[name] for name in sources]
        self.blank = [
            cells.Texts((*blanks, *(text for one in columns if one.name == name for text in one.missing)))
            for name in sources
        ]
        self.filled: list[dict[str, bool]] = [{} for _ in sources]
        self.flag = at[rule.complete_column] if rule.complete_column else None
        self.when = cells.Texts(rule.complete_when)

    def of(self, fields: Sequence[str], listed: bool) -> tuple[bool, bool]:
        """Return (delivered, complete) for a row; `listed`: a list column of the row holds something."""
        if self.rule.delivered in ("always", "never"):
            delivered = self.rule.delivered == "always"
        elif not self.places:
            delivered = listed
        else:
            held = map(self._holds, range(len(self.places)), [fields[at] for at in self.places])
            delivered = all(held) if self.rule.delivered == "all" else any(held) or listed
        whole = self.rule.complete or (self.flag is not None and cells.clean(fields[self.flag]) in self.when)
        return delivered, whole

    def _holds(self, i: int, text: str) -> bool:
        known = self.filled[i].get(text)
        if known is None:
            if len(self.filled[i]) >= cells.KEPT:
                self.filled[i].clear()
            plain = cells.clean(text)
            known = self.filled[i][text] = bool(plain) and plain not in self.blank[i]
        return known
