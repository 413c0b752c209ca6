"""The bodies of CDS Hooks as the interface description shows them; they are checked in `asked` and `feedback`."""

from typing import Any, Final

Json = dict[str, Any]
TEXT: Final[Json] = {"type": "string"}
OBJECT: Final[Json] = {"type": "object"}

CALL: Final[Json] = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": TEXT,
        "hookInstance": {"type": "string", "format": "uuid"},
        "fhirServer": {"type": "string", "format": "uri"},
        "fhirAuthorization": {
            "type": "object",
            "required": ["access_token", "token_type", "expires_in", "scope", "subject"],
            "properties": {
                "access_token": TEXT,
                "token_type": {"const": "Bearer"},
                "expires_in": {"type": "integer"},
                "scope": TEXT,
                "subject": TEXT,
                "patient": TEXT,
            },
        },
        "context": {
            "type": "object",
            "required": ["userId", "patientId"],
            "properties": {"userId": TEXT, "patientId": TEXT, "encounterId": TEXT},
        },
        "prefetch": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        "extension": OBJECT,
    },
}
"""The request of a hook."""

TOLD: Final[Json] = {
    "type": "object",
    "required": ["feedback"],
    "properties": {
        "feedback": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": TEXT,
                    "outcome": {"enum": ["accepted", "overridden"]},
                    "acceptedSuggestions": {"type": "array", "items": OBJECT},
                    "overrideReason": OBJECT,
                    "outcomeTimestamp": {"type": "string", "format": "date-time"},
                },
            },
        }
    },
}
"""What users did with cards."""

OUTCOME: Final[Json] = {"application/fhir+json": {"schema": {**OBJECT, "required": ["resourceType", "issue"]}}}
REFUSALS: Final[dict[int | str, Json]] = {
    status: {"description": said, "content": OUTCOME}
    for status, said in {
        400: "请求不合规范 · not as the standard says",
        401: "没有令牌或令牌未被接受 · no token, or not accepted",
        404: "没有这项服务 · no such service",
        408: "请求太慢 · too slow",
        412: "资料既未预取也不能获取 · neither prefetched nor fetchable",
        413: "请求太大 · too large",
        415: "不是 JSON · not JSON",
        422: "请求不合规范 · not as it must be",
        429: "太频繁 · too often",
        500: "内部错误 · internal error",
        503: "稍后再试 · try again",
    }.items()
}
"""How a request may be refused: an OperationOutcome, in both languages."""


def described_body(schema: Json) -> Json:
    """Return what the interface description says of a body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
