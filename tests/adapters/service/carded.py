"""Cards of a CDS Hooks call: asked for, held against what the standard asks of every card, and found by a word."""

from typing import Any

from tests.adapters.service.hosted import (
    Client,
    call,
    found,
    pressure,
)

Json = dict[str, Any]
CHECK, RISK, STEPS = (
    "/cds-services/diagnosis-correctness",
    "/cds-services/risk-stratification",
    "/cds-services/next-steps",
)
EMPTY = {"patient": None, "bp": None, "labs": None, "conditions": None, "meds": None}
NONE: Json = {"conditions": found(), "meds": found()}
HIGH = found(*(pressure(f"b{day}", 150, 96, f"2026-03-0{day}") for day in (2, 5, 9)))


def cards(client: Client, path: str, body: Json, lang: str = "zh") -> list[Json]:
    answer = client.post(path, json=body, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text
    result: list[Json] = answer.json()["cards"]
    for one in result:
        lawful(one)
    return result


def lawful(card: Json) -> None:
    """Check what the standard asks of every card."""
    assert 0 < len(card["summary"]) < 140 and "\n" not in card["summary"]
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"] and card["source"]["url"].startswith("http")
    assert card["source"]["topic"].keys() == {"system", "code", "display"}
    assert all(one["display"] and one["code"] and one["system"] for one in card["overrideReasons"])
    assert len(card["uuid"]) == 36 and card["detail"]
    assert ("selectionBehavior" in card) == ("suggestions" in card)
    for way in card.get("suggestions", ()):
        assert way["label"] and way["uuid"] and way["actions"]
        for action in way["actions"]:
            assert action["type"] in ("create", "update", "delete") and action["description"]
            assert ("resourceId" in action) == (action["type"] == "delete")
            assert ("resource" in action) == (action["type"] != "delete")
    nothing_empty(card)


def nothing_empty(value: Any) -> None:
    """Check that nothing is null or empty: the standard forbids both."""
    assert value is not None and value != "" and value != [] and value != {}
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            nothing_empty(one)


def untreated(*args: Any, **rest: Any) -> Json:
    """Return a call of a client that answers what the card asked: no drug for the pressure is taken."""
    body = call(*args, **rest)
    body["extension"]["cn.sangao.facts"] = {"on_antihypertensive": False, "symptomatic": False}
    return body


def about(found: list[Json], word: str) -> Json:
    return next(one for one in found if word in one["summary"])
