"""Drugs that are being ordered: whoever is about to get one counts as a patient on it when it is checked.

What is not known first: a limit that only may hold is said as possible, with what settles it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.service.hosted import PERSON, Client, call, condition, drug, found, hosted, lab

Json = dict[str, Any]
NONE: Json = {"patient": PERSON, "conditions": found(), "meds": found()}
HIGH, FINE = lab("14682-9", 400, "umol/L"), lab("14682-9", 80, "umol/L")
METFORMIN, GLIBENCLAMIDE, DAPAGLIFLOZIN, CAPTOPRIL = "A10BA02", "A10BB01", "A10BK01", "C09AA01"
ATORVASTATIN, SITAGLIPTIN = "C10AA05", "A10BH01"


@pytest.fixture(scope="module")
def dm() -> Iterator[Client]:
    with hosted(packs_default="dm_primary_2025") as one:
        yield one


@pytest.fixture(scope="module")
def htn() -> Iterator[Client]:
    with hosted() as one:
        yield one


def checked(client: Client, code: str, data: Json, facts: Json | None = None, lang: str = "zh") -> Json | None:
    """Return the card about the one ordered drug, None where there is none."""
    body = call("order-sign", data, draftOrders=found(drug(code, "d1", "draft")))
    body["extension"]["cn.sangao.facts"] = facts or {}
    answer = client.post("/cds-services/next-steps", json=body, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text
    cards: list[Json] = [one for one in answer.json()["cards"] if one["summary"].startswith(code)]
    assert len(cards) < 2
    return cards[0] if cards else None


@pytest.mark.parametrize("code", [METFORMIN, GLIBENCLAMIDE])
def test_without_a_creatinine_a_drug_is_possibly_forbidden_and_the_question_is_named(dm: Client, code: str) -> None:
    one = checked(dm, code, {**NONE, "conditions": found(condition("E11.9"))})
    assert one is not None and "可能禁用" in one["summary"] and one["indicator"] == "warning"
    assert "问清即可确定:血肌酐" in one["detail"] and "suggestions" not in one


@pytest.mark.parametrize("code", [METFORMIN, GLIBENCLAMIDE])
@pytest.mark.parametrize("conditions", ["absent", None, found(condition("I10")), found(condition("E11.9"))])
def test_a_forbidden_drug_is_critical_whether_or_not_diabetes_is_recorded(
    dm: Client, code: str, conditions: Json | str | None
) -> None:
    data = {"patient": PERSON, "labs": found(HIGH), "meds": found()}
    data |= {} if conditions == "absent" else {"conditions": conditions}
    one = checked(dm, code, data)
    assert one is not None and one["indicator"] == "critical" and ":禁用" in one["summary"]
    assert one["suggestions"][0]["actions"][0]["type"] == "delete"


def test_what_holds_only_of_whoever_takes_the_drug_says_so(dm: Client) -> None:
    given = {**NONE, "labs": found(HIGH), "conditions": found(condition("I10"))}
    for lang, said in (("zh", "按开具后用上此药核对"), ("en", "checked as for a patient who takes it")):
        one = checked(dm, METFORMIN, given, lang=lang)
        assert one is not None and said in one["detail"]
    known = checked(dm, METFORMIN, {**given, "conditions": found(condition("E11.9"))})
    assert known is not None and "按开具后" not in known["detail"]


def test_a_dose_to_lower_is_told_before_the_drug_is_taken(dm: Client) -> None:
    one = checked(dm, METFORMIN, {**NONE, "labs": found(FINE)}, {"egfr": 50})
    assert one is not None and "减量" in one["summary"] and one["indicator"] == "warning"


def test_a_drug_with_everything_known_and_fine_makes_no_card(dm: Client) -> None:
    for conditions in (found(), found(condition("E11.9"))):
        for code in (METFORMIN, GLIBENCLAMIDE, SITAGLIPTIN):
            assert checked(dm, code, {**NONE, "labs": found(FINE), "conditions": conditions}) is None


def test_what_only_the_site_can_set_is_no_warning(dm: Client) -> None:
    one = checked(dm, DAPAGLIFLOZIN, {**NONE, "labs": found(FINE), "conditions": found(condition("E11.9"))})
    assert one is not None and "可能禁用" in one["summary"] and one["indicator"] == "info"


def test_effects_of_a_drug_that_is_not_yet_taken_are_no_question(htn: Client) -> None:
    assert checked(htn, ATORVASTATIN, NONE) is None
    one = checked(htn, CAPTOPRIL, {**NONE, "labs": found(FINE, lab("2823-3", 4.2, "mmol/L", "l2"))})
    assert one is None or "咳" not in one["summary"] + one["detail"]


def test_the_order_itself_is_no_drug_that_was_taken_before(htn: Client) -> None:
    fine = {**NONE, "labs": found(FINE, lab("2823-3", 4.2, "mmol/L", "l2"))}
    for code in (CAPTOPRIL, "C09CA01", "C08CA01", "C09DX04"):
        one = checked(htn, code, fine)
        assert one is None or "可能" in one["summary"]


def test_a_certain_reason_is_given_alone_where_another_only_may_hold(htn: Client) -> None:
    data = {"patient": PERSON, "labs": found(HIGH), "conditions": found(condition("E11.9"))}
    one = checked(htn, CAPTOPRIL, data)
    assert one is not None and one["indicator"] == "critical"
    assert "265" in one["summary"] and "ARB" not in one["summary"] and "已用ARB" not in one["detail"]


def test_what_is_certain_is_said_beside_a_stricter_limit_that_only_may_hold(dm: Client) -> None:
    one = checked(dm, METFORMIN, {"patient": PERSON, "labs": found(FINE), "meds": found()}, {"egfr": 50})
    assert one is not None and "可能禁用" in one["summary"] and "已可确定:减量" in one["detail"]
    assert one["indicator"] == "warning" and "suggestions" not in one
