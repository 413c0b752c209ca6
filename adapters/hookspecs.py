"""The whole contract with host systems, on one page.

Our own adapters come in through these hooks and the entry-point group `sangao`, exactly as a stranger's do. `None`
means "not mine": the first adapter that answers wins, the last installed is asked first. Hooks that collect answer with
lists.

A plugin is any module or object whose functions carry `@hookimpl`:

    from sangao.adapters.hookspecs import hookimpl

    @hookimpl
    def guideline_folders():
        return [Path(__file__).parent / "guidelines"]
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pluggy

from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack

PROJECT = "sangao"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def guideline_folders() -> Iterable[Path]:  # type: ignore[empty-body]
    """Return folders whose subfolders are guideline folders; the command line and the service find packs there."""


@hookspec
def mapping_folders() -> Iterable[Path]:  # type: ignore[empty-body]
    """Return folders of ready maps: `--map national/htn_followup` finds `national/htn_followup.yaml` in one of them."""


@hookspec(firstresult=True)
def read_chart(source: object, on: date | None) -> Chart | None:
    """Return the chart held by `source` (a path, bytes, text or object), or None when the format is not yours."""


@hookspec(firstresult=True)
def read_columns(source: object, mapping: Mapping[str, Any] | None) -> Any | None:
    """Return many patients as a `sangao.adapters.columns.Columns`, or None when the source is not yours."""


@hookspec(firstresult=True)
def write_answer(result: Result, form: str, lang: str) -> str | None:
    """Return a result in the form named (`json`, `text`, `html` …), or None when the form is not yours."""


@hookspec(firstresult=True)
def run_columns(pack: Pack, batch: Any, decisions: Sequence[str]) -> Any | None:
    """Return the answers for a batch of columns, or None to leave it to the next runner."""


@hookspec
def commands() -> Iterable[Any]:  # type: ignore[empty-body]
    """Return command-line commands: `typer.Typer` apps or plain functions, named as they shall be typed.

    A function may be given by where it stands, as `module:function`: then it is imported when it is asked for.
    """
