"""Delimited text files (CSV) as a source of many patients, behind the hook `read_columns`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sangao.adapters.hookspecs import hookimpl

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})


@hookimpl
def read_columns(source: object, mapping: Mapping[str, Any] | None) -> Any | None:
    """Return a text table as `sangao.adapters.columns.Columns`; None when the source is no `.csv`, `.tsv` or `.txt`.

    `mapping` is the parsed mapping file (docs/mapping.md). Raises SangaoError with all problems of the mapping and the
    header at once.
    """
    if not isinstance(source, str | Path) or Path(source).suffix.lower() not in SUFFIXES:
        return None
    from sangao.adapters.tabular.binding import open_table
    from sangao.adapters.tabular.mapping import read_mapping
    from sangao.engine.errors import fail

    if mapping is None:
        raise fail("table.no_mapping", usage=True)
    return open_table(Path(source), read_mapping(mapping))
