"""The forms Chinese health records travel in: shared-document XML, slot XML, ready maps of tables, one-string SOAP."""

from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from pathlib import Path

from sangao.adapters.handed import contents
from sangao.adapters.hookspecs import hookimpl
from sangao.engine.chart import Chart

SUFFIXES = frozenset({".xml", ".cda"})
STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


@hookimpl
def read_chart(source: object, on: date | None) -> Chart | None:
    """Return the chart of a shared document or a document of slots; None for anything that is no XML of these kinds.

    `source` is a `.xml` or `.cda` file, bytes or text. Raises SangaoError for broken or refused XML.
    """
    file = ""
    if isinstance(source, Path):
        if source.suffix.lower() not in SUFFIXES:
            return None
        file, source = source.name, contents(source)
    elif isinstance(source, bytes):
        if not source[:64].lstrip().startswith(STARTS):
            return None
    elif not isinstance(source, str) or not source[:64].lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    from sangao.adapters.chinese.reading import read

    return read(source, on, file=file)


@hookimpl
def mapping_folders() -> Iterable[Path]:
    """Return the folder of ready maps: the national forms and field sets of systems in use."""
    return [Path(str(files("sangao.adapters.chinese"))) / "maps"]
