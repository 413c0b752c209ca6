"""Files that a command writes: whole or not at all, and what was refused beside the result."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sangao.engine.cli.cohort import REFUSED_HEADER, Refused
from sangao.engine.errors import Span, fail, why
from sangao.engine.placed import target


@dataclass(slots=True)
class Refusing:
    """Takes what was refused: counted by code, written down where there is a file for it."""

    writer: Any = None
    codes: Counter[str] = field(default_factory=Counter)
    path: Path = Path()

    def __call__(self, one: Refused) -> None:
        """Take one refused value or chart."""
        self.codes[one.problem.code] += 1
        if self.writer is not None:
            with writable(self.path):
                self.writer.writerow(one.cells())

    @property
    def count(self) -> int:
        """Return how many were refused."""
        return self.codes.total()


@contextmanager
def rejecting(rejects: Path | None, out: Path | None) -> Iterator[Refusing]:
    """Write what is refused to `rejects`, by default beside `out`; the file appears when all is done."""
    path = rejects if rejects is not None or out is None else out.with_name(f"{out.name}.rejects.csv")
    if path is None:
        yield Refusing()
        return
    final = target(path)
    part = part_of(final)
    with ExitStack() as stack:
        stack.callback(part.unlink, missing_ok=True)
        with writable(path):
            file = stack.enter_context(part.open("w", encoding="utf-8", newline=""))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REFUSED_HEADER)
        yield Refusing(writer, path=path)
        with writable(path):
            file.flush()
            os.replace(part, final)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn what the system says while a file is written, such as a full disk, into `host.unwritable`."""
    try:
        yield
    except OSError as error:
        raise fail("host.unwritable", Span(str(path)), usage=True, reason=why(error)) from error


def write(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, whole or not at all. Raises SangaoError (`host.unwritable`)."""
    final = target(path)
    part = part_of(final)
    with writable(path), ExitStack() as stack:
        stack.callback(part.unlink, missing_ok=True)
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(part, final)


def part_of(path: Path) -> Path:
    """Return the name a file has beside its own until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def formed(out: Path | None) -> None:
    """See before the work that a file can be written and that its name says how. Raises SangaoError."""
    if out is None:
        return
    target(out)
    if out.suffix.lower() not in (".json", ".csv"):
        raise fail("host.out_form", Span(str(out)), usage=True)
