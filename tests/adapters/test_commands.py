"""The command line: every command is there, and one that is asked for does not bring what the others need."""

import subprocess
import sys

import pytest
from rich.cells import cell_len
from typer.main import get_command

from sangao.adapters.builtin import CORE
from sangao.adapters.main import app

HEAVY = ("sangao.engine.passes", "sangao.engine.rules.documents", "pydantic", "numpy", "pyarrow")


def names(asked: str = "") -> set[str]:
    return set(get_command(app(asked)).commands)  # type: ignore[attr-defined]


def test_every_command_is_there_by_its_name() -> None:
    core = {one.partition(":")[2].rstrip("_") for one in CORE}
    assert len(core) == len(CORE) and core < names()
    assert names("--help") == names("nothing") == names()


@pytest.mark.parametrize("name", ["stratify", "list", "build"])
def test_a_command_that_is_asked_for_stands_without_its_sisters(name: str) -> None:
    core = {one.partition(":")[2].rstrip("_") for one in CORE}
    assert names(name) == names() - core | {name}


@pytest.mark.parametrize("name", ["decide", "stratify"])
def test_what_checks_and_compiles_rules_is_not_imported_to_use_them(name: str) -> None:
    code = f"import sys\nfrom sangao.adapters.main import app\napp({name!r})\nprint(*sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(ended.stdout.split())


def test_the_page_of_help_begins_with_the_core_and_gives_every_command_one_line() -> None:
    """On 80 columns: where Chinese and English wrap, rich drops letters of a word."""
    commands = get_command(app("--help")).commands  # type: ignore[attr-defined]
    core = [one.partition(":")[2].rstrip("_") for one in CORE]
    assert list(commands)[: len(core)] == core
    wide = 80 - 6 - max(map(len, commands))
    assert {name for name, one in commands.items() if cell_len(one.help) > wide} == set()
