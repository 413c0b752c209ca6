"""The documents of `guidelines/shared/terms/`: strict YAML, every key known, read once and frozen."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sangao.engine.rules.documents import Names
from sangao.engine.rules.leaves import Document, Name
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


class ObservationDoc(Document):
    """The codes of one fact. `loinc`: code → unit of a number without one; `qualified`: what a code says besides."""

    kind: Literal["number", "bool", "code", "date"] = "number"
    loinc: dict[Loinc, Text]
    qualified: dict[Loinc, dict[Name, Text]] = Field(default_factory=dict)


class ObservationsFile(Document):
    """observations.yaml: fact → codes, panels whose values stand in their components, codes known and not read."""

    observations: dict[Name, ObservationDoc]
    panels: dict[Loinc, Names]
    aside: dict[Loinc, Names]


class UnitDoc(Document):
    """One unit: its UCUM code (none for units UCUM lacks) and spellings the engine does not read by itself."""

    ucum: Text | None = None
    spellings: tuple[Text, ...] = ()


class UnitsFile(Document):
    """units.yaml: the unit as facts name it → UCUM and spellings."""

    units: dict[Text, UnitDoc]
