"""What readings say of days gone by: the age a birth date gives, an age of another day, the date of an event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sangao.engine import quantity
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact
from sangao.engine.run import intervals
from sangao.engine.run.entering import bounds, out_of_range, too_late
from sangao.engine.run.occasions import Admitted


def aged(
    facts: Mapping[str, Fact], found: list[Admitted], chart: Chart, on: int, problems: list[Problem]
) -> list[Admitted]:
    """Return the readings with the age a birth date gives; it beats an age that was given.

    A birth date of nobody who is alive gives no age, and contradicts an age that was given; one that cannot be read
    leaves that age as it is.
    """
    births = [one for one in found if one.fact == "birth_date"]
    age = facts.get("age")
    if not births or age is None:
        return found
    born = intervals.hull([one.value for one in births if isinstance(one.value, tuple)])
    if born is None:
        given = any(one.fact == "age" for one in found)
        return found if given else [*found, Admitted("age", on, "", None, births[0].given)]
    low, high = bounds(age)
    step = quantity.to_grid(1, grid=age.grid)
    youngest, oldest = (completed_years(end, on) * step for end in reversed(born))
    value = (max(youngest, low), min(oldest, high)) if youngest <= high and oldest >= low else None
    kept = [one for one in found if one.fact != "age"]
    if youngest > high:
        problems.append(out_of_range(age, chart.readings[births[0].given].value))
        kept = [replace(one, value=None) if one.fact == "birth_date" else one for one in kept]
    return [*kept, Admitted("age", on, "", value, births[0].given)]


def past(
    facts: Mapping[str, Fact], found: list[Admitted], chart: Chart, on: int, problems: list[Problem]
) -> list[Admitted]:
    """Return the readings without dates of what has happened that lie after the day; a year alone ends with it."""
    for i, one in enumerate(found):
        fact = facts[one.fact]
        if not fact.past or not isinstance(one.value, tuple):
            continue
        if too_late(fact, one.value, on):
            problems.append(Problem("chart.date_ahead", fact=fact.id, given=chart.readings[one.given].value))
            found[i] = replace(one, value=None)
        elif one.value[0] <= on < one.value[1]:
            found[i] = replace(one, value=(one.value[0], on))
    return found


def grown(fact: Fact, value: tuple[int, int], days: tuple[int, int], on: int) -> tuple[int, int] | None:
    """Return the age on a day of whom an age was recorded then: every whole year since, and perhaps a birthday more.

    None where nobody is that old. Who was 70 on 1 March 2024 is 71 a year later to the day.

    >>> age, then = Fact("age", "number", "年龄", "age"), date(2024, 3, 1).toordinal()
    >>> [grown(age, (70, 70), (then, then), date(2025, 3, day).toordinal()) for day in (1, 2)]
    [(71, 71), (71, 72)]
    """
    if days == (on, on):
        return value
    first, last = date.fromordinal(days[0]), date.fromordinal(on)
    more = (first.month, first.day) != (last.month, last.day)
    step, (low, high) = quantity.to_grid(1, grid=fact.grid), bounds(fact)
    least = value[0] + completed_years(min(days[1], on), on) * step
    most = value[1] + (completed_years(days[0], on) + more) * step
    return (max(least, low), min(most, high)) if least <= high else None


def completed_years(born: int, on: int) -> int:
    """Return completed years of life on a day, both ordinal; who was born on 29 February has birthdays on 1 March.

    >>> completed_years(date(1960, 2, 29).toordinal(), date(2025, 2, 28).toordinal())
    64
    >>> completed_years(date(1960, 2, 29).toordinal(), date(2025, 3, 1).toordinal())
    65
    """
    start, end = date.fromordinal(born), date.fromordinal(on)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
