"""Daft: the columns of a `daft.DataFrame` answered batch by batch, lazily, on one machine or on a Ray cluster.

Needs the extra `daft`, on every worker. docs/engines.md has a whole job.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sangao.adapters.engines.job import ROWS, answer, fields, job
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
    rows: int = ROWS,
) -> Any:
    """Return a lazy `daft.DataFrame` of the person key and five answer columns per decision, as `Pack.stratify` gives.

    Columns are named after facts, or a `mapping` says what they are; then a last column `rejected` names what was
    refused in a row. `rows` is the size of a batch. Raises SangaoError before anything is read; a row that is not
    answered is null throughout.
    """
    try:
        import daft
        import pyarrow as pa
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name="daft") from error
    opened = pack if isinstance(pack, Pack) else load(pack)
    asked = job(
        opened,
        decisions,
        df.column_names,
        key=key,
        on=on,
        on_column=on_column,
        lists=lists,
        complete=complete,
        mapping=mapping,
    )
    answered = fields(asked)
    kind = daft.DataType.from_arrow_type(pa.struct(answered))
    names = list(asked.names)

    def answers(*columns: Any) -> Any:
        batch = pa.RecordBatch.from_arrays([one.to_arrow() for one in columns], names)
        return pa.StructArray.from_arrays(answer(asked, batch), fields=answered)

    answering = daft.func.batch(return_dtype=kind, unnest=True, batch_size=rows)(answers)
    return df.select(daft.col(key), answering(*(daft.col(one) for one in names)))
