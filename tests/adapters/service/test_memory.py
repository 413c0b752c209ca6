"""A process that only serves sets aside what is loaded, and lets go what no pack holds any more."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

from sangao.adapters.service.app import create_app
from sangao.adapters.service.cds.offered import offer
from sangao.adapters.service.cds.viewing import View
from sangao.adapters.service.memory import TURN, YOUNG, settle
from sangao.adapters.service.settings import Shown
from sangao.engine.chart import Chart
from sangao.engine.guide import load
from tests.adapters.service.hosted import SMALL, hosted, settings_of


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the collector as it was."""
    before, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    sys.setswitchinterval(turn)


class Ring:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.own = self


def test_what_was_set_aside_and_is_not_used_any_more_is_freed(collector: None) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    settle()
    assert gc.get_freeze_count() > 0 and gc.get_threshold()[0] == YOUNG
    assert sys.getswitchinterval() == pytest.approx(TURN)
    del ring
    gc.collect()
    assert gone() is not None, "set aside, it is not looked at"
    settle()
    assert gone() is None


def test_the_application_says_once_that_its_packs_are_loaded() -> None:
    told: list[str] = []
    app = create_app(settings_of(packs_default=SMALL), loaded=lambda: told.append("loaded"))
    assert told == []
    with hosted(app=app) as client:
        assert client.get("/ready").status_code == 200
        assert told == ["loaded"]


def test_a_chart_that_was_answered_and_forgotten_leaves_nothing_to_the_collector() -> None:
    pack = load("htn_primary_2025")
    view = View(pack, offer().services["diagnosis-correctness"], Shown())
    chart = Chart.of({"sbp_office": 152, "dbp_office": 96}, on="2026-03-09", conditions=[])
    for answer in view.see(chart).answers.values():
        assert answer.because is not None and answer.assumed is not None
    admission = view.pack.admit(chart)
    assert any(admission in gc.get_referents(one) for one in admission.worked.values()), "each holds the other"
    view.forget(chart)
    assert admission.worked == {} and view.pack.admit(chart) is admission
