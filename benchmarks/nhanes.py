"""Real people: NHANES 2017 to March 2020, repeated to `--rows` (10 million with SANGAO_TIER=long), through `stratify`.

The survey's numbers stand in columns named after facts, its blanks are blanks; age 80 is top-coded and stays "80+", an
interval that only the row runner takes. Every repetition must give the answers of the first, and these are those of
`decide` for every person of a sample. The data stand outside the project (../shared/data).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pc_csv
except ImportError as error:
    sys.exit(f"{error.name} is not installed: pip install 'sangao[arrow]'")

from sangao.engine.chart import Chart
from sangao.engine.guide import load
from sangao.engine.run.arriving import python_values
from sangao.engine.run.stratified import Stratifier

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhanes_2017_2020_adults.csv"
DAY = "2025-10-01"
FACTS = {
    "bp_sys_mean": "sbp_office",
    "bp_dia_mean": "dbp_office",
    "BMXWT": "weight",
    "BMXHT": "height",
    "LBDGLUSI": "fpg",
    "LBXGH": "hba1c",
    "LBDTCSI": "tc",
    "LBDHDDSI": "hdl",
}
WORK = (
    ("htn_guideline_2024", ("htn.grade", "htn.risk", "htn.target")),
    ("dm_primary_2025", ("dm.state", "dm.next_visit")),
    ("lipid_2023", ("ascvd.risk", "lipid.target")),
)
SAMPLE = 97  # every so many persons are asked one by one too


def survey() -> Any:
    """Return the survey as a table of facts."""
    given = pc_csv.read_csv(DATA, convert_options=pc_csv.ConvertOptions(strings_can_be_null=True))
    age = given["demo_age_years"].cast(pa.string())
    made = {"id": given["SEQN"]}
    made["age"] = pc.if_else(pc.equal(age, "80"), "80+", age)
    made["sex"] = pc.replace_substring(pc.replace_substring(given["demo_gender"], "Women", "female"), "Men", "male")
    made |= {fact: given[name].cast(pa.float64()) for name, fact in FACTS.items()}
    return pa.table(made).combine_chunks()


def repeated(table: Any, times: int) -> Iterator[Any]:
    """Yield the record batches of a table so many times."""
    for _ in range(times):
        yield from table.to_batches()


def page(name: str, decisions: tuple[str, ...], table: Any, times: int) -> None:
    """Compare and time one pack."""
    pack = load(name)
    expected = pack.stratify(table, decisions, on=DAY, key="id", lists=["conditions"])
    people = [python_values(column.combine_chunks()) for column in table.columns]
    names = table.column_names
    for row in range(0, table.num_rows, SAMPLE):
        values = {fact: cells[row] for fact, cells in zip(names[1:], people[1:], strict=True) if cells[row] is not None}
        chart = Chart.of(values, on=DAY, conditions=[])
        for one in decisions:
            answer = pack.decide(one, chart)
            assert expected[f"{one}.status"][row].as_py() == answer.status, (one, row)
            plain = list(answer.value) if isinstance(answer.value, tuple) else answer.value
            assert expected[one][row].as_py() == plain, (one, row)
    made = Stratifier(pack.compiled, decisions, on=Chart.of(on=DAY).on, lists=["conditions"], threads=1)
    reader = pa.RecordBatchReader.from_batches(table.schema, repeated(table, times))
    rows, start, cpu = 0, time.perf_counter(), time.process_time()
    spent = 0.0
    for batch in made.run(reader, "id"):
        before = time.process_time()
        assert pa.Table.from_batches([batch]).equals(expected.slice(rows % table.num_rows, batch.num_rows))
        spent += time.process_time() - before
        rows += batch.num_rows
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu - spent
    assert rows == table.num_rows * times
    print(f"{name:20}{rows:>12,}{wall:10.1f}{cpu / rows * 1e9:12.0f}{made.odd / rows:10.1%}  {', '.join(decisions)}")


def main() -> int:
    """Print the page."""
    read = argparse.ArgumentParser(description=__doc__)
    size = 10_000_000 if os.environ.get("SANGAO_TIER") == "long" else 200_000
    read.add_argument("--rows", type=int, default=size)
    args = read.parse_args()
    if not DATA.is_file():
        print(f"absent: {DATA}")
        return 0
    table = survey()
    times = -(-args.rows // table.num_rows)
    print(f"{table.num_rows:,} adults, {times} times; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':20}{'people':>12}{'seconds':>10}{'ns CPU each':>12}{'by rows':>10}")
    for name, decisions in WORK:
        page(name, decisions, table, times)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
