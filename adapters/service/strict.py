"""Routes of the plain JSON interface: what is no JSON is refused at the door, what is said is always JSON."""

import json
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from sangao.adapters.journal.entry import text
from sangao.adapters.service.api_said import Problems
from sangao.adapters.service.faults import Refusal
from sangao.engine.errors import Problem

SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
MOST_KEY: Final = 60
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problems, "description": "不是 JSON,或病历无法读取 · no JSON, or a chart that cannot be read"},
    401: {"model": Problems, "description": "令牌缺少或不被接受 · no token, or one that is not taken"},
    404: {"model": Problems, "description": "没有该规则包、判断或条目 · no such pack, decision or entry"},
    409: {"model": Problems, "description": "设置或规则包的大小不允许 · settings or the size of the pack forbid it"},
    413: {"model": Problems, "description": "请求过大 · too large"},
    415: {"model": Problems, "description": "内容类型不是 JSON · the content type is not JSON"},
    422: {"model": Problems, "description": "字段不合要求 · a field is not as it must be"},
    429: {"model": Problems, "description": "请求过于频繁 · too many requests"},
    503: {"model": Problems, "description": "日志写不进去或暂时不能回答 · the log cannot be written, or no answer now"},
}
"""What a route may refuse with; the body is always `{"problems": […]}`."""


class StrictRoute(APIRoute):
    """A route whose body must be JSON in UTF-8, with no half characters and no numbers that JSON lacks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the check before it."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            if request.method == "POST":
                check(request.headers.get("content-type", ""), await request.body())
            return await handler(request)

        return checked


def check(kind: str, body: bytes) -> None:
    """Refuse a body that is no JSON object (400, 415)."""
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, Problem("service.not_json_type"))
    try:
        found = json.loads(body, parse_constant=_refused, parse_float=_finite, object_pairs_hook=single)
        if SURROGATE.search(body):
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, half a character, brackets without end
        raise Refusal(400, Problem("service.bad_json")) from error
    if not isinstance(found, dict):
        raise Refusal(400, Problem("service.bad_json"))


def said(found: Any, status: int = 200) -> Response:
    """Return a response of JSON that nobody keeps on the way."""
    try:
        body = json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        body = text(found).encode()
    return Response(body, status, {"Cache-Control": "no-store"}, "application/json")


def single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of its pairs; of two values under one key neither is lost in silence. Raises Refusal (400)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Refusal(400, Problem("api.doubled_key", parts={"key": twice[:MOST_KEY]}))
    return found


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    found = float(digits)
    if found in (float("inf"), float("-inf")):
        raise ValueError
    return found
