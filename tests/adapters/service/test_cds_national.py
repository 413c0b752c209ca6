"""The national bundle behind the service: the embedded default, asked about risk and about two diseases at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.service.hosted import PERSON, Client, call, condition, drug, found, hosted, pressure

Json = dict[str, Any]
pytestmark = pytest.mark.long  # the whole bundle is written and compiled as programs first


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted(packs_default="sangao_national") as one:
        yield one


def summaries(client: Client, service: str, **prefetch: Any) -> list[str]:
    answer = client.post(f"/cds-services/{service}", json=call(prefetch=prefetch))
    assert answer.status_code == 200, answer.text
    return [f"{one['indicator']} {one['summary']}" for one in answer.json()["cards"]]


DISEASES = found(condition("I10"), condition("E11.900", "c2"))
HIGH = found(pressure("b1", 152, 96, "2026-03-09"))


def test_both_diagnoses_are_checked_at_once(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "conditions": DISEASES, "meds": found(drug("C09AA02"))}
    said = summaries(client, "diagnosis-correctness", **data)
    assert any("高血压诊断是否有据:需补诊断来源" in one for one in said)
    assert any("糖尿病诊断是否有据" in one for one in said)


def test_risk_is_bounded_where_it_is_not_settled(client: Client) -> None:
    said = summaries(client, "risk-stratification", patient=PERSON, bp=HIGH, conditions=DISEASES, meds=found())
    stratum = next(one for one in said if "心血管危险分层" in one)
    assert "至少" in stratum and "先问" in stratum and "低危" not in stratum
    assert any(one.startswith("warning ASCVD总体风险:高危") for one in said)


def test_an_empty_record_has_no_low_risk(client: Client) -> None:
    said = summaries(client, "risk-stratification", patient=PERSON, bp=None, labs=None, conditions=None, meds=None)
    assert said and not any("低危" in one or "中危" in one for one in said)


def test_a_service_may_be_set_to_show_other_decisions(client: Client) -> None:
    from sangao.adapters.service.cds.offered import offer
    from sangao.adapters.service.cds.viewing import View
    from sangao.adapters.service.settings import Shown

    pack = client.app.state.house.packs.get()
    view = View(pack, offer().services["risk-stratification"], Shown(decisions=("htn.risk", "htn.grade", "no.such")))
    assert [one.decision for one in view.shows] == ["htn.risk", "htn.grade"]
