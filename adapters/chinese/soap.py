"""The thin SOAP door of the service: one string in, one string out.

`service` is `decide` (the result as JSON) or `text` (what a doctor reads, in Chinese); `decide@htn_primary_2025` names
a pack, `text#htn.grade,htn.control` decisions. `parameter` is a chart in any form a reader knows: chart JSON, a shared
document, slots, HL7, FHIR. `urid` and `pwd` are looked up in the table `soap` of the settings, where one stands;
without it the door of the service decides.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from sangao.adapters.chinese import envelope
from sangao.adapters.chinese.envelope import Call
from sangao.adapters.chinese.reading import of_root
from sangao.adapters.hub import hub
from sangao.adapters.service import api, api_answers, faults
from sangao.adapters.service.doors import Caller
from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.house import House
from sangao.adapters.service.page import usual
from sangao.adapters.service.settings import Settings, filled
from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, Span, fail
from sangao.engine.explain import page
from sangao.engine.guide import Pack
from sangao.engine.run.advice import Listed

PATH = "/soap"
SERVICES = ("decide", "text")
KIND = "text/xml; charset=utf-8"
COST = {"n": 2**14, "r": 8, "p": 1}
MOST_KNOWN = 1000


def routes(house: House) -> APIRouter:
    """Return the routes of the door: `POST /soap` for calls, `GET /soap` for its description (WSDL)."""
    router = APIRouter(include_in_schema=False)
    users = users_of(house.settings)

    @router.get(PATH)
    async def described() -> Response:
        return Response(envelope.wsdl(f"{house.settings.base_url}{PATH}"), media_type=KIND)

    @router.post(PATH)
    async def called(request: Request) -> Response:
        version = envelope.SOAP11
        try:
            call = await house.work.run(envelope.read, _body(await request.body(), request))
            version = call.version
            caller = await _caller(call, request, house, users)
            text = await _answered(call, caller, house)
        except (Refusal, SangaoError) as error:
            client = not isinstance(error, Refusal) or error.status < 500
            problem = error.problems[0]
            faults.note(request.scope, [problem])
            headers = {**(error.headers if isinstance(error, Refusal) else {}), "Cache-Control": "no-store"}
            told = envelope.fault(problem.code, problem.text("zh"), client=client, version=version)
            status = 400 if client and version == envelope.SOAP12 else 500  # what each version of SOAP asks for
            return Response(told, status, headers, KIND)
        return Response(envelope.answer(text, version), 200, {"Cache-Control": "no-store"}, KIND)

    return router


async def _answered(call: Call, caller: Caller, house: House) -> str:
    asked, _, wanted = call.service.partition("#")
    name, _, pack = asked.partition("@")
    if name not in SERVICES:
        raise fail("chinese.unknown_service", names="、".join(SERVICES))
    found = api.served_pack(house, caller, pack or None)
    named = [one.strip() for one in wanted.replace("、", ",").split(",") if one.strip()] or None
    chart = await house.work.run(chart_of, call)
    if name == "text":
        result, text = await api.answered(house, written, found, chart, named)
        await api.kept(house, caller, "soap/text", result, advice=named is None)
        return str(text)
    result, told = await api.answered(house, api_answers.decided, found, chart, named, False)
    entry = await api.kept(house, caller, "soap/decide", result, advice=named is None)
    return json.dumps({"entry": entry, **told}, ensure_ascii=False)


def written(pack: Pack, chart: Chart, named: Sequence[str] | None) -> tuple[Result, str]:
    """Return a result and its page: the decisions named, else those answered and the usual ones, with the advice.

    What to ask is worked out for these alone: over all of a large pack it takes longer than any host waits.
    Raises SangaoError for a decision the pack does not have.
    """
    if named is not None:
        answers = {one: pack.decide(one, chart) for one in named}
        result = Result(pack, chart, answers, Listed((), ()), pack.problems(chart))
        return result, page.text(result, "zh")
    whole = pack.decide_all(chart)
    plain = set(usual(pack))
    shown = {one: answer for one, answer in whole.decisions.items() if answer.status != "unknown" or one in plain}
    result = Result(pack, chart, shown, whole.advice, whole.problems)
    open_ones = len(whole.decisions) - len(shown)
    rest = f"\n\n另有 {open_ones} 项判断资料不足，未列出" if open_ones else ""
    return result, page.text(result, "zh") + rest


def chart_of(call: Call) -> Chart:
    """Return the chart a call holds, whichever reader knows its form. Raises SangaoError when none does."""
    if call.document is not None:
        chart = of_root(call.document)
    else:
        chart = hub().hook.read_chart(source=call.parameter, on=None)
    if chart is None:
        raise fail("chinese.unknown_parameter")
    return chart


async def _caller(call: Call, request: Request, house: House, users: "Users") -> Caller:
    by_token = "authorization" in request.headers and bool(house.settings.jwt.issuers)
    if users and not by_token:
        tenant = await house.work.run(users.tenant, call.urid, call.pwd)
        if tenant is None:
            raise Refusal(401, Problem("chinese.not_a_user"))
        return Caller(f"soap:{call.urid}", tenant or None)
    return await house.door(request)


def _body(data: bytes, request: Request) -> bytes | str:
    """Return the body, decoded where the header says how and the XML does not."""
    charset = request.headers.get("content-type", "").lower().partition("charset=")[2].strip(" \"';")
    if charset in ("gbk", "gb2312", "gb18030") and b"encoding" not in data[:120]:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            return data
    return data


@dataclass(frozen=True, slots=True)
class User:
    """Who may call the door: `password` as `hashed` returns it, and the `tenant` they speak for."""

    password: str
    tenant: str = ""


def users_of(settings: Settings) -> "Users":
    """Return the users of the door; raises SangaoError with everything wrong in `[soap]`."""
    table = settings.table("soap")
    problems = [
        Problem("service.unknown_setting", Span(settings.file), {"name": f"soap.{key}"})
        for key in sorted(table.keys() - {"users"})
    ]
    rows = table.get("users", {})
    if not isinstance(rows, Mapping):
        problems.append(Problem("service.wrong_setting", Span(settings.file), {"name": "soap.users"}))
        rows = {}
    known = {str(name): filled(User, row, f"soap.users.{name}", settings.file, problems) for name, row in rows.items()}
    if problems:
        raise SangaoError(problems, usage=True)
    return Users(known)


class Users:
    """Users of the door by name."""

    def __init__(self, known: Mapping[str, User]) -> None:
        self._known = known
        self._key = os.urandom(32)
        self._proved: dict[bytes, str] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def tenant(self, name: str, password: str) -> str | None:
        """Return the tenant of a user (empty for none), None when the password is not theirs."""
        seal = hmac.digest(self._key, f"{len(name)}:{name}{password}".encode("utf-8", "replace"), "sha256")
        if seal in self._proved:
            return self._proved[seal]
        row = self._known.get(name)
        stored = row.password if row else hashed("", salt=b"0" * 16)  # as slow for a name nobody has
        right = matches(password, stored) and row is not None
        if not right or row is None:
            return None
        if len(self._proved) >= MOST_KNOWN:
            self._proved.clear()
        self._proved[seal] = row.tenant
        return self._proved[seal]


def hashed(password: str, salt: bytes | None = None) -> str:
    """Return a password as the settings keep it: `scrypt$SALT$HASH`.

    >>> matches("geheim", hashed("geheim")), matches("Geheim", hashed("geheim")), matches("", "plain")
    (True, False, False)
    """
    salt = os.urandom(16) if salt is None else salt
    made = hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=COST["n"], r=COST["r"], p=COST["p"])
    return f"scrypt${salt.hex()}${made.hex()}"


def matches(password: str, stored: str) -> bool:
    """Return whether a password is the one that was hashed; what is no hash of ours matches nothing."""
    kind, _, rest = stored.partition("$")
    salt, _, _ = rest.partition("$")
    try:
        return kind == "scrypt" and hmac.compare_digest(hashed(password, bytes.fromhex(salt)), stored)
    except ValueError:
        return False
