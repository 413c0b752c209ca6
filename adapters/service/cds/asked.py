"""The request of a CDS Hooks client: what the standard asks of it, checked field by field, all problems at once.

Written for 2.0 and tolerant of 3.0: unknown fields are left alone (`hookVersion` among them), `prefetch` may be absent,
null, or hold null. What both require is required here, `hookInstance` as a UUID too.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sangao.adapters.service.cds.offered import Service
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.strict import single
from sangao.engine.chart import LISTS
from sangao.engine.errors import Problem

SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
UUID: Final = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ON: Final = "cn.sangao.on"  # extensions of a request: the day to judge by,
FACTS: Final = "cn.sangao.facts"  # answers to what a card asked, by fact,
COMPLETE: Final = "cn.sangao.complete"  # and the lists that a host knows to be complete
CONTEXT: Final[Mapping[str, Mapping[str, type]]] = {
    "patient-view": {},
    "order-select": {"selections": list, "draftOrders": dict},
    "order-sign": {"draftOrders": dict},
    "problem-list-item-create": {"conditions": dict},
}
"""What each hook has in its context beside `userId` and `patientId`."""
TOKEN: Final[Mapping[str, type]] = {
    "access_token": str,
    "token_type": str,
    "expires_in": int,
    "scope": str,
    "subject": str,
}
RULES: Final = {
    "text": {"zh": "非空文本", "en": "a text that is not empty"},
    "uuid": {"zh": "UUID,如 d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "en": "a UUID"},
    "object": {"zh": "对象", "en": "an object"},
    "array": {"zh": "数组", "en": "an array"},
    "bundle": {"zh": "Bundle", "en": "a Bundle"},
    "number": {"zh": "整数", "en": "a whole number"},
    "address": {"zh": "https:// 开头的地址", "en": "an address that begins with https://"},
    "server": {"zh": "必填,因为给了 fhirAuthorization", "en": "required, because fhirAuthorization is given"},
    "ascii": {"zh": "可打印的 ASCII", "en": "printable ASCII"},
    "bearer": {"zh": "Bearer", "en": "Bearer"},
    "date": {"zh": "日期,如 2026-03-09", "en": "a date such as 2026-03-09"},
    "facts": {"zh": "事实名 → 值 的对象", "en": "an object of facts and their values"},
    "lists": {"zh": f"清单名的数组:{'、'.join(LISTS)}", "en": f"an array of lists: {', '.join(LISTS)}"},
    "patient": {"zh": "与预取的 Patient 为同一人", "en": "the person of the Patient that was prefetched"},
    "resource": {"zh": "一个 FHIR 资源、Bundle 或 null", "en": "one FHIR resource, a Bundle, or null"},
    "feedback": {"zh": "反馈对象的数组", "en": "an array of feedback objects"},
    "outcome": {"zh": "accepted 或 overridden", "en": "accepted or overridden"},
    "accepted": {"zh": "所接受建议的 {id} 数组", "en": "an array of the accepted suggestions by id"},
    "moment": {"zh": "UTC 时间,如 2026-03-09T08:00:00Z", "en": "a moment in UTC such as 2026-03-09T08:00:00Z"},
    "coding": {"zh": "带 code 和 system 的 Coding", "en": "a Coding with code and system"},
}
"""What a field must be, in the words of a refusal."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: which hook, for whom, with what data; `token` opens the FHIR server for this call only."""

    hook: str
    instance: str
    patient: str
    context: Mapping[str, Any]
    prefetch: Mapping[str, Any]
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    on: date | None = None
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()


def parsed(body: bytes) -> dict[str, Any]:
    """Return a body as a JSON object without doubled keys. Raises Refusal (400)."""
    try:
        found = json.loads(body, parse_constant=_refused, object_pairs_hook=single)
        if SURROGATE.search(body):
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError as error:
        raise Refusal(400, Problem("service.too_deep")) from error
    except ValueError as error:  # no JSON, no UTF-8, half a character
        raise Refusal(400, Problem("service.bad_json")) from error
    if not isinstance(found, dict):
        raise Refusal(400, Problem("service.bad_json"))
    return found


def asked(given: Mapping[str, Any], service: Service) -> Asked:
    """Return the call as this service takes it. Raises Refusal (400) with every field that is wrong."""
    wrong: list[tuple[str, str]] = []
    hook = _text(given, "hook", wrong)
    if hook and hook not in service.hooks:
        raise Refusal(400, Problem("service.wrong_hook", parts={"known": "、".join(service.hooks)}))
    instance = _text(given, "hookInstance", wrong)
    if instance and not UUID.fullmatch(instance):
        wrong.append(("hookInstance", "uuid"))
    context = given.get("context")
    if not isinstance(context, Mapping):
        wrong.append(("context", "object"))
        context = {}
    _text(context, "userId", wrong, "context.")
    patient = _text(context, "patientId", wrong, "context.").removeprefix("Patient/")
    for name, kind in CONTEXT.get(hook, {}).items():
        if not isinstance(context.get(name), kind):
            wrong.append((f"context.{name}", "array" if kind is list else "bundle"))
    server, token = _access(given, wrong)
    prefetch = given.get("prefetch")
    if not isinstance(prefetch, Mapping | None):
        wrong.append(("prefetch", "object"))
        prefetch = None
    extension = given.get("extension")
    own = extension if isinstance(extension, Mapping) else {}
    on, facts, complete = _day(own, wrong), _facts(own, wrong), _complete(own, wrong)
    if wrong:
        raise refusal(wrong)
    return Asked(hook, instance, patient, context, prefetch or {}, server, token, on, facts, complete)


def refusal(wrong: Sequence[tuple[str, str]]) -> Refusal:
    """Return the refusal (400) of a request with wrong fields: where, and which of `RULES`."""
    return Refusal(
        400, *(Problem("service.bad_request", parts={"field": at, "rule": RULES[rule]}) for at, rule in wrong)
    )


def _access(given: Mapping[str, Any], wrong: list[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return the FHIR server and the token for it; a token without a server is a mistake of the caller."""
    server, access = given.get("fhirServer"), given.get("fhirAuthorization")
    if server is not None and not (isinstance(server, str) and server.startswith(("https://", "http://"))):
        wrong.append(("fhirServer", "address"))
        server = None
    if access is None:
        return server, None
    if not isinstance(access, Mapping):
        wrong.append(("fhirAuthorization", "object"))
        return server, None
    if given.get("fhirServer") is None:
        wrong.append(("fhirServer", "server"))
    for name, kind in TOKEN.items():
        value = access.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            wrong.append((f"fhirAuthorization.{name}", "number" if kind is int else "text"))
    if isinstance(access.get("token_type"), str) and access["token_type"].lower() != "bearer":
        wrong.append(("fhirAuthorization.token_type", "bearer"))
    token = access.get("access_token")
    usable = isinstance(token, str) and token.isascii() and token.isprintable()
    if isinstance(token, str) and not usable:
        wrong.append(("fhirAuthorization.access_token", "ascii"))
    return server, token if usable else None


def _day(own: Mapping[str, Any], wrong: list[tuple[str, str]]) -> date | None:
    said = own.get(ON)
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError):
        wrong.append((f"extension.{ON}", "date"))
        return None


def _facts(own: Mapping[str, Any], wrong: list[tuple[str, str]]) -> Mapping[str, str | int | float | bool]:
    said = own.get(FACTS, {})
    if not isinstance(said, Mapping) or not all(isinstance(one, str | int | float | bool) for one in said.values()):
        wrong.append((f"extension.{FACTS}", "facts"))
        return {}
    return said


def _complete(own: Mapping[str, Any], wrong: list[tuple[str, str]]) -> frozenset[str]:
    said = own.get(COMPLETE, [])
    if not isinstance(said, list) or not all(one in LISTS for one in said):
        wrong.append((f"extension.{COMPLETE}", "lists"))
        return frozenset()
    return frozenset(said)


def _text(given: Mapping[str, Any], name: str, wrong: list[tuple[str, str]], place: str = "") -> str:
    value = given.get(name)
    if isinstance(value, str) and 0 < len(value.strip()) <= 512:
        return value.strip()
    wrong.append((f"{place}{name}", "text"))
    return ""


def _refused(constant: str) -> Any:
    raise ValueError(constant)
