"""Prefetch templates of CDS Hooks: the fewest searches that bring every fact a decision may ask for.

Written in the part of the query grammar that CDS Hooks 2.0 lets a client expect: type searches by patient, `code`,
`category`, `_sort`, `_count`.
"""

from collections.abc import Iterable

from sangao.adapters.fhir.requirements import LOINC, codings, type_of
from sangao.adapters.terms import Book, book
from sangao.engine.fact import Fact
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run.cones import cone

PATIENT = "{{context.patientId}}"
WHOLE = {
    "Condition": ("conditions", f"Condition?patient={PATIENT}"),
    "MedicationRequest": ("medications", f"MedicationRequest?patient={PATIENT}"),
    "FamilyMemberHistory": ("family_history", f"FamilyMemberHistory?patient={PATIENT}"),
}
MOST_CODES = 60  # of one search, to stay well below what servers take as an address
COUNT = 200


def templates(facts: Iterable[Fact], terms: Book | None = None) -> dict[str, str]:
    """Return the prefetch templates for facts: key → query. The patient is always asked for.

    Searches by code hold the panels of blood pressure too, old and new, for their values stand in components.

    >>> sbp = Fact("sbp_office", "number", "诊室收缩压", "office systolic blood pressure")
    >>> templates([sbp])["bp"]
    'Observation?patient={{context.patientId}}&code=8459-0,8480-6,55284-4,85354-9&_sort=-date&_count=200'
    """
    known = terms or book()
    found = {"patient": f"Patient/{PATIENT}"}
    observed: set[str] = set()
    for fact in facts:
        kind = type_of(fact)
        if kind in WHOLE:
            key, query = WHOLE[kind]
            found[key] = query
        elif kind == "Observation":
            observed |= {one["code"] for one in codings(fact, known) if one["system"] == LOINC}
    pressure = {code for code in observed if (match := known.observation(LOINC, code)) and _pressure(match.fact)}
    if pressure:
        found["bp"] = _search([*sorted(pressure), *sorted(known.panels)])
    rest = sorted(observed - pressure)
    for i in range(0, len(rest), MOST_CODES):
        found["observations" if i == 0 else f"observations{i // MOST_CODES + 1}"] = _search(rest[i : i + MOST_CODES])
    return found


def needed(pack: Pack, decisions: Iterable[str]) -> list[Fact]:
    """Return every fact that decisions of a pack may look at, all the way down, in the order of the dictionary.

    Raises SangaoError (`host.unknown_decision`) for a decision the pack does not have.
    """
    found: set[str] = set()
    for one in decisions:
        leaves, _ = cone(pack.compiled, pack.decision(one).id)
        found.update(fact for leaf in leaves for fact in pack.compiled.leaves[leaf].facts)
        found.update(fact for leaf in leaves for fact in _inputs(pack, leaf))
    facts = pack.compiled.dictionary.facts
    return [fact for name, fact in facts.items() if name in found]


def _inputs(pack: Pack, leaf: str) -> Iterable[str]:
    """Yield the facts a formula may give a leaf from."""
    source = pack.compiled.leaves[leaf].source
    if isinstance(source, ir.Derived):
        yield source.fact
        for one in source.inputs:
            yield from pack.compiled.leaves[one].facts
            yield from _inputs(pack, one)


def _pressure(fact: str) -> bool:
    return fact.startswith(("sbp_", "dbp_"))


def _search(codes: Iterable[str]) -> str:
    return f"Observation?patient={PATIENT}&code={','.join(codes)}&_sort=-date&_count={COUNT}"
