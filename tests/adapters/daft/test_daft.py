"""Daft on this machine: the same answers as `Pack.stratify`, whatever Daft does with the rows."""

import os
import runpy
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sangao.adapters.daft import stratify
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.engines.people import ASKED, DAY, MAP, PACK, counted, people, same
from tests.opened import opened

JOB = Path(__file__).parents[3] / "examples" / "daft_job.py"
LONG = os.environ.get("SANGAO_TIER") == "long"


@pytest.fixture(scope="module")
def daft() -> Any:
    return pytest.importorskip("daft", reason="the extra `daft` is not installed (pip install sangao[daft])")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return opened(PACK)


def test_without_daft_the_extra_is_named(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "daft", None)
    with pytest.raises(SangaoError) as caught:
        stratify(None, pack, ASKED, key="id")
    assert [(one.code, one.parts["name"]) for one in caught.value.problems] == [("table.no_extra", "daft")]


def test_nobody_is_answered(daft: Any, pack: Pack) -> None:
    frame = daft.from_arrow(people(5)).where(daft.col("age") > 1000)
    found = stratify(frame, pack, ASKED, key="id", on=DAY).to_arrow()
    assert found.num_rows == 0 and found.num_columns == 16


def test_the_answers_are_those_of_the_pack(daft: Any, pack: Pack) -> None:
    table = people(200_000 if LONG else 20_000)
    expected = pack.stratify(table, ASKED, on=DAY, key="id", lists=["conditions"])
    frame = daft.from_arrow(table)
    found = stratify(frame, pack, ASKED, key="id", on=DAY, lists=["conditions"], rows=4096).sort("id")
    same(found.to_arrow(), expected)
    few = table.slice(0, 5000)
    mapped = stratify(daft.from_arrow(few), pack, ASKED, key="id", mapping=MAP).sort("id").to_arrow()
    same(mapped.drop_columns(["rejected"]), expected.slice(0, 5000))
    assert 0 < 5000 - mapped["rejected"].null_count < 50


def test_the_job_of_the_docs_reads_and_writes_parquet(daft: Any, pack: Pack, tmp_path: Path) -> None:
    pq.write_table(people(500), tmp_path / "people.parquet")
    main = runpy.run_path(str(JOB))["main"]
    main(str(tmp_path / "people.parquet"), str(tmp_path / "answers"))
    expected = pack.stratify(people(500), ASKED, on=DAY, key="id", lists=["conditions"])
    same(pq.read_table(tmp_path / "answers").sort_by("id"), expected)


def test_a_million_rows_generated_on_the_spot_or_ten(daft: Any, pack: Pack, tmp_path: Path) -> None:
    block = people(1_000_000)
    blocks = 10 if LONG else 1
    for i in range(blocks):
        pq.write_table(block, tmp_path / f"{i}.parquet")
    expected = counted(pack.stratify(block, ASKED, on=DAY, key="id", lists=["conditions"]))
    found = stratify(
        daft.read_parquet(str(tmp_path / "*.parquet")), pack, ASKED, key="id", on=DAY, lists=["conditions"]
    )
    names = [name for name in found.column_names if name != "id" and not name.endswith(".possible")]
    numbers = found.groupby(*names).agg(daft.col("id").count()).to_pylist()
    assert {tuple(one[name] for name in names): one["id"] for one in numbers} == {
        answers: number * blocks for answers, number in expected.items()
    }
