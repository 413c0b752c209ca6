"""What travels to a worker and back: questions, batches on their way, and what came of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.chart import Chart

REJECTS_HEADER = ("line", "key", "column", "fact", "value", "code", "zh", "en")
NOTHING: Mapping[int, Any] = {}
Rejects = list[tuple[int, str, str, str, str, str, str, str]]  # line, key, column, fact, value, code, zh, en


@dataclass(frozen=True, slots=True)
class Question:
    """One column group of the answer table: a decision of a pack and the name it goes by."""

    pack: int
    decision: str
    name: str


@dataclass(frozen=True, slots=True)
class Job:
    """A batch on its way, picklable; `total` is the number of its rows.

    Rows `left_out` are not answered: the code says why, "" where the row went into another one. Rows `instead` are
    answered as these patients. `digest` stands for everything read of the source up to here, where the source tells.
    """

    batch: Any
    total: int = 0
    left_out: Mapping[int, str] = field(default_factory=dict)
    instead: Mapping[int, Any] = field(default_factory=dict)
    digest: int = 0


@dataclass(slots=True)
class Done:
    """What came of one batch, picklable. `counts`: per question the number of (open, assumed) pairs.

    `groups`: per question how many rows of each group (a text) count as what (`cells.cell`); `sample`: some patients
    with an answer that stays open, each with its row in the batch.
    """

    text: str = ""
    table: Any = None  # keys, and per question its different pairs and which each row has, for `arrow_out`
    rows: int = 0
    answered: int = 0
    rejects: Rejects = field(default_factory=list)
    counts: list[Counter[Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    groups: list[Counter[tuple[str, str]]] = field(default_factory=list)
    sample: list[tuple[int, Chart]] = field(default_factory=list)
