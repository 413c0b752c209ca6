"""FamilyMemberHistory → the family history of the chart.

First-degree relatives count. Whether an onset was early is settled where the sources agree (`relatives.yaml`), and
unknown between.
"""

from collections.abc import Iterator
from fractions import Fraction

from sangao.adapters.fhir.answers import coded, relatives, said
from sangao.adapters.fhir.editions import plain, system
from sangao.adapters.fhir.gathering import Resource
from sangao.adapters.fhir.listing import nothing
from sangao.adapters.fhir.shapes import Concept, Json, concept, mapping, mappings, text
from sangao.adapters.fhir.spoken import diagnoses, suspected
from sangao.adapters.fhir.taking import Taken
from sangao.adapters.terms.lexicon import plain as worded
from sangao.engine.chart import Entry
from sangao.engine.quantity import parse_number, unit_name

LIST = "family_history"


def take(resource: Resource, taken: Taken, sound: bool) -> None:
    """Add what a FamilyMemberHistory says; where `sound` is false nothing may be assumed of the family."""
    content, known = resource.content, relatives()
    status = text(content.get("status")) or "—"
    if status == "entered-in-error":
        taken.problem("fhir.left_out", resource, status=status)
        return
    kin = concept(content.get("relationship"))
    degree = said(kin, known.first_degree) or next(
        (known.words[one] for one in map(worded, kin.names) if one in known.words), None
    )
    if degree is None and coded(kin):
        taken.problem("fhir.relative", resource)
        return
    withheld = content.get("dataAbsentReason") is not None
    if degree is None or status != "completed" or withheld:
        taken.problem("fhir.doubtful", resource, status="relationship" if degree is None else status)
    if status == "completed" and not withheld:
        taken.deliver(LIST)
    if degree is None:
        sound = False
    if not sound:
        taken.suspend(LIST, resource.name)
        return
    sex = degree if degree != "any" else _sex(content)
    for one in mappings(content.get("condition")):
        name = concept(one.get("code"))
        if nothing(name, LIST, taken):
            continue
        facts = diagnoses(name, taken.book)
        guess = suspected(name, taken.book)
        if guess is not None:  # as in the patient: neither there nor assumed absent
            taken.problem("fhir.doubtful", resource, status=guess)
            taken.suspend(LIST, resource.name)
            continue
        told = tuple(dict.fromkeys(fact for part in _ways(name) for fact in taken.book.relative(*part)))
        if not facts:  # what the relative had nobody can read: it suspends what the list would allow
            taken.entry(LIST, Entry(name.name, "name", source=resource.name), (), resource)
        for fact in told:
            taken.state(fact, resource)
        if known.conditions.intersection(facts):
            _early(one, sex, resource, taken)


def _ways(name: Concept) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Yield system, code and text of each way a disease is named."""
    yield from ((system(one), plain(one), one.display) for one in name.codings)
    yield from ((None, None, one) for one in name.names)


def _sex(content: Json) -> str | None:
    return next((one.code for one in concept(content.get("sex")).codings if one.code in ("male", "female")), None)


def _early(condition: Json, sex: str | None, resource: Resource, taken: Taken) -> None:
    """Say whether a cardiovascular disease came early: stated, unknown, or (late) nothing at all."""
    known = relatives()
    age = _years(condition)
    if age is not None and age < Fraction(known.early_below):
        taken.state(known.fact, resource)
        return
    late = known.late_from.get(sex or "", max(known.late_from.values(), key=Fraction))
    if age is None or age < Fraction(late):
        taken.problem("fhir.onset_open", resource, known.fact)
        taken.doubt([known.fact], resource)


def _years(condition: Json) -> Fraction | None:
    """Return the age at onset in years, None when it is not given as one."""
    age = mapping(condition.get("onsetAge"))
    unit = text(age.get("code")) or text(age.get("unit")) or ""
    value = age.get("value")
    if age.get("comparator") is not None or unit_name(unit) != "years" or isinstance(value, bool):
        return None
    return parse_number(str(value)) if isinstance(value, int | float) and abs(value) < 200 else None
