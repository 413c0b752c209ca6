"""The book of terms: what a host's code, unit or name means here. One frozen object, loaded once, for all readers.

A lookup that finds nothing returns None or an empty tuple; the reader then says so with a problem of
`sangao.adapters.terms.problems` and never drops the entry in silence.

>>> book().observation("http://loinc.org", "8480-6")
Match(fact='sbp_office', kind='number', unit='mmHg', qualifiers=())
>>> book().unit("毫米汞柱"), book().unit("mm[Hg]"), book().ucum("mmHg"), book().unit("parsec")
('mmHg', 'mmHg', 'mm[Hg]', None)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sangao.adapters.terms.spelling import folded, unit_spelling
from sangao.adapters.terms.systems import system_of
from sangao.engine.quantity import normalise


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


@dataclass(frozen=True)
class Book:
    """Everything `guidelines/shared/terms/` says, indexed for lookup. Safe to share between threads."""

    observations: Mapping[str, Match]
    panels: Mapping[str, Said]
    asides: Mapping[str, Said]
    units: Mapping[str, str]
    codes_of_units: Mapping[str, str]

    def observation(self, system: str | None, code: str) -> Match | None:
        """Return the fact a LOINC code stands for, None when it is not known here, a panel, or set aside.

        `system` may be an address, an OID, a short name or None (the code then speaks for itself).

        >>> book().observation(None, "1558-6").unit is None  # by mass: a bare number could be mg/dL or g/L
        True
        >>> book().observation("http://example.org/house", "8480-6") is None
        True
        """
        return self.observations.get(_code(code)) if _is(system, "loinc") else None

    def panel(self, system: str | None, code: str) -> Said | None:
        """Return what a panel holds whose values stand in its components, None for any other code."""
        return self.panels.get(_code(code)) if _is(system, "loinc") else None

    def aside(self, system: str | None, code: str) -> Said | None:
        """Return why a known code is on purpose not read as a fact, None for any other code.

        >>> book().aside("http://loinc.org", "86911-5").en
        'this is the LDL goal and no measurement'
        """
        return self.asides.get(_code(code)) if _is(system, "loinc") else None

    def unit(self, text: str) -> str | None:
        """Return the name facts use for a unit, empty for "no unit", None for one that is not known.

        >>> book().unit("ｍｍｏｌ／Ｌ"), book().unit("毫摩尔每升"), book().unit("μmol/l"), book().unit("市斤")
        ('mmol/L', 'mmol/L', 'umol/L', '斤')
        """
        plain = unit_spelling(text)
        found = self.units.get(plain)
        return found if found is not None else self.units.get(folded(plain))

    def ucum(self, unit: str) -> str | None:
        """Return the UCUM code of a unit, None where the unit is not known or UCUM has none (斤, 两).

        >>> book().ucum("mL/min/1.73m2"), book().ucum("斤")
        ('mL/min/{1.73_m2}', None)
        """
        known = self.unit(unit)
        return None if known is None else self.codes_of_units.get(known)


@cache
def book() -> Book:
    """Return the book of the shipped terms. Raises SangaoError with every problem when its files are wrong."""
    from sangao.adapters.terms.loading import load

    return load()


def _code(text: str) -> str:
    return normalise(text).upper()


def _is(system: str | None, wanted: str) -> bool:
    return not system or system_of(system) == wanted
