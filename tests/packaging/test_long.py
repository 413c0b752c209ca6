"""The report of the full-size tier is read again by the next run: what it says passed is what is taken over."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

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
    assert set(found) == {("tests of engine", "k1"), ("million.py", "k2")}
    assert found["tests of engine", "k1"].counted == "12 passed, 1 skipped"
    assert found["million.py", "k2"].output == "one line\n\n| a | b |"
    assert long.page(list(found.values()), [], "abc") == long.page([tests, bench], [], "abc")


def test_every_part_has_a_name_of_its_own_and_something_it_rests_on(long: ModuleType) -> None:
    parts = list(long.tasks(None))
    assert len({part.name for part in parts}) == len(parts) > 30
    assert all(part.paths and all((long.ROOT / path).exists() for path in part.paths) for part in parts)
