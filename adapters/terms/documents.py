"""The documents of `guidelines/shared/terms/`: strict YAML, every key known, read once and frozen."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sangao.engine.rules.documents import Names
from sangao.engine.rules.leaves import Document, Name, Some
from sangao.engine.rules.text import Text

ASKED = "asked"
"""What stands for the unit of a number that must come with one."""
NONE = "none"
"""What stands for no unit at all."""


def checked(code: str) -> bool:
    """Return whether the check digit of a LOINC code holds.

    >>> checked("8480-6"), checked("8480-7"), checked("blood")
    (True, False, False)
    """
    body, dash, digit = code.partition("-")
    if not dash or not body.isdecimal() or not body.isascii() or len(digit) != 1 or not digit.isdecimal():
        return False
    total = 0
    for i, one in enumerate(reversed(body)):
        doubled = int(one) * (2 - i % 2)
        total += doubled - 9 * (doubled > 9)
    return (10 - total % 10) % 10 == int(digit)


def _loinc(value: Text) -> Text:
    if not checked(value):
        raise PydanticCustomError("rules.bad_id", "loinc", {"given": value, "form": "8480-6"})
    return value


Loinc = Annotated[Text, AfterValidator(_loinc)]
"""A LOINC code whose check digit holds."""
Facts = tuple[Name, ...]


class ObservationDoc(Document):
    """The codes of one fact. `loinc`: code → unit of a number without one; `values`: words of a code fact."""

    loinc: dict[Loinc, Text]
    values: dict[Text, Text] = Field(default_factory=dict)
    qualified: dict[Loinc, dict[Name, Text]] = Field(default_factory=dict)


class ObservationsFile(Document):
    """observations.yaml: fact → codes, panels whose values stand in their components, codes known and not read."""

    observations: dict[Name, ObservationDoc] = Field(default_factory=dict)
    panels: dict[Loinc, Names] = Field(default_factory=dict)
    aside: dict[Loinc, Names] = Field(default_factory=dict)


class SpelledDoc(Document):
    """One unit: its UCUM code (none for units UCUM lacks) and spellings the engine does not read by itself."""

    ucum: Text | None = None
    spellings: tuple[Text, ...] = ()


class UnitsFile(Document):
    """units.yaml: the unit as facts name it → UCUM and spellings."""

    units: dict[Text, SpelledDoc] = Field(default_factory=dict)


class ElementsFile(Document):
    """elements.yaml: fact → data elements, elements that hold parts of a list, elements known and not read."""

    elements: dict[Name, Annotated[tuple[Text, ...], Some]] = Field(default_factory=dict)
    parts: dict[Text, Names] = Field(default_factory=dict)
    aside: dict[Text, Names] = Field(default_factory=dict)


class ConditionsFile(Document):
    """conditions.yaml: what of a diagnosis does not stand with the facts."""

    icd10: dict[Name, tuple[Text, ...]] = Field(default_factory=dict)
    snomed: dict[Text, Facts] = Field(default_factory=dict)
    implies: dict[Name, Facts] = Field(default_factory=dict)
    family: dict[Name, Name] = Field(default_factory=dict)
    recorded: dict[Text, dict[Name, Text]] = Field(default_factory=dict)
    names: dict[Text, Facts] = Field(default_factory=dict)
    besides: tuple[Text, ...] = ()


class SubstanceDoc(Document):
    """One substance and everything it is sold as; `facts`: of further classes than the one it stands under."""

    zh: Text
    en: Text | None = None
    also: tuple[Text, ...] = ()
    brands: tuple[Text, ...] = ()
    facts: Facts = ()


class CombinationDoc(SubstanceDoc):
    """A name that does not spell out what it holds. `of`: its substances; `facts`: instead of theirs."""

    of: tuple[Text, ...]


class DrugsFile(Document):
    """drugs.yaml: substances by the fact of their class, combinations, bystanders, and the words around names."""

    substances: dict[Name, tuple[SubstanceDoc, ...]] = Field(default_factory=dict)
    combinations: tuple[CombinationDoc, ...] = ()
    bystanders: tuple[SubstanceDoc, ...] = ()
    salts: tuple[Text, ...] = ()
    forms: tuple[Text, ...] = ()
    strengths: tuple[Text, ...] = ()
    makers: tuple[Text, ...] = ()
