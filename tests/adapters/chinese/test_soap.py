"""The SOAP door as an old host system uses it: one string in, one string out, a fault for everything else."""

import json
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest

from sangao.adapters.chinese import envelope, soap
from sangao.adapters.chinese.safexml import Node, parse
from sangao.adapters.service.page import usual
from sangao.adapters.service.settings import Settings
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from tests.adapters.service.hosted import Client, hosted, settings_of
from tests.opened import opened

CHART = '{"on": "2026-03-09", "facts": {"sbp_office": "152 mmHg", "dbp_office": 96}}'
DOCUMENT = """<?xml version="1.0" encoding="GBK"?><ClinicalDocument><title>高血压患者随访服务</title>
<effectiveTime value="20260309"/><component><structuredBody><component><section><entry>
<observation><code code="DE04.10.174.00" displayName="收缩压"/><value type="PQ" value="152" unit="mmHg"/></observation>
</entry><entry>
<observation><code code="DE04.10.176.00" displayName="舒张压"/><value type="PQ" value="96" unit="mmHg"/></observation>
</entry></section></component></structuredBody></component></ClinicalDocument>"""


def call(service: str, parameter: str, user: str = "", password: str = "", names: str = envelope.SOAP11) -> str:
    inner = f"<service>{service}</service><urid>{user}</urid><pwd>{password}</pwd><parameter>{parameter}</parameter>"
    body = f'<s:Body><q:invoke xmlns:q="x">{inner}</q:invoke></s:Body>'
    return f'<s:Envelope xmlns:s="{names}"><s:Header/>{body}</s:Envelope>'


def found(body: bytes, *path: str) -> Node:
    node = parse(body).child("Body", *path)
    assert node is not None, body
    return node


def returned(client: Client, body: str | bytes, **headers: str) -> str:
    sent = client.post("/soap", content=body, headers={"content-type": "text/xml; charset=utf-8", **headers})
    assert sent.status_code == 200, sent.text
    return found(sent.content, "invokeResponse", "return").text


def refused(client: Client, body: str | bytes) -> str:
    sent = client.post("/soap", content=body, headers={"content-type": "text/xml"})
    assert sent.status_code == 500 and "Traceback" not in sent.text
    fault = found(sent.content, "Fault")
    assert fault.child("faultstring") is not None
    problem = fault.child("detail", "problem")
    assert problem is not None
    return problem.get("code")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted() as one:
        yield one


@pytest.mark.parametrize("parameter", [escape(CHART), f"<![CDATA[{DOCUMENT}]]>", DOCUMENT.partition("?>")[2]])
def test_a_chart_comes_as_json_as_a_document_in_a_string_or_as_a_document(client: Client, parameter: str) -> None:
    told = json.loads(returned(client, call("decide", parameter)))
    assert told["decisions"]["htn.grade"]["value"] == "grade1"
    assert [one["id"] for one in told["packs"]] == ["htn_primary_2025"]


def test_an_empty_chart_is_not_normal(client: Client) -> None:
    name = client.app.state.house.packs.names()[0]
    told = json.loads(returned(client, call(f"decide@{name}", '{"facts": {}}')))
    assert told["decisions"]["htn.grade"]["status"] == "unknown"


def test_named_decisions_are_all_that_is_told(client: Client) -> None:
    told = json.loads(returned(client, call("decide#htn.grade", escape(CHART))))
    assert list(told["decisions"]) == ["htn.grade"] and told["advice"] is None
    text = returned(client, call("text#htn.grade", escape(CHART)))
    assert "1级" in text and "建议" not in text and "未列出" not in text
    assert refused(client, call("text#htn.nothing", escape(CHART))) == "host.unknown_decision"


def test_a_page_says_how_much_of_a_pack_stays_open(client: Client) -> None:
    text = returned(client, call("text", '{"facts": {}}'))
    assert "未能判断" in text and "项判断资料不足，未列出" in text and "已确定" not in text


def test_a_page_over_the_largest_pack_works_out_what_to_ask_for_the_usual_decisions_alone() -> None:
    bundle = opened("sangao_national")
    chart = Chart.of({"sbp_office": 152, "dbp_office": 96}, on="2026-03-09")
    result, text = soap.written(bundle, chart, None)
    unknown = {one for one, answer in result.decisions.items() if answer.status == "unknown"}
    assert "血压分级(仅供参考，不作治疗依据):1级" in text and unknown <= set(usual(bundle)) <= set(result.decisions)
    assert f"另有 {len(bundle.decide_all(chart).decisions) - len(result.decisions)} 项判断资料不足" in text


def test_a_body_in_gbk_is_read_by_its_header(client: Client) -> None:
    body = call("text", f"<![CDATA[{DOCUMENT}]]>").encode("gbk")
    assert "1级" in returned(client, body, **{"content-type": "text/xml; charset=GBK"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "chinese.not_xml"),
        ("not xml", "chinese.not_xml"),
        ("<a/>", "chinese.not_soap"),
        (call("decide", "").replace("<parameter></parameter>", ""), "chinese.not_soap"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "chinese.xml_forbidden"),
        (call("shutdown", "{}"), "chinese.unknown_service"),
        (call("decide", "hello"), "host.not_json"),
        (call("decide", "<a/>"), "chinese.unknown_parameter"),
        (call("decide@nope", "{}"), "operations.unknown_served"),
        (call("decide", "MSH|^~\\&amp;|"), "hl7.unsupported_type"),
    ],
)
def test_what_cannot_be_answered_is_a_fault_with_its_code(client: Client, body: str, code: str) -> None:
    assert refused(client, body) == code


def test_version_1_2_gets_its_own_fault(client: Client) -> None:
    sent = client.post("/soap", content=call("shutdown", "{}", names=envelope.SOAP12))
    fault = found(sent.content, "Fault")
    code = fault.child("Code", "Value")
    assert (sent.status_code, code and code.text) == (400, "soap:Sender")


def test_the_description_names_the_address_and_the_parameters(client: Client) -> None:
    sent = client.get("/soap?wsdl")
    root = parse(sent.content)
    addresses = [one.get("location") for one in root.walk() if one.tag == "address" and one.get("location")]
    named = {one.get("name") for one in root.walk() if one.tag == "element"}
    assert addresses == ["http://127.0.0.1:8042/soap"] and {*envelope.PARAMETERS, "return"} <= named


def test_users_are_asked_for_their_password(caplog: pytest.LogCaptureFixture) -> None:
    plain = settings_of()
    users = {"his": {"password": soap.hashed("geheim"), "tenant": ""}}
    with hosted(Settings(server=plain.server, tables={**plain.tables, "soap": {"users": users}})) as client:
        assert json.loads(returned(client, call("decide", escape(CHART), "his", "geheim")))
        assert json.loads(returned(client, call("decide", escape(CHART), "his", "geheim")))  # now from memory
        for user, password in (("his", "wrong"), ("his", ""), ("nobody", "geheim"), ("", "")):
            assert refused(client, call("decide", escape(CHART), user, password)) == "chinese.not_a_user"
        sneaking = client.post("/soap", content=call("decide", "{}"), headers={"authorization": "Bearer x"})
        assert "chinese.not_a_user" in sneaking.text
    assert "geheim" not in caplog.text


def test_a_call_never_shows_what_it_carries() -> None:
    shown = repr(envelope.read(call("decide", "secret", "his", "geheim")))
    assert "his" in shown and "geheim" not in shown and "secret" not in shown


def test_an_answer_with_characters_xml_lacks_is_still_xml() -> None:
    assert found(envelope.answer("a\x00\ud800\uffffb<&").encode(), "invokeResponse", "return").text == "ab<&"
    with pytest.raises(SangaoError):
        envelope.read("<s:Envelope><s:Body/></s:Envelope>")
