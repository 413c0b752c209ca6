"""The public edge: what a programmer hands over by mistake raises SangaoError, and a result is always JSON."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sangao
from tests.opened import opened

NAME = "htn_guideline_2024"
ON = "2025-10-09"
MISTAKES: dict[str, tuple[str, Callable[[Any, Any], object]]] = {
    "no decision": ("host.unknown_decision", lambda pack, chart: pack.decide(None, chart)),
    "a number": ("host.unknown_decision", lambda pack, chart: pack.decide(1, chart)),
    "several decisions": ("host.unknown_decision", lambda pack, chart: pack.decide(["htn.grade"], chart)),
    "several pathways": ("host.unknown_pathway", lambda pack, chart: pack.pathway([], chart)),
    "a dict as chart": ("host.not_a_chart", lambda pack, chart: pack.decide("htn.grade", {"sbp_office": 1})),
    "no chart": ("host.not_a_chart", lambda pack, chart: pack.decide_all(None)),
    "another language": ("host.unknown_language", lambda pack, chart: pack.explain(graded(pack, chart), lang="fr")),
    "no language": ("host.unknown_language", lambda pack, chart: pack.explain(graded(pack, chart), lang=None)),
    "zh in capitals": ("host.unknown_language", lambda pack, chart: pack.explain(graded(pack, chart), lang="ZH")),
    "no answer": ("host.not_an_answer", lambda pack, chart: pack.explain(None)),
    "another's answer": (
        "host.not_an_answer",
        lambda pack, chart: opened("tcm_2017").explain(graded(pack, chart)),
    ),
    "no pack": ("host.not_a_source", lambda pack, chart: sangao.load(None)),  # type: ignore[arg-type]
    "a number as pack": ("host.not_a_source", lambda pack, chart: sangao.load(1)),  # type: ignore[arg-type]
    "an empty list": ("host.not_a_source", lambda pack, chart: sangao.load([])),
    "bytes": ("host.not_a_source", lambda pack, chart: sangao.load(b"x")),  # type: ignore[arg-type]
    "a folder to save to": ("host.not_a_file", lambda pack, chart: pack.save(".")),
}


def graded(pack: sangao.Pack, chart: sangao.Chart) -> sangao.Answer:
    return pack.decide("htn.grade", chart)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_a_programmer_is_said_in_words(mistake: str) -> None:
    code, call = MISTAKES[mistake]
    with pytest.raises(sangao.SangaoError) as caught:
        call(opened(NAME), sangao.Chart.of({"sbp_office": 152, "dbp_office": 80}, on=ON))
    assert [one.code for one in caught.value.problems] == [code]


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (date(2025, 1, 1), "2025-01-01"),
        (datetime(2025, 1, 1, 8), "2025-01-01 08:00:00"),
        (Decimal("NaN"), "NaN"),
        pytest.param("\ud800", "\\ud800", id="half a character"),
        (800, 800),
        pytest.param(10**5000, hex(10**5000)[:1024], id="thousands of digits"),
    ],
)
def test_a_result_is_json_whatever_was_given(value: Any, given: Any) -> None:
    result = opened(NAME).decide_all(sangao.Chart.of({"sbp_office": value, "dbp_office": 80}, on=ON))
    found = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert [one["given"] for one in found["problems"] if one["fact"] == "sbp_office"] == [given]


def test_a_saved_pack_with_something_after_its_end_is_damaged(tmp_path: Path) -> None:
    saved, longer = tmp_path / "a.sangao", tmp_path / "b.sangao"
    pack = opened(NAME)
    pack.save(saved)
    assert sangao.load(saved).hash == pack.hash
    longer.write_bytes(saved.read_bytes() + b"x")
    with pytest.raises(sangao.SangaoError) as caught:
        sangao.load(longer)
    assert [one.code for one in caught.value.problems] == ["host.pack_damaged"]
