"""Two small packs as a service would serve them: folders, saved bytes, and files put as an operator does."""

import os
from pathlib import Path

import pytest

from sangao.engine.errors import SangaoError

BASE = Path(__file__).parents[2] / "documents" / "base"
CLINIC, MINIMAL = "clinic", "minimal"  # ids of small packs
CLINIC_FOLDER, MINIMAL_FOLDER = str(BASE / CLINIC), str(BASE / MINIMAL)


def put(path: Path, data: bytes) -> None:
    """Write as an operator should: beside, then renamed."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)


def code(error: pytest.ExceptionInfo[SangaoError]) -> str:
    return error.value.problems[0].code
