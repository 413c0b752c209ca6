"""The resident identity number (居民身份证号): sex and date of birth, once its check digit holds.

The number itself never leaves this module: not into a chart, a problem, a log or a representation.
"""

import re
from dataclasses import dataclass
from datetime import date

from sangao.engine import quantity
from sangao.engine.errors import Problem

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
FIRST_YEAR = 1850  # nobody alive was born before; an earlier year is a slip of the pen
_NEW = re.compile(r"[0-9]{17}[0-9X]")
_OLD = re.compile(r"[0-9]{15}")
_ALIKE = re.compile(r"[0-9]{17}[0-9A-Z*?]")
_MISTYPED = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Person:
    """What an identity number says of its holder."""

    sex: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Read:
    """The outcome for one text: a person, or the problem that keeps it out; neither for a blank."""

    person: Person | None = None
    problem: Problem | None = None


def read(text: str, on: date | None = None) -> Read:
    """Return what an identity number says; `on`: born later than that day is no number of this patient.

    Full-width digits, a small or Roman `x`, inner blanks and a leading `ID` are understood. The old form of 15 digits
    has no check digit, so nothing is taken from it.

    >>> read("11010519491231002X").person
    Person(sex='female', birth_date=datetime.date(1949, 12, 31))
    >>> read("110105194912310021").problem.code, read("110105491231002").problem.code, read(" ").problem
    ('chinese.identity_wrong', 'chinese.identity_old', None)
    """
    plain = _plain(text)
    if not plain:
        return Read()
    if _OLD.fullmatch(plain):
        return Read(problem=Problem("chinese.identity_old"))
    born = _born(plain) if _NEW.fullmatch(plain) else None
    if born is None or not _checked(plain) or born.year < FIRST_YEAR or (on is not None and born > on):
        return Read(problem=Problem("chinese.identity_wrong"))
    return Read(Person("male" if int(plain[16]) % 2 else "female", born))


def resembles(text: str | None) -> bool:
    """Return whether a text looks like an identity number, right or wrong: such a text is no key of a patient.

    A letter for a digit, or another one for the check sign, is a slip of the pen and makes no other number of it.

    >>> resembles("110105 19491231 002x"), resembles("110105491231002"), resembles("HR201102113366666")
    (True, True, False)
    >>> resembles("11010519491231002Y"), resembles("1101O5l949123l002X"), resembles("20260319200101123")
    (True, True, False)
    """
    plain = _plain(text or "").translate(_MISTYPED)
    return bool(_ALIKE.fullmatch(plain) and _date(plain[6:14])) or bool(
        _OLD.fullmatch(plain) and _date(f"19{plain[6:12]}")
    )


def _plain(text: str) -> str:
    if len(text) > 64:
        return "-"  # no number, however it is written
    plain = re.sub(r"[\s\-]", "", quantity.normalise(text)).upper()
    return plain.removeprefix("ID")


def _checked(plain: str) -> bool:
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(plain, WEIGHTS, strict=False)) % 11] == plain[17]


def _born(plain: str) -> date | None:
    return _date(plain[6:14])


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
