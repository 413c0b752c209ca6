"""Record batches in, answer columns of as many rows out, in types that every engine knows.

`Plain` takes columns named after facts exactly as `Pack.stratify` does; `Mapped` reads a batch through a mapping
exactly as `sangao stratify` reads a file. A row that is not answered is null throughout, never left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sangao.adapters.engines.job import ROWS, Job
from sangao.adapters.tabular.arrow import ArrowTable, BoundArrow, Part, cleaned
from sangao.adapters.tabular.binding import check
from sangao.engine.cli.bulk import Answering
from sangao.engine.cli.jobs import Question
from sangao.engine.errors import SangaoError
from sangao.engine.pack import ir
from sangao.engine.run.arriving import laid_out
from sangao.engine.run.arrowed import Told
from sangao.engine.run.daily import Daily
from sangao.engine.run.stratified import Stratifier

REJECTED = pa.field("rejected", pa.list_(pa.string()))  # per value refused: its code, then its column
PLACE = "\0row"  # the key that rows go by while a mapping is read: real ones may stand twice


class Plain:
    """Answers batches whose columns are named after facts. `needed`: the columns read; `fields`: those given."""

    def __init__(self, job: Job, pack: ir.Pack) -> None:
        self.key, self.on_column = job.names[0], job.on_column

        def of(day: date) -> Stratifier:
            """One thread: an engine has its own parallelism."""
            return Stratifier(pack, job.decisions, on=day, lists=job.lists, complete=job.complete, threads=1)

        self.daily = None if job.on_column is None else Daily(of, job.on_column)
        self.made = of(job.on) if self.daily is None else self.daily.first
        self.cells = self.made.bind([one for one in job.names if one != job.on_column], self.key)
        self.needed = tuple(one.name for one in self.cells if one.fact is not None)
        if self.daily is not None:
            nobody = pa.schema([pa.field(one, pa.null()) for one in job.names]).empty_table()
            list(self.daily.run(nobody.to_reader(), self.key))  # says so when the column of days is not there
            self.needed = (*self.needed, str(job.on_column))
        self.fields = [_common(field) for field in self.made.fields()]

    def __call__(self, batch: Any) -> list[Any]:
        """Return the answer columns of a batch."""
        parts = [self._some(batch.slice(start, ROWS)) for start in range(0, batch.num_rows, ROWS)]
        return _joined(parts, self.fields)

    def _some(self, batch: Any) -> list[Any]:
        if self.daily is not None:
            reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
            [found] = self.daily.run(reader, self.key)
            return [column.combine_chunks() for column in found.columns[1:]]
        columns = [(one, laid_out(batch.column(one.name))) for one in self.cells if one.fact is not None]
        return list(self.made.batch(columns, batch.num_rows))


class Mapped:
    """Answers batches through a mapping. `needed`: the columns read; `fields`: those given, `rejected` the last."""

    def __init__(self, job: Job, pack: ir.Pack) -> None:
        table = job.mapping
        self.key, self.needed = table.key, table.wanted()
        problems = check(table, pack.dictionary)
        if problems:
            raise SangaoError(problems, usage=True)
        here = replace(table, key=PLACE)
        source = ArrowTable(Path(), here, None, PLACE, here.wanted())
        bound = BoundArrow(source, pack.dictionary, job.on if job.fixed else None, job.on)
        questions = [Question(0, one, one) for one in job.decisions]
        self.header = source.header
        self.answering = Answering([pack], questions, bound, tabled=True)
        self.told = [Told(pack.decisions[one]) for one in job.decisions]
        self.fields = [*(_common(field) for one in self.told for field in one.fields), REJECTED]

    def __call__(self, batch: Any) -> list[Any]:
        """Return the answer columns of a batch."""
        parts = [self._some(batch.slice(start, ROWS)) for start in range(0, batch.num_rows, ROWS)]
        return _joined(parts, self.fields)

    def _some(self, batch: Any) -> list[Any]:
        rows = batch.num_rows
        keyed = pc.binary_length(cleaned(laid_out(batch.column(self.key)))).to_numpy()
        blank = dict.fromkeys(np.flatnonzero(keyed == 0).tolist(), "table.no_key")
        columns = [pa.array(np.arange(rows)) if name == PLACE else laid_out(batch.column(name)) for name in self.header]
        done = self.answering(Part(1, pa.RecordBatch.from_arrays(columns, list(self.header))), blank)
        keys, found = done.table
        place = np.full(rows, -1, np.int64)
        place[pa.array(keys, pa.string()).cast(pa.int64()).to_numpy()] = np.arange(len(keys))
        at = pa.array(place, mask=place < 0)
        answers = [
            column.take(at)
            for told, (pairs, which) in zip(self.told, found, strict=True)
            for column in told.columns(pairs, np.asarray(which, np.int64))
        ]
        refused: dict[int, list[str]] = {}
        for line, _, column, _, _, code, *_ in done.rejects:
            refused.setdefault(line - 1, []).append(f"{code} {column}".strip())
        return [*answers, pa.array([refused.get(i) for i in range(rows)], REJECTED.type)]


def _joined(parts: Sequence[list[Any]], fields: Sequence[Any]) -> list[Any]:
    """Return columns of several parts as one, in the common types."""
    found = []
    for i, field in enumerate(fields):
        columns = [_plain(part[i]) for part in parts] or [pa.array([], field.type)]
        found.append(columns[0] if len(columns) == 1 else pa.concat_arrays(columns))
    return found


def _plain(column: Any) -> Any:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _common(field: Any) -> Any:
    """Return a field in a type that every engine knows: names as texts."""
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
