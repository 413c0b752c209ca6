"""A text table of a few persons: written, read through a mapping, and what reached the chart."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.columns import Patient
from sangao.adapters.tabular import read_columns
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.opened import opened

ON = "2025-10-20"


@cache
def pack() -> Pack:
    return opened("htn_guideline_2024")


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def people(path: Path, mapping: dict[str, Any], on: date | None = None) -> list[Patient]:
    columns = read_columns(source=path, mapping={"on": ON, **mapping})
    assert columns is not None
    bound = columns.bind(pack().compiled.dictionary, on)
    return [one for batch in bound.batches(2) for one in bound.patients(batch)]


def chart(one: Patient) -> Chart:
    assert one.chart is not None, one.rejected
    return one.chart


def values(one: Patient) -> dict[str, Any]:
    return {reading.fact: reading.value for reading in chart(one).readings}


def known(one: Patient, leaf: str) -> Any:
    return pack().admit(chart(one)).timeline.named()[leaf]


def codes(mapping: dict[str, Any], path: Path) -> list[str]:
    with pytest.raises(SangaoError) as raised:
        people(path, mapping)
    assert raised.value.usage
    return [problem.code for problem in raised.value.problems]


PAIR = {"key": "id", "columns": {"血压": {"facts": ["sbp_office", "dbp_office"]}}}
SBP = {"key": "id", "columns": {"sbp": {"fact": "sbp_office"}}}
