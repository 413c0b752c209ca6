"""Measures over a cohort: one person after the other, both passes, whole numbers until the end.

Of persons only a table of nine cells is kept per pass: is this person in the denominator (no, yes, not known), and in
the numerator. From it come the counts and the range of the rate: its ends are the least and the largest value that the
rate can take when everything not known is known. Rates are fractions; they are compared as such and rounded only where
they are shown. `engine.run.measured` says the same by definition.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run.many import Many
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

ONE = Fraction(1)
Given = Mapping[str, int | None]  # numbers entered by hand: `n`, `d`


@dataclass(frozen=True, slots=True)
class Counts:
    """What one pass came to. Persons: `n` certainly in the numerator, `d` certainly in the denominator (None: there is
    none), `unknown` in the denominator with the numerator not known (also where it then counts as not in it), `open`
    not known to be in the denominator.

    Of events `n` and `d` are sums over the persons whose number is known and `unknown` the persons of whom it is not.
    `n` is None when it was to be entered and was not. `low` and `high` are the ends of the rate (of a count: of the
    count); None when nothing bounds them.
    """

    n: Fraction | None
    d: Fraction | None
    unknown: int = 0
    open: int = 0
    low: Fraction | None = None
    high: Fraction | None = None

    @property
    def rate(self) -> Fraction | None:
        """Return the rate when only one is possible."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of a cohort in both passes: `open` without assumptions, `assumed` with what charts let us assume."""

    measure: ir.Measure
    open: Counts
    assumed: Counts

    @property
    def status(self) -> str:
        """Return `settled`, `provisional` (rests on assumptions) or `unknown`, as an answer would."""
        if self.open.rate is not None:
            return "settled"
        return "provisional" if self.assumed.rate is not None else "unknown"

    @property
    def is_rate(self) -> bool:
        """Return whether this is a rate; else it is a count."""
        return bool(self.measure.denominator) or "denominator" in self.measure.entered


@dataclass(slots=True)
class _Sums:
    """One pass of one measure as it grows."""

    table: Counter[tuple[int, int]] = field(default_factory=Counter)
    events: list[int] = field(default_factory=lambda: [0, 0, 0, 0])  # numerator low, high, denominator low, high
    blank: int = 0
    unproved: int = 0  # counted as not in the numerator for want of evidence


class Tally:
    """Adds persons to measures of one pack (or to variants of them, under ids of their own)."""

    def __init__(self, pack: ir.Pack, measures: Iterable[ir.Measure]) -> None:
        self.measures = list(measures)
        asked = dict.fromkeys(part for one in self.measures for part in (one.numerator, one.denominator) if part)
        self.many = Many(pack, tuple(asked))
        at = {name: i for i, name in enumerate(self.many.rows.decisions)}
        self._places = [(at.get(one.numerator), at.get(one.denominator)) for one in self.measures]
        steps = {part: pack.decisions[part].outcome.step for part in asked}
        self._steps = [(steps.get(one.numerator, ONE), steps.get(one.denominator, ONE)) for one in self.measures]
        self._sums = [(_Sums(), _Sums()) for _ in self.measures]
        self.persons = 0

    def add(self, chart: Chart) -> Sequence[Problem]:
        """Count one person; return the problems of the chart."""
        admitted = self.many.admit(chart)
        opened, assumed = self.many.rows.run(admitted.open, admitted.assumed)
        for one, sums, (numerator, denominator) in zip(self.measures, self._sums, self._places, strict=True):
            if numerator is None:
                continue
            n, taken = opened[numerator], assumed[numerator]
            none = one.unknown == "out" and taken in (None, UNKNOWN)  # no evidence: not counted, whatever it may be
            if none:
                n = taken = (0, 0) if one.counts == "events" else FALSE
            for sum, value, answers in zip(sums, (n, taken), (opened, assumed), strict=True):
                d = TRUE if denominator is None else answers[denominator]
                sum.unproved += none and (d == TRUE if one.counts == "persons" else d is not None)
                _add(sum, one, value, d)
        self.persons += 1
        return admitted.problems

    def results(self, entered: Mapping[str, Given] | None = None) -> dict[str, Measured]:
        """Return what the measures have come to so far; `entered` holds the numbers given by hand, by measure."""
        given = entered or {}
        return {
            one.id: Measured(one, *(_counts(one, sum, steps, given.get(one.id, {})) for sum in sums))
            for one, sums, steps in zip(self.measures, self._sums, self._steps, strict=True)
        }


def _add(sums: _Sums, measure: ir.Measure, n: Any, d: Any) -> None:
    if measure.counts == "persons":
        sums.table[d, n] += 1
        return
    if not measure.denominator:
        d = (0, 0)
    if n is None or d is None:
        sums.blank += 1
        return
    for i, value in enumerate((*n, *d)):
        sums.events[i] += value


def _counts(measure: ir.Measure, sums: _Sums, steps: Sequence[Fraction], given: Given) -> Counts:
    if measure.entered:
        return _entered(measure, sums, steps, given)
    if measure.counts == "events":
        return _events(measure, sums, steps)
    t = sums.table
    inside, open_n = t[TRUE, TRUE], t[TRUE, UNKNOWN]
    unknown = open_n + sums.unproved
    if not measure.denominator:
        return Counts(Fraction(inside), None, unknown, 0, Fraction(inside), Fraction(inside + open_n))
    certain = inside + open_n + t[TRUE, FALSE]
    joining_out = t[UNKNOWN, FALSE] + t[UNKNOWN, UNKNOWN]
    joining_in = t[UNKNOWN, TRUE] + t[UNKNOWN, UNKNOWN]
    everyone = t[UNKNOWN, FALSE] + t[UNKNOWN, TRUE] + t[UNKNOWN, UNKNOWN]
    if not certain:  # perhaps nobody is in the denominator, and then there is no rate
        return Counts(Fraction(inside), Fraction(0), unknown, everyone)
    low = Fraction(inside, certain + joining_out)
    high = Fraction(inside + open_n + joining_in, certain + joining_in)
    return Counts(Fraction(inside), Fraction(certain), unknown, everyone, low, high)


def _events(measure: ir.Measure, sums: _Sums, steps: Sequence[Fraction]) -> Counts:
    n_low, n_high = (value * steps[0] for value in sums.events[:2])
    d_low, d_high = (value * steps[1] for value in sums.events[2:])
    if not measure.denominator:  # further events of the persons not known can only add to the count
        return Counts(n_low, None, sums.blank + sums.unproved, 0, n_low, None if sums.blank else n_high)
    low = high = None
    if not sums.blank and d_low > 0:
        low, high = n_low / d_high, n_high / d_low
    return Counts(n_low, d_low, sums.blank + sums.unproved, 0, low, high)


def _entered(measure: ir.Measure, sums: _Sums, steps: Sequence[Fraction], given: Given) -> Counts:
    """Return counts of which one or both numbers were given by hand; what was not given is not known."""
    own = None
    if measure.numerator:
        own = _counts(_alone(measure), sums, steps, {})
    entered = given.get("n")
    n = own.n if own is not None else None if entered is None else Fraction(entered)
    low, high = (own.low, own.high) if own is not None else (n, n)
    unknown = own.unknown if own is not None else 0
    if "denominator" not in measure.entered:
        return Counts(n, None, unknown, 0, low, high)
    among = given.get("d")
    if not among:
        return Counts(n, None if among is None else Fraction(0), unknown)
    ends = (None if one is None else one / among for one in (low, high))
    return Counts(n, Fraction(among), unknown, 0, *ends)


def _alone(measure: ir.Measure) -> ir.Measure:
    return ir.Measure(measure.id, measure.counts, measure.numerator, unknown=measure.unknown)
