"""A table of answers read back: what it says of each person, in the words of the CSV form, whatever form it has."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sangao.engine.cli.answer_table import is_tabled
from sangao.engine.errors import Span, fail, why

Said = tuple[str, str]  # value and status
ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that a run wrote; `decisions` by the name they go by, as its `sangao.table/1` has them."""

    path: Path
    meta: Mapping[str, Any]
    tabled: bool

    @property
    def decisions(self) -> Mapping[str, Any]:
        """Return the decisions it answers."""
        found: Mapping[str, Any] = self.meta["decisions"]
        return found

    def pack(self, name: str) -> tuple[str, str]:
        """Return the id and the hash of the pack that answered a decision."""
        id = self.decisions[name]["pack"]
        return id, next(str(one["hash"]) for one in self.meta["packs"] if one["id"] == id)

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, tuple[Said, ...]]]:
        """Yield the person keys with what is said of some decisions; equal answers are one object."""
        met: dict[tuple[Said, ...], tuple[Said, ...]] = {}
        numbers = [self.decisions[name]["kind"] == "number" for name in names]
        for key, row in self._tabled(names) if self.tabled else self._lines(names):
            said = tuple(
                (_number(value) if number else value, status)
                for number, (value, status) in zip(numbers, row, strict=True)
            )
            yield key, met.setdefault(said, said)

    def _lines(self, names: Sequence[str]) -> Iterator[tuple[str, list[Said]]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows)
            at = [(header.index(name), header.index(f"{name}.status")) for name in names]
            for row in rows:
                yield row[0], [(row[value], row[status]) for value, status in at]

    def _tabled(self, names: Sequence[str]) -> Iterator[tuple[str, list[Said]]]:
        wanted = [part for name in names for part in (name, f"{name}.status")]
        for batch in batches(self.path, [str(self.meta["key"]), *wanted]):
            keys, *columns = (column.to_pylist() for column in batch.columns)
            texts = [list(map(_text, column)) for column in columns]
            for i, key in enumerate(keys):
                yield key, [(texts[j][i], texts[j + 1][i]) for j in range(0, len(texts), 2)]


def answers_of(path: Path, called: Path | None = None) -> Kept:
    """Return a table of answers; `called`: the name it will have, of one just written, whose meaning stands beside it.

    Raises SangaoError (`host.unreadable`, `table.no_answers`).
    """
    tabled = is_tabled(called or path)
    try:
        if called is not None:
            found = json.loads((path.parent / "meta.json").read_bytes())
        elif tabled:
            found = json.loads(_schema(path)[b"sangao.table"])
        else:
            found = json.loads(path.with_name(f"{path.name}.meta.json").read_bytes())
        if found["schema"] != "sangao.table/1" or not isinstance(found["decisions"], dict):
            raise ValueError
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name="arrow") from error
    except OSError as error:
        if path.is_file():
            raise fail("table.no_answers", Span(str(path)), usage=True) from error
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise fail("table.no_answers", Span(str(path)), usage=True) from error
    return Kept(path, found, tabled)


def _schema(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.ipc
    import pyarrow.parquet as pq

    try:
        if path.read_bytes()[:4] == b"PAR1":
            found = pq.read_schema(path)
        else:
            with pa.memory_map(str(path)) as source:
                found = pa.ipc.open_file(source).schema
    except pa.ArrowException as error:
        raise fail("table.damaged", Span(str(path)), usage=True, reason=type(error).__name__) from error
    return found.metadata or {}


def batches(path: Path, names: Sequence[str]) -> Iterator[Any]:
    """Yield some columns of a Parquet or Arrow file."""
    import pyarrow as pa
    import pyarrow.ipc
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    if parquet:
        with pq.ParquetFile(path) as whole:
            for batch in whole.iter_batches(ROWS, columns=list(names)):
                yield batch.select(list(names))
        return
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for i in range(reader.num_record_batches):
            yield reader.get_batch(i).select(list(names))


def _text(value: Any) -> str:
    """Return a cell as the CSV form has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, date):
        return "never" if value == date.max else value.isoformat()
    return str(value)


def _number(text: str) -> str:
    return str(float(text)) if text else ""
