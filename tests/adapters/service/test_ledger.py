"""The log as the settings of a service describe it."""

from pathlib import Path

import pytest

from sangao.adapters.journal.log import Journal
from sangao.adapters.service.ledger import Ledger, NoLedger, kept, opened
from sangao.engine.errors import SangaoError
from tests.adapters.service.hosted import hosted, settings_of


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"journal_keep": "everything"}, "journal.keep"),
        ({"journal_wait_seconds": "soon"}, "journal.wait_seconds"),
        ({"journal_wait_seconds": "0"}, "journal.wait_seconds"),
        ({"journal_wait_seconds": "nan"}, "journal.wait_seconds"),
        ({"journal_uri": "log.db"}, "journal.uri"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SangaoError) as caught:
        kept(settings_of(**environment))
    assert [one.parts["name"] for one in caught.value.problems] == [named]


def test_none_keeps_nothing_and_nothing_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert isinstance(opened(settings_of(journal_url="none")), NoLedger)
    found = opened(settings_of(journal_url=""))
    assert isinstance(found, Ledger) and found.journal is not None
    found.journal.close()
    assert (tmp_path / "sangao" / "journal.db").is_file()


def test_a_service_continues_its_log_with_its_key(tmp_path: Path) -> None:
    place = str(tmp_path / "log.db")
    for expected in (2, 3):
        with hosted(journal_url=place, journal_key="secret") as client:
            assert client.post("/api/v1/decide", json={"chart": {}, "decisions": ["htn.grade"]}).status_code == 200
        with Journal.open(place, key="secret") as journal:
            assert journal.head().seq == expected and journal.verify() == ()
    with pytest.raises(SangaoError, match=r"journal\.key"):
        opened(settings_of(journal_url=place))
