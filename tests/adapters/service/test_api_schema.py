"""Whatever the OpenAPI document allows, and what it does not, is answered as the document says: never a 500.

The document drives schemathesis: few examples and always the same ones in the tier `ci`, many in `long`.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from sangao.adapters.service.app import create_app
from sangao.adapters.service.page import PLACE
from tests.adapters.service.hosted import BASE, Client, hosted, settings_of

LONG = os.environ.get("SANGAO_TIER") == "long"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    positive_data_acceptance,
    negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(create_app(settings_of()).openapi())
OURS = [
    (path, method.upper())
    for path, methods in SCHEMA.raw_schema["paths"].items()
    for method in methods
    if path.startswith("/api/") or path == PLACE
]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a service that keeps a log."""
    with hosted(journal_url=str(tmp_path_factory.mktemp("log") / "log.db")) as one:
        yield one


def test_every_route_is_in_the_document() -> None:
    assert len(OURS) == 10 and ("/api/v1/decide", "POST") in OURS


def modes(path: str, method: str) -> list[GenerationMode]:
    """Return what can be sent: without a body the document leaves nothing to get wrong."""
    operation: Any = SCHEMA[path][method]
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body else [])]


SENT = [(*one, mode) for one in OURS for mode in modes(*one)]


@pytest.mark.parametrize(("path", "method", "mode"), SENT, ids=lambda one: getattr(one, "value", one))
def test_the_document_holds(client: Client, path: str, method: str, mode: GenerationMode) -> None:
    operation: Any = SCHEMA[path][method]

    @settings(
        max_examples=300 if LONG else 3,
        derandomize=not LONG,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(operation.as_strategy(generation_mode=mode))
    def asked(case: Case) -> None:
        parts = case.as_transport_kwargs(base_url=BASE)
        sent = requests.Request(**{name: parts[name] for name in REQUEST if name in parts}).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        answer = client.send(sent.method or "", sent.url or "", headers=dict(sent.headers), content=body)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    asked()


REQUEST = ("method", "url", "headers", "params", "json", "data", "files")


def test_bytes_that_are_no_request_are_refused(client: Client) -> None:
    paths = [path for path, method in OURS if method == "POST"]
    kinds = ["application/json", "application/json; charset=gbk", "text/plain", "", "application/x-www-form-urlencoded"]

    @settings(max_examples=2000 if LONG else 30, derandomize=not LONG, deadline=None)
    @given(st.sampled_from(paths), st.sampled_from(kinds), st.binary(max_size=60) | st.sampled_from(ODD))
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
