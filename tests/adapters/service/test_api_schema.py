"""Whatever the OpenAPI document allows, and what it does not, is answered as the document says: never a 500.

The document drives schemathesis: few examples and always the same ones in the tier `ci`, many in `long`.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sangao.adapters.service.page import PLACE
from tests.adapters.service.hosted import BASE, Client, hosted

LONG = os.environ.get("SANGAO_TIER") == "long"
POSTS = [f"/api/v1/{one}" for one in ("decide", "explain", "missing", "stratify", "feedback", "page", "replay")]
GETS = ["/api/v1/packs", "/api/v1/packs/{name}", PLACE]
SENT = [(path, "GET", "positive") for path in GETS]  # without a body the document leaves nothing to get wrong
SENT += [(path, "POST", mode) for path in POSTS for mode in ("positive", "negative")]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a service that keeps a log."""
    with hosted(journal_url=str(tmp_path_factory.mktemp("log") / "log.db")) as one:
        yield one


@pytest.fixture(scope="module")
def document(client: Client) -> Any:
    """Return the document as schemathesis reads it; imported here, for it is no light library."""
    import schemathesis

    return schemathesis.openapi.from_dict(client.get("/openapi.json").json())


def test_every_route_is_in_the_document(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    ours = {(path, way.upper()) for path, ways in paths.items() for way in ways if path.startswith(("/api/", PLACE))}
    assert ours == {(path, method) for path, method, _ in SENT}


@pytest.mark.parametrize(("path", "method", "mode"), SENT)
def test_the_document_holds(client: Client, document: Any, path: str, method: str, mode: str) -> None:
    import requests
    from schemathesis import Case, GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    wanted = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.positive_data_acceptance,
        checks.negative_data_rejection,
    ]

    @settings(
        max_examples=300 if LONG else 3,
        derandomize=not LONG,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(document[path][method].as_strategy(generation_mode=GenerationMode(mode)))
    def asked(case: Case) -> None:
        parts = case.as_transport_kwargs(base_url=BASE)
        sent = requests.Request(**{name: parts[name] for name in REQUEST if name in parts}).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        answer = client.send(sent.method or "", sent.url or "", headers=dict(sent.headers), content=body)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=wanted)

    asked()


REQUEST = ("method", "url", "headers", "params", "json", "data", "files")


def test_bytes_that_are_no_request_are_refused(client: Client) -> None:
    kinds = ["application/json", "application/json; charset=gbk", "text/plain", "", "application/x-www-form-urlencoded"]

    @settings(max_examples=2000 if LONG else 30, derandomize=not LONG, deadline=None)
    @given(st.sampled_from(POSTS), st.sampled_from(kinds), st.binary(max_size=60) | st.sampled_from(ODD))
    def sent(path: str, kind: str, body: bytes) -> None:
        answer = client.post(path, content=body, headers={"Content-Type": kind} if kind else {})
        assert answer.status_code in (400, 415, 422), (answer.status_code, answer.text)

    sent()


ODD = [
    b"{",
    b"[" * 100_000,
    b'{"chart": ' * 5_000,
    b'{"chart": {"facts": {"sbp_office": NaN}}}',
    b'{"chart": {"facts": {"sbp_office": 1e999}}}',
    b'{"chart": {"facts": {"a": "\\ud800"}}, "charts": [], "decisions": [], "entries": [], "decision": "\\udfff"}',
    b'{"chart": {"facts": {"sbp_office": ' + b"9" * 6_000 + b"}}}",
    b'{"chart": {}, "pack": "\xff"}',
    b"\xef\xbb\xbf{}",
    b"null",
    b"[]",
    b'"chart"',
]
