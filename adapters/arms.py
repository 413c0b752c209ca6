"""Blood pressure of both arms → the office pressure: that of the arm with the higher systolic value.

Where an arm is given by half, the other may be the lower one: then nothing is taken, and that is said.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from sangao.engine import quantity
from sangao.engine.chart import Reading, day_of

ARMS = (("sbp_left", "dbp_left"), ("sbp_right", "dbp_right"))
OFFICE = ("sbp_office", "dbp_office")
WITHOUT = "no value"  # keeps the occasion: an older reading must not stand in for it
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


def higher(readings: Sequence[Reading]) -> tuple[list[Reading], list[str]]:
    """Return the readings with, of a day on which an office pressure was taken at both arms, those of the higher arm.

    Where one arm is given by half neither is known: the facts that are blank for it stand beside.

    >>> left, right = (("arm", "left"),), (("arm", "right"),)
    >>> given = [Reading("sbp_office", 132, "mmHg", "2026-03-05", "l", left), Reading("dbp_office", 82, "mmHg",
    ...     "2026-03-05", "l", left), Reading("sbp_office", 162, "mmHg", "2026-03-05", "r", right)]
    >>> found, half = higher([*given, Reading("dbp_office", 98, "mmHg", "2026-03-05", "r", right)])
    >>> [one.value for one in found], half, [one.value for one in higher(given)[0]]
    ([162, 98], [], ['no value', 'no value', 'no value'])
    """
    sides: dict[object, dict[str, list[int]]] = {}
    for i, one in enumerate(readings):
        said = dict(one.qualifiers) if one.qualifiers and one.fact in OFFICE else {}
        if said.get("arm") in ("left", "right"):
            days = day_of(one.at) if one.at else None
            sides.setdefault((days or one.at, said.get("setting")), {}).setdefault(said["arm"], []).append(i)
    found: list[Reading | None] = list(readings)
    half: list[str] = []
    for arms in sides.values():
        if len(arms) < 2:
            continue
        units = {quantity.unit_name(readings[i].unit or "mmHg") for many in arms.values() for i in many}
        means = {arm: _means([readings[i] for i in many]) for arm, many in arms.items()}
        if len(units) > 1 or None in means.values():
            half += OFFICE
            for i in (*arms["left"], *arms["right"]):
                found[i] = replace(readings[i], value=WITHOUT, unit=None)
        else:
            lower = min(arms, key=lambda arm: means[arm] or ())
            for i in arms[lower]:
                found[i] = None
    return [one for one in found if one is not None], list(dict.fromkeys(half))


def _means(readings: Sequence[Reading]) -> tuple[Fraction, ...] | None:
    """Return the mean systolic and diastolic pressure of an arm, None where one is missing or no plain number."""
    means = []
    for fact in OFFICE:
        numbers = [quantity.parse_number(str(one.value)) for one in readings if one.fact == fact]
        plain = [one for one in numbers if one is not None]
        if not plain or len(plain) < len(numbers) or len(numbers) * len(OFFICE) != len(readings):
            return None
        means.append(sum(plain, Fraction(0)) / len(plain))
    return tuple(means)


def _number(reading: Reading) -> Fraction | None:
    """Return a pressure in mmHg, None for anything that is no plain one."""
    if quantity.unit_name(reading.unit or "") not in ("", "mmHg"):
        return None
    given = quantity.parse(str(reading.value))
    return None if given is None or given[1] not in ("", "mmHg") else given[0]
