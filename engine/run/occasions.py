"""How the readings of one day become one value: the occasion rule of a group, per edition and cited.

An occasion is one day. Its readings are ordered by time; the rule looks at the first two: when they agree, their mean
counts, when they differ too much a further one is due and the rule says what then counts. Values are intervals on the
fact's grid; means are rounded half-even to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sangao.engine.fact import Group
from sangao.engine.truth import FALSE

Known = tuple[int, int]
Occasions = list[tuple[int | None, dict[str, Any]]]
"""Days (None: undated) in order, each with what was sent of each fact."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """One reading a pack has admitted.

    `day` is ordinal (None: undated), `moment` orders the readings of a day, `value` counts grid steps (numbers, dates)
    or is a mask (codes, truths; None: it was rejected), `given` is its place among the readings given. `blank`: it only
    says that nothing was said, so that a list does not answer for the fact.
    """

    fact: str
    day: int | None
    moment: str
    value: Known | int | None
    given: int
    blank: bool = False


@lru_cache(maxsize=4096)
def denied(fact: str, on: int) -> tuple[Admitted, ...]:
    """Return what stands for a fact that is false on a day without anybody having said so."""
    return (Admitted(fact, on, "", FALSE, -1),)


@lru_cache(maxsize=64)
def all_denied(facts: tuple[str, ...], on: int) -> Mapping[str, Sequence[Admitted]]:
    """Return what stands for facts that are false on a day, by fact; it must not be changed.

    What a delivered list leaves out is the same for most patients of a day.
    """
    return {fact: denied(fact, on) for fact in facts}


def single(sent: Sequence[Admitted]) -> Occasions | None:
    """Return the occasions of readings that each have a day and a fact of their own, None where it takes more.

    >>> single([Admitted("sbp", 9, "", (150, 150), 0), Admitted("sbp", 7, "", (140, 140), 1)])
    [(7, {'sbp': (140, 140)}), (9, {'sbp': (150, 150)})]
    """
    days: dict[int | None, dict[str, Any]] = {}
    for one in sent:
        if one.day is None or one.fact in (day := days.setdefault(one.day, {})):
            return None
        day[one.fact] = one.value
    return sorted(days.items(), key=itemgetter(0))


def by_day(readings: Sequence[Admitted]) -> dict[int | None, dict[str, list[Admitted]]]:
    """Group readings by day, then by fact, each list in order of time; undated readings each keep a day of their own.

    Days come in order; the key None holds all undated readings.
    """
    found: dict[int | None, dict[str, list[Admitted]]] = {}
    ordered = sorted(readings, key=lambda one: (one.day is None, one.day or 0, one.moment))
    for one in ordered:
        found.setdefault(one.day, {}).setdefault(one.fact, []).append(one)
    return found


def made_one(
    group: Group, readings: Mapping[str, Sequence[Known]], limits: Mapping[str, int | None]
) -> tuple[dict[str, Known], bool]:
    """Return the value of each member on one occasion, and whether a further reading is due.

    `readings`: per member its values in order of time; `limits`: per member `repeat_over`/`repeat_from` in grid steps.
    """
    differ = any(apart(values, limits.get(member), group.repeat_at) for member, values in readings.items())
    due = differ and max((len(values) for values in readings.values()), default=0) < 3
    return {member: _value(group.occasion, values, differ) for member, values in readings.items() if values}, due


def apart(values: Sequence[Known], limit: int | None, inclusive: bool) -> bool:
    """Return whether the first two readings may differ by more than the limit (`inclusive`: by the limit or more).

    >>> apart([(15000, 15000), (14500, 14500)], 500, False), apart([(15000, 15000), (14500, 14500)], 500, True)
    (False, True)
    """
    if limit is None or len(values) < 2:
        return False
    a, b = values[0], values[1]
    gap = max(abs(a[1] - b[0]), abs(b[1] - a[0]))
    return gap >= limit if inclusive else gap > limit


def _value(rule: str, values: Sequence[Known], differ: bool) -> Known:
    if len(values) == 1:
        return values[0]
    if rule == "last":
        return values[-1]
    if rule == "mean":
        return mean(values)
    if not differ or len(values) == 2:
        return mean(values[:2])
    if rule == "last_two":
        return mean(values[-2:])
    if rule == "mean_of_three":
        return mean(values[:3])
    if any(low != high for low, high in values[:3]):  # which two are closest is not known
        return min(low for low, _ in values[:3]), max(high for _, high in values[:3])
    pairs = [(abs(values[i][0] - values[j][0]), -(i + j), i, j) for i, j in ((0, 1), (0, 2), (1, 2))]
    _, _, i, j = min(pairs)  # of two pairs equally close the later one, taken after more rest
    return mean([values[i], values[j]])


def mean(values: Sequence[Known]) -> Known:
    """Return the mean of intervals, each end rounded half-even to the grid.

    >>> mean([(140, 140), (145, 145)])
    (142, 142)
    """
    low = Fraction(sum(one[0] for one in values), len(values))
    high = Fraction(sum(one[1] for one in values), len(values))
    return round(low), round(high)
