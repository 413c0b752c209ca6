"""Shared documents (WS/T 500, WS/T 483 and their forerunners): HL7 CDA with Chinese data elements → what they say.

Statements stand in observations, wherever an entry nests them. What is planned, wished or advised is no statement of
the patient; neither is what is said of a relative.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from sangao.adapters import identity
from sangao.adapters.chinese import dating, elements, laboratory, naming, values
from sangao.adapters.chinese.safexml import Node
from sangao.adapters.chinese.said import Coded, Document, Item, Value
from sangao.adapters.moments import moment
from sangao.adapters.terms import Book, book
from sangao.engine.chart import day_of
from sangao.engine.errors import Problem, SangaoError, Span

PLANS = frozenset({"APT", "ARQ", "DEF", "GOL", "INT", "PRMS", "PRP", "RQO", "SLOT", "OPT"})
STATUS = {"nullified": "entered-in-error", "cancelled": "cancelled", "aborted": "cancelled", "obsolete": "cancelled"}
ICD = frozenset({"2.16.156.10011.2.3.3.11", "2.16.840.1.113883.6.3", "2.16.156.10011.2.3.3.11.3"})
FAMILY_SECTION = "10157-6"
IDENTITY_ROOT = "2.16.156.10011.1.3"
VISIT_NAMES = frozenset({"本次随访日期", "随访日期", "体检日期", "就诊日期"})


@dataclass(frozen=True, slots=True)
class Around:
    """What the nodes around a statement say of it: its time, whether it is denied, and of which relative it is.

    `examined`: the dates of examination that stand in the groups around it, the widest first.
    """

    at: str | None
    examined: tuple[dating.When, ...] = ()
    negated: bool = False
    family: bool = False
    relation: str = ""


def read(root: Node, file: str = "", terms: Book | None = None) -> Document:
    """Return what a shared document says. Raises SangaoError for one of several patients."""
    document = Document(title=_title(root))
    _patient(root, document)
    body = [node for part in root.all("component") for node in part.children]
    day = _day(root, body)
    document.day = day
    reading = _Reading(document, file, terms or book())
    for node in body:
        reading.group(node)
    around = Around(day.isoformat() if day else None)
    for node in body:
        reading.walk(node, around)
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
    roles = [role for target in root.all("recordTarget") for role in target.all("patientRole") if any(_who(role))]
    if len({_who(role) for role in roles}) > 1 or any(len(list(role.all("patient"))) > 1 for role in roles):
        raise SangaoError([Problem("chinese.several_patients")], usage=True)
    if not roles:
        return
    role = roles[0]
    patient = role.child("patient")
    given = [(one.get("root"), one.get("extension")) for one in _ids(role)]
    numbers = [(root, text) for root, text in given if text and text != root]
    personal = [text for root, text in numbers if root == IDENTITY_ROOT or identity.resembles(text)]
    document.identity = next(iter(personal), "")
    document.key = next((text for _, text in numbers if text not in personal), None)
    if patient is None:
        return
    gender, birth, age = (patient.child(tag) for tag in ("administrativeGenderCode", "birthTime", "age"))
    if gender is not None and (gender.get("code") or gender.get("displayName")):
        document.sex = Value("code", code=gender.get("code"), label=gender.get("displayName"))
    document.birth = birth.get("value") if birth else ""
    if age is not None and not document.birth:
        document.items.append(Item("DE02.01.026.00", "年龄", values.value_of(age), line=age.line))


def _ids(role: Node) -> list[Node]:
    patient = role.child("patient")
    return [*role.all("id"), *(patient.all("id") if patient else ())]


def _who(role: Node) -> tuple[str, ...]:
    """Return what tells one patient from another."""
    sex, birth, name = (role.child("patient", tag) for tag in ("administrativeGenderCode", "birthTime", "name"))
    ids = sorted(one.get("root") + one.get("extension") for one in _ids(role))
    called = name.text.strip() or name.get("literal") if name else ""
    age = role.child("patient", "age")
    return (
        *ids,
        sex.get("code") or sex.get("displayName") if sex else "",
        birth.get("value") if birth else "",
        called,
        age.get("value") if age else "",
    )


def _day(root: Node, body: list[Node]) -> date | None:
    """Return the day of the visit, else of the encounter, else of the document."""
    visits = []
    for node in (one for top in body for one in top.walk() if one.tag == "observation"):
        code = node.child("code")
        if code is not None and elements.element_id(code.get("code")) in elements.VISIT:
            visits.append(values.time(node))
        elif code is not None and code.get("displayName") in VISIT_NAMES:
            visits.append(moment(values.stated(node).text) or values.time(node))
    encounter = root.child("componentOf", "encompassingEncounter")
    for found in (*visits, values.time(encounter) if encounter else None, values.time(root)):
        days = day_of(found) if found else None
        if days and days[0] == days[1]:
            return date.fromordinal(days[0])
    return None


@dataclass(slots=True)
class _Reading:
    """A document on its way: the dates that stand in statements of their own, by the node they speak of."""

    document: Document
    file: str
    terms: Book
    dates: dict[int, dating.When] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)

    # --- dates of examination -----------------------------------------------------------------------------------------
    def group(self, node: Node) -> tuple[set[str], list[dating.Stated]]:
        """Give each date to the smallest node that holds other statements, too; return what is left to those above.

        The kinds of statements below the node come first: `result` of an examination, or `other`.
        """
        if node.get("moodCode") in PLANS:
            return set(), []
        kinds: set[str] = set()
        left: list[dating.Stated] = []
        for one in node.children:
            below, dates = self.group(one)
            kinds |= below
            left += dates
        if node.tag == "observation":
            element, name = _called(node)
            found = dating.stated(element, name, _said(node), self.terms)
            if found is not None or dating.is_date(element, name, self.terms):
                self.done.add(id(node))
                return kinds, [*left, found] if found is not None else left
            kinds = {"result" if dating.is_result(element, name, self.terms) else "other"}
        elif node.tag == "substanceAdministration":
            kinds = {"other"}
        if left and kinds:
            both = len(kinds) > 1 and dating.CHECK_UP not in self.document.title
            self.dates[id(node)] = dating.together(left, both)
            if any(one.text is None for one in left):
                self.document.problems.append(Problem("chinese.bad_time", Span(self.file, node.line, 1)))
            left = []
        return kinds, left

    # --- statements ---------------------------------------------------------------------------------------------------
    def walk(self, node: Node, around: Around) -> None:
        """Note every statement below a node."""
        if node.get("moodCode") in PLANS:
            return
        time = values.time(node)
        if time is None:
            self.document.problems.append(Problem("chinese.bad_time", Span(self.file, node.line, 1)))
        if time != "" and node.tag != "section":
            around = replace(around, at=time, examined=())
        if id(node) in self.dates:
            around = replace(around, examined=(*around.examined, self.dates[id(node)]))
        if node.get("negationInd") == "true":
            around = replace(around, negated=True)
        relative = node.child("subject", "relatedSubject")
        if relative is not None:
            code = relative.child("code")
            around = replace(around, family=True, relation=code.get("displayName") if code else "")
        if node.tag == "section" and _is_family(node):
            around = replace(around, family=True)
        if node.tag in ("organizer", "section") and not around.family:
            self._test(node, around)
        if node.tag == "observation" and id(node) not in self.done:
            self._observation(node, around)
        elif node.tag == "substanceAdministration" and not around.family:
            _drug(node, around, self.document)
        for one in node.children:
            self.walk(one, around)

    def _test(self, node: Node, around: Around) -> None:
        test = laboratory.test(node, values.stated)
        if test is None or test.nodes <= self.done:
            return
        self.done |= test.nodes
        own = tuple(self.dates[one] for one in test.nodes if one in self.dates)
        item = replace(test.item, negated=around.negated, status=_status(node))
        taken = values.time(test.taken) if test.taken is not None else ""
        if taken and not own:
            self.document.items.append(replace(item, at=taken))
        else:
            dated = replace(around, at=around.at if taken == "" else taken, examined=around.examined + own)
            self._put(item, dated, values.time(test.code) if taken == "" else "")

    def _observation(self, node: Node, around: Around) -> None:
        code = node.child("code")
        if code is None:
            return
        document = self.document
        known, name = _called(node)
        element, value = code.get("code"), values.stated(node)
        system = ""
        found = next(node.all("value"), None)
        if found is not None:
            system = found.get("codeSystem")
        if around.family or known == elements.FAMILY:
            if value.kind != "blank" and not around.negated:
                words = value.label or value.text
                code_of = value.code if known != elements.FAMILY or around.relation else ""
                document.family.append(Coded(system, code_of, words, node.line, around.relation))
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
        if name in VISIT_NAMES and value.kind in ("time", "text"):
            return  # it is the day of the document
        item = Item(element, name, value, code.get("codeSystem"), None, node.line, around.negated, _status(node))
        self._put(item, around)

    def _put(self, item: Item, around: Around, spare: str | None = "") -> None:
        """Note a statement under its date of examination, else its `spare` time, else that of what is around it."""
        called = naming.called(item.name, self.terms)
        element = elements.element_id(item.element)
        facts = {*called.facts, *filter(None, (self.terms.element(element or ""),))}
        result = dating.is_result(element, item.name, self.terms)
        at: str | None = ""
        doubtful = False
        for when in around.examined:
            found = when.of_item(facts, result)
            if found != ("", False):
                at, doubtful = found
        if at == "" and not doubtful:
            at = spare or around.at
        self.document.items.append(replace(item, at=at, doubtful=doubtful))


def _is_family(section: Node) -> bool:
    code, title = section.child("code"), section.child("title")
    return bool(code and code.get("code") == FAMILY_SECTION) or bool(title and "家族" in title.text)


def _called(node: Node) -> tuple[str | None, str]:
    """Return the data element and the name of an observation."""
    code = node.child("code")
    if code is None:
        return None, ""
    original = code.child("originalText")
    return elements.element_id(code.get("code")), code.get("displayName") or (original.text.strip() if original else "")


def _said(node: Node) -> str:
    value = values.stated(node)
    if value.kind == "odd":
        return "?"  # two dates are one that nobody can read
    return value.text or value.label or value.code or _first(node.child("effectiveTime"))


def _first(time: Node | None) -> str:
    return next((one.get("value") for one in time.walk() if one.get("value")), "") if time is not None else ""


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
