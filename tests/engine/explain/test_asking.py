"""What is asked next: never what a site sets, never what nobody can measure."""

from sangao.engine.chart import Chart
from sangao.engine.explain import later
from tests.opened import opened

ON = "2026-03-09"


def test_a_site_setting_is_missing_and_asked_of_no_patient() -> None:
    pack = opened("htn_primary_2025")
    facts = pack.compiled.dictionary.facts
    chart = Chart.of({"potassium": 6.5, "sex": "male", "age": 60}, on=ON, conditions=[], complete=["conditions"])
    answer = pack.decide("htn.arb.potassium", chart)
    assert answer.missing.sets == (("hyperkalaemia_limit",),) and facts["hyperkalaemia_limit"].site
    assert answer.ask_first is None
    result = pack.decide_all(chart)
    asked = [one["fact"] for one in result.ask]
    assert asked and not any(facts[one].site for one in asked)


def test_a_glucose_of_which_nobody_wrote_the_sample_is_not_asked_for() -> None:
    pack = opened("dm_primary_2025")
    facts = pack.compiled.dictionary.facts
    assert later.unwritten(facts, "pg_unspecified") and not later.unwritten(facts, "pg_capillary")
    result = pack.decide_all(Chart.of({"vomiting": True, "age": 60, "sex": "male"}, on=ON))
    assert any("pg_unspecified" in one for one in result.decisions["dm.crisis"].missing.sets)
    asked = [one["fact"] for one in result.ask]
    assert asked and "pg_unspecified" not in asked
