"""Strict YAML: parser events in, text with places out; whatever YAML would convert, copy or call is a problem instead.

Only the event stream of PyYAML is used, never its composer or constructors, so nothing is resolved, shared or executed
and no input can make us recurse. Every scalar stays the text that stands in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from sangao.engine.errors import Problem, Span
from sangao.engine.rules.text import Items, Map, Text

SIZE = 1_000_000
"""Largest file in bytes; the longest guideline we know stays below a tenth."""
DEPTH = 24
"""Deepest nesting; a case in a table needs seven."""
PATIENCE = 20
"""After so many syntax errors or tabs of one file the rest is not looked for."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEAN = re.compile(r"y|Y|yes|Yes|YES|n|N|no|No|NO|True|TRUE|False|FALSE|on|On|ON|off|Off|OFF")
_NULL = re.compile(r"~|null|Null|NULL|")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt \t].*)?")


def read_yaml(data: bytes, file: str = "") -> tuple[list[Any], list[Problem]]:
    """Return the documents of a file (`Text`, `Map`, `Items` with places) and all its problems.

    >>> documents, problems = read_yaml("title: {zh: 血压, en: 'yes'}\\nmode: yes".encode(), "rules/a.yaml")
    >>> documents[0]["title"]["en"].span.column, [f"{problem.where} {problem.code}" for problem in problems]
    (21, ['rules/a.yaml:2:7 rules.implicit_boolean'])
    """
    if len(data) > SIZE:
        return [], [Problem("rules.too_large", Span(file), {"limit": SIZE})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = Span(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return [], [Problem("rules.bad_utf8", place)]
    tabs = [
        Problem("rules.tab", Span(file, number, line.index("\t") + 1))
        for number, line in enumerate(text.split("\n"), 1)
        if "\t" in line
    ][:PATIENCE]
    documents, problems = _read_parts(text.replace("\t", " "), file)
    if tabs:  # a blank in its place can break the structure: what the parser then says is no news
        problems = [problem for problem in problems if problem.code != "rules.syntax"]
    return documents, sorted(tabs + problems, key=lambda problem: (problem.where.line, problem.where.column))


def _read_parts(text: str, file: str) -> tuple[list[Any], list[Problem]]:
    """Read document by document: behind a syntax error go on at the next `---`, so that one error hides little."""
    documents: list[Any] = []
    problems: list[Problem] = []
    lines = text.split("\n")
    start = failures = 0
    while True:
        builder = _Builder(file, start, documents, problems)
        failed_at = builder.read("\n".join(lines[start:]))
        if failed_at is None:
            return documents, problems
        failures += 1
        following = (at for at in range(max(failed_at, start + 1), len(lines)) if lines[at].startswith("---"))
        start = next(following, -1)
        if start < 0 or failures == PATIENCE:
            return documents, problems


@dataclass(slots=True)
class _Open:
    """A collection that is being filled; `key` waits for its value."""

    node: Map | Items
    key: Text | None = None
    key_end: int = -1
    seen: dict[str, Span] = field(default_factory=dict)


class _Builder:
    """Folds the events of a text into documents; `first` is the line number it starts at in its file."""

    def __init__(self, file: str, first: int, documents: list[Any], problems: list[Problem]) -> None:
        self.file = file
        self.first = first
        self.documents = documents
        self.problems = problems
        self.stack: list[_Open] = []

    def read(self, text: str) -> int | None:
        """Return None, or the line (from 0, in the file) where the text stops being YAML."""
        try:
            for event in _events(text):
                if not self.take(event):
                    return None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line, column = (mark.line, mark.column) if mark is not None else _unprintable(text)
            said = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
            self.report("rules.syntax", Span(self.file, self.first + line + 1, column + 1), said=said)
            return self.first + line
        return None

    def take(self, event: Any) -> bool:
        """Take one event; False stops the file."""
        if isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                self.report("rules.tag", self.span(event))
            return True
        if isinstance(event, yaml.AliasEvent):
            self.report("rules.anchor", self.span(event), name=event.anchor)
            self.put(Text("", self.span(event), -1))
        elif isinstance(event, yaml.ScalarEvent):
            self.refuse_marks(event)
            self.put(self.scalar(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.refuse_marks(event)
            if len(self.stack) == DEPTH:
                self.report("rules.too_deep", self.span(event), limit=DEPTH)
                return False
            place = self.span(event)
            self.stack.append(
                _Open(Map(span=place) if isinstance(event, yaml.MappingStartEvent) else Items(span=place))
            )
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.put(self.stack.pop().node)
        return True

    def refuse_marks(self, event: Any) -> None:
        """Anchors and tags are refused where they stand, before anything could follow them."""
        if event.anchor:
            self.report("rules.anchor", self.span(event), name=event.anchor)
        if event.tag:
            self.report("rules.tag", self.span(event))

    def scalar(self, event: Any) -> Text:
        """Return the text; a plain value that YAML would read as something else is a problem."""
        value, place = event.value, self.span(event)
        length = event.end_mark.index - event.start_mark.index
        plain = not event.style
        inset = -1 if event.style in ("|", ">") else 0 if plain else 1
        text = Text(value, place, inset if length == len(value) + 2 * inset else -1)
        if not plain:
            return text
        key_next = bool(self.stack) and isinstance(self.stack[-1].node, Map) and self.stack[-1].key is None
        if key_next:
            self.stack[-1].key_end = event.end_mark.index
            if value == "<<":
                self.report("rules.merge_key", place)
        elif not self.stack and not value:
            pass  # nothing between two `---`: no document
        elif not value and self.stack[-1].key is not None and self.stack[-1].key_end == event.start_mark.index:
            # `{zh: 偏高,需复测, en: …}`: the rest of a text has become a key without a colon
            self.report("rules.loose_comma", self.stack[-1].key.span, given=self.stack[-1].key)
        elif _NULL.fullmatch(value):
            self.report("rules.null", place)
        elif _BOOLEAN.fullmatch(value):
            self.report("rules.implicit_boolean", place, given=value)
        elif _DATE.fullmatch(value):
            self.report("rules.bare_date", place, given=value)
        return text

    def put(self, node: Any) -> None:
        """Put a finished node where it belongs."""
        if not self.stack:
            if not (isinstance(node, Text) and not node):
                self.documents.append(node)
            return
        top = self.stack[-1]
        if isinstance(top.node, Items):
            top.node.append(node)
        elif top.key is None:
            if not isinstance(node, Text) or not node:
                self.report("rules.complex_key", node.span)
                node = Text(f"?{len(top.seen)}", node.span, -1)
            if node in top.seen:
                self.problems.append(Problem("rules.duplicate_key", node.span, {"key": node}, also=(top.seen[node],)))
            top.key = node
        else:
            if top.key not in top.seen:  # of two the first stays
                top.node[top.key] = node
            top.seen.setdefault(top.key, top.key.span)
            top.key = None

    def span(self, event: Any) -> Span:
        """Return where an event starts."""
        mark = event.start_mark
        return Span(self.file, self.first + mark.line + 1, mark.column + 1)

    def report(self, code: str, place: Span, **parts: Any) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(code, place, parts))


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_LOADER)


def _unprintable(text: str) -> tuple[int, int]:
    """Find the character that YAML does not allow; the reader's error has no line."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    at = found.start() if found else 0
    return text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1
