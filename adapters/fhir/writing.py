"""A result → GuidanceResponse, RiskAssessment and DetectedIssue (R4; R5 by name), traced to the resources read.

Plain objects, ready for `json.dumps`. A status never says more than the answer: what is settled is `final`, what rests
on an assumption `preliminary`, and what is unknown has no outcome, only the data it still needs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from sangao.adapters.fhir.provenance import sources
from sangao.adapters.fhir.requirements import requirement
from sangao.adapters.terms import book
from sangao.engine.answer import Answer, Quantity, Result, Value
from sangao.engine.errors import Problem
from sangao.engine.explain import names
from sangao.engine.explain import result as shaped
from sangao.engine.lattice import limits

Release = Literal["R4", "R5"]
Json = dict[str, Any]
RUN = {"settled": "success", "provisional": "data-requested", "unknown": "data-required"}
FIRMNESS = ("settled", "provisional", "unknown")
MADE = {"settled": "final", "provisional": "preliminary", "unknown": "registered"}
RISKS = ("htn.risk", "ascvd.risk", "sangao.risk_colour", "sangao.tier")
SEVERITY = {"contraindicated": "high", "stop": "high", "avoid": "moderate", "reduce": "moderate", "caution": "low"}
DOUBTED = {"not_supported": "moderate", "origin_needed": "low", "insufficient_evidence": "low"}
ISSUES = {"error": "error", "warning": "warning", "note": "information"}
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def guidance_response(
    result: Result, decisions: Sequence[str] | None = None, lang: str = "zh", release: Release = "R4"
) -> Json:
    """Return the run as a GuidanceResponse: answers in its output parameters, what is missing as data requirements.

    `decisions` keeps to some (by default all). The status is that of the least firm answer: `success` all settled,
    `data-requested` some resting on an assumption, `data-required` some unknown. Pack and chart hash identify the run.
    """
    chosen = [result[name] for name in (result.decisions if decisions is None else decisions)]
    least = max((FIRMNESS.index(one.status) for one in chosen), default=0)
    contained: list[Json] = [
        {"resourceType": "Parameters", "id": "out", "parameter": [_parameter(result, one, lang) for one in chosen]}
    ]
    found: Json = {
        "resourceType": "GuidanceResponse",
        "contained": contained,
        "identifier": [{"system": "urn:sangao:run", "value": f"{result.pack.hash}:{result.chart.hash()}"}],
        "moduleCanonical": f"urn:sangao:pack:{result.pack.id}|{result.pack.edition}",
        "status": RUN[FIRMNESS[least]],
        "subject": _subject(result),
        "occurrenceDateTime": result.chart.on.isoformat(),
        "performer": {"display": "sangao"},
        "outputParameters": {"reference": "#out"},
    }
    if not contained[0]["parameter"]:
        del contained[0]["parameter"]
    if result.problems:
        told = [_told(one, lang) for one in result.problems]
        contained.append({"resourceType": "OperationOutcome", "id": "problems", "issue": told})
        message = {"reference": "#problems"}
        found["evaluationMessage"] = [message] if release == "R4" else message
    needed = _needed(result, chosen)
    return {**found, **({"dataRequirement": needed} if needed else {})}


def risk_assessment(result: Result, decision: str, lang: str = "zh") -> Json:
    """Return a stratification as a RiskAssessment; an unknown one has no outcome and says what is still possible.

    Raises KeyError for a decision the result does not hold.
    """
    answer = result[decision]
    pack = result.pack.compiled
    title = names.thing(pack, decision, lang)
    prediction: Json = {"outcome": {"text": title}}
    if answer.value is not None:
        if isinstance(answer.value, Quantity) and answer.value.unit == "%":
            prediction["probabilityDecimal"] = _number(answer.value.number)
        else:
            prediction["qualitativeRisk"] = _outcome(result, decision, answer.value, lang)
    else:
        said = [names.outcome(pack, decision, one, lang) for one in answer.possible]
        prediction["rationale"] = {"zh": "仍可能:", "en": "still possible: "}[lang] + "、".join(said)
    basis = sources(result, answer.because)
    return {
        "resourceType": "RiskAssessment",
        "status": MADE[answer.status],
        "method": {"coding": [_pack(result)]},
        "code": {
            "coding": [{"system": "urn:sangao:decision", "code": decision}],
            "text": prediction["outcome"]["text"],
        },
        "subject": _subject(result),
        "occurrenceDateTime": result.chart.on.isoformat(),
        **({"basis": [{"reference": one} for one in basis]} if basis else {}),
        "prediction": [prediction],
        "note": [{"text": result.pack.explain(answer, lang)}],
    }


def detected_issues(result: Result, lang: str = "zh", release: Release = "R4") -> list[Json]:
    """Return the issues of a result: drug classes that must not be started or kept, diagnoses that are not borne out.

    What is still a question is no issue; it stands among the data required.
    """
    drugs = [one for one in (*result.advice.shown, *result.advice.folded) if one.form.kind == "drug"]
    found: list[Json] = []
    for one in shaped.advice(result.pack, result, [item for item in drugs if not item.question]):
        hardest = _hardest(one["permission"])
        if hardest is not None:
            code, severity = one["action"]["code"], SEVERITY[hardest]
            found.append(_issue(result, severity, one["status"], code, one["text"][lang], one["because"], release))
    for name, answer in result.decisions.items():
        if name.endswith(".dx_correct") and answer.value in DOUBTED and answer.status != "unknown":
            text = result.pack.explain(answer, lang)
            severity = DOUBTED[str(answer.value)]
            found.append(_issue(result, severity, answer.status, name, text, answer.because, release))
    return found


def bundle(result: Result, lang: str = "zh", release: Release = "R4", decisions: Sequence[str] | None = None) -> Json:
    """Return everything as a collection: the GuidanceResponse, a RiskAssessment per stratification, the issues."""
    kept = result.decisions if decisions is None else decisions
    found = [
        guidance_response(result, decisions, lang, release),
        *(risk_assessment(result, name, lang) for name in RISKS if name in kept),
        *detected_issues(result, lang, release),
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in found]}


def _issue(
    result: Result, severity: str, status: str, code: str, text: str, because: Iterable[Json], release: Release
) -> Json:
    implicated = sources(result, because)
    whose = {"patient" if release == "R4" else "subject": _subject(result)}
    return {
        "resourceType": "DetectedIssue",
        "status": "final" if status == "settled" else "preliminary",
        "code": {"coding": [{"system": "urn:sangao:advice", "code": code}], "text": text},
        "severity": severity,
        **whose,
        "identifiedDateTime": result.chart.on.isoformat(),
        "author": {"display": "sangao"},
        **({"implicated": [{"reference": one} for one in implicated]} if implicated else {}),
        "detail": text,
    }


def _hardest(permission: Json | None) -> str | None:
    """Return what limits a drug class most, None when nothing does."""
    given = [one for one in (permission or {}).values() if limits(one)]
    return min(given, key=list(SEVERITY).index, default=None)


def _parameter(result: Result, answer: Answer, lang: str) -> Json:
    pack = result.pack.compiled
    parts: list[Json] = [{"name": "status", "valueCode": answer.status}]
    parts += [{"name": "value", **one} for one in _values(answer.value)]
    if answer.value is not None:
        said = names.outcome(pack, answer.decision, answer.value, lang)
        parts.append({"name": "text", "valueString": said})
    for name, bound in (("at-least", answer.at_least), ("at-most", answer.at_most)):
        parts += [{"name": name, **one} for one in _values(bound)]
    if answer.status == "unknown":
        parts += [{"name": "possible", **value} for one in answer.possible for value in _values(one)]
    parts += [{"name": "assumed", "valueCode": fact} for fact in answer.assumed]
    parts += [{"name": "basis", "valueReference": {"reference": one}} for one in sources(result, answer.because)]
    return {"name": answer.decision, "part": parts}


def _values(value: Value) -> Iterator[Json]:
    """Yield a value as value[x] of a parameter; a set as several."""
    if isinstance(value, bool):
        yield {"valueBoolean": value}
    elif isinstance(value, Quantity):
        unit = {"unit": value.unit} if value.unit else {}
        ucum = book().ucum(value.unit) if value.unit else None
        coded = {"system": "http://unitsofmeasure.org", "code": ucum} if ucum else {}
        yield {"valueQuantity": {"value": _number(value.number), **unit, **coded}}
    elif isinstance(value, tuple):
        for one in value:
            yield {"valueCode": one}
    elif value is not None:
        yield {"valueDate": value} if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else {"valueCode": value}


def _needed(result: Result, chosen: Sequence[Answer]) -> list[Json]:
    """Return what is missing: of every open answer the first set of facts that would settle it, each fact once."""
    facts = result.pack.compiled.dictionary.facts
    found: dict[str, Json] = {}
    for answer in chosen:
        if answer.status == "settled":
            continue
        for name in (*(answer.missing.sets[:1] or ((),))[0], *answer.assumed):
            if name in facts and name not in found:
                on = result.chart.on.isoformat()
                found[name] = requirement(facts[name], on, answer.needs.get(name))
    return list(found.values())


def _outcome(result: Result, decision: str, value: Value, lang: str) -> Json:
    codes = value if isinstance(value, tuple) else (str(value),)
    system = f"urn:sangao:outcome:{decision}"
    text = names.outcome(result.pack.compiled, decision, value, lang)
    return {"coding": [{"system": system, "code": one} for one in codes], "text": text} if codes else {"text": text}


def _told(problem: Problem, lang: str) -> Json:
    """Return a problem as an issue of an OperationOutcome."""
    place = str(problem.where)
    return {
        "severity": ISSUES[problem.severity],
        "code": "incomplete" if problem.severity == "note" else "invalid",
        "details": {"coding": [{"system": "urn:sangao:problem", "code": problem.code}], "text": problem.text(lang)},
        **({"diagnostics": place} if place else {}),
    }


def _subject(result: Result) -> Json:
    given = result.chart.id
    if not given:
        return {"display": "—"}
    return {"reference": f"Patient/{given}" if ID.fullmatch(given) else given}


def _pack(result: Result) -> Json:
    return {"system": "urn:sangao:pack", "version": result.pack.edition, "code": result.pack.id}


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else float(text)
