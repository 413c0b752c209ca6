"""Columns in, columns out: every cell is what `decide` says of the same row as a chart."""

import json
import os
import random
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

if "CI" not in os.environ:  # where it is installed by the dev extra, it has to be there
    pytest.importorskip("pyarrow")
import numpy as np
import pyarrow as pa

from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.run.arrowed import PARTS, plain
from sangao.engine.run.held import value_at
from sangao.engine.run.many import Many
from sangao.engine.run.stratified import Stratifier
from tests.laws.charts import LISTS, ON, Charts
from tests.opened import opened

PACKS = ("htn_guideline_2024", "lipid_2023", "htn_primary_2025")
LONG = os.environ.get("SANGAO_TIER") == "long"
ROWS = 5_000 if LONG else 120
ODD: tuple[Any, ...] = (float("nan"), float("inf"), -0.0, 1e300, -1.0, 0.0, 2**31 + 0.5)


def expected(pack: Pack, name: str, chart: Chart) -> tuple[Any, ...]:
    answer = pack.decide(name, chart)
    kind = pack.compiled.decisions[name].outcome.kind
    mask = None if kind in ("number", "date") else answer.open[1] if kind == "set" else answer.open
    value, low, high = (plain(kind, one) for one in (answer.value, answer.at_least, answer.at_most))
    return value, answer.status, low, high, mask


def same(pack: Pack, table: Any, cells: list[dict[str, Any]], on: date = ON, **delivered: Any) -> Any:
    """Assert that a table is answered as its rows are; `cells`: the rows as a chart holds them."""
    found = pack.stratify(table, pack.decisions, on=on, **delivered)
    assert found.num_rows == len(cells)
    columns = {name: found.column(name).to_pylist() for name in found.column_names}
    lists: dict[str, Any] = {one: [] for one in delivered.get("lists", ())}
    complete = list(delivered.get("complete", ()))
    for i, row in enumerate(cells):
        chart = Chart.of(row, on=on, **lists, complete=complete)
        for name in pack.decisions:
            got = tuple(columns[name + part][i] for part in PARTS)
            assert got == expected(pack, name, chart), (i, name, row)
    return found


def rows(pack: Pack, seed: int, number: int, clean: bool = False) -> tuple[Any, list[dict[str, Any]]]:
    """Return a table of generated values, its columns of many types, and the same rows for charts.

    `clean`: nothing but plain values in the usual range, so that most rows stay in columns.
    """
    charts, rng = Charts(pack.compiled, seed), random.Random(seed)
    columns: dict[str, Any] = {}
    given: list[dict[str, Any]] = [{} for _ in range(number)]
    share = {fact.id: rng.choice((0.0, 0.1, 0.5, 0.9, 1.0)) for fact in charts.facts}
    full = [rng.choice((0.1, 0.6, 1.0, 1.0)) for _ in range(number)]
    for fact in charts.facts:
        if fact.id == "today":
            continue
        values = [charts.value(fact) if rng.random() < share[fact.id] * full[i] else None for i in range(number)]
        if fact.kind == "number":
            if clean:
                ends = [float(one) for one in fact.warn or fact.hard or (-1e6, 1e6)]
                inside = [isinstance(one, float) and ends[0] <= one <= ends[1] for one in values]
                values = [one if good else None for one, good in zip(values, inside, strict=True)]
            style = (
                "float"
                if clean
                else rng.choice(("float", "float", "float", "text", "int", "float32", "decimal", "odd"))
            )
            if style == "text":
                column = pa.array([None if one is None else str(one) for one in values], pa.string())
                if rng.random() < 0.5:
                    column = column.dictionary_encode()
                values = column.to_pylist()
            else:
                values = [one if isinstance(one, float) else None for one in values]
                if style == "odd":
                    values = [rng.choice(ODD) if one is not None and rng.random() < 0.2 else one for one in values]
                    column = pa.array(values, pa.float64())
                elif style == "int":
                    values = [None if one is None else round(one) for one in values]
                    values = [2**62 if one is not None and rng.random() < 0.02 else one for one in values]
                    column = pa.array(values, pa.int64())
                elif style == "float32":
                    column = pa.array([None if one is None else np.float32(one) for one in values], pa.float32())
                    values = [None if one is None else np.float32(one) for one in values]
                elif style == "decimal":
                    values = [None if one is None else Decimal(str(one)) for one in values]
                    column = pa.array(values, pa.decimal128(30, 8))
                    values = column.to_pylist()
                else:
                    column = pa.array(values, pa.float64())
        elif fact.kind == "date":
            if rng.random() < 0.5:
                values = [None if one is None else date.fromisoformat(one) for one in values]
                column = pa.array(values, pa.date32())
            else:
                column = pa.array(values, pa.string())
        elif fact.kind == "bool" and rng.random() < 0.3:
            words, more = {True: "有", False: "无"}, ("不详",) if clean else ("不详", " ", "?")
            values = [None if one is None else rng.choice((words[one], words[one], *more)) for one in values]
            column = pa.array(values, pa.string())
        else:
            column = pa.array(values, pa.bool_() if fact.kind == "bool" else pa.string())
            if fact.kind == "code" and rng.random() < 0.5:
                column = column.dictionary_encode()
        columns[fact.id] = column
        for row, one in zip(given, values, strict=True):
            if one is not None:
                row[fact.id] = one
    return pa.table(columns), given


DELIVERED: tuple[dict[str, Any], ...] = (
    {},
    {"lists": LISTS},
    {"lists": LISTS, "complete": ("conditions",)},
    {"complete": ("medications", "symptoms")},
)


@pytest.mark.parametrize("delivered", DELIVERED)
@pytest.mark.parametrize("name", PACKS)
def test_a_table_is_answered_as_its_rows_are(name: str, delivered: dict[str, Any]) -> None:
    pack = opened(name)
    table, given = rows(pack, 20261122 + len(delivered), ROWS)
    same(pack, table, given, **delivered)


@pytest.mark.parametrize("delivered", DELIVERED)
@pytest.mark.parametrize("name", PACKS)
def test_most_rows_of_clean_columns_stay_in_columns(name: str, delivered: dict[str, Any]) -> None:
    pack = opened(name)
    table, given = rows(pack, 77 + len(delivered), ROWS, clean=True)
    found = same(pack, table, given, **delivered)
    assert int(found.schema.metadata[b"sangao.one_by_one"]) < 0.75 * ROWS


@pytest.mark.parametrize("name", PACKS)
def test_a_slice_with_an_offset_is_what_it_shows(name: str) -> None:
    pack = opened(name)
    table, given = rows(pack, 5, 90)
    same(pack, table.combine_chunks().slice(37, 41), given[37:78])
    parts = pa.concat_tables([table.slice(60, 20), table.slice(3, 0), table.slice(3, 9)])
    same(pack, parts, given[60:80] + given[3:12])


@pytest.mark.parametrize("name", PACKS)
def test_nobody_and_nothing_known(name: str) -> None:
    pack = opened(name)
    table, _ = rows(pack, 5, 10)
    assert same(pack, table.slice(0, 0), []).num_rows == 0
    same(pack, pa.Table.from_batches([], table.schema), [])
    blank = pa.table({fact: pa.nulls(5) for fact in table.column_names})
    same(pack, blank, [{}] * 5)
    typed = pa.table({field.name: pa.nulls(5, field.type) for field in table.schema})
    same(pack, typed, [{}] * 5, lists=LISTS)
    same(pack, pa.table({"id": ["a", "b"]}), [{}] * 2, key="id", lists=LISTS)


def test_dates_ahead_and_births_of_nobody_alive_are_told_and_unknown() -> None:
    pack = opened("dm_primary_2025")
    days = [date(2026, 6, 15), date(2026, 6, 16), date(2027, 6, 15), date.max, date(2025, 6, 15), None]
    born = [date(1961, 3, 2), date(1850, 1, 1), date(2062, 3, 2), date(1895, 6, 16), date(1895, 6, 15), ON]
    given = [{"fundus_exam_date": day, "birth_date": birth} for day in days for birth in born]
    table = pa.Table.from_pylist(given, pa.schema([("fundus_exam_date", pa.date32()), ("birth_date", pa.date32())]))
    given = [{name: one for name, one in row.items() if one is not None} for row in given]
    found = same(pack, table, given)
    problems = json.loads(found.schema.metadata[b"sangao.problems"])
    assert problems["chart.date_ahead"] == 3 * 6 + 6 and problems["chart.out_of_range"] == 2 * 6


def test_a_synonym_beside_its_fact_is_a_second_reading() -> None:
    pack = opened("htn_guideline_2024")
    given = [{"sbp_office": 150.0, "收缩压": 150.0}, {"sbp_office": 150.0, "收缩压": 190.0}, {"收缩压": 150.0}, {}]
    table = pa.Table.from_pylist(given, pa.schema([("sbp_office", pa.float64()), ("收缩压", pa.float64())]))
    same(pack, table, given)


def test_half_steps_of_the_grid_are_rounded_as_text_is() -> None:
    pack = opened("lipid_2023")
    values = [round(4.9 + i / 2000, 4) for i in range(-40, 41)]
    same(pack, pa.table({"ldl": values}), [{"ldl": one} for one in values])
    narrow = [np.float32(one) for one in values]
    same(pack, pa.table({"ldl": pa.array(narrow, pa.float32())}), [{"ldl": one} for one in narrow])


def test_equations_over_columns_round_as_they_do_alone() -> None:
    pack, rng = opened("lipid_2023"), random.Random(3)
    decisions = [one for one in pack.decisions if Many(pack.compiled, [one]).by_formula]
    given = [
        {
            "creatinine": rng.randint(300, 4000) / 10,
            "age": rng.randint(15, 95),
            "sex": rng.choice(("male", "female")),
            "weight": rng.randint(300, 1500) / 10,
            "height": rng.randint(1300, 2000) / 10,
            "tc": rng.randint(150, 900) / 100,
            "hdl": rng.randint(40, 300) / 100,
        }
        for _ in range(8 * ROWS)
    ]
    made = Stratifier(pack.compiled, decisions, on=ON)
    table = pa.Table.from_pylist(given)
    columns = list(zip(made.bind(table.column_names, None), table.combine_chunks().to_batches()[0], strict=True))
    odd = np.zeros(len(given), bool)
    seen = made.filling.seen(columns, len(given), odd)
    filled = made.filling.fill(seen, len(given), odd)
    for _, leaf, _ in made.many.by_formula:
        held = made.filling.held(filled, leaf.id, False, len(given))
        for i, row in enumerate(given):
            if not odd[i]:
                alone = pack.admit(Chart.of(row, on=ON)).open[leaf.id]
                assert value_at(held, leaf.kind, i) == alone, (leaf.id, row)


def test_what_the_schema_says() -> None:
    import json

    pack = opened("htn_guideline_2024")
    table = pa.table({"id": ["a"], "sbp_office": [400.0], "xyz": [1]})
    found = pack.stratify(table, ["htn.grade"], key="id", on="2025-10-20")
    told = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert found.column_names == ["id", *("htn.grade" + part for part in PARTS)]
    assert json.loads(told["sangao.table"])["packs"][0]["hash"] == pack.hash
    assert json.loads(told["sangao.table"])["decisions"]["htn.grade"]["outcomes"][2] == "grade1"
    assert told["sangao.on"] == "2025-10-20" and json.loads(told["sangao.refused"]) == {}
    assert json.loads(told["sangao.problems"]) == {"chart.out_of_range": 1, "chart.unknown_fact": 1}
    assert json.loads(told["sangao.unused"]) == {"xyz": None}


@pytest.mark.parametrize(
    ("table", "rest", "code"),
    [
        ({"sbp_ofice": [150.0]}, {}, "table.unfed"),
        ({"sbp_office": [150.0]}, {"key": "id"}, "table.no_column"),
        ({"sbp_office": [150.0]}, {"lists": ["diagnoses"]}, "chart.unknown_list"),
        ({"sbp_office": [150.0]}, {"decisions": ["htn.grad"]}, "host.unknown_decision"),
    ],
)
def test_bad_usage_is_named(table: dict[str, Any], rest: dict[str, Any], code: str) -> None:
    pack = opened("htn_guideline_2024")
    with pytest.raises(SangaoError) as raised:
        pack.stratify(pa.table(table), rest.pop("decisions", ["htn.grade"]), **rest)
    assert raised.value.problems[0].code == code
    assert all(one.text("zh") and one.help("en") for one in raised.value.problems)


def test_what_does_not_speak_arrow_is_refused() -> None:
    with pytest.raises(SangaoError) as raised:
        opened("htn_guideline_2024").stratify([{"sbp_office": 150}], ["htn.grade"])
    assert raised.value.problems[0].code == "table.not_arrow"


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(threads: int) -> None:
    pack = opened("htn_guideline_2024")
    table, _ = rows(pack, 9, 300, clean=True)  # most rows stay in columns, some do not
    many = pa.concat_tables([table] * 60).combine_chunks()  # three blocks of the kernel
    one = pack.stratify(table, pack.decisions, on=ON)
    found = pack.stratify(many, pack.decisions, on=ON, threads=threads)
    again = pa.concat_tables([one] * 60)
    for name in one.column_names[1:]:
        assert found.column(name).equals(again.column(name)), name


class Stream:
    """Speaks the Arrow stream interface and nothing else, as a table of another library does."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


class Block:
    """Speaks the Arrow array interface and nothing else."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self.batch.__arrow_c_array__(requested_schema)


def test_whatever_speaks_arrow_is_taken() -> None:
    pack = opened("htn_guideline_2024")
    table, given = rows(pack, 21, 40, clean=True)
    same(pack, Stream(table), given)
    same(pack, Block(table.combine_chunks().to_batches()[0].slice(3, 20)), given[3:23])
    same(pack, table.to_reader(max_chunksize=7), given)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int16(), pa.large_string())])
def test_texts_come_in_any_layout(kind: Any) -> None:
    pack = opened("htn_guideline_2024")
    texts = ["152 mmHg", None, "", ">180", "?", "１４０", "152 mmHg"]
    column = pa.array(texts, pa.string()).cast(kind)
    same(
        pack,
        pa.table({"sbp_office": column.slice(1)}),
        [{} if one is None else {"sbp_office": one} for one in texts[1:]],
    )
    same(pack, pa.table({"sbp_office": column}), [{} if one is None else {"sbp_office": one} for one in texts])


def test_runs_are_written_out() -> None:
    import pyarrow.compute as pc

    pack = opened("htn_guideline_2024")
    values = [150.0, 150.0, None, None, 190.0, 7000.0]
    column = pc.run_end_encode(pa.array(values))
    same(pack, pa.table({"sbp_office": column}), [{} if one is None else {"sbp_office": one} for one in values])


def test_a_birth_date_beats_an_age() -> None:
    pack = opened("lipid_2023")
    born = [date(1960, 2, 29), None, date(2030, 1, 1), date(1950, 1, 1), date(1899, 1, 1)]
    ages = [30, 40, 50, None, None]
    given = [
        {name: one for name, one in (("birth_date", b), ("age", a)) if one is not None}
        for b, a in zip(born, ages, strict=True)
    ]
    same(pack, pa.table({"birth_date": born, "age": ages}), given)
    same(pack, pa.table({"age": ages, "birth_date": pa.array(born).cast(pa.timestamp("us"))}), given)


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = opened("htn_guideline_2024")
    for name in [one for one in sys.modules if one.startswith(("sangao.engine.run.stratified", "pyarrow"))]:
        monkeypatch.delitem(sys.modules, name)
    import sangao.engine.run as room

    monkeypatch.delattr(room, "stratified", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SangaoError) as raised:
        pack.stratify(object(), ["htn.grade"])
    assert raised.value.problems[0].code == "table.no_extra"
