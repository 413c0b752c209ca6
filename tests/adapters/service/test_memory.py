"""A process that only serves sets aside what is loaded, and lets go what no pack holds any more."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

from sangao.adapters.service.app import create_app
from sangao.adapters.service.memory import TURN, YOUNG, settle
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
