"""The answer table as Parquet or Arrow: person key as text, five columns per decision, the meaning in the schema.

The file is written while further rows are answered, and anew from its beginning when a run goes on that was broken
off: no Parquet file can be gone on with. What was answered is kept for that as Arrow streams, one after the other, each
behind its length, in its shortest form: the different pairs of each decision, and which of them each row has.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sangao.engine.cli.behind import Behind
from sangao.engine.cli.cells import frozen
from sangao.engine.cli.jobs import Done
from sangao.engine.pack import ir
from sangao.engine.run.arrowed import PARTS, Told

GROUP = 1 << 17  # rows of a row group
LENGTH = 8  # bytes that say how long a chunk is
PAIRS = b"pairs"
PARQUET = ".parquet"


class Columns:
    """The forms of `sangao.engine.cli.answer_table` whose names end in `.parquet`, `.arrow`, `.feather`, `.ipc`."""

    def __init__(
        self, suffix: str, names: Sequence[str], decisions: Sequence[ir.Decision], meta: Mapping[str, Any]
    ) -> None:
        self.names = list(names)
        self.told = [Told(decision) for decision in decisions]
        fields = [pa.field(str(meta["key"]), pa.string())]
        for name, one in zip(names, self.told, strict=True):
            kinds = (field.type for field in one.fields)
            fields += [pa.field(name + part, kind) for part, kind in zip(PARTS, kinds, strict=True)]
        meaning = {"sangao.table": json.dumps(dict(meta), ensure_ascii=False, sort_keys=True)}
        self.suffix, self.schema = suffix, pa.schema(fields, meaning)
        self._waiting: list[Any] = []  # of the thread, until it has finished

    def head(self) -> bytes:
        """Return nothing: every chunk says what it holds."""
        return b""

    def chunk(self, done: Done) -> bytes:
        """Return a batch as a stream of its own, behind its length."""
        keys, found = done.table
        if not len(keys):
            return b""
        pairs = [one for one, _ in found]
        columns = [np.asarray(at, np.uint16 if len(one) < 1 << 16 else np.uint32) for one, at in found]
        batch = pa.record_batch([pa.array(keys, pa.string()), *map(pa.array, columns)], names=["", *self.names])
        batch = batch.replace_schema_metadata({PAIRS: json.dumps(pairs)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        data = sink.getvalue()
        return b"".join((len(data).to_bytes(LENGTH, "little"), data))

    def begin(self, written: Path, made: Path) -> Self:
        """Begin to make the file, with what an earlier run answered."""
        self._file = _open(self.suffix, self.schema, made)
        self._made, self._behind = made, Behind(self._take)
        for batch in chunks(written):
            pairs = [frozen(one) for one in json.loads(batch.schema.metadata[PAIRS])]
            self._behind.give((batch.column(0), list(zip(pairs, batch.columns[1:], strict=True))))
        return self

    def add(self, done: Done) -> None:
        """Take a batch into the file, in a thread of its own: further rows are answered meanwhile."""
        self._behind.give(done.table)

    def finish(self) -> Path:
        """Return the finished file."""
        self._behind.finish()
        self._write()
        self._file.close()
        return self._made

    def close(self) -> None:
        """Let go of a file that is not finished."""
        self._behind.close()
        with suppress(pa.ArrowException, OSError):
            self._file.close()

    def _take(self, table: tuple[Any, Sequence[tuple[Sequence[Any], Any]]]) -> None:
        """Put keys and answers into words, and write them where they fill a row group: some whole batches, so that the
        file is the same however often the run was broken off."""
        keys, found = table
        if not len(keys):
            return
        columns = [pa.array(keys, pa.string())]
        for told, (pairs, at) in zip(self.told, found, strict=True):
            columns += told.columns(pairs, at)
        self._waiting.append(pa.RecordBatch.from_arrays(columns, schema=self.schema))
        if self.suffix != PARQUET or sum(one.num_rows for one in self._waiting) >= GROUP:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            self._file.write_table(pa.Table.from_batches(self._waiting, self.schema), GROUP * 2)
            self._waiting.clear()


def _open(suffix: str, schema: Any, path: Path) -> Any:
    if suffix != PARQUET:
        return pa.ipc.new_file(str(path), schema)
    key, *others = schema.names  # keys do not repeat, and nobody looks for answers by their extremes
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=others, write_statistics=[key])


def chunks(path: Path) -> Iterator[Any]:
    """Yield the record batches that were written to a file of chunks."""
    size, at = path.stat().st_size, 0
    if not size:
        return
    with pa.memory_map(str(path)) as source:
        while at < size:
            source.seek(at)
            length = int.from_bytes(source.read(LENGTH), "little")
            data = source.read_buffer(length)
            yield from pa.ipc.open_stream(data)
            at += LENGTH + length
