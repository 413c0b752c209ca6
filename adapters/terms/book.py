"""The book of terms: what a host's code, unit or name means here. One frozen object, loaded once, for all readers.

A lookup that finds nothing returns None or an empty tuple; the reader then says so with a problem of
`sangao.adapters.terms.problems` and never drops the entry in silence.

>>> book().observation("http://loinc.org", "8480-6")
Match(fact='sbp_office', kind='number', unit='mmHg', qualifiers=())
>>> book().unit("毫米汞柱"), book().unit("mm[Hg]"), book().ucum("mmHg"), book().unit("parsec")
('mmHg', 'mmHg', 'mm[Hg]', None)
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from sangao.adapters.terms.diagnoses import Diagnoses
from sangao.adapters.terms.drugs import Drugs
from sangao.adapters.terms.lexicon import plain
from sangao.adapters.terms.spelling import element_id, folded, unit_spelling
from sangao.engine.quantity import normalise
from sangao.engine.systems import System, system_of

_TWICE = re.compile(r"([^()]+)\(([^()]+)\)")


@dataclass(frozen=True, slots=True)
class Match:
    """A fact that a code stands for.

    `unit`: the unit of a number that comes without one; empty where the fact has none, None where a number without a
    unit must not be used. `qualifiers` belong to the reading (such as `("sample", "unknown")`).
    """

    fact: str
    kind: Literal["number", "bool", "code", "date"]
    unit: str | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in two languages: why a known code is not read as a fact, or what a panel holds."""

    zh: str
    en: str


@dataclass(frozen=True, eq=False)  # known by its place in memory, so that what it said can be remembered
class Book:
    """Everything `guidelines/shared/terms/` says, indexed for lookup. Safe to share between threads.

    `facts` are those of each list of a host, `named` what each fact is called, `own_names` what the core reads by name.
    """

    observations: Mapping[str, Match]
    answers: Mapping[str, Mapping[str, str]]
    panels: Mapping[str, Said]
    asides: Mapping[str, Said]
    passed: Mapping[str, Said]
    units: Mapping[str, str]
    ucums: Mapping[str, str]
    elements: Mapping[str, str]
    parts: Mapping[str, Said]
    diagnoses: Diagnoses
    drugs: Drugs
    facts: Mapping[str, frozenset[str]]
    named: Mapping[str, Said]
    own_names: Mapping[str, str]

    # --- observations -------------------------------------------------------------------------------------------------
    def observation(self, system: str | None, code: str) -> Match | None:
        """Return the fact a LOINC code stands for, None when it is not known here, a panel, or set aside.

        `system` may be an address, an OID, a short name or None (the code then speaks for itself).

        >>> book().observation(None, "1558-6").unit is None  # by mass: a bare number could be mg/dL or g/L
        True
        >>> book().observation("http://example.org/house", "8480-6") is None
        True
        """
        return self.observations.get(_code(code)) if _is(system, "loinc") else None

    def answer(self, fact: str, text: str) -> str | None:
        """Return the value of a code fact that an observation's words say, None for words that are not known.

        >>> book().answer("smoke_status", "Former smoker"), book().answer("smoke_status", "perhaps")
        ('former', None)
        """
        return self.answers.get(fact, {}).get(plain(text))

    def panel(self, system: str | None, code: str) -> Said | None:
        """Return what a panel holds whose values stand in its components, None for any other code."""
        return self.panels.get(_code(code)) if _is(system, "loinc") else None

    def aside(self, system: str | None, code: str) -> Said | None:
        """Return why a known code or data element is on purpose not read as a fact, None for any other.

        >>> book().aside("http://loinc.org", "86911-5").en
        'this is the LDL goal and no measurement'
        """
        if _is(system, "de") and element_id(code) in self.passed:
            return self.passed[element_id(code)]
        return self.asides.get(_code(code)) if _is(system, "loinc") else None

    # --- units --------------------------------------------------------------------------------------------------------
    def unit(self, text: str) -> str | None:
        """Return the name facts use for a unit, empty for "no unit", None for one that is not known.

        >>> book().unit("ｍｍｏｌ／Ｌ"), book().unit("毫摩尔每升"), book().unit("μmol/l"), book().unit("市斤")
        ('mmol/L', 'mmol/L', 'umol/L', '斤')
        """
        spelled = unit_spelling(text)
        found = self.units.get(spelled)
        if found is None:
            found = self.units.get(folded(spelled))
        twice = _TWICE.fullmatch(normalise(text)) if found is None else None
        if twice is None:
            return found
        first, second = self.unit(twice[1]), self.unit(twice[2])  # `mmol/L(毫摩尔/升)`
        return first if first == second else None

    def ucum(self, unit: str) -> str | None:
        """Return the UCUM code of a unit, None where the unit is not known or UCUM has none (斤, 两).

        >>> book().ucum("mL/min/1.73m2"), book().ucum("斤")
        ('mL/min/{1.73_m2}', None)
        """
        known = self.unit(unit)
        return None if known is None else self.ucums.get(known)

    # --- data elements ------------------------------------------------------------------------------------------------
    def element(self, code: str) -> str | None:
        """Return the fact of a data element of WS/T 363, None for one that is not known, set aside or part of a list.

        >>> book().element("DE04.1O.174.00"), book().element("DE04.10.999.00")
        ('sbp_office', None)
        """
        return self.elements.get(element_id(code))

    def part(self, code: str) -> Said | None:
        """Return what part of a list (a diagnosis, a drug, a laboratory item) a data element holds.

        >>> book().part("DE05.01.024.00").en
        'code of a diagnosis'
        """
        return self.parts.get(element_id(code))

    # --- lists --------------------------------------------------------------------------------------------------------
    def condition(self, system: str | None, code: str | None, text: str | None = None) -> tuple[str, ...]:
        """Return every fact a diagnosis says, by its code, else by its name; empty when neither is known.

        >>> book().condition(None, "I10.x00x031"), book().condition(None, "E11.301+H36.0*")[:3]
        (('hypertension',), ('diabetes', 't2dm', 'diabetic_retinopathy'))
        >>> book().condition(None, None, "高血压病3级(极高危)、2型糖尿病"), book().condition(None, None, "高血压待查")
        (('hypertension', 't2dm', 'diabetes'), ())
        """
        known = _known(system)
        return self.diagnoses.find(known or None, "" if known is False else code or "", text or "")

    def relative(self, system: str | None, code: str | None, text: str | None = None) -> tuple[str, ...]:
        """Return what a diagnosis of a relative of the first degree says of the patient's family history.

        >>> book().relative("http://hl7.org/fhir/sid/icd-10", "I10")
        ('fh_htn',)
        """
        return self.diagnoses.of_relative(self.condition(system, code, text))

    def recorded(self, code: str) -> tuple[tuple[str, str], ...]:
        """Return what a code of the national clinical edition states besides its diagnosis, as (fact, value).

        It is what somebody wrote down, to be checked against the rules and never to be believed.

        >>> book().recorded("I10.x00x031")
        (('recorded_risk', 'high'),)
        """
        return self.diagnoses.stated(code)

    def drug(self, system: str | None, code: str | None, text: str | None = None) -> tuple[str, ...]:
        """Return every class of drug that an ATC code, a generic name or a brand holds; empty when it is not known.

        >>> book().drug(None, None, "厄贝沙坦氢氯噻嗪片 150mg/12.5mg*7片")
        ('arb', 'thiazide', 'on_antihypertensive')
        >>> book().drug("http://www.whocc.no/atc", "C09DX04"), book().drug(None, None, "停用络活喜")
        (('on_antihypertensive', 'arni'), ())
        """
        known = _known(system)
        return self.drugs.find(code or "" if known in (None, "atc") else "", text or "")

    def bystander(self, text: str) -> bool:
        """Return whether a drug is known and no fact speaks of it, so that it suspends nothing.

        >>> book().bystander("阿莫西林胶囊 0.25g"), book().bystander("络活喜"), book().bystander("神奇降压茶")
        (True, False, False)
        """
        return self.drugs.bystander(text)

    def names(self) -> Iterator[str]:
        """Yield every name, code and spelling the book holds, for "did you mean"."""
        yield from (*self.observations, *self.elements, *self.units)
        for lexicon in (self.drugs.names, self.drugs.whole, self.diagnoses.names):
            yield from (word for word, means in lexicon.words.items() if means)


@cache
def book() -> Book:
    """Return the book of the shipped terms, with the site's own from the folders that `$SANGAO_TERMS` names.

    Raises SangaoError with every problem when a file is wrong: half a book must not be taken for the whole.
    """
    from sangao.adapters.terms.loading import load

    named = os.environ.get("SANGAO_TERMS", "")
    return load(local=[Path(one) for one in named.split(os.pathsep) if one and one != "off"])


def _code(text: str) -> str:
    return normalise(text).upper()


def _is(system: str | None, wanted: System) -> bool:
    return not system or system_of(system) == wanted


def _known(system: str | None) -> System | Literal[False] | None:
    """Return the short name of a system, None where none was named, False for one we do not know."""
    return (system_of(system) or False) if system else None
