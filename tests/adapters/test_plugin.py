"""A stranger's plugin, installed as a distribution of its own, brings a guideline folder, a reader and a command."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "plugin"
RUN = "from sangao.adapters.main import main; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin as pip installs it, away from its source."""
    home = tmp_path_factory.mktemp("plugin")
    source, target = home / "source", home / "site"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(source)
    return target


def sangao(installed: Path | None, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"}
    environment |= {"PYTHONPATH": str(installed)} if installed else {}
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    for name, text in {
        "wang": "日期 2026-03-09\n血压 152/96\n年龄 63\n",
        "li": "日期 2026-03-09\n血压 128/78\n性别 女\n",
        "zhao": "日期 2026-03-09\n年龄 70\n",
        "sun": "日期 2026-03-09\n血压 /96\n走路 很慢\n",
    }.items():
        (tmp_path / f"{name}.round").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_command_the_folder_and_the_reader_work_together(installed: Path, notes: Path) -> None:
    done = sangao(installed, notes, "round", "wang.round", "li.round", "zhao.round", "sun.round", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["wang  visit again", "li  no need", "zhao  cannot tell", "sun  visit again"]


def test_the_reader_serves_commands_that_know_nothing_of_it(installed: Path, notes: Path) -> None:
    done = sangao(installed, notes, "decide", "sun.round", "--pack", "village_round", "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["on"] == "2026-03-09"
    assert result["decisions"]["village.call_again"]["value"] is True
    assert [(one["code"], one["fact"]) for one in result["problems"]] == [("chart.unknown_fact", "走路")], "not dropped"


def test_the_folder_is_checked_as_ours_are(installed: Path, notes: Path) -> None:
    done = sangao(installed, notes, "check", "village_round")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "village_round" in done.stdout


def test_without_the_plugin_nothing_of_it_is_there(notes: Path) -> None:
    done = sangao(None, notes, "round", "wang.round")
    assert done.returncode == 2 and "round" in done.stderr
