"""Whatever speaks Arrow is a source of `pack.stratify`: Polars, DuckDB and pandas give what pyarrow gives."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
import pyarrow as pa

from tests.adapters.tabular.small import clinic

ROWS: dict[str, list[Any]] = {
    "id": ["a", "b", None, "d", "e"],
    "sbp_office": [152, 128, None, 7000, 139],
    "dbp_office": [92.5, 78.0, 95.0, 80.0, float("nan")],
    "age": [63, 40, 55, None, 200],
    "sex": ["male", "female", "female", "?", None],
    "diabetes": [True, None, False, True, None],
    "weight": [70.25, 61.0, None, 88.0, 50.0],
    "height": [170, 160, 155, 181, 0],
    "seen": [date(2025, 3, 9), None, date(2024, 1, 1), None, date(2025, 3, 1)],
}
ASKED = ["htn.grade", "obesity", "dm.high"]


def polars(table: Any) -> Any:
    return pytest.importorskip("polars", reason="the extra `polars` is not installed").DataFrame(table)


def polars_chunks(table: Any) -> Any:
    found = pytest.importorskip("polars", reason="the extra `polars` is not installed")
    return found.concat([found.DataFrame(table.slice(0, 2)), found.DataFrame(table.slice(2))], rechunk=False)


def duckdb(table: Any) -> Any:
    base = pytest.importorskip("duckdb", reason="duckdb is not installed (extra `dev`)").connect()
    base.register("people", table)
    return base.sql("select * from people")


def pandas(table: Any) -> Any:
    found = pytest.importorskip("pandas", reason="pandas is not installed (extra `dev`)")
    if int(found.__version__.split(".")[0]) < 3:
        pytest.skip("pandas speaks Arrow from version 3 on")
    return found.DataFrame({name: found.array(cells, dtype=KINDS.get(name)) for name, cells in ROWS.items()})


KINDS = {"sbp_office": "Int64", "age": "Int64", "diabetes": "boolean"}  # what keeps a blank apart from a number


@pytest.mark.parametrize("of", [polars, polars_chunks, duckdb, pandas], ids=lambda of: of.__name__)
def test_a_table_of_another_library_is_answered_as_pyarrow_is(of: Callable[[Any], Any]) -> None:
    table = pa.table(ROWS)
    expected = clinic().stratify(table, ASKED, on="2025-03-09", key="id", lists=["conditions"])
    found = clinic().stratify(of(table), ASKED, on="2025-03-09", key="id", lists=["conditions"])
    assert found.num_rows == len(ROWS["id"])
    assert found.to_pylist() == expected.to_pylist()
    statuses = {row["htn.grade.status"] for row in expected.to_pylist()}
    assert statuses == {"settled", "unknown"}
    grades = [row["htn.grade"] for row in expected.to_pylist()]
    assert grades == ["high", "normal", "high", None, None], "a slip is never normal"


@pytest.mark.parametrize("of", [polars, duckdb, pandas], ids=lambda of: of.__name__)
def test_the_answers_go_back_without_a_copy_of_rows(of: Callable[[Any], Any]) -> None:
    found = clinic().stratify(of(pa.table(ROWS)), ASKED, on="2025-03-09", key="id")
    back = pytest.importorskip("polars", reason="the extra `polars` is not installed").DataFrame(found)
    assert back["htn.grade"].to_list() == found.column("htn.grade").to_pylist()


def test_nobody_in_another_library_is_nobody_answered() -> None:
    table = pa.table(ROWS).slice(0, 0)
    for of in (polars, duckdb):
        assert clinic().stratify(of(table), ASKED, on="2025-03-09", key="id").num_rows == 0
