"""Orders that are being written: which are this patient's, and which are somebody else's.

An order of another is neither checked nor counted as this patient's, and it is never left out in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sangao.adapters.fhir.belonging import belongs, patient_of
from sangao.adapters.fhir.gathering import Gathered as Sent
from sangao.adapters.fhir.gathering import Resource, gather
from sangao.adapters.service.cds.asked import Asked
from sangao.adapters.service.cds.sources import Gathered, flat, reference_of
from sangao.engine.errors import Problem

Json = dict[str, Any]
Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The resources of the draft orders; `problems`: of orders that say of nobody whose they are (read as own).

    `beside` is all an order may refer to, the drafts before what was sent; `addresses` the full URL of a
    draft by its identity.
    """

    own: tuple[Order, ...]
    others: tuple[Order, ...]
    problems: tuple[Problem, ...]
    beside: Sent
    addresses: Mapping[int, str]

    def resource(self, order: Order) -> Resource:
        """Return a draft as the readers take it, with the address it was sent under."""
        kind, name = str(order.get("resourceType")), reference_of(order)
        return Resource(kind, order, name or kind, full=self.addresses.get(id(order)))

    def signed(self, without: Order | None = None) -> Json | None:
        """Return the drafts but one as they will be when signed, with what they refer to; None without a drug."""
        entries: list[Json] = []
        for one in self.own:
            drug = one.get("resourceType") == "MedicationRequest"
            if one is not without and (drug or one.get("resourceType") == "Medication"):
                full = self.addresses.get(id(one))
                entries.append({"resource": {**one, "status": "active", "intent": "order"} if drug else one})
                entries[-1] |= {"fullUrl": full} if full else {}
        ordered = any(one["resource"]["resourceType"] == "MedicationRequest" for one in entries)
        return {"resourceType": "Bundle", "type": "collection", "entry": entries} if ordered else None


def written(asked: Asked, found: Gathered) -> Written:
    """Return the draft orders of a call, told apart by whom they are for."""
    sent = gather(found.resources)
    person, names = patient_of(sent, f"Patient/{asked.patient}")
    drafts = gather([asked.context.get("draftOrders")])
    beside = Sent([*drafts.resources, *sent.resources])
    own, others, problems = list[Order](), list[Order](), list[Problem]()
    for one in flat([asked.context.get("draftOrders")]):
        kind, name = str(one.get("resourceType")), reference_of(one)
        problem = belongs(Resource(kind, one, name or kind), person, names) if _is_for_somebody(one) else None
        (others if problem is not None and problem.code == "fhir.other_patient" else own).append(one)
        if problem is not None and problem.code == "fhir.no_subject":
            problems.append(problem)
    addresses = {id(one.content): one.full for one in drafts.resources if one.full is not None}
    return Written(tuple(own), tuple(others), tuple(problems), beside, addresses)


def _is_for_somebody(one: Order) -> bool:
    """Return whether a resource is one that is for a person: a drug that an order refers to is not."""
    return one.get("resourceType") == "MedicationRequest" or not {"subject", "patient"}.isdisjoint(one)
