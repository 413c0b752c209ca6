"""Whatever a table or its mapping holds: refused as a whole with its place, or every row answered or refused."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sangao.adapters.tabular import read_columns
from sangao.engine.cli.bulk import Answering
from sangao.engine.cli.jobs import Question
from sangao.engine.cli.maps import read_map
from sangao.engine.errors import SangaoError, catalogue
from tests.laws.odd import TEXTS, deep, odd, within
from tests.laws.test_fuzz_charts import FACTS, clinic

COLUMNS = ["id", "sbp", "dbp", "bp", "sex", "day", "codes", "names", "done"]
KEYS = [
    "mapping",
    "key",
    "on",
    "encoding",
    "separator",
    "missing",
    "lists",
    "columns",
    "fact",
    "facts",
    "unit",
    "values",
    "at",
    "prefer",
    "list",
    "by",
    "name",
    "split",
    "none",
    "also",
    "note",
    "from",
    "delivered",
    "complete",
    "column",
    "when",
    "group",
    "sheet",
    "header",
    "sql",
    "settings",
]
WORDS = [
    *COLUMNS,
    *FACTS,
    "sbp_office",
    "dbp_office",
    "conditions",
    "code",
    "any",
    "always",
    "true",
    "mmHg",
    "kPa",
    "tab",
]
ENCODINGS = [
    "utf-8",
    "gb18030",
    "utf-16",
    "rot13",
    "hex",
    "zlib",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "mbcs",
    "utf_7",
    "base64",
    "\x00",
    "raw_unicode_escape",
    "quopri",
    "utf-8-sig",
    "ascii",
    "charmap",
]
MAP = """
key: id
on: {column: day}
missing: [NA]
columns:
  sbp: {fact: sbp_office, unit: mmHg}
  bp: {facts: [sbp_office, dbp_office], prefer: 1}
  sex: {fact: sex, values: {"1": male, "2": female}, missing: ["9"]}
  codes: {list: conditions, by: code, name: names, none: [none]}
lists:
  conditions: {from: [codes], delivered: all, complete: {column: done, when: ["1"]}}
"""
HEAD = ",".join(COLUMNS)
ROW = "7,152,96,150/92,1,2025-03-09,I10;E11,高血压,1"


def answered(table: bytes, mapping: Any, suffix: str = ".csv") -> int:
    """Answer a table and return how many rows were answered or refused."""
    pack = clinic()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"patients{suffix}"
        path.write_bytes(table)
        try:
            bound = read_columns(path, mapping).bind(pack.compiled.dictionary, date(2025, 3, 9))
        except SangaoError as error:
            assert error.usage and all(problem.code in catalogue() for problem in error.problems)
            assert all(problem.report("zh") and problem.report("en") for problem in error.problems)
            return 0
        questions = [Question(0, name, name) for name in pack.decisions]
        answering = Answering([pack.compiled], questions, bound)
        done = [answering(batch) for batch in bound.batches(3)]
    for one in done:
        assert one.answered + len({line for line, *_ in one.rejects if line}) >= one.rows
        assert one.text.count("\n") >= one.answered
    return sum(one.rows for one in done)


@cache
def mapping() -> Any:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.yaml"
        path.write_text(MAP, encoding="utf-8")
        return read_map(path)


CELLS = [*TEXTS, "152", "152/96", '"', '""', "I10;E11", "2025/3/9", "NA", "none", "1"]
cell = st.sampled_from(CELLS) | st.text(max_size=6)
rows = st.lists(st.lists(cell, max_size=11).map(",".join), max_size=8).map("\n".join)


@given(rows, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig"]))
@example('7,"152' + "\n" * 40 + ROW, "\n", "utf-8")
@example('"' * 10_000, "\n", "utf-8")
@example("7," * 5_000, "\n", "utf-8")
@example("1" * 200_000, "\n", "utf-8")
@example("\x00,\x00", "\n", "utf-8")
def test_no_rows_make_a_table_raise(rows: str, end: str, encoding: str) -> None:
    text = end.join([HEAD, ROW, rows, ROW])
    answered(text.encode(encoding, "replace" if encoding != "gb18030" else "ignore"), mapping())


def test_odd_rows_between_leave_the_others_alone() -> None:
    odd_rows = "\n".join([",,,", '8,"', "9", "", *(f"{text},152" for text in TEXTS if "\ud800" not in text)])
    assert answered(f"{HEAD}\n{ROW}\n{odd_rows}\n{ROW}\n".encode(), mapping()) >= 3


@given(st.binary(max_size=300), st.sampled_from([".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods"]))
@example(b"\xff\xfe", ".csv")
@example(b"\xff\xfei\x00d\x00\x00\xd8", ".csv")
@example(b"\xef\xbb\xbf", ".csv")
@example(b"id,sbp\n\x81", ".csv")
def test_no_bytes_make_a_table_raise(data: bytes, suffix: str) -> None:
    answered(data, mapping(), suffix)
    answered(f"{HEAD}\n".encode() + data, mapping(), suffix)


texts = st.sampled_from([*WORDS, *KEYS, *TEXTS])
anything = within(st.sampled_from([*KEYS, *COLUMNS]), texts | odd)
column = st.dictionaries(st.sampled_from(KEYS), texts | st.lists(texts, max_size=3) | anything, max_size=5)
table_map = st.fixed_dictionaries(
    {},
    optional={
        "key": texts | anything,
        "on": texts | anything,
        "encoding": st.sampled_from(ENCODINGS) | anything,
        "separator": texts | anything,
        "group": texts | anything,
        "sheet": texts | anything,
        "header": texts | anything,
        "settings": anything,
        "missing": st.lists(texts) | anything,
        "columns": st.dictionaries(st.sampled_from(COLUMNS), texts | column, max_size=5) | anything,
        "lists": st.dictionaries(st.sampled_from(["conditions", "drugs"]), column | anything, max_size=2) | anything,
    },
)


@given(table_map)
def test_no_mapping_makes_a_table_raise(given: dict[str, Any]) -> None:
    answered(f"{HEAD}\n{ROW}\n".encode(), given)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_encoding_makes_a_table_raise(encoding: str) -> None:
    answered(f"{HEAD}\n{ROW}\n".encode(), {**mapping(), "encoding": encoding})


@pytest.mark.parametrize("separator", ["", "\n", "\r", '"', " ", ",,", "\x00", "、", "tab", "\t", "|"])
def test_no_separator_makes_a_table_raise(separator: str) -> None:
    answered(f"{HEAD}\n{ROW}\n".encode(), {**mapping(), "separator": separator})


def test_no_depth_of_a_mapping_makes_a_table_raise() -> None:
    for key in KEYS[:8]:
        answered(f"{HEAD}\n{ROW}\n".encode(), {**mapping(), key: deep(50_000)})
    answered(f"{HEAD}\n{ROW}\n".encode(), {"key": "id", "columns": {"sbp": {key: deep(50_000) for key in KEYS}}})


@given(st.binary(max_size=120), st.integers(0, len(MAP)), st.integers(0, 20))
def test_no_bytes_make_the_reader_of_mappings_raise(data: bytes, at: int, gone: int) -> None:
    whole = MAP.encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.yaml"
        path.write_bytes(whole[:at] + data + whole[at + gone :])
        try:
            found = read_map(path)
        except SangaoError as error:
            assert error.usage and all(problem.report("en") for problem in error.problems)
            return
    answered(f"{HEAD}\n{ROW}\n".encode(), found)
