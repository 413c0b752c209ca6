"""Fetching: where it must not go first, then that it fills what was not sent. No network: answers are made here."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sangao.adapters.service.cds.asked import Asked
from sangao.adapters.service.cds.fetching import Fetcher
from sangao.adapters.service.cds.offered import offer
from sangao.adapters.service.cds.sources import Gathered, gathered
from sangao.adapters.service.settings import Fetch
from tests.adapters.service.hosted import PERSON, SMALL, condition, found, hosted, problems

SERVER = "https://ehr.example.org/fhir"
SERVICE = offer().services["diagnosis-correctness"]
PUBLIC = "93.184.215.14"
Json = dict[str, Any]


def calling(server: str | None = SERVER, whom: str = "p1", **prefetch: Any) -> Asked:
    return Asked("patient-view", "i", whom, {"patientId": whom}, prefetch, server, "secret-token")


def fetched(
    asked: Asked,
    answer: Callable[[httpx.Request], httpx.Response],
    monkeypatch: pytest.MonkeyPatch,
    address: str | list[str] = PUBLIC,
    **settings: Any,
) -> tuple[Gathered, list[httpx.Request]]:
    """Return what was gathered after fetching, and the requests that went out."""
    went: list[httpx.Request] = []

    def served(request: httpx.Request) -> httpx.Response:
        went.append(request)
        return answer(request)

    async def looked_up(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        many = [address] if isinstance(address, str) else address
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in many]

    async def run() -> Gathered:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(type(loop), "getaddrinfo", looked_up)
        client = httpx.AsyncClient(transport=httpx.MockTransport(served))
        fetcher = Fetcher(Fetch(**{"servers": (SERVER,), **settings}), client)
        whole = gathered(asked, SERVICE)
        await fetcher.complete(asked, SERVICE, whole)
        await fetcher.close()
        return whole

    return asyncio.run(run()), went


def empty(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=found())


def never(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"a request went out to {request.url}")


# --- where it must not go ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "server",
    [
        None,
        "https://evil.example.org/fhir",
        "https://ehr.example.org",
        "https://ehr.example.org/fhir/../admin",
        "https://ehr.example.org/fhir2",
        "https://ehr.example.org:8443/fhir",
        "https://ehr.example.org@evil.example.org/fhir",
        "https://user:word@ehr.example.org/fhir",
        "http://ehr.example.org/fhir",
        "https://ehr.example.org/fhir?x=1",
        "https://ehr.example.org/fhir#x",
        "https://ehr.example.org:abc/fhir",
        "https://[::1",
        "https://169.254.169.254/latest",
    ],
)
def test_only_servers_on_the_list_are_asked(server: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, went = fetched(calling(server), never, monkeypatch)
    assert went == [] and whole.nothing


def test_nothing_is_fetched_unless_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, went = fetched(calling(), never, monkeypatch, servers=())
    assert went == [] and whole.nothing


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.5",
        "fe80::1",
        "fc00::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        [PUBLIC, "127.0.0.1"],
    ],
)
def test_a_name_that_leads_into_the_house_is_not_called(
    address: str | list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, went = fetched(calling(), never, monkeypatch, address)
    assert went == [] and whole.nothing


def test_a_private_network_is_called_only_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: Json = {"servers": ("http://his.local:8080/fhir",), "private_networks": ("10.1.0.0/16",)}
    asked = calling("http://his.local:8080/fhir")
    whole, went = fetched(asked, empty, monkeypatch, "10.1.2.3", **inside)
    assert len(went) == len(SERVICE.prefetch) and not whole.nothing
    whole, went = fetched(asked, never, monkeypatch, "10.2.2.3", **inside)
    assert went == [] and whole.nothing
    whole, went = fetched(asked, never, monkeypatch, PUBLIC, **inside)  # without https nothing leaves the house
    assert went == []


def test_the_call_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    _, went = fetched(calling(), empty, monkeypatch)
    for request in went:
        assert request.url.host == PUBLIC and request.headers["host"] == "ehr.example.org"
        assert request.extensions["sni_hostname"] == "ehr.example.org"
        assert request.headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("patient", ["../../admin", "p1?x=1", "p1/../p2", "a b", "é", "x" * 65])
def test_an_id_that_could_change_the_address_is_not_sent(patient: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, went = fetched(calling(whom=patient), never, monkeypatch)
    assert went == [] and whole.nothing


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = httpx.Response(302, headers={"Location": "https://evil.example.org/"})
    whole, went = fetched(calling(), lambda _: there, monkeypatch)
    assert whole.nothing and {one.url.host for one in went} == {PUBLIC}


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example.org/fhir?page=2",
        "http://169.254.169.254/",
        "//evil.example.org/x",
        "/admin",
        "../admin",
        "https://ehr.example.org/fhir/%2e%2e/admin",
        "https://ehr.example.org/fhir/.%2E/admin",
        "",
    ],
)
def test_a_next_page_elsewhere_is_not_fetched_and_the_list_is_not_whole(
    following: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = found(condition("I10"), link=[{"relation": "next", "url": following}])
    whole, went = fetched(calling(conditions=cut), empty, monkeypatch)
    assert "Condition" not in whole.delivered
    assert {one.headers["host"] for one in went} <= {"ehr.example.org"}
    assert all(str(one.url).startswith(f"https://{PUBLIC}/fhir/") for one in went)
    assert not any("admin" in str(one.url) for one in went)


@pytest.mark.parametrize(
    "page",
    [
        {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]},
        {"resourceType": "Bundle", "type": "searchset", "entry": {"resource": condition("E11", "c2")}},
        PERSON,
    ],
)
def test_a_further_page_that_is_none_does_not_make_the_first_the_whole(
    page: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=page) if "page=2" in str(request.url) else served(request)

    whole, _ = fetched(calling(), broken, monkeypatch)
    assert "MedicationRequest" in whole.delivered and "Condition" not in whole.delivered


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(500, json={"resourceType": "Bundle"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json={"id": "1"}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b" " * 10_000_000),
        httpx.Response(200, content=b'{"resourceType": "Bundle", "type": "searchset", "entry": [], "entry": []}'),
        httpx.Response(200, content=b'{"resourceType": "Bundle", "total": NaN}'),
        httpx.Response(200, content=b'{"resourceType": "Bundle", "id": "\\ud800"}'),
    ],
)
def test_what_is_no_answer_leaves_the_data_lacking(answer: httpx.Response, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = fetched(calling(), lambda _: answer, monkeypatch)
    assert whole.nothing


def test_of_two_values_under_one_key_of_a_fetched_page_neither_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = json.dumps(found(condition("E11", "c2"))).replace('"code": "E11"', '"code": "E11", "code": "Z00"').encode()
    assert json.loads(twice)["entry"][0]["resource"]["code"]["coding"][0]["code"] == "Z00", "the last one would win"

    def doubled(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=twice) if "page=2" in str(request.url) else served(request)

    whole, _ = fetched(calling(), doubled, monkeypatch)
    assert "conditions" in whole.lacking and "Condition" not in whole.delivered and "meds" not in whole.lacking


def test_a_server_that_is_too_slow_leaves_the_data_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    whole, _ = fetched(calling(), slow, monkeypatch)
    assert whole.nothing


# --- what it brings ---------------------------------------------------------------------------------------------------
def served(request: httpx.Request) -> httpx.Response:
    path = request.url.path.removeprefix("/fhir/")
    if path == "Patient/p1":
        return httpx.Response(200, json=PERSON)
    if path == "Condition" and "page" not in str(request.url):
        more = [{"relation": "next", "url": f"{SERVER}/Condition?page=2"}]
        return httpx.Response(200, json=found(condition("I10"), link=more))
    if path == "Condition":
        return httpx.Response(200, json=found(condition("E11", "c2")))
    return empty(request)


def test_what_was_not_sent_is_fetched_with_all_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, went = fetched(calling(bp=found()), served, monkeypatch)
    assert whole.lacking == [] and whole.delivered == {"Condition", "MedicationRequest"}
    names = [one["resource"]["id"] for bundle in whole.resources for one in bundle.get("entry", ())]
    assert names == ["c1", "c2"]
    assert {one.url.params.get("patient") for one in went} == {None, "p1"}
    assert not any("8480-6" in str(one.url) for one in went)  # bp was sent


def test_null_means_that_there_is_nothing_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = dict.fromkeys(SERVICE.prefetch)
    whole, went = fetched(calling(**nothing), never, monkeypatch)
    assert went == [] and whole.lacking == list(SERVICE.prefetch) and not whole.nothing


def test_pages_of_a_server_that_counts_them_at_its_base_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(condition("I10"), link=[{"relation": "next", "url": f"{SERVER}?_getpages=7"}])
    whole, went = fetched(calling(conditions=first), empty, monkeypatch)
    assert "Condition" in whole.delivered and any("_getpages" in str(one.url) for one in went)


def test_without_end_pages_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    more = found(link=[{"relation": "next", "url": f"{SERVER}/Condition?page=2"}])
    whole, went = fetched(calling(conditions=more), lambda _: httpx.Response(200, json=more), monkeypatch, pages=3)
    assert len(went) < 30 and "Condition" not in whole.delivered


def test_a_call_that_can_fetch_nothing_is_412() -> None:
    with hosted(packs_default=SMALL) as client:
        body = {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/a", "patientId": "p1"},
            "fhirServer": "http://127.0.0.1:1/fhir",
        }
        answer = client.post("/cds-services/next-steps", json=body)
        assert answer.status_code == 412 and problems(answer) == ["service.data_required"]
