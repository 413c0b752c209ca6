"""What comes with sangao itself, through the same hooks as a stranger's: the shipped guideline folders, chart JSON."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from sangao.adapters.handed import contents
from sangao.adapters.hookspecs import hookimpl
from sangao.engine.chart import Chart
from sangao.engine.errors import Span, fail
from sangao.engine.several import parsed

CORE = (
    "demo:demo",
    "decide:decide",
    "stratify:stratify",
    "check:check",
    "show:show",
    "packs:packs",
    "packs:build",
    "diff:diff",
    "list:list_",
    "pathway:pathway",
    "measure:measure",
    "report:report",
)


@hookimpl
def guideline_folders() -> Iterable[Path]:
    """Return the folder of the shipped guidelines."""
    return [Path(str(files("sangao.guidelines")))]


@hookimpl(tryfirst=True)
def commands() -> Iterable[Any]:
    """Return where the commands of the core stand, first on the page of help: only what is asked for is imported."""
    return [f"sangao.engine.cli.{one}" for one in CORE]


@hookimpl(trylast=True)
def read_chart(source: object, on: date | None) -> Chart | None:
    """Read the chart JSON (`sangao.chart/1`) from a parsed object, text, bytes, or a `.json` file.

    Its lists go through the book of terms: a brand or a combination is every fact it holds (docs/terms.md).

    >>> read_chart('{"on": "2025-03-09", "facts": {"sbp_office": 152}}', None).readings[0].value
    152
    """
    file = ""
    if isinstance(source, Path):
        if source.suffix != ".json":
            return None
        file, source = str(source), contents(source)
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise fail("host.not_utf8", Span(file), usage=True, at=error.start) from error
    if isinstance(source, str):
        try:
            source = parsed(source)
        except json.JSONDecodeError as error:
            raise fail("host.not_json", Span(file, error.lineno, error.colno), usage=True) from error
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
            raise fail("host.not_json", Span(file), usage=True) from error
        if not isinstance(source, Mapping):
            raise fail("chart.not_an_object", Span(file), usage=True)
    if not isinstance(source, Mapping) or not ({"facts", "readings", "patient", "schema"} & source.keys()):
        return None
    from sangao.adapters.terms.charts import read

    return read({**source, **({"on": on} if on else {})})
