"""The answer table as Parquet or Arrow: person key as text, five columns per decision, the meaning in the schema."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sangao.engine.pack import ir
from sangao.engine.run.stratified import PARTS, Told


@contextmanager
def writer(
    path: Path, suffix: str, names: Sequence[str], decisions: Sequence[ir.Decision], meta: Mapping[str, Any]
) -> Iterator[Callable[[Sequence[Any]], None]]:
    """Open a file for answers; give the function that takes the columns of a batch: keys, then five per decision."""
    fields = [pa.field(str(meta["key"]), pa.string())]
    for name, decision in zip(names, decisions, strict=True):
        kinds = (field.type for field in Told(decision).fields)
        fields += [pa.field(name + part, kind) for part, kind in zip(PARTS, kinds, strict=True)]
    told = {"sangao.table": json.dumps(dict(meta), ensure_ascii=False, sort_keys=True)}
    schema = pa.schema(fields, told)
    if suffix == ".parquet":
        file = pq.ParquetWriter(path, schema, compression="zstd")
        write = file.write_batch
    else:
        file = pa.ipc.new_file(str(path), schema)
        write = file.write
    with file:
        yield (
            lambda columns: (
                write(pa.RecordBatch.from_arrays([pa.array(columns[0], pa.string()), *columns[1:]], schema=schema))
                if columns[0]
                else None
            )
        )
