"""What clients and networks do wrong: the right status, a body that says it in both languages, never a stack."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sangao.adapters.service.app import create_app
from sangao.adapters.service.cds import answering
from tests.adapters.service.hosted import PERSON, SMALL, Client, call, hosted, problems, settings_of

PATH = "/cds-services/diagnosis-correctness"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted(packs_default=SMALL, limits_body_bytes="20000", cors_origins="https://ehr.example.org") as one:
        yield one


def body(**changes: Any) -> Json:
    made = {**call(prefetch={"patient": PERSON}), **changes}
    return {key: value for key, value in made.items() if value is not ...}


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"hook": NaN}',
        b'{"hook": Infinity}',
        b'{"hook": "\\ud800"}',
        b'{"hook": 1' + b"0" * 5000 + b"}",
    ],
)
def test_what_is_no_json_object_is_400(client: Client, sent: bytes) -> None:
    answer = client.post(PATH, content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and problems(answer) == ["service.bad_json"]


def test_brackets_without_end_are_400(client: Client) -> None:
    answer = client.post(PATH, content=b"[" * 19_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and problems(answer) in (["service.too_deep"], ["service.bad_json"])


def test_of_two_values_under_one_key_neither_is_lost_in_silence(client: Client) -> None:
    twice = json.dumps(body()).replace('"gender":', '"gender": "female", "gender":').encode()
    answer = client.post(PATH, content=twice, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and problems(answer) == ["api.doubled_key"]


def test_another_content_type_is_415(client: Client) -> None:
    answer = client.post(PATH, content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415 and problems(answer) == ["service.not_json_type"]


def test_an_unknown_service_is_404_and_names_those_there_are(client: Client) -> None:
    for path in ("/cds-services/nothing", "/cds-services/nothing/feedback"):
        answer = client.post(path, json=body())
        assert answer.status_code == 404 and problems(answer) == ["service.unknown_service"]
        assert "next-steps" in answer.text


def test_another_method_and_another_path(client: Client) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 405 and problems(answer) == ["service.wrong_method"]
    assert "POST" in answer.headers["allow"]
    answer = client.get("/nothing/p1-secret")
    assert answer.status_code == 404 and problems(answer) == ["service.not_found"] and "secret" not in answer.text


def test_a_hook_that_the_service_does_not_take_is_400(client: Client) -> None:
    answer = client.post(PATH, json=body(hook="encounter-start"))
    assert answer.status_code == 400 and problems(answer) == ["service.wrong_hook"] and "patient-view" in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hook": ...}, "hook"),
        ({"hookInstance": ...}, "hookInstance"),
        ({"hookInstance": 7}, "hookInstance"),
        ({"hookInstance": "  "}, "hookInstance"),
        ({"hookInstance": "1"}, "hookInstance"),
        ({"hookInstance": "d1577c69dfbe44adba6d3e05e953b2ea"}, "hookInstance"),
        ({"hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2eg"}, "hookInstance"),
        ({"hookInstance": "{d1577c69-dfbe-44ad-ba6d-3e05e953b2ea}"}, "hookInstance"),
        ({"context": ...}, "context"),
        ({"context": []}, "context"),
        ({"context": {"userId": "Practitioner/a"}}, "context.patientId"),
        ({"context": {"patientId": "p1"}}, "context.userId"),
        ({"prefetch": []}, "prefetch"),
        ({"prefetch": {"patient": "p1"}}, "prefetch.patient"),
        ({"prefetch": {"bp": [PERSON]}}, "prefetch.bp"),
        ({"prefetch": {"bp": {"id": "1"}}}, "prefetch.bp"),
        ({"fhirServer": "ftp://example.org"}, "fhirServer"),
        ({"fhirServer": 7}, "fhirServer"),
        ({"fhirAuthorization": {}}, "fhirServer"),
        ({"extension": {"cn.sangao.on": "tomorrow"}}, "extension.cn.sangao.on"),
        ({"extension": {"cn.sangao.on": 7}}, "extension.cn.sangao.on"),
        ({"extension": {"cn.sangao.facts": {"sbp_office": [1]}}}, "extension.cn.sangao.facts"),
        ({"extension": {"cn.sangao.complete": ["all"]}}, "extension.cn.sangao.complete"),
        ({"extension": {"cn.sangao.complete": [["conditions"]]}}, "extension.cn.sangao.complete"),
        ({"hook": "order-select"}, "context.selections"),
        ({"hook": "order-sign"}, "context.draftOrders"),
        ({"hook": "problem-list-item-create"}, "context.conditions"),
    ],
)
def test_a_field_that_is_not_as_the_standard_says_is_named(client: Client, changes: Json, field: str) -> None:
    answer = client.post(PATH, json=body(**changes))
    assert answer.status_code == 400 and set(problems(answer)) == {"service.bad_request"}
    assert field in [one["expression"][0] for one in answer.json()["issue"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"hookInstance": "D1577C69-DFBE-44AD-BA6D-3E05E953B2EA"},
        {"hookInstance": "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"},
        {"hookInstance": "018f2c3a-7b1e-7c3d-9a4b-0123456789ab"},
        {"hookVersion": "3.0.0"},
        {"hookVersion": "3.0.0", "version": "3.0.0", "fhirVersion": "4.0.1", "extension": {"com.example": {"a": 1}}},
    ],
)
def test_what_3_0_adds_and_any_uuid_is_taken(client: Client, changes: Json) -> None:
    assert client.post(PATH, json=body(**changes)).status_code == 200


def test_all_wrong_fields_are_named_at_once(client: Client) -> None:
    answer = client.post(PATH, json={"fhirAuthorization": {"access_token": "a\nb", "token_type": "mac"}})
    named = [one["expression"][0] for one in answer.json()["issue"]]
    assert {"hook", "hookInstance", "context", "fhirServer", "fhirAuthorization.access_token"} <= set(named)
    assert "fhirAuthorization.expires_in" in named and "fhirAuthorization.token_type" in named


def test_resources_of_any_shape_never_fail(client: Client) -> None:
    odd: list[Any] = [
        {"resourceType": "Observation", "code": 7, "component": "x", "subject": [], "valueQuantity": {"value": "NaN"}},
        {"resourceType": "Bundle", "entry": {"a": 1}},
        {"resourceType": "Bundle", "entry": [None, 7, {"resource": None}, {"resource": {"resourceType": "Patient"}}]},
        {"resourceType": "Condition", "code": {"coding": [None, {"code": {}}]}, "clinicalStatus": "active"},
        {"resourceType": "Bundle", "link": [7, {"relation": "next"}], "total": "many"},
    ]
    for one in odd:
        for key in ("patient", "bp", "conditions", "meds"):
            for service in ("diagnosis-correctness", "risk-stratification", "next-steps"):
                answer = client.post(f"/cds-services/{service}", json=body(prefetch={key: one}))
                assert answer.status_code == 200, (key, one, answer.text)


def test_orders_of_any_shape_never_fail(client: Client) -> None:
    odd: list[Any] = [
        {},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "id": "a"}}, None, 7]},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "id": {"b": 1}}}]},
    ]
    for one in odd:
        context = {"userId": "Practitioner/a", "patientId": "p1", "draftOrders": one, "selections": ["a", 7, {}]}
        answer = client.post("/cds-services/next-steps", json=body(hook="order-select", context=context))
        assert answer.status_code == 200, answer.text


def test_a_body_that_is_too_large_is_413_however_it_is_sent(client: Client) -> None:
    large = json.dumps(body(prefetch={"patient": {**PERSON, "text": "x" * 30_000}})).encode()

    async def parts() -> Any:
        yield large[:10_000]
        yield large[10_000:]

    for sent in (large, parts()):
        answer = client.post(PATH, content=sent, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413 and problems(answer) == ["service.too_large"]
    answer = client.post(PATH, content=b"{}", headers={"Content-Length": "many", "Content-Type": "application/json"})
    assert answer.status_code == 413


def test_who_sends_too_slowly_is_told_so() -> None:
    with hosted(packs_default=SMALL, limits_body_seconds="0.2") as one:

        async def parts() -> Any:
            yield b"{"
            await asyncio.sleep(5)

        answer = one.post(PATH, content=parts(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 408 and problems(answer) == ["service.too_slow"]
        assert answer.headers["connection"] == "close"


def test_an_answer_that_takes_too_long_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    with hosted(packs_default=SMALL, limits_answer_seconds="0.05") as one:
        monkeypatch.setattr(answering, "answered", lambda *_: time.sleep(0.3))
        answer = one.post(PATH, json=body())
        assert answer.status_code == 503 and problems(answer) == ["service.answer_late"]
        assert answer.headers["retry-after"]


def test_before_packs_are_loaded_calls_are_503_and_the_service_lives(tmp_path: Any) -> None:
    with hosted(packs_default=str(tmp_path / "nothing.sangao"), wait=False) as one:
        assert one.get("/health").json() == {"status": "ok"}
        ready = one.get("/ready")
        assert ready.status_code == 503 and ready.json()["status"] == "not ready"
        answer = one.post(PATH, json=body())
        assert answer.status_code == 503 and problems(answer) == ["service.starting"]
        assert one.get("/cds-services").status_code == 200


def test_a_mistake_of_ours_is_500_with_a_number_and_nothing_else(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("张三 152 mmHg")

    with hosted(packs_default=SMALL) as one, caplog.at_level("INFO", logger="sangao.service"):
        monkeypatch.setattr(answering, "answered", fails)
        answer = one.post(PATH, json=body())
        assert answer.status_code == 500 and problems(answer) == ["service.internal"]
        assert answer.headers["x-request-id"] in answer.text
        assert "ZeroDivisionError" not in answer.text and "张三" not in answer.text
        failed = next(record for record in caplog.records if record.getMessage() == "failed")
        assert failed.fields["error"] == "ZeroDivisionError" and "张三" not in str(failed.fields)  # type: ignore[attr-defined]


def test_the_log_and_the_metrics_hold_nothing_of_a_patient(caplog: pytest.LogCaptureFixture) -> None:
    with hosted(packs_default=SMALL) as one, caplog.at_level("DEBUG", logger="sangao.service"):
        secret = {**PERSON, "name": [{"text": "张三"}], "birthDate": "1961-03-02"}
        assert one.post(PATH, json=body(prefetch={"patient": secret})).status_code == 200
        one.get("/cds-services/张三")
        said = " ".join(str(getattr(record, "fields", "")) + record.getMessage() for record in caplog.records)
        told = one.get("/metrics").text
        for text in (said, told):
            assert "张三" not in text and "1961" not in text and "p1" not in text
        assert 'sangao_requests_total{method="POST",route="/cds-services/{service_id}",status="200"} 1.0' in told
        assert "sangao_answers_total" in told and "sangao_ready 1.0" in told


def test_browsers_may_call_from_the_pages_that_are_named_and_no_others(client: Client) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = client.send("OPTIONS", PATH, headers={"Origin": "https://ehr.example.org", **asks})
    assert allowed.status_code == 200 and allowed.headers["access-control-allow-origin"] == "https://ehr.example.org"
    refused = client.send("OPTIONS", PATH, headers={"Origin": "https://evil.example.org", **asks})
    assert "access-control-allow-origin" not in refused.headers
    plain = client.post(PATH, json=body(), headers={"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in plain.headers
    too_large = client.post(PATH, content=b"x" * 30_000, headers={"Origin": "https://ehr.example.org"})
    assert too_large.status_code == 413 and too_large.headers["access-control-allow-origin"]


def test_a_log_that_cannot_be_written_withholds_the_answer() -> None:
    import dataclasses

    from sangao.adapters.service.app import build
    from sangao.adapters.service.faults import Refusal
    from sangao.adapters.service.ledger import NoLedger
    from sangao.engine.errors import Problem

    class Full(NoLedger):
        async def record(self, entry: Any) -> None:
            raise Refusal(503, Problem("journal.busy"), headers={"Retry-After": "5"})

    house = dataclasses.replace(build(settings_of(packs_default=SMALL)), journal=Full())
    with hosted(app=create_app(house=house)) as one:
        answer = one.post(PATH, json=body())
        assert answer.status_code == 503 and problems(answer) == ["journal.busy"] and "cards" not in answer.json()


def test_while_one_call_is_worked_out_others_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    with hosted(packs_default=SMALL) as one:
        monkeypatch.setattr(answering, "answered", lambda *_: time.sleep(0.5))

        async def both() -> list[str]:
            order: list[str] = []
            transport = httpx.ASGITransport(one.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:

                async def slow() -> None:
                    await client.post(PATH, json=body())
                    order.append("call")

                async def quick() -> None:
                    await asyncio.sleep(0.1)
                    assert (await client.get("/health")).status_code == 200
                    order.append("health")

                await asyncio.gather(slow(), quick())
            return order

        assert one.portal.call(both) == ["health", "call"]


def test_a_refusal_is_counted_whoever_says_no() -> None:
    with hosted() as one:
        assert one.get("/nowhere").status_code == 404
        assert one.post("/api/v1/decide", json={"chart": 1}).status_code == 422
        assert one.post("/api/v1/decide", json={"pack": "none", "chart": {}}).status_code >= 400
        assert one.post("/cds-services/none", json={}).status_code == 404
        assert one.post("/soap", content=b"<no/>", headers={"Content-Type": "text/xml"}).status_code >= 400
        assert one.post("/api/v1/decide", content=b"x" * 5_000_000).status_code == 413
        told = one.get("/metrics").text
    counted = dict(re.findall(r'^sangao_refusals_total\{code="([^"]+)"\} ([0-9.]+)$', told, re.MULTILINE))
    assert counted["service.too_large"] == "1.0" and counted["service.not_found"] and counted["service.bad_field"]
    assert sum(map(float, counted.values())) >= 6
