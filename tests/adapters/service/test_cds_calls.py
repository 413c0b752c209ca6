"""CDS Hooks calls: empty and half-filled charts first, then what each service says, and on which hook."""

from collections.abc import Iterator
from typing import Any

import pytest

from sangao.adapters.service.cds.offered import offer
from tests.adapters.service.hosted import (
    ATC,
    PERSON,
    Client,
    call,
    coded,
    condition,
    drug,
    found,
    hosted,
    pressure,
    problems,
)

Json = dict[str, Any]
CHECK, RISK, STEPS = (
    "/cds-services/diagnosis-correctness",
    "/cds-services/risk-stratification",
    "/cds-services/next-steps",
)
EMPTY = {"patient": None, "bp": None, "labs": None, "conditions": None, "meds": None}
NONE: Json = {"conditions": found(), "meds": found()}
HIGH = found(*(pressure(f"b{day}", 150, 96, f"2026-03-0{day}") for day in (2, 5, 9)))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted() as one:
        yield one


def cards(client: Client, path: str, body: Json, lang: str = "zh") -> list[Json]:
    answer = client.post(path, json=body, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text
    result: list[Json] = answer.json()["cards"]
    for one in result:
        lawful(one)
    return result


def lawful(card: Json) -> None:
    """Check what the standard asks of every card."""
    assert 0 < len(card["summary"]) < 140 and "\n" not in card["summary"]
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"] and card["source"]["url"].startswith("http")
    assert card["source"]["topic"].keys() == {"system", "code", "display"}
    assert all(one["display"] and one["code"] and one["system"] for one in card["overrideReasons"])
    assert len(card["uuid"]) == 36 and card["detail"]
    assert ("selectionBehavior" in card) == ("suggestions" in card)
    for way in card.get("suggestions", ()):
        assert way["label"] and way["uuid"] and way["actions"]
        for action in way["actions"]:
            assert action["type"] in ("create", "update", "delete") and action["description"]
            assert ("resourceId" in action) == (action["type"] == "delete")
            assert ("resource" in action) == (action["type"] != "delete")
    nothing_empty(card)


def nothing_empty(value: Any) -> None:
    """Check that nothing is null or empty: the standard forbids both."""
    assert value is not None and value != "" and value != [] and value != {}
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            nothing_empty(one)


def untreated(*args: Any, **rest: Any) -> Json:
    """Return a call of a client that answers what the card asked: no drug for the pressure is taken."""
    body = call(*args, **rest)
    body["extension"]["cn.sangao.facts"] = {"on_antihypertensive": False, "symptomatic": False}
    return body


def about(found: list[Json], word: str) -> Json:
    return next(one for one in found if word in one["summary"])


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


def test_a_contraindicated_order_is_critical_and_can_be_removed(client: Client) -> None:
    pregnant = {"patient": {**PERSON, "gender": "female", "birthDate": "1992-03-02"}, "bp": HIGH, "meds": found()}
    pregnant["conditions"] = found(condition("I10"), condition("Z33", "c2"))
    orders = {"resourceType": "Bundle", "entry": [{"resource": drug("C09AA02", "d1", "draft")}]}
    for hook, rest in (("order-select", {"selections": ["MedicationRequest/d1"]}), ("order-sign", {})):
        one = cards(client, STEPS, call(hook, pregnant, draftOrders=orders, **rest))[0]
        assert one["indicator"] == "critical" and "禁用" in one["summary"], one
        action = one["suggestions"][0]["actions"][0]
        assert action["type"] == "delete" and action["resourceId"] == "MedicationRequest/d1"
        assert one["suggestions"][0]["isRecommended"] is True


def test_an_order_that_was_not_selected_is_not_spoken_of(client: Client) -> None:
    pregnant = {"patient": {**PERSON, "gender": "female", "birthDate": "1992-03-02"}, "bp": HIGH, "meds": found()}
    pregnant["conditions"] = found(condition("I10"), condition("Z33", "c2"))
    drafts = [{"resource": drug("C09AA02", "d1", "draft")}, {"resource": drug("A10BA02", "x", "draft")}]
    orders = {"resourceType": "Bundle", "entry": drafts}
    said = cards(client, STEPS, call("order-select", pregnant, draftOrders=orders, selections=["MedicationRequest/x"]))
    assert not any(way["actions"][0]["type"] == "delete" for one in said for way in one.get("suggestions", ()))


def test_no_order_passes_unchecked_because_its_name_is_lost(client: Client) -> None:
    pregnant = {"patient": {**PERSON, "gender": "female", "birthDate": "1992-03-02"}, "bp": HIGH, "meds": found()}
    pregnant["conditions"] = found(condition("I10"), condition("Z33", "c2"))
    nameless = {key: value for key, value in drug("C09AA02", status="draft").items() if key != "id"}
    orders = {"resourceType": "Bundle", "entry": [{"resource": nameless}]}
    one = cards(client, STEPS, call("order-sign", pregnant, draftOrders=orders))[0]
    assert one["indicator"] == "critical" and "suggestions" not in one  # what has no id cannot be removed by it
    named = {"resourceType": "Bundle", "entry": [{"resource": drug("C09AA02", "d1", "draft")}]}
    said = cards(
        client, STEPS, call("order-select", pregnant, draftOrders=named, selections=["MedicationRequest/lost"])
    )
    assert said[0]["indicator"] == "critical"


PREGNANT: Json = {
    "patient": {**PERSON, "gender": "female", "birthDate": "1992-03-02"},
    "bp": HIGH,
    "meds": found(),
    "conditions": found(condition("I10"), condition("Z33", "c2")),
}


ACEI: Json = {"resourceType": "Medication", "code": coded(ATC, "C09AA02")}
HOLDS = {"resourceType": "Medication", "ingredient": [{"itemCodeableConcept": coded(ATC, "C09AA02")}]}


def referring(target: str, **rest: Any) -> Json:
    order = {key: value for key, value in drug("C09AA02", "d1", "draft").items() if key != "medicationCodeableConcept"}
    return order | {"medicationReference": {"reference": target, **rest}}


@pytest.mark.parametrize("medicine", [ACEI, HOLDS])
def test_a_drug_an_order_only_refers_to_is_checked_wherever_it_stands(client: Client, medicine: Json) -> None:
    address = "urn:uuid:22222222-2222-4222-8222-222222222222"
    by_id = {**medicine, "id": "x"}
    beside = {"resourceType": "Bundle", "entry": [{"fullUrl": address, "resource": medicine}]}
    calls = [
        (PREGNANT, {**beside, "entry": [*beside["entry"], {"resource": referring(address)}]}),
        (PREGNANT, found(by_id, referring("Medication/x"))),
        (PREGNANT, found(referring("#x") | {"contained": [by_id]})),
        ({**PREGNANT, "meds": found(by_id)}, found(referring("Medication/x"))),
    ]
    for data, orders in calls:
        one = about(cards(client, STEPS, call("order-sign", data, draftOrders=orders)), "禁用")
        assert one["indicator"] == "critical" and one["suggestions"][0]["actions"][0]["type"] == "delete"


def test_a_drug_that_is_only_shown_is_checked_by_what_is_shown(client: Client) -> None:
    shown = referring("Medication/lost", display="马来酸依那普利片")
    assert about(cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=found(shown))), "禁用")


def test_a_combination_of_which_a_part_is_not_known_is_checked_for_the_other(client: Client) -> None:
    parts = [*HOLDS["ingredient"], {"itemCodeableConcept": {"text": "某某提取物"}}]
    mixed = found({**HOLDS, "id": "x", "ingredient": parts}, referring("Medication/x"))
    assert about(cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=mixed)), "禁用")
    known = {"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10")), "meds": found()}
    other = [{"itemCodeableConcept": coded(ATC, "C08CA01")}, parts[1]]
    open_ = found({**HOLDS, "id": "x", "ingredient": other}, referring("Medication/x"))
    assert about(cards(client, STEPS, call("order-sign", known, draftOrders=open_)), "不在词表中")


def test_a_drug_that_was_entered_in_error_is_not_checked_as_if_it_were_known(client: Client) -> None:
    orders = found({**ACEI, "id": "x", "status": "entered-in-error"}, referring("Medication/x"))
    said = cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=orders))
    assert about(said, "不在词表中") and not any("禁用" in one["summary"] for one in said)


def test_another_draft_counts_beside_an_order_by_the_drug_it_refers_to(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10")), "meds": found()}
    orders = found({**ACEI, "id": "x"}, referring("Medication/x"), drug("C09CA01", "d2", "draft"))
    direct = found(drug("C09AA02", "d1", "draft"), drug("C09CA01", "d2", "draft"))
    told = [
        [one["summary"] for one in cards(client, STEPS, call("order-sign", data, draftOrders=one))]
        for one in (orders, direct)
    ]
    assert told[0] == told[1] and any("避免" in one or "禁用" in one for one in told[0])


def test_a_pregnancy_that_is_over_lifts_no_question(client: Client) -> None:
    past = condition("Z33", "c2", status="resolved") | {"abatementDateTime": "2020-10-01"}
    for listed in ([condition("I10")], [condition("I10"), past]):
        data = {**PREGNANT, "conditions": found(*listed)}
        body = call("order-sign", data, draftOrders=found(drug("C09AA02", "d1", "draft")))
        body["extension"]["cn.sangao.facts"] = {"planning_pregnancy": False, "potassium": 4.2}
        one = about(cards(client, STEPS, body), "可能禁用")
        assert "妊娠" in one["detail"]


@pytest.mark.parametrize("subject", [{"reference": "Patient/p2"}, {"reference": "https://e.example/fhir/Patient/p2"}])
@pytest.mark.parametrize(("hook", "rest"), [("order-sign", {}), ("order-select", {"selections": ["d1"]})])
def test_an_order_for_another_patient_is_not_checked_as_this_ones_and_is_told(
    client: Client, hook: str, rest: Json, subject: Json
) -> None:
    theirs = drug("C09AA02", "d1", "draft") | {"subject": subject}
    said = cards(client, STEPS, call(hook, PREGNANT, draftOrders=found(theirs), **rest))
    one = about(said, "1 项医嘱的对象不是该患者")
    assert one["indicator"] == "warning" and "C09AA02" in one["detail"] and "suggestions" not in one
    assert not any("禁用" in one["summary"] or ("delete" in str(one.get("suggestions"))) for one in said)
    own = drug("C09AA02", "d2", "draft")
    ids = {"selections": ["d1", "d2"]} if rest else {}
    both = cards(client, STEPS, call(hook, PREGNANT, draftOrders=found(theirs, own), **ids))
    assert about(both, "禁用")["suggestions"][0]["actions"][0]["resourceId"] == "MedicationRequest/d2"
    assert about(both, "1 项医嘱的对象不是该患者")


def test_an_order_for_another_patient_does_not_count_beside_this_ones(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10")), "meds": found()}
    theirs = drug("C09AA02", "d1", "draft") | {"subject": {"reference": "Patient/p2"}}
    said = cards(client, STEPS, call("order-sign", data, draftOrders=found(theirs, drug("C09CA01", "d2", "draft"))))
    assert not any("ACEI" in one["summary"] or ":禁用" in one["summary"] for one in said)
    assert about(said, "1 项医嘱的对象不是该患者")


@pytest.mark.parametrize(
    "theirs",
    [
        drug("C09AA02", "d1", "draft") | {"subject": {"reference": "Group/p1"}},
        drug("C09AA02", "d1", "draft")
        | {"subject": {"reference": "#p"}, "contained": [{"resourceType": "Patient", "id": "p", "gender": "male"}]},
        {"resourceType": "ServiceRequest", "id": "s1", "status": "draft", "subject": {"reference": "Patient/p2"}},
        {"resourceType": "VisionPrescription", "id": "v1", "status": "draft", "patient": {"reference": "Patient/p2"}},
    ],
)
def test_whoever_else_an_order_is_for_is_told(client: Client, theirs: Json) -> None:
    said = cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=found(theirs)))
    assert about(said, "1 项医嘱的对象不是该患者") and not any("禁用" in one["summary"] for one in said)


def test_an_order_that_says_of_nobody_whose_it_is_is_checked_and_told(client: Client) -> None:
    nobodys = {key: value for key, value in drug("C09AA02", "d1", "draft").items() if key != "subject"}
    said = cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=found(nobodys)))
    assert about(said, "禁用") and "未写明属于谁" in about(said, "资料未能使用")["detail"]
    medicine = {"resourceType": "Medication", "id": "x", "code": {"text": "氨氯地平"}}
    said = cards(client, STEPS, call("order-sign", PREGNANT, draftOrders=found(medicine)))
    assert not any("未写明属于谁" in one["detail"] or "不是该患者" in one["summary"] for one in said)


def test_drafts_without_ids_are_checked_against_each_other(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10")), "meds": found()}
    both = [{**drug(code, status="draft"), "id": None} for code in ("C09AA02", "C09CA01")]
    orders = {"resourceType": "Bundle", "entry": [{"resource": one} for one in both]}
    said = cards(client, STEPS, call("order-sign", data, draftOrders=orders))
    assert any("避免" in one["summary"] or "禁用" in one["summary"] for one in said)


def test_a_limit_that_only_may_hold_is_said_as_possible_and_nothing_is_removed(client: Client) -> None:
    unknown = {"patient": {**PERSON, "gender": "female", "birthDate": "1992-03-02"}, "bp": HIGH}
    orders = {"resourceType": "Bundle", "entry": [{"resource": drug("C09AA02", "d1", "draft")}]}
    said = cards(client, STEPS, call("order-sign", unknown, draftOrders=orders))
    one = next(one for one in said if "可能" in one["summary"])
    assert one["indicator"] == "warning" and "suggestions" not in one and "问清即可确定" in one["detail"]


def test_two_drafts_are_checked_against_each_other(client: Client) -> None:
    data = {"patient": PERSON, "bp": HIGH, "conditions": found(condition("I10")), "meds": found()}
    drafts = [{"resource": drug("C09AA02", "d1", "draft")}, {"resource": drug("C09CA01", "d2", "draft")}]
    said = cards(client, STEPS, call("order-sign", data, draftOrders={"resourceType": "Bundle", "entry": drafts}))
    assert any("避免" in one["summary"] or "禁用" in one["summary"] for one in said)
    alone = {"resourceType": "Bundle", "entry": drafts[1:]}
    said = cards(client, STEPS, call("order-sign", data, draftOrders=alone))
    assert not any("ACEI" in one["summary"] for one in said)


def test_a_drug_that_is_not_known_is_said_to_be_unchecked(client: Client) -> None:
    odd = drug("C09AA02", "d1", "draft") | {"medicationCodeableConcept": {"text": "仙丹 <b>一号</b>"}}
    orders = {"resourceType": "Bundle", "entry": [{"resource": odd}]}
    said = cards(client, STEPS, call("order-sign", {"patient": PERSON}, draftOrders=orders))
    one = about(said, "仙丹")
    assert "未做用药核对" in one["summary"] and "<b>" not in one["detail"]


def test_orders_beyond_what_is_checked_are_named(client: Client) -> None:
    drafts = [{"resource": drug("C09AA02", f"d{i}", "draft")} for i in range(15)]
    body = call("order-sign", {"patient": PERSON}, draftOrders={"resourceType": "Bundle", "entry": drafts})
    one = about(cards(client, STEPS, body), "另有 3 项医嘱")
    assert "MedicationRequest/d14" in one["detail"]


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
