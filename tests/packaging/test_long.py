"""The report of the full-size tier is read again by the next run: what it says passed is what is taken over."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.laws import test_charts

FILE = Path(__file__).parents[2] / "benchmarks" / "long.py"


@pytest.fixture(scope="module")
def long() -> ModuleType:
    spec = importlib.util.spec_from_file_location("long", FILE)
    assert spec is not None and spec.loader is not None
    module = sys.modules["long"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_passed_is_read_back_with_what_it_rested_on_and_nothing_else_is(long: ModuleType) -> None:
    tests = long.Part(
        "tests of engine", "abc", "..\n=== 12 passed, 1 skipped in 3.10s ===\n", "2026-11-23 01:00", 3.0, 0, "k1"
    )
    bench = long.Part("million.py", "abc", "one line\n\n| a | b |\n", "2026-11-23 01:01", 9.0, 0, "k2")
    failed = long.Part("files.py", "abc", "Traceback\n", "2026-11-23 01:02", 1.0, 1, "k3")
    dirty = long.Part("nhanes.py", "abc", "fine\n", "2026-11-23 01:03", 1.0, 0, "")
    text = long.page([tests, bench, failed, dirty], ["service.py"], "abc")
    assert "**not finished**: service.py" in text and "FAILED (exit 1)" in text and "Traceback" in text
    found = long.reported(text)
    assert {one: part.due for one, part in found.items()} == {
        "tests of engine": False,
        "million.py": False,
        "files.py": True,
        "nhanes.py": True,  # nobody knows what it rested on
    }
    assert found["tests of engine"].counted == "12 passed, 1 skipped" and found["tests of engine"].key == "k1"
    assert found["million.py"].output == "one line\n\n| a | b |"
    again = long.page(list(found.values()), [], "abc")
    assert found["files.py"].exit == 1 and "| FAILED (exit 1) |" in again and "Traceback" in again
    assert "| nhanes.py | abc | 2026-11-23 01:03 | 1 | passed; changed since |" in again
    assert long.page(list(long.reported(again).values()), [], "abc") == again


def test_a_report_that_did_not_say_what_it_rested_on_is_to_run_again(long: ModuleType) -> None:
    old = "| charts of tcm_2017 | d2b739a05f62 | 2026-11-22 23:02 | 59 | passed | 15 passed |\n"
    old += "| one_patient.py | 303e215e31c1 | 2026-11-23 00:43 | 96 | passed |  |\n"
    found = long.reported(old)
    assert [(one, part.changed, part.counted) for one, part in found.items()] == [
        ("charts of tcm_2017", True, "15 passed"),
        ("one_patient.py", True, ""),
    ]


def test_every_part_has_a_name_of_its_own_and_something_it_rests_on(
    long: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_charts, "PACKS", ["tcm_2017", "htn_guideline_2018"])  # the others are named alike
    parts = list(long.tasks(None))
    assert len({part.name for part in parts}) == len(parts) > 15
    assert {"mutants", "charts of tcm_2017", "charts of htn_guideline_2018", "tests of laws"} <= {
        one.name for one in parts
    }
    assert all(part.paths and all((long.ROOT / path).exists() for path in part.paths) for part in parts)
