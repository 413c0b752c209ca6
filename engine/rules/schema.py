"""JSON Schema of every file of a guideline folder, for the completion and the red lines of an editor.

The schemas say what the document models say, no more: what a rule means is checked by `sangao check`.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sangao.engine.rules.cases import CaseDoc, CasesFile
from sangao.engine.rules.documents import (
    AnyDoc,
    CohortCaseDoc,
    FactsFile,
    PackDoc,
    ParamsFile,
    RowsFile,
    SourcesFile,
)
from sangao.engine.rules.overlay import OverlayDoc
from sangao.engine.rules.profiles import ProfileDoc
from sangao.engine.rules.reports import ReportDoc
from sangao.engine.rules.worklists import ListDoc

_FILES: dict[str, tuple[Any, str]] = {
    "pack": (PackDoc, "pack.yaml"),
    "params": (ParamsFile, "params.yaml"),
    "rules": (AnyDoc, "one document of rules/*.yaml"),
    "cases": (tuple[CaseDoc | CohortCaseDoc, ...] | CasesFile, "cases/*.yaml"),
    "facts": (FactsFile, "shared/facts/*.yaml"),
    "sources": (SourcesFile, "shared/sources.yaml"),
    "rows": (RowsFile, "shared/rows/*.yaml"),
    "overlay": (OverlayDoc, "overlays/*.yaml"),
    "profile": (ProfileDoc, "profiles/*.yaml"),
    "worklist": (ListDoc, "worklists/*.yaml"),
    "report": (ReportDoc, "reports/*.yaml"),
}


def json_schema() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file: pack, params, rules, cases, facts, and so on.

    >>> sorted(json_schema())
    ['cases', 'facts', 'overlay', 'pack', 'params', 'profile', 'report', 'rows', 'rules', 'sources', 'worklist']
    """
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"sangao: {file}"}
        | _tidy(TypeAdapter(model).json_schema())
        for name, (model, file) in _FILES.items()
    }


def _tidy(schema: Any) -> Any:
    """Drop what pydantic adds and an author has no use for: its titles, and null, which the loader refuses."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema if item != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: {name: _tidy(item) for name, item in value.items()} if key in ("properties", "$defs") else _tidy(value)
        for key, value in schema.items()
        if key != "title" and (key, value) not in (("default", None), ("required", []), ("properties", {}))
    }
    choices = made.get("anyOf", ())
    if len(choices) == 1:
        del made["anyOf"]
        made |= choices[0]
    return made


def write_schemas(folder: str | Path) -> list[Path]:
    """Write `<kind>.json` for every kind of file into `folder` and return the paths.

    `python -c "from sangao.engine.rules.schema import write_schemas; write_schemas('docs/schema')"` renews the pages.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in json_schema().items():
        path = target / f"{name}.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written
