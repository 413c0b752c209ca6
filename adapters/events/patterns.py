"""Which events of a pack are more than one reading: three days in four weeks, two results on different days.

No number stands here. A pattern is read off the windows of the compiled pack (`streak`, `days`, `count`): what has to
hold of a day, how many days it takes, inside which span. Whether it held of a day the pack is asked, too (`Marker`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal

from sangao.engine import quantity
from sangao.engine.chart import Chart, day_of
from sangao.engine.pack import ir
from sangao.engine.run.admit import Admission, Admitter
from sangao.engine.run.narrowed import narrowed
from sangao.engine.truth import FALSE, TRUE

Level = Literal[0, 1, 2]
"""How far a pattern is met: not, possibly (some day is not known to be one), certainly."""
NOT: Level = 0
POSSIBLY: Level = 1
CERTAINLY: Level = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """`n` days on which the condition of a window leaf holds; `unbroken`: with none between on which it does not.

    `inside`: days from the first to the last of them at most; `within`: only days of this span back from the day asked.
    """

    leaf: str
    n: int
    unbroken: bool = False
    inside: int | None = None
    within: quantity.Span | None = None

    @property
    def id(self) -> str:
        """Return the name of the pattern: the window in the words of the pack, and how many days."""
        return self.leaf if self.unbroken else f"{self.leaf} >= {self.n}"

    def first_day(self, on: date) -> int:
        """Return the first ordinal day that counts on a day."""
        return 1 if self.within is None else quantity.add_span(on, self.within, -1).toordinal()


def patterns(pack: ir.Pack, decisions: Iterable[str]) -> tuple[Pattern, ...]:
    """Return the patterns of two or more days that decisions of a pack rest on, in the order of its leaves."""
    cut = narrowed(pack, decisions)
    compared: dict[str, set[int]] = {}
    for one in _nodes(tuple(cut.decisions.values())):
        if isinstance(one, ir.Compare) and isinstance(one.left, ir.Read) and isinstance(one.right, ir.Int):
            least = {">=": one.right.value, ">": one.right.value + 1}.get(one.op)
            if least is not None:
                compared.setdefault(one.left.leaf, set()).add(least)
    found = []
    for leaf in cut.leaves.values():
        window = leaf.source
        if not isinstance(window, ir.Window) or window.where is None:
            continue
        inside = window.inside.days if window.inside else None
        if window.op == "streak":
            found.append(Pattern(leaf.id, window.n, True, inside, window.within))
        elif window.op in ("days", "count"):
            found += [Pattern(leaf.id, n, False, inside, window.within) for n in sorted(compared.get(leaf.id, ()))]
    return tuple(one for one in found if one.n > 1)


class Marker:
    """Asks the pack of single days whether the conditions of patterns hold; built once per pack."""

    def __init__(self, pack: ir.Pack, decisions: Iterable[str]) -> None:
        cut = narrowed(pack, decisions)
        self.patterns = patterns(pack, decisions)
        self._admit = Admitter(cut)
        self._leaves = {one.leaf: cut.leaves[one.leaf] for one in self.patterns}
        self._of_a_day = {name: _of_a_day(leaf) for name, leaf in self._leaves.items()}

    def marks(self, chart: Chart) -> Mapping[str, Level | None]:
        """Return for each leaf whether its condition holds of the one day of a chart; None: nothing usable that day."""
        timeline = self._admit(chart).timeline
        found = {name: timeline.value(leaf, None) for name, leaf in self._of_a_day.items()}
        return {name: None if truth is None else _level(truth) for name, truth in found.items()}

    def standing(self, chart: Chart) -> tuple[Mapping[str, Level], frozenset[str]]:
        """Return what the pack's own windows say of each pattern, and the patterns that have an undated occasion."""
        admission = self._admit(chart)
        blurred = {name for name, leaf in self._leaves.items() if _undated(admission, leaf)}
        values = {name: admission.timeline.value(leaf, None) for name, leaf in self._leaves.items()}
        levels = {one.id: _reached(values[one.leaf], one) for one in self.patterns}
        return levels, frozenset(one.id for one in self.patterns if one.leaf in blurred)


def _of_a_day(leaf: ir.Leaf) -> ir.Leaf:
    """Return the leaf that asks of one day what a window asks of many."""
    assert isinstance(leaf.source, ir.Window)
    return replace(leaf, kind="bool", source=replace(leaf.source, op="ever", n=1, within=None, inside=None))


def _level(truth: int) -> Level:
    return CERTAINLY if truth == TRUE else NOT if truth == FALSE else POSSIBLY


def _reached(value: Any, pattern: Pattern) -> Level:
    if value is None:
        return NOT
    if pattern.unbroken:
        return _level(value)
    low, high = value
    return CERTAINLY if low >= pattern.n else POSSIBLY if high >= pattern.n else NOT


def _undated(admission: Admission, leaf: ir.Leaf) -> bool:
    return any(one.day is None and one.fact in leaf.facts for one in admission.readings)


def days_of(chart: Chart) -> Mapping[int, Chart]:
    """Return the readings of a chart by day, each as the chart of that day, without those of no certain day."""
    found: dict[int, list[Any]] = {}
    for reading in chart.readings:
        day = day_of(reading.at) if isinstance(reading.at, str) else None
        if day is not None and day[0] == day[1] <= chart.on.toordinal():
            found.setdefault(day[0], []).append(reading)
    return {day: Chart(chart.id, date.fromordinal(day), tuple(many)) for day, many in sorted(found.items())}


def _nodes(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from _nodes(getattr(value, one.name))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _nodes(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _nodes(part)
