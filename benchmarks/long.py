"""The full-size tier: every test at full size, then every benchmark; the report is `benchmarks/LONG.md`.

`make long` runs all of it, some three hours on two cores, in parts, and may be stopped: begun again, on a fresh clone
too, it takes over from the report the parts that passed and rest on nothing that has changed since (`ARGS=--anew`: it
does not). `ARGS="--parts 'htn|tests'"` runs the parts whose names match and says which are left. `make bench` runs only
the benchmarks, printing and leaving the report alone.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
REPORT = HERE / "LONG.md"

# The table of contents. A name whose file is not written yet is reported as absent, not passed over.
BENCHES = ("one_patient.py", "test_parts.py", "million.py", "files.py", "engines.py", "nhanes.py", "service.py")
CHARTS, MUTANTS = "tests/laws/test_charts.py", "tests/laws/test_mutants.py"

# What the laws on charts rest on beside the compiled pack, whose hash speaks for its rules and for the compiler.
RUNNERS = ("engine/run", "engine/pack", "engine/quantity", "engine/chart.py", "engine/fact.py", "engine/formulas.py")
RUNNERS += (
    "engine/answer.py",
    "engine/guide.py",
    "engine/lattice.py",
    "engine/truth.py",
    "engine/windows.py",
    "tests/laws",
)
# Folders of tests that nothing outside them imports: a change there is theirs alone. `packaging` looks at every file.
ALONE = frozenset({"docs", "documents", "guidelines", "packaging"})
SOURCES = ("engine", "guidelines", "adapters")
BESIDE = ("docs", "examples", "sangao", "pyproject.toml", "setup.py", "constraints.txt", "README.md")


@dataclass(frozen=True)
class Task:
    """One thing to run: its command, what it adds to the environment, and what it rests on: paths and other marks."""

    name: str
    command: list[str]
    paths: tuple[str, ...]
    around: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()

    def key(self) -> str | None:
        """Return what names the present state of all it rests on; None where something is not committed."""
        if git("status", "--porcelain", "--", *self.paths):
            return None
        trees = git("rev-parse", *(f"HEAD:{one}" for one in self.paths))
        resting = (trees, python(), platform.system(), *self.marks, *self.command[1:])
        return hashlib.sha256("\n".join(resting).encode()).hexdigest()[:16]


COUNTED = re.compile(r"=*\s*(\d+ (?:passed|failed).*?) in [0-9.]+s")  # the last line of pytest
# A line of the report; before 2026-11-23 it did not say what the part rested on.
LINE = re.compile(
    r"^\| (.+?) \| (\S+) \| (.+?) \| (\d+) \| (passed.*?|FAILED \(exit (-?\d+)\)) \| (.*?) ?\|(?: `(\w*)` \|)?$",
    re.MULTILINE,
)
CHANGED = "passed; changed since"
PRINTED = re.compile(r"^## ([^\n]+)\n\n````text\n(.*?)\n````$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One thing that ran: at which commit, what it printed, when and how long, how it ended (None: no such file)."""

    name: str
    commit: str
    output: str
    began: str
    seconds: float
    exit: int | None
    key: str = ""  # what it rested on, for the next run
    changed: bool = False  # what it rests on has changed since it passed

    @property
    def due(self) -> bool:
        """Whether it is to run again."""
        return self.changed or self.exit != 0

    @property
    def verdict(self) -> str:
        if self.exit is None:
            return "absent"
        if self.exit == 0:
            return CHANGED if self.changed else "passed"
        return f"FAILED (exit {self.exit})"

    @property
    def counted(self) -> str:
        """What pytest counted at its end, nothing of a benchmark."""
        return next((found[1] for line in self.output.splitlines()[-3:] if (found := COUNTED.match(line))), "")


def run(task: Task, source: str) -> Part:
    """Run one part, showing its output as it comes and keeping it."""
    print(f"\n== {task.name}", flush=True)
    env = os.environ | {"SANGAO_TIER": "long", "PYTHONUNBUFFERED": "1"} | task.around
    start, began = time.perf_counter(), f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    with subprocess.Popen(
        task.command, cwd=ROOT, env=env, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        lines = list(echo(process.stdout))
    return Part(task.name, source, "".join(lines), began, time.perf_counter() - start, process.returncode)


def echo(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        yield line


def tests(folder: str = "") -> tuple[str, ...]:
    """Return the tests that the tests of a folder rest on: its own, and all that others may import."""
    if folder == "packaging":
        return ("tests",)
    names = sorted(one.name for one in (ROOT / "tests").iterdir() if not one.name.startswith(("__pycache__", ".")))
    return tuple(f"tests/{one}" for one in names if one not in ALONE or one == folder)


def tasks(only: str | None) -> Iterator[Task]:
    """Yield the parts: tests on all cores (none is timed), the laws on charts pack by pack, each benchmark alone."""
    many = ["-m", "pytest", "-q", "-m", "", "-n", str(os.cpu_count() or 1), "--dist", "worksteal", "--durations=10"]
    if only != "bench":
        from tests.laws.test_charts import PACKS, pack

        yield Task("mutants", [sys.executable, *many, MUTANTS], ("engine", "guidelines", *tests()))
        for name in PACKS:
            yield Task(
                f"charts of {name}",
                [sys.executable, *many, CHARTS],
                RUNNERS,
                {"SANGAO_PACKS": name},
                (name, pack(name).hash),
            )
        for folder in sorted({one.relative_to(ROOT / "tests").parts[0] for one in ROOT.glob("tests/*/**/test_*.py")}):
            left = [f"--ignore={CHARTS}", f"--ignore={MUTANTS}"] if folder == "laws" else []
            paths = (*SOURCES, *BESIDE, *tests(folder))
            yield Task(f"tests of {folder}", [sys.executable, *many, *left, f"tests/{folder}"], paths)
    if only != "tests":
        for name in BENCHES:
            paths = (*SOURCES, *tests(), f"benchmarks/{name}")
            yield Task(name, [sys.executable, f"benchmarks/{name}"], paths, marks=(machine(),))


def reported(text: str) -> dict[str, Part]:
    """Return the parts of a report by name; one of which it does not say what it rested on has changed since."""
    outputs = dict(PRINTED.findall(text))
    found = {}
    for name, source, began, seconds, verdict, exit, counted, key in LINE.findall(text):
        output = outputs.get(name, f"{counted} in 0s" if counted else "")
        changed = not key or verdict == CHANGED
        found[name] = Part(name, source, output, began, float(seconds), int(exit or 0), key, changed)
    return found


def done(task: Task, source: str) -> Part:
    """Run a part; a benchmark whose file is not written yet is absent."""
    if task.command[-1].endswith(".py") and not Path(ROOT, task.command[-1]).exists():
        return Part(task.name, source, "", "", 0.0, None)
    key = task.key() or ""
    return replace(run(task, source), key=key)


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


def python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def commit() -> str:
    """The commit that ran, marked when the tree held changes beyond it (the report itself apart)."""
    head = git("rev-parse", "--short=12", "HEAD")
    changed = git("status", "--porcelain", "--", ".", f":!{REPORT.relative_to(ROOT)}")
    return f"{head}, with uncommitted changes" if head and changed else head or "not a git checkout"


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def page(parts: list[Part], left: list[str], source: str) -> str:
    lines = [
        "# The full-size tier",
        "",
        "Written by `make long`; do not edit. Compare ratios; absolute times belong to one machine. A part that ran",
        "at an earlier commit was taken over: nothing it rests on has changed since (`long.py` says what). One that is",
        f"`{CHANGED}` passed at its commit and is to run again.",
        "",
        f"* commit: {source}",
        f"* machine: {machine()}",
        f"* Python: {python()}",
        *([f"* **not finished**: {', '.join(left)}"] if left else []),
        "",
        "| part | commit | began (UTC) | seconds | result | | rests on |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.commit} | {one.began} | {one.seconds:.0f} | {one.verdict} | {one.counted} | `{one.key}` |"
        for one in parts
    ]
    for part in parts:
        if part.output.strip() and (part.exit or not part.counted):
            lines += ["", f"## {part.name}", "", "````text", *part.output.strip("\n").splitlines(), "````"]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["bench", "tests"], help="run one half and leave the report alone")
    parser.add_argument("--anew", action="store_true", help="run also what passed before and has not changed")
    parser.add_argument("--parts", default="", help="a regular expression: run only the parts whose names match")
    given = parser.parse_args()
    source, report = commit(), given.only is None
    before = reported(REPORT.read_text(encoding="utf-8")) if report and REPORT.exists() else {}
    todo = list(tasks(given.only))
    parts: dict[str, Part | None] = {}
    for task in todo:  # what need not run stands in the report from the start
        part, anew = before.get(task.name), given.anew and re.search(given.parts, task.name)
        if part is not None and (anew or part.key != task.key()):
            part = replace(part, changed=True)
        parts[task.name] = part
    print(*(f"{name}: {part.verdict}" for name, part in parts.items() if part), sep="\n", flush=True)
    for task in todo:
        part = parts[task.name]
        if (part is None or part.due) and re.search(given.parts, task.name):
            parts[task.name] = done(task, source)
        if report:  # written after each part: a run that is stopped has said what it saw
            left = [name for name, one in parts.items() if one is None or one.due]
            REPORT.write_text(page([one for one in parts.values() if one], left, source), encoding="utf-8")
    if given.only is None:
        print(f"\nwrote {REPORT.relative_to(ROOT)}")
    print(*(f"{name}: {part.verdict if part else 'not run'}" for name, part in parts.items()), sep="\n")
    return int(any(part is None or part.due for part in parts.values()))


if __name__ == "__main__":
    sys.exit(main())
