"""Goals of a programme: what a measure shall reach, judged on ranges; one goal may be read in several ways.

A goal is a text: `>= 61 %` of the rate, `>= 8000` of a count, `points >= 10` of the difference to an earlier period
(of a rate in percentage points), `change >= 2 %` of the relative change, `rise` or `fall` of any size.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sangao.engine.run.compared import Ends, change, points

Verdict = Literal["reached", "not_reached", "unknown", "ambiguous"]
Kind = Literal["value", "points", "change"]
_GOAL = re.compile(r"(?:(points|change)\s+)?(>=|<=|>|<)\s*(\d{1,9}(?:\.\d{1,9})?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class Goal:
    """One reading of a goal. `bound` is a fraction of 1 where the text was in percent."""

    text: str
    kind: Kind
    op: str
    bound: Fraction
    percent: bool


def parse_goal(text: str) -> Goal | None:
    """Return the goal a text states, None when it states none.

    >>> parse_goal(">= 61 %").bound, parse_goal("fall").op, parse_goal("soon")
    (Fraction(61, 100), '<', None)
    """
    text = " ".join(text.split())
    if text in ("rise", "fall"):
        return Goal(text, "points", ">" if text == "rise" else "<", Fraction(0), False)
    found = _GOAL.fullmatch(text)
    if found is None:
        return None
    kind: Kind = "points" if found[1] == "points" else "change" if found[1] == "change" else "value"
    percent = bool(found[4])
    return Goal(text, kind, found[2], Fraction(found[3]) / (100 if percent else 1), percent)


def fits(goal: Goal, rate: bool) -> bool:
    """Return whether a goal can be asked of a rate (else: of a count): shares and changes in percent, points not."""
    if goal.text in ("rise", "fall"):
        return True
    return goal.percent == {"value": rate, "points": False, "change": True}[goal.kind]


def judge(goal: Goal, now: Ends, before: Ends, rate: bool) -> Verdict:
    """Return whether every value that is possible reaches the goal, none does, or that cannot be told."""
    ends = now
    if goal.kind == "points":
        low, high = points(now, before)
        hundred = 100 if rate else 1
        ends = (None if low is None else low * hundred, None if high is None else high * hundred)
    elif goal.kind == "change":
        ends = change(now, before)
    low, high = ends
    met = {
        ">=": (low is not None and low >= goal.bound, high is not None and high < goal.bound),
        ">": (low is not None and low > goal.bound, high is not None and high <= goal.bound),
        "<=": (high is not None and high <= goal.bound, low is not None and low > goal.bound),
        "<": (high is not None and high < goal.bound, low is not None and low >= goal.bound),
    }[goal.op]
    return "reached" if met[0] else "not_reached" if met[1] else "unknown"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a goal that can be read in several ways: where the readings differ, `ambiguous`.

    >>> together(["reached", "reached"]), together(["reached", "not_reached"]), together(["reached", "unknown"])
    ('reached', 'ambiguous', 'unknown')
    """
    found = set(verdicts)
    if len(found) == 1:
        return found.pop()
    return "ambiguous" if {"reached", "not_reached"} <= found else "unknown"


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of several goals that must all be reached: one that is not settles it."""
    found = set(verdicts)
    for one in ("not_reached", "ambiguous", "unknown"):
        if one in found:
            return one
    return "reached" if found else "unknown"
