"""XML from outside, read without trust: no document type, no entity, and limits on size, depth and number of nodes.

The parser is Python's own expat, driven as defusedxml does, with two differences that these documents need. It is not
aware of name spaces: real documents carry prefixes that nobody declared (`<value type:xsi="PQ">`), which a parser that
is aware refuses whole. And the text is decoded before it is parsed, for expat knows no GBK.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from sangao.engine.errors import Span, fail

LARGEST = 16 * 1024 * 1024
DEEPEST = 200
MOST_NODES = 500_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "ms936": "gb18030"}
_PLAIN = {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "latin-1", "big5"}


@dataclass(slots=True)
class Node:
    """An element: `tag` without prefix, attributes with names without prefix, its text and children.

    `names` are the name spaces declared on it, by their whole attribute.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return an attribute without blanks at its ends, empty where there is none."""
        return self.attributes.get(name, "").strip()

    def child(self, *path: str) -> "Node | None":
        """Return the first child down a path of tags."""
        found: Node | None = self
        for tag in path:
            found = next((one for one in found.children if one.tag == tag), None) if found is not None else None
        return found

    def all(self, tag: str) -> Iterator["Node"]:
        """Yield the children with this tag."""
        return (one for one in self.children if one.tag == tag)

    def walk(self) -> Iterator["Node"]:
        """Yield the node and everything below it, in the order of the document."""
        waiting = [self]
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(reversed(found.children))


def parse(source: bytes | str, file: str = "") -> Node:
    """Return the root of a document. Raises SangaoError for what is no XML, or XML that is refused.

    >>> parse('<a><b code="1"> x </b></a>').child("b").get("code")
    '1'
    """
    if len(source) > LARGEST:
        raise fail("chinese.xml_too_large", Span(file), usage=True, limit=f"{LARGEST // 2**20} MiB")
    text = source if isinstance(source, str) else decoded(source, file)
    return _Builder(file).build(text)


def decoded(data: bytes, file: str = "") -> str:
    """Return a document as text: by its mark, else as it declares, else UTF-8; GBK where that does not fit.

    Raises SangaoError when it fits none.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decode(data, (encoding,), file)
    found = _DECLARED.match(data[:400])
    named = found[1].decode("ascii").lower() if found else "utf-8"
    if named not in _CHINESE and named not in _PLAIN:
        raise fail("chinese.xml_encoding", Span(file), usage=True, encoding=named)
    return _decode(data, (_CHINESE.get(named, named), "gb18030"), file)


def _decode(data: bytes, encodings: tuple[str, ...], file: str) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    raise fail("chinese.xml_encoding", Span(file), usage=True, encoding=encodings[0])


class _Builder:
    """Builds nodes as expat calls back, and stops at the first thing that is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.open: list[Node] = []
        self.pieces: list[
            list[str]
        ] = []  # of the text of each open node: joined once, for an end without quadratic cost
        self.count = 0
        self.parser = expat.ParserCreate("utf-8")  # beats what the document declares: it is decoded already
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refused
        self.parser.EntityDeclHandler = self._refused
        self.parser.ExternalEntityRefHandler = self._refused

    def build(self, text: str) -> Node:
        try:
            self.parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        except expat.ExpatError as error:
            where = Span(self.file, error.lineno, error.offset + 1)
            raise fail("chinese.not_xml", where, usage=True, reason=expat.ErrorString(error.code)) from None
        assert self.root is not None  # expat says "no element found" otherwise
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise fail("chinese.xml_too_large", self._here(), usage=True, limit=f"{MOST_NODES}")
        if len(self.open) >= DEEPEST:
            raise fail("chinese.xml_too_deep", self._here(), usage=True, limit=DEEPEST)
        names = {key: value for key, value in attributes.items() if key.startswith("xmlns")}
        node = Node(_local(name), _attributes(attributes), self.parser.CurrentLineNumber, names=names)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        self.pieces.append([])

    def _end(self, name: str) -> None:
        self.open.pop().text = "".join(self.pieces.pop())

    def _characters(self, text: str) -> None:
        self.pieces[-1].append(text)

    def _refused(self, *ignored: object) -> int:
        raise fail("chinese.xml_forbidden", self._here(), usage=True)

    def _here(self) -> Span:
        return Span(self.file, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attributes(given: dict[str, str]) -> dict[str, str]:
    """Return attributes without prefixes; one without a prefix of its own is never overwritten by one that has one.

    `type:xsi`, as some systems write `xsi:type`, is a `type` too.
    """
    found = {name: value for name, value in given.items() if ":" not in name}
    for name, value in given.items():
        if ":" in name and not name.startswith("xmlns"):
            found.setdefault("type" if name == "type:xsi" else _local(name), value)
    return found
