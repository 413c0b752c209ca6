"""The process of durable-rules: replaced when it has answered enough, ends or is silent, and nothing is lost."""

import os
import random
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.adapters.events import gate, worker
from sangao.adapters.events.patterns import Pattern
from sangao.adapters.events.rulesets import days_rule, moves, overdue_rule, statechart
from sangao.adapters.events.worker import Worker
from sangao.engine import windows
from sangao.engine.errors import SangaoError
from sangao.engine.truth import FALSE, TRUE, UNKNOWN
from tests.adapters.events.needs import needs_engine, watch

pytestmark = needs_engine

LONG = os.environ.get("SANGAO_TIER") == "long"
PATTERNS = (
    Pattern("three in four weeks", 3, True, 28),
    Pattern("two ever", 2),
    Pattern("four in two weeks", 4, False, 14),
    Pattern("two in a row", 2, True),
    Pattern("three ever", 3),
    Pattern("four in a row", 4, True),
    Pattern("five in a row in ten", 5, True, 10),
)
DUES, CHART = len(PATTERNS), len(PATTERNS) + 1
WAYS = ((0, 1), (1, 2), (2, 1), (2, 3), (0, 3))
STATES = 4
RULES: list[dict[str, Any]] = [
    *({"kind": "days", "rules": days_rule(one)} for one in PATTERNS),
    {"kind": "dues", "rules": overdue_rule()},
    {"kind": "chart", "rules": statechart(STATES, WAYS)},
]
HIGH = {739000: 1, 739007: 1, 739014: 1}


@pytest.fixture(scope="module")
def engine() -> Iterator[Worker]:
    with Worker(RULES) as found:
        yield found


def own(pattern: Pattern, days: dict[int, int]) -> tuple[int, int]:
    """What the core's windows make of days, each false, true or unknown: is it certain, is it possible."""
    occasions = [windows.Occasion(day, holds) for day, holds in days.items()]
    if pattern.unbroken:
        found = windows.streak(occasions, pattern.n, pattern.inside) if occasions else FALSE
        return int(found == TRUE), int(found != FALSE)
    low, high = windows.days(occasions, pattern.inside) or (0, 0)
    return int(low >= pattern.n), int(high >= pattern.n)


streams = st.dictionaries(st.integers(739000, 739060), st.sampled_from([TRUE, TRUE, FALSE, UNKNOWN]), max_size=16)


@settings(deadline=None, max_examples=2000 if LONG else 60)
@given(streams)
def test_patterns_agree_with_the_windows_of_the_core(engine: Worker, days: dict[int, int]) -> None:
    for number, pattern in enumerate(PATTERNS):
        certain = gate.marks(number, [(day, int(holds == TRUE)) for day, holds in days.items()])
        possible = gate.marks(number, [(day, int(holds != FALSE)) for day, holds in days.items()])
        assert (len(engine.ask(certain)), len(engine.ask(possible))) == own(pattern, days), pattern


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(739000, 739040), st.integers(0, 1)), max_size=30), st.integers(739000, 739040))
def test_absences_agree_with_the_due_dates(engine: Worker, expected: list[tuple[int, int]], day: int) -> None:
    late = [i for i, (due, met) in enumerate(expected) if due < day and not met]
    assert engine.ask(gate.dues(DUES, day, expected)) == late


def test_the_statechart_goes_where_ways_lead_and_nowhere_else(engine: Worker) -> None:
    for before in range(STATES):
        for after in range(STATES):
            went = engine.ask(gate.step(CHART, before, after, STATES)) == [before, after]
            assert went == ((before, after) in WAYS)


def test_ways_of_a_pathway_lead_forward_at_once_and_back_by_one() -> None:
    pathway = watch().pathway("demo.loop", _empty()).pathway
    number = {one.id: i for i, one in enumerate(pathway.states)}
    found = {
        (before, after) for before in number for after in number if (number[before], number[after]) in moves(pathway)
    }
    assert ("home", "home_again") in found and ("seen", "sent") in found
    assert ("home_again", "home") not in found and ("seen", "home") not in found and ("lost", "seen") not in found


def _empty() -> Any:
    from sangao.engine.chart import Chart

    return Chart.of()


def test_more_people_than_contexts_are_answered_by_more_processes() -> None:
    with Worker(RULES[:1], contexts=400) as found:
        answers = [found.ask(gate.marks(0, HIGH.items())) for _ in range(1100)]
        assert answers == [[1]] * 1100 and found.started == 3
        assert found.asked == 1100 and not found.problems, "being replaced in time is no loss"


def test_a_process_that_is_killed_is_replaced_and_the_question_answered() -> None:
    rnd = random.Random(5)
    with Worker(RULES[:1]) as found:
        for round_ in range(1, 4):
            assert found.ask(gate.marks(0, HIGH.items())) == [1]
            assert found._process is not None
            os.kill(found._process.pid, rnd.choice([signal.SIGKILL, signal.SIGSEGV]))
            assert found.ask(gate.marks(0, list(HIGH.items())[:2])) == []
            assert [one.code for one in found.problems] == ["events.worker_lost"] * round_


def test_a_process_that_says_nothing_is_replaced() -> None:
    with Worker(RULES[:1]) as found:
        assert found.ask(gate.marks(0, HIGH.items())) == [1]
        assert found._process is not None
        os.kill(found._process.pid, signal.SIGSTOP)
        found._seconds = 0.2
        first = found._process
        found._lock.acquire()
        try:
            assert found._asked("[0, []]") is None
            found._lost()
        finally:
            found._lock.release()
        found._seconds = 20.0
        assert first.poll() is not None, "it is not left behind"
        assert found.ask(gate.marks(0, HIGH.items())) == [1]


def test_rules_that_no_process_survives_are_a_problem_and_not_an_answer() -> None:
    broken = [{"kind": "days", "rules": {"all": "nonsense", "run": "fired"}}]
    with Worker(broken, seconds=20.0, tries=2) as found:
        with pytest.raises(SangaoError) as error:
            found.ask(gate.marks(0, HIGH.items()))
        assert error.value.problems[0].code == "events.worker_failed" and found.started == 2


def test_running_out_of_contexts_ends_the_process_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with Worker(RULES[:1], contexts=5000) as found:  # a bound that is too large
        answers = [found.ask(gate.marks(0, HIGH.items())) for _ in range(1100)]
        assert answers == [[1]] * 1100 and found.started == 2
        assert [one.code for one in found.problems] == ["events.worker_lost"]


def test_nothing_is_left_running() -> None:
    found = Worker(RULES[:1])
    found.ask(gate.marks(0, HIGH.items()))
    process = found._process
    found.close()
    found.close()
    assert process is not None and process.poll() is not None


@pytest.mark.parametrize("missing", ["library", "python"])
def test_without_durable_rules_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    if missing == "library":
        monkeypatch.setattr(worker, "find_spec", lambda name: None)
    else:
        monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    with pytest.raises(SangaoError) as error:
        Worker(RULES)
    assert error.value.problems[0].code == "events.no_engine" and "sangao[events]" in error.value.problems[0].help("en")
