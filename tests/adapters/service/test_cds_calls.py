"""CDS Hooks calls: empty and half-filled charts first, then what each service says, and on which hook."""

import pytest

from sangao.adapters.service.cds.offered import offer
from tests.adapters.service.carded import (
    CHECK,
    EMPTY,
    HIGH,
    NONE,
    RISK,
    STEPS,
    about,
    cards,
    nothing_empty,
    untreated,
)
from tests.adapters.service.hosted import (
    PERSON,
    Client,
    call,
    condition,
    found,
    pressure,
    problems,
)


# --- nothing, little, broken ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [CHECK, RISK, STEPS])
def test_without_any_data_the_answer_is_412_and_names_the_keys(client: Client, path: str) -> None:
    for prefetch in ({}, None):
        body = call()
        body["prefetch"] = prefetch
        answer = client.post(path, json=body)
        assert answer.status_code == 412 and problems(answer) == ["service.data_required"]
        assert "conditions" in answer.text
    del body["prefetch"]
    assert client.post(path, json=body).status_code == 412


def test_null_everywhere_is_tolerated_and_said_to_be_missing(client: Client) -> None:
    one = about(cards(client, CHECK, call(prefetch=EMPTY)), "未收到诊断列表")
    assert one["indicator"] == "info"
    assert "no problem list was received" in cards(client, CHECK, call(prefetch=EMPTY), "en")[0]["summary"]


def test_without_a_problem_list_nothing_is_called_correct(client: Client) -> None:
    for prefetch in ({"bp": HIGH}, {"bp": HIGH, "conditions": None}, {"patient": PERSON}):
        summaries = [one["summary"] for one in cards(client, CHECK, call(prefetch=prefetch))]
        assert any("未收到诊断列表" in one for one in summaries)
        assert not any("诊断有据" in one for one in summaries)


def test_an_error_in_place_of_data_is_no_empty_list(client: Client) -> None:
    broken = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    for value in (broken, found(broken), found(condition("E11"), broken)):
        summaries = [one["summary"] for one in cards(client, CHECK, call(prefetch={"bp": HIGH, "conditions": value}))]
        assert any("未收到诊断列表" in one for one in summaries)


def test_a_list_of_which_pages_are_lacking_lets_nothing_be_assumed_absent(client: Client) -> None:
    following = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
    for cut in (found(condition("E11"), link=following), {**found(condition("E11")), "total": 2}, condition("E11")):
        said = cards(client, CHECK, call(prefetch={"bp": HIGH, "conditions": cut, "meds": found()}))
        assert any("未收到诊断列表" in one["summary"] for one in said)


def test_nothing_to_say_is_an_empty_list(client: Client) -> None:
    normal = found(pressure("b1", 118, 76, "2026-03-09"))
    assert cards(client, CHECK, call(prefetch={"patient": PERSON, "bp": normal, **NONE})) == []


def test_another_patients_record_is_refused(client: Client) -> None:
    answer = client.post(CHECK, json=call(prefetch={"patient": {**PERSON, "id": "p2"}}))
    assert answer.status_code == 400 and problems(answer) == ["service.bad_request"]
    assert answer.json()["issue"][0]["expression"] == ["context.patientId"]


def test_another_patients_values_are_left_out(client: Client) -> None:
    theirs = found(*(pressure(f"b{day}", 150, 96, f"2026-03-0{day}", "p2") for day in (2, 5, 9)))
    said = cards(client, CHECK, call(prefetch={"patient": PERSON, "bp": theirs, **NONE}))
    assert [one["summary"] for one in said] == ["1 项资料未能使用"]


# --- diagnosis-correctness --------------------------------------------------------------------------------------------
def test_what_the_card_asks_for_is_not_assumed(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "meds": found(), "conditions": found(condition("I10"))}
    one = about(cards(client, CHECK, call(prefetch=data)), "高血压诊断是否有据")
    assert "无法判断,先问:正在服用降压药" in one["summary"]


def test_three_days_at_the_limit_support_a_recorded_diagnosis(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "meds": found(), "conditions": found(condition("I10"))}
    one = about(cards(client, CHECK, untreated(prefetch=data)), "高血压诊断是否有据")
    assert "诊断有据" in one["summary"] and one["indicator"] == "info"
    assert "HTN-QC-01" in one["detail"] and "htn\\_primary\\_2025" in one["detail"]


def test_just_below_the_limit_it_is_not_supported_and_may_be_marked_as_provisional(client: Client) -> None:
    low = found(*(pressure(f"b{day}", 139, 89, f"2026-03-0{day}") for day in (2, 5, 9)))
    recorded = condition("I10")
    data = {"patient": PERSON, "bp": low, "meds": found(), "conditions": found(recorded)}
    one = about(cards(client, CHECK, untreated(prefetch=data)), "高血压诊断是否有据")
    assert "依据不足" in one["summary"] and one["indicator"] == "warning"
    action = one["suggestions"][0]["actions"][0]
    assert action["type"] == "update" and action["resource"]["id"] == recorded["id"]
    assert action["resource"]["verificationStatus"]["coding"][0]["code"] == "provisional"
    assert {**action["resource"], "verificationStatus": recorded["verificationStatus"]} == recorded


def test_a_recorded_diagnosis_without_values_cannot_be_judged_and_says_what_to_ask(client: Client) -> None:
    data = {"patient": PERSON, "bp": None, "meds": None, "conditions": found(condition("I10"))}
    one = about(cards(client, CHECK, call(prefetch=data)), "高血压诊断是否有据")
    assert "无法判断" in one["summary"] and "先问" in one["summary"] and "有据" not in one["summary"][10:]
    assert "bp、labs、meds" in one["detail"]


def test_a_diagnosis_that_is_met_and_not_recorded_may_be_recorded(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, **NONE}
    one = about(cards(client, CHECK, untreated(prefetch=data)), "高血压诊断:")
    assert "确诊高血压" in one["summary"] and one["indicator"] == "warning"
    made = one["suggestions"][0]["actions"][0]["resource"]
    assert made["resourceType"] == "Condition" and made["code"]["coding"][0]["code"] == "I10"
    assert made["verificationStatus"]["coding"][0]["code"] == "provisional"


def test_a_problem_just_entered_is_checked_and_not_changed_again(client: Client) -> None:
    low = found(*(pressure(f"b{day}", 139, 89, f"2026-03-0{day}") for day in (2, 5, 9)))
    entered = {"resourceType": "Bundle", "entry": [{"resource": condition("I10")}]}
    data = {"patient": PERSON, "bp": low, **NONE}
    said = cards(client, CHECK, untreated("problem-list-item-create", data, conditions=entered))
    one = about(said, "高血压诊断是否有据")
    assert "依据不足" in one["summary"] and "suggestions" not in one


def test_a_problem_just_entered_is_not_taken_for_the_whole_list(client: Client) -> None:
    entered = {"resourceType": "Bundle", "entry": [{"resource": condition("E11")}]}
    said = cards(client, CHECK, call("problem-list-item-create", {"bp": HIGH}, conditions=entered))
    assert any("未收到诊断列表" in one["summary"] for one in said)


def test_a_value_that_cannot_be_used_is_told_without_the_value(client: Client) -> None:
    odd = found(pressure("b1", 700.5, 96, "2026-03-09"))
    said = cards(client, CHECK, call(prefetch={"patient": PERSON, "bp": odd, **NONE}))
    one = about(said, "项资料未能使用")
    assert "700.5" not in one["detail"] and "收缩压" in one["detail"]  # no hash of a pack has a point


# --- risk-stratification, next-steps ----------------------------------------------------------------------------------
def test_risk_has_nothing_to_say_where_the_pack_has_no_such_decision(client: Client) -> None:
    said = cards(client, RISK, call(prefetch={"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10"))}))
    assert said == []  # this pack has neither stratum; the national bundle is asked in test_cds_national


def test_next_steps_are_ordered_by_urgency_and_can_be_ordered(client: Client) -> None:
    severe = found(pressure("b1", 186, 112, "2026-03-10"))
    said = cards(client, STEPS, call(prefetch={"patient": PERSON, "bp": severe, **NONE}))
    order = [("critical", "warning", "info").index(one["indicator"]) for one in said]
    assert order == sorted(order)
    made = [way["actions"][0]["resource"] for one in said for way in one.get("suggestions", ())]
    assert made and all(one["resourceType"] == "ServiceRequest" and one["intent"] == "proposal" for one in made)
    assert all(one["subject"] == {"reference": "Patient/p1"} for one in made)


def test_what_must_be_known_before_something_urgent_is_ruled_out_is_asked(client: Client) -> None:
    said = cards(client, STEPS, call(prefetch={"patient": PERSON, "bp": HIGH, **NONE}))
    one = about(said, "还需了解")
    assert "问清即可确定" in one["detail"]


# --- language, discovery ----------------------------------------------------------------------------------------------
def test_chinese_comes_first_and_english_when_asked_for(client: Client) -> None:
    body = call(prefetch={"patient": PERSON, "bp": HIGH, **NONE})
    answer = client.post(CHECK, json=body)
    assert answer.headers["content-language"] == "zh-CN"
    english = client.post(CHECK, json=body, headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.2"})
    assert english.headers["content-language"] == "en"
    assert not any("\u4e00" <= char <= "\u9fff" for char in english.text)


def test_discovery_lists_each_service_under_one_id_for_every_hook(client: Client) -> None:
    listed = client.get("/cds-services").json()["services"]
    assert {(one["id"], one["hook"]) for one in listed} == {
        (one.id, hook) for one in offer().services.values() for hook in one.hooks
    }
    assert len(listed) == 12
    for one in listed:
        nothing_empty(one)
        assert one["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert all(
            template.startswith(("Patient/", f"{template.partition('?')[0]}?patient="))
            for template in one["prefetch"].values()
        )


# --- what was sent in part, or in another's place ---------------------------------------------------------------------
@pytest.mark.parametrize("key", ["labs", "bp", "conditions"])
def test_an_answer_with_fewer_than_it_says_is_told(client: Client, key: str) -> None:
    whole = {**NONE, "patient": PERSON, "bp": HIGH, "labs": found()}
    assert not any("资料未能使用" in one["summary"] for one in cards(client, CHECK, call(prefetch=whole)))
    cut = {**whole, key: {"resourceType": "Bundle", "type": "searchset", "total": 5}}
    one = about(cards(client, CHECK, call(prefetch=cut)), "资料未能使用")
    assert "后续页" in one["detail"]


def test_another_resource_in_the_place_of_a_key_leaves_it_not_received(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "labs": PERSON, "conditions": found(condition("I10")), "meds": found()}
    said = cards(client, CHECK, call(prefetch=data))
    assert said and all("未收到的资料:labs" in one["detail"] for one in said)
