"""The full-size tier: every test at full size, then every benchmark; the report is `benchmarks/LONG.md`.

`make long` runs all of it, `make bench` only the benchmarks (`--only bench`), printing and leaving the report alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPORT = HERE / "LONG.md"

# The table of contents. A name whose file is not written yet is reported as absent, not passed over.
BENCHES = ("one_patient.py", "million.py", "files.py", "engines.py", "nhanes.py", "service.py")


@dataclass(frozen=True)
class Part:
    """One thing that ran: what it printed, how long it took, how it ended (None: there is no such file)."""

    name: str
    output: str
    seconds: float
    exit: int | None

    @property
    def verdict(self) -> str:
        if self.exit is None:
            return "absent"
        return "passed" if self.exit == 0 else f"FAILED (exit {self.exit})"


def run(name: str, command: list[str]) -> Part:
    """Run one part, showing its output as it comes and keeping it."""
    print(f"\n== {name}", flush=True)
    env = os.environ | {"SANGAO_TIER": "long", "PYTHONUNBUFFERED": "1"}
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        lines = list(echo(process.stdout))
    return Part(name, "".join(lines), time.perf_counter() - start, process.returncode)


def echo(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        yield line


def tests() -> Iterator[Part]:
    """All tests, with those marked `long`, on all cores: no test is timed."""
    many = ["-n", str(os.cpu_count() or 1), "--dist", "worksteal"]
    yield run("tests", [sys.executable, "-m", "pytest", "-q", "-m", "", *many, "--durations=15"])


def benches() -> Iterator[Part]:
    for name in BENCHES:
        path = HERE / name
        yield run(name, [sys.executable, str(path)]) if path.exists() else Part(name, "", 0.0, None)


def first(path: str, key: str) -> str:
    """The value of the first `key: value` line of a Linux information file, or nothing."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def machine() -> str:
    cpu = first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = first("/proc/meminfo", "MemTotal").removesuffix(" kB")
    gigabytes = f", {int(memory) / 2**20:.1f} GiB" if memory.isdigit() else ""
    return f"{cpu}, {os.cpu_count()} cores{gigabytes}, {platform.system()} {platform.release()}"


def commit() -> str:
    """The commit that ran, marked when the tree held changes beyond it."""
    command = ["git", "describe", "--always", "--abbrev=12", "--dirty=, with uncommitted changes"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return answer.stdout.strip() or "not a git checkout"


def page(parts: list[Part], began: datetime, source: str) -> str:
    lines = [
        "# The full-size tier",
        "",
        "Written by `make long`; do not edit. Compare ratios; absolute times belong to one machine.",
        "",
        f"* date: {began:%Y-%m-%d %H:%M} UTC",
        f"* commit: {source}",
        f"* machine: {machine()}",
        f"* Python: {platform.python_implementation()} {platform.python_version()}",
        "",
        "| part | result | seconds |",
        "|---|---|---|",
        *(f"| {part.name} | {part.verdict} | {part.seconds:.1f} |" for part in parts),
    ]
    for part in parts:
        if part.output.strip():
            lines += ["", f"## {part.name}", "", "````text", part.output.strip("\n"), "````"]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["bench", "tests"], help="run one half and leave the report alone")
    only = parser.parse_args().only
    began, source = datetime.now(UTC), commit()
    parts = [*(tests() if only != "bench" else ()), *(benches() if only != "tests" else ())]
    if only is None:
        REPORT.write_text(page(parts, began, source), encoding="utf-8")
        print(f"\nwrote {REPORT.relative_to(ROOT)}")
    print(*(f"{part.name}: {part.verdict}" for part in parts), sep="\n")
    return int(any(part.exit for part in parts))


if __name__ == "__main__":
    sys.exit(main())
