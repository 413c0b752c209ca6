"""What one day tells, as planes: which numbers of a fact are usable, and what a window makes of its one occasion."""

from collections.abc import Callable
from datetime import date

from sangao.engine import quantity
from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.circuit import NO, YES, Circuit, Refused
from sangao.engine.run.entering import INT32, bounds, steps
from sangao.engine.run.known import Abstract, Closed, Ends

DAYS = (1, date.max.toordinal())


def reach(fact: Fact) -> tuple[int, int]:
    """Return the least and the greatest integer that a value of a fact can be at all."""
    if fact.kind == "number":
        return bounds(fact)
    return DAYS if fact.kind == "date" else (0, max(1, len(fact.values) - 1))


def usable(fact: Fact) -> list[tuple[int, int]]:
    """Return the closed intervals of grid steps that a number in the fact's own unit is admitted from.

    All of the warn range; beyond it the hard range without what another unit of the fact would explain.

    >>> from fractions import Fraction
    >>> from sangao.engine.fact import Unit
    >>> ends = {"hard": (Fraction(1), Fraction(80)), "warn": (Fraction(2), Fraction(35))}
    >>> usable(Fact("fpg", "number", "", "", (Unit("mmol/L"), Unit("mg/dL", Fraction(1, 18))), **ends))
    [(2, 35), (1, 1)]
    """
    low, high = bounds(fact)
    warn = (steps(fact.warn[0], fact), steps(fact.warn[1], fact)) if fact.warn else (low, high)
    outer = [(low, min(high, warn[0] - 1)), (max(low, warn[1] + 1), high)]
    for unit in fact.units[1:]:

        def other(number: int, unit: object = unit) -> int:
            return quantity.to_grid(number * fact.grid, unit.factor, unit.offset, fact.grid)  # type: ignore[attr-defined]

        mixed = (_first(other, warn[0]), _first(other, warn[1] + 1) - 1)
        outer = [
            part for start, end in outer for part in ((start, min(end, mixed[0] - 1)), (max(start, mixed[1] + 1), end))
        ]
    return [one for one in (warn, *outer) if one[0] <= one[1]]


def _first(rising: Callable[[int], int], limit: int) -> int:
    """Return the first integer of 32 bits where a rising function reaches a limit, one past them where none does."""
    low, high = INT32[0], INT32[1] + 1
    while low < high:
        middle = (low + high) // 2
        if rising(middle) >= limit:
            high = middle
        else:
            low = middle + 1
    return low


def blank(circuit: Circuit, kind: str, values: int) -> Abstract:
    """Return what is known where nothing is."""
    if kind in ("number", "date"):
        return Ends(circuit.constant(0), circuit.constant(0), NO)
    return (YES,) * (values if kind == "code" else 2)


def untold(source: ir.Window) -> bool:
    """Return whether one day never tells a window: it asks for a second occasion, or for a calendar."""
    return source.op in ("due", "change") or (source.op in ("last", "first") and source.n > 1)


def window(circuit: Circuit, source: ir.Window, there: int, holds: Closed, value: Abstract | None) -> Abstract:
    """Return what a window makes of the one occasion of a day: `sangao.engine.windows`, word for word.

    `there`: where there is an occasion at all; `holds`: the truth of its condition; `value` of its member.
    """
    sure, may = circuit.both(there, known.certain(holds)), circuit.both(there, holds[1])
    several = source.n > 1
    match source.op:
        case "count" | "days":
            return Ends(circuit.total(0, [(sure, 1)]), circuit.total(0, [(may, 1)]), there)
        case "running" | "streak" if several:
            return YES, there ^ 1
        case "ever" | "all" | "running" | "streak":
            return circuit.either(holds[0], there ^ 1), circuit.either(holds[1], there ^ 1)
        case "days_since":
            return Ends(circuit.constant(0), circuit.constant(0), sure)
        case "last" | "first" | "mean" | "max" | "min" if not untold(source):
            if not isinstance(value, Ends):
                raise Refused(f"{source.op} of {source.member or source.subject}")
            return Ends(value.low, value.high, circuit.both(sure, value.known))
        case _:
            return blank(circuit, "number", 0)
