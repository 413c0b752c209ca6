"""Tables of text (CSV), Parquet and Arrow files as sources of many patients, behind the hook `read_columns`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sangao.adapters.hookspecs import hookimpl

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
ARROW = frozenset({".parquet", ".arrow", ".feather", ".ipc"})  # need the extra `arrow`


@hookimpl
def read_columns(source: object, mapping: Mapping[str, Any] | None) -> Any | None:
    """Return a table as `sangao.adapters.columns.Columns`; None when its name ends in none of `SUFFIXES` and `ARROW`.

    `mapping` is the parsed mapping file (docs/mapping.md). Raises SangaoError with all problems of the mapping and the
    header at once.
    """
    if not isinstance(source, str | Path) or Path(source).suffix.lower() not in SUFFIXES | ARROW:
        return None
    from sangao.adapters.tabular.binding import open_table
    from sangao.adapters.tabular.mapping import read_mapping
    from sangao.engine.errors import fail

    if mapping is None:
        raise fail("table.no_mapping", usage=True)
    if Path(source).suffix.lower() in ARROW:
        try:
            from sangao.adapters.tabular.arrow import open_arrow
        except ImportError as error:
            raise fail("table.no_extra", usage=True, name="arrow") from error
        return open_arrow(Path(source), read_mapping(mapping))
    return open_table(Path(source), read_mapping(mapping))
