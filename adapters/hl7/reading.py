"""ORU and ADT messages → a chart: who it is, what was found, which diagnoses stand.

By rule: final (F) and corrected (C) results are used. What was deleted, wrong, never obtained or not asked for (D, W,
X, N) is left out. Any other status is a result nobody vouches for yet: the fact is unknown at that time, and an older
result does not take its place. Lists are not delivered: a message names diagnoses, it does not say that these are all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from sangao.adapters import identity
from sangao.adapters.chinese import elements
from sangao.adapters.hl7.decoding import Decoded, decode
from sangao.adapters.hl7.message import Segment, named, segments
from sangao.adapters.hl7.values import NULL, Given, given
from sangao.adapters.moments import moment
from sangao.adapters.naming import GOAL, meant
from sangao.adapters.specimens import CAPILLARY, is_of, said_by
from sangao.adapters.terms import Book, Match, book
from sangao.adapters.terms.problems import set_aside, unmatched, without_unit
from sangao.adapters.units import bare_unit
from sangao.engine import quantity
from sangao.engine.chart import Chart, Reading, day_of, today
from sangao.engine.errors import Problem, SangaoError, Span

TYPES = {"ORU": {"", "R01", "R30", "R32"}, "ADT": {"", "A01", "A04", "A05", "A08", "A28", "A31"}}
USED = frozenset({"F", "C"})
OUT = frozenset({"D", "W", "X", "N"})
KNOWN = USED | OUT | frozenset("PRSIOBUVA")
SEX = {"M": "male", "F": "female", "1": "male", "2": "female", "男": "male", "女": "female"}
NO_SEX = frozenset({"", "U", "O", "A", "N", "0", "9"})
TRUE, FALSE = frozenset({"Y", "是", "有", "阳性", "POS", "TRUE"}), frozenset({"N", "否", "无", "阴性", "NEG", "FALSE"})
PRESSURES = ("sbp_office", "dbp_office")
WITHOUT = "no value"
UNREAD = frozenset({"AL1", "IAM", "PR1", "RXA", "RXE", "RXO"})


def specimens(found: Sequence[Segment]) -> dict[Segment | None, str]:
    """Return what is said of the specimen of each order, in words: OBR-15, and SPM-4 of its group.

    In a message of results SPM follows the results it is of; what stands before the first order is of that.
    """
    words: dict[Segment | None, list[str]] = {None: []}
    order: Segment | None = None
    for one in found:
        if one.name == "OBR":
            words[one] = [one.get(15, i) for i in (1, 2, 3, 4)]
            words[one] += words[None] if order is None else []
            order = one
        elif one.name == "SPM":
            words[order] += [one.get(4, i) for i in (1, 2, 4, 5, 9)]
    return {of: said_by(said) for of, said in words.items()}


@dataclass(slots=True)
class Taking:
    """One message on its way into a chart."""

    decoded: Decoded
    found: Sequence[Segment]
    book: Book
    on: date
    file: str = ""
    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def chart(self) -> Chart:
        """Return the chart of the message."""
        key = self._person(next(named(self.found, "PID"), None))
        samples = specimens(self.found)
        order: Segment | None = None
        for one in self.found:
            if one.name == "OBR":
                order = one
            elif one.name == "OBX":
                self._observation(one, order, samples[order])
            elif one.name == "DG1":
                self._diagnosis(one)
            elif one.name in UNREAD and one.name not in self.told:
                self.told.add(one.name)
                self.problem("hl7.not_read", one, segment=one.name)
        return Chart(key, self.on, tuple(self.readings), {}, frozenset(), tuple(self.problems))

    def problem(self, code: str, at: Segment, fact: str | None = None, /, **parts: object) -> None:
        """Add a problem of a segment."""
        self.problems.append(Problem(code, self.span(at), parts, fact=fact))

    def span(self, at: Segment) -> Span:
        """Return the place of a segment: its number in the message."""
        return Span(self.file or "HL7", at.number, 1)

    # --- the person ---------------------------------------------------------------------------------------------------
    def _person(self, pid: Segment | None) -> str | None:
        if pid is None:
            return None
        numbers = [one[0] for n in (3, 2, 4, 19) for one in pid.all(n) if one and one[0]]
        found = identity.read(next((one for one in numbers if identity.resembles(one)), ""), self.on)
        if found.problem:
            self.problem(found.problem.code, pid)
        born = moment(pid.get(7))
        if born is None:
            self.problem("hl7.bad_time", pid, field="PID-7")
        said = quantity.normalise(pid.get(8)).upper()
        sex = SEX.get(said)
        if sex is None and said not in NO_SEX:
            self.problem("hl7.unreadable_value", pid, "sex")
        held = found.person
        own = {"sex": (sex, held.sex if held else None, ("性别", "sex"))}
        own["birth_date"] = (born or None, held.birth_date.isoformat() if held else None, ("出生日期", "date of birth"))
        for fact, (stated, proved, words) in own.items():
            if stated and proved and not _agree(stated, proved):
                self.problem("chinese.identity_differs", pid, fact, zh=words[0], en=words[1])
            elif stated or proved:
                value = (proved or stated or "")[:10]
                self.readings.append(Reading(fact, value, None, self.on.isoformat(), "PID"))
        return next((one for one in numbers if not identity.resembles(one)), None)

    # --- results ------------------------------------------------------------------------------------------------------
    def _observation(self, obx: Segment, order: Segment | None, sample: str) -> None:
        matches = self._matches(obx)
        if not matches:
            self._unknown(obx, order)
            return
        told = meant(matches[0].fact, [one for i in (2, 5) if (one := obx.get(3, i))])
        match = matches[0] if told.fact == matches[0].fact else replace(matches[0], fact=told.fact)
        fact = match.fact
        status = obx.get(11).upper() or (order.get(25).upper() if order else "")
        if status in OUT:
            self.problem("hl7.left_out", obx, fact, status=status)
            return
        at = self._when(obx, order)
        source = f"OBX-{obx.get(1) or obx.number} {obx.get(3, 2) or obx.get(3)}".strip()[:60]
        value = given(obx)
        several = {one.fact: one for one in matches}
        if status not in USED:
            wrong = "hl7.left_out" if status in KNOWN else "hl7.unknown_status"
            self.problem(wrong, obx, fact, status=status)
            for each in several.values() if len(several) > 1 else (match,):
                self._without(each, at, source)
        elif len(several) > 1:  # each may be the right one, and older results of neither stand in for it
            for each in several.values():
                self.problem("hl7.codes_differ", obx, each.fact)
                self._without(each, at, source)
        elif told.other is not None:
            self.problem("hl7.name_differs", obx, fact, code=obx.get(3), named=told.other)
            self._without(match, at, source)
            if told.other != GOAL:
                self._without(Match(told.other, "number"), at, source)
        elif value.odd:
            self.problem("hl7.unreadable_value", obx, fact)
            self._without(match, at, source)
        elif not is_of(fact, sample):
            self.problem("chinese.sample_differs", obx, fact)
            self._without(match, at, source)
        elif value.words is not None:
            self._value(obx, match, value, at, source, sample)
        else:
            self.problem("hl7.no_value", obx, fact)
            if NULL in obx.get(5):  # "delete what you have"
                self._without(match, at, source)

    def _value(self, obx: Segment, match: Match, value: Given, at: str | None, source: str, sample: str) -> None:
        words = quantity.normalise(value.words or "")
        if match.kind == "bool":
            truth = True if words.upper() in TRUE else False if words.upper() in FALSE else None
            if truth is None:
                self.problem("hl7.unreadable_value", obx, match.fact)
            self.readings.append(Reading(match.fact, "unknown" if truth is None else truth, None, at, source))
            return
        if match.kind != "number":
            meant = self.book.answer(match.fact, words) or elements.TEXTS.get(match.fact, {}).get(words, words)
            self.readings.append(Reading(match.fact, meant, None, at, source))
            return
        unit = bare_unit(obx.get(6) or obx.get(6, 2), self.book)
        read = quantity.read(words)
        if not unit and not (read and read.unit) and match.unit is None:
            self.problems.append(without_unit(obx.get(3), match.fact, where=self.span(obx)))
            self._without(match, at, source)
            return
        named_unit = self.book.unit(unit) if unit else match.unit
        qualifiers = dict(match.qualifiers)
        if any(one in sample or one in obx.get(3, 2) for one in CAPILLARY):
            qualifiers["sample"] = "capillary"
        shown = (unit if named_unit is None else named_unit) or None
        if read is not None and read.unit:
            shown = shown if unit else None
        self.readings.append(Reading(match.fact, words, shown, at, source, tuple(qualifiers.items())))

    def _without(self, match: Match, at: str | None, source: str) -> None:
        value = "unknown" if match.kind == "bool" else WITHOUT
        self.readings.append(Reading(match.fact, value, None, at, source))

    def _matches(self, obx: Segment) -> list[Match]:
        """Return the facts that the code of an OBX and its alternate stand for."""
        found: list[Match] = []
        for code, system in _codes(obx):
            match = self.book.observation(system or None, code)
            element = elements.element_id(code)
            fact = (
                self.book.element(element) if match is None and element and element not in elements.NARRATIVE else None
            )
            if match is None and fact is not None:
                match = Match(fact, _kind(fact), "" if fact not in elements.UNIT_NEEDED else None)
            if match is not None and match not in found:
                found.append(match)
        return found

    def _unknown(self, obx: Segment, order: Segment | None) -> None:
        """Say what becomes of a result whose code is no fact: a pressure in one text, set aside, or not known here."""
        for code, system in _codes(obx):
            aside = self.book.aside(system or None, code)
            if aside is not None:
                self.problems.append(set_aside(code, aside, system or None, where=self.span(obx)))
                return
            if self.book.panel(system or None, code) is not None:
                self._pair(obx, order)
                return
        code, system = next(iter(_codes(obx)), ("—", ""))
        if code not in self.told:
            self.told.add(code)
            self.problems.append(unmatched("code", code, system or None, where=self.span(obx)))

    def _pair(self, obx: Segment, order: Segment | None) -> None:
        """Read a blood pressure that was written as one text; a panel without a value says nothing."""
        value = given(obx)
        if value.words is None and not value.odd:
            return
        status = obx.get(11).upper() or (order.get(25).upper() if order else "")
        if status in OUT:
            self.problem("hl7.left_out", obx, PRESSURES[0], status=status)
            return
        both = quantity.parse_pair(value.words or "") if status in USED else None
        shown = [quantity.decimal_text(one) for one in both[:2]] if both else [WITHOUT, WITHOUT]
        unit = (both[2] or obx.get(6) or None) if both else None
        for fact, text in zip(PRESSURES, shown, strict=True):
            if both is None:
                self.problem("hl7.unreadable_value", obx, fact)
            self.readings.append(Reading(fact, text, unit, self._when(obx, order), f"OBX-{obx.get(1)}"))

    def _when(self, obx: Segment, order: Segment | None) -> str | None:
        """Return when it was observed: OBX-14, else OBR-7; None where neither says."""
        for segment, number in ((obx, 14), (order, 7)):
            text = segment.get(number) if segment is not None else ""
            if text:
                found = moment(text)
                if found is None and segment is not None:
                    self.problem("hl7.bad_time", segment, field=f"{segment.name}-{number}")
                return found or None
        return None

    # --- diagnoses ----------------------------------------------------------------------------------------------------
    def _diagnosis(self, dg1: Segment) -> None:
        """Take a diagnosis as it stands: final or without a kind is there, an admitting or working one is not sure."""
        code, text, system = dg1.get(3), dg1.get(3, 2) or dg1.get(4), dg1.get(3, 3)
        if not (code or text):
            return
        if dg1.get(21).upper() == "D":
            self.problem("hl7.deleted", dg1)
            return
        facts = self.book.condition(system or None, code, text)
        if not facts and code and not system:
            facts = self.book.condition("icd10", code, text)
        if not facts:
            self.problem("hl7.unknown_condition", dg1)
        sure = dg1.get(6).upper() in ("", "F") and not elements.is_unsure(text)
        for fact in facts:
            self.readings.append(Reading(fact, True if sure else "unknown", None, self.on.isoformat(), "DG1"))


def read(source: bytes | str, on: date | None = None, *, terms: Book | None = None, file: str = "") -> Chart:
    """Return the chart of an ORU or ADT message, as of `on`, else of the day of the message (MSH-7), else today.

    Raises SangaoError for what is no HL7, a message of another kind, or one of several patients.
    """
    try:
        decoded = decode(source)
        found = checked(decoded)
    except SangaoError as error:
        where = Span(file)
        raise SangaoError([replace(one, where=where) for one in error.problems], usage=error.usage) from error
    sent = day_of(moment(decoded.head(7)) or "")
    day = date.fromordinal(sent[1]) if sent else today()
    return Taking(decoded, found, terms or book(), on or day, file).chart()


def checked(decoded: Decoded) -> list[Segment]:
    """Return the segments of a message that can be read. Raises SangaoError as `read` does."""
    kind, _, rest = decoded.head(9).partition(decoded.delimiters.component)
    event = rest.split(decoded.delimiters.component)[0]
    if event not in TYPES.get(kind, ()):
        raise SangaoError([Problem("hl7.unsupported_type", parts={"type": f"{kind}^{event}"[:20]})], usage=True)
    found = segments(decoded)
    if len({one.fields[2:] for one in named(found, "PID")}) > 1:
        raise SangaoError([Problem("hl7.several_patients")], usage=True)
    return found


def _codes(obx: Segment) -> list[tuple[str, str]]:
    return [(code, system) for i in (1, 4) if (code := obx.get(3, i)) for system in [obx.get(3, i + 2)]]


def _kind(fact: str) -> Literal["number", "bool", "code", "date"]:
    if fact in elements.TRUTHS:
        return "bool"
    if fact in elements.DATES:
        return "date"
    return "code" if fact in elements.TEXTS else "number"


def _agree(stated: str, proved: str) -> bool:
    if stated == proved:
        return True
    days, day = day_of(stated[:10]), day_of(proved)
    return days is not None and day is not None and days[0] <= day[0] <= days[1]
