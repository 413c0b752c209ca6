"""Laboratory reports in shared documents: one test whose code, specimen, result and unit stand in statements apart.

An organizer is one test; so is a section with a single test in it. Where it is not plain what belongs together, nothing
is put together.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sangao.adapters.chinese import elements
from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Item, Value

CODE, SPECIMEN, UNIT = "DE04.30.019.00", "DE04.50.134.00", "DE04.30.016.00"
NUMBER, ANSWER = "DE04.30.015.00", "DE04.30.017.00"
PARTS = frozenset({CODE, SPECIMEN, UNIT, NUMBER, ANSWER, "DE04.50.135.00"})
SPECIMEN_NAMES = ("标本", "样本")
NAME = "name"  # of the item: found by what it is called, for its id stands in no source
NAME_NAMES = ("检验项目名称", "检查项目名称", "项目名称")
LOINC = "2.16.840.1.113883.6.1"
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")


@dataclass(frozen=True, slots=True)
class Test:
    """A test as one statement, its code, the specimen that says when it was taken, and the nodes it was made from."""

    item: Item
    code: Node
    taken: Node | None
    nodes: frozenset[int]


def test(scope: Node, value: Callable[[Node], Value]) -> Test | None:
    """Return the one test of an organizer or section, None where there is none or more than one."""
    if scope.tag == "section" and any(node.tag == "organizer" for node in scope.walk()):
        return None
    parts: dict[str, list[Node]] = {}
    for node in scope.walk():
        part = _part(node)
        if part:
            parts.setdefault(part, []).append(node)
    codes, units, specimens = (parts.get(one, []) for one in (CODE, UNIT, SPECIMEN))
    results = parts.get(NUMBER) or parts.get(ANSWER) or []
    if len(codes) != 1 or len(units) > 1 or len(specimens) > 1:
        return None
    code = codes[0]
    named, found = value(code), [one for node in results if (one := value(node)).kind != "blank"]
    result = found[0] if found else Value("blank")
    if len(set(found)) > 1:
        result = Value("odd")
    unit = value(units[0]).text or value(units[0]).label if units else ""
    if result.kind in ("number", "text") and unit:
        result = replace(result, unit=unit) if result.unit in ("", unit) else Value("odd")
    element, name, system = _called(code, named)
    names = {one.label or one.text for node in parts.get(NAME, []) if (one := value(node)).kind != "blank"}
    if element:  # a name that contradicts the code must not be lost behind another
        name = "/".join(sorted(filter(None, {name, *names})))
    sample = value(specimens[0]) if specimens else Value("blank")
    item = Item(element, name, result, system, line=code.line, sample=sample.label or sample.text)
    return Test(item, code, specimens[0] if specimens and _timed(specimens[0]) else None, _ids(parts))


def _ids(parts: dict[str, list[Node]]) -> frozenset[int]:
    return frozenset(id(node) for nodes in parts.values() for node in nodes)


def _part(node: Node) -> str:
    """Return which part of a test an observation is; specimens are found under the id of the test, too."""
    code = node.child("code") if node.tag == "observation" else None
    if code is None:
        return ""
    known = elements.element_id(code.get("code")) or ""
    if code.get("displayName") in NAME_NAMES:
        return NAME
    if known == CODE and any(one in code.get("displayName") for one in SPECIMEN_NAMES):
        return SPECIMEN
    return known if known in PARTS else ""


def _called(node: Node, named: Value) -> tuple[str, str, str]:
    """Return the code, the name and the system of a test: a text is a code of LOINC by its form, else a name."""
    if named.kind == "code":
        found = next((one for one in node.all("value") if one.get("code") == named.code), None)
        return named.code, named.label, found.get("codeSystem") if found else ""
    text = named.text.strip()
    return (text, "", LOINC) if _LOINC.fullmatch(text) else ("", text, "")


def _timed(node: Node) -> bool:
    time = node.child("effectiveTime")
    return time is not None and any(one.get("value") for one in time.walk())
