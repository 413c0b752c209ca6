"""HL7's own rules of resources and of CDS Hooks messages, as FHIRPath under their own names, and what breaks them.

The expressions are those of R4 and of CDS Hooks (`HL7/cds-hooks`, `input/fsh/invariants`). Two are written so that
fhirpathpy takes them: `dom-3` with `ofType` in place of `as` over many, `ras-2` as R4B corrected it. `hasValue` is
given here, for fhirpathpy lacks it. A rule that is empty has nothing to say of an element (R4 itself lets a reference
of a display alone be); only what is false breaks one.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from fhirpathpy import compile as compiled
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

Json = dict[str, Any]
MODEL = models["r4"]
STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
COURSE = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ENTERED = f"verificationStatus.coding.where(system='{STATUS}' and code = 'entered-in-error')"
OVER = f"clinicalStatus.coding.where(system='{COURSE}' and (code='resolved' or code='remission' or code='inactive'))"
PERCENT = "(low.empty() or ((low.code = '%') and (low.system = %ucum)))"
REFERRED = (
    "%resource.descendants().reference | %resource.descendants().ofType(canonical) | "
    "%resource.descendants().ofType(uri) | %resource.descendants().ofType(url)"
)
HOLDS = "descendants().where(reference = '#').exists() or descendants().ofType(canonical).where($this = '#').exists()"
CHOSEN = "actionSelectionBehavior"
DONE = "%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'"


class Rule(NamedTuple):
    """A rule by its name, what it speaks of (a type, or the path of an element), and its expression."""

    id: str
    on: str
    expression: str


R4 = (
    Rule("ele-1", "Element", "hasValue() or (children().count() > id.count())"),
    Rule("ext-1", "Extension", "extension.exists() != value.exists()"),
    Rule("dom-2", "DomainResource", "contained.contained.empty()"),
    Rule("dom-3", "DomainResource", f"contained.where((('#'+id in ({REFERRED})) or {HOLDS}).not()).empty()"),
    Rule("dom-4", "DomainResource", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()"),
    Rule("dom-5", "DomainResource", "contained.meta.security.empty()"),
    Rule(
        "ref-1",
        "Reference",
        "reference.startsWith('#').not() or (reference.substring(1) in %rootResource.contained.id)",
    ),
    Rule("per-1", "Period", "start.hasValue().not() or end.hasValue().not() or (start <= end)"),
    Rule("qty-3", "Quantity", "code.empty() or system.exists()"),
    Rule("drq-1", "DataRequirement.codeFilter", "path.exists() xor searchParam.exists()"),
    Rule("drq-2", "DataRequirement.dateFilter", "path.exists() xor searchParam.exists()"),
    Rule("bdl-1", "Bundle", "total.empty() or (type = 'searchset') or (type = 'history')"),
    Rule("bdl-2", "Bundle", "entry.search.empty() or (type = 'searchset')"),
    Rule("bdl-3", "Bundle", f"entry.all(request.exists() = ({DONE}))"),
    Rule(
        "bdl-7",
        "Bundle",
        "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    ),
    Rule("bdl-5", "Bundle.entry", "resource.exists() or request.exists() or response.exists()"),
    Rule("bdl-8", "Bundle.entry", "fullUrl.contains('/_history/').not()"),
    Rule(
        "inv-1",
        "Parameters.parameter",
        "(part.exists() and value.empty() and resource.empty())"
        " or (part.empty() and (value.exists() xor resource.exists()))",
    ),
    Rule("ras-1", "RiskAssessment.prediction.probabilityRange", f"{PERCENT} and {PERCENT.replace('low', 'high')}"),
    Rule(
        "ras-2",
        "RiskAssessment.prediction",
        "probability.exists($this is decimal) implies (probability as decimal) <= 100",
    ),
    Rule("prr-1", "ServiceRequest", "orderDetail.empty() or code.exists()"),
    Rule(
        "con-3",
        "Condition",
        f"clinicalStatus.exists() or {ENTERED}.exists() or category.select($this='problem-list-item').empty()",
    ),
    Rule("con-4", "Condition", f"abatement.empty() or {OVER}.exists()"),
    Rule("con-5", "Condition", f"{ENTERED}.empty() or clinicalStatus.empty()"),
)
HOOKS = (
    Rule("cds-r-1", "request", "fhirAuthorization.exists() implies fhirServer.exists()"),
    Rule("cds-r-2", "fhirAuthorization", "scope.contains('Patient/') implies patient.exists()"),
    Rule(
        "cds-resp-1",
        "cards",
        "(selectionBehavior = 'at-most-one') implies suggestions.where(isRecommended).count() <= 1",
    ),
    Rule("cds-resp-2", "actions", "(type = 'delete') implies (resourceId.exists() and resource.empty())"),
    Rule("cds-resp-3", "links", "(type != 'smart') implies (appContext.empty())"),
    Rule("cds-resp-4", "overrideReasons", "all(display.exists())"),
    Rule("cds-resp-5", "suggestions", "actions.all(description.exists())"),
    Rule("cds-resp-6", "cards", "suggestions.exists() implies selectionBehavior.exists()"),
    Rule(
        "cds-resp-7",
        "suggestions",
        f"{CHOSEN}.empty() or {CHOSEN} = 'all' or {CHOSEN} = 'any' or {CHOSEN} = 'at-most-one'",
    ),
    Rule("cds-fb-1", "feedback", "outcome = 'accepted' or outcome = 'overridden'"),
    Rule("cds-fb-2", "feedback", "(outcome = 'accepted') implies acceptedSuggestions.exists()"),
    Rule("cds-fb-3", "overrideReason", "reason.exists() or userComment.exists()"),
)
GIVEN = {
    "hasValue": {
        "fn": lambda found: [len(found) == 1 and not isinstance(getattr(found[0], "data", found[0]), dict | list)],
        "arity": {0: []},
    }
}


def broken(resource: Json) -> list[str]:
    """Return the rules of R4 that a resource breaks, each with the path of the element, its contained resources too."""
    return sorted(_resource(resource, resource, str(resource["resourceType"])))


def broken_hooks(message: Json, of: str) -> list[str]:
    """Return the rules of CDS Hooks that a message breaks; `of`: `request`, `response` or `told`."""
    return sorted(_message(message, of, of))


def _resource(resource: Json, root: Json, at: str) -> Iterator[str]:
    kind = str(resource["resourceType"])
    for name in _ancestors(kind):
        yield from _checked(resource, name, kind, resource, root, at)
    for key, value in resource.items():
        yield from _children(value, f"{kind}.{key}", resource, root, f"{at}.{key}")


def _children(value: Any, path: str, resource: Json, root: Json, at: str) -> Iterator[str]:
    for i, one in enumerate(value if isinstance(value, list) else [value]):
        place = f"{at}[{i}]" if isinstance(value, list) else at
        if isinstance(one, Mapping) and "resourceType" in one:
            inside = path.endswith(".contained")
            yield from _resource(dict(one), root if inside else dict(one), place)
        elif isinstance(one, Mapping):
            path = MODEL["pathsDefinedElsewhere"].get(path, path)
            kind = MODEL["path2Type"].get(path, path)
            for name in dict.fromkeys(("Element", path, *_ancestors(kind))):
                yield from _checked(dict(one), name, kind, resource, root, place)
            for key, inner in one.items():
                yield from _children(inner, f"{kind}.{key}", resource, root, f"{place}.{key}")


def _checked(node: Json, of: str, base: str, resource: Json, root: Json, at: str) -> Iterator[str]:
    for rule in R4:
        if rule.on == of:
            found = _rule(rule)(ResourceNode.create_node(node, base), {"resource": resource, "rootResource": root})
            if False in found:
                yield f"{rule.id} {at}"


def _message(value: Any, name: str, at: str) -> Iterator[str]:
    for i, one in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(one, Mapping) and "resourceType" not in one:
            place = f"{at}[{i}]" if isinstance(value, list) else at
            for rule in HOOKS:
                if rule.on == name and False in _rule(rule, None)(one, {}):
                    yield f"{rule.id} {place}"
            for key, inner in one.items():
                yield from _message(inner, key, f"{place}.{key}")


def _ancestors(kind: str) -> Sequence[str]:
    found = [kind]
    while found[-1] in MODEL["type2Parent"]:
        found.append(MODEL["type2Parent"][found[-1]])
    return [one for one in found if one != "Element"]


@cache
def _rule(rule: Rule, release: str | None = "r4") -> Any:
    return compiled(rule.expression, models[release] if release else None, {"userInvocationTable": GIVEN})
