"""What the workers of an engine do, without an engine: any cut into batches gives what `Pack.stratify` gives."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sangao.adapters.engines import job as work
from sangao.adapters.engines.job import Job, answer, fields, job, make
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.engines.people import ASKED, DAY, FACTS, MAP, PACK, people, same
from tests.opened import opened


@pytest.fixture(scope="module")
def pack() -> Pack:
    return opened(PACK)


@pytest.fixture(scope="module")
def table() -> Any:
    return people(3000)


def asked(pack: Pack, table: Any, **settings: Any) -> Job:
    return job(pack, ASKED, table.column_names, key="id", **settings)


def answers(made: Job, pack: Pack, table: Any, rows: int) -> Any:
    """Answer a table cut into batches, on a worker that knows nothing but the job."""
    here = pickle.loads(pickle.dumps(made))
    work._idle.clear()
    schema = pa.schema([pa.field("id", pa.string()), *make(made, pack.compiled).fields])
    found = [
        pa.RecordBatch.from_arrays([batch.column("id"), *answer(here, batch)], schema=schema)
        for batch in table.select(list(made.names)).to_batches(rows)
    ]
    return pa.Table.from_batches(found, schema)


def test_nothing_is_asked_of_nobody(pack: Pack, table: Any) -> None:
    made = asked(pack, table, on=DAY)
    empty = table.select(list(made.names)).to_batches()[0].slice(0, 0)
    assert [len(one) for one in answer(made, empty)] == [0] * 15
    mapped = asked(pack, table, mapping=MAP)
    assert [len(one) for one in answer(mapped, empty.select(list(mapped.names)))] == [0] * 16


def test_a_job_is_lowered_once_where_it_is_asked(pack: Pack, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Job] = []

    def counted(one: Job, opened: Any) -> Any:
        made.append(one)
        return make(one, opened)

    monkeypatch.setattr(work, "make", counted)
    one = asked(pack, table, on=DAY, lists=("conditions",))
    expected = answers(one, pack, table, 1000)  # by another worker
    first = len(made)
    two = asked(pack, table, on=DAY, lists=("conditions",))
    schema = pa.schema([pa.field("id", pa.string()), *fields(two)])
    batch = table.select(list(two.names)).to_batches()[0]
    found = pa.RecordBatch.from_arrays([batch.column("id"), *answer(two, batch)], schema=schema)
    assert (first, len(made)) == (2, 3) and one == two
    assert pa.Table.from_batches([found]).equals(expected.combine_chunks())


def test_blanks_stay_unknown(pack: Pack) -> None:
    blank = pa.table({"id": ["a", None], "sbp_office": pa.nulls(2, pa.float64())})
    found = answers(asked(pack, blank, on=DAY), pack, blank, 10)
    assert found["htn.grade"].to_pylist() == [None, None]
    assert found["htn.grade.status"].to_pylist() == ["unknown", "unknown"]


@pytest.mark.parametrize("rows", [1000, 7777])
@pytest.mark.parametrize("lists", [(), ("conditions",)])
def test_any_cut_gives_what_the_whole_gives(pack: Pack, table: Any, rows: int, lists: tuple[str, ...]) -> None:
    expected = pack.stratify(table, ASKED, on=DAY, key="id", lists=lists)
    same(answers(asked(pack, table, on=DAY, lists=lists), pack, table, rows), expected)
    assert {"unknown", "settled"} <= set(expected["htn.grade.status"].to_pylist())


def test_each_row_may_have_its_day(pack: Pack, table: Any) -> None:
    days = pa.array([date(2025, 1 + i % 3, 5) if i % 10 else None for i in range(200)])
    dated = table.slice(0, 200).append_column("day", days)
    expected = pack.stratify(dated, ASKED, on_column="day", key="id")
    same(answers(asked(pack, dated, on_column="day"), pack, dated, 64), expected)
    assert expected["htn.grade.status"].null_count == 20


def test_a_mapping_reads_the_same_and_says_what_it_refused(pack: Pack, table: Any) -> None:
    expected = pack.stratify(table, ASKED, on=DAY, key="id", lists=["conditions"])
    found = answers(asked(pack, table, mapping=MAP), pack, table, 1000)
    same(found, expected)
    wrong = [value == 999 for value in table["sbp_office"].to_pylist()]
    assert sum(wrong) > 3
    refused = found["rejected"].to_pylist()
    assert [one is not None for one in refused] == wrong
    assert {one for some in refused for one in some or ()} == {"chart.out_of_range sbp_office"}


def test_a_mapping_of_texts_and_pairs(pack: Pack) -> None:
    table = pa.table({"编号": ["1", "2", "", "4"], "血压": ["156/92", "未测", "180/110", "15/6/92"]})
    columns = {"血压": {"facts": ["sbp_office", "dbp_office"]}}
    made = job(pack, ["htn.grade"], table.column_names, key="编号", on=DAY, mapping={"columns": columns})
    [batch] = table.to_batches()
    value, status, *_, rejected = (one.to_pylist() for one in answer(made, batch))
    assert value == ["grade1", None, None, None]
    assert status == ["settled", "unknown", None, "unknown"]  # who has no key is not answered
    assert [one and one[0].split()[0] for one in rejected][:3] == [None, None, "table.no_key"]
    assert rejected[3] is not None


def test_threads_share_a_process_and_not_a_runner(pack: Pack, table: Any) -> None:
    made = asked(pack, table, on=DAY)
    batches = table.select(list(made.names)).to_batches(300)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda batch: [one.to_pylist() for one in answer(made, batch)], batches))
    assert together == [[one.to_pylist() for one in answer(made, batch)] for batch in batches]


def test_the_pack_travels_as_one_file_and_only_needed_columns_do(pack: Pack, table: Any, tmp_path: Path) -> None:
    pack.save(tmp_path / "p.sangao")
    made = asked(pack, table, on=DAY)
    assert job(tmp_path / "p.sangao", ASKED, table.column_names, key="id", on=DAY) == made
    assert set(made.names) == {"id", *FACTS}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"key": "ID"}, "table.no_column"),
        ({"key": "ID", "mapping": MAP}, "table.no_column"),
        ({"key": "id", "on_column": "day"}, "table.no_column"),
        ({"key": "id", "lists": ["ailments"]}, "chart.unknown_list"),
        ({"key": "id", "mapping": {"columns": {"note": "nothing_like_it"}}}, "table.unknown_fact"),
    ],
)
def test_what_cannot_be_answered_is_said_before_a_row_moves(
    pack: Pack, table: Any, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(SangaoError) as caught:
        job(pack, ASKED, table.column_names, **given)
    assert [one.code for one in caught.value.problems] == [code]
    assert caught.value.usage
    with pytest.raises(SangaoError):
        job(pack, ["htn.grad"], table.column_names, key="id")
    with pytest.raises(SangaoError):
        job(pack, ASKED, ["id", "systolic"], key="id")
