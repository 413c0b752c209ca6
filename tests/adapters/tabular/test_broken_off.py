"""A run that somebody ends, by Ctrl-C, by a service manager or by closing the terminal, leaves nothing half done."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sangao.engine.cli import county
from sangao.engine.guide import load

PEOPLE = 12_000
MAIN = "import signal; signal.signal(signal.SIGHUP, signal.{way}); from sangao.adapters.main import main; main()"
"""What a terminal does before it starts a run, whoever started these tests: `SIG_DFL`, behind `nohup` `SIG_IGN`."""
LONGEST = 120  # seconds until a started run must write and an ended one must be gone


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table")
    county.write(path / "county.csv", PEOPLE, seed=7)
    (path / "map.yaml").write_text(json.dumps(county.MAPPING, ensure_ascii=False), encoding="utf-8")
    load("htn_guideline_2024").save(path / "pack.sangao")
    (path / "out.csv").write_text("yesterday")
    return path


def started(folder: Path, *more: str, way: str = "SIG_DFL") -> "subprocess.Popen[str]":
    """Start a run in a session of its own and wait until it writes answers."""
    sangao = (sys.executable, "-c", MAIN.format(way=way))
    arguments = ["stratify", "county.csv", "--map", "map.yaml", "--pack", "pack.sangao", "--out", "out.csv", *more]
    run = subprocess.Popen([*sangao, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + LONGEST
    while run.poll() is None and time.monotonic() < until:
        if any(part.stat().st_size > 20_000 for part in folder.glob(".out.csv.run/answers")):
            return run
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGKILL)
    raise AssertionError(f"the run wrote nothing: {run.communicate()[1]}")


@pytest.mark.parametrize(
    ("number", "workers", "everyone"),
    [
        (signal.SIGINT, "1", False),
        (signal.SIGTERM, "1", False),
        (signal.SIGHUP, "1", False),
        (signal.SIGTERM, "2", True),
    ],
)
def test_a_run_that_is_ended_says_so_and_leaves_the_files_as_they_were(
    folder: Path, number: signal.Signals, workers: str, everyone: bool
) -> None:
    before = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    run = started(folder, "--workers", workers, "--lang", "en")
    if everyone:
        os.killpg(run.pid, number)
    else:
        run.send_signal(number)
    _, said = run.communicate(timeout=LONGEST)
    assert run.returncode == 128 + number
    assert "table.interrupted" in said and "Traceback" not in said
    shutil.rmtree(folder / ".out.csv.run", ignore_errors=True)  # what it had done, for going on (test_resumed.py)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_a_run_behind_nohup_goes_on_when_its_terminal_is_closed(folder: Path) -> None:
    run = started(folder, "--workers", "1", way="SIG_IGN")
    run.send_signal(signal.SIGHUP)
    run.communicate(timeout=LONGEST)
    assert run.returncode == 0
    assert (folder / "out.csv").read_text(encoding="utf-8").count("\n") == PEOPLE + 1


def test_no_worker_outlives_a_run_that_is_killed(folder: Path) -> None:
    run = started(folder, "--workers", "2")
    run.kill()
    run.communicate(timeout=LONGEST)  # the workers hold the other end of this pipe: it closes when they are gone
    shutil.rmtree(folder / ".out.csv.run", ignore_errors=True)
