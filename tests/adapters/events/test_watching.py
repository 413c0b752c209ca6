"""Events of people: what is told, when, and that the pack has the last word whatever durable-rules does."""

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sangao.adapters.events.happened import Changed, Found, Moved, Overdue, to_dict
from sangao.adapters.events.watching import Watcher
from sangao.adapters.events.worker import Worker
from sangao.adapters.main import app
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError, fail
from sangao.engine.guide import load
from tests.adapters.events.needs import STREAK, needs_engine, watch

pytestmark = needs_engine

LONG = os.environ.get("SANGAO_TIER") == "long"
DAY = date(2026, 3, 1)
WATCHED: dict[str, Any] = {
    "decisions": ["demo.confirmed", "demo.sugar"],
    "dates": ["demo.next"],
    "pathways": ["demo.loop"],
}
TWICE, OFTEN = "days(fpg where fpg >= 7 mmol/L) >= 2", "count(fpg where fpg >= 11 mmol/L within 14 days) >= 3"


@pytest.fixture(scope="module")
def shared() -> Iterator[Watcher]:
    with Watcher(watch(), **WATCHED) as found:
        yield found


@pytest.fixture
def watcher(shared: Watcher) -> Watcher:
    """The watcher of the module with nobody in it: starting its process once is enough."""
    for person in list(shared._people):
        shared.forget(person)
    shared.disagreed = 0
    return shared


def bp(day: int, sbp: Any, dbp: Any = 70) -> Chart:
    return Chart.of({"sbp_office": sbp, "dbp_office": dbp}, on=DAY + timedelta(days=day))


def fpg(day: int, value: Any) -> Chart:
    return Chart.of({"fpg": value}, on=DAY + timedelta(days=day))


def found(happened: tuple[Any, ...]) -> list[tuple[str, bool]]:
    return [(one.pattern, one.certain) for one in happened if isinstance(one, Found)]


def test_three_high_days_in_four_weeks_are_told_once(watcher: Watcher) -> None:
    assert found(watcher.arrive("p", bp(0, 150))) == []
    assert found(watcher.arrive("p", bp(10, 150))) == []
    third = watcher.arrive("p", bp(28, 150))
    assert found(third) == [(STREAK, True)]
    (changed,) = [one for one in third if isinstance(one, Changed)]
    assert (changed.decision, changed.before and changed.before.value, changed.after.value) == (
        "demo.confirmed",
        False,
        True,
    )
    assert watcher.arrive("p", bp(29, 160)) == (), "what is known is not told again"
    assert watcher.disagreed == 0


def test_the_same_event_twice_is_one_event(watcher: Watcher) -> None:
    for _ in range(3):
        watcher.arrive("p", bp(0, 150))
        watcher.arrive("p", bp(5, 150))
    assert found(watcher.arrive("p", bp(5, 150))) == []
    assert found(watcher.arrive("p", bp(6, 150))) == [(STREAK, True)]


def test_a_day_that_is_not_high_breaks_them_even_when_it_arrives_last(watcher: Watcher) -> None:
    watcher.arrive("p", bp(0, 150))
    watcher.arrive("p", bp(10, 150))
    assert found(watcher.arrive("p", bp(20, 150))) == [(STREAK, True)]
    corrected = watcher.arrive("p", bp(15, 120))
    assert [one.after.value for one in corrected if isinstance(one, Changed)] == [False]
    assert watcher.disagreed == 0


def test_a_day_of_which_it_is_not_known_is_possibly_one(watcher: Watcher) -> None:
    watcher.arrive("p", bp(0, 150))
    watcher.arrive("p", Chart.of({"dbp_office": 60}, on=DAY + timedelta(days=5)))
    assert found(watcher.arrive("p", bp(9, 150))) == [(STREAK, False)]
    late = Chart.of({"sbp_office": 150}, on=DAY + timedelta(days=5))
    assert found(watcher.arrive("p", late)) == [(STREAK, True)], "the systolic of that day came later"


def test_a_reading_without_a_day_is_left_to_the_pack(watcher: Watcher) -> None:
    undated = Chart.of(readings=[{"fact": "sbp_office", "value": 150}], on=DAY)
    watcher.arrive("p", bp(0, 150))
    watcher.arrive("p", undated)
    assert found(watcher.arrive("p", bp(9, 150))) == [(STREAK, False)]
    assert watcher.disagreed == 0


def test_a_reading_of_tomorrow_counts_when_it_is_tomorrow(watcher: Watcher) -> None:
    watcher.arrive("p", bp(0, 150))
    watcher.arrive("p", bp(1, 150))
    ahead = Chart.of(readings=[{"fact": "sbp_office", "value": 150, "at": "2026-03-05"}], on=DAY + timedelta(days=2))
    assert found(watcher.arrive("p", ahead)) == []
    assert found(watcher.arrive("p", Chart.of(on=DAY + timedelta(days=4)))) == [(STREAK, True)]
    assert watcher.disagreed == 0


def test_people_are_kept_apart(watcher: Watcher) -> None:
    for day in range(3):
        assert found(watcher.arrive(f"p{day}", bp(day, 150))) == []
    assert len(watcher) == 3


def test_a_nonsense_event_is_no_event(watcher: Watcher) -> None:
    for value in ("abc", "", 1500, None, True, [150]):
        for day in range(4):
            assert found(watcher.arrive("p", bp(day, value, dbp=None))) in ([], [(STREAK, False)])
    assert watcher.disagreed == 0, "a text never fires anything"


def test_days_of_a_span_pass(watcher: Watcher) -> None:
    for day in (0, 6):
        watcher.arrive("p", fpg(day, 12))
    assert found(watcher.arrive("p", fpg(15, 12))) == [], "the first is more than 14 days ago"
    assert found(watcher.arrive("p", fpg(16, 12))) == [(OFTEN, True)]
    assert watcher.disagreed == 0


values = st.sampled_from([150, 150, 150, 120, ">130", "abc"])
streams = st.lists(st.tuples(st.integers(0, 45), values, st.sampled_from([6.0, 7.5, 12.0])), max_size=9)


@settings(deadline=None, max_examples=600 if LONG else 50)
@given(streams)
def test_a_stream_of_events_in_any_order_is_told_as_the_core_tells_it(
    shared: Watcher, events: list[tuple[int, Any, float]]
) -> None:
    shared.forget("p")
    shared.disagreed = 0
    given_: list[dict[str, Any]] = []
    on, seen = DAY, dict[str, int]()
    for day, sbp, glucose in events:
        at = DAY + timedelta(days=day)
        on = max(on, at)
        both = (("sbp_office", sbp), ("dbp_office", 70), ("fpg", glucose))
        readings = [{"fact": fact, "value": value, "at": at.isoformat()} for fact, value in both]
        given_ += [one for one in readings if one not in given_]
        happened = shared.arrive("p", Chart.of(readings=readings, on=on))
        whole = Chart.of(readings=given_, on=on)
        for name in WATCHED["decisions"]:
            assert shared._people["p"].answers[name].value == watch().decide(name, whole).value
        levels, _ = shared.bound.marker.standing(whole)
        told = [one for one in happened if isinstance(one, Found)]
        assert {one.pattern: 1 + one.certain for one in told} == {
            name: level for name, level in levels.items() if level > seen.get(name, 0)
        }
        seen = dict(levels)
    assert shared.disagreed == 0 and shared.problems == ()


# --- pathways and dates -----------------------------------------------------------------------------------------------
NEVER = {"sent_date": "never", "seen_date": "never", "home_date": "never"}


def loop(day: int, **dates: str) -> Chart:
    return Chart.of({**NEVER, **dates}, on=DAY + timedelta(days=day))


def moved(happened: tuple[Any, ...]) -> list[tuple[str | None, str, bool]]:
    return [(one.before, one.after, one.lawful) for one in happened if isinstance(one, Moved)]


def late(happened: tuple[Any, ...]) -> list[tuple[str, str, bool]]:
    return [(one.what, one.due.isoformat(), one.settled) for one in happened if isinstance(one, Overdue)]


def test_states_of_a_pathway_are_told_as_the_patient_moves(watcher: Watcher) -> None:
    assert moved(watcher.arrive("p", loop(0))) == [(None, "home", True)]
    sent = Chart.of({"sent_date": "2026-03-02"}, on="2026-03-02")
    assert moved(watcher.arrive("p", sent)) == [("home", "sent", True)]
    assert moved(watcher.arrive("p", sent)) == []
    seen = Chart.of({"seen_date": "2026-03-05", "home_date": "2026-03-06"}, on="2026-03-06")
    assert moved(watcher.arrive("p", seen)) == [("sent", "home_again", True)], "two steps at once"
    taken_back = Chart.of({"sent_date": "never"}, on="2026-03-07")
    assert moved(watcher.arrive("p", taken_back)) == [("home_again", "home", False)], "no way leads there"
    assert watcher.disagreed == 0


def test_what_does_not_come_in_time_is_overdue_once(watcher: Watcher) -> None:
    watcher.arrive("p", loop(0, sent_date="2026-03-01"))
    assert late(watcher.day(date(2026, 3, 8))) == [], "the last day is in time"
    assert late(watcher.day(date(2026, 3, 9))) == [("demo.loop.see", "2026-03-08", True)]
    assert watcher.day(date(2026, 3, 10)) == ()
    assert watcher.disagreed == 0


def test_what_came_in_time_is_not_overdue(watcher: Watcher) -> None:
    watcher.arrive("p", loop(0, sent_date="2026-03-01"))
    watcher.arrive("p", Chart.of({"seen_date": "2026-03-08"}, on="2026-03-08"))
    assert late(watcher.day(date(2026, 3, 20))) == []
    assert ("demo.loop.return", "2026-04-08", True) in late(watcher.day(date(2026, 4, 9)))
    assert watcher.disagreed == 0


def test_what_nobody_has_heard_of_is_overdue_and_not_settled(watcher: Watcher) -> None:
    watcher.arrive("p", Chart.of({"sent_date": "2026-03-01"}, on="2026-03-01"))
    assert late(watcher.day(date(2026, 3, 9))) == [("demo.loop.see", "2026-03-08", False)]


def test_a_date_that_a_decision_names_passes_or_is_moved(watcher: Watcher) -> None:
    watcher.arrive("p", Chart.of({"seen_date": "2026-03-01"}, on="2026-03-01"))
    watcher.arrive("q", Chart.of({"seen_date": "2026-03-01"}, on="2026-03-01"))
    watcher.arrive("q", Chart.of({"seen_date": "2026-03-20"}, on="2026-03-20"))
    happened = [one for one in watcher.day(date(2026, 4, 2)) if isinstance(one, Overdue) and one.what == "demo.next"]
    assert [(one.person, one.due.isoformat(), one.settled) for one in happened] == [("p", "2026-04-01", False)]


def test_nothing_known_is_never_overdue(watcher: Watcher) -> None:
    watcher.arrive("p", Chart.of(on="2026-03-01"))
    assert watcher.day(date(2030, 1, 1)) == ()


def test_many_people_are_looked_at_in_parts(watcher: Watcher) -> None:
    for number in range(230):
        watcher.arrive(f"p{number}", loop(0, sent_date="2026-03-01"))
    assert len(late(watcher.day(date(2026, 3, 9)))) == 230 and watcher.disagreed == 0


# --- another pack, another process, a wrong engine --------------------------------------------------------------------
def test_another_pack_gets_another_process_and_everybody_is_asked_again() -> None:
    with Watcher(watch(), **WATCHED) as watcher:
        for day in (0, 1):
            watcher.arrive("p", fpg(day, 6.5))
        before = watcher.bound.worker
        happened = watcher.use(watch("6"))
        assert found(happened) == [("days(fpg where fpg >= 6 mmol/L) >= 2", True)]
        assert [(one.decision, one.after.value) for one in happened if isinstance(one, Changed)] == [
            ("demo.sugar", True)
        ]
        assert watcher.bound.worker is not before and before._process is None
        with pytest.raises(SangaoError):
            watcher.use(load("lipid_2023"))
        assert watcher.bound.pack is watch("6"), "a pack that lacks what is watched leaves the old one"


@pytest.mark.parametrize("said", [[], [1], [0, 1, 2, 3]])
def test_whatever_durable_rules_says_the_pack_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch, said: list[int]
) -> None:
    monkeypatch.setattr(Worker, "ask", lambda self, question: said)
    with Watcher(watch(), **WATCHED) as watcher:
        told = [found(watcher.arrive("p", bp(day, 150))) for day in (0, 1, 2, 3)]
        assert told == [[], [], [(STREAK, True)], []]
        watcher.arrive("q", loop(0, sent_date="2026-03-01"))
        assert late(watcher.day(date(2026, 3, 9))) == [("demo.loop.see", "2026-03-08", True)]
        assert moved(watcher.arrive("q", loop(9))) == [("sent", "home", False)]
        assert watcher.disagreed > 0


def test_without_an_answer_of_durable_rules_the_pack_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Worker, question: Any) -> list[int]:
        raise fail("events.worker_failed", times=3)

    monkeypatch.setattr(Worker, "ask", fails)
    with Watcher(watch(), **WATCHED) as watcher:
        told = [found(watcher.arrive("p", bp(day, 150))) for day in (0, 1, 2)]
        assert told == [[], [], [(STREAK, True)]] and watcher.disagreed == 0
        assert {one.code for one in watcher.problems} == {"events.worker_failed"}


def test_a_full_watcher_takes_nobody_new_and_forgets_nobody() -> None:
    with Watcher(watch(), **WATCHED, most=2) as watcher:
        for day in (0, 10):
            watcher.arrive("p", bp(day, 150))
            watcher.arrive("q", bp(day, 150))
        with pytest.raises(SangaoError) as error:
            watcher.arrive("r", bp(0, 150))
        assert [one.code for one in error.value.problems] == ["events.full"] and len(watcher) == 2
        assert found(watcher.arrive("p", bp(20, 150))) == [(STREAK, True)], "who is held goes on being watched"
        watcher.forget("p")
        assert found(watcher.arrive("r", bp(0, 150))) == [] and len(watcher) == 2


def test_after_a_restart_the_charts_of_before_are_enough() -> None:
    """Whoever was held is sent once as they stand; what comes later is told as without the restart."""
    early = [bp(0, 150), bp(10, 150), loop(11, sent_date="2026-03-12"), Chart.of({"seen_date": "2026-03-01"}, on=DAY)]
    with Watcher(watch(), **WATCHED) as first, Watcher(watch(), **WATCHED) as second:
        for one in early:
            first.arrive("p", one)
        second.arrive("p", first._people["p"].chart)
        for one in (first, second):
            assert one.disagreed == 0
        later = [(one.arrive("p", bp(20, 150)), one.day(date(2026, 5, 1))) for one in (first, second)]
    assert later[0] == later[1] and found(later[0][0]) == [(STREAK, True)] and late(later[0][1])
    with Watcher(watch(), **WATCHED) as third:
        third.arrive("p", first._people["p"].chart)
        assert late(third.day(date(2026, 5, 1))) == late(later[0][1]), "what is overdue is told once more, never lost"


def test_what_is_not_in_the_pack_cannot_be_watched() -> None:
    for wrong in ({"decisions": ["demo.nothing"]}, {"dates": ["demo.nothing"]}, {"pathways": ["demo.nothing"]}):
        with pytest.raises(SangaoError):
            Watcher(watch(), **wrong)  # type: ignore[arg-type]


# --- the command ------------------------------------------------------------------------------------------------------
def events(tmp_path: Path, *lines: Any, more: tuple[str, ...] = ()) -> Any:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    run = ["events", str(file), "--pack", "htn_primary_2025", "--decision", "htn.diagnosis", "--lang", "en", *more]
    return CliRunner().invoke(app(), run)


def test_the_command_tells_a_line_an_event(tmp_path: Path) -> None:
    days = ["2026-03-01", "2026-03-10", "2026-03-20"]
    given_ = [{"patient": {"id": "p1"}, "on": day, "facts": {"sbp_office": 150, "dbp_office": 92}} for day in days]
    done = events(tmp_path, *given_, "", {"day": "2026-04-01"})
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["certain"] for one in told if one["event"] == "found"] == [True, True]
    assert told[-1]["person"] == "p1" and told[-1]["on"] == "2026-03-20"


def test_the_stream_read_again_after_a_restart_goes_on_where_it_ended(tmp_path: Path) -> None:
    """However far the first run came, nothing of what follows is lost, and nothing is told otherwise."""
    days = ["2026-03-01", "2026-03-10", "2026-03-20", "2026-03-21"]
    facts = [{"sbp_office": 150, "dbp_office": 92}] * 3 + [{"sbp_office": 118, "dbp_office": 70}]
    lines: list[Any] = [
        {"patient": {"id": who}, "on": day, "facts": said}
        for day, said in zip(days, facts, strict=True)
        for who in ("p1", "p2")
    ]
    lines.insert(5, {"day": "2026-03-20"})
    whole = [json.loads(one) for one in events(tmp_path, *lines).stdout.splitlines()]
    assert {one["line"] for one in whole} <= set(range(1, len(lines) + 1)) and len(whole) > 4
    for after in (3, 6):
        rest = [json.loads(one) for one in events(tmp_path, *lines, more=("--after", str(after))).stdout.splitlines()]
        assert rest == [one for one in whole if one["line"] > after] and rest


def test_a_stream_of_too_many_people_ends_where_the_next_one_would_be_lost(tmp_path: Path) -> None:
    lines = [{"patient": {"id": who}, "on": "2026-03-01", "facts": {}} for who in ("p1", "p1", "p2")]
    done = events(tmp_path, *lines, more=("--most", "1"))
    assert done.exit_code == 2 and "[events.full]" in done.stderr


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "host.not_json"),
        ("[1]", "chart.not_an_object"),
        ('{"day": "soon"}', "events.not_typed"),
        ('{"day": 739000}', "events.not_typed"),
        ('{"on": "2026-03-01", "facts": {}}', "events.not_typed"),
    ],
)
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str, code: str) -> None:
    done = events(tmp_path, line)
    assert done.exit_code == 2 and f"[{code}]" in done.stderr and "events.ndjson" in done.stderr


def test_the_json_of_what_happened_holds_dates_as_text() -> None:
    one = Found("p", DAY, STREAK, True, (DAY,))
    assert to_dict(one) == {
        "event": "found",
        "person": "p",
        "on": "2026-03-01",
        "pattern": STREAK,
        "certain": True,
        "days": ["2026-03-01"],
    }
