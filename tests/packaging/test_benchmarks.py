"""The benchmarks of parts still run: what they call has the shape they hand over. Nothing is timed here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PARTS = Path(__file__).resolve().parents[2] / "benchmarks" / "test_parts.py"


def test_every_part_of_an_answer_can_be_measured() -> None:
    pytest.importorskip("pytest_benchmark")
    once = ["--benchmark-min-rounds=1", "--benchmark-max-time=0", "--benchmark-calibration-precision=1"]
    alone = {key: one for key, one in os.environ.items() if not key.startswith("PYTEST_XDIST")}
    run = subprocess.run(
        [sys.executable, str(PARTS), *once], capture_output=True, text=True, cwd=PARTS.parents[1], env=alone
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert " passed" in run.stdout and "failed" not in run.stdout
