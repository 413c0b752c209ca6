"""Vignettes: patients in words, written from the fact sheet by a reviewer who had not read the rules.

The data is `vignettes.yaml`, whose head explains its keys, and every other `vignettes*.yaml` beside it. Every vignette
is asked of every pack it names.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import sangao
from sangao.engine.answer import Answer, Quantity
from sangao.engine.explain.result import advice
from tests.opened import opened

HERE = Path(__file__).parent
DAYS = {  # a day inside the edition, so that no vignette stumbles over dates
    "htn_primary_2017": "2020-06-30",
    "htn_primary_2020": "2024-06-28",
    "htn_primary_2025": "2025-11-20",
    "htn_guideline_2018": "2023-06-01",
    "htn_guideline_2024": "2025-03-10",
    "bphs_2017": "2025-03-10",
    "dm_primary_2018": "2020-06-30",
    "dm_primary_2022": "2024-06-28",
    "dm_primary_2025": "2025-12-20",
    "dm_guideline_2024": "2025-03-10",
    "lipid_2023": "2024-06-28",
    "sangao_national": "2025-11-20",
}
VIGNETTES: list[dict[str, Any]] = [
    one for file in sorted(HERE.glob("vignettes*.yaml")) for one in yaml.safe_load(file.read_text(encoding="utf-8"))
]
assert all(isinstance(key, str) for one in VIGNETTES for key in one), 'a bare `on` is a truth value: write `"on"`'
NAMED = {one["name"]: one["chart"] for one in VIGNETTES if "name" in one}


@cache
def pack_of(name: str) -> sangao.Pack:
    """Return a pack once per run."""
    return opened(name)


def day(text: str, on: str) -> str:
    """Return the date of `today`, `d-28` or an ISO date."""
    if text == "today":
        return on
    if text.startswith("d-"):
        return (date.fromisoformat(on) - timedelta(days=int(text[2:]))).isoformat()
    return str(text)


def pair(text: str, at: str | None) -> list[dict[str, Any]]:
    """Return the two readings of `150/92`."""
    sbp, dbp = text.split("/")
    when = {} if at is None else {"at": at}
    return [{"fact": "sbp_office", "value": sbp, **when}, {"fact": "dbp_office", "value": dbp, **when}]


def chart_of(given: dict[str, Any], on: str) -> sangao.Chart:
    """Return the chart a vignette describes; `like` takes over what a named one holds."""
    base = NAMED[given["like"]] if "like" in given else {}
    whole = {**base, **given, "facts": {**base.get("facts", {}), **given.get("facts", {})}}
    whole.pop("like", None)
    readings: list[dict[str, Any]] = list(whole.pop("readings", []))
    for when, values in whole.pop("bp", {}).items():
        several = values if isinstance(values, list) else [values]
        for place, value in enumerate(several):
            at = day(str(when), on)
            readings += pair(value, at if len(several) == 1 else f"{at}T09:{place:02d}:00+08:00")
    for value in whole.pop("undated", []):
        readings += pair(value, None)
    facts = {key: day(value, on) if str(value).startswith("d-") else value for key, value in whole["facts"].items()}
    return sangao.Chart.from_dict({**whole, "facts": facts, "readings": readings, "on": on})


def plain(value: Any) -> Any:
    """Return a value as YAML writes it: sets as sorted lists, numbers as text."""
    if isinstance(value, Quantity):
        return value.number
    return sorted(value) if isinstance(value, tuple) else value


def faults(answer: Answer, wanted: Any) -> Iterator[str]:
    """Yield what an answer has otherwise than wanted."""
    value, possible = plain(answer.value), [plain(one) for one in answer.possible]
    if not isinstance(wanted, dict):
        wanted = {"value": wanted, "status": "settled"}
    if "value" in wanted:
        want = sorted(wanted["value"]) if isinstance(wanted["value"], list) else wanted["value"]
        if value != want:
            yield f"value {value!r}, wanted {want!r}"
    if "number" in wanted and (value != wanted["number"] or answer.status != "settled"):
        yield f"number {value!r} {answer.status}, wanted {wanted['number']!r}"
    if "status" in wanted and answer.status != wanted["status"]:
        yield f"status {answer.status} (value {value!r}, possible {possible}), wanted {wanted['status']}"
    if wanted.get("not_settled") and answer.status == "settled":
        yield f"settled on {value!r}"
    for end in ("at_least", "at_most"):
        if end in wanted and plain(getattr(answer, end)) != wanted[end]:
            yield f"{end} {plain(getattr(answer, end))!r}, wanted {wanted[end]!r}"
    for one in wanted.get("never", ()):
        if value == one:
            yield f"says {one!r} ({answer.status})"
    for one in wanted.get("not_settled_on", ()):
        if value == one and answer.status == "settled":
            yield f"settled on {one!r}"
    for one in wanted.get("excludes", ()):
        if one in possible or value == one:
            yield f"{one!r} is possible: {possible}"
    for one in wanted.get("may", ()):
        if one not in possible:
            yield f"{one!r} is not possible: {possible}"
    certain = answer.at_least if isinstance(answer.at_least, tuple) else ()
    reach = answer.at_most if isinstance(answer.at_most, tuple) else ()
    for one in wanted.get("holds", ()):
        if one not in certain:
            yield f"{one!r} is not certain: {certain}, at most {reach}"
    for one in wanted.get("lacks", ()):
        if one in reach:
            yield f"{one!r} may be in the set: {reach}"
    for one in wanted.get("unsure", ()):
        if one in certain or one not in reach:
            yield f"{one!r} is not open: {certain} … {reach}"
    if "asks" in wanted and not any(fact in group for group in answer.missing.sets for fact in wanted["asks"]):
        yield f"asks {answer.missing.sets}, wanted one of {wanted['asks']}"


def advice_faults(given: list[dict[str, Any]], wanted: dict[str, Any]) -> Iterator[str]:
    """Yield what the advice list has otherwise than wanted."""
    ids = [one["id"] for one in given if one["status"] != "unknown"]
    asked = [one["id"] for one in given if one["status"] == "unknown"]
    for one in wanted.get("has", ()):
        if one not in ids:
            yield f"advice {one} is not given: {ids}, asked {asked}"
    for one in wanted.get("lacks", ()):
        if one in ids:
            yield f"advice {one} is given"
    for one in wanted.get("asked", ()):
        if one not in asked:
            yield f"advice {one} is no question: given {ids}, asked {asked}"
    shown = {one["action"]["class"]: one["permission"]["start"] for one in given if one["permission"]}
    for one, start in wanted.get("permission", {}).items():
        if shown.get(one) != start:
            yield f"permission of {one} is {shown.get(one)}, wanted {start}"
    if "first" in wanted and (not ids or ids[0] != wanted["first"]):
        yield f"first advice is {ids[:1]}, wanted {wanted['first']}"


CASES = [
    pytest.param(one, name, id=f"{number:03d} {name}: {one['it']}")
    for number, one in enumerate(VIGNETTES, 1)
    for name in ([one["pack"]] if isinstance(one["pack"], str) else one["pack"])
]


@pytest.mark.parametrize(("vignette", "name"), CASES)
def test_vignette(vignette: dict[str, Any], name: str) -> None:
    pack, on = pack_of(name), vignette.get("on", DAYS[name])
    chart = chart_of(vignette["chart"], on)
    expect = vignette["expect"]
    found = [
        f"{one}: {fault}" for one in expect if one != "advice" for fault in faults(pack.decide(one, chart), expect[one])
    ]
    if expect.get("advice"):
        result = pack.decide_all(chart)  # its JSON would look for what every decision misses
        found += advice_faults(advice(pack, result, result.advice.shown), expect["advice"])
    problems = [one.code for one in pack.problems(chart)]
    if vignette.get("problems_any") and not problems:
        found.append("no problem is reported")
    if vignette.get("problems_none") and problems:
        found.append(f"problems {problems}")
    assert not found, f"{vignette['it']}\n  " + "\n  ".join(found)
