"""The answer table as Parquet or Arrow: person key as text, five columns per decision, the meaning in the schema.

Chunks are kept as Arrow streams, one after the other, each behind its length; the file is made of them at the end, so
that a run can be broken off and gone on with, which no Parquet file can.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sangao.engine.cli.bulk import Done
from sangao.engine.pack import ir
from sangao.engine.run.stratified import PARTS, Told

GROUP = 1 << 17  # rows of a row group
LENGTH = 8  # bytes that say how long a chunk is


class Columns:
    """The forms of `sangao.engine.cli.answer_table` whose names end in `.parquet`, `.arrow`, `.feather`, `.ipc`."""

    def __init__(
        self, suffix: str, names: Sequence[str], decisions: Sequence[ir.Decision], meta: Mapping[str, Any]
    ) -> None:
        fields = [pa.field(str(meta["key"]), pa.string())]
        for name, decision in zip(names, decisions, strict=True):
            kinds = (field.type for field in Told(decision).fields)
            fields += [pa.field(name + part, kind) for part, kind in zip(PARTS, kinds, strict=True)]
        told = {"sangao.table": json.dumps(dict(meta), ensure_ascii=False, sort_keys=True)}
        self.suffix, self.schema = suffix, pa.schema(fields, told)

    def head(self) -> bytes:
        """Return nothing: every chunk says what it holds."""
        return b""

    def chunk(self, done: Done) -> bytes:
        """Return a batch as a stream of its own, behind its length."""
        keys, *columns = done.table
        if not keys:
            return b""
        batch = pa.RecordBatch.from_arrays([pa.array(keys, pa.string()), *columns], schema=self.schema)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.schema) as stream:
            stream.write_batch(batch)
        data: bytes = sink.getvalue().to_pybytes()
        return len(data).to_bytes(LENGTH, "little") + data

    def finish(self, written: Path, made: Path) -> Path:
        """Make the file of the chunks and return it."""
        if self.suffix != ".parquet":
            with pa.ipc.new_file(str(made), self.schema) as file:
                for batch in chunks(written):
                    file.write(batch)
            return made
        with pq.ParquetWriter(made, self.schema, compression="zstd") as file:
            waiting: list[Any] = []
            for batch in chunks(written):
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
