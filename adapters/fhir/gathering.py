"""From what was sent (bundles, resources, lists of them) to the resources of one patient, each under its names.

Bundles may be nested, and hold searches, histories or documents. Nothing is fetched: a reference leads to a resource
that was sent, or nowhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sangao.adapters.fhir.searching import search_of
from sangao.adapters.fhir.shapes import Json, mapping, mappings, short, text
from sangao.engine.errors import Problem, Span

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
TYPE = re.compile(r"[A-Z][A-Za-z]{2,63}")
SIGNED = frozenset({"final", "amended", "corrected", "appended"})
WITHDRAWN = frozenset({"entered-in-error", "cancelled"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, its content, the name it is traced by, its id, the full URL it was sent under."""

    type: str
    content: Json
    name: str
    id: str | None = None
    full: str | None = None

    @property
    def where(self) -> Span:
        """Return the resource as the place of a problem."""
        return Span(self.name)

    @property
    def names(self) -> frozenset[str]:
        """Return every text that may refer to it."""
        own = {f"{self.type}/{self.id}", f"urn:uuid:{self.id}", self.id} if self.id else set()
        return frozenset({*own, *({self.full} if self.full else ()), self.name})

    def contained(self, reference: str) -> "Resource | None":
        """Return the resource inside this one that `#id` refers to."""
        for one in mappings(self.content.get("contained")):
            kind = text(one.get("resourceType"))
            if kind and text(one.get("id")) == reference[1:]:
                return Resource(kind, one, f"{self.name}{reference}", reference[1:])
        return None


@dataclass(slots=True)
class Gathered:
    """The resources that were sent, in order; `searched`: types whose whole list a search answered, and for whom.

    `partial`: types of which a search brought only some: more pages exist, or a filter kept the others away.
    """

    resources: list[Resource] = field(default_factory=list)
    searched: dict[str, set[str]] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    index: dict[str, Resource] | None = None

    def resolve(self, reference: str | None, holder: Resource) -> Resource | None:
        """Return the resource a reference leads to, None when it was not sent."""
        if not reference:
            return None
        if reference.startswith("#"):
            return holder.contained(reference)
        if self.index is None:
            self.index = {}
            for resource in self.resources:
                for name in resource.names:
                    self.index.setdefault(name, resource)
        wanted = absolute(reference, holder)
        found = self.index.get(wanted) or self.index.get(tail(wanted))
        elsewhere = found is not None and found.full is not None and _is_address(wanted) and _is_address(found.full)
        return None if elsewhere and found is not None and plain(found.full or "") != wanted else found


def absolute(reference: str, holder: Resource) -> str:
    """Return a reference without its version; a relative one leads to the server its holder lies on (R4, Bundle).

    >>> absolute("Patient/1", Resource("Observation", {}, "", full="https://b.example/fhir/Observation/9"))
    'https://b.example/fhir/Patient/1'
    >>> absolute("Patient/1", Resource("Observation", {}, "", full="urn:uuid:9"))
    'Patient/1'
    """
    found = plain(reference)
    if holder.full is None or not holder.full.startswith("http") or ":" in found or found.count("/") != 1:
        return found
    base, sign, _ = holder.full.rpartition(f"/{holder.type}/")
    return f"{base}/{found}" if sign else found


def _is_address(text: str) -> bool:
    return text.startswith("http")


def plain(reference: str) -> str:
    """Return a reference without the version it names.

    >>> plain("Patient/a/_history/2")
    'Patient/a'
    """
    return reference.partition("/_history/")[0]


def tail(reference: str) -> str:
    """Return `Type/id` of a reference, whatever server it names.

    >>> tail("https://example.org/fhir/Patient/a/_history/2"), tail("urn:uuid:1")
    ('Patient/a', 'urn:uuid:1')
    """
    return "/".join(plain(reference).rstrip("/").split("/")[-2:]) if "/" in reference else reference


def gather(source: Mapping[str, Any] | Sequence[Any]) -> Gathered:
    """Return the resources of what was sent; what is no resource becomes a problem."""
    found = Gathered()
    found.resources += _latest(list(_walk(source, found)), found)
    return found


def _walk(source: Any, found: Gathered) -> Iterator[Resource]:
    """Yield every resource, in order, however deep bundles lie in bundles."""
    waiting: list[tuple[Any, str, str | None]] = [(source, "", None)]
    while waiting:
        item, place, full = waiting.pop()
        if isinstance(item, list | tuple):
            waiting += [(one, f"{place}[{i}]", None) for i, one in reversed(list(enumerate(item)))]
            continue
        kind = text(mapping(item).get("resourceType"))
        if kind is None or not TYPE.fullmatch(kind):
            if item is not None:  # a prefetch that found nothing is null
                found.problems.append(Problem("fhir.unreadable", Span(place), {"element": "resourceType"}))
        elif kind == "Bundle":
            waiting += reversed(list(_entries(item, place, found)))
        elif kind == "Parameters":
            parts = item.get("parameter")
            waiting += [(one.get("resource"), f"{place}.parameter", None) for one in mappings(parts)][::-1]
        else:
            given = _id(item)
            resource = Resource(kind, item, f"{kind}/{given}" if given else full or f"{kind}{place}", given, full)
            yield resource
            if kind == "DiagnosticReport":
                yield from _results(resource)


def _results(report: Resource) -> Iterator[Resource]:
    """Yield the observations that a report carries inside itself: whose they are, and how far they count, it says too.

    A part of a report that is entered in error is so, one of a report nobody signed yet is no final result.
    """
    over = text(report.content.get("status")) or "unknown"
    given = report.content
    passed = {key: given[key] for key in ("modifierExtension", "implicitRules", "contained") if given.get(key)}
    for one in mappings(given.get("contained")):
        if one.get("resourceType") == "Observation":
            status = _limited(over, text(one.get("status")) or "unknown")
            content = {**one, **passed, "subject": _seen_from(report, one.get("subject") or given.get("subject"))}
            yield Resource("Observation", {**content, "status": status}, f"{report.name}#{text(one.get('id'))}")


def _seen_from(report: Resource, subject: Any) -> Any:
    """Return a subject as it stands in a report, with the address its reference has there."""
    given = text(mapping(subject).get("reference"))
    return {**subject, "reference": absolute(given, report)} if given else subject


def _limited(report: str, own: str) -> str:
    """Return the status of a part of a report.

    >>> _limited("final", "final"), _limited("entered-in-error", "final"), _limited("registered", "final")
    ('final', 'entered-in-error', 'preliminary')
    """
    if report in WITHDRAWN:
        return report
    if report in SIGNED or own not in SIGNED:
        return own
    return "preliminary" if report == "registered" else report


def _entries(bundle: Json, place: str, found: Gathered) -> Iterator[tuple[Any, str, str | None]]:
    """Yield the entries of a bundle; of a history the newest state of each resource, and none that was deleted."""
    entries = bundle.get("entry")
    if not isinstance(entries, list | tuple | None):
        found.problems.append(Problem("fhir.unreadable", Span(place), {"element": "Bundle.entry"}))
    _searched(bundle, found)
    history = bundle.get("type") == "history"
    seen: set[str] = set()
    for i, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        here = f"{place}.entry[{i}]"
        content = mapping(entry)
        full = text(content.get("fullUrl"))
        resource = content.get("resource")
        asked = mapping(content.get("request"))
        if history:
            given = _id(mapping(resource))
            name = f"{mapping(resource).get('resourceType')}/{given}" if given else tail(full or str(asked.get("url")))
            if name in seen:
                continue
            seen.add(name)
        if asked.get("method") == "DELETE" or (resource is None and "response" in content):
            continue
        whole = entry if resource is None else resource  # some senders leave the wrapping out
        yield mapping(whole), here, full


def _searched(bundle: Json, found: Gathered) -> None:
    """Note what a search asked for, and whether it was answered whole."""
    search = search_of(bundle)
    if search is None:
        return
    found.problems += [Problem("fhir.more_pages", Span(kind)) for kind in search.more]
    if not search.whole:
        found.partial |= search.kinds
        return
    for kind in search.kinds:
        found.searched.setdefault(kind, set()).update(search.subjects or {""})


def _latest(resources: list[Resource], found: Gathered) -> Iterator[Resource]:
    """Yield each resource once: of versions that differ the newest, or all of them when none can be told the newest."""
    versions: dict[tuple[str, str], list[Resource]] = {}
    for i, one in enumerate(resources):
        base = one.full.rpartition(f"/{one.type}/")[0] if one.full and one.full.startswith("http") else ""
        key = (one.name, base) if one.id else (one.full or str(i), one.type)
        versions.setdefault(key, []).append(one)
    for many in versions.values():
        if len(many) > 1:
            many = list({_told(one): one for one in reversed(many)}.values())[::-1]
        if len(many) == 1:
            yield many[0]
            continue
        found.problems.append(Problem("fhir.versions", many[0].where))
        marks = [_version(one) for one in many]
        if None not in marks and len(set(marks)) == len(marks):
            yield max(zip(marks, many, strict=True), key=lambda pair: pair[0] or (0, 0.0))[1]
        else:
            yield from many


def _told(resource: Resource) -> str:
    """Return all a resource says, to tell copies from versions."""
    try:
        return repr(resource.content)
    except (RecursionError, ValueError):  # without end, or a number longer than Python turns into text
        return f"{id(resource.content)}"


def _version(resource: Resource) -> tuple[int, float] | None:
    """Return what tells the newest of several versions, None when the resource does not say."""
    meta = mapping(resource.content.get("meta"))
    number = text(meta.get("versionId"))
    if number and number.isascii() and number.isdigit() and len(number) < 10:
        return int(number), 0.0
    try:
        return 0, datetime.fromisoformat(str(meta.get("lastUpdated"))).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _id(content: Json) -> str | None:
    given = text(content.get("id"))
    return given if given and ID.fullmatch(given) else None


__all__ = ["Gathered", "Resource", "absolute", "gather", "plain", "short", "tail"]
