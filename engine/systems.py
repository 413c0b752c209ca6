"""Code systems under one short name, whatever a host calls them: FHIR address, OID, or the mark of an HL7 message."""

import re
from functools import lru_cache
from typing import Literal

from sangao.engine.quantity import normalise

System = Literal["loinc", "de", "icd10", "atc", "snomed"]

_NAMES: dict[System, tuple[str, ...]] = {
    "loinc": ("http://loinc.org", "2.16.840.1.113883.6.1", "loinc", "ln", "lnc"),
    "de": ("2.16.156.10011.2.2.1", "卫生信息数据元目录", "ws363", "ws/t363", "ws364", "ws/t364", "de"),
    "icd10": ("http://hl7.org/fhir/sid/icd-10", "2.16.840.1.113883.6.3", "icd10", "icd-10", "i10"),
    "atc": ("http://www.whocc.no/atc", "2.16.840.1.113883.6.73", "atc"),
    "snomed": ("http://snomed.info/sct", "2.16.840.1.113883.6.96", "snomed", "sct", "snomedct"),
}
CLINICAL = re.compile(r"(icd-?10)?国家临床版(v?\d\.\d)?")
"""The national clinical edition of ICD-10: the same categories with places of its own behind them."""
NATIONAL = "2.16.156.10011.2.3.3.11"
"""The Chinese table of diagnoses (ICD-10) and its parts, `.1` to `.5`."""
_BY_NAME = {name: system for system, names in _NAMES.items() for name in names}


@lru_cache(maxsize=512)
def system_of(text: str | None) -> System | None:
    """Return the short name of a code system, None for one that is not known or was not named.

    >>> system_of("http://loinc.org/"), system_of("urn:oid:2.16.840.1.113883.6.1"), system_of("LN"), system_of("house")
    ('loinc', 'loinc', 'loinc', None)
    >>> system_of("2.16.156.10011.2.3.3.11.3"), system_of("2.16.156.10011.2.3.3.110")
    ('icd10', None)
    >>> system_of("ICD-10 国家临床版 2.0"), system_of("ICD-10-CM")
    ('icd10', None)
    """
    plain = normalise(text or "").lower().removeprefix("urn:oid:").rstrip("/")
    if plain == NATIONAL or plain.startswith(f"{NATIONAL}."):
        return "icd10"
    close = plain.replace(" ", "")
    return "icd10" if CLINICAL.fullmatch(close) else _BY_NAME.get(plain) or _BY_NAME.get(close)
