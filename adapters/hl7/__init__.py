"""HL7 version 2: results and admissions (ORU, ADT) read into charts, and the MLLP listener that takes them in."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sangao.adapters.handed import contents
from sangao.adapters.hookspecs import hookimpl
from sangao.engine.chart import Chart

SUFFIXES = frozenset({".hl7", ".er7"})


@hookimpl
def read_chart(source: object, on: date | None) -> Chart | None:
    """Return the chart of an ORU or ADT message: a `.hl7` or `.er7` file, bytes or text that begin with MSH.

    Raises SangaoError for a message that cannot be read. Needs the extra `hl7`.
    """
    file = ""
    if isinstance(source, Path):
        if source.suffix.lower() not in SUFFIXES:
            return None
        file, source = source.name, contents(source)
    elif isinstance(source, bytes):
        if not source[:16].lstrip(b"\xef\xbb\xbf\x0b \r\n").startswith(b"MSH"):
            return None
    elif not isinstance(source, str) or not source[:16].lstrip("\ufeff\x0b \r\n").startswith("MSH"):
        return None
    from sangao.adapters.hl7.reading import read

    return read(source, on, file=file)


@hookimpl
def commands() -> Iterable[Any]:
    """Return the command `mllp`."""
    from sangao.adapters.hl7.command import mllp

    return [mllp]
