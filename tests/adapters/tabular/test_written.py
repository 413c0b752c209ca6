"""Where a run writes: never over what is no file, never in a form that was not asked for, never over what it reads."""

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.cli import journal, running, tally
from sangao.engine.cli.files import write
from sangao.engine.errors import SangaoError
from tests.adapters.tabular import small
from tests.adapters.tabular.small import codes
from tests.adapters.tabular.test_resumed import Stopped, stopping_at


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path / "county.csv", small.people(60))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize(
    "more", [("pipe.csv",), ("out.csv", "--rejects", "pipe.csv"), ("out.csv", "--plot", "pipe.svg"), ("folder.csv",)]
)
def test_what_is_no_file_is_not_replaced(folder: Path, more: tuple[str, ...]) -> None:
    """A pipe stands for every special file: a device is never tried."""
    os.mkfifo("pipe.csv")
    os.mkfifo("pipe.svg")
    Path("folder.csv").mkdir()
    before = sorted(os.listdir("."))
    assert codes(small.run("county.csv", *more)) == ["host.not_a_file"]
    assert stat.S_ISFIFO(os.lstat("pipe.csv").st_mode) and stat.S_ISFIFO(os.lstat("pipe.svg").st_mode)
    assert sorted(os.listdir(".")) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize(
    "command",
    [
        ["report", "nobody.json"],
        ["build", "pack.sangao"],
        ["measure", "nobody"],
        ["list", "nothing", "nobody"],
    ],
)
def test_each_command_that_writes_says_so_before_the_work(folder: Path, command: list[str]) -> None:
    os.mkfifo("pipe.json")
    result = CliRunner().invoke(app(), [*command, "--out", "pipe.json"])
    assert result.exit_code == 2 and "host.not_a_file" in result.stderr, result.output
    assert stat.S_ISFIFO(os.lstat("pipe.json").st_mode)


def test_of_a_link_the_file_it_leads_to_is_written(folder: Path) -> None:
    Path("2025").mkdir()
    Path("out.csv").symlink_to("2025/answers.csv")
    Path("aside.csv").symlink_to("2025/aside.csv")
    small.done("county.csv", "out.csv", "--rejects", "aside.csv")
    small.done("county.csv", "plain.csv")
    assert Path("out.csv").is_symlink() and Path("aside.csv").is_symlink()
    assert Path("2025/answers.csv").read_bytes() == Path("plain.csv").read_bytes()
    assert Path("2025/aside.csv").read_bytes() == Path("plain.csv.rejects.csv").read_bytes()
    Path("round.csv").symlink_to("round.csv")
    with pytest.raises(SangaoError, match=r"host\.unwritable"):
        write(Path("round.csv"), "")


@pytest.mark.parametrize("out", ["a.txt", "a", "a.xlsx"])
def test_other_endings_are_refused(folder: Path, out: str) -> None:
    assert codes(small.run("county.csv", out)) == ["table.out_form"]
    result = CliRunner().invoke(app(), ["measure", "nobody", "--out", out])
    assert result.exit_code == 2 and "host.out_form" in result.stderr


def test_the_file_that_would_be_written_over_is_named(folder: Path) -> None:
    small.done("county.csv", "out.csv")
    result = small.run("county.csv", "out.csv", "--previous", "out.csv")
    assert codes(result) == ["table.clash"] and "county.csv" not in result.stderr


def test_another_group_is_not_called_another_mapping(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "EVERY", 0.0)
    monkeypatch.setattr(running, "BATCH", 25)
    with monkeypatch.context() as patched:
        stopping_at(patched, tally.Tally, "add", 2)
        assert isinstance(small.run("county.csv", "out.csv", "--group", "机构").exception, Stopped)
    result = small.run("county.csv", "out.csv")
    assert codes(result) == ["table.other_run"] and "--group" in result.stderr and "映射" not in result.stderr
    assert small.run("county.csv", "out.csv", "--group", "机构").exit_code == 0
