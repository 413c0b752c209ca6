"""The slot dialect of regional platforms: `ClinicalDocument/structuredBody/SECTION/slot[@code]/value[@displayName]`."""

import re
from datetime import date

from sangao.adapters import identity
from sangao.adapters.chinese import elements
from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Coded, Document, Item, Value
from sangao.adapters.moments import moment
from sangao.engine.chart import day_of

VISIT_NAMES = ("本次随访日期", "随访日期", "体检日期", "就诊日期")
KEY_NAMES = ("健康档案编号", "档案编号", "编号")
_PARTS = re.compile(r"[、,，;；|]+")


def is_slots(root: Node) -> bool:
    """Return whether a document is of this dialect."""
    body, header = root.child("structuredBody"), root.child("header")
    places = [*(body.children if body else ()), *(header.children if header else ())]
    return any(one.child("slot") is not None for one in places)


def read(root: Node, file: str = "") -> Document:
    """Return what a document of slots says."""
    title = root.child("title")
    document = Document(title=title.text.strip() if title else "")
    header, body = root.child("header"), root.child("structuredBody")
    for part in header.children if header else ():
        for slot in part.all("slot"):
            _of_patient(slot, document)
    sections = list(body.children) if body else []
    document.day = _day(sections, document)
    for section in sections:
        _section(section, document)
    return document


def _of_patient(slot: Node, document: Document) -> None:
    value, code = _value(slot), elements.element_id(slot.get("code"))
    if code == elements.IDENTITY:
        document.identity = value.label
    elif code == elements.SEX:
        document.sex = value
    elif code == elements.BIRTH:
        document.birth = value.label
    elif document.key is None and slot.get("name") in KEY_NAMES and value.label:
        document.key = value.label
        if identity.resembles(value.label):
            document.identity = document.identity or value.label


def _day(sections: list[Node], document: Document) -> date | None:
    for section in sections:
        for slot in section.all("slot"):
            if slot.get("name") in VISIT_NAMES:
                if "随访" in slot.get("name"):
                    document.title += " 随访"
                days = day_of(moment(_value(slot).label) or "")
                if days and days[0] == days[1]:
                    return date.fromordinal(days[0])
    return None


def _section(section: Node, document: Document) -> None:
    slots = list(section.all("slot"))
    at = document.day.isoformat() if document.day else None
    for slot in slots:
        if elements.element_id(slot.get("code")) in elements.EXAMINED:
            at = moment(_value(slot).label) or at
    for slot in slots:
        value, code = _value(slot), elements.element_id(slot.get("code"))
        name = slot.get("name")
        if name in VISIT_NAMES:
            continue
        if code in elements.SYMPTOM:
            document.symptoms += [Value("text", one) for one in _PARTS.split(value.label) if one]
        elif code in elements.DIAGNOSIS or code in elements.DRUG:
            _listed(code, value, slot, document)
        else:
            document.items.append(Item(slot.get("code"), name, value, "", at, slot.line))
    for one in section.children:
        if one.tag != "slot" and one.child("slot") is not None:
            _section(one, document)


def _listed(code: str | None, value: Value, slot: Node, document: Document) -> None:
    words = value.label or value.code
    if not words or words.upper() in elements.BLANKS:
        return
    name = slot.get("name")
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
