"""The same call again: the same answer under new ids; anything else that matters makes it another call."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.journal.entry import Entry, drafted
from sangao.adapters.journal.log import Journal
from sangao.adapters.service.cds import answering
from sangao.adapters.service.cds.again import Again, key
from sangao.adapters.service.cds.answered import Answered, Links
from tests.adapters.service.hosted import PERSON, Client, call, condition, found, hosted, pressure, problems

PATH = "/cds-services/diagnosis-correctness"
ANOTHER = "0b2f3c5e-5d9f-4c7e-8f0b-c1f6d1f6c9aa"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log.db"


@pytest.fixture(scope="module")
def client(log: Path) -> Iterator[Client]:
    with hosted(journal_url=str(log)) as one:
        yield one


def body(**changes: Any) -> Json:
    data = {"patient": PERSON, "bp": found(pressure("b1", 150, 96, "2026-03-09")), "meds": found()}
    return {**call(prefetch={**data, "conditions": found(condition("I10"))}), **changes}


def plain(cards: list[Json]) -> list[Json]:
    """Return cards without their ids."""
    cards = deepcopy(cards)
    for one in cards:
        one["uuid"] = ""
        one.pop("links")
        for way in one.get("suggestions", ()):
            way["uuid"] = ""
    return cards


def test_the_same_again_is_not_worked_out_again_and_is_an_entry_of_its_own(
    client: Client, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.post(PATH, json=body()).json()["cards"]
    monkeypatch.setattr(answering, "answered", None)
    second = client.post(PATH, json=body(hookInstance=ANOTHER)).json()["cards"]
    assert plain(first) == plain(second) and first
    assert {one["uuid"] for one in first} & {one["uuid"] for one in second} == set()
    with Journal.open(log) as journal:
        rows = list(journal.entries())[-2:]
        assert len(rows) == 2 and len({row.draft.subject for row in rows}) == 2
        assert all(
            one["uuid"] in row.draft.body for row, many in zip(rows, (first, second), strict=True) for one in many
        )
        assert journal.verify() == ()


def test_whatever_matters_makes_another_call(client: Client) -> None:
    first = client.post(PATH, json=body()).json()["cards"]
    low = body()
    low["prefetch"]["bp"]["entry"][0]["resource"]["component"][0]["valueQuantity"]["value"] = 151
    low["extension"]["cn.sangao.on"] = "2026-03-11"
    assert plain(client.post(PATH, json=low).json()["cards"]) != plain(first)
    english = client.post(PATH, json=body(), headers={"Accept-Language": "en"}).json()["cards"]
    assert plain(english) != plain(first)


@pytest.mark.parametrize("number", [None, 7, "", "  ", "another", f"{ANOTHER}0", ANOTHER[1:]])
def test_a_call_without_its_number_is_refused_the_second_time_too(client: Client, number: Any) -> None:
    assert client.post(PATH, json=body()).status_code == 200
    answer = client.post(PATH, json=body(hookInstance=number))
    assert answer.status_code == 400 and problems(answer) == ["service.bad_request"]


def test_a_broken_body_is_not_taken_for_one_that_was_answered(client: Client) -> None:
    whole = json.dumps(body()).encode()
    assert client.post(PATH, content=whole, headers={"Content-Type": "application/json"}).status_code == 200
    cut = whole.replace(b'"hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"', b"\0")
    assert cut != whole
    assert client.post(PATH, content=cut, headers={"Content-Type": "application/json"}).status_code == 400


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = Again(most=2)
    for i in range(3):
        memory.keep(str(i).encode(), Answered([], Entry("s", "p", "h", "c", {"n": i}), ()))
    assert memory.get(b"0") is None and memory.get(None) is None
    found = memory.get(b"2")
    assert found is not None and json.loads(drafted(found.entry).body) == {"n": 2, "sent": {"cards": []}}
    assert json.loads(found.text(())) == {"cards": []}


LINKS = ({"label": "完整说明", "url": "http://127.0.0.1/page?ref=1&x", "type": "absolute"},)


@pytest.mark.parametrize("links", [(), LINKS])
@pytest.mark.parametrize("hash_only", [False, True])
def test_what_is_remembered_is_the_answer_letter_by_letter_and_shares_nothing_with_it(
    links: Links, hash_only: bool
) -> None:
    ways = [{"uuid": "v", "label": "x"}, {"label": "没有编号的"}]
    cards = [{"uuid": "u", "summary": '高 "u"\u2028', "indicator": "info", "suggestions": ways}]
    cards += [{"uuid": "w", "indicator": "warning", "summary": "v", "suggestions": []}, {"indicator": "info"}]
    told = {"decisions": {"a": {"value": 1.5, "sent": "no"}}, "sent": {"cards": cards}, "tail": None}
    answer = Answered(cards, Entry("s", "p", "h", "c", told, {"on": "日"}), (("a", "settled"),))
    memory = Again()
    memory.keep(b"a", answer)
    found, other = memory.get(b"a"), memory.get(b"a")
    assert found is not None and other is not None
    assert found.statuses == answer.statuses and found.indicators == answer.indicators == ("info", "warning", "info")
    assert found.entry.id not in (answer.entry.id, other.entry.id)

    # The same under the new ids, worked out anew: the very text, in the log and on the wire.
    new = [one["uuid"] for one in json.loads(found.text(()))["cards"]]
    again = deepcopy(cards)
    for one, sent in zip(again, json.loads(found.text(()))["cards"], strict=True):
        one["uuid"] = sent["uuid"]
        for way, told_way in zip(one.get("suggestions", ()), sent.get("suggestions", ()), strict=True):
            way["uuid"] = told_way["uuid"]
            new.append(way["uuid"])
    assert len(set(new)) == 5 and not set(new) & {"u", "v", "w"}
    entry = replace(answer.entry, id=found.entry.id, time=found.entry.time, answer={**told, "sent": {"cards": again}})
    assert found.text(links) == Answered(again, entry, ()).text(links)
    assert drafted(found.entry, hash_only=hash_only) == drafted(entry, hash_only=hash_only)

    cards[0]["summary"] = "changed since"
    unchanged = memory.get(b"a")
    assert unchanged is not None and "changed since" not in unchanged.text(links) + drafted(unchanged.entry).body


@pytest.mark.parametrize("odd", [object(), {1: "a", "b": 2}, "\ud800"])
def test_an_answer_that_is_no_plain_data_is_not_remembered(odd: Any) -> None:
    memory = Again()
    card = {"uuid": "u", "indicator": "info", "summary": odd}
    memory.keep(b"a", Answered([card], Entry("s", "p", "h", "c", {}), ()))
    assert memory.get(b"a") is None


def test_only_the_number_of_a_call_is_left_out() -> None:
    one = b'{"hookInstance": "%s", "context": {"patientId": "a"}}' % ANOTHER.encode()
    assert key(one) == key(one.replace(b"0b2f", b"0b2e")) != key(one.replace(b"hookInstance", b"hook"))
    assert key(one) != key(one.replace(b'"patientId": "a"', b'"patientId": "b"'))
    assert key(one, "zh") != key(one, "en")


def test_a_card_leads_to_its_whole_explanation_and_its_source(client: Client) -> None:
    for card in client.post(PATH, json=body()).json()["cards"]:
        link = card["links"][0]
        assert link["type"] == "absolute" and link["label"] == "完整说明"
        shown = client.get(link["url"].removeprefix("http://127.0.0.1:8042"))
        assert shown.status_code == 200 and "高血压诊断是否有据" in shown.text
        assert client.get(link["url"].removeprefix("http://127.0.0.1:8042") + "x").status_code == 403
        address, _, anchor = card["source"]["url"].removeprefix("http://127.0.0.1:8042").partition("#")
        assert f'id="{anchor}"' in client.get(address).text
