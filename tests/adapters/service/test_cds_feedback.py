"""Feedback: what is wrong with it first, then that it is in the log and leads to its answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.journal.log import Journal
from tests.adapters.service.hosted import PERSON, Client, call, condition, found, hosted, pressure, problems

SERVICE = "/cds-services/diagnosis-correctness"
PATH = f"{SERVICE}/feedback"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log.db"


@pytest.fixture(scope="module")
def client(log: Path) -> Iterator[Client]:
    with hosted(journal_url=str(log)) as one:
        yield one


def item(**changes: Any) -> Json:
    made = {
        "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-10T08:05:31Z",
        **changes,
    }
    return {key: value for key, value in made.items() if value is not ...}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "feedback"),
        ({"feedback": []}, "feedback"),
        ({"feedback": {}}, "feedback"),
        ({"feedback": [item()] * 201}, "feedback"),
        ({"feedback": [7]}, "feedback[0]"),
        ({"feedback": [item(card=...)]}, "feedback[0].card"),
        ({"feedback": [item(card="")]}, "feedback[0].card"),
        ({"feedback": [item(), item(outcome="ignored")]}, "feedback[1].outcome"),
        ({"feedback": [item(outcomeTimestamp=...)]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [item(outcomeTimestamp="2026-03-10")]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [item(outcomeTimestamp="0001-01-01T00:00:00+23:59")]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [item(outcome="accepted")]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [item(outcome="accepted", acceptedSuggestions=[{}])]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [item(outcome="accepted", acceptedSuggestions=[7])]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [item(overrideReason="no")]}, "feedback[0].overrideReason"),
        ({"feedback": [item(overrideReason={"reason": {"display": "x"}})]}, "feedback[0].overrideReason.reason"),
        ({"feedback": [item(overrideReason={"userComment": 7})]}, "feedback[0].overrideReason.userComment"),
    ],
)
def test_what_is_not_as_the_standard_says_is_named_and_nothing_is_stored(
    client: Client, log: Path, sent: Json, field: str
) -> None:
    answer = client.post(PATH, json=sent)
    assert answer.status_code == 400 and set(problems(answer)) == {"service.bad_request"}
    assert field in [one["expression"][0] for one in answer.json()["issue"]]
    with Journal.open(log) as journal:
        assert list(journal.entries(kind="feedback")) == []


def test_feedback_is_in_the_log_beside_the_answer_it_is_of(client: Client, log: Path) -> None:
    data = {
        "patient": PERSON,
        "bp": found(pressure("b1", 150, 96, "2026-03-09")),
        "conditions": found(condition("I10")),
    }
    card = client.post(SERVICE, json=call(prefetch=data)).json()["cards"][0]
    reason = card["overrideReasons"][0]
    override = item(card=card["uuid"], overrideReason={"reason": reason, "userComment": "已核对 " + "x" * 5000})
    accept = item(card=card["uuid"], outcome="accepted", acceptedSuggestions=[{"id": "s1"}])
    answer = client.post(PATH, json={"feedback": [override, accept, override]})
    assert answer.status_code == 200 and answer.json() == {}
    with Journal.open(log) as journal:
        stored = [row.draft for row in journal.entries(kind="feedback")]
        answered = [row.draft for row in journal.entries()]
        assert journal.verify() == ()
    assert [one.subject for one in stored] == [card["uuid"]] * 3
    assert card["uuid"] in answered[0].body and answered[0].service == "diagnosis-correctness"
    detail = json.loads(stored[0].body)["detail"]
    assert detail["reason"]["code"] == reason["code"] and len(detail["comment"]) == 4000
    assert json.loads(stored[1].body)["detail"]["suggestions"] == ["s1"]
    assert "sangao_feedback_total" in client.get("/metrics").text
