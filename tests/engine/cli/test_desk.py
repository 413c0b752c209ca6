"""A command that compiles says so on a terminal, and only there."""

import sys
import time

import pytest

from sangao.engine.cli import desk


@pytest.mark.parametrize(("terminal", "seconds", "told"), [(True, 0.5, True), (True, 0, False), (False, 0.5, False)])
def test_a_long_silence_is_broken_on_a_terminal_only(
    terminal: bool, seconds: float, told: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(desk, "SILENCE", 0.1)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with desk.patience("htn_primary_2025"):
        time.sleep(seconds)
    out, err = capsys.readouterr()
    assert ("htn_primary_2025" in err) is told and out == ""
