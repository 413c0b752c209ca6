"""Many patients from one source: what a `read_columns` hook returns, whatever the format.

A source is opened in two steps. `Columns` is the file with its mapping; `bind` checks the mapping against the fact
dictionary of the packs and gives `Bound`, which travels to worker processes: `batches` is read once, by one process,
and a batch is turned into patients wherever it arrives.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sangao.engine.chart import Chart
from sangao.engine.fact import Dictionary


@dataclass(frozen=True, slots=True)
class Rejected:
    """One cell or row that could not be used: where it stood, what it was for, what it said and the problem's code.

    `parts` fill the texts of the problem catalogue; `column` and `fact` are empty for a whole row.
    """

    line: int
    column: str
    fact: str
    value: str
    code: str
    parts: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """One row: its line in the source, the person key, and the chart; None when the whole row was rejected.

    The `source` of each reading is the name of its column. Equal cells share one `Reading` object.
    """

    line: int
    key: str
    chart: Chart | None
    rejected: tuple[Rejected, ...] = ()


class Bound(Protocol):
    """A source ready to be read under one dictionary; picklable."""

    def batches(self, size: int) -> Iterator[Any]:
        """Yield picklable batches of about `size` rows, in the order of the source."""

    def patients(self, batch: Any) -> Iterable[Patient]:
        """Return the patients of a batch, reading nothing else."""


class Columns(Protocol):
    """A source of many patients. `total` is the number of rows, an estimate or None; `key` names the person key.

    A source may have `dated`: true when its rows say of which day they are.
    """

    total: int | None
    key: str

    def bind(self, dictionary: Dictionary, on: date | None) -> Bound:
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once.

        `on` is the day to judge by; None leaves it to the mapping, and failing that to today.
        """
