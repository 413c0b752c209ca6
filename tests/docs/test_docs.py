"""Docs that can fail: every Python example runs, every command named exists, the catalogue of problems is complete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sangao.adapters.main import app
from sangao.engine.errors import catalogue
from sangao.engine.errors.page import write
from sangao.engine.explain.sentences import page as sentences
from sangao.engine.guide import load
from sangao.engine.pack import ir
from sangao.engine.passes.checks.cited import trace

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    source = "\n".join(blocks(page, "python"))
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_page_says_is_printed_is_printed(tmp_path: Path) -> None:
    first = blocks(ROOT / "README.md", "python")[0]
    done = subprocess.run([sys.executable, "-c", first], cwd=tmp_path, capture_output=True, text=True, check=True)
    for line in first.splitlines():
        if line.startswith("print(") and "  #" in line:
            assert line.rpartition("# ")[2].strip() in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_exists(page: Path) -> None:
    found = app()
    known = {command.name or command.callback.__name__ for command in found.registered_commands if command.callback}
    known |= {group.typer_instance.info.name for group in found.registered_groups if group.typer_instance}
    named = set(re.findall(r"^sangao (\w+)", "\n".join(blocks(page, "sh")), re.MULTILINE))
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_page_of_problems_lists_every_code() -> None:
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    assert page == write(), "run `python -m sangao.engine.errors.page` and commit docs/problems.md"
    assert all(code in page for code in catalogue())


@pytest.fixture(scope="module")
def packs() -> list[ir.Pack]:
    folders = sorted((found.parent for found in (ROOT / "guidelines").glob("*/pack.yaml")), key=lambda one: one.name)
    return [load(one).compiled for one in folders]


def test_the_trace_from_source_to_case_is_current(packs: list[ir.Pack]) -> None:
    page = (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
    assert page == trace(packs), "run `sangao check --trace docs/trace.md`"


def test_the_page_of_sentences_is_current_and_each_can_be_read_in_seconds(packs: list[ir.Pack]) -> None:
    page = (ROOT / "docs" / "sentences.zh.md").read_text(encoding="utf-8")
    assert page == sentences(packs), "run `sangao check --sentences docs/sentences.zh.md`"
    said = {words.says_zh for pack in packs for key, words in pack.words.items() if "/" in key}
    assert max(map(len, said)) <= 60
