"""How laboratories print a dipstick is read alike in every format; a word that does not say how much stays open."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from tests.adapters.chinese import test_documents as documents
from tests.adapters.fhir import made
from tests.adapters.hl7 import test_reading as messages
from tests.adapters.tabular import test_reading as tables
from tests.opened import opened

VALUES = ("negative", "trace", "plus1", "plus2", "plus3", "plus4")
WORDS = [
    *((word, ("negative",)) for word in ("阴性", "(-)", "(－)", "negative")),
    *((word, ("trace",)) for word in ("±", "(±)", "+-")),
    *((word, ("plus1",)) for word in ("+", "＋", "(+)", "1+", "阳性(+)")),
    *((word, ("plus2",)) for word in ("++", "＋＋", "（++）", "（＋＋）", "2+", "阳性(++)")),
    *((word, ("plus3",)) for word in ("+++", "(+++)", "3+")),
    ("++++", ("plus4",)),
    ("弱阳性", ("trace", "plus1")),
    ("阳性", ("plus1", "plus2", "plus3", "plus4")),
]


@cache
def pack() -> Pack:
    return opened("dm_primary_2025")


def meant(chart: Chart, fact: str, of: Pack | None = None) -> tuple[str, ...]:
    mask = (of or pack()).admit(chart).timeline.named()[fact]
    return tuple(value for i, value in enumerate(VALUES) if mask >> i & 1)


@pytest.mark.parametrize("fact", ["urine_ketone", "u_protein_qual"])
@pytest.mark.parametrize(("word", "said"), [*WORDS, ("-", ("negative",)), ("看不清", VALUES)])
def test_a_chart(fact: str, word: str, said: tuple[str, ...]) -> None:
    chart = Chart.from_dict({"on": "2026-03-09", "facts": {fact: word}})
    found = pack() if fact in pack().compiled.dictionary.facts else opened("sangao_national")
    assert meant(chart, fact, found) == said


@pytest.mark.parametrize(("word", "said"), WORDS)
def test_a_table(tmp_path: Path, word: str, said: tuple[str, ...]) -> None:
    path = tables.written(tmp_path, f"id,ketone\n1,{word}\n")
    (one,) = tables.people(path, {"key": "id", "columns": {"ketone": "urine_ketone"}})
    assert meant(tables.chart(one), "urine_ketone") == said


@pytest.mark.parametrize(("word", "said"), WORDS)
@pytest.mark.parametrize("value", ["valueString", "valueCodeableConcept"])
def test_a_resource(value: str, word: str, said: tuple[str, ...]) -> None:
    given: Any = word if value == "valueString" else {"text": word}
    found = made.taken(made.patient(), made.observation("20454-5", **{value: given}))
    assert meant(found.chart, "u_protein_qual") == said


@pytest.mark.parametrize(("word", "said"), WORDS)
def test_a_message(word: str, said: tuple[str, ...]) -> None:
    assert meant(messages.chart(messages.obx("20454-5", word, "ST"), charset="UNICODE UTF-8"), "u_protein_qual") == said


@pytest.mark.parametrize(("word", "said"), WORDS)
def test_a_document(word: str, said: tuple[str, ...]) -> None:
    value = f'<value xsi:type="ST">{word}</value>'
    chart = documents.chart(documents.document(documents.seen("DE04.50.050.00", value, "尿蛋白"), title="检验报告"))
    assert meant(chart, "u_protein_qual") == said
