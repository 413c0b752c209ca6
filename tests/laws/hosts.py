"""Rows of integers as a host gives them, and the charts that hold the same."""

from array import array
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

from sangao.engine import formulas, quantity
from sangao.engine.chart import Chart
from sangao.engine.pack import ir
from sangao.engine.run.columns import bitmap
from sangao.engine.run.inputs import Input
from sangao.engine.run.library import Embedded
from sangao.engine.run.oneday import DAYS
from sangao.engine.run.solvable import Equation, equation
from sangao.engine.run.timeline import falls_due
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
            elif one.origin in ("fact", "list") and self.random.random() < 0.03:
                row.append((1, UNSURE))
            else:
                row.append((self.value(one), GIVEN))
        assert not any(one.formula and one.alone for one in self.of.inputs), "else the host would have to work it out"
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

    def solved(self, of: Equation, row: Row) -> tuple[int, int] | None:
        """Return what an equation gives of a row, as admission works it out."""
        leaf = next(one for one in self.pack.leaves.values() if equation(self.pack, one) == of)
        if isinstance(leaf.source, ir.Window):
            value, state = row[[one.id for one in self.of.inputs].index(of.inputs[0])]
            return falls_due(leaf.source, (value, value)) if state == GIVEN and 1 <= value <= DAYS[1] else None
        assert isinstance(leaf.source, ir.Derived)
        inputs = [self.pack.leaves[one] for one in leaf.source.inputs]
        given = dict(zip((one.id for one in self.of.inputs), row, strict=True))
        arguments: list[Any] = []
        for one, fact in zip(inputs, of.inputs, strict=True):
            value, state = given[fact]
            exact = one.values[value : value + 1] if one.kind == "code" else (value, value)
            arguments.append(exact if state == GIVEN else None)
        steps = [one.step for one in inputs]
        return formulas.apply(
            formulas.FORMULAS[leaf.source.formula], arguments, steps, leaf.step, (leaf.low, leaf.high)
        )[0]

    def slots(self, rows: list[Row]) -> tuple[bytes, ...]:
        """Return the slots of the program for some rows."""
        found = []
        for at, part in self.of.slots:  # of an input, or of an equation
            if part in ("low", "high", "found"):
                solved = [self.solved(self.of.equations[at], row) for row in rows]
                ends = [one or (0, 0) for one in solved]
                words = array("i", [low if part == "low" else high for low, high in ends]).tobytes()
                found.append(bitmap(one is not None for one in solved) if part == "found" else words)
                continue
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
            given[one.id] = [{"name": "an entry nobody can map"}] if state == UNSURE else []
            if value and state == GIVEN:
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
