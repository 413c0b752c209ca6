"""FHIR R4 (and R5 where it differs in names only): bundles in, GuidanceResponse, RiskAssessment, DetectedIssue out.

Plain JSON both ways; no FHIR library is needed at run time. The parts: `reading.read`, `writing`, `prefetch.templates`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sangao.adapters.handed import contents
from sangao.adapters.hookspecs import hookimpl
from sangao.engine.answer import Result
from sangao.engine.chart import Chart, today

MARK = b'"resourceType"'
RELEASES: dict[str, Literal["R4", "R5"]] = {"fhir": "R4", "fhir-r5": "R5"}


@hookimpl
def read_chart(source: object, on: date | None) -> Chart | None:
    """Read a FHIR bundle, resource, or list of resources: parsed, as text or bytes, or a `.json` file.

    >>> found = read_chart('{"resourceType": "Patient", "id": "a", "gender": "male"}', date(2025, 3, 9))
    >>> found.id, [reading.fact for reading in found.readings]
    ('a', ['sex'])
    """
    found = _parsed(source)
    if not _resources(found):
        return None
    from sangao.adapters.fhir.reading import read

    return read(found, on or today()).chart


@hookimpl
def write_answer(result: Result, form: str, lang: str) -> str | None:
    """Return a result as a FHIR collection bundle: form `fhir` (R4) or `fhir-r5`."""
    if form not in RELEASES:
        return None
    from sangao.adapters.fhir.writing import bundle

    return json.dumps(bundle(result, lang, RELEASES[form]), ensure_ascii=False, indent=2)


def _resources(found: object) -> bool:
    """Return whether this is a resource or a list that begins with one."""
    first = found[0] if isinstance(found, list | tuple) and found else found
    return isinstance(first, Mapping) and isinstance(first.get("resourceType"), str)


def _parsed(source: object) -> Any:
    """Return what a source holds as plain objects, None when it is not FHIR (other readers say what is wrong)."""
    if isinstance(source, Path):
        if source.suffix != ".json":
            return None
        source = contents(source)
    if isinstance(source, str):
        source = source.encode("utf-8", "surrogatepass")
    if isinstance(source, bytes):
        if MARK not in source:
            return None
        try:
            return json.loads(source.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
    return source if isinstance(source, Mapping | Sequence) else None


__all__ = ["read_chart", "write_answer"]
