"""Tables of people behind the hook `read_columns`: text (CSV), workbooks, Parquet and Arrow files, database queries."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sangao.adapters.hookspecs import hookimpl

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
ARROW = frozenset({".parquet", ".arrow", ".feather", ".ipc"})  # need the extra `arrow`
SHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})  # need the extra `xlsx`


@hookimpl
def read_columns(source: object, mapping: Mapping[str, Any] | None) -> Any | None:
    """Return a table as `sangao.adapters.columns.Columns`; None for what is neither such a file nor an address.

    `mapping` is the parsed mapping file (docs/mapping.md); of an address (`scheme://…`, or `env:NAME` for one that
    stands in the environment) its `sql` is the query. Raises SangaoError with all problems of the mapping and the
    header at once.
    """
    if not isinstance(source, str | Path):
        return None
    suffix = Path(source).suffix.lower()
    asked = isinstance(source, str) and ("://" in source or source.startswith("env:"))
    if not asked and suffix not in SUFFIXES | ARROW | SHEETS:
        return None
    from sangao.adapters.tabular.mapping import read_mapping
    from sangao.engine.errors import fail

    if mapping is None:
        raise fail("table.no_mapping", usage=True)
    table = read_mapping(mapping)
    extra = "sql" if asked else "arrow" if suffix in ARROW else "xlsx"
    try:
        if asked:
            from sangao.adapters.tabular.query import open_query

            return open_query(str(source), table)
        if suffix in ARROW:
            from sangao.adapters.tabular.arrow import open_arrow

            return open_arrow(Path(source), table)
        if suffix in SHEETS:
            from sangao.adapters.tabular.sheet import open_sheet

            return open_sheet(Path(source), table)
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name=extra) from error
    from sangao.adapters.tabular.text import open_table

    return open_table(Path(source), table)
