"""The acknowledgement of a message: AA taken, AE its content cannot be taken, AR not one for us or not now.

Enhanced mode: where MSH-15 asks for an accept acknowledgement, CA, CE or CR are sent, for taking a message in is
storing it. A message of the type ACK is never answered.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from sangao.adapters.hl7.decoding import Decoded, Delimiters
from sangao.engine.chart import SHANGHAI

Verdict = Literal["A", "E", "R"]
NEXT = count(1)
WHY = {
    "hl7.not_hl7": ("R", "100", "Segment sequence error"),
    "hl7.unknown_charset": ("E", "103", "Table value not found"),
    "hl7.undecodable": ("E", "102", "Data type error"),
    "hl7.too_large": ("E", "102", "Data type error"),
    "hl7.several_patients": ("E", "100", "Segment sequence error"),
    "hl7.unsupported_type": ("R", "200", "Unsupported message type"),
    "hl7.unsupported_version": ("R", "203", "Unsupported version id"),
    "hl7.no_control_id": ("E", "101", "Required field missing"),
    "hl7.spool": ("R", "207", "Application internal error"),
    "hl7.no_extra": ("R", "207", "Application internal error"),
}
"""What a problem means to the sender: verdict, code and text of HL7 table 0357."""
ASKED = frozenset({"AL", "NE", "ER", "SU"})
UNKNOWN = ("R", "207", "Application internal error")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: `code` of MSA-1, empty where nothing is, with the framed bytes' content."""

    code: str
    data: bytes


def answer(decoded: Decoded | None, problem: str | None = None, now: datetime | None = None) -> Answer:
    """Return the acknowledgement of a message; `decoded` is None where not even its heading could be read.

    >>> from sangao.adapters.hl7.decoding import decode
    >>> made = answer(decode("MSH|^~\\\\&|LIS|H|HIS|C|20250309||ORU^R01|77|P|2.5.1"))
    >>> made.data.split(b"\\r")[1]
    b'MSA|AA|77'
    """
    verdict, number, text = WHY.get(problem, UNKNOWN) if problem else ("A", "0", "Message accepted")
    code = _code(decoded, verdict)
    if not code:
        return Answer("", b"")
    when = (now or datetime.now(UTC)).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S%z")
    delimiters = decoded.delimiters if decoded else Delimiters()
    f, c = delimiters.field, delimiters.component
    own = f"{when[:14]}{next(NEXT)}"
    head = _field if decoded is None else decoded.head
    kind = head(9).split(c)
    event = kind[1] if len(kind) > 1 else ""
    version = head(12).split(c)[0]
    reply = c.join(["ACK", event, "ACK"] if event and version >= "2.3.1" else ["ACK"])
    msh = ["MSH", delimiters.others + _truncation(decoded), head(5), head(6), head(3), head(4), when, "", reply, own]
    msh += [head(11) or "P", version or "2.4"]
    if decoded is not None and decoded.charset:
        msh += ["", "", "", "", "", head(18)]
    lines = [f.join(msh), f.join(["MSA", code, head(10), *([text] if problem else [])])]
    if problem:
        coded = c.join([number, text, "HL70357"])
        old = version < "2.5"
        part = delimiters.part
        lines.append(
            f.join(["ERR", c.join(["", "", "", coded.replace(c, part)])] if old else ["ERR", "", "", coded, "E"])
        )
    encoding = "utf-8" if decoded is None else decoded.encoding
    return Answer(code, ("\r".join(lines) + "\r").encode(encoding, "replace"))


def _code(decoded: Decoded | None, verdict: str) -> str:
    """Return the code of MSA-1 by the mode the sender asks for, empty where it wants none."""
    if decoded is None:
        return f"A{verdict}"
    if decoded.head(9).split(decoded.delimiters.component)[0] == "ACK":
        return ""
    accept, application = (said if (said := decoded.head(i).strip().upper()) in ASKED else "" for i in (15, 16))
    if not accept and not application:
        return f"A{verdict}"
    if _wanted(accept, verdict):
        return f"C{verdict}"
    return f"A{verdict}" if _wanted(application, verdict) else ""


def _wanted(asked: str, verdict: str) -> bool:
    return asked == "AL" or (asked == "ER" and verdict != "A") or (asked == "SU" and verdict == "A")


def _field(number: int) -> str:
    return ""


def _truncation(decoded: Decoded | None) -> str:
    """Return the fifth character of MSH-2, which version 2.7 added."""
    return decoded.head(2)[4:5] if decoded else ""
