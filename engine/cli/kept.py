"""Periods, and results kept from earlier ones: last year's, a frozen baseline."""

import json
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from sangao.engine.errors import Problem, Span, fail, why
from sangao.engine.guide import Pack
from sangao.engine.run.compared import Ends

SCHEMA = "sangao.measures/1"
_PERIOD = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year up to the end of one of its months; `text` is how it was asked for."""

    text: str
    start: date
    until: date


def period_of(text: str) -> Period:
    """Return the period a text names. Raises SangaoError when it names none.

    >>> period_of("2025Q3").until.isoformat(), period_of("2024-02").until.isoformat()
    ('2025-09-30', '2024-02-29')
    """
    found = _PERIOD.fullmatch(text.strip())
    if found is None or found[1] == "0000":
        raise fail("measure.bad_period", usage=True, given=text)
    year = int(found[1])
    month = int(found[2]) * 6 if found[2] else int(found[3]) * 3 if found[3] else int(found[4] or 12)
    return Period(text.strip(), date(year, 1, 1), date(year, month, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Earlier:
    """A result kept from an earlier period: the ends of every measure, where it came from, whether rules differ."""

    name: str
    period: str
    ends: Mapping[str, Ends]
    problem: Problem | None = None


def earlier(path: Path, pack: Pack, kind: str) -> Earlier:
    """Return a kept result. Raises SangaoError (`measure.bad_result`) when the file is none."""
    try:
        found = json.loads(path.read_bytes())
        if found["schema"] != SCHEMA:
            raise ValueError
        ends = {
            one["id"]: (_fraction(one["exact"]["low"]), _fraction(one["exact"]["high"])) for one in found["measures"]
        }
        made = str(found["pack"]["hash"])
        period = str(found["period"]["name"])
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except (ValueError, KeyError, TypeError, ZeroDivisionError, RecursionError) as error:
        raise fail("measure.bad_result", Span(str(path)), usage=True) from error
    parts = {"file": path.name, "other": made[:12]}
    return Earlier(
        path.name,
        period,
        ends,
        None if made == pack.hash else Problem("measure.other_definition", Span(str(path)), parts),
    )


def _fraction(pair: Any) -> Fraction | None:
    return None if pair is None else Fraction(int(pair[0]), int(pair[1]))
