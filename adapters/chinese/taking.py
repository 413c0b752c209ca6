"""A document as it speaks → a chart: one fact for one element, blanks as blanks, and a problem for what cannot be used.

A document is no problem list. A diagnosis or a drug it names is there; what it does not name stays unknown. Only the
symptoms of a visit are delivered as a list, for the form asks for all of them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sangao.adapters import arms, identity
from sangao.adapters.chinese import elements, families, meaning, naming
from sangao.adapters.chinese.said import Coded, Document, Item
from sangao.adapters.moments import moment
from sangao.adapters.specimens import is_of
from sangao.adapters.terms import Book, Match
from sangao.adapters.terms.problems import set_aside, unmatched
from sangao.engine import quantity
from sangao.engine.chart import Chart, Entry, Reading, today
from sangao.engine.errors import Problem, Span

WITHOUT = "no value"  # keeps the occasion: an older reading must not stand in for one nobody could read
PRESSURES = ("sbp_office", "dbp_office")


@dataclass(slots=True)
class Taking:
    """One document on its way into a chart."""

    document: Document
    book: Book
    on: date
    file: str = ""
    sample: str | None = None
    readings: list[Reading] = field(default_factory=list)
    lists: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def chart(self) -> Chart:
        """Return the chart of the document."""
        document = self.document
        self.problems += document.problems
        self._person()
        for item in document.items:
            self._item(item)
        office, problem = arms.office(self.readings)
        self.readings += office
        if problem:
            self.problem(problem)
        for one in document.diagnoses:
            self._condition(one)
        for one in document.drugs:
            self._drug(one)
        for one in document.family:
            self._relative(one)
        self._symptoms()
        if not self.readings and not self.lists:
            self.problem("chinese.nothing_read")
        key = document.key
        if identity.resembles(key):
            self.problem("chinese.identity_as_key")
            key = None
        return Chart(key, self.on, tuple(self.readings), self.lists, frozenset(), tuple(self.problems))

    def problem(self, code: str, line: int = 0, fact: str | None = None, **parts: Any) -> None:
        """Add a problem at a line of the document."""
        self.problems.append(Problem(code, Span(self.file, line, 1 if line else 0), parts, fact=fact))

    # --- the person ---------------------------------------------------------------------------------------------------
    def _person(self) -> None:
        read = identity.read(self.document.identity, self.on)
        if read.problem:
            self.problem(read.problem.code)
        stated = self.document.sex
        sex = None if stated.code in elements.NOT_SAID["sex"] else meaning.meant("sex", stated)
        if sex is None and stated.kind != "blank" and stated.code not in elements.NOT_SAID["sex"]:
            self.problem("chinese.unreadable_value", fact="sex")
        born = moment(self.document.birth)
        if born is None:
            self.problem("chinese.bad_time")
        given = {"sex": sex, "birth_date": born or None}
        held = {} if read.person is None else {"sex": read.person.sex, "birth_date": read.person.birth_date.isoformat()}
        names = {"sex": ("性别", "sex"), "birth_date": ("出生日期", "date of birth")}
        for fact, value in given.items():
            other = held.get(fact)
            if value and other and not meaning.agree(fact, str(value), other):
                zh, en = names[fact]
                self.problem("chinese.identity_differs", fact=fact, zh=zh, en=en)
            elif value or other:
                self._add(fact, other or value, None, self.on.isoformat(), "身份证号" if other else "患者信息")

    # --- statements ---------------------------------------------------------------------------------------------------
    def _item(self, item: Item) -> None:
        called = naming.called(item.name, self.book)
        code = elements.element_id(item.element)
        if called.goal or code in elements.ADMINISTRATIVE:
            return
        if code in elements.NARRATIVE:
            self._once("chinese.text_only", item, element=elements.NARRATIVE[code])
            return
        fact, match = self._fact(item, code, called)
        if fact is None:
            return
        if item.negated:
            self.problem("chinese.negated", item.line, fact)
            return
        if not is_of(fact, item.sample):
            self.problem("chinese.sample_differs", item.line, fact)
            return
        source = f"{code or item.element} {called.words}".strip()
        if item.doubtful and item.value.kind != "blank":
            self.problem("chinese.dates_differ", item.line, fact)
            self._add(fact, WITHOUT, None, None, source)
        elif fact in elements.TEXTS or fact in elements.TRUTHS:
            self._coded(fact, item, source)
        elif fact in elements.DATES:
            if fact != "htn_diagnosis_date" or "高血压" in self.document.title:  # else it is another disease's
                self._date(fact, item, source)
        else:
            self._number(fact, item, source, called.unit, match)

    def _fact(self, item: Item, code: str | None, called: naming.Called) -> tuple[str | None, Match | None]:
        """Return the fact a statement is of and what its code says of it; no fact after saying why there is none."""
        match = None
        if code is not None:
            fact = self.book.element(code)
        else:
            match = self.book.observation(item.system, item.element) if item.element and item.system else None
            fact = match.fact if match else None
        if fact is None and called.reads is not None and code is None:
            return called.reads, None
        if fact is None:
            if code is not None or item.element.strip():
                self._unknown(code or item.element, "de" if code else item.system, item.line)
            else:
                self._once("chinese.unknown_item", item)
            return None, None
        # INVARIANT: no id is believed against the name beside it.
        agreed = called.agreed(fact, by_element=code is not None)
        if agreed is None:
            named = next(iter(sorted(called.facts)), naming.shown(item.name))
            self.problem("chinese.name_differs", item.line, fact, element=code or item.element, named=named)
        return agreed, match

    def _unknown(self, code: str, system: str, line: int) -> None:
        if code in self.told:
            return
        self.told.add(code)
        where = Span(self.file, line, 1)
        aside = self.book.aside(system, code) if system else None
        self.problems.append(set_aside(code, aside, where=where) if aside else unmatched("element", code, where=where))

    def _number(self, fact: str, item: Item, source: str, name_unit: str, match: Match | None) -> None:
        value = item.value
        if value.kind == "odd":
            self.problem("chinese.unreadable_value", item.line, fact)
            self._add(fact, WITHOUT, None, item.at, source)
            return
        text = quantity.normalise(value.text or value.label)
        if value.kind == "blank" or text.upper() in elements.BLANKS:
            return
        if text in elements.SENTINELS:
            self.problem("chinese.missing_code", item.line, fact, sign=text)
            return
        pair = quantity.parse_pair(text) if fact in PRESSURES else None
        if pair is not None:
            for one, number in zip(PRESSURES, pair[:2], strict=True):
                self._add(one, quantity.decimal_text(number), pair[2] or self._unit(one, value.unit), item.at, source)
            return
        given = quantity.read(text)
        if given is not None and given.exact == 0 and fact not in elements.ZERO_IS_REAL:
            return
        unit = value.unit or ("" if given is None else given.unit) or name_unit
        bare = not unit and not (given is not None and given.exact == 0)
        if bare and match is not None and match.unit:
            unit = match.unit
        elif bare and (fact in elements.UNIT_NEEDED or (match is not None and match.unit is None)):
            self.problem("chinese.unit_needed", item.line, fact)
            self._add(fact, WITHOUT, None, item.at, source)
            return
        fact, more = meaning.sampled(
            fact, item.name + item.sample, match, self.sample, meaning.FOLLOW_UP in self.document.title
        )
        status = {"status": item.status} if item.status else {}
        if given is not None and given.unit and given.exact is not None:
            text = quantity.decimal_text(given.exact)
        self._add(fact, text, self._unit(fact, unit), item.at, source, **status, **more)

    def _unit(self, fact: str, unit: str) -> str | None:
        known = self.book.unit(unit) if unit else ""
        named = unit if known is None else known
        if named and fact in elements.PER_DAY and "/" not in named:
            named += "/d"
        return named or None

    def _coded(self, fact: str, item: Item, source: str) -> None:
        value = item.value
        if value.kind == "blank" or (value.code.strip() in elements.NOT_SAID.get(fact, ())):
            return
        meant = meaning.meant(fact, value)
        if meant is None and quantity.normalise(value.label or value.text or value.code).upper() in elements.BLANKS:
            return
        if meant is None:
            self.problem("chinese.unreadable_value", item.line, fact)
            meant = WITHOUT if fact not in elements.TRUTHS else "unknown"
        self._add(fact, meant, None, item.at, source, **({"status": item.status} if item.status else {}))

    def _date(self, fact: str, item: Item, source: str) -> None:
        found = moment(item.value.text or item.value.label)
        if found is None:
            self.problem("chinese.unreadable_value", item.line, fact)
        elif found:
            self._add(fact, found[:10], None, self.on.isoformat(), source)

    # --- lists --------------------------------------------------------------------------------------------------------
    def _condition(self, one: Coded) -> None:
        if elements.is_unsure(one.name):
            self.problem("chinese.unsure_diagnosis", one.line)
            return
        facts = self.book.condition(one.system or None, one.code, one.name)
        if not facts:
            self.problems.append(unmatched("condition", one.code or one.name, where=Span(self.file, one.line, 1)))
        for fact in facts:
            self._add(fact, True, None, self.on.isoformat(), "诊断")

    def _drug(self, one: Coded) -> None:
        facts = self.book.drug(one.system or None, one.code, one.name)
        if not facts and not self.book.bystander(one.name):
            self.problems.append(unmatched("drug", one.name or one.code, where=Span(self.file, one.line, 1)))
        for fact in facts:
            self._add(fact, True, None, self.on.isoformat(), "用药")

    def _relative(self, one: Coded) -> None:
        if not one.relation and not one.code:  # in words, whose disease it is stands in them
            pairs, left = families.read(one.name)
            for relation, disease in pairs:
                self._relative(Coded("", "", disease, one.line, relation))
            if left:
                self.problem("chinese.family_item", one.line)
            return
        near = quantity.normalise(one.relation) in meaning.RELATIVES
        facts = self.book.relative(one.system or None, one.code, one.name) if near else ()
        if not facts:
            self.problem("chinese.family_item", one.line)
        for fact in facts:
            self._add(fact, True, None, self.on.isoformat(), "家族史")

    def _symptoms(self) -> None:
        given = [one for one in self.document.symptoms if one.kind != "blank"]
        said = [quantity.normalise(one.label or one.text) for one in given]
        entries = [Entry(one.code, "name", source="症状") for one in given if not (one.label or one.text)]
        said = [one for one in dict.fromkeys(said) if one and (one == "无" or one.upper() not in elements.BLANKS)]
        if not said:
            return  # what has no name says neither which symptoms there are nor that these are all
        for one in said:
            known = elements.SYMPTOMS.get(one)
            entries += (
                [Entry(one, "name", source="症状")]
                if known is None
                else [Entry(fact, "fact", source="症状") for fact in known]
            )
        self.lists["symptoms"] = tuple(entries)

    # --- pieces -------------------------------------------------------------------------------------------------------
    def _add(self, fact: str, value: Any, unit: str | None, at: str | None, source: str, **more: str) -> None:
        self.readings.append(Reading(fact, value, unit, at, source, tuple(more.items())))

    def _once(self, code: str, item: Item, **parts: Any) -> None:
        key = f"{code} {parts}"
        if key not in self.told:
            self.told.add(key)
            self.problem(code, item.line, **parts)


def chart_of(document: Document, on: date | None, book: Book, file: str = "", sample: str | None = None) -> Chart:
    """Return the chart of a document, read as of `on`, else its own day, else today.

    `sample` says of which sample glucose is where the document does not (`venous_plasma`, `capillary`).
    """
    return Taking(document, book, on or document.day or today(), file, sample).chart()
