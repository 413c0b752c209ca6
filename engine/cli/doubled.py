"""Persons who stand in a source more than once: found by key, and treated as the policy says.

`each`: every row is answered by itself, and the number of repeated keys is told. `first`, `last`: one row of a person
counts, the others are refused. `refuse`: none of them counts. `merge`: all rows of a person become one chart, answered
where the last of them stands. A row without a key is never taken for another's.
"""

from array import array
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from typing import Any, Literal

from sangao.engine.cli.cohort import united
from sangao.engine.cli.jobs import Job

Policy = Literal["each", "first", "last", "merge", "refuse"]
REFUSED = "table.doubled"


class Doubles:
    """The jobs of a source under a policy. All policies but `each` look through the keys first.

    `count`: how many rows had a key that stood before, once all jobs were taken.
    """

    def __init__(self, bound: Any, policy: Policy, rows: int) -> None:
        self.bound, self.policy, self.rows = copy(bound), policy, rows  # one of its own: it may be read in a thread
        self.count = 0
        self._hashes = array("q")  # of every key: eight bytes a row, for as long as a source may be
        self._all: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._held: dict[str, list[Any]] = {}

    def jobs(self) -> Generator[Job]:
        """Yield the whole source, batch by batch; it is let go of when this is closed."""
        if self.policy != "each":
            self._all = _many(key for batch in self.bound.batches(self.rows) for key in keys(self.bound, batch))
            self._left = dict(self._all)
            self.count = sum(self._all.values()) - len(self._all)
        with ExitStack() as stack:
            batches = self.bound.batches(self.rows)
            if hasattr(batches, "close"):
                stack.callback(batches.close)
            for batch in batches:
                digest = getattr(self.bound, "digest", 0)
                if self.policy == "each":
                    yield Job(batch, self._counted(batch), digest=digest)
                else:
                    named = keys(self.bound, batch)
                    yield Job(batch, len(named), *self._planned(batch, named), digest)
        if self.policy == "each":
            self.count = len(self._hashes) - _different(self._hashes)

    def _counted(self, batch: Any) -> int:
        """Remember the keys of a batch and return how many rows it has."""
        if hasattr(self.bound, "keyed"):
            from sangao.engine.cli.hashed import hashes

            column = self.bound.keyed(batch)
            self._hashes.frombytes(hashes(column).tobytes())
            return len(column)
        named = keys(self.bound, batch)
        self._hashes.extend(map(hash, filter(None, named)))
        return len(named)

    def _planned(self, batch: Any, named: Sequence[str]) -> tuple[dict[int, str], dict[int, Any]]:
        """Return the rows of a batch that are left out, with the reason, and those answered as another patient."""
        left_out: dict[int, str] = {}
        instead: dict[int, Any] = {}
        places = [row for row, key in enumerate(named) if key in self._all]
        patients = some(self.bound, batch, places) if self.policy == "merge" else [None] * len(places)
        for row, patient in zip(places, patients, strict=True):
            key = named[row]
            before, self._left[key] = self._left[key], self._left[key] - 1
            first, last = before == self._all[key], before == 1
            if self.policy == "merge":
                held = self._held.setdefault(key, [])
                held.append(patient)
                if last:
                    instead[row] = merged(self._held.pop(key))
                else:
                    left_out[row] = ""
            elif self.policy == "refuse" or not (first if self.policy == "first" else last):
                left_out[row] = REFUSED
        return left_out, instead


def keys(bound: Any, batch: Any) -> list[str]:
    """Return the person key of each row, "" where it is blank."""
    found: list[str] = bound.keys(batch) if hasattr(bound, "keys") else [one.key for one in bound.patients(batch)]
    return found


def some(bound: Any, batch: Any, rows: Sequence[int]) -> list[Any]:
    """Return the patients of some rows."""
    if hasattr(bound, "some"):
        return list(bound.some(batch, rows))
    found = list(bound.patients(batch))
    return [found[row] for row in rows]


def merged(patients: Sequence[Any]) -> Any:
    """Return the rows of one person as one patient, standing where the last of them stands; none without a chart."""
    charts = [one.chart for one in patients if one.chart is not None]
    rejected = tuple(cell for one in patients for cell in one.rejected)
    return replace(patients[-1], chart=united(charts) if charts else None, rejected=rejected)


def _different(hashes: "array[int]") -> int:
    """Return how many different numbers there are."""
    try:
        import numpy as np
    except ImportError:
        return len(set(hashes))
    if not hashes:
        return 0
    found = np.sort(np.frombuffer(hashes, np.int64))
    return int(np.count_nonzero(found[1:] != found[:-1])) + 1


def _many(named: Iterable[str]) -> dict[str, int]:
    """Return the keys that stand more than once, with how often."""
    once: set[str] = set()
    found: dict[str, int] = {}
    for key in named:
        if not key:
            continue
        if key in once:
            found[key] = found.get(key, 1) + 1
        else:
            once.add(key)
    return found
