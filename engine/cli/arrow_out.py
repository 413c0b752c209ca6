"""The answer table as Parquet or Arrow: person key as text, five columns per decision, the meaning in the schema.

Chunks are kept as Arrow streams, one after the other, each behind its length, and hold what was answered in its
shortest form: the different pairs of each decision, and which of them each row has. The file is made of them at the
end, so that a run can be broken off and gone on with, which no Parquet file can.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sangao.engine.cli.bulk import Done
from sangao.engine.cli.cells import frozen
from sangao.engine.pack import ir
from sangao.engine.run.stratified import PARTS, Told

GROUP = 1 << 17  # rows of a row group
LENGTH = 8  # bytes that say how long a chunk is
PAIRS = b"pairs"


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

    def head(self) -> bytes:
        """Return nothing: every chunk says what it holds."""
        return b""

    def chunk(self, done: Done) -> bytes:
        """Return a batch as a stream of its own, behind its length."""
        keys, found = done.table
        if not keys:
            return b""
        pairs = [one for one, _ in found]
        columns = [np.asarray(at, np.uint16 if len(one) < 1 << 16 else np.uint32) for one, at in found]
        batch = pa.record_batch([pa.array(keys, pa.string()), *map(pa.array, columns)], names=["", *self.names])
        batch = batch.replace_schema_metadata({PAIRS: json.dumps(pairs)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        data: bytes = sink.getvalue().to_pybytes()
        return len(data).to_bytes(LENGTH, "little") + data

    def _told(self, chunk: Any) -> Any:
        """Return the answers of a chunk in words."""
        pairs = json.loads(chunk.schema.metadata[PAIRS])
        columns = [chunk.column(0)]
        for told, some, at in zip(self.told, pairs, chunk.columns[1:], strict=True):
            columns += told.columns([(frozen(one[0]), frozen(one[1])) for one in some], at.to_numpy())
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def finish(self, written: Path, made: Path) -> Path:
        """Make the file of the chunks and return it."""
        if self.suffix != ".parquet":
            with pa.ipc.new_file(str(made), self.schema) as file:
                for batch in map(self._told, chunks(written)):
                    file.write(batch)
            return made
        key, *others = self.schema.names  # keys do not repeat, and nobody looks for answers by their extremes
        with pq.ParquetWriter(
            made, self.schema, compression="zstd", use_dictionary=others, write_statistics=[key]
        ) as file:
            waiting: list[Any] = []
            for batch in map(self._told, chunks(written)):
                waiting.append(batch)
                if sum(one.num_rows for one in waiting) >= GROUP:
                    file.write_table(pa.Table.from_batches(waiting, self.schema), GROUP * 2)
                    waiting.clear()
            if waiting:
                file.write_table(pa.Table.from_batches(waiting, self.schema), GROUP * 2)
        return made


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
