"""A relative's disease is none of the patient's, in whatever form the list names it."""

from datetime import date

import pytest

from sangao.engine.chart import Chart, Entry
from sangao.engine.truth import FALSE, TRUE
from tests.opened import opened

ON = date(2025, 10, 9)


@pytest.mark.parametrize("item", [{"code": "I10"}, {"name": "高血压"}, {"fact": "hypertension"}, "糖尿病"])
def test_a_diagnosis_in_the_family_history_is_not_the_patients(item: object) -> None:
    pack = opened("htn_primary_2025")
    admission = pack.admit(Chart.of({}, on=ON, family_history=[item]))
    assert not {one.fact for one in admission.readings if one.value == TRUE}
    assert [one.code for one in admission.problems] == ["chart.unmapped"]
    assert "fh_htn" not in admission.assumed_facts, "an item nobody understood suspends what the list allows"


def test_what_the_list_is_for_is_still_read() -> None:
    admission = opened("htn_primary_2025").admit(
        Chart.of({}, on=ON, family_history=["fh_htn", {"name": "糖尿病家族史"}])
    )
    assert {one.fact for one in admission.readings if one.value == TRUE} == {"fh_htn", "fh_dm"}


def test_other_lists_are_read_as_before() -> None:
    chart = Chart(None, ON, (), {"conditions": (Entry("I10", "code"), Entry("af", "fact", status="refuted"))})
    said = {one.fact: one.value for one in opened("htn_primary_2025").admit(chart).readings}
    assert said["hypertension"] == TRUE and said["af"] == FALSE
