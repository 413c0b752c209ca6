"""Blood pressure of both arms → the office pressure: that of the arm with the higher systolic value.

Where an arm is given by half, the other may be the lower one: then nothing is taken, and that is said.
"""

from collections.abc import Sequence
from fractions import Fraction

from sangao.engine import quantity
from sangao.engine.chart import Reading

ARMS = (("sbp_left", "dbp_left"), ("sbp_right", "dbp_right"))
OFFICE = ("sbp_office", "dbp_office")
SOURCE = "读数较高一侧"


def office(readings: Sequence[Reading]) -> tuple[list[Reading], str | None]:
    """Return the office pressure that readings of the arms give (none where one is there), and the code of a problem.

    >>> arms = {"sbp_left": "150", "dbp_left": "80", "sbp_right": "142", "dbp_right": "96"}
    >>> given = [Reading(fact, value) for fact, value in arms.items()]
    >>> [(one.fact, one.value) for one in office(given)[0]]
    [('sbp_office', '150'), ('dbp_office', '80')]
    >>> office(given[:3])
    ([], 'chinese.half_arm')
    """
    if any(one.fact in OFFICE for one in readings):
        return [], None
    found = [[one for one in readings if one.fact == fact] for arm in ARMS for fact in arm]
    if not any(found):
        return [], None
    sides = [(found[0], found[1]), (found[2], found[3])]
    filled = [side for side in sides if side[0] or side[1]]
    if any(len(part) != 1 for side in filled for part in side):
        return [], "chinese.half_arm"
    numbers = [tuple(_number(part[0]) for part in side) for side in filled]
    if any(one is None for pair in numbers for one in pair):
        return [], "chinese.half_arm"
    higher = max(range(len(filled)), key=lambda i: numbers[i])
    return [
        Reading(fact, part[0].value, part[0].unit, part[0].at, SOURCE)
        for fact, part in zip(OFFICE, filled[higher], strict=True)
    ], None


def _number(reading: Reading) -> Fraction | None:
    """Return a pressure in mmHg, None for anything that is no plain one."""
    if quantity.unit_name(reading.unit or "") not in ("", "mmHg"):
        return None
    given = quantity.parse(str(reading.value))
    return None if given is None or given[1] not in ("", "mmHg") else given[0]
