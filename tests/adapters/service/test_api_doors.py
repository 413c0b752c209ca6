"""Who may ask the plain JSON interface: nobody without a token where tokens are asked for, each tenant its own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request

from sangao.adapters.service.app import build, create_app
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.settings import Issuer, Jwt
from tests.adapters.service.hosted import BASE, Client, hosted, problems, settings_of

CHART = {"on": "2026-03-09", "facts": {"sbp_office": 152, "dbp_office": 96}}
ISS = "https://his.example.org/"


class ByHeader:
    """A door that believes what a test says."""

    async def __call__(self, request: Request) -> Caller:
        return Caller("test", request.headers.get("X-Tenant"))

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a service that serves several tenants."""
    house = build(settings_of(journal_url=str(tmp_path_factory.mktemp("log") / "log.db")))
    with hosted(app=create_app(house=replace(house, door=ByHeader()))) as one:
        yield one


def post(client: Client, tenant: str, what: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{what}", json=body, headers={"X-Tenant": tenant})


def test_a_tenant_reads_and_judges_its_own_answers_only(client: Client) -> None:
    entry = post(client, "linqu", "decide", chart=CHART).json()["entry"]
    for tenant, status in (("linqu", 200), ("another", 404), ("", 404)):
        assert post(client, tenant, "replay", entries=[entry]).status_code == status
        assert post(client, tenant, "feedback", entry=entry, outcome="accepted").status_code == status
    answer = post(client, "another", "replay", entries=[entry])
    assert problems(answer) == ["journal.unknown_entry"] and "grade1" not in answer.text


def test_the_link_of_a_tenant_opens_its_own_entry_only(client: Client) -> None:
    mine, theirs = (post(client, one, "page", chart=CHART).json() for one in ("linqu", "another"))
    assert client.get(mine["url"]).status_code == 200 and "tenant=linqu" in mine["url"]
    crossed = mine["url"].replace(mine["entry"], theirs["entry"])
    assert client.get(crossed).status_code == 403


def test_where_tokens_are_asked_for_no_route_answers_without_one() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    public = {**json.loads(jwt.get_algorithm_by_name("ES384").to_jwk(key.public_key())), "kid": "k"}
    rules = Jwt(required=True, issuers=(Issuer(ISS, keys=(public,)),))
    with hosted(replace(settings_of(), jwt=rules)) as client:
        paths = [
            (path, way.upper())
            for path, ways in client.get("/openapi.json").json()["paths"].items()
            for way in ways
            if path.startswith("/api/")
        ]
        assert len(paths) == 9
        for path, method in paths:
            answer = client.send(method, path, json={"chart": CHART} if method == "POST" else None)
            assert answer.status_code == 401 and problems(answer) == ["service.no_token"], path
        now = int(time())
        claims = {"iss": ISS, "aud": f"{BASE}/api/v1/decide", "exp": now + 300, "iat": now, "jti": "1"}
        token = jwt.encode(claims, key, "ES384", headers={"kid": "k", "typ": "JWT"})
        headers = {"Authorization": f"Bearer {token}"}
        other = client.post("/api/v1/explain", json={"chart": CHART, "decision": "htn.grade"}, headers=headers)
        assert other.status_code == 401 and "audience" in other.text, "a token is for the address it names"
        assert client.post("/api/v1/decide", json={"chart": CHART}, headers=headers).status_code == 200
