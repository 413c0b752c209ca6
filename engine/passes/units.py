"""Numbers with units, on grids: arithmetic keeps one unit, comparisons come down to integers, exactly.

A number that a patient decides is `Num`: an integer expression that counts `step` of `unit`. A number that stands in
the rules is `Const`. A threshold off the grid is moved to the next step that answers alike: with a grid of 0.01,
`x >= 6.994` is `x >= 7.00` steps, never a rounded threshold.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor, gcd

from sangao.engine.pack import ir
from sangao.engine.passes import fold

DATE = "date"
DAYS = "days"
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Num:
    """A number of the patient: `expr` counts `step` of `unit` (dates: days since the year 0, unit `date`)."""

    expr: ir.Expr
    step: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Const:
    """A number of the rules, exact."""

    value: Fraction
    unit: str


Number = Num | Const


class UnitError(Exception):
    """Two units that do not go together."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(left, right)
        self.left, self.right = left, right


def add(items: list[Number]) -> Number:
    """Return the sum; a date plus days is a date, a date less a date is days. Raises `UnitError`."""
    unit = _sum_unit(items)
    if all(isinstance(item, Const) for item in items):
        return Const(sum((item.value for item in items if isinstance(item, Const)), Fraction(0)), unit)
    step = one_grid(items)
    return Num(fold.plus(scaled(item, step) for item in items), step, unit)


def _sum_unit(items: list[Number]) -> str:
    units = {item.unit for item in items}
    if DATE not in units:
        return same_unit(items)
    wrong = units - {DATE, DAYS}
    dates = sum(_sign(item) for item in items if item.unit == DATE)
    if wrong or dates not in (0, 1):
        raise UnitError(DATE, wrong.pop() if wrong else DATE)
    return DATE if dates else DAYS


def _sign(item: Number) -> int:
    """A date counts once, a date taken away once less."""
    if isinstance(item, Const):
        return 1 if item.value > 0 else -1
    return -1 if isinstance(item.expr, ir.Times) and item.expr.by < 0 else 1


def multiple(by: Fraction, item: Number) -> Number:
    """Return a constant multiple. The grid takes up the size of the factor, the expression its sign."""
    if isinstance(item, Const):
        return Const(by * item.value, item.unit)
    if by == 0:
        return Const(Fraction(0), item.unit)
    return Num(item.expr if by > 0 else fold.times(-1, item.expr), item.step * abs(by), item.unit)


def extreme(kind: type[ir.Least] | type[ir.Most], items: list[Number]) -> Number:
    """Return the smallest or largest of several numbers. Raises `UnitError`."""
    unit = same_unit(items)
    constants = [item.value for item in items if isinstance(item, Const)]
    if len(constants) == len(items):
        return Const(min(constants) if kind is ir.Least else max(constants), unit)
    step = one_grid(items)
    return Num(kind(tuple(scaled(item, step) for item in items)), step, unit)


def size(item: Number) -> Number:
    """Return the absolute value."""
    if isinstance(item, Const):
        return Const(abs(item.value), item.unit)
    return Num(ir.Size(item.expr), item.step, item.unit)


def same_unit(items: list[Number]) -> str:
    """Return the one unit of all. Raises `UnitError`."""
    for item in items[1:]:
        if item.unit != items[0].unit:
            raise UnitError(items[0].unit, item.unit)
    return items[0].unit


def one_grid(items: list[Number]) -> Fraction:
    """Return the coarsest step on which every grid and every constant lies.

    >>> one_grid([Num(ir.Read("a"), Fraction(1, 100), ""), Const(Fraction(5, 8), "")])
    Fraction(1, 200)
    """
    steps = [item.step if isinstance(item, Num) else abs(item.value) for item in items]
    return reduce(_common, [step for step in steps if step], Fraction(0)) or Fraction(1)


def _common(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)


def scaled(item: Number, step: Fraction) -> ir.Expr:
    """Return the number counted in `step`, which its own grid is a multiple of."""
    if isinstance(item, Const):
        return ir.Int(int(item.value / step))
    return fold.times(int(item.step / step), item.expr)


def compared(op: str, left: Number, right: Number) -> ir.Compare | bool:
    """Return a comparison in integers, or what it always is. Raises `UnitError`.

    >>> sbp = Num(ir.Read("sbp"), Fraction(1, 100), "mmHg")
    >>> compared(">", sbp, Const(Fraction("139.995"), "mmHg")).right
    Int(value=13999)
    """
    same_unit([left, right])
    if isinstance(left, Const):
        if isinstance(right, Const):
            return _holds(op, left.value, right.value)
        return compared(FLIPPED[op], right, left)
    if isinstance(right, Num):
        step = one_grid([left, right])
        return ir.Compare(op, scaled(left, step), scaled(right, step))
    limit = right.value / left.step
    if limit.denominator != 1 and op in ("=", "!="):
        return op == "!="
    moved = ceil(limit) if op in (">=", "<") else floor(limit)
    return ir.Compare(op, left.expr, ir.Int(moved))


def _holds(op: str, left: Fraction, right: Fraction) -> bool:
    below, equal = left < right, left == right
    return {"<": below, "<=": below or equal, "=": equal, "!=": not equal}.get(op, not (below or (equal and op == ">")))
