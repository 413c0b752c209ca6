"""Measures over a cohort: one person after the other, both passes, whole numbers until the end.

Of persons only a table of nine cells is kept per pass: is this person in the denominator (no, yes, not known), and in
the numerator. From it come the counts and the range of the rate: its ends are the least and the largest value that the
rate can take when everything not known is known. Rates are fractions; they are compared as such and rounded only where
they are shown. `engine.run.measured` says the same by definition.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run.many import Many
from sangao.engine.truth import FALSE, TRUE, UNKNOWN


@dataclass(frozen=True, slots=True)
class Counts:
    """What one pass came to. Persons: `n` certainly in the numerator, `d` certainly in the denominator (None: there is
    none), `unknown` in the denominator with the numerator not known, `open` not known to be in the denominator.

    Of events `n` and `d` are sums over the persons whose number is known and `unknown` the persons of whom it is not.
    `low` and `high` are the ends of the rate (of a count: of the count); None when nothing bounds them.
    """

    n: int
    d: int | None
    unknown: int
    open: int
    low: Fraction | None
    high: Fraction | None

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
        return (
            "settled" if self.open.rate is not None else "provisional" if self.assumed.rate is not None else "unknown"
        )


@dataclass(slots=True)
class _Sums:
    """One pass of one measure as it grows."""

    table: Counter[tuple[int, int]] = field(default_factory=Counter)
    events: list[int] = field(default_factory=lambda: [0, 0, 0, 0])  # numerator low, high, denominator low, high
    blank: int = 0


class Tally:
    """Adds persons to measures of one pack."""

    def __init__(self, pack: ir.Pack, names: Iterable[str]) -> None:
        self.measures = [pack.measures[name] for name in names if not pack.measures[name].members]
        asked = dict.fromkeys(part for one in self.measures for part in (one.numerator, one.denominator) if part)
        self.many = Many(pack, tuple(asked))
        at = {name: i for i, name in enumerate(self.many.rows.decisions)}
        self._places = [(at[one.numerator], at.get(one.denominator)) for one in self.measures]
        self._steps = [
            tuple(
                pack.decisions[part].outcome.step if part else Fraction(1) for part in (one.numerator, one.denominator)
            )
            for one in self.measures
        ]
        self._sums = [(_Sums(), _Sums()) for _ in self.measures]
        self.persons = 0

    def add(self, chart: Chart) -> Sequence[Problem]:
        """Count one person; return the problems of the chart."""
        admitted = self.many.admit(chart)
        passes = self.many.rows.run(admitted.open, admitted.assumed)
        for one, sums, (numerator, denominator) in zip(self.measures, self._sums, self._places, strict=True):
            for sum, answers in zip(sums, passes, strict=True):
                n = answers[numerator]
                d = answers[denominator] if denominator is not None else None
                _add(sum, one, n, d)
        self.persons += 1
        return admitted.problems

    def results(self) -> dict[str, Measured]:
        """Return what the measures have come to so far."""
        return {
            one.id: Measured(one, *(_counts(one, sum, steps) for sum in sums))
            for one, sums, steps in zip(self.measures, self._sums, self._steps, strict=True)
        }


def _add(sums: _Sums, measure: ir.Measure, n: Any, d: Any) -> None:
    if measure.counts == "persons":
        if measure.unknown == "out" and n == UNKNOWN:
            n = FALSE
        sums.table[TRUE if d is None else d, n] += 1
        return
    if n is None and measure.unknown == "out":
        n = (0, 0)
    if not measure.denominator:
        d = (0, 0)
    if n is None or d is None:
        sums.blank += 1
        return
    for i, value in enumerate((*n, *d)):
        sums.events[i] += value


def _counts(measure: ir.Measure, sums: _Sums, steps: Sequence[Fraction]) -> Counts:
    if measure.counts == "events":
        return _events(measure, sums, steps)
    t = sums.table
    inside, unknown = t[TRUE, TRUE], t[TRUE, UNKNOWN]
    certain = inside + unknown + t[TRUE, FALSE]
    if not measure.denominator:
        return Counts(inside, None, unknown, 0, Fraction(inside), Fraction(inside + unknown))
    joining_out = t[UNKNOWN, FALSE] + t[UNKNOWN, UNKNOWN]
    joining_in = t[UNKNOWN, TRUE] + t[UNKNOWN, UNKNOWN]
    everyone = t[UNKNOWN, FALSE] + t[UNKNOWN, TRUE] + t[UNKNOWN, UNKNOWN]
    low = _over(inside, certain + joining_out, 1 if joining_in else None)
    high = _over(inside + unknown + joining_in, certain + joining_in, 0 if joining_out else None)
    return Counts(inside, certain, unknown, everyone, low, high)


def _over(n: int, d: int, otherwise: int | None) -> Fraction | None:
    if d:
        return Fraction(n, d)
    return None if otherwise is None else Fraction(otherwise)


def _events(measure: ir.Measure, sums: _Sums, steps: Sequence[Fraction]) -> Counts:
    n_low, n_high, d_low, d_high = sums.events
    n, d = n_low * steps[0], d_low * steps[1]
    if not measure.denominator:
        ends = (n, n_high * steps[0]) if not sums.blank else (n, None)
        return Counts(int(n), None, sums.blank, 0, *ends)
    low = high = None
    if not sums.blank and d_low > 0:
        low, high = n / (d_high * steps[1]), n_high * steps[0] / d
    return Counts(int(n), int(d), sums.blank, 0, low, high)
