"""Shared documents (WS/T 500, WS/T 483 and their forerunners): HL7 CDA with Chinese data elements → what they say.

Statements stand in observations, wherever an entry nests them. What is planned, wished or advised is no statement of
the patient; neither is what is said of a relative.
"""

from dataclasses import dataclass, replace
from datetime import date

from sangao.adapters import identity
from sangao.adapters.chinese import elements, laboratory
from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Coded, Document, Item, Value
from sangao.adapters.moments import moment
from sangao.engine.chart import day_of
from sangao.engine.errors import Problem, Span

PLANS = frozenset({"APT", "ARQ", "DEF", "GOL", "INT", "PRMS", "PRP", "RQO", "SLOT", "OPT"})
STATUS = {"nullified": "entered-in-error", "cancelled": "cancelled", "aborted": "cancelled", "obsolete": "cancelled"}
ICD = frozenset({"2.16.156.10011.2.3.3.11", "2.16.840.1.113883.6.3", "2.16.156.10011.2.3.3.11.3"})
FAMILY_SECTION = "10157-6"
NUMERIC = frozenset({"PQ", "INT", "REAL", "IVL_PQ", "MO", "RTO"})
CODED = frozenset({"CD", "CE", "CV", "CO", "CS", "SC"})
TIMES = frozenset({"TS", "IVL_TS"})


@dataclass(frozen=True, slots=True)
class Around:
    """What the nodes around a statement say of it: its time, whether it is denied, and of which relative it is."""

    at: str | None
    negated: bool = False
    family: bool = False
    relation: str = ""


def read(root: Node, file: str = "") -> Document:
    """Return what a shared document says."""
    document = Document(title=_title(root))
    _patient(root, document)
    body = [node for part in root.all("component") for node in part.children]
    day = _day(root, body)
    document.day = day
    around = Around(day.isoformat() if day else None)
    for node in body:
        _walk(node, around, document, file)
    return document


def _title(root: Node) -> str:
    title, code, template = root.child("title"), root.child("code"), root.child("templateId")
    said = (
        title.text.strip() if title else "",
        code.get("displayName") if code else "",
        template.get("assigningAuthorityName") if template else "",
    )
    return " ".join(filter(None, said))


def _patient(root: Node, document: Document) -> None:
    role = root.child("recordTarget", "patientRole")
    if role is None:
        return
    patient = role.child("patient")
    ids = [*role.all("id"), *(patient.all("id") if patient else ())]
    numbers = [one.get("extension") for one in ids if one.get("extension") and one.get("extension") != one.get("root")]
    document.identity = next((one for one in numbers if identity.resembles(one)), "")
    document.key = next((one for one in numbers if not identity.resembles(one)), None)
    if patient is None:
        return
    gender, birth, age = (patient.child(tag) for tag in ("administrativeGenderCode", "birthTime", "age"))
    if gender is not None and (gender.get("code") or gender.get("displayName")):
        document.sex = Value("code", code=gender.get("code"), label=gender.get("displayName"))
    document.birth = birth.get("value") if birth else ""
    if age is not None and not document.birth:
        document.items.append(Item("DE02.01.026.00", "年龄", value_of(age), line=age.line))


def _day(root: Node, body: list[Node]) -> date | None:
    """Return the day of the visit, else of the encounter, else of the document."""
    visits = [
        time
        for top in body
        for node in top.walk()
        if node.tag == "observation" and (code := node.child("code")) is not None
        if elements.element_id(code.get("code")) in elements.VISIT
        if (time := _time(node))
    ]
    encounter = root.child("componentOf", "encompassingEncounter")
    for found in (*visits, _time(encounter) if encounter else None, _time(root)):
        days = day_of(found) if found else None
        if days and days[0] == days[1]:
            return date.fromordinal(days[0])
    return None


def _walk(node: Node, around: Around, document: Document, file: str, done: frozenset[int] = frozenset()) -> None:
    if node.get("moodCode") in PLANS:
        return
    time = _time(node)
    if time is None:
        document.problems.append(Problem("chinese.bad_time", Span(file, node.line, 1)))
    elif time and node.tag != "section":
        around = replace(around, at=time)
    if node.get("negationInd") == "true":
        around = replace(around, negated=True)
    relative = node.child("subject", "relatedSubject")
    if relative is not None:
        code = relative.child("code")
        around = replace(around, family=True, relation=code.get("displayName") if code else "")
    if node.tag == "section" and _is_family(node):
        around = replace(around, family=True)
    if node.tag in ("organizer", "section") and not around.family:
        test = laboratory.test(node, _value)
        if test is not None:
            done |= test.nodes
            at = _time(test.taken) or around.at
            document.items.append(replace(test.item, at=at, negated=around.negated, status=_status(node)))
    if node.tag == "observation" and id(node) not in done:
        _observation(node, around, document)
    elif node.tag == "substanceAdministration" and not around.family:
        _drug(node, around, document)
    for one in node.children:
        _walk(one, around, document, file, done)


def _is_family(section: Node) -> bool:
    code, title = section.child("code"), section.child("title")
    return bool(code and code.get("code") == FAMILY_SECTION) or bool(title and "家族" in title.text)


def _observation(node: Node, around: Around, document: Document) -> None:
    code = node.child("code")
    if code is None:
        return
    element, name = code.get("code"), code.get("displayName")
    value = _value(node)
    known = elements.element_id(element)
    system = ""
    found = next(node.all("value"), None)
    if found is not None:
        system = found.get("codeSystem")
    if around.family:
        if value.kind != "blank" and not around.negated:
            words = value.label or value.text
            document.family.append(Coded(system, value.code, words, node.line, around.relation))
        return
    if known in elements.SYMPTOM:
        if not around.negated:
            document.symptoms.append(value)
        return
    coded = value.kind in ("code", "text")
    if known in elements.DIAGNOSIS or (
        value.code and (system in ICD or "ICD" in (found.get("codeSystemName") if found else ""))
    ):
        if coded and not around.negated and _means(value):
            words = value.label or value.text
            if elements.is_unsure(name):
                words = name
            document.diagnoses.append(Coded("icd10" if value.code else "", value.code, words, node.line))
        return
    if known in elements.DRUG:
        once = any(one in name for one in elements.NO_THERAPY)
        if coded and not around.negated and not once and _means(value):
            document.drugs.append(Coded("", "", value.label or value.text, node.line))
        return
    document.items.append(
        Item(element, name, value, code.get("codeSystem"), around.at, node.line, around.negated, _status(node))
    )


def _status(node: Node) -> str:
    status = node.child("statusCode")
    return STATUS.get(status.get("code"), "") if status else ""


def _means(value: Value) -> bool:
    words = (value.label or value.text or value.code).strip()
    return bool(words) and words.upper() not in elements.BLANKS


def _drug(node: Node, around: Around, document: Document) -> None:
    """Note a drug by its name; its code counts where it is one of a system and no data element."""
    product = node.child("consumable", "manufacturedProduct")
    drug = next((one for one in product.children if one.tag.startswith("manufactured")), None) if product else None
    if drug is None or around.negated:
        return
    code, name = drug.child("code"), drug.child("name")
    words = (name.text.strip() or name.get("literal")) if name else ""
    given = code.get("code") if code else ""
    if given[:2].upper() == "DE":
        given = ""
    words = words or (code.get("displayName") if code and given else "")
    if (words or given) and words.upper() not in elements.BLANKS - {""}:
        document.drugs.append(Coded(code.get("codeSystem") if code else "", given, words, node.line))


# --- values -----------------------------------------------------------------------------------------------------------
def _value(node: Node) -> Value:
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


def _time(node: Node) -> str | None:
    """Return the time of a node as ISO text: empty where it has none, None where it cannot be read."""
    found = node.child("effectiveTime")
    if found is None:
        return ""
    for text in (found.get("value"), *(end.get("value") for end in found.children if end.tag in ("low", "center"))):
        if text:
            return moment(text)
    return ""
