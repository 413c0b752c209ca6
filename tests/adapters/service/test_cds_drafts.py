"""CDS Hooks calls about orders: which are checked, by which drug, for whom, and what is told of the others."""

from typing import Any

import pytest

from tests.adapters.service.carded import HIGH, STEPS, Json, about, cards
from tests.adapters.service.hosted import (
    ATC,
    PERSON,
    Client,
    call,
    coded,
    condition,
    drug,
    found,
)


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
