"""Rows of integers as a host gives them, and the charts that hold the same."""

from array import array
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

from sangao.engine import quantity
from sangao.engine.chart import Chart
from sangao.engine.pack import ir
from sangao.engine.run.columns import bitmap
from sangao.engine.run.inputs import Input
from sangao.engine.run.library import Embedded
from tests.laws.charts import ON, Charts

BLANK, GIVEN, UNSURE = range(3)
Row = list[tuple[int, int]]  # per input: its value and whether it is blank, given, or asked and not known


class Hosts:
    """Draws rows for one embedded pack; the same seed gives the same rows."""

    def __init__(self, pack: ir.Pack, of: Embedded, seed: int) -> None:
        self.pack, self.of, self.random = pack, of, Random(seed)
        self.edges = Charts(pack, seed).edges

    def row(self, windows: bool = False) -> Row:
        """Return a row: nearly empty to full, values around every threshold, some of them impossible."""
        filled = self.random.choice((0.0, 0.1, 0.4, 0.8, 1.0))
        row: Row = []
        for one in self.of.inputs:
            here = self.random.random() < filled and (one.origin != "window" or windows)
            if one.origin == "day":
                row.append((ON.toordinal(), GIVEN))
            elif not here:
                row.append((self.random.choice((0, 1, -(2**31), 2**31 - 1)), BLANK))
            elif one.origin == "fact" and self.random.random() < 0.03:
                row.append((1, UNSURE))
            else:
                row.append((self.value(one), GIVEN))
        at = {one.id: i for i, one in enumerate(self.of.inputs)}
        for one in self.of.inputs:  # what a formula would give is the host's to give: else one of its inputs is blank
            if one.formula and row[at[one.id]][1] == BLANK:
                first = one.formula.partition("(")[2].rstrip(")").split(", ")[0]
                if first in at:
                    row[at[first]] = (0, BLANK)
        return row

    def value(self, one: Input) -> int:
        """Return a value near a threshold or an end of its range, now and then beyond."""
        if one.kind in ("bool", "code"):
            return self.random.randrange(len(one.values) or 2)
        roll = self.random.random()
        if one.kind == "date":
            return ON.toordinal() - self.random.randint(-30, 800)
        if roll < 0.05:
            return self.random.choice((one.low - 1, one.low, one.high, one.high + 1, 0))
        if roll < 0.1:
            return self.random.randint(-(2**31), 2**31 - 1)
        near = self.random.choice(self.edges.get(one.id) or [one.low])
        return near + self.random.choice((-1, 0, 1, self.random.randint(-3000, 3000)))

    def chart(self, row: Row) -> Chart:
        """Return the chart that holds what a row holds."""
        return chart(self.of.inputs, row, ON)

    def slots(self, rows: list[Row]) -> tuple[bytes, ...]:
        """Return the slots of the program for some rows."""
        found = []
        for at, part in self.of.slots:
            kind = self.of.inputs[at].kind
            values, states = [row[at][0] for row in rows], [row[at][1] for row in rows]
            if part != "value":
                found.append(bitmap(one == GIVEN or (part == "there" and one != BLANK) for one in states))
            elif kind in ("number", "date"):
                found.append(array("i", values).tobytes())
            elif kind == "code":
                found.append(bytes(one & 255 for one in values))
            else:
                found.append(bitmap(one & 1 for one in values))
        return tuple(found)


def chart(inputs: Iterable[Input], row: Row, on: date) -> Chart:
    """Return the chart of a day that holds what a row holds of facts and lists."""
    facts: dict[str, Any] = {}
    given: dict[str, Any] = {"complete": []}
    for one, (value, state) in zip(inputs, row, strict=True):
        if state == BLANK or one.origin in ("day", "window"):
            continue
        if one.origin == "list":
            given[one.id] = []
            if value:
                given["complete"].append(one.id)
        elif state == UNSURE:
            facts[one.id] = "unknown" if one.kind == "bool" else "?"
        elif one.kind == "number":
            facts[one.id] = f"{quantity.from_grid(value, one.step)} {one.unit}".strip()
        elif one.kind == "date":
            facts[one.id] = date.fromordinal(value).isoformat()
        else:
            facts[one.id] = one.values[value] if one.kind == "code" else bool(value)
    return Chart.of(facts, on=on, **given)
