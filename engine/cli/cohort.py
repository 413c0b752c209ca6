"""A cohort: many charts from one source, one after the other, whatever the form.

A source is a folder of charts, a file with one chart a line (`.ndjson`, `.jsonl`), a JSON file with a list of charts
(or an object that holds it under `charts`), one chart, or a table that an adapter reads with a mapping. Readers are
found through the hooks alone. A chart that cannot be read is refused with its place and reason and the rest goes on.

One person counts once. What happens to a key that stands twice is the cohort's `doubles`: `merge` (default) puts the
readings and lists of all the person's charts into one chart, so that what two places know is known together and what
they say differently is treated as contradictory readings are; `first` takes the first and refuses the others; `refuse`
refuses all of them. A chart without a key is known by its place and never taken for another's.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sangao.engine.chart import Chart, Entry
from sangao.engine.cli.maps import read_map
from sangao.engine.cli.refused import REFUSED_HEADER, Refused, Sink, nowhere, of_chart, whole
from sangao.engine.errors import Problem, SangaoError, Span, fail, why
from sangao.engine.fact import Dictionary
from sangao.engine.several import parsed

Doubles = Literal["merge", "first", "refuse"]
LINES = frozenset({".ndjson", ".jsonl"})
BATCH = 2000
TIMELESS = frozenset({"sex", "birth_date"})


_Found = tuple[str, str, Chart]  # place, key, chart


@dataclass(slots=True)
class Cohort:
    """A source of persons, ready to be read any number of times; `total` is the number of charts where it is known.

    `read` and `doubled` count the charts and the repeated keys of the last reading.
    """

    hook: Any
    path: Path
    on: date | None
    bound: Any | None = None
    total: int | None = None
    doubles: Doubles = "merge"
    read: int = 0
    doubled: int = 0
    _twice: frozenset[int] | None = field(default=None, repr=False)

    def charts(self, refused: Sink = nowhere) -> Iterator[tuple[str, Chart]]:
        """Yield each person once, as (key, chart), in the order of the source; a merged person comes last.

        Only keys and the charts of persons who stand twice are held; `refused` is told of everything not used.
        """
        if self._twice is None:
            self._twice = self._look()
        self.read = self.doubled = 0
        held: dict[str, list[Chart]] = {}
        for where, key, chart in self._found(refused):
            self.read += 1
            if not key:
                yield where, chart
            elif hash(key) not in self._twice:
                yield key, chart
            else:
                before = held.setdefault(key, [])
                before.append(chart)
                self.doubled += len(before) > 1
                if self.doubles == "refuse" or (self.doubles == "first" and len(before) > 1):
                    refused(Refused(where, key, "", "", "", Problem("cohort.doubled")))
                if self.doubles == "first" and len(before) == 1:
                    yield key, chart
        if self.doubles == "merge":
            for key, charts in held.items():
                yield key, united(charts)

    def _look(self) -> frozenset[int]:
        """Return the hashes of the keys that stand twice (a hash met by chance costs memory, never a person)."""
        seen: set[int] = set()
        twice: set[int] = set()
        for _, key, _ in self._found(nowhere):
            number = hash(key)
            if key and number in seen:
                twice.add(number)
            seen.add(number)
        return frozenset(twice)

    def _found(self, refused: Sink) -> Iterator[_Found]:
        if self.bound is not None:
            yield from self._rows(self.bound, refused)
        elif self.path.is_dir():
            for file in sorted(self.path.rglob("*")):
                if file.is_file() and not any(part.startswith(".") for part in file.relative_to(self.path).parts):
                    yield from self._file(file, file.relative_to(self.path).as_posix(), refused)
        else:
            yield from self._file(self.path, self.path.name, refused)

    def _as_of(self, chart: Chart) -> Chart:
        """Return a chart as of the cohort's day: its values stay at the day it is of.

        Nothing is moved in time but sex and birth date, which hold on every day.
        """
        if self.on is None or chart.on == self.on:
            return chart
        own, day = chart.on.isoformat(), self.on.isoformat()
        readings = tuple(
            replace(one, at=day) if one.at == own and one.fact in TIMELESS else one for one in chart.readings
        )
        return replace(chart, on=self.on, readings=readings)

    def _rows(self, bound: Any, refused: Sink) -> Iterator[_Found]:
        for batch in bound.batches(BATCH):
            for one in bound.patients(batch):
                place = f"{self.path.name}:{one.line}"
                for cell in one.rejected:
                    problem = Problem(cell.code, parts=dict(cell.parts))
                    refused(
                        Refused(f"{self.path.name}:{cell.line}", one.key, cell.column, cell.fact, cell.value, problem)
                    )
                if one.chart is not None:
                    yield place, one.key, self._as_of(one.chart)

    def _file(self, file: Path, name: str, refused: Sink) -> Iterator[_Found]:
        """Yield the charts of one file; what of it is no chart is refused."""
        try:
            if file.suffix.lower() in LINES:
                with file.open("rb") as stream:
                    for number, line in enumerate(stream, 1):
                        if line.strip():
                            yield from self._one(line, f"{name}:{number}", refused)
                return
            many = _listed(file)
        except OSError as error:
            refused(whole(name, Problem("host.unreadable", Span(name), {"reason": why(error)})))
            return
        if many is None:
            yield from self._one(file, name, refused)
            return
        for number, item in enumerate(many, 1):
            yield from self._one(item, f"{name}:{number}", refused)

    def _one(self, source: object, place: str, refused: Sink) -> Iterator[_Found]:
        try:
            chart = self.hook.read_chart(source=source, on=None if says_its_day(source) else self.on)
        except SangaoError as error:
            for problem in error.problems:
                refused(whole(place, problem))
            return
        except Exception as error:  # a reader of any maker: one chart that it cannot bear must not take the county down
            refused(whole(place, Problem("cohort.reader_failed", parts={"kind": type(error).__name__})))
            return
        if chart is None:
            refused(whole(place, Problem("cohort.not_a_chart")))
            return
        yield place, chart.id or "", self._as_of(chart)


def open_cohort(
    hook: Any,
    path: Path,
    mapping: Path | None,
    on: date | None,
    dictionary: Dictionary,
    doubles: Doubles = "merge",
) -> Cohort:
    """Return the cohort of a path. `on` is the day to judge by; None leaves it to each chart or to the mapping.

    A chart (or a row whose mapping names its day) that says its own day is read as of `on` with its values at its own
    day: what was measured later does not count. One that says no day is taken to be of `on`.

    Raises SangaoError when the path is unreadable, no adapter knows it, or the mapping does not fit.
    """
    if path.is_dir():
        if not any(path.iterdir()):
            raise fail("cohort.empty", Span(str(path)), usage=True)
        return Cohort(hook, path, on, doubles=doubles)
    if not path.is_file():
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why())
    if path.suffix.lower() in {".json", *LINES}:
        return Cohort(hook, path, on, doubles=doubles)
    columns = hook.read_columns(source=path, mapping=None if mapping is None else read_map(mapping, hook))
    if columns is None:
        return Cohort(hook, path, on, doubles=doubles)
    bound = columns.bind(dictionary, None if getattr(columns, "dated", False) else on)
    return Cohort(hook, path, on, bound, columns.total, doubles)


def charts(
    hook: Any, path: Path, mapping: Path | None, on: date | None, dictionary: Dictionary, refused: Sink = nowhere
) -> Iterator[tuple[str, Chart]]:
    """Yield the persons of a source as (key, chart): `open_cohort` and its `charts` in one."""
    yield from open_cohort(hook, path, mapping, on, dictionary).charts(refused)


def united(charts: Sequence[Chart]) -> Chart:
    """Return the chart of a person of whom several places hold one, as of the latest of their days.

    A list counts as delivered when one place delivered it, as complete only when every place that has it says so.

    >>> one = Chart.of({"sbp_office": 150}, on="2025-03-01", patient={"id": "p"}, conditions=["diabetes"])
    >>> other = Chart.of({"fpg": 6.1}, on="2025-06-01", patient={"id": "p"})
    >>> whole = united([one, other])
    >>> whole.on.isoformat(), [reading.fact for reading in whole.readings], list(whole.lists)
    ('2025-06-01', ['sbp_office', 'fpg'], ['conditions'])
    """
    if len(charts) == 1:
        return charts[0]
    names = list(dict.fromkeys(name for chart in charts for name in (*chart.lists, *sorted(chart.complete))))
    lists: dict[str, tuple[Entry, ...]] = {
        name: tuple(dict.fromkeys(entry for chart in charts for entry in chart.lists.get(name, ())))
        for name in names
        if any(name in chart.lists for chart in charts)
    }
    holding = {name: [chart for chart in charts if name in chart.lists or name in chart.complete] for name in names}
    complete = frozenset(name for name, many in holding.items() if all(name in chart.complete for chart in many))
    return Chart(
        charts[0].id,
        max(chart.on for chart in charts),
        tuple(reading for chart in charts for reading in chart.readings),
        lists,
        complete,
        tuple(problem for chart in charts for problem in chart.problems),
    )


def says_its_day(source: object) -> bool:
    """Return whether a source of one chart names its day; a form that hides it from us is taken to."""
    if isinstance(source, Mapping):
        return "on" in source
    if isinstance(source, bytes):
        return b'"on"' in source
    if isinstance(source, Path):
        return source.suffix.lower() != ".json" or b'"on"' in source.read_bytes()
    return True


def _listed(file: Path) -> Iterable[object] | None:
    """Return the charts of a JSON file that holds several; None when it is to be read as one, by whoever can."""
    if file.suffix.lower() != ".json":
        return None
    data = file.read_bytes()
    if not data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[") and b'"charts"' not in data:
        return None
    try:
        found = parsed(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, Mapping) and isinstance(found.get("charts"), list):
        found = found["charts"]
    return found if isinstance(found, list) else None


__all__ = ["REFUSED_HEADER", "Cohort", "Doubles", "Refused", "charts", "nowhere", "of_chart", "open_cohort", "united"]
