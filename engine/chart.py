"""One patient's readings and lists as of a day, kept as they were given.

A chart knows no pack: it keeps texts and numbers as the host sent them, in one shape. What they mean (unit, range,
grid, absence) is decided when a pack admits the chart. Content that has no place in the shape becomes a problem of
the chart, never an exception, and the rest of the chart still answers.

>>> chart = Chart.of({"sbp_office": "152 mmHg", "dbp_office": 96}, on="2025-03-09")
>>> chart.on.isoformat(), [reading.fact for reading in chart.readings]
('2025-03-09', ['sbp_office', 'dbp_office'])
"""

import hashlib
import json
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sangao.engine.errors import Problem, SangaoError
from sangao.engine.several import Several, each, within
from sangao.engine.systems import system_of

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991, no leap into tz data needed
LISTS = ("conditions", "medications", "symptoms", "family_history")
CODED = {"medications": "atc"}  # the system a list's codes are read in; ICD-10 in the others
QUALIFIERS = ("sample", "fasting_hours", "setting", "arm", "method", "standardised", "status")
BLANK = ("status", "blank")  # of a reading that says "unknown": nobody was asked, the place for the answer is empty
TWICE = ("status", "stands twice")  # of a reading that says two things of itself; no status that is known
_READING = {"fact", "value", "unit", "at", "source", *QUALIFIERS}
_ENTRY = {"code", "fact", "name", "since", "until", "from", "status", "source", "dose", "system"}
_CHART = {"schema", "patient", "on", "facts", "readings", "complete", *LISTS}
_SCALARS = (str, int, float, bool)
LONGEST_DAY = 40  # characters of a day or moment that is remembered
_MANY = (list, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class Reading:
    """One dated value as given; `at` is ISO text, a date or a moment with offset, or None when undated."""

    fact: str
    value: Any
    unit: str | None = None
    at: str | None = None
    source: str | None = None
    qualifiers: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a list: known by `fact`, `code` or `name`."""

    key: str
    by: str
    start: str | None = None
    end: str | None = None
    status: str | None = None
    source: str | None = None
    dose: str | None = None


_READING_PARTS, _ENTRY_PARTS = attrgetter(*Reading.__slots__), attrgetter(*Entry.__slots__)


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient as of a day. `lists` holds the lists the host delivered; a list that is absent was not delivered."""

    id: str | None
    on: date
    readings: tuple[Reading, ...]
    lists: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, facts: Mapping[str, Any] | None = None, *, on: str | date | None = None, **rest: Any) -> "Chart":
        """Build a chart from facts of the day and, by keyword, the other parts of the chart JSON.

        `facts` maps fact ids to numbers, codes, bools or texts such as `"152 mmHg"` or `">33.3"`; `readings`,
        `conditions`, `medications`, `symptoms`, `family_history`, `complete`, `patient` are as in the JSON. Raises
        SangaoError when `on` is not a date.
        """
        return cls.from_dict({**rest, "facts": facts or {}, "on": on})

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Chart":
        """Read the chart JSON (`sangao.chart/1`). Raises SangaoError when it is no object or `on` is not a date."""
        if not isinstance(given, Mapping):
            raise SangaoError([Problem("chart.not_an_object")], usage=True)
        return _Reader(given).chart()

    def hash(self) -> str:
        """Return the SHA-256 of the chart's canonical content, for replay."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True, default=str).encode()).hexdigest()

    def with_facts(self, facts: Mapping[str, Any]) -> "Chart":
        """Return the chart with further facts of its day.

        >>> len(Chart.of({"age": 63}, on="2025-03-09").with_facts({"sbp_office": 150}).readings)
        2
        """
        added = tuple(Reading(fact, value, at=self.on.isoformat()) for fact, value in facts.items())
        return Chart(self.id, self.on, self.readings + added, self.lists, self.complete, self.problems)

    def _content(self) -> dict[str, Any]:
        lists = {name: [_ENTRY_PARTS(entry) for entry in entries] for name, entries in self.lists.items()}
        readings = [_READING_PARTS(reading) for reading in self.readings]
        return {"on": self.on.isoformat(), "readings": readings, "lists": lists, "complete": sorted(self.complete)}


def today() -> date:
    """Return the day it is in China."""
    return datetime.now(UTC).astimezone(SHANGHAI).date()


def day_of(text: str) -> tuple[int, int] | None:
    """Return the ordinal days an ISO date or moment may mean: a year or a month alone is an interval, nonsense None.

    A moment with an offset is converted to China's time; one without is taken as it stands.

    >>> day_of("2025-03-09T23:30:00+00:00") == day_of("2025-03-10")
    True
    >>> low, high = day_of("1961"); high - low
    364
    """
    return _remembered_day(text) if len(text) <= LONGEST_DAY else _day_of(text)


def _day_of(text: str) -> tuple[int, int] | None:
    text = text.strip()
    try:
        if len(text) == 4 and text.isdigit():
            return date(int(text), 1, 1).toordinal(), date(int(text), 12, 31).toordinal()
        if len(text) == 7 and text[4] == "-":
            year, month = int(text[:4]), int(text[5:])
            end = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
            return date(year, month, 1).toordinal(), end
        if len(text) == 10:
            ordinal = date.fromisoformat(text).toordinal()
            return ordinal, ordinal
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(SHANGHAI)
        return moment.toordinal(), moment.toordinal()
    except (ValueError, OverflowError):
        return None


_remembered_day = lru_cache(4096)(_day_of)  # the readings of a visit share their day, and patients do


class _Reader:
    """Read one chart object and collect what has no place in it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.problems: list[Problem] = []
        self.readings: list[Reading] = []
        self.lists: dict[str, tuple[Entry, ...]] = {}

    def chart(self) -> Chart:
        on = self._on(self.given.get("on"))
        for key in self.given.keys() - _CHART:
            self._wrong("chart.unknown_key", key=str(key))
        for key, value in self.given.items():
            if isinstance(value, Several):
                self._wrong("chart.doubled_key", key=str(key))
        schema = self.given.get("schema")
        if schema not in (None, "sangao.chart/1"):
            self._wrong("chart.unknown_schema")
        identity = None
        for patient in self._mappings("patient"):
            identity = patient.get("id")
            for name in ("sex", "birth_date", "age"):
                if patient.get(name) is not None:
                    self._reading(name, patient[name], at=on.isoformat(), source="patient")
        if isinstance(identity, Several) or isinstance(self.given.get("patient"), Several):
            self._wrong("chart.doubled_key", key="id")
            identity = None
        for facts in self._mappings("facts"):
            for fact, value in facts.items():
                self._reading(str(fact), value, at=on.isoformat())
        for item in self._items("readings"):
            self._one_reading(item)
        for name in LISTS:
            if self.given.get(name) is not None:
                self.lists[name] = tuple(self._entries(name))
        whole = self.given.get("complete")  # where it stands twice, nobody says which lists are whole
        complete = frozenset(_text(name) for name in self._items("complete") if not isinstance(whole, Several))
        for name in sorted(complete - set(LISTS)):
            self._wrong("chart.unknown_list", key=name)
        return Chart(
            None if identity is None else _text(identity),
            on,
            tuple(self.readings),
            self.lists,
            complete & set(LISTS),
            tuple(self.problems),
        )

    def _on(self, given: Any) -> date:
        if given is None:
            return today()
        if isinstance(given, datetime):
            given = given.isoformat()
        if isinstance(given, date):
            return given
        found = day_of(given) if isinstance(given, str) else None
        if found is None or found[0] != found[1]:
            raise SangaoError([Problem("chart.on_not_a_date", given=given)], usage=True)
        return date.fromordinal(found[0])

    def _mappings(self, key: str) -> Iterable[Mapping[str, Any]]:
        for found in each(self.given.get(key)):
            if isinstance(found, Mapping):
                yield found
            elif found is not None:
                self._wrong("chart.wrong_shape", key=key)

    def _items(self, key: str) -> Iterable[Any]:
        for found in each(self.given.get(key)):
            if isinstance(found, _MANY):
                yield from found
            elif found is not None:
                self._wrong("chart.wrong_shape", key=key)

    def _reading(self, fact: str, value: Any, **rest: Any) -> None:
        if isinstance(value, Several):
            self.problems.append(Problem("chart.doubled_key", parts={"key": fact}, fact=fact))
            for one in value.values:  # different values of one fact and time: the interval between them
                self._reading(fact, one, **rest)
            return
        if value is None or (isinstance(value, str) and not value.strip()):
            return  # a blank is unknown, not a mistake
        if isinstance(value, Mapping) and value.keys() <= {"value", "unit", "source"} and "value" in value:
            if within(value):
                self.problems.append(Problem("chart.doubled_key", parts={"key": fact}, fact=fact))
                rest = {**rest, "qualifiers": (TWICE,)}
                value = {"value": next(each(value["value"]))}
            own = {key: _text(value[key]) for key in ("unit", "source") if value.get(key) is not None}
            rest = {**rest, "unit": None, **own}
            value = value["value"]
        if not isinstance(value, _SCALARS) and type(value).__module__ not in ("decimal", "fractions", "datetime"):
            try:  # a number of an array library
                value = str(value) if type(value).__name__.startswith("float") else value.item()
            except (AttributeError, TypeError, ValueError):
                self.problems.append(Problem("chart.wrong_type", fact=fact, given=_text(value)))
                return
        self.readings.append(Reading(fact, value, **rest))

    def _one_reading(self, item: Any) -> None:
        if within(item):
            self._twice(item)
            return
        shared, fact = (item.get("facts"), item.get("fact")) if isinstance(item, Mapping) else (None, None)
        if not (isinstance(shared, Mapping) or isinstance(fact, str)) or not isinstance(shared, Mapping | None):
            self._wrong("chart.wrong_shape", key="readings")
            return
        for key in item.keys() - _READING - {"facts"}:
            self._wrong("chart.unknown_key", key=str(key))
        at = item.get("at")
        rest = {
            "at": at.isoformat() if isinstance(at, date) else None if at is None else _text(at),
            "source": None if item.get("source") is None else _text(item["source"]),
            "qualifiers": tuple(
                (name, value if isinstance(value, _SCALARS) else _text(value))
                for name in QUALIFIERS
                if (value := item.get(name)) is not None
            ),
        }
        for name, value in (shared or {}).items():
            self._reading(str(name), value, **rest)
        if isinstance(fact, str):
            unit = item.get("unit")
            self._reading(fact, item.get("value"), unit=None if unit is None else _text(unit), **rest)

    def _twice(self, item: dict[str, Any]) -> None:
        """Hold out a reading that says two things of itself; of two values it is the interval between them."""
        doubled = [key for key, value in item.items() if isinstance(value, Several)]
        for key in doubled:
            self._wrong("chart.doubled_key", key=str(key))
        if doubled == ["value"]:
            for value in item["value"].values:
                self._one_reading({**item, "value": value})
            return
        once = {key: value for key, value in item.items() if key not in doubled}
        held = {**once, TWICE[0]: TWICE[1], "value": next(each(item.get("value")))}
        for facts in each(item.get("facts")):
            for fact in each(item.get("fact")):
                self._one_reading({**held, "facts": facts, "fact": fact})

    def _entries(self, name: str) -> Iterable[Entry]:
        given = self.given[name]
        if not isinstance(given, _MANY):
            yield Entry("", "name")  # what nobody can read still suspends what the list would let us assume
        for item in self._items(name):
            if within(item):
                for key in item:
                    if isinstance(item[key], Several):
                        self._wrong("chart.doubled_key", key=str(key))
                yield Entry("", "name")
                continue
            if isinstance(item, str):
                yield Entry(item, "fact")
                continue
            by = next((key for key in ("fact", "code", "name") if isinstance(item, Mapping) and item.get(key)), None)
            if by is None:
                self._wrong("chart.wrong_shape", key=name)
                yield Entry("", "name")
                continue
            for key in item.keys() - _ENTRY:
                self._wrong("chart.unknown_key", key=str(key))
            if by == "code" and item.get("system") and system_of(_text(item["system"])) != CODED.get(name, "icd10"):
                # K86 is high blood pressure in ICPC and the pancreas in ICD-10: such a code is at most a name
                self.problems.append(Problem("chart.unknown_system", parts={"list": name}, given=_text(item["system"])))
                item, by = {**item, "name": item.get("name") or item["code"]}, "name"
            text = {
                key: None if item.get(key) is None else _text(item[key])
                for key in ("until", "status", "source", "dose")
            }
            start = item.get("since") or item.get("from")
            yield Entry(
                _text(item[by]),
                by,
                None if start is None else _text(start),
                text["until"],
                text["status"],
                text["source"],
                text["dose"],
            )

    def _wrong(self, code: str, **parts: Any) -> None:
        self.problems.append(Problem(code, parts=parts))


def _text(value: Any) -> str:
    """Return what was given as text; of what is no single value only its beginning, however deep it goes."""
    return str(value) if isinstance(value, (*_SCALARS, date)) else reprlib.repr(value)[:80]
