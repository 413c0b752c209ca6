"""Spark: the columns of a `pyspark.sql.DataFrame` answered batch by batch with `mapInArrow`, on the cluster there is.

Needs the extra `spark`, and sangao with its extra `arrow` on every worker. docs/engines.md has a whole job.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sangao.adapters.engines.job import answer, fields, job
from sangao.engine.errors import fail
from sangao.engine.guide import Pack, load


def stratify(
    df: Any,
    pack: Pack | str | Path,
    decisions: Sequence[str],
    *,
    key: str,
    on: str | date | None = None,
    on_column: str | None = None,
    lists: Sequence[str] = (),
    complete: Sequence[str] = (),
    mapping: Mapping[str, Any] | None = None,
) -> Any:
    """Return a lazy `DataFrame` of the person key and five answer columns per decision, as `Pack.stratify` gives.

    Columns are named after facts, or a `mapping` says what they are; then a last column `rejected` names what was
    refused in a row. Spark knows no unsigned numbers: `possible` is the same 64 bits as a `bigint`. The size of a batch
    is Spark's own `spark.sql.execution.arrow.maxRecordsPerBatch`. Raises SangaoError before anything is read; a row
    that is not answered is null throughout.
    """
    try:
        import pyarrow as pa
        from pyspark.sql import types
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name="spark") from error
    opened = pack if isinstance(pack, Pack) else load(pack)
    asked = job(
        opened,
        decisions,
        df.columns,
        key=key,
        on=on,
        on_column=on_column,
        lists=lists,
        complete=complete,
        mapping=mapping,
    )
    kinds = {
        pa.string(): types.StringType(),
        pa.bool_(): types.BooleanType(),
        pa.float64(): types.DoubleType(),
        pa.date32(): types.DateType(),
        pa.uint64(): types.LongType(),
        pa.list_(pa.string()): types.ArrayType(types.StringType()),
    }
    answered = fields(asked)
    schema = types.StructType(
        [df.schema[key], *(types.StructField(field.name, kinds[field.type]) for field in answered)]
    )

    def answers(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            found = [_signed(one) for one in answer(asked, batch)]
            yield pa.RecordBatch.from_arrays([batch.column(key), *found], schema.names)

    return df.select([quoted(one) for one in asked.names]).mapInArrow(answers, schema)


def _signed(column: Any) -> Any:
    """Return the same bits as a number that Spark knows."""
    import pyarrow as pa

    return column.view(pa.int64()) if column.type == pa.uint64() else column


def quoted(name: str) -> str:
    """Return a name as Spark wants it where names hold dots.

    >>> quoted("htn.grade.status")
    '`htn.grade.status`'
    """
    return f"`{name.replace('`', '``')}`"
