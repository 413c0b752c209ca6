"""Whoever alters, deletes, exchanges or cuts off entries is found out."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sangao.adapters.journal.entry import Draft, Feedback, Seal
from sangao.adapters.journal.log import Journal
from sangao.adapters.journal.tables import ROWS, columns
from sangao.engine.errors import Problem, SangaoError
from tests.adapters.journal.making import log, plain

ENTRIES = 6  # behind the row that begins the log


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a log of six entries, the last a feedback."""
    folder = tmp_path_factory.mktemp("whole")
    with log(folder) as journal:
        receipts = [journal.record(plain(number)) for number in range(ENTRIES - 1)]
        journal.feedback(receipts[0].id, "overridden", {"reason": "已转诊"})
    return folder / "log.db"


@pytest.fixture
def folder(tmp_path: Path, whole: Path) -> Path:
    """Return a folder with a copy of that log."""
    shutil.copy(whole, tmp_path)
    return tmp_path


def tampered(folder: Path, *statements: str) -> tuple[Problem, ...]:
    """Return what verifying finds after somebody wrote to the database."""
    with sqlite3.connect(folder / "log.db") as database:
        for one in statements:
            database.execute(one)
    database.close()
    with log(folder) as journal:
        return journal.verify()


def said(found: tuple[Problem, ...]) -> list[tuple[str, object]]:
    return [(one.code, one.parts.get("seq", one.parts.get("start"))) for one in found]


def test_an_empty_log_and_one_that_nobody_touched_are_whole(folder: Path, tmp_path: Path) -> None:
    with log(folder) as journal:
        assert journal.verify() == () and journal.head().seq == ENTRIES + 1
    with Journal.open(tmp_path / "other" / "deep" / "log.db") as journal:
        assert journal.verify() == () and journal.head().seq == 1


@pytest.mark.parametrize("seq", [2, ENTRIES + 1])
def test_every_column_of_a_row_is_covered(folder: Path, seq: int) -> None:
    with log(folder) as journal:
        whole = columns(next(row for row in journal.entries(kind=None) if row.seq == seq))
        for name in whole.keys() - {"seq", "prev", "hash"}:
            put(journal, seq, name, f"{whole[name] or ''} ")
            assert said(journal.verify()) == [("journal.altered", seq)], name
            put(journal, seq, name, whole[name])
        assert journal.verify() == ()


def put(journal: Journal, seq: int, name: str, value: str | None) -> None:
    with journal.store.writing() as connection:
        connection.execute(ROWS.update().where(ROWS.c.seq == seq).values({name: value}))


def test_a_fact_that_is_taken_out_shows(folder: Path) -> None:
    assert said(tampered(folder, "update sangao_journal set facts = null where seq = 3")) == [("journal.altered", 3)]


def test_deleted_rows_show_wherever_they_stood(folder: Path) -> None:
    assert said(tampered(folder, "delete from sangao_journal where seq in (4, 5)")) == [("journal.gap", 4)]


def test_a_beginning_cut_off_without_a_checkpoint_shows(folder: Path) -> None:
    assert said(tampered(folder, "delete from sangao_journal where seq < 4")) == [("journal.start", 4)]


def test_an_end_cut_off_shows(folder: Path) -> None:
    assert said(tampered(folder, "delete from sangao_journal where seq > 5")) == [("journal.tail", 5)]


def test_everything_deleted_shows(folder: Path) -> None:
    assert said(tampered(folder, "delete from sangao_journal")) == [("journal.tail", 0)]


def test_two_rows_that_change_places_show(folder: Path) -> None:
    found = tampered(
        folder,
        "update sangao_journal set seq = 99 where seq = 3",
        "update sangao_journal set seq = 3 where seq = 4",
        "update sangao_journal set seq = 4 where seq = 99",
    )
    assert {seq for _, seq in said(found)} == {3, 4, 5}


def test_rows_renumbered_over_a_deleted_one_show(folder: Path) -> None:
    found = tampered(
        folder,
        "delete from sangao_journal where seq = 3",
        "update sangao_journal set seq = seq - 1 where seq > 3",
        f"update sangao_journal_head set seq = {ENTRIES}",
    )
    assert [code for code, _ in said(found)].count("journal.altered") == ENTRIES - 2


def rewritten(folder: Path, seal: Seal) -> None:
    """Alter the third row and chain everything behind it anew."""
    names = Draft.__slots__
    with sqlite3.connect(folder / "log.db") as database:
        rows = database.execute(f"select seq, hash, {', '.join(names)} from sangao_journal order by seq").fetchall()
        prev = rows[1][1]
        for seq, _, *values in rows[2:]:
            draft = Draft(**dict(zip(names, values, strict=True)))
            draft = replace(draft, body="{}") if seq == 3 else draft
            hash = seal.of(seq, draft, prev)
            change = "update sangao_journal set body = ?, prev = ?, hash = ? where seq = ?"
            database.execute(change, (draft.body, prev, hash, seq))
            prev = hash
        database.execute("update sangao_journal_head set hash = ?", (prev,))
    database.close()


def test_a_log_rewritten_whole_shows_by_a_hash_that_was_noted_elsewhere(folder: Path) -> None:
    with log(folder) as journal:
        noted = journal.head()
    rewritten(folder, Seal())
    with log(folder) as journal:
        assert journal.verify() == (), "the chain alone cannot know"
        assert said(journal.verify({noted.seq: noted.hash})) == [("journal.anchor", noted.seq)]
        assert said(journal.verify({900: "ab" * 32})) == [("journal.anchor", 900)]


def test_with_a_key_nobody_else_can_chain_anew(tmp_path: Path) -> None:
    with log(tmp_path, key="a long secret") as journal:
        for number in range(3):
            journal.record(plain(number))
        assert journal.verify() == ()
    rewritten(tmp_path, Seal())
    with log(tmp_path, key="a long secret") as journal:
        assert said(journal.verify()) == [("journal.altered", seq) for seq in (3, 4)]


@pytest.mark.parametrize("key", [None, "another"])
def test_a_log_is_not_continued_with_another_key(tmp_path: Path, key: str | None) -> None:
    log(tmp_path, key="a long secret").close()
    refused(tmp_path, lambda: log(tmp_path, key=key), "journal.key")


def test_a_log_without_a_key_is_not_continued_with_one(folder: Path) -> None:
    refused(folder, lambda: log(folder, key="late"), "journal.key")


def refused(folder: Path, opening: Callable[[], Journal], code: str) -> None:
    with pytest.raises(SangaoError) as caught:
        opening()
    assert [one.code for one in caught.value.problems] == [code]


def test_feedback_stands_in_the_same_chain(folder: Path) -> None:
    with log(folder) as journal:
        (given,) = journal.entries(kind="feedback")
        assert given.draft.body == '{"detail":{"reason":"已转诊"},"outcome":"overridden"}'
        first = next(journal.entries())
        assert given.draft.subject == first.draft.subject
        assert journal.record(Feedback("a card", "accepted")).seq == given.seq + 1
        assert journal.verify() == ()


def test_a_log_of_a_newer_format_is_left_alone(folder: Path) -> None:
    with sqlite3.connect(folder / "log.db") as database:
        database.execute("update sangao_journal_head set format = 2")
    database.close()
    refused(folder, lambda: log(folder), "journal.newer")


def test_a_log_with_tables_of_another_version_is_named_and_left_alone(folder: Path) -> None:
    with sqlite3.connect(folder / "log.db") as database:
        database.execute("alter table sangao_journal_head drop column key")
    database.close()
    before = (folder / "log.db").read_bytes()
    with pytest.raises(SangaoError) as caught:
        log(folder)
    (told,) = caught.value.problems
    assert told.code == "journal.other_version" and "sangao_journal_head.key" in told.text("en")
    assert told.where.file == str(folder / "log.db")
    assert (folder / "log.db").read_bytes() == before
