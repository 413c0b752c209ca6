"""Resources as hosts send them, made short for tests; and a patient read from some."""

from datetime import date
from typing import Any

from sangao.adapters.fhir.reading import Reading, read

ON = date(2026, 3, 9)
LOINC, UCUM, SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
ICD10, ATC = "http://hl7.org/fhir/sid/icd-10", "http://www.whocc.no/atc"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
Json = dict[str, Any]


def concept(code: str, system: str = LOINC, text: str | None = None) -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def quantity(value: Any, unit: str, **rest: Any) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **rest}


def patient(id: str = "a", **rest: Any) -> Json:
    return {"resourceType": "Patient", "id": id, "gender": "male", "birthDate": "1961-03-02", **rest}


def observation(code: str, value: Any = None, unit: str = "", at: str | None = "2026-03-01", **rest: Any) -> Json:
    made: Json = {"resourceType": "Observation", "id": f"o{code}", "status": "final", "code": concept(code)}
    if value is not None:
        made["valueQuantity"] = quantity(value, unit)
    if at is not None:
        made["effectiveDateTime"] = at
    return {**made, "subject": {"reference": "Patient/a"}, **rest}


def pressure(systolic: Any, diastolic: Any, at: str = "2026-03-01", panel: str = "85354-9", **rest: Any) -> Json:
    parts = [("8480-6", systolic), ("8462-4", diastolic)]
    component = [{"code": concept(code), "valueQuantity": quantity(value, "mm[Hg]")} for code, value in parts]
    return observation(panel, at=at, component=component, **{"id": f"bp-{at[:10]}", **rest})


def condition(code: str = "I10", system: str = ICD10, clinical: str | None = "active", **rest: Any) -> Json:
    made: Json = {"resourceType": "Condition", "id": f"c{code}", "code": concept(code, system)}
    if clinical:
        made["clinicalStatus"] = concept(clinical, CLINICAL)
    return {**made, "subject": {"reference": "Patient/a"}, **rest}


def medication(code: str = "C09AA02", system: str = ATC, status: str = "active", **rest: Any) -> Json:
    made: Json = {"resourceType": "MedicationRequest", "id": f"m{code}", "status": status, "intent": "order"}
    return {**made, "medicationCodeableConcept": concept(code, system), "subject": {"reference": "Patient/a"}, **rest}


def bundle(*resources: Json, **rest: Any) -> Json:
    entry = [{"fullUrl": f"urn:uuid:{one.get('id')}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry, **rest}


def taken(*resources: Any, on: date = ON, **rest: Any) -> Reading:
    return read(bundle(*resources), on, **rest)


def codes(found: Reading) -> list[str]:
    return [one.code for one in found.problems]
