"""A key that stands twice in a chart: told, and neither value preferred."""

from collections.abc import Mapping
from typing import Any

import pytest

import sangao
from sangao.adapters.builtin import read_chart

ON = '"on": "2025-10-09"'


def asked(text: str, decision: str = "htn.grade", pack: str = "sangao_national") -> tuple[sangao.Answer, list[str]]:
    chart = read_chart("{" + ON + ", " + text + "}", None)
    assert chart is not None
    opened = sangao.load(pack)
    return opened.decide(decision, chart), [one.code for one in opened.problems(chart)]


@pytest.mark.parametrize(
    "text",
    [
        '"facts": {"sbp_office": 152, "sbp_office": 120, "dbp_office": 70}',
        '"facts": {"sbp_office": 120, "sbp_office": 152, "dbp_office": 70}',
        '"facts": {"sbp_office": 152}, "facts": {"sbp_office": 120, "dbp_office": 70}',
        '"facts": {"sbp_office": {"value": 152, "value": 120}, "dbp_office": 70}',
        '"facts": {"sbp_office": {"value": 120, "unit": "mmHg", "unit": "kPa"}, "dbp_office": 70}',
        '"readings": [{"fact": "sbp_office", "value": 152, "value": 120, AT}], "facts": {"dbp_office": 70}',
        '"readings": [{"fact": "sbp_office", "fact": "x", "value": 120, AT}], "facts": {"dbp_office": 70}',
        '"readings": [{"fact": "sbp_office", "value": 120, AT, "at": "2025-10-08"}], "facts": {"dbp_office": 70}',
        '"readings": [{"fact": "sbp_office", "value": 120, "arm": "x", "arm": "y"}], "facts": {"dbp_office": 70}',
        '"readings": [{"facts": {"sbp_office": 152, "sbp_office": 120, "dbp_office": 70}, AT}]',
        '"readings": [{"facts": {"sbp_office": 152}, "facts": {"sbp_office": 120, "dbp_office": 70}, AT}]',
    ],
)
def test_a_fact_that_is_given_twice_is_contradicted(text: str) -> None:
    answer, codes = asked(text.replace("AT", '"at": "2025-10-09"'))
    assert "chart.doubled_key" in codes and answer.status == "unknown"


def test_an_interval_that_agrees_still_answers() -> None:
    answer, codes = asked('"facts": {"sbp_office": 152, "sbp_office": 158, "dbp_office": 70}')
    assert (answer.value, answer.status) == ("grade1", "settled") and codes == ["chart.doubled_key", "chart.conflict"]


@pytest.mark.parametrize(
    "text",
    [
        '"conditions": [{"code": "I48", "status": "refuted", "status": "active"}], "complete": ["conditions"]',
        '"conditions": [{"code": "I48", "code": "I10"}], "complete": ["conditions"]',
        '"conditions": [{"name": "房颤", "code": "I48", "code": "I10"}], "complete": ["conditions"]',
        '"conditions": [], "conditions": [{"code": "I10"}], "complete": ["conditions"]',
        '"conditions": [], "complete": ["conditions"], "complete": []',
    ],
)
def test_a_list_that_says_two_things_denies_nothing(text: str) -> None:
    chart = read_chart("{" + ON + ', "facts": {}, ' + text + "}", None)
    assert chart is not None and "chart.doubled_key" in [one.code for one in chart.problems]
    assert sangao.load("htn_guideline_2024").admit(chart).open["af"] == 3


def test_two_patients_in_one_are_nobody() -> None:
    for text in ('"patient": {"id": "a"}, "patient": {"id": "b"}', '"patient": {"id": "a", "id": "b"}'):
        chart = read_chart("{" + ON + ", " + text + "}", None)
        assert chart is not None and chart.id is None and chart.problems
    with pytest.raises(sangao.SangaoError):
        read_chart('{"on": "2025-10-09", "on": "2025-10-08", "facts": {}}', None)


def test_a_chart_without_doubled_keys_is_read_as_before() -> None:
    given: Mapping[str, Any] = {"on": "2025-10-09", "facts": {"sbp_office": {"value": 152, "unit": "mmHg"}}}
    chart = read_chart('{"on": "2025-10-09", "facts": {"sbp_office": {"value": 152, "unit": "mmHg"}}}', None)
    assert chart == sangao.Chart.from_dict(given)
