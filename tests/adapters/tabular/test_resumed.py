"""A run that is stopped at any moment and started again ends with the very files of a run that was not."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.cli import answer_table, bulk, journal, running, tally
from tests.adapters.tabular import small
from tests.adapters.tabular.small import codes

PEOPLE = 200
LONGEST = 120


class Stopped(Exception):
    """What ends a run in the middle, as a kill would."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = small.people(PEOPLE)
    ragged = {**rows[5], "编号": "ragged,row"}
    small.write(tmp_path / "county.csv", [*rows[:40], rows[3], *rows[40:], ragged, rows[3], rows[-1]])
    county = tmp_path / "county.csv"
    county.write_text(county.read_text(encoding="utf-8").replace('"ragged,row"', "ragged,row"), encoding="utf-8")
    monkeypatch.setattr(running, "BATCH", 25)
    monkeypatch.setattr(journal, "EVERY", 0.0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(out: str, *more: str) -> Any:
    return small.run("county.csv", out, *more)


def files(folder: Path, out: str) -> list[bytes]:
    return [(folder / f"{out}{part}").read_bytes() for part in ("", ".rejects.csv", ".meta.json")]


def stopping_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, turn: int) -> list[int]:
    """Let a step raise when it is taken for the `turn`-th time; return a list that grows with each time."""
    taken: list[int] = []
    step = getattr(owner, name)

    def counted(*given: Any, **more: Any) -> Any:
        taken.append(1)
        if len(taken) == turn:
            raise Stopped
        return step(*given, **more)

    monkeypatch.setattr(owner, name, counted)
    return taken


STEPS: list[tuple[Any, str, int, str]] = [
    (journal.Journal, "append", 10, "each"),  # between answers and rejects of one batch
    (tally.Tally, "add", 3, "merge"),
    (os, "replace", 4, "each"),  # the new state is written and has not its name yet
    (answer_table.Text, "finish", 1, "last"),
]


@pytest.mark.parametrize(("owner", "name", "turn", "policy"), STEPS, ids=lambda one: one if type(one) is str else "")
def test_a_run_stopped_anywhere_goes_on_and_writes_the_same_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, turn: int, policy: str
) -> None:
    whole = run("out.csv", "--duplicates", policy)
    assert whole.exit_code == 0, whole.output
    expected = files(folder, "out.csv")
    for one in folder.glob("out.csv*"):
        one.unlink()
    with monkeypatch.context() as patched:
        stopping_at(patched, owner, name, turn)
        assert isinstance(run("out.csv", "--duplicates", policy).exception, Stopped)
    assert not list(folder.glob("out.csv*"))
    with monkeypatch.context() as patched:
        rows = stopping_at(patched, bulk.Answering, "_row", 0)
        again = run("out.csv", "--duplicates", policy)
    assert again.exit_code == 0, again.output
    assert len(rows) < PEOPLE, "what was done is not done again"
    assert files(folder, "out.csv") == expected
    assert json.loads(again.stdout) == json.loads(whole.stdout)
    assert not list(folder.glob(".out.csv*"))


@pytest.mark.parametrize("out", ["out.parquet", "out.arrow"])
def test_arrow_answers_are_the_same_bytes_too(folder: Path, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    from sangao.engine.cli import arrow_out

    monkeypatch.setattr(arrow_out, "GROUP", 60)
    assert run(out).exit_code == 0
    expected = files(folder, out)
    for owner, name, turn in (
        (tally.Tally, "add", 3),
        (journal.Journal, "append", 11),  # the rejects of a batch whose answers are kept
        (arrow_out.Columns, "_write", 2),  # in the thread that writes the file
        (arrow_out.Columns, "finish", 1),
    ):
        (folder / out).unlink()
        with monkeypatch.context() as patched:
            stopping_at(patched, owner, name, turn)
            assert isinstance(run(out).exception, Stopped)
        assert not (folder / out).exists()
        assert (folder / f".{out}.run" / "state.json").is_file(), "there is something to go on from"
        assert run(out, "--workers", "2" if name == "finish" else "1").exit_code == 0
        assert files(folder, out) == expected
    if out.endswith("parquet"):
        assert pa.parquet.ParquetFile(folder / out).metadata.num_row_groups > 2


def half(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        stopping_at(patched, tally.Tally, "add", 4)
        assert isinstance(run("out.csv").exception, Stopped)


def test_another_run_is_not_gone_on_with_and_says_what_differs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half(folder, monkeypatch)
    for more, word in (
        (("--by", "ckd.low"), "判断"),
        (("--duplicates", "first"), "选项"),
    ):
        result = run("out.csv", *more)
        assert codes(result) == ["table.other_run"], more
        assert word in json.loads(result.stderr)["problems"][0]["text"]["zh"]
    with (folder / "map.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# another\n")  # the same mapping, written another way
    with (folder / "county.csv").open("a", encoding="utf-8") as file:
        file.write("R9999,城关,,,,,,,\n")
    result = run("out.csv")
    assert codes(result) == ["table.other_run"]
    assert json.loads(result.stderr)["problems"][0]["text"]["en"].endswith("other the input")
    assert not (folder / "out.csv").exists()
    assert run("out.csv", "--restart").exit_code == 0
    assert len((folder / "out.csv").read_text(encoding="utf-8").splitlines()) == PEOPLE + 5


@pytest.mark.parametrize("damage", ["cut", "changed", "state"])
def test_what_was_kept_and_is_damaged_is_done_again(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    assert run("out.csv").exit_code == 0
    expected = files(folder, "out.csv")
    half(folder, monkeypatch)
    part = folder / ".out.csv.run" / "answers"
    data = part.read_bytes()
    if damage == "cut":
        part.write_bytes(data[:100])
    elif damage == "changed":
        part.write_bytes(data.replace(b"settled", b"Settled", 1))
    else:
        (folder / ".out.csv.run" / "state.json").write_text("{")
    assert run("out.csv").exit_code == 0
    assert files(folder, "out.csv") == expected


def test_two_runs_do_not_write_one_output(folder: Path) -> None:
    with journal.kept(folder / "out.csv", {}, ("answers",)):
        assert codes(run("out.csv")) == ["table.busy"]
    assert run("out.csv").exit_code == 0


def test_a_killed_process_is_gone_on_with(folder: Path) -> None:
    asked = ["stratify", "county.csv", "--map", "map.yaml", "--pack", "pack.sangao", "--out", "killed.csv"]
    asked += [part for name in small.ASKED for part in ("--by", name)]
    slow = (
        "import time; from sangao.engine.cli import journal, running; running.BATCH = 25; journal.EVERY = 0\n"
        "from sangao.engine.cli.tally import Tally; add = Tally.add\n"
        "Tally.add = lambda self, done: (time.sleep(0.05), add(self, done))\n"
        f"import sys; sys.argv = {['sangao', *asked]!r}\n"
        "from sangao.adapters.main import main; main()"
    )
    process = subprocess.Popen([sys.executable, "-c", slow], cwd=folder, start_new_session=True)
    until = time.monotonic() + LONGEST
    state = folder / ".killed.csv.run" / "state.json"
    while not state.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(LONGEST) == -signal.SIGKILL
    assert state.exists() and not (folder / "killed.csv").exists()
    assert run("whole.csv").exit_code == 0
    assert run("killed.csv").exit_code == 0
    assert files(folder, "killed.csv") == files(folder, "whole.csv")
