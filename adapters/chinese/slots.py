"""The slot dialect of regional platforms: `ClinicalDocument/structuredBody/SECTION/slot[@code]/value[@displayName]`."""

import re
from datetime import date

from sangao.adapters import identity
from sangao.adapters.chinese import dating, elements, naming
from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Coded, Document, Item, Value
from sangao.adapters.moments import moment
from sangao.adapters.terms import Book, book
from sangao.engine.chart import day_of
from sangao.engine.errors import Problem, Span

VISIT_NAMES = ("本次随访日期", "随访日期", "体检日期", "就诊日期")
KEY_NAMES = ("健康档案编号", "档案编号", "编号")
_PARTS = re.compile(r"[、,，;；|]+")


def is_slots(root: Node) -> bool:
    """Return whether a document is of this dialect."""
    body, header = root.child("structuredBody"), root.child("header")
    places = [*(body.children if body else ()), *(header.children if header else ())]
    return any(one.child("slot") is not None for one in places)


def read(root: Node, file: str = "", terms: Book | None = None) -> Document:
    """Return what a document of slots says."""
    title = root.child("title")
    document = Document(title=title.text.strip() if title else "")
    header, body = root.child("header"), root.child("structuredBody")
    for part in header.children if header else ():
        for slot in part.all("slot"):
            _of_patient(slot, document)
    sections = list(body.children) if body else []
    document.day = _day(sections, document) or _written(root)
    for section in sections:
        _section(section, document, file, terms or book())
    return document


def _name(slot: Node) -> str:
    return slot.get("name") or slot.get("displayName")


def _of_patient(slot: Node, document: Document) -> None:
    value, code = _value(slot), elements.element_id(slot.get("code"))
    if code == elements.IDENTITY:
        document.identity = value.label
    elif code == elements.SEX:
        document.sex = value
    elif code == elements.BIRTH:
        document.birth = value.label
    elif document.key is None and _name(slot) in KEY_NAMES and value.label:
        document.key = value.label
        if identity.resembles(value.label):
            document.identity = document.identity or value.label


def _day(sections: list[Node], document: Document) -> date | None:
    for section in sections:
        for slot in section.all("slot"):
            if _name(slot) in VISIT_NAMES:
                if "随访" in _name(slot):
                    document.title += " 随访"
                found = _whole_day(_value(slot).label)
                if found is not None:
                    return found
    return None


def _written(root: Node) -> date | None:
    """Return the day the document was written."""
    time = root.child("effectiveTime")
    return _whole_day(next((one.get("value") for one in time.walk() if one.get("value")), "")) if time else None


def _whole_day(text: str) -> date | None:
    days = day_of(moment(text) or "")
    return date.fromordinal(days[0]) if days and days[0] == days[1] else None


def _section(section: Node, document: Document, file: str, terms: Book) -> None:
    read = [(slot, _value(slot), elements.element_id(slot.get("code")), _name(slot)) for slot in section.all("slot")]
    items = [one for one in read if one[3] not in VISIT_NAMES and not dating.is_date(one[2], one[3], terms)]
    dates = [found for _, value, code, name in read if (found := dating.stated(code, name, value.label, terms))]
    dates = [one for one in dates if one.text != ""]
    if any(one.text is None for one in dates):
        document.problems.append(Problem("chinese.bad_time", Span(file, section.line, 1)))
    kinds = {dating.is_result(code, name, terms) for _, _, code, name in items}
    when = dating.together(dates, len(kinds) > 1 and dating.CHECK_UP not in document.title)
    day = document.day.isoformat() if document.day else None
    for slot, value, code, name in items:
        if code in elements.SYMPTOM:
            document.symptoms += [Value("text", one) for one in _PARTS.split(value.label) if one]
        elif code in elements.DIAGNOSIS or code in elements.DRUG:
            _listed(code, value, slot, document)
        elif code == elements.FAMILY:
            document.family.append(Coded("", "", value.label, slot.line))
        else:
            facts = {*naming.called(name, terms).facts, *filter(None, (terms.element(code or ""),))}
            at, doubtful = when.of_item(facts, dating.is_result(code, name, terms))
            at = day if at == "" and not doubtful else at
            document.items.append(Item(slot.get("code"), name, value, "", at, slot.line, doubtful=doubtful))
    for one in section.children:
        if one.tag != "slot" and one.child("slot") is not None:
            _section(one, document, file, terms)


def _listed(code: str | None, value: Value, slot: Node, document: Document) -> None:
    words = value.label or value.code
    if not words or words.upper() in elements.BLANKS:
        return
    name = _name(slot)
    if code in elements.DRUG:
        if not any(one in name for one in elements.NO_THERAPY):
            document.drugs.append(Coded("", "", words, slot.line))
        return
    label = name if elements.is_unsure(name) else value.label
    document.diagnoses.append(Coded("icd10" if value.code else "", value.code, label, slot.line))


def _value(slot: Node) -> Value:
    """Return the value of a slot: `displayName` is what was written, `code` its code where it has one."""
    found = slot.child("value")
    if found is None or found.get("nullFlavor"):
        return Value("blank")
    label = found.get("displayName") or found.get("value") or found.text.strip()
    if not label and not found.get("code"):
        return Value("blank")
    return Value("code", code=found.get("code"), label=label, unit=found.get("unit"))
