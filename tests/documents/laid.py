"""A document laid over a copy of `base/`, used as a host or an author would use it, and the problems that come of it.

`base/` holds a minimal pack, a small shared folder, and for charts and tables the pack of a clinic with its mapping
file. A document is one file, or a folder of files that are laid over the base together. Comment lines at the head of
the file (in the folder: of its `expect.txt`) steer this:

    # at: params.yaml                       where it stands (default: rules/<its name>); `shared/…` is the shared one,
                                            of a chart, table or host, and with `run`, a place beside the packs
    # without: pack.yaml                    a file of the base that is taken away
    # grow: 1000000                         that many bytes of comment are added at its end
    # folder: nobody                        an empty folder that is made beside the packs
    # doubles: refuse                       what a cohort makes of a person who stands twice
    # setting: has_lab perhaps              a site setting the pack is compiled with
    # run: decide chart.json --pack clinic  the command line; without it the folder `minimal` is compiled and checked
    # expect: rules.duplicate_key 3:1       a problem; `file:line:column` or `file` for a place in another file; of a
                                            chart the fact, of a row of a table line and column, `-` for none

The head of a file that is no YAML is taken off before it is laid out. All problems must be named.
"""

import csv
import io
import json
import re
import shlex
import shutil
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sangao.adapters import main
from sangao.adapters.hub import hub
from sangao.engine import cases
from sangao.engine.cli.cohort import Refused, open_cohort
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.fact import Dictionary
from sangao.engine.guide import Pack
from sangao.engine.passes import check, compile_folder
from sangao.engine.rules.folder import read_folder, read_shared

HERE = Path(__file__).parent
HEAD = re.compile(r"^# (at|without|grow|folder|setting|doubles|run|expect): (.+?)\s*$")
EXPECT = "expect.txt"
NOWHERE = "-"
BESIDE = {
    "chart": ("chart.json", "decide chart.json --pack clinic"),
    "fhir": ("bundle.json", "decide bundle.json --pack clinic --on 2025-06-01"),
    "table": ("map.yaml", "stratify patients.csv --map map.yaml --pack clinic --out answers.csv"),
    "host": ("chart.json", ""),
    "chinese": ("document.xml", "decide document.xml --pack clinic"),
    "hl7": ("message.hl7", "decide message.hl7 --pack clinic"),
    "cohort": ("people.ndjson", "cohort people.ndjson"),
    "measure": ("profiles/county.yaml", "check profiles/county.yaml"),
    "worklist": ("worklists/county.yaml", "check worklists/county.yaml"),
    "report": ("reports/county.yaml", "check reports/county.yaml"),
    "journal": ("log.jsonl", "journal verify log.jsonl"),
    "service": ("service.toml", "serve --check --settings service.toml"),
}
"""Where a document of these areas stands by default, and how it is used."""


@dataclass(frozen=True)
class Found:
    """One problem as a host sees it."""

    code: str
    place: str
    given: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code} {self.place}".strip()


def documents(folder: str) -> list[Path]:
    """Return the documents of `good` or `bad`, by area and name."""
    return sorted(one for one in (HERE / folder).glob("*/*" if folder == "bad" else "*") if one.name != "__pycache__")


def head(path: Path, key: str) -> list[str]:
    """Return what the head of a document says under a key."""
    text = (path / EXPECT if path.is_dir() else path).read_bytes().decode("utf-8", "replace")
    lines = takewhile(lambda line: line.startswith("#"), text.splitlines())
    return [found[2] for line in lines if (found := HEAD.fullmatch(line)) and found[1] == key]


def standing(path: Path) -> str:
    """Return where a document of one file stands, relative to its pack or (areas of hosts) to the packs' folder."""
    default = f"rules/{path.name}"
    if path.parent.name in BESIDE:
        default = "patients.csv" if path.suffix == ".csv" else BESIDE[path.parent.name][0]
    return next(iter(head(path, "at")), default)


def lay_out(path: Path, into: Path) -> None:
    """Put a document over a copy of the base."""
    shutil.copytree(HERE / "base", into, dirs_exist_ok=True)
    for name in head(path, "folder"):
        (into / name).mkdir()
    gone = head(path, "without")
    for name in gone:
        (into / "minimal" / name).unlink()
    if path.is_dir():
        shutil.copytree(path, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECT))
    elif not gone:
        at = standing(path)
        beside = at.startswith("shared/") or path.parent.name in BESIDE or head(path, "run")
        target = into / at if beside else into / "minimal" / at
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        if path.suffix != ".yaml":
            data = b"".join(line for line in data.splitlines(keepends=True) if not _of_head(line))
        target.write_bytes(data + b"#" * sum(map(int, head(path, "grow"))))


def _of_head(line: bytes) -> bool:
    return HEAD.fullmatch(line.decode("utf-8", "replace").rstrip("\r\n")) is not None


def problems_of(path: Path, into: Path) -> list[Found]:
    """Return every problem that comes of a document that was laid out."""
    run = next(iter(head(path, "run")), BESIDE.get(path.parent.name, ("", ""))[1])
    if run.startswith("cohort "):
        return gathered(Path(run.split()[1]), next(iter(head(path, "doubles")), "merge"))
    if run:
        return commanded(shlex.split(run), into)
    settings = dict(one.split(" ", 1) for one in head(path, "setting"))
    return [
        Found(one.code, str(one.where), "", tuple(one.report(lang) for lang in ("zh", "en")))
        for one in folder_problems(into / "minimal", settings)
    ]


def folder_problems(pack: Path, settings: dict[str, str]) -> list[Problem]:
    """Read a folder; when nothing is wrong compile it, and when that goes well check it and run its cases."""
    _, found = read_folder(pack)
    _, shared = read_shared(pack.parent / "shared")
    found += shared
    if any(problem.severity == "error" for problem in found):
        return found
    try:
        compiled = compile_folder(pack, settings=settings)
    except SangaoError as error:
        return found + [problem for problem in error.problems if problem not in found]
    found += check(compiled)
    return found + [one.problem() for one in cases.run_all(Pack(compiled)) if one.wrong]


def commanded(arguments: list[str], into: Path) -> list[Found]:
    """Run the command line in a folder and return the problems it prints, with those of the rejects file."""
    done = CliRunner().invoke(main.app(), [*arguments, "--format", "json"], catch_exceptions=False)
    printed = [json.loads(text) for text in (done.stdout, done.stderr) if text.strip().startswith("{")]
    found = [_printed(one) for part in printed for one in part.get("problems", ())]
    rejects = into / "answers.csv.rejects.csv"
    if rejects.exists():
        rows = csv.DictReader(io.StringIO(rejects.read_text("utf-8")))
        found += [
            Found(row["code"], f"{row['line']}:{row['column']}".strip(":"), row["value"], (row["zh"], row["en"]))
            for row in rows
        ]
    return found


def gathered(source: Path, doubles: str) -> list[Found]:
    """Read a cohort as the commands over many charts do and return what was refused."""
    found: list[Found] = []

    def refused(one: Refused) -> None:
        texts = tuple(say(lang) for say in (one.problem.text, one.problem.help) for lang in ("zh", "en"))
        found.append(Found(one.problem.code, one.where, one.value, texts))

    nobody = Dictionary({}, {})
    try:
        list(open_cohort(hub().hook, source, None, None, nobody, doubles).charts(refused))  # type: ignore[arg-type]
    except SangaoError as error:
        found += [_printed({**one.to_dict(), "where": str(one.where)}) for one in error.problems]
    return found


def _printed(one: dict[str, Any]) -> Found:
    texts = tuple(one[part][lang] for part in ("text", "help") for lang in ("zh", "en"))
    given = "" if one["given"] is None else str(one["given"])
    return Found(one["code"], one["where"] or one["fact"] or "", given, texts)


def expected(path: Path) -> list[str]:
    """Return the problems a document names, each as `code place`."""
    named = []
    for line in head(path, "expect"):
        code, _, place = line.partition(" ")
        if not path.is_dir() and path.parent.name not in ("chart", "host") and path.suffix == ".yaml":
            at = standing(path)
            place = f"{at}:{place}" if re.fullmatch(r"[0-9]+:[0-9]+", place) else place or at
        named.append(f"{code} {'' if place == NOWHERE else place}".strip())
    return sorted(named)
