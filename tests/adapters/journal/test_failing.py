"""Where the log cannot be written, the caller is told and nothing passes for written."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from sangao.adapters.journal.database import address
from sangao.adapters.journal.entry import Draft, Row, drafted
from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.writer import Writer
from sangao.engine.errors import SangaoError
from tests.adapters.journal.making import log, plain

DRAFT = Draft("answer", "2025-03-09T00:00:00.000000Z", "one", "{}")


def refusal(journal: Journal) -> str:
    """Return the code and the reason with which an entry is refused, to callers that wait and that await."""
    with pytest.raises(SangaoError) as caught:
        journal.record(plain())
    with pytest.raises(SangaoError):
        asyncio.run(awaiting(journal))
    (problem,) = caught.value.problems
    return f"{problem.code} {problem.parts.get('reason', {}).get('en', '')}".strip()


async def awaiting(journal: Journal) -> None:
    await journal.recorded(plain())


def test_a_full_disk_refuses_and_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        journal.record(plain())
        with journal.store.engine.connect() as connection:
            pages = connection.exec_driver_sql("pragma page_count").scalar_one()
            connection.exec_driver_sql(f"pragma max_page_count = {pages + 2}")
        with pytest.raises(SangaoError) as caught:
            for number in range(200):
                journal.record(plain(number))
        assert [one.text("en") for one in caught.value.problems] == [
            "the decision log cannot be written (the disk is full); no answer is given"
        ]
        assert refusal(journal) == "journal.unavailable the disk is full"
        with journal.store.engine.connect() as connection:
            connection.exec_driver_sql("pragma max_page_count = 100000")
        seq = journal.record(plain()).seq
        assert journal.verify() == () and journal.head().seq == seq, "nothing half-written stands in the log"


def test_a_log_that_is_moved_away_is_noticed_and_not_made_again(tmp_path: Path) -> None:
    here, away = tmp_path / "state", tmp_path / "away"
    with Journal.open(here / "log.db") as journal:
        seq = journal.record(plain()).seq
        here.rename(away)
        assert refusal(journal).startswith("journal.gone")
        assert refusal(journal) == "journal.unavailable the database file cannot be opened"
        assert not here.exists(), "a new file would hide that the old one is gone"
        away.rename(here)
        assert journal.record(plain()).seq > seq and journal.verify() == ()


def test_a_folder_that_is_deleted_is_noticed(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "state" / "log.db") as journal:
        for one in (tmp_path / "state").iterdir():
            one.unlink()
        (tmp_path / "state").rmdir()
        assert refusal(journal).startswith("journal.gone")


def test_an_empty_file_put_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        for one in tmp_path.iterdir():
            one.unlink()
        (tmp_path / "log.db").touch()
        assert refusal(journal).startswith("journal.gone")
        assert refusal(journal) == "journal.unavailable the database has no tables of a log"


def test_what_failed_to_be_written_is_in_no_error(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        with journal.store.writing() as connection:
            connection.exec_driver_sql("drop table sangao_journal")
        with pytest.raises(SangaoError) as caught:
            journal.store.append([drafted(plain(147_258_369))])
        chain = ""
        error: BaseException | None = caught.value
        while error is not None:
            chain, error = chain + str(error), error.__cause__
        assert "no such table" in chain and "147258369" not in chain


def test_an_older_copy_put_in_its_place_is_not_continued(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        journal.record(plain())
    old = (tmp_path / "log.db").read_bytes()
    with log(tmp_path) as journal:
        journal.record(plain())
        for one in tmp_path.iterdir():
            one.unlink()
        (tmp_path / "log.db").write_bytes(old)
        assert refusal(journal).startswith("journal.gone")
        assert refusal(journal) == "journal.rolled_back"
    with log(tmp_path) as journal:
        assert journal.record(plain()).seq == 3, "who restarts the service accepts the older log"


def test_who_waits_too_long_gets_no_answer(tmp_path: Path) -> None:
    with log(tmp_path, wait=0.05) as journal:
        holder = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
        holder.execute("begin immediate")
        assert refusal(journal) == "journal.late"
        holder.execute("rollback")
        holder.close()
        journal.head()
    with log(tmp_path) as journal:
        assert journal.verify() == ()


def test_too_many_who_wait_are_refused_at_once() -> None:
    hold, taken = threading.Event(), threading.Event()

    def slow(drafts: Sequence[Draft]) -> list[Row]:
        taken.set()
        hold.wait(5)
        return [Row(1, draft, "", "") for draft in drafts]

    writer = Writer(slow, most=1)
    waiting = [threading.Thread(target=writer.write, args=(DRAFT, 5)) for _ in range(2)]
    waiting[0].start()
    assert taken.wait(5)
    waiting[1].start()
    while not writer._queue.full():
        pass
    with pytest.raises(SangaoError, match=r"journal\.busy"):
        writer.write(DRAFT, 5)
    hold.set()
    for one in waiting:
        one.join()
    writer.close()
    with pytest.raises(SangaoError, match=r"journal\.unavailable"):
        writer.write(DRAFT, 5)


def test_a_mistake_of_our_own_refuses_too() -> None:
    def wrong(drafts: Sequence[Draft]) -> list[Row]:
        raise ValueError("anything")

    writer = Writer(wrong)
    with pytest.raises(SangaoError, match=r"journal\.unavailable"):
        writer.write(DRAFT, 5)
    writer.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nothing://here", "://", "sqlite:///a.db?mode=ro"])
def test_an_address_that_keeps_nothing_is_no_log(url: str) -> None:
    with pytest.raises(SangaoError, match=r"journal\.url"):
        address(url)


def test_a_log_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(SangaoError, match=r"journal\.unavailable"):
        log(tmp_path, make=False)
    (tmp_path / "log.db").write_bytes(b"a letter, not a database, and rather longer than nothing")
    with pytest.raises(SangaoError, match=r"journal\.unavailable"):
        log(tmp_path)
    sqlite3.connect(tmp_path / "other.db").close()
    with pytest.raises(SangaoError, match=r"journal\.not_a_journal"):
        Journal.open(tmp_path / "other.db", make=False)


def test_a_component_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SangaoError, match=r'pip install "sangao\[postgres\]"'):
        address("postgresql://host/log")
    without = "import sys; sys.modules['sqlalchemy'] = None; from sangao.adapters.main import main; main()"
    asked = [sys.executable, "-c", without, "journal", "verify", str(tmp_path / "log.db")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and 'pip install "sangao[service]"' in done.stderr


def test_a_copy_that_nobody_may_touch_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        journal.record(plain())
        seq = journal.head().seq
    (tmp_path / "log.db").chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        before, beside = (tmp_path / "log.db").read_bytes(), sorted(tmp_path.iterdir())
        with Journal.open(tmp_path / "log.db", make=False, writes=False) as journal:
            assert journal.verify() == () and journal.head().seq == seq
            with pytest.raises(SangaoError, match=r"journal\.unavailable"):
                journal.record(plain())
        assert (tmp_path / "log.db").read_bytes() == before and sorted(tmp_path.iterdir()) == beside
    finally:
        tmp_path.chmod(0o700)


def test_reading_a_log_makes_none(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    with pytest.raises(SangaoError, match=r"journal\.not_a_journal"):
        log(tmp_path, make=False, writes=False)
    with pytest.raises(SangaoError, match=r"journal\.unavailable"):
        Journal.open(tmp_path / "other.db", make=False, writes=False)
    assert (tmp_path / "log.db").read_bytes() == b"" and not (tmp_path / "other.db").exists()
