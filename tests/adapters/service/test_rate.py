"""The rate limit: fair in the long run, bounded in memory, harmless to those who behave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.service.faults import Refusal
from sangao.adapters.service.rate import Buckets, Rate, rate
from sangao.engine.errors import SangaoError


def scope(client: str = "10.0.0.1", path: str = "/cds-services") -> dict[str, object]:
    return {"type": "http", "path": path, "client": (client, 4711)}


def test_nothing_is_limited_unless_it_is_set() -> None:
    buckets = Buckets(rate({}))
    for _ in range(1000):
        buckets.admit(scope())
    assert len(buckets) == 0


def test_a_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    buckets = Buckets(Rate(per_second=0.5, burst=2))
    buckets.admit(scope())
    buckets.admit(scope())
    with pytest.raises(Refusal) as refusal:
        buckets.admit(scope())
    assert refusal.value.status == 429 and refusal.value.headers == {"Retry-After": "2"}
    assert refusal.value.problems[0].code == "operations.too_many"
    buckets.admit(scope("10.0.0.2"))
    for path in ("/health", "/ready", "/metrics"):
        buckets.admit(scope(path=path))


def test_a_client_without_an_address_is_one_client() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1))
    buckets.admit({"type": "http", "path": "/", "client": None})
    with pytest.raises(Refusal):
        buckets.admit({"type": "http", "path": "/"})


@given(st.lists(st.floats(0, 3), max_size=200), st.integers(1, 5), st.sampled_from([0.5, 1.0, 4.0]))
def test_no_client_ever_gets_more_than_burst_and_rate_allow(gaps: list[float], burst: int, speed: float) -> None:
    buckets, now, passed = Buckets(Rate(speed, burst)), 0.0, 0
    for gap in gaps:
        now += gap
        wait = buckets.wait("a", now)
        passed += wait == 0
        assert 0 <= wait <= 1 / speed
    assert passed <= burst + now * speed + 1e-6


def test_whoever_waits_as_long_as_told_is_served() -> None:
    buckets, now = Buckets(Rate(3.0, 1)), 0.0
    for _ in range(100):
        wait = buckets.wait("a", now)
        now += wait + 1e-9
    assert buckets.wait("a", now + 1) == 0


def test_memory_is_bounded_and_a_flood_locks_nobody_out() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1, clients=100))
    for number in range(10_000):
        assert buckets.wait(f"10.{number}", 0.0) == 0
    assert len(buckets) == 100
    assert buckets.wait("somebody else", 0.0) == 0


def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1))
    assert buckets.wait("a", 10.0) == 0
    assert buckets.wait("a", 0.0) == 1
    assert buckets.wait("a", 10.5) == pytest.approx(0.5)


@pytest.mark.parametrize("table", [{"per_second": -1}, {"burst": 0}, {"clients": "many"}, {"per_second": True}])
def test_a_wrong_limit_is_a_problem(table: dict[str, object]) -> None:
    with pytest.raises(SangaoError) as error:
        rate(table)
    assert error.value.problems[0].code == "service.wrong_setting"


def test_an_unknown_limit_is_a_problem() -> None:
    with pytest.raises(SangaoError) as error:
        rate({"per_minute": 3, "burst": "20"})
    assert [one.code for one in error.value.problems] == ["service.unknown_setting"]
    assert rate({"burst": "20", "per_second": "inf"} | {"per_second": "5"}) == Rate(5.0, 20)
