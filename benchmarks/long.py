"""The full-size tier: every test at full size, then every benchmark; the report is `benchmarks/LONG.md`.

`make long` runs all of it, some two hours on two cores, and may be stopped: begun again on the same commit it takes
over the parts that passed (`ARGS=--anew`: it does not). `make bench` runs only the benchmarks, printing and leaving the
report alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPORT = HERE / "LONG.md"
KEPT = ROOT / ".benchmarks" / "long"  # what passed, for a run that begins again

# The table of contents. A name whose file is not written yet is reported as absent, not passed over.
BENCHES = ("one_patient.py", "million.py", "files.py", "engines.py", "nhanes.py", "service.py")


DOTS = re.compile(r"[.sxX]+ *(\[ *\d+%\])?")  # pytest's progress: seen while it runs, left out of the page

# The tests at full size, in parts that a stopped run need not repeat: laws on charts, seeded defects, all others.
CHARTS, MUTANTS = "tests/laws/test_charts.py", "tests/laws/test_mutants.py"
TESTS = {
    "charts": [CHARTS],
    "mutants": [MUTANTS],
    "tests": [f"--ignore={CHARTS}", f"--ignore={MUTANTS}"],
}


@dataclass(frozen=True)
class Part:
    """One thing that ran: what it printed, when and how long it ran, how it ended (None: there is no such file)."""

    name: str
    output: str
    began: str
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
    start, began = time.perf_counter(), f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        lines = list(echo(process.stdout))
    return Part(name, "".join(lines), began, time.perf_counter() - start, process.returncode)


def echo(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        yield line


def commands(only: str | None) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts by name: tests on all cores (none is timed), then the benchmarks, each alone."""
    many = ["-n", str(os.cpu_count() or 1), "--dist", "worksteal"]
    if only != "bench":
        for name, which in TESTS.items():
            yield name, [sys.executable, "-m", "pytest", "-q", "-m", "", *many, "--durations=10", *which]
    if only != "tests":
        for name in BENCHES:
            yield name, [sys.executable, str(HERE / name)]


def done(name: str, command: list[str], source: str, anew: bool) -> Part:
    """Return a part: from an earlier run of this very commit where it passed there, else run now."""
    kept = KEPT / source / f"{name}.json"
    if not anew and kept.exists():
        print(f"\n== {name}: passed before on this commit ({kept.relative_to(ROOT)})", flush=True)
        return Part(**json.loads(kept.read_text(encoding="utf-8")))
    if command[-1].endswith(".py") and not Path(command[-1]).exists():
        return Part(name, "", "", 0.0, None)
    part = run(name, command)
    if part.exit == 0 and source.isalnum():  # a tree with changes of its own is no commit
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(part), ensure_ascii=False), encoding="utf-8")
    return part


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
    """The commit that ran, marked when the tree held changes beyond it (the report itself apart)."""
    head = git("rev-parse", "--short=12", "HEAD")
    changed = git("status", "--porcelain", "--", ".", f":!{REPORT.relative_to(ROOT)}")
    return f"{head}, with uncommitted changes" if head and changed else head or "not a git checkout"


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def page(parts: list[Part], total: int, source: str) -> str:
    lines = [
        "# The full-size tier",
        "",
        "Written by `make long`; do not edit. Compare ratios; absolute times belong to one machine.",
        "",
        f"* commit: {source}",
        f"* machine: {machine()}",
        f"* Python: {platform.python_implementation()} {platform.python_version()}",
        *([f"* **not finished**: {total - len(parts)} parts did not run"] if len(parts) < total else []),
        "",
        "| part | began (UTC) | result | seconds |",
        "|---|---|---|---|",
        *(f"| {part.name} | {part.began} | {part.verdict} | {part.seconds:.1f} |" for part in parts),
    ]
    for part in parts:
        shown = [line for line in part.output.splitlines() if not DOTS.fullmatch(line)]
        if any(shown):
            lines += ["", f"## {part.name}", "", "````text", *shown, "````"]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["bench", "tests"], help="run one half and leave the report alone")
    parser.add_argument("--anew", action="store_true", help="run also what passed before on this commit")
    given = parser.parse_args()
    source = commit()
    todo = list(commands(given.only))
    parts: list[Part] = []
    for name, command in todo:
        parts.append(done(name, command, source, given.anew or given.only is not None))
        if given.only is None:  # written after each part: a run that is stopped has said what it saw
            REPORT.write_text(page(parts, len(todo), source), encoding="utf-8")
    if given.only is None:
        print(f"\nwrote {REPORT.relative_to(ROOT)}")
    print(*(f"{part.name}: {part.verdict}" for part in parts), sep="\n")
    return int(any(part.exit for part in parts))


if __name__ == "__main__":
    sys.exit(main())
