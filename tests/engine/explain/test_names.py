"""Words for values: a day that does not come is a word of the language, and English parts a value from its day."""

from pathlib import Path

import pytest

from sangao.engine.chart import Chart
from sangao.engine.explain import names, page
from sangao.engine.guide import Pack, load

PACK = """pack: due
edition: "2025"
family: due
title: {zh: 到期, en: due}
origin: project
document: PROJECT
dates: {from: "2025-01-01"}
"""
RULES = """decision: d.next
title: {zh: 下次日期, en: next day}
outcomes: date
default: {then: '"9999-12-31"'}
except:
  high: {when: "sbp_office >= 140 mmHg", then: 'today + 7 days'}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "due" / "rules").mkdir(parents=True)
    (tmp_path / "due" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "due" / "rules" / "all.yaml").write_text(RULES, encoding="utf-8")
    return load(tmp_path / "due")


def test_a_day_that_does_not_come_is_told_in_the_language_asked_for(pack: Pack) -> None:
    result = pack.decide_all(Chart.of({"sbp_office": 120}, on="2025-10-08"))
    assert result["d.next"].value == "never"
    assert "下次日期:无" in page.text(result, "zh").splitlines()[-1]
    assert "next day: never" in page.text(result, "en").splitlines()[-1]


def test_a_reading_and_its_day_are_parted_in_english(pack: Pack) -> None:
    told = {"fact": "sbp_office", "value": "158", "unit": "mmHg", "at": "2025-10-20T09:00", "source": ""}
    assert names.reading(pack.compiled, told, "zh").endswith(" 158 mmHg(2025-10-20)")
    assert names.reading(pack.compiled, told, "en").endswith(" 158 mmHg (2025-10-20)")
