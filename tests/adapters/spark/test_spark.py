"""Spark on this machine: the same answers as `Pack.stratify`: ten thousand rows and, in the tier long, ten million."""

import os
import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sangao.adapters.spark import quoted, stratify
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.engines.people import ASKED, DAY, MAP, PACK, counted, people, same
from tests.opened import opened

JOB = Path(__file__).parents[3] / "examples" / "spark_job.py"
# What Spark says of pandas and leaves open at its end is Spark's business.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return opened(PACK)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip(
        "pyspark.sql", reason="the extra `spark` is not installed (pip install sangao[spark])", exc_type=ImportError
    )
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java 17, and there is none")
    local = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    local = local.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = local.getOrCreate()
        yield session
        session.stop()


def test_without_spark_the_extra_is_named(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SangaoError) as caught:
        stratify(None, pack, ASKED, key="id")
    assert [(one.code, one.parts["name"]) for one in caught.value.problems] == [("table.no_extra", "spark")]


def test_the_answers_are_those_of_the_pack(spark: Any, pack: Pack, tmp_path: Path) -> None:
    table = people(10_000)
    pq.write_table(table, tmp_path / "people.parquet")
    frame = spark.read.parquet(str(tmp_path / "people.parquet"))
    nobody = stratify(frame.where("age > 1000"), pack, ASKED, key="id", on=DAY)
    assert nobody.count() == 0 and len(nobody.columns) == 16
    expected = pack.stratify(table, ASKED, on=DAY, key="id", lists=["conditions"])
    found = stratify(frame, pack, ASKED, key="id", on=DAY, lists=["conditions"]).orderBy("id")
    same(found.toArrow(), expected)
    mapped = stratify(frame, pack, ASKED, key="id", mapping=MAP).orderBy("id").toArrow()
    same(mapped.drop_columns(["rejected"]), expected)
    assert 0 < 10_000 - mapped["rejected"].null_count < 100


@pytest.mark.long
def test_ten_million_rows_generated_on_the_spot(spark: Any, pack: Pack, tmp_path: Path) -> None:
    block = people(1_000_000)
    for i in range(10):
        pq.write_table(block, tmp_path / f"{i}.parquet")
    expected = counted(pack.stratify(block, ASKED, on=DAY, key="id", lists=["conditions"]))
    found = stratify(spark.read.parquet(str(tmp_path)), pack, ASKED, key="id", on=DAY, lists=["conditions"])
    names = [name for name in found.columns if name != "id" and not name.endswith(".possible")]
    numbers = found.groupBy([quoted(name) for name in names]).count().collect()
    assert {tuple(one[name] for name in names): one["count"] for one in numbers} == {
        answers: number * 10 for answers, number in expected.items()
    }


def test_the_job_of_the_docs_reads_and_writes_parquet(spark: Any, pack: Pack, tmp_path: Path) -> None:
    """The last one: the job ends the session it finds."""
    pq.write_table(people(500), tmp_path / "people.parquet")
    main = runpy.run_path(str(JOB))["main"]
    main(str(tmp_path / "people.parquet"), str(tmp_path / "answers"))
    expected = pack.stratify(people(500), ASKED, on=DAY, key="id", lists=["conditions"])
    same(pq.read_table(tmp_path / "answers").sort_by("id"), expected)
