"""How the service says no: a status and problems in Chinese and English, never a stack and never a patient's value.

Under `/cds-services` the body is a FHIR `OperationOutcome` (as CDS Hooks asks for), elsewhere `{"problems": […]}`.
"""

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sangao.adapters.service.fields import rule
from sangao.engine.errors import Problem, SangaoError

HOOKS = "/cds-services"
SYSTEM = "https://sangao.invalid/problems"  # a name, not an address: codes of docs/problems.md
KINDS = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    409: "conflict",
    412: "required",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
}
"""What FHIR calls a status (`issue-type`); `exception` otherwise."""
NOT_NOW = frozenset({"operations.pack_unavailable", "operations.pack_withdrawn"})
RETRY = {"Retry-After": "5"}


class Refusal(Exception):
    """A request that is not answered: raised anywhere below a router, told by the handlers here."""

    def __init__(self, status: int, *problems: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, *(one.code for one in problems))
        self.status, self.problems, self.headers = status, problems, dict(headers or {})


def note(scope: MutableMapping[str, Any], problems: Sequence[Problem]) -> None:
    """Leave word in a request that these were told, so that the gate counts them whoever said no."""
    scope.setdefault("state", {}).setdefault("refused", []).extend(one.code for one in problems)


def response(path: str, refusal: Refusal) -> Response:
    """Return the response to a refused request to `path`."""
    told = outcome(refusal.status, refusal.problems) if path.startswith(HOOKS) else plain(refusal.problems)
    kind = "application/fhir+json" if path.startswith(HOOKS) else "application/json"
    body = json.dumps(told, ensure_ascii=False).encode()
    return Response(body, refusal.status, {**refusal.headers, "Cache-Control": "no-store"}, kind)


def plain(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return problems as the plain JSON interface tells them; what was given is left out."""
    return {"problems": [{**one.to_dict(), "given": None} for one in problems]}


def outcome(status: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return problems as a FHIR `OperationOutcome`: the text in both languages, the remedy as diagnostics."""
    issues = []
    for one in problems:
        issue: dict[str, Any] = {
            "severity": "error",
            "code": KINDS.get(status, "exception"),
            "details": {
                "coding": [{"system": SYSTEM, "code": one.code, "display": one.text("en")}],
                "text": f"{one.text('zh')} · {one.text('en')}",
            },
            "diagnostics": f"{one.help('zh')} · {one.help('en')}",
        }
        if "field" in one.parts:
            issue["expression"] = [one.parts["field"]]
        issues.append(issue)
    return {"resourceType": "OperationOutcome", "issue": issues}


def install(app: FastAPI) -> None:
    """Give an application the handlers of everything that may be raised on purpose."""

    def told(request: Request, refusal: Refusal) -> Response:
        note(request.scope, refusal.problems)
        return response(request.url.path, refusal)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return told(request, error)

    async def asked_wrongly(request: Request, error: Exception) -> Response:
        assert isinstance(error, SangaoError)
        if error.problems[0].code in NOT_NOW:
            return told(request, Refusal(503, *error.problems, headers=RETRY))
        return told(request, Refusal(400, *error.problems))

    async def not_routed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "service.not_found", 405: "service.wrong_method"}.get(error.status_code, "service.bad_json")
        return told(request, Refusal(error.status_code, Problem(code), headers=error.headers))

    async def not_valid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = {".".join(str(part) for part in one["loc"][1:]) or "—": rule(one) for one in error.errors()}
        found = [Problem("service.bad_field", parts={"field": name, "rule": said}) for name, said in fields.items()]
        return told(request, Refusal(422, *found[:20]))

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(SangaoError, asked_wrongly)
    app.add_exception_handler(HTTPException, not_routed)
    app.add_exception_handler(RequestValidationError, not_valid)
