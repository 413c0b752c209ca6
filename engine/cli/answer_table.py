"""The table of answers in the form its name asks for: kept chunk by chunk, and one file at the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from sangao.engine.cli.cells import header
from sangao.engine.cli.jobs import Done, Question
from sangao.engine.errors import Span, fail
from sangao.engine.guide import Pack

TEXT = frozenset({".csv"})
ARROW = frozenset({".parquet", ".arrow", ".feather", ".ipc"})  # need the extra `arrow`


class Form(Protocol):
    """How answers become bytes that are kept one after the other, and how they become the file; one for each run."""

    def head(self) -> bytes:
        """Return what stands before the first chunk."""

    def begin(self, written: Path, made: Path) -> Self:
        """Begin the file: `written` holds what is kept, at first that of an earlier run; `made` is where to make it."""

    def chunk(self, done: Done) -> bytes:
        """Return a batch of answers."""

    def add(self, done: Done) -> None:
        """Take a batch of answers, once it is kept."""

    def finish(self) -> Path:
        """Return the finished file: what was kept, or what was made."""

    def close(self) -> None:
        """Let go of a file, finished or not."""


class Text:
    """CSV: what is kept is the file."""

    def __init__(self, key: str, questions: Sequence[Question]) -> None:
        self.first = header(key, [one.name for one in questions])

    def head(self) -> bytes:
        """Return the line of names."""
        return self.first.encode()

    def begin(self, written: Path, made: Path) -> Self:
        """Note where the lines are kept."""
        self.written = written
        return self

    def chunk(self, done: Done) -> bytes:
        """Return the lines of a batch."""
        return done.text.encode()

    def add(self, done: Done) -> None:
        """Do nothing: the lines are kept."""

    def finish(self) -> Path:
        """Return what was kept."""
        return self.written

    def close(self) -> None:
        """Do nothing."""


def is_tabled(out: Path) -> bool:
    """Return whether answers are wanted as Arrow columns."""
    return out.suffix.lower() in ARROW


def form_of(out: Path, packs: Sequence[Pack], questions: Sequence[Question], meta: Mapping[str, Any]) -> Form:
    """Return the form that a file's name asks for. Raises SangaoError (`table.no_extra`, `table.out_form`)."""
    if out.suffix.lower() not in TEXT | ARROW:
        raise fail("table.out_form", Span(str(out)), usage=True)
    if not is_tabled(out):
        return Text(str(meta["key"]), questions)
    try:
        from sangao.engine.cli.arrow_out import Columns
    except ImportError as error:
        raise fail("table.no_extra", usage=True, name="arrow") from error
    decisions = [packs[one.pack].compiled.decisions[one.decision] for one in questions]
    return Columns(out.suffix.lower(), [one.name for one in questions], decisions, meta)
