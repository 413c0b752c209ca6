"""Columns that say who a row is about: identity numbers, and the arm whose blood pressure counts."""

from collections.abc import Sequence
from datetime import date

from sangao.adapters import arms, identity
from sangao.adapters.columns import Rejected
from sangao.engine import quantity
from sangao.engine.chart import Reading, day_of

SEXES = {"male": "male", "female": "female", "男": "male", "女": "female", "男性": "male", "女性": "female"}
NAMES = {"sex": ("性别", "sex"), "birth_date": ("出生日期", "date of birth")}


def identified(
    line: int, column: str, text: str, on: date, readings: list[Reading]
) -> tuple[list[Reading], tuple[Rejected, ...]]:
    """Return the readings of a row with what an identity number adds, and what was refused; never the number itself.

    Where the number holds and the row says otherwise, neither is used.

    >>> found, _ = identified(2, "id", "11010519491231002X", date(2025, 3, 9), [])
    >>> [(one.fact, one.value) for one in found]
    [('sex', 'female'), ('birth_date', '1949-12-31')]
    """
    found = identity.read(text, on)
    if found.problem is not None:
        return readings, (Rejected(line, column, "", "", found.problem.code),)
    if found.person is None:
        return readings, ()
    held = {"sex": found.person.sex, "birth_date": found.person.birth_date.isoformat()}
    added: list[Reading] = []
    refused: list[Rejected] = []
    for fact, value in held.items():
        own = [one for one in readings if one.fact == fact]
        if not own:
            added.append(Reading(fact, value, None, on.isoformat(), column))
        elif not all(_agrees(fact, str(one.value), value) for one in own):
            zh, en = NAMES[fact]
            refused.append(Rejected(line, column, fact, "", "chinese.identity_differs", (("zh", zh), ("en", en))))
            readings = [one for one in readings if one.fact != fact]
    return [*readings, *added], tuple(refused)


def from_arms(line: int, readings: list[Reading]) -> tuple[list[Reading], tuple[Rejected, ...]]:
    """Return the readings of a row with the office pressure of the higher arm, and why there is none."""
    office, problem = arms.office(readings)
    refused = () if problem is None else (Rejected(line, "", "sbp_office", "", problem),)
    return [*readings, *office], refused


def masked(fields: Sequence[str]) -> str:
    """Return the cells of a row as one text, identity numbers left out.

    >>> masked(["p1", "11010519491231002X", "152"])
    'p1,,152'
    """
    return ",".join("" if identity.resembles(one) else one for one in fields)[:500]


def _agrees(fact: str, stated: str, held: str) -> bool:
    if fact == "sex":
        return SEXES.get(quantity.normalise(stated).lower()) == held
    days, day = day_of(stated), day_of(held)
    return days is not None and day is not None and days[0] <= day[0] <= days[1]
