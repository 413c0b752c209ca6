"""Batches of a table whose mapping is simple, answered in columns; what is odd in them is left to the row runner."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sangao.engine.pack import ir
from sangao.engine.run.arriving import Cells
from sangao.engine.run.stratified import Stratifier
from sangao.engine.run.vectors import Array, Seen
from sangao.engine.truth import UNKNOWN

Pairs = list[tuple[Any, Any]]


class Taken(Cells):
    """A column that was read before: what it says of its fact, and which rows are odd."""

    def __init__(self, cells: Cells, column: Any) -> None:
        self.name, self.fact, self.on = cells.name, cells.fact, cells.on
        self._odd = np.zeros(len(column), bool)
        self._seen = cells.read(column, self._odd)

    def read(self, column: Any, odd: Array) -> Seen:
        """Return what the column says; rows whose cell is not simple are marked in `odd`."""
        odd |= self._odd
        return self._seen


@dataclass(frozen=True, slots=True)
class Arrived:
    """A batch whose columns are read: its keys (a list, or an Arrow column of texts), per pack its columns, and which
    rows are no whole rows."""

    keys: Any
    columns: Sequence[Sequence[tuple[Taken, Any]]]
    odd: Array


class Columnwise:
    """Answers batches of one bound source in columns.

    `notes`: what is said of every row that is not odd.
    """

    def __init__(self, packs: Sequence[ir.Pack], wanted: Sequence[tuple[int, str]], bound: Any, wide: Any) -> None:
        self.bound, self.wanted = bound, tuple(wanted)
        self.notes: Counter[str] = Counter()
        self.made: list[tuple[int, Stratifier]] = []
        self.cells: list[list[Cells]] = []
        self.fit = True
        for i, pack in enumerate(packs):
            mine = list(dict.fromkeys(name for place, name in wanted if place == i))
            if not mine:
                continue
            if not all(one.fact in pack.dictionary.facts for one in wide.columns):
                self.fit = False
                return
            one = Stratifier(pack, mine, on=wide.on, lists=wide.lists, complete=wide.complete, threads=1)
            one.filling.noting = True
            bare = one.many.admit(one.filling.empty)
            if one.refused or any(problem.severity == "error" for problem in bare.problems):
                self.fit = False
                return
            self.notes.update(problem.code for problem in bare.problems)
            takers = one.many.admitter.takers
            found = [
                Cells(
                    column.name,
                    pack.dictionary.facts[column.fact],
                    takers[column.fact],
                    wide.on,
                    read=_given(column.read, bound.text),
                    plain=column.plain,
                    blank=UNKNOWN if column.answers else None,
                )
                for column in wide.columns
            ]
            self.made.append((i, one))
            self.cells.append(found)

    def read(self, batch: Any) -> Arrived:
        """Return a batch with its columns read. One thread may do this while another answers what was read."""
        keys, columns, odd = self.bound.columns(batch)
        given = [
            [(Taken(one, column), column) for one, column in zip(cells, columns, strict=True)] for cells in self.cells
        ]
        return Arrived(keys, given, odd)

    def __call__(self, arrived: Arrived) -> tuple[Any, list[tuple[Pairs, Any]], Any]:
        """Return the keys of the rows, per question its pairs and which each row has, and where a row is odd."""
        keys, odd = arrived.keys, arrived.odd
        found: dict[tuple[int, str], tuple[Pairs, Any]] = {}
        for (i, stratifier), columns in zip(self.made, arrived.columns, strict=True):
            pairs, strange = stratifier.pairs(columns, len(keys))
            odd = odd | strange
            found |= {(i, name): one for name, one in pairs.items()}
        # A decision asked under two names is written over twice: each needs pairs and places of its own.
        own = len(set(self.wanted)) == len(self.wanted)
        answers = [(list(pairs), at if own else at.copy()) for pairs, at in map(found.__getitem__, self.wanted)]
        return keys, answers, np.flatnonzero(odd)


def _given(read: Callable[[str], Any], text: Callable[[Any], str]) -> Callable[[Any], Any]:
    return lambda value: (read(text(value)), ())
