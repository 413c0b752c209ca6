"""Orders that are being written: which are this patient's, and which are somebody else's.

An order of another is neither checked nor counted as this patient's, and it is never left out in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sangao.adapters.fhir.belonging import belongs, patient_of
from sangao.adapters.fhir.gathering import Resource, gather
from sangao.adapters.service.cds.asked import Asked
from sangao.adapters.service.cds.sources import Gathered, flat, reference_of
from sangao.engine.errors import Problem

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The resources of the draft orders; `problems`: of orders that say of nobody whose they are (read as own)."""

    own: tuple[Order, ...]
    others: tuple[Order, ...]
    problems: tuple[Problem, ...]


def written(asked: Asked, found: Gathered) -> Written:
    """Return the draft orders of a call, told apart by whom they are for."""
    sent = list(flat([asked.context.get("draftOrders")]))
    person, names = patient_of(gather(found.resources), f"Patient/{asked.patient}")
    own, others, problems = list[Order](), list[Order](), list[Problem]()
    for one in sent:
        kind, name = str(one.get("resourceType")), reference_of(one)
        problem = belongs(Resource(kind, one, name or kind), person, names) if _is_for_somebody(one) else None
        (others if problem is not None and problem.code == "fhir.other_patient" else own).append(one)
        if problem is not None and problem.code == "fhir.no_subject":
            problems.append(problem)
    return Written(tuple(own), tuple(others), tuple(problems))


def _is_for_somebody(one: Order) -> bool:
    """Return whether a resource is one that is for a person: a drug that an order refers to is not."""
    return one.get("resourceType") == "MedicationRequest" or not {"subject", "patient"}.isdisjoint(one)
