"""The answer of a search: of which types it may hold the whole list, and for whom.

Only a whole list lets what is not in it be assumed absent. A filter, a page that is not the only one, a count that is
higher than what was sent, or the word of the server that it left something out: each makes it a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from sangao.adapters.fhir.shapes import Json, mapping, mappings, text

PLAIN: Final = frozenset(
    {"patient", "subject", "_count", "_sort", "_format", "_summary", "_total", "clinical-status", "status"}
)
"""Parameters of a search that may leave its answer the whole list of what is current."""
EVERYTHING: Final = frozenset({"Condition", "MedicationRequest", "MedicationStatement", "FamilyMemberHistory"})
"""The lists that `Patient/a/$everything` answers whole."""
FAILED: Final = frozenset({"error", "fatal"})
WITHHELD: Final = frozenset({"suppressed", "incomplete"})
"""Issues by which a server says, however mildly, that it did not answer all there is."""
NO_CONTENT: Final = frozenset({"count", "text"})
AROUND: Final = frozenset({"next", "previous", "prev"})


@dataclass(frozen=True, slots=True)
class Search:
    """What the answer of a search is: of which types, whole or in part, for whom (nobody named: empty).

    `more`: what has further pages, in the words of the search.
    """

    kinds: frozenset[str]
    whole: bool
    subjects: frozenset[str]
    more: tuple[str, ...] = ()


def search_of(bundle: Json) -> Search | None:
    """Return what a bundle says of the search it answers, None for what is no answer or does not say.

    Without its own link an answer is known to be a part at most.
    """
    if bundle.get("type") != "searchset":
        return None
    links = {text(one.get("relation")): text(one.get("url")) for one in mappings(bundle.get("link"))}
    part = bool(AROUND.intersection(links)) or not whole(bundle)
    asked = links.get("self")
    if not asked:
        sent = {text(mapping(one.get("resource")).get("resourceType")) or "—" for one in mappings(bundle.get("entry"))}
        more = tuple(sorted(sent)) if "next" in links else ()
        return Search(frozenset(sent), False, frozenset(), more) if part else None
    path, _, query = asked.partition("?")
    kind = path.rstrip("/").removesuffix("/_search").rsplit("/", 1)[-1]
    terms = parse_qsl(query, keep_blank_values=True)
    kinds = EVERYTHING if kind == "$everything" else frozenset({kind})
    return Search(
        kinds,
        not part and all(keeps_all(*one) for one in terms),
        _subjects(terms),
        (kind,) if "next" in links else (),
    )


def keeps_all(name: str, value: str) -> bool:
    """Return whether a parameter of a search leaves its answer the whole list of what is current.

    >>> keeps_all("status", "active,completed"), keeps_all("status", "stopped"), keeps_all("status:not", "active")
    (True, False, False)
    >>> keeps_all("_count", "200"), keeps_all("_count", "0"), keeps_all("_summary", "count")
    (True, False, False)
    """
    plainly, _, modifier = name.partition(":")
    if plainly not in PLAIN or modifier not in ("", "Patient"):
        return False
    if plainly in ("status", "clinical-status"):
        return "active" in {one.rpartition("|")[2].strip() for one in value.split(",")}
    return not (plainly == "_count" and value.strip() == "0") and not (plainly == "_summary" and value in NO_CONTENT)


def whole(bundle: Json) -> bool:
    """Return whether an answer holds all that it says was found, and does not say that something was left out.

    >>> whole({"total": 2, "entry": [{"resource": {"resourceType": "Condition"}}]}), whole({"total": 0})
    (False, True)
    """
    entries = bundle.get("entry", [])
    if not isinstance(entries, list | tuple) or any(_left_out(mapping(one).get("resource")) for one in entries):
        return False
    return not fewer(bundle)


def fewer(bundle: Json) -> bool:
    """Return whether an answer holds fewer than it says were found.

    >>> fewer({"total": 5}), fewer({"total": 0}), fewer({"entry": []}), fewer({"total": "many"})
    (True, False, False, False)
    """
    total = bundle.get("total")
    matched = [
        one for one in mappings(bundle.get("entry")) if mapping(one.get("search")).get("mode", "match") == "match"
    ]
    return isinstance(total, int) and not isinstance(total, bool) and total > len(matched)


def _left_out(resource: object) -> bool:
    """Return whether a resource is the word of a server that it failed, or did not answer all there is."""
    content = mapping(resource)
    if content.get("resourceType") != "OperationOutcome":
        return False
    issues = mappings(content.get("issue"))
    return not issues or any(text(one.get("severity")) in FAILED or text(one.get("code")) in WITHHELD for one in issues)


def _subjects(terms: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Return whose resources a search asked for, as references."""
    told = {value for name, value in terms if name.partition(":")[0] in ("patient", "subject")}
    return frozenset(one if "/" in one or ":" in one else f"Patient/{one}" for one in told)
