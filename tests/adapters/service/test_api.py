"""The plain JSON interface: half-filled charts first, every answer in the log before it leaves, one tenant apart."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sangao.adapters.journal.entry import Entry
from sangao.adapters.journal.log import Journal
from sangao.adapters.service.api_models import MOST_CHARTS, MOST_NAMES
from sangao.adapters.service.app import build, create_app
from sangao.engine.chart import Chart
from sangao.engine.explain import result as shaped
from sangao.engine.run import answers
from tests.adapters.service.hosted import Client, hosted, problems, settings_of
from tests.opened import opened

LONG = os.environ.get("SANGAO_TIER") == "long"
Json = dict[str, Any]
PACK = opened("htn_primary_2025")
CHART: Json = {"on": "2026-03-09", "facts": {"sbp_office": "152 mmHg", "dbp_office": 96, "age": 63}}
HALF: Json = {"on": "2026-03-09", "facts": {"dbp_office": 95}}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where the log of the service stands."""
    return str(tmp_path_factory.mktemp("log") / "log.db")


@pytest.fixture(scope="module")
def client(place: str) -> Iterator[Client]:
    """Return a service that keeps a log."""
    with hosted(journal_url=place) as one:
        yield one


def asked(client: Client, what: str, **body: Any) -> Json:
    answer = client.post(f"/api/v1/{what}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: Json = answer.json()
    return found


def refused(client: Client, status: int, what: str, **body: Any) -> list[str]:
    answer = client.post(f"/api/v1/{what}", json=body)
    assert answer.status_code == status, answer.text
    return problems(answer)


def logged(place: str, entry: str) -> Json:
    with Journal.open(place) as journal:
        row = journal.entry(entry)
        assert row.draft.pack_hash == PACK.hash
        return {
            "service": row.draft.service,
            "facts": json.loads(row.draft.facts or "null"),
            **json.loads(row.draft.body),
        }


# --- answers ----------------------------------------------------------------------------------------------------------
def test_an_empty_chart_is_not_normal(client: Client) -> None:
    found = asked(client, "decide", chart={})
    assert {one["status"] for one in found["decisions"].values()} >= {"unknown"}
    grade = found["decisions"]["htn.grade"]
    assert (grade["value"], grade["status"]) == (None, "unknown") and grade["missing"] is None


def test_half_a_pressure_is_bounded_and_says_what_is_missing(client: Client) -> None:
    found = asked(client, "decide", chart=HALF, decisions=["htn.grade"], detail="full")
    grade = found["decisions"]["htn.grade"]
    assert (grade["status"], grade["at_least"], grade["missing"]) == ("unknown", "grade1", [["sbp_office"]])
    assert found["ask"][0]["fact"] == "sbp_office" and found["advice"] is None


def test_the_answer_is_that_of_the_pack(client: Client) -> None:
    found = asked(client, "decide", chart=CHART)
    result = PACK.decide_all(Chart.from_dict(CHART))
    assert set(found["decisions"]) == set(result.decisions)
    for name, answer in result.decisions.items():
        told = found["decisions"][name]
        assert told["value"] == answers.as_json(answer.value) and told["status"] == answer.status
        assert told["at_least"] == answers.as_json(answer.at_least)
        assert told["at_most"] == answers.as_json(answer.at_most)
    for key, items in (("advice", result.advice.shown), ("folded", result.advice.folded)):
        assert [(one["id"], one["urgency"], one["question"], one["status"]) for one in found[key]] == [
            (one.ids[0], one.urgency, one.question, one.status) for one in items
        ]
    (told,) = [one for one in found["advice"] if one["id"] == result.advice.shown[0].ids[0]]
    (whole,) = shaped.advice(PACK, result, result.advice.shown[:1])
    assert {name: whole[name] for name, part in told.items() if part is not None} == {
        name: part for name, part in told.items() if part is not None
    }
    assert found["problems"] == [one.to_dict() for one in result.problems]


def test_in_full_it_is_the_whole_result(client: Client) -> None:
    names = ["htn.grade", "htn.dx_correct", "htn.target"]
    found = asked(client, "decide", chart=CHART, decisions=names, detail="full")
    chart = Chart.from_dict(CHART)
    assert found["decisions"] == {name: shaped.answer_json(PACK.decide(name, chart)) for name in names}


def test_an_argument_comes_in_both_languages(client: Client) -> None:
    found = asked(client, "explain", chart=CHART, decision="htn.grade")
    assert found["text"]["zh"].startswith("结论:") and found["text"]["en"].startswith("answer:")
    assert found["answer"]["because"] and found["title"]["en"]


def test_missing_names_the_smallest_sets_and_what_to_ask(client: Client) -> None:
    found = asked(client, "missing", chart=HALF, decisions=["htn.grade"])
    assert found["decisions"]["htn.grade"]["missing"] == [["sbp_office"]]
    assert found["ask"] == [{"fact": "sbp_office", "settles": ["htn.grade"], "cost": 1}]
    assert asked(client, "missing", chart=CHART, decisions=["htn.grade"])["ask"] == []


def test_a_batch_is_answered_in_its_order_and_one_bad_patient_costs_nobody_else(client: Client) -> None:
    odd = {"patient": {"id": "p2"}, "on": "2026-03-09", "facts": {"sbp_office": "high", "dbp_office": 9000}}
    found = asked(client, "stratify", charts=[{"patient": {"id": "p1"}, **CHART}, odd, {}], decisions=["htn.grade"])
    rows = found["rows"]
    assert [(row["key"], row["decisions"]["htn.grade"]["value"]) for row in rows] == [
        ("p1", "grade1"),
        ("p2", None),
        (None, None),
    ]
    assert len(rows[1]["problems"]) == 2 and len({row["entry"] for row in rows}) == 3


def test_packs_are_listed_and_described(client: Client) -> None:
    (line,) = client.get("/api/v1/packs").json()["packs"]
    assert (line["name"], line["id"], line["hash"], line["default"]) == ("default", PACK.id, PACK.hash, True)
    found = client.get("/api/v1/packs/default").json()
    assert set(found["decisions"]) == set(PACK.decisions)
    assert found["decisions"]["htn.grade"]["is"]["grade1"]["zh"] == "1级"
    assert found["facts"]["sbp_office"]["unit"] == "mmHg"


# --- the log ----------------------------------------------------------------------------------------------------------
def test_every_answer_is_in_the_log_with_what_it_rests_on(client: Client, place: str) -> None:
    found = asked(client, "decide", chart={"patient": {"id": "ID-0815"}, **CHART})
    kept = logged(place, found["entry"])
    assert kept["service"] == "api/decide" and "ID-0815" not in json.dumps(kept)
    assert {one["fact"] for one in kept["facts"]["readings"]} == {"sbp_office", "dbp_office", "age"}
    assert kept["decisions"]["htn.grade"]["value"] == "grade1" and kept["advice"]
    for what, more in (
        ("explain", {"decision": "htn.grade"}),
        ("missing", {"decisions": ["htn.grade"]}),
        ("decide", {"decisions": ["htn.grade"]}),
    ):
        kept = logged(place, asked(client, what, chart=CHART, **more)["entry"])
        assert kept["service"] == f"api/{what}" and list(kept["decisions"]) == ["htn.grade"] and "advice" not in kept


def test_stored_answers_are_asked_again(client: Client) -> None:
    entries = [asked(client, "decide", chart=one)["entry"] for one in (CHART, HALF)]
    found = asked(client, "replay", entries=entries)
    assert [one["entry"]["id"] for one in found["entries"]] == entries and found["problems"] == []
    for one in found["entries"]:
        assert one["own"]["same"] and one["today"]["same"] and one["today"]["pack"]["hash"] == PACK.hash


def test_feedback_stands_behind_its_answer(client: Client, place: str) -> None:
    entry = asked(client, "decide", chart=CHART)["entry"]
    noted = asked(client, "feedback", entry=entry, outcome="overridden", detail={"reason": "已转诊"})
    with Journal.open(place) as journal:
        (row,) = journal.entries([entry], kind="feedback")
        assert row.seq == noted["seq"] and "已转诊" in row.draft.body
    (again,) = asked(client, "replay", entries=[entry])["entries"]
    assert [(one["outcome"], one["detail"]) for one in again["feedback"]] == [("overridden", {"reason": "已转诊"})]
    assert refused(client, 404, "feedback", entry="nobody", outcome="accepted") == ["journal.unknown_entry"]


def test_one_tenant_never_sees_the_entries_of_another(client: Client, place: str) -> None:
    with Journal.open(place) as journal:
        entry = Entry("api/decide", PACK.id, PACK.hash, "ab" * 32, {"decisions": {}}, {}, "another")
        journal.record(entry)
    assert refused(client, 404, "replay", entries=[entry.id]) == ["journal.unknown_entry"]
    assert refused(client, 404, "feedback", entry=entry.id, outcome="accepted") == ["journal.unknown_entry"]


def test_where_no_log_is_kept_what_rests_on_it_says_so() -> None:
    with hosted() as client:
        assert asked(client, "decide", chart=CHART)["entry"] is None
        assert refused(client, 409, "replay", entries=["a"]) == ["api.no_journal"]
        assert refused(client, 409, "feedback", entry="a", outcome="accepted") == ["api.no_journal"]
        assert refused(client, 409, "page", chart=CHART) == ["api.no_journal"]


def test_an_answer_that_cannot_be_logged_is_not_given(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = build(settings_of(journal_url=str(tmp_path / "state" / "log.db")))
    with hosted(app=create_app(house=house)) as client:
        entry = asked(client, "decide", chart=CHART)["entry"]
        page = client.post("/api/v1/page", json={"chart": CHART}).json()["url"]
        (tmp_path / "state").rename(tmp_path / "away")
        for what, more in (("decide", {}), ("explain", {"decision": "htn.grade"}), ("page", {})):
            answer = client.post(f"/api/v1/{what}", json={"chart": CHART, **more})
            assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
            assert problems(answer)[0] in ("journal.gone", "journal.unavailable")
            assert "grade1" not in answer.text and str(tmp_path) not in answer.text
        for what, body in (("replay", {"entries": [entry]}), ("feedback", {"entry": entry, "outcome": "accepted"})):
            answer = client.post(f"/api/v1/{what}", json=body)
            assert answer.status_code == 503 and problems(answer) == ["journal.unavailable"]
            assert str(tmp_path) not in answer.text
        shown = client.get(page)
        assert shown.status_code == 503 and "html" in shown.headers["Content-Type"] and "判断" not in shown.text
        ready = client.get("/ready")
        assert ready.status_code == 503 and ready.json()["reason"].startswith("journal.")
        batch = client.post("/api/v1/stratify", json={"charts": [CHART] * 3, "decisions": ["htn.grade"]})
        assert batch.status_code == 503 and "grade1" not in batch.text
        (tmp_path / "away").rename(tmp_path / "state")
        asked(client, "decide", chart=CHART)
        assert client.get("/ready").status_code == 200
    told = [one.getMessage() for one in caplog.records if "logged" in one.getMessage()]
    assert told == ["answers cannot be logged", "answers are logged again"], "once each, not once an answer"


# --- refusals ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "code", "what", "body"),
    [
        (404, "operations.unknown_served", "decide", {"chart": {}, "pack": "nothing"}),
        (404, "host.unknown_decision", "decide", {"chart": {}, "decisions": ["htn.grad"]}),
        (404, "host.unknown_decision", "explain", {"chart": {}, "decision": "htn.grad"}),
        (404, "host.unknown_decision", "missing", {"chart": {}, "decisions": ["htn.grad"]}),
        (404, "host.unknown_decision", "stratify", {"charts": [{}], "decisions": ["htn.grad"]}),
        (404, "host.unknown_decision", "page", {"chart": {}, "decisions": ["htn.grad"]}),
        (400, "chart.on_not_a_date", "decide", {"chart": {"on": "2026-02-30"}}),
        (422, "service.bad_field", "decide", {"chart": {"on": "yesterday"}}),
        (422, "service.bad_field", "decide", {"chart": {"facts": []}}),
        (422, "service.bad_field", "decide", {}),
        (422, "service.bad_field", "decide", {"chart": {}, "decision": "htn.grade"}),
        (422, "service.bad_field", "stratify", {"charts": [], "decisions": ["htn.grade"]}),
        (422, "service.bad_field", "stratify", {"charts": [{}] * (MOST_CHARTS + 1), "decisions": ["htn.grade"]}),
        (422, "service.bad_field", "decide", {"chart": {}, "decisions": ["a"] * (MOST_NAMES + 1)}),
    ],
)
def test_a_mistake_is_named_and_nothing_is_answered(
    client: Client, status: int, code: str, what: str, body: Json
) -> None:
    assert set(refused(client, status, what, **body)) == {code}


def test_a_field_that_is_wrong_is_told_in_both_languages(client: Client) -> None:
    body = {"chart": {"facts": [], "王某": 1}, "pack": 5, "lang": "zh", "decisions": [""], "detail": "long"}
    answer = client.post("/api/v1/decide", json=body)
    assert answer.status_code == 422 and "王某" not in answer.text
    said = [one["text"]["zh"] for one in answer.json()["problems"]]
    for rule in ("`chart.facts` 不合要求:应为对象", "`pack` 不合要求:应为文本", "`lang` 不合要求:没有这个字段"):
        assert any(rule in one for one in said), said
    assert any("不能为空" in one for one in said) and any("'claims'、'full'" in one for one in said)


def test_of_two_values_under_one_key_none_is_lost_in_silence(client: Client) -> None:
    body = b'{"chart": {"facts": {"sbp_office": 120, "dbp_office": 80, "sbp_office": 190}}}'
    answer = client.post("/api/v1/decide", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and problems(answer) == ["api.doubled_key"]


def test_reasons_for_hundreds_of_decisions_are_not_worked_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sangao.adapters.service.api_models.MOST_NAMES", 5)
    assert refused(client, 409, "decide", chart=CHART, detail="full") == ["api.too_much"]


def test_other_methods_and_paths_are_refused_in_the_same_form(client: Client) -> None:
    assert client.get("/api/v1/decide").status_code == 405
    assert problems(client.get("/api/v1/nothing")) == ["service.not_found"]


# --- anything at all --------------------------------------------------------------------------------------------------
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["152 mmHg", ">33.3", "HI", "1e400", "-0", "７．２", "0x10", "1961-13-01", "never", "是", "10^9 mmHg"]
    )
)
VALUE = SCALAR | st.lists(SCALAR, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit", "x"]), SCALAR)
FACT = st.sampled_from(sorted(PACK.compiled.dictionary.facts)) | st.text(max_size=5)
WHEN = st.sampled_from(["2026-03-09", "2026-03-09T09:12+08:00", "0001-01-01", "9999-12-31T23:59:59-14:00", "2026", "x"])
PARTS = {"value": VALUE, "unit": SCALAR, "at": WHEN | SCALAR, "source": SCALAR, "status": SCALAR, "sample": SCALAR}
READING = st.fixed_dictionaries({}, optional={"fact": FACT | SCALAR, "facts": st.dictionaries(FACT, VALUE), **PARTS})
ITEM = FACT | st.fixed_dictionaries(
    {}, optional={"code": SCALAR, "name": SCALAR, "fact": FACT, "since": WHEN, "until": SCALAR, "status": SCALAR}
)
ANY_CHART = st.fixed_dictionaries(
    {},
    optional={
        "on": st.dates().map(str),
        "patient": st.dictionaries(st.sampled_from(["id", "sex", "birth_date", "age"]), VALUE),
        "facts": st.dictionaries(FACT, VALUE, max_size=4),
        "readings": st.lists(READING, max_size=3),
        "conditions": st.lists(ITEM, max_size=2),
        "medications": st.lists(ITEM, max_size=2),
        "complete": st.lists(st.text(max_size=3) | st.sampled_from(["conditions"])),
    },
)


def test_whatever_a_chart_holds_is_answered_logged_and_asked_again(client: Client) -> None:
    names = ["htn.grade", "htn.dx_correct"]

    @settings(max_examples=600 if LONG else 12, derandomize=not LONG, deadline=None, phases=[Phase.generate])
    @given(ANY_CHART, st.sampled_from(["decide", "missing", "page"]))
    def sent(chart: Json, what: str) -> None:
        answer = client.post(f"/api/v1/{what}", json={"chart": chart, "decisions": names})
        assert answer.status_code == 200, (answer.status_code, answer.text)
        entry = answer.json()["entry"]
        if what == "page":
            assert client.get(answer.json()["url"]).status_code == 200
        again = client.post("/api/v1/replay", json={"entries": [entry]})
        assert again.status_code == 200 and again.json()["problems"] == [], again.text

    sent()
