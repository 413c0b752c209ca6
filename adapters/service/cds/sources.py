"""What was prefetched, key by key, as resources: and which lists are whole, so that absence in them means something.

A key that is absent or null, an error instead of data, a search that was cut off: each leaves its facts unknown. Only
a whole answer of a search that asked for everything lets the members of a list be assumed absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from sangao.adapters.fhir.gathering import tail
from sangao.adapters.fhir.searching import fewer, whole
from sangao.adapters.service.cds.asked import Asked, refusal
from sangao.adapters.service.cds.offered import Service

FAILED: Final = frozenset({"error", "fatal"})
WHOLE: Final = frozenset({"patient", "_count", "_sort"})  # parameters of a search that leave its answer the whole list
TYPED: Final = {"Condition", "MedicationRequest", "FamilyMemberHistory"}


@dataclass(slots=True)
class Gathered:
    """The data of one call. `lacking`: keys without data; of them `absent` ones were not even sent.

    `cut`: keys whose answer holds fewer than it says were found, and names no further page.
    """

    resources: list[Any] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    lacking: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)  # key → address of the next page
    cut: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Return whether the call brought no data at all, not even the word that there are none."""
        return not self.resources and not self.delivered and len(self.absent) == len(self.lacking)


def gathered(asked: Asked, service: Service) -> Gathered:
    """Return what a call brought. Raises Refusal (400) for what is no resource, and for another patient's record."""
    found = Gathered()
    wrong = [
        (f"prefetch.{key}", "resource")
        for key, value in asked.prefetch.items()
        if value is not None and not (isinstance(value, Mapping) and isinstance(value.get("resourceType"), str))
    ]
    if wrong:
        raise refusal(wrong)
    for key, template in service.prefetch.items():
        if key not in asked.prefetch:
            found.absent.append(key)
            found.lacking.append(key)
        else:
            take(key, template, asked.prefetch[key], found)
    for key, value in asked.prefetch.items():
        if key not in service.prefetch and value is not None:
            found.resources.append(value)
    found.resources += context_of(asked)
    patients = [one for one in flat(found.resources) if one.get("resourceType") == "Patient"]
    if any(isinstance(one.get("id"), str) and one["id"] != asked.patient for one in patients):
        raise refusal([("context.patientId", "patient")])
    return found


def complete(found: Gathered) -> list[Any]:
    """Return the resources as a reader takes them: of a list that is not known to be whole, with a mark that says so.

    Else a list of which a part was sent would let the rest be assumed absent.
    """
    part = {str(one.get("resourceType")) for one in flat(found.resources)} & TYPED - found.delivered
    return [*found.resources, *(_cut_off(kind) for kind in sorted(part))]


def _cut_off(kind: str) -> dict[str, Any]:
    links = [{"relation": "self", "url": kind + "?patient"}, {"relation": "next", "url": kind}]
    return {"resourceType": "Bundle", "type": "searchset", "link": links}


def take(key: str, template: str, value: Any, found: Gathered) -> None:
    """Add what a key brought: a resource, the answer of a search, null, or an error."""
    if value is None or _failed(value):
        found.lacking.append(key)
        return
    found.resources.append(value)
    kind, _, query = template.partition("?")
    if value.get("resourceType") not in ("Bundle", kind.partition("/")[0]):
        found.lacking.append(key)  # something else stands where data should: what was asked for was not sent
        return
    if not query or value.get("resourceType") != "Bundle":
        return
    following = next_page(value)
    if following is not None:
        found.more[key] = following
    elif fewer(value):
        found.cut.append(key)
    elif kind in TYPED and whole(value) and {part.partition("=")[0] for part in query.split("&")} <= WHOLE:
        found.delivered.add(kind)


def next_page(bundle: Mapping[str, Any]) -> str | None:
    """Return the address of the next page of a search, None on the last one."""
    links = bundle.get("link")
    for one in links if isinstance(links, list) else ():
        if isinstance(one, Mapping) and one.get("relation") == "next":
            return str(one.get("url") or "")
    return None


def drafts(asked: Asked) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the orders that are being written, by reference; of `order-select` only those just selected.

    A draft without an id has no reference (empty). Where a selection leads to no draft, nobody can tell which order is
    meant: every draft counts then, for no order may pass unchecked in silence.
    """
    orders = [(reference_of(one), one) for one in flat([asked.context.get("draftOrders")])]
    selected = asked.context.get("selections")
    if isinstance(selected, list):
        wanted = {tail(one) if isinstance(one, str) else "" for one in selected}
        ids = {name.partition("/")[2]: name for name, _ in orders}
        wanted = {ids.get(one, one) for one in wanted}
        if wanted <= {name for name, _ in orders if name}:
            orders = [one for one in orders if one[0] in wanted]
    yield from orders


def reference_of(resource: Mapping[str, Any]) -> str:
    """Return what refers to a resource, empty for one without an id."""
    given = resource.get("id")
    return f"{resource.get('resourceType')}/{given}" if isinstance(given, str) and given else ""


def context_of(asked: Asked) -> list[Any]:
    """Return the resources a hook brings that are true already: the conditions just entered."""
    entered = asked.context.get("conditions") if asked.hook == "problem-list-item-create" else None
    return list(flat([entered]))


def _failed(value: Mapping[str, Any]) -> bool:
    """Return whether an answer is an error: an OperationOutcome, alone or inside what a search found."""
    return any(_is_error(one) for one in flat([value]))


def _is_error(resource: Mapping[str, Any]) -> bool:
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = resource.get("issue")
    told = [one.get("severity") for one in issues if isinstance(one, Mapping)] if isinstance(issues, list) else []
    return not told or bool(FAILED.intersection(map(str, told)))


def flat(values: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of resources and bundles, one level deep."""
    for value in values:
        if not _is_object(value):
            continue
        if value.get("resourceType") != "Bundle":
            yield value
            continue
        entries = value.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if type(entry) is dict or _is_object(entry) else None
            if type(resource) is dict or _is_object(resource):  # the common one without a call
                yield resource


def _is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
