"""A SOAP envelope with one call, `invoke(service, urid, pwd, parameter) → string`, as host systems here make it.

Version 1.1 and 1.2 are taken, whatever the name spaces say. Parameters are found by name, or as `arg0` to `arg3`.
"""

import re
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from sangao.adapters.chinese.safexml import Node, parse
from sangao.engine.errors import fail

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
OURS = "urn:sangao:cds:1"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PARAMETERS = ("service", "urid", "pwd", "parameter")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who asks which service what. `document` is the parameter where it stood as XML and not as a string."""

    service: str
    urid: str
    pwd: str = field(repr=False)
    parameter: str = field(repr=False)
    document: Node | None = field(default=None, repr=False)
    version: str = SOAP11


def read(body: bytes | str) -> Call:
    """Return the call of an envelope. Raises SangaoError for what is none.

    >>> call = "<invoke><service>decide</service><parameter>{}</parameter></invoke>"
    >>> found = read(f"<s:Envelope><s:Body>{call}</s:Body></s:Envelope>")
    >>> found.service, found.parameter
    ('decide', '{}')
    """
    root = parse(body)
    inside = root.child("Body") if root.tag == "Envelope" else None
    call = next(iter(inside.children), None) if inside is not None else None
    if call is None:
        raise fail("chinese.not_soap", usage=True)
    found = {}
    for i, name in enumerate(PARAMETERS):
        found[name] = call.child(name) or call.child(f"arg{i}")
    if found["service"] is None or found["parameter"] is None:
        raise fail("chinese.not_soap", usage=True)
    texts = {name: node.text.strip() if node is not None else "" for name, node in found.items()}
    document = next(iter(found["parameter"].children), None)
    version = SOAP12 if any(value == SOAP12 for value in root.names.values()) else SOAP11
    return Call(texts["service"], texts["urid"], texts["pwd"], texts["parameter"], document, version)


def answer(text: str, version: str = SOAP11) -> str:
    """Return the envelope of an answer.

    >>> "<return>1 &lt; 2</return>" in answer("1 < 2")
    True
    """
    inner = f'<ns:invokeResponse xmlns:ns="{OURS}"><return>{_safe(text)}</return></ns:invokeResponse>'
    return _envelope(inner, version)


def fault(code: str, text: str, *, client: bool, version: str = SOAP11) -> str:
    """Return the envelope of a refusal; `client`: it is the call that is at fault."""
    detail = f'<problem xmlns="{OURS}" code="{escape(code)}"/>'
    if version == SOAP12:
        kind = "Sender" if client else "Receiver"
        inner = (
            f"<soap:Fault><soap:Code><soap:Value>soap:{kind}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="zh">{_safe(text)}</soap:Text></soap:Reason>'
            f"<soap:Detail>{detail}</soap:Detail></soap:Fault>"
        )
    else:
        kind = "Client" if client else "Server"
        inner = (
            f"<soap:Fault><faultcode>soap:{kind}</faultcode><faultstring>{_safe(text)}</faultstring>"
            f"<detail>{detail}</detail></soap:Fault>"
        )
    return _envelope(inner, version)


def wsdl(location: str) -> str:
    """Return the description of the service at an address, for clients that make their code from it."""
    strings = "".join(f'<xs:element name="{name}" type="xs:string" minOccurs="0"/>' for name in PARAMETERS)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{OURS}" targetNamespace="{OURS}" name="Sangao">
 <wsdl:types><xs:schema targetNamespace="{OURS}" elementFormDefault="unqualified">
  <xs:element name="invoke"><xs:complexType><xs:sequence>{strings}</xs:sequence></xs:complexType></xs:element>
  <xs:element name="invokeResponse"><xs:complexType><xs:sequence>
   <xs:element name="return" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
 </xs:schema></wsdl:types>
 <wsdl:message name="invoke"><wsdl:part name="parameters" element="tns:invoke"/></wsdl:message>
 <wsdl:message name="invokeResponse"><wsdl:part name="parameters" element="tns:invokeResponse"/></wsdl:message>
 <wsdl:portType name="Sangao"><wsdl:operation name="invoke"><wsdl:input message="tns:invoke"/>
  <wsdl:output message="tns:invokeResponse"/></wsdl:operation></wsdl:portType>
 <wsdl:binding name="SangaoSoap" type="tns:Sangao">
  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <wsdl:operation name="invoke"><soap:operation soapAction=""/><wsdl:input><soap:body use="literal"/></wsdl:input>
   <wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
 <wsdl:service name="Sangao"><wsdl:port name="SangaoSoap" binding="tns:SangaoSoap">
  <soap:address location="{escape(location)}"/></wsdl:port></wsdl:service>
</wsdl:definitions>
"""


def _envelope(inner: str, version: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{version}"><soap:Body>{inner}</soap:Body>'
        "</soap:Envelope>"
    )


def _safe(text: str) -> str:
    """Return a text as XML; characters that XML cannot hold fall away."""
    return escape(_NOT_XML.sub("", text))
