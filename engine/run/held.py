"""A leaf in every row of a batch: spread from one value, gathered from a few, read back for one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sangao.engine.run.vectors import Array


@dataclass(slots=True)
class Held:
    """A leaf in every row: a number's ends and where they are known, or a mask (`low`)."""

    low: Array
    high: Array
    known: Array

    def take(self, where: Array, other: "Held") -> "Held":
        """Return the other where it is true, else this one."""
        low = np.where(where, other.low, self.low)
        one = self.high is self.low and other.high is other.low
        high = low if one else np.where(where, other.high, self.high)
        return Held(low, high, np.where(where, other.known, self.known))


def spread(value: Any, rows: int) -> Held:
    """Return one abstract value in every row."""
    if isinstance(value, int):
        mask = np.full(rows, value, np.int64)
        return Held(mask, mask, np.ones(rows, bool))
    low, high = value or (0, 0)
    ends = np.full(rows, low, np.int64)
    return Held(ends, ends if low == high else np.full(rows, high, np.int64), np.full(rows, value is not None))


def gathered(values: Sequence[Any], at: Array) -> Held:
    """Return abstract values by their place."""
    pairs = [(one, one) if isinstance(one, int) else one or (0, 0) for one in values]
    ends = np.array(pairs or [(0, 0)], np.int64)
    known = np.array([one is not None for one in values] or [False], bool)
    return Held(ends[at, 0], ends[at, 1], known[at])


def value_at(held: Held, kind: str, row: int) -> Any:
    """Return the abstract value of one row."""
    if kind in ("bool", "code"):
        return int(held.low[row])
    return (int(held.low[row]), int(held.high[row])) if held.known[row] else None
