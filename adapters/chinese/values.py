"""Values and times of shared documents by their types: what stands there, before anything of it is believed."""

from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Value
from sangao.adapters.moments import moment

NUMERIC = frozenset({"PQ", "INT", "REAL", "IVL_PQ", "MO", "RTO"})
CODED = frozenset({"CD", "CE", "CV", "CO", "CS", "SC"})
TIMES = frozenset({"TS", "IVL_TS"})


def stated(node: Node) -> Value:
    """Return the value of an observation: its one value, else what its precondition says, else its text."""
    found = [value for one in node.all("value") if (value := value_of(one)).kind != "blank"]
    typed = [one for one in found if one.kind != "text"] or found
    if len(typed) > 1 and len(set(typed)) > 1:
        return Value("odd")
    if typed:
        return typed[0]
    criterion = node.child("precondition", "criterion", "value")
    if criterion is not None:
        return value_of(criterion)
    if next(node.all("value"), None) is not None:
        return Value("blank")  # it was asked, and left open
    text = node.child("text")
    words = text.text.strip() if text else ""
    return Value("text", words) if words else Value("blank")


def value_of(node: Node) -> Value:
    """Return one value by its type: PQ, INT, REAL, IVL_PQ, CD and its kind, BL, TS, IVL_TS, ST, ED.

    >>> from sangao.adapters.chinese.safexml import parse
    >>> value_of(parse('<value xsi:type="PQ" value="120" unit="mmHg"/>'))
    Value(kind='number', text='120', unit='mmHg', code='', label='')
    >>> value_of(parse('<value xsi:type="CD" code="1" displayName="规律"/>')).label
    '规律'
    """
    kind = node.get("type").rpartition(":")[2].upper()
    if node.get("nullFlavor"):
        return Value("blank")
    given, unit, words = node.get("value"), node.get("unit"), node.text.strip()
    low, high = node.child("low"), node.child("high")
    if kind == "BL":
        return Value("truth", given or words) if given or words else Value("blank")
    if kind in CODED or (not kind and (node.get("code") or node.get("displayName"))):
        original = node.child("originalText")
        label = node.get("displayName") or (original.text.strip() if original else "") or words
        return Value("code", code=node.get("code"), label=label) if node.get("code") or label else Value("blank")
    if kind in TIMES and not unit:
        return _of_time(given or (low.get("value") if low else "") or words)
    if kind in NUMERIC or kind in TIMES or (not kind and given):
        if not given and (low is not None or high is not None):
            return _range(low, high)
        if not given and node.get("code"):
            return Value("code", code=node.get("code"), label=node.get("displayName"))
        if given and words and given != words:
            return Value("odd")
        return Value("number", given or words, unit) if given or words else Value("blank")
    return Value("text", given or words, unit) if given or words else Value("blank")


def _of_time(text: str) -> Value:
    return Value("time", text) if text else Value("blank")


def _range(low: Node | None, high: Node | None) -> Value:
    """Return an interval with one end as a comparison; one with both ends says two numbers and is none."""
    ends = [(sign, one) for sign, one in ((">", low), ("<", high)) if one is not None and one.get("value")]
    if not ends:
        return Value("blank")
    if len(ends) > 1:
        return Value("odd")
    sign, one = ends[0]
    equal = "" if one.get("inclusive") == "false" else "="
    return Value("number", f"{sign}{equal}{one.get('value')}", one.get("unit"))


def time(node: Node) -> str | None:
    """Return the time of a node as ISO text: empty where it has none, None where it cannot be read."""
    found = node.child("effectiveTime")
    if found is None:
        return ""
    for text in (found.get("value"), *(end.get("value") for end in found.children if end.tag in ("low", "center"))):
        if text:
            return moment(text)
    return ""
