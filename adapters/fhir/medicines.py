"""Which drugs an order or a statement means: named in it, in the Medication it refers to, or by that one's ingredients.

The reader of a record and the check of a draft ask here, so that what one can read the other can too.
"""

from typing import NamedTuple

from sangao.adapters.fhir.gathering import Gathered, Resource
from sangao.adapters.fhir.shapes import NOTHING, Concept, concept, mapping, mappings, reference, text


class Medicines(NamedTuple):
    """The drugs meant, at least one (maybe without a name). `dangling`: it refers to what was not sent and not named.

    `sound` is false where the Medication was entered in error, or carries what may change its meaning.
    """

    names: tuple[Concept, ...]
    dangling: bool = False
    sound: bool = True


def medicines(resource: Resource, gathered: Gathered) -> Medicines:
    """Return the drugs a MedicationRequest or MedicationStatement (R4, R5) means."""
    content = resource.content
    either = mapping(content.get("medication"))  # R5: concept or reference
    direct = concept(content.get("medicationCodeableConcept") or either.get("concept"))
    if direct.name:
        return Medicines((direct,))
    pointer = content.get("medicationReference") or either.get("reference")
    found = gathered.resolve(reference(pointer), resource)
    if found is None:
        shown = next((said for one in mappings(pointer) if (said := text(one.get("display")))), None)
        return Medicines((Concept((), shown) if shown else NOTHING,), dangling=shown is None)
    held = found.content
    named = concept(held.get("code"))
    holds = [] if named.name else mappings(held.get("ingredient"))
    items = [one.get("itemCodeableConcept") or mapping(one.get("item")).get("concept") for one in holds]
    names = tuple(concept(one) for one in items) or (named,)
    wrong = text(held.get("status")) == "entered-in-error" or held.get("modifierExtension") or held.get("implicitRules")
    return Medicines(names, sound=not wrong)
