"""Parquet and Arrow files with the mapping of any table: a row's cells are read as the texts they would have in CSV."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.binding import check, fed
from sangao.adapters.tabular.fitting import fitted
from sangao.adapters.tabular.keys import EXACT, spoken
from sangao.adapters.tabular.mapping import TableMap
from sangao.adapters.tabular.rows import Rows
from sangao.adapters.tabular.wide import Wide, wide
from sangao.engine.chart import today
from sangao.engine.cli.hashed import bytes_of
from sangao.engine.errors import SangaoError, Span, fail
from sangao.engine.fact import Dictionary
from sangao.engine.run.arriving import laid_out, python_values


@dataclass(slots=True)
class Part:
    """Some rows, and the number of the first of them. Only they travel to a worker, not what they were cut out of.

    `keyed`: their person keys, once somebody asked for them.
    """

    number: int
    rows: Any
    keyed: Any = None

    def __getstate__(self) -> tuple[int, bytes]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.rows.schema) as stream:
            stream.write_batch(self.rows)
        return self.number, sink.getvalue().to_pybytes()

    def __setstate__(self, state: tuple[int, bytes]) -> None:
        self.number, self.keyed = state[0], None
        [self.rows] = pa.ipc.open_stream(state[1])


@dataclass(slots=True)
class ArrowTable:
    """A Parquet or Arrow file: `Columns` of `sangao.adapters.columns`; `line` counts its rows from 1."""

    path: Path
    map: TableMap
    total: int | None
    key: str
    header: tuple[str, ...]

    @property
    def dated(self) -> bool:
        """Return whether the mapping says of which day the rows are."""
        return bool(self.map.on or self.map.on_column)

    def bind(self, dictionary: Dictionary, on: date | None) -> "BoundArrow":
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once."""
        problems = check(self.map, dictionary)
        if problems:
            raise SangaoError(problems, usage=True)
        return BoundArrow(self, dictionary, on, today())


def open_arrow(path: Path, table: TableMap) -> ArrowTable:
    """Open a file and find the mapped columns in it. Raises SangaoError with all problems at once."""
    try:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path) as file:
                names, total = file.schema_arrow.names, file.metadata.num_rows
        else:
            with pa.memory_map(str(path)) as source:
                names, total = _ipc(source).schema.names, None
    except (pa.ArrowException, OSError) as error:
        raise fail("table.damaged", Span(str(path)), usage=True, reason=type(error).__name__) from error
    table = fitted(names, table, Span(path.name))
    return ArrowTable(path, table, total, table.key, tuple(table.wanted()))


def _ipc(source: Any) -> Any:
    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source)


@dataclass(slots=True)
class BoundArrow:
    """`Bound` of `sangao.adapters.columns`: the readers are made where they are used, so that this can travel."""

    table: ArrowTable
    dictionary: Dictionary
    on: date | None
    today: date
    _made: Rows | None = None

    def batches(self, size: int) -> Iterator[Part]:
        """Yield the rows of the file, about `size` at a time. Raises SangaoError where the file breaks off."""
        number = 1
        try:
            for batch in self._read(size):
                for start in range(0, batch.num_rows, size):
                    part = self._sound(batch.slice(start, size), number)
                    yield Part(number, part)
                    number += part.num_rows
        except (pa.ArrowException, OSError) as error:
            raise fail("table.damaged", Span(str(self.table.path)), usage=True, reason=type(error).__name__) from error

    def _sound(self, rows: Any, number: int) -> Any:
        """Return rows whose bytes are texts. Raises SangaoError for a key that was rounded (`table.key_rounded`)."""
        columns = [decoded(one) for one in rows.columns]
        at = list(self.table.header).index(self.table.key)
        columns[at], rounded = keys_of(columns[at])
        if rounded is not None:
            where = Span(self.table.path.name, number + rounded, at + 1)
            raise fail("table.key_rounded", where, usage=True, key=self.table.key)
        return pa.RecordBatch.from_arrays(columns, list(self.table.header))

    def _read(self, size: int) -> Iterator[Any]:
        names = list(self.table.header)
        if self.table.path.suffix.lower() == ".parquet":
            with pq.ParquetFile(self.table.path, read_dictionary=self._few()) as file:
                for batch in file.iter_batches(size, columns=names):
                    yield batch.select(names)
            return
        with pa.memory_map(str(self.table.path)) as source:
            reader = _ipc(source)
            if hasattr(reader, "num_record_batches"):
                for i in range(reader.num_record_batches):
                    yield reader.get_batch(i).select(names)
            else:
                for batch in reader:
                    yield batch.select(names)

    def _few(self) -> list[str]:
        """Return the columns that hold few different texts: those of a code or a truth. They are read as codes."""
        facts = self.dictionary.facts
        columns = [one for one in self.table.map.columns if all(name in facts for name in one.facts) and one.facts]
        return [one.name for one in columns if all(facts[name].kind in ("code", "bool") for name in one.facts)]

    def patients(self, batch: Part) -> Iterator[Patient]:
        """Return the patients of a batch."""
        return map(self._rows().patient, records(batch))

    def _rows(self) -> Rows:
        if self._made is None:
            self._made = Rows(self.table, self.dictionary, self.on or self.today, self.on is not None)
        return self._made

    def feeds(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the facts that columns give, and the lists that are delivered."""
        return fed(self.table.map, self.dictionary)

    # --- whole columns ------------------------------------------------------------------------------------------------
    def wide(self) -> Wide | None:
        """Return the mapping for whole columns, None where rows have to be looked at."""
        return wide(self.table.map, self.dictionary, self.on or self.today, self.on is not None)

    def some(self, batch: Part, places: Iterable[int]) -> Iterator[Patient]:
        """Return some patients of a batch."""
        wanted = list(places)
        picked = [laid_out(column).take(pa.array(wanted, pa.int64())) for column in batch.rows.columns]
        found = records(Part(0, pa.RecordBatch.from_arrays(picked, list(self.table.header))))
        rows = self._rows()
        return (rows.patient((batch.number + i, fields)) for i, (_, fields) in zip(wanted, found, strict=True))

    def keys(self, batch: Part) -> list[str]:
        """Return the person key of each row, "" where it is blank."""
        found: list[str] = self.keyed(batch).to_pylist()
        return found

    def keyed(self, batch: Part) -> Any:
        """Return the person keys as an Arrow column of texts."""
        if batch.keyed is None:
            batch.keyed = cleaned(batch.rows.column(self.table.key))
        return batch.keyed

    def groups(self, batch: Part) -> list[str]:
        """Return the group of each row, nothing where the mapping names none."""
        return [] if self.table.map.group is None else texts(batch.rows.column(self.table.map.group))

    def columns(self, batch: Part) -> tuple[Any, list[Any], Any]:
        """Return keys, Arrow columns (one for each fact of the mapping), and which rows are no whole rows."""
        rows, keys = batch.rows, self.keyed(batch)
        blank = pc.equal(pc.binary_length(keys), 0).to_numpy(zero_copy_only=False)
        return keys, [rows.column(one.name) for one in self.table.map.columns for _ in one.facts], blank

    @staticmethod
    def text(value: Any) -> str:
        """Return a cell as text."""
        return text(value)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.table, self.dictionary, self.on, self.today

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.table, self.dictionary, self.on, self.today = state
        self._made = None


def records(batch: Part) -> Iterator[lines.Record]:
    """Return rows as records of texts."""
    number, rows = batch.number, batch.rows
    columns = [[text(one) for one in python_values(column)] for column in rows.columns]
    found = zip(*columns, strict=True) if columns else iter(())
    return ((i, list(fields)) for i, fields in enumerate(found, number))


def decoded(column: Any) -> Any:
    """Return a column of bytes as texts, any other as it is."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    if not any(test(kind) for test in tests):
        return column
    return pa.array([None if one is None else spoken(one) for one in python_values(column)], pa.string())


def keys_of(column: Any) -> tuple[Any, int | None]:
    """Return person keys without those that are no number, and the first row whose key has been rounded."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    column = laid_out(column)
    if not pa.types.is_floating(column.type):
        return column, None
    limit = EXACT[column.type.bit_width]
    numbers = column.fill_null(0.0).to_numpy(zero_copy_only=False).astype("float64")
    rounded = (abs(numbers) >= limit).nonzero()[0]
    blank = pa.array(numbers != numbers)
    kept = pc.if_else(blank, pa.scalar(None, column.type), column)
    return kept, int(rounded[0]) if len(rounded) else None


def texts(column: Any) -> list[str]:
    """Return cells as texts without blanks at their ends."""
    found: list[str] = cleaned(column).to_pylist()
    return found


def cleaned(column: Any) -> Any:
    """Return cells as an Arrow column of texts without blanks at their ends, "" where nothing stands."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.fill_null(column, "").cast(pa.string())
        data, ends = bytes_of(column)
        letters = data[ends[0] : ends[-1]]
        # Spaces and what nobody sees are no printable ASCII: where there is nothing else there is nothing to take off.
        if not len(letters) or (letters.min() > ord(" ") and letters.max() <= ord("~")):
            return column
    return pa.array([cells.clean(text(one)) for one in python_values(column)], pa.string())


def text(value: Any) -> str:
    """Return a cell as a text table would hold it: nothing for a blank, `true`, an ISO day.

    >>> text(None), text(True), text(152.0), text(date(2025, 3, 9))
    ('', 'true', '152.0', '2025-03-09')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return spoken(value)
    return value.isoformat() if isinstance(value, date) else str(value)
