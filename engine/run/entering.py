"""One value as a host gave it → its abstract value on the fact's grid, or the problem that keeps it out.

Values enter once, here. A bare number stands in the fact's own unit; outside the hard range it is rejected; beyond the
warn range where another unit of the fact would fit, it is held out as a mixed-up unit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sangao.engine import quantity
from sangao.engine.chart import day_of
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact, Unit
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

INT32 = (-(2**31), 2**31 - 1)
YES = frozenset({"true", "yes", "是", "有", "阳性", "positive"})
NO = frozenset({"false", "no", "否", "无", "阴性", "negative"})
NO_DAY = date.max.toordinal()  # "never", as a day
NEVER = frozenset({"never", "无", "未", "否", "未做", "从未"})  # of a date that may never come
UNSURE = frozenset({"unknown", "未知", "不详"})  # asked, and not known: nothing may be assumed in its place


@dataclass(frozen=True, slots=True)
class Entered:
    """The outcome for one value: `value` is None when it was kept out, `problem` says why (or warns)."""

    value: Any
    problem: Problem | None = None


Taker = Callable[[Any, str | None], Entered]


def taker(fact: Fact) -> Taker:
    """Return the function that admits values of one fact: `(value, unit or None) → Entered`.

    >>> from sangao.engine.fact import Fact, Unit
    >>> sbp = Fact("sbp", "number", "收缩压", "SBP", units=(Unit("mmHg"),), grid=Fraction(1, 100))
    >>> taker(sbp)("152 mmHg", None).value, taker(sbp)("high", None).problem.code
    ((15200, 15200), 'chart.not_a_quantity')
    """
    return {"number": _numbers, "bool": _truths, "code": _codes, "date": _dates}[fact.kind](fact)


SPELLINGS = 64  # of a fact's unit that are remembered
TEXTS = 2_000  # values written as text that are remembered for a fact: they repeat themselves
LONGEST = 24  # characters of such a text


def steps(value: Fraction, fact: Fact) -> int:
    """Return a limit in the fact's unit as grid steps."""
    return quantity.to_grid(value, grid=fact.grid)


def bounds(fact: Fact) -> tuple[int, int]:
    """Return what a number fact can be at all, in grid steps."""
    return (steps(fact.hard[0], fact), steps(fact.hard[1], fact)) if fact.hard else INT32


def _numbers(fact: Fact) -> Taker:
    low, high = bounds(fact)
    warn_low, warn_high = (steps(fact.warn[0], fact), steps(fact.warn[1], fact)) if fact.warn else (low, high)
    land = quantity.gridder(Fraction(1), Fraction(0), fact.grid)
    units = {quantity.unit_name(unit.name): unit for unit in fact.units}
    own = fact.units[0] if fact.units else Unit("")
    spelled: dict[str, bool] = {}  # other spellings hosts send, `mm[Hg]`, and whether they mean the fact's own unit
    written: dict[tuple[str, str | None], Entered] = {}  # "152 mmHg" and what it came to

    def means_own(unit: str) -> bool:
        found = spelled.get(unit)
        if found is None:
            found = units.get(quantity.unit_name(unit)) is own
            if len(spelled) < SPELLINGS:
                spelled[unit] = found
        return found

    def take(value: Any, unit: str | None) -> Entered:
        kind = type(value)
        if (kind is float or kind is int) and (not unit or unit == own.name or means_own(unit)):  # the hot path
            try:
                found = land(value)
            except (ValueError, OverflowError):
                return Entered(None, _problem(fact, "chart.not_a_quantity", value))
            if warn_low <= found <= warn_high:
                return Entered((found, found))
            return judged((found, found), value, own, Fraction(value if kind is int else repr(value)))
        if kind is not str or len(value) > LONGEST:
            return slow(value, unit)
        entered = written.get((value, unit))
        if entered is None:
            entered = slow(value, unit)
            if len(written) < TEXTS:
                written[value, unit] = entered
        return entered

    def slow(value: Any, unit: str | None) -> Entered:
        if isinstance(value, bool | date):
            return Entered(None, _problem(fact, "chart.wrong_type", value))
        try:
            given = quantity.read(value) if isinstance(value, str) else None
            if given is None and not isinstance(value, str):
                number = quantity.parse_number(str(value))
                given = None if number is None else quantity.Given(number, number)
        except (ValueError, TypeError, OverflowError):
            given = None
        if given is None:
            return Entered(None, _problem(fact, "chart.not_a_quantity", value))
        named = quantity.unit_name(given.unit or unit or own.name)
        if given.unit and unit and quantity.unit_name(unit) != quantity.unit_name(given.unit):
            known = quantity.unit_name(given.unit) in units
            code = "chart.other_unit" if known else "chart.unknown_unit"
            return Entered(None, _problem(fact, code, value, units=_names(fact)))
        chosen = units.get(named) or (own if not named else None)
        if chosen is None:
            return Entered(None, _problem(fact, "chart.unknown_unit", value, units=_names(fact)))
        if given.mark:  # beyond what the device shows: beyond the usual range is all that is certain
            return Entered((warn_high, high) if given.mark == "high" else (low, warn_low))
        start, end = quantity.grid_interval(given, chosen.factor, chosen.offset, fact.grid)
        if start is not None and end is not None:
            return judged((start, end), value, chosen, given.low or Fraction(0))
        interval = (low if start is None else start, high if end is None else end)
        if interval[0] > interval[1] or interval[0] < low or interval[1] > high:
            return Entered(None, out_of_range(fact, value))
        return Entered(interval)

    def judged(found: tuple[int, int], value: Any, unit: Unit, raw: Fraction) -> Entered:
        if warn_low <= found[0] and found[1] <= warn_high:
            return Entered(found)
        possible = low <= found[0] and found[1] <= high
        for other in fact.units:
            if other != unit and warn_low <= quantity.to_grid(raw, other.factor, other.offset, fact.grid) <= warn_high:
                code = "chart.suspect_unit_now" if possible else "chart.suspect_unit"
                return Entered(None, _problem(fact, code, value, sibling=other.name))
        if not possible:
            return Entered(None, out_of_range(fact, value))
        return Entered(found, _problem(fact, "chart.unusual", value))

    return take


def _truths(fact: Fact) -> Taker:
    def take(value: Any, unit: str | None) -> Entered:
        if value is True:
            return Entered(TRUE)
        if value is False:
            return Entered(FALSE)
        text = quantity.normalise(value).lower() if isinstance(value, str) else ""
        if text in YES:
            return Entered(TRUE)
        if text in NO:
            return Entered(FALSE)
        if text in UNSURE:
            return Entered(UNKNOWN)
        return Entered(None, _problem(fact, "chart.not_a_truth", value))

    return take


def _codes(fact: Fact) -> Taker:
    named: dict[str, int] = {}
    for i, code in enumerate(fact.values):
        texts = (code, *(fact.value_names[i] if i < len(fact.value_names) else ()))
        for text in texts:
            named.setdefault(quantity.normalise(text).lower(), 1 << i)
    for text, codes in fact.spellings:
        meant = sum(1 << fact.values.index(code) for code in codes)
        named.setdefault(quantity.normalise(text).lower(), meant)
    values = "、".join(fact.values)

    def take(value: Any, unit: str | None) -> Entered:
        found = named.get(quantity.normalise(str(value)).lower()) if isinstance(value, str | int) else None
        if found is None:
            return Entered(None, _problem(fact, "chart.unknown_code", value, values=values))
        return Entered(found)

    return take


def _dates(fact: Fact) -> Taker:
    def take(value: Any, unit: str | None) -> Entered:
        text = value.isoformat() if isinstance(value, date) else value
        if fact.never and isinstance(text, str) and quantity.normalise(text).lower() in NEVER:
            return Entered((NO_DAY, NO_DAY))
        found = day_of(text) if isinstance(text, str) else None
        return Entered(found, None if found else _problem(fact, "chart.not_a_date", value))

    return take


def too_late(fact: Fact, value: tuple[int, int], on: int) -> bool:
    """Return whether a date of something that has happened lies after a day: a slip of the pen, not an event.

    >>> seen = Fact("seen_on", "date", "就诊日", "visit day")
    >>> too_late(seen, (739_500, 739_500), 739_499), too_late(seen, (739_000, 739_500), 739_499)
    (True, False)
    """
    return fact.past and value[0] > on and not (fact.never and value[0] == NO_DAY)


def _names(fact: Fact) -> str:
    return "、".join(unit.name for unit in fact.units) or "—"


def _problem(fact: Fact, code: str, given: Any, **parts: Any) -> Problem:
    return Problem(code, parts={"unit": fact.unit, **parts}, fact=fact.id, given=given)


def out_of_range(fact: Fact, given: Any) -> Problem:
    """Return the problem of a number that cannot be."""
    low, high = fact.hard or (Fraction(INT32[0]), Fraction(INT32[1]))
    ends = {"low": quantity.decimal_text(low), "high": quantity.decimal_text(high)}
    return _problem(fact, "chart.out_of_range", given, **ends)


class Takers(dict[str, Taker]):
    """The takers of a dictionary by fact id, each made when a value of its fact first comes."""

    __slots__ = ("facts",)

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        super().__init__()
        self.facts = facts

    def __missing__(self, fact: str) -> Taker:
        """Make the taker of a fact. Raises KeyError for a fact the dictionary does not have."""
        made = self[fact] = taker(self.facts[fact])
        return made
