"""Bytes of a message → its text and the heading that says how to read it: MSH, its delimiters, its character set.

GBK hides delimiters in the second byte of a character (`|` is 0x7C), so a message is decoded before it is split, and
MSH-18 is looked for in a heading decoded both ways: the way that agrees with what it says is the right one.
"""

import re
from dataclasses import dataclass

from sangao.engine.errors import Problem, SangaoError

LARGEST = 4 * 1024 * 1024
CHARSETS = {
    "ASCII": "ascii",
    "USASCII": "ascii",
    "88591": "iso-8859-1",
    "8859/1": "iso-8859-1",
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "GB180302000": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "CP936": "gb18030",
}
"""Character sets of HL7 table 0211 that are read, and how Chinese systems write them."""
_HEADING = re.compile(r"MSH(?P<field>[^\w\s])(?P<others>[^\w\s]{4,5})(?P=field)")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that part a message."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    part: str = "&"

    @property
    def others(self) -> str:
        """Return MSH-2."""
        return self.component + self.repetition + self.escape + self.part


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message as text, segments parted by carriage returns; `charset` is MSH-18 as it stands."""

    text: str
    encoding: str
    charset: str
    delimiters: Delimiters
    heading: tuple[str, ...]

    def head(self, number: int) -> str:
        """Return field MSH-`number` as it stands, empty where there is none."""
        return self.heading[number] if number < len(self.heading) else ""


def decode(data: bytes | str) -> Decoded:
    """Return a message as text. Raises SangaoError when it is too large, no HL7, or in no character set that is read.

    >>> decode(b"MSH|^~\\\\&|LIS||||20250309||ORU^R01|1|P|2.4\\r").head(9)
    'ORU^R01'
    """
    if len(data) > LARGEST:
        raise _fail("hl7.too_large", limit=f"{LARGEST // 2**20} MiB")
    if isinstance(data, str):
        text = ended(data.lstrip("\ufeff\x0b \r\n"))
        return Decoded(text, "utf-8", declared(text), *heading(text))
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \r\n")
    first = re.split(rb"[\r\n]", data, maxsplit=1)[0]
    said = ""
    for encoding in ("utf-8", "gb18030"):
        try:
            said = declared(first.decode(encoding))
        except (UnicodeError, SangaoError):
            continue
        if not said or _canonical(said) != encoding:
            continue
        return _decoded(data, encoding, said)
    if said:
        named = _canonical(said)
        if named is None:
            raise _fail("hl7.unknown_charset", charset=_shown(said))
        return _decoded(data, named, said)
    for encoding in ("utf-8", "gb18030"):  # MSH-18 is blank: ASCII by the standard, either of these in the country
        try:
            return _decoded(data, encoding, "")
        except SangaoError as error:
            if error.problems[0].code != "hl7.undecodable" or encoding == "gb18030":
                raise
    raise AssertionError  # the last way either returns or raises


def heading(text: str) -> tuple[Delimiters, tuple[str, ...]]:
    """Return the delimiters of a message and the fields of its MSH segment, numbered as in the standard."""
    found = _HEADING.match(text)
    if found is None or len(set(found["field"] + found["others"])) != len(found["others"]) + 1:
        raise _fail("hl7.not_hl7")
    separator, others = found["field"], found["others"]
    fields = text.split("\r", 1)[0].split(separator)
    return Delimiters(separator, *others[:4]), ("MSH", separator, *fields[1:])


def declared(text: str) -> str:
    """Return the first character set MSH-18 names, empty when it names none."""
    delimiters, fields = heading(text)
    return fields[18].split(delimiters.repetition)[0].strip() if len(fields) > 18 else ""


def ended(text: str) -> str:
    """Return a text whose segments end in carriage returns, whichever way their lines end.

    Where carriage returns part the segments, a line feed is part of a text and becomes a blank.
    """
    text = text.replace("\r\n", "\r")
    text = text.replace("\n", " ") if "\r" in text.rstrip("\r\n ") else text.replace("\n", "\r")
    return text.strip("\r\x1c\x0b ") + "\r"


def _decoded(data: bytes, encoding: str, said: str) -> Decoded:
    try:
        text = ended(data.decode(encoding))
    except UnicodeError:
        raise _fail("hl7.undecodable", charset=_shown(said) or encoding) from None
    return Decoded(text, encoding, said, *heading(text))


def _canonical(said: str) -> str | None:
    plain = re.sub(r"[\s_\-.]", "", said.upper())
    return CHARSETS.get(plain)


def _shown(said: str) -> str:
    return said[:20]


def _fail(code: str, **parts: object) -> SangaoError:
    return SangaoError([Problem(code, parts=parts)], usage=True)
