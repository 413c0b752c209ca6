"""Files of a command are whole or not there, and a disk that is full is said to be."""

import errno
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.cli.files import rejecting, write
from sangao.engine.cli.refused import whole
from sangao.engine.errors import Problem, SangaoError


class Full:
    """A file on a disk that is full."""

    def writerow(self, cells: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_values_are_refused_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SangaoError) as raised, rejecting(tmp_path / "rejects.csv", None) as refusing:
        refusing.writer = Full()
        refusing(whole("people.csv:2", Problem("cohort.not_a_chart")))
    [problem] = raised.value.problems
    assert (problem.code, problem.parts["reason"]["zh"]) == ("host.unwritable", "磁盘已满")
    assert raised.value.usage and not list(tmp_path.iterdir())


def test_a_file_is_written_whole_or_the_older_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "page.txt", "first")

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SangaoError):
        write(tmp_path / "page.txt", "second")
    assert [one.name for one in tmp_path.iterdir()] == ["page.txt"]
    assert (tmp_path / "page.txt").read_text() == "first"
