"""Patient → who the chart is about: sex, date of birth, and whether anything forbids to go on.

`gender` is administrative: `other` and `unknown` leave sex unknown. A date of birth may be a year or a month; age is
then an interval.
"""

from sangao.adapters.fhir.gathering import Resource
from sangao.adapters.fhir.shapes import text
from sangao.adapters.fhir.taking import Taken

SEXES = frozenset({"male", "female"})


def take(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add sex and date of birth of the patient."""
    content = resource.content
    if content.get("deceasedBoolean") is True or content.get("deceasedDateTime") is not None:
        taken.problem("fhir.deceased", resource)
    if not sound:
        return
    gender = content.get("gender")
    if isinstance(gender, str) and gender in SEXES:
        taken.reading("sex", gender, resource, at=taken.now)
    elif gender is not None:
        taken.problem("fhir.sex_unknown", resource, "sex", gender=text(gender) or "—")
    born = content.get("birthDate")
    if text(born):
        taken.reading("birth_date", text(born), resource, at=taken.now)
    elif born is not None:
        taken.problem("fhir.unreadable", resource, "birth_date", element="Patient.birthDate")
