"""A delimited text file as a table of records."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.binding import BoundTable, bind
from sangao.adapters.tabular.fitting import fitted
from sangao.adapters.tabular.mapping import TableMap
from sangao.engine.errors import Span, fail, why
from sangao.engine.fact import Dictionary


@dataclass(slots=True)
class TextTable:
    """A delimited text file: `Columns` of `sangao.adapters.columns`."""

    path: Path
    map: TableMap
    encoding: str
    total: int | None
    key: str
    separator: str
    header: tuple[str, ...]
    watched: bool = False

    @property
    def dated(self) -> bool:
        """Return whether the mapping says of which day the rows are."""
        return bool(self.map.on or self.map.on_column)

    def bind(self, dictionary: Dictionary, on: date | None) -> BoundTable:
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once."""
        return bind(self, dictionary, on)

    def records(self) -> Generator[lines.Record]:
        """Yield the records of the file. Raises SangaoError (`host.unreadable`) where it cannot be read on."""
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                file.readline()
                yield from lines.records(file, self.separator, len(self.header), 2)
        except OSError as error:
            raise fail("host.unreadable", Span(str(self.path)), usage=True, reason=why(error)) from error


def open_table(path: Path, table: TableMap) -> TextTable:
    """Open a file and find the mapped columns in its header. Raises SangaoError with all problems at once."""
    encoded = lines.detect(path, table.encoding)
    with path.open(encoding=encoded.encoding, newline="") as file:
        first = file.readline().lstrip("\ufeff")
    if not first.strip():
        raise fail("table.empty", Span(str(path)), usage=True)
    by = table.separator or lines.separator(first, table.spellings())
    header = tuple(cells.clean(name) for name in lines.fields(first.rstrip("\r\n"), by))
    table = fitted(header, table, Span(path.name, 1, 1))
    return TextTable(path, table, encoded.encoding, max(encoded.lines - 1, 0), table.key, by, header)
