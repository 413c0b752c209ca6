"""What the log holds, to whom it answers, how commits are shared, what goes when it is old."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.adapters.journal import retention
from sangao.adapters.journal.entry import Draft, Entry, Row, drafted, moment, text
from sangao.adapters.journal.log import Journal, default_place
from sangao.adapters.journal.told import facts_of
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.journal.making import asked, log, plain
from tests.opened import opened

PACK = opened("htn_primary_2025")
OLD = datetime(2020, 1, 1, tzinfo=UTC)


def test_an_answer_is_in_the_log_when_record_returns(tmp_path: Path) -> None:
    with log(tmp_path) as journal, log(tmp_path) as other:
        receipt = journal.record(plain(tenant="linqu"))
        row = other.entry(receipt.id)
        assert (row.seq, row.hash) == (receipt.seq, receipt.hash)
        assert json.loads(row.draft.facts or "")["facts"] == {"sbp_office": 0}
        assert other.entry(receipt.id, "linqu") == row
        for tenant in ("", "another"):
            with pytest.raises(SangaoError, match=r"journal\.unknown_entry"):
                other.entry(receipt.id, tenant)


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with log(tmp_path / "state"):
        modes = {one.name: one.stat().st_mode & 0o777 for one in (tmp_path / "state").iterdir()}
        assert modes["log.db"] == 0o600 and set(modes.values()) == {0o600}
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_without_an_address_the_log_stands_where_state_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with Journal.open() as journal:
        journal.record(plain())
    assert default_place() == tmp_path / "sangao" / "journal.db" and default_place().is_file()


def test_commits_are_shared_by_those_who_wait_at_once(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        batches: list[int] = []
        append = journal.store.append

        def counted(drafts: list[Draft]) -> list[Row]:
            batches.append(len(drafts))
            return append(drafts)

        journal._writer._commit = counted  # type: ignore[assignment]

        async def many() -> list[int]:
            return [one.seq for one in await asyncio.gather(*(journal.recorded(plain(i)) for i in range(200)))]

        seqs = asyncio.run(many())
        assert sorted(seqs) == list(range(2, 202)) and sum(batches) == 200
        assert len(batches) < 50, "a commit is shared"
        threads = [threading.Thread(target=journal.record, args=(plain(),)) for _ in range(20)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert journal.head().seq == 221 and journal.verify() == ()


def test_a_caller_that_goes_away_disturbs_nobody(tmp_path: Path) -> None:
    async def both(journal: Journal) -> int:
        gone = asyncio.create_task(journal.recorded(plain()))
        await asyncio.sleep(0)
        gone.cancel()
        return (await journal.recorded(plain())).seq

    with log(tmp_path) as journal:
        assert asyncio.run(both(journal)) in (2, 3)
        assert journal.verify() == ()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30)
@given(answer=st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3), name=st.text(st.characters(), max_size=300))
def test_anything_json_can_say_is_kept(answer: dict[str, Any], name: str) -> None:
    draft = drafted(Entry(name, name, name, name, answer, {"facts": answer}, name, name))
    for kept in (draft.body, draft.facts, draft.tenant, draft.subject):
        assert kept is not None and "\0" not in kept and len(kept.encode()) >= 0
    assert json.loads(draft.body, parse_constant=pytest.fail) is not None
    assert text(json.loads(draft.body)) == draft.body, "an exported line verifies"


def test_kept_as_hash_only_no_fact_and_nothing_sent_is_in_the_file(tmp_path: Path) -> None:
    chart = Chart.of({"sbp_office": 147.25}, on="2025-03-09")
    entry = asked(PACK, {"sbp_office": 147.25})
    sent = Entry(entry.service, entry.pack, entry.pack_hash, entry.chart_hash, {"sent": ["147.25"]}, entry.facts)
    with log(tmp_path, keep="hash") as journal:
        journal.record(entry)
        row = journal.entry(journal.record(sent).id)
        assert row.draft.chart_hash == chart.hash() and row.draft.facts is None
        assert journal.verify() == ()
    for one in tmp_path.iterdir():
        assert b"147.25" not in one.read_bytes()


def test_facts_stored_read_back_to_the_same_chart_without_who_it_is() -> None:
    chart = Chart.from_dict(
        {
            "patient": {"id": "p-77", "sex": "male", "birth_date": "1961-03-02"},
            "on": "2025-03-09",
            "facts": {"smoke_status": "current", "sbp_office": {"value": ">180", "unit": "mmHg"}},
            "readings": [
                {"fact": "dbp_office", "value": 96, "at": "2025-03-09T09:12", "source": "HIS 1", "arm": "left"}
            ],
            "conditions": [{"code": "I10", "since": "2019-05-01"}, "diabetes", {"name": "感冒"}],
            "medications": [{"code": "C09AA02", "from": "2024-11-01", "dose": "10 mg"}],
            "symptoms": [],
            "complete": ["medications"],
        }
    )
    facts = facts_of(PACK, chart)
    assert Chart.from_dict(facts).hash() == chart.hash()
    assert "p-77" not in json.dumps(facts)


def test_what_the_pack_has_no_fact_for_is_not_stored() -> None:
    chart = Chart.of({"sbp_office": 150, "patient_name": "王某", "身份证号": "110101196103020017"}, on="2025-03-09")
    kept = json.dumps(facts_of(PACK, chart), ensure_ascii=False)
    assert "王某" not in kept and "110101" not in kept and "sbp_office" in kept


# --- retention --------------------------------------------------------------------------------------------------------
def aged(folder: Path, old: int, young: int) -> Journal:
    journal = log(folder)
    for number in range(old):
        journal.record(plain(number, time=OLD + timedelta(days=number)))
    for number in range(young):
        journal.record(plain(number))
    return journal


def begun_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sangao.adapters.journal.store.now", lambda: OLD)


def test_old_entries_go_behind_a_checkpoint_and_the_rest_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_long_ago(monkeypatch)
    with aged(tmp_path, 4, 3) as journal:
        noted = journal.head()
        assert journal.retain(365).rows == 5, "the row that began the log is old too"
        assert [row.seq for row in journal.entries(kind=None)] == [6, 7, 8, 9]
        assert journal.verify({noted.seq: noted.hash}) == ()
        assert journal.retain(365).rows == 0
        assert journal.record(plain()).seq == 10 and journal.verify() == ()


def test_what_was_removed_is_not_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun_long_ago(monkeypatch)
    with log(tmp_path) as journal:
        for number in range(40):
            journal.record(plain(77_000_000 + number, time=OLD))
        journal.record(plain(88_000_000))

        def found(text: bytes) -> bool:
            return any(text in one.read_bytes() for one in tmp_path.glob("log.db*"))

        assert found(b"77000") and journal.retain(365).rows == 41
        assert not found(b"77000") and found(b"88000")


def test_a_checkpoint_cannot_be_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun_long_ago(monkeypatch)
    with aged(tmp_path, 2, 2) as journal:
        journal.retain(365)
        with journal.store.writing() as connection:
            connection.exec_driver_sql("delete from sangao_journal where seq <= 4")
            said = '{"through":4,"hash":"' + "0" * 64 + '"}'
            connection.exec_driver_sql(f"update sangao_journal set body = '{said}' where kind = 'checkpoint'")
        assert {one.code for one in journal.verify()} >= {"journal.altered"}


def test_an_entry_younger_than_its_neighbours_keeps_those_behind_it(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        journal.record(plain(time=OLD))
        assert journal.retain(365).rows == 0, "the row that began the log is of today"


def test_a_removal_that_was_broken_off_verifies_and_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_long_ago(monkeypatch)
    monkeypatch.setattr(retention, "SLICE", 2)
    with aged(tmp_path, 6, 2) as journal:
        before = [row.draft for row in journal.entries(kind=None)]
        assert journal.retain(365).rows == 7
        with journal.store.writing() as connection:  # as if the process had died before the last slice
            from sangao.adapters.journal.tables import ROWS, columns

            connection.execute(ROWS.insert(), columns(Row(7, before[6], "a", "b")))
        assert journal.verify() == ()
        assert journal.retain(365).rows == 1 and journal.verify() == ()


def test_a_log_that_does_not_verify_keeps_all_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun_long_ago(monkeypatch)
    with aged(tmp_path, 3, 1) as journal:
        with journal.store.writing() as connection:
            connection.exec_driver_sql("update sangao_journal set body = '{}' where seq = 2")
        with pytest.raises(SangaoError, match=r"journal\.altered"):
            journal.retain(365)
        assert journal.retain(365, anyway=True).rows == 4


def test_moments_sort_as_text() -> None:
    found = [moment(datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 999, 2025, 9999)]
    assert found == sorted(found) and {len(one) for one in found} == {27}


def test_a_pack_is_kept_once_and_found_by_its_hash(tmp_path: Path) -> None:
    with log(tmp_path) as journal:
        journal.keep_pack(PACK)
        journal.keep_pack(Pack(PACK.compiled))
        assert journal.pack("ab" * 32) is None
        assert journal.pack(PACK.hash) is not None
    with log(tmp_path) as journal:
        journal.keep_pack(PACK)
        with journal.store.reading() as connection:
            assert connection.exec_driver_sql("select count(*) from sangao_journal_packs").scalar() == 1
