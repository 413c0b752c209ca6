"""Rows of an Arrow source that are each judged by a day of their own: the rows of one day are answered together."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa

from sangao.engine.chart import day_of
from sangao.engine.errors import fail
from sangao.engine.run.arriving import python_values
from sangao.engine.run.stratified import ROWS, Stratifier

KEPT = 32  # days whose runner is kept ready
BAD_DAY = "table.bad_on"


class Daily:
    """Answers batches of rows by the day in one of their columns. A row without a day is not answered: null throughout.

    `first` is a runner of no day in particular: it says what answers look like, and `odd` and `problems` of it are the
    sums over all days; rows without a day are among the problems.
    """

    def __init__(self, make: Callable[[date], Stratifier], column: str) -> None:
        self.make, self.column = make, column
        self.first = make(date(2000, 1, 1))
        self._made: OrderedDict[date, Stratifier] = OrderedDict()

    def _of(self, day: date) -> Stratifier:
        found = self._made.pop(day, None) or self.make(day)
        self._made[day] = found
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return found

    def run(self, reader: Any, key: str | None) -> Iterator[Any]:
        """Yield tables of answers, person key first, in order. Raises SangaoError when the column is not there."""
        names = reader.schema.names
        for name in (self.column, *([key] if key is not None else [])):
            if name not in names:
                near = get_close_matches(name, names, 1, 0.3)
                raise fail("table.no_column", usage=True, name=name, nearest=near[0] if near else "、".join(names[:8]))
        number = 0
        for whole in reader:
            for start in range(0, whole.num_rows, ROWS):
                batch = whole.slice(start, ROWS)
                yield self._batch(batch, key, number)
                number += batch.num_rows

    def _batch(self, batch: Any, key: str | None, number: int) -> Any:
        days: dict[date | None, list[int]] = {}
        for row, value in enumerate(python_values(batch.column(self.column))):
            days.setdefault(as_day(value), []).append(row)
        table = pa.Table.from_batches([batch]).drop_columns([self.column])
        first = batch.column(key) if key is not None else pa.array(np.arange(number, number + batch.num_rows))
        undated = days.pop(None, [])
        if undated:
            self.first.problems[BAD_DAY] += len(undated)
        fields = self.first.fields()
        parts = []
        for day, rows in days.items():
            assert day is not None
            made = self._of(day)
            found = list(made.run(table.take(pa.array(rows)), key))
            self.first.problems.update(made.problems)
            self.first.odd += made.odd
            made.problems.clear()
            made.odd = 0
            parts.append(pa.Table.from_batches(found).drop_columns([found[0].schema.names[0]]))
        nobody = [pa.nulls(len(undated), field.type) for field in fields]
        parts.append(pa.table(nobody, schema=pa.schema(fields)))
        order = np.argsort(np.array([row for rows in (*days.values(), undated) for row in rows], np.int64))
        answers = pa.concat_tables(parts).combine_chunks().take(pa.array(order))
        name = key if key is not None else "row"
        return pa.table([first, *answers.columns], names=[name, *answers.column_names])


def as_day(value: Any) -> date | None:
    """Return the one day a cell names, None where it names none.

    >>> as_day("2025-03-09"), as_day(date(2025, 3, 9)), as_day("2025"), as_day(None)
    (datetime.date(2025, 3, 9), datetime.date(2025, 3, 9), None, None)
    """
    found = None if value is None else day_of(value.isoformat() if hasattr(value, "isoformat") else str(value))
    return date.fromordinal(found[0]) if found is not None and found[0] == found[1] else None
