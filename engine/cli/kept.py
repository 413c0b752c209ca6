"""Periods, and results kept from earlier ones: last year's, a frozen baseline."""

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from sangao.engine.errors import Problem, SangaoError, Span, fail, why
from sangao.engine.guide import Pack
from sangao.engine.pack import canon, ir
from sangao.engine.run.compared import Ends
from sangao.engine.run.narrowed import narrowed

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
    """A result kept from an earlier period: the ends of every measure, where it came from, whether rules differ.

    `other_length`: it covers another part of its year than the period it is compared with, and has no ends then.
    """

    name: str
    period: str
    ends: Mapping[str, Ends]
    problem: Problem | None = None
    other_length: Problem | None = None


def definition(pack: ir.Pack, measure: ir.Measure) -> str:
    """Return a hash of what a measure counts: all that its parts rest on, and nothing else of the pack."""
    asked = [part for part in (measure.numerator, measure.denominator) if part]
    part = narrowed(pack, asked)
    facts = {fact for leaf in part.leaves.values() for fact in leaf.facts}
    meant = {
        "measure": canon.encode(measure),
        "leaves": canon.encode(part.leaves),
        "decisions": canon.encode(part.decisions),
        "facts": canon.encode({name: pack.dictionary.facts[name] for name in sorted(facts)}),
    }
    return hashlib.sha256(json.dumps(meant, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def part_of_year(period: Period, cutoff: date | None) -> tuple[int, int]:
    """Return up to which month and day a period counts; whole months are alike whatever days they have.

    >>> part_of_year(period_of("2024-02"), None) == part_of_year(period_of("2025-02"), date(2025, 2, 28))
    True
    >>> part_of_year(period_of("2025"), date(2025, 11, 22)), part_of_year(period_of("2022H1"), None)
    ((11, 22), (6, 31))
    """
    if cutoff is None or cutoff >= period.until:
        return period.until.month, 31
    return cutoff.month, cutoff.day


def earlier(path: Path, pack: Pack, measures: Iterable[ir.Measure], now: Period, cutoff: date | None) -> Earlier:
    """Return a kept result. Raises SangaoError (`measure.bad_result`) when the file is none.

    A measure that counted something else then than now is named in the problem of the result. Nothing grows from a
    whole year to a part of one: where the two periods differ in length, the result has no ends to compare with.
    """
    try:
        found = json.loads(path.read_bytes())
        if found["schema"] != SCHEMA:
            raise ValueError
        ends = {
            one["id"]: (_fraction(one["exact"]["low"]), _fraction(one["exact"]["high"])) for one in found["measures"]
        }
        then = {one["id"]: one["definition"] for one in found["measures"]}
        period = str(found["period"]["name"])
        until = found["period"].get("cutoff")
        then_part = part_of_year(period_of(period), None if until is None else date.fromisoformat(until))
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError, SangaoError) as error:
        raise fail("measure.bad_result", Span(str(path)), usage=True) from error
    names = [one.id for one in measures if one.id in then and definition(pack.compiled, one) != then[one.id]]
    parts = {"file": path.name, "names": "、".join(names)}
    problem = Problem("measure.other_definition", Span(str(path)), parts) if names else None
    if then_part == part_of_year(now, cutoff):
        return Earlier(path.name, period, ends, problem)
    said = {"file": path.name, "then": period, "now": now.text}
    return Earlier(path.name, period, {}, problem, Problem("measure.other_length", Span(str(path)), said))


def _fraction(pair: Any) -> Fraction | None:
    return None if pair is None else Fraction(int(pair[0]), int(pair[1]))
