"""Documents that must pass and documents that must fail, with the exact problems written in the file.

A file of `good/` or `bad/` is put into a copy of `base/` (a minimal pack and a small shared folder) and read; when that
finds no error and the compiler is there, it is compiled as well. Comment lines at the head of a file steer this:

    # at: params.yaml                       where it stands (default: rules/<its name>); `shared/…` is the shared folder
    # without: pack.yaml                    a file of the base that is taken away
    # grow: 1000000                         that many bytes of comment are added at its end
    # expect: rules.duplicate_key 3:1       a problem; `file:line:column` or `file` for a place in another file

A problem whose code is in another area than `rules` is looked for by the compiler only. All problems must be named.
"""

import re
import shutil
from itertools import takewhile
from pathlib import Path

import pytest

from sangao.engine.errors import Problem, SangaoError, catalogue
from sangao.engine.errors.rules import ENTRIES
from sangao.engine.passes import compile_folder
from sangao.engine.rules.folder import read_folder, read_shared

HERE = Path(__file__).parent
GOOD = sorted((HERE / "good").glob("*.yaml"))
BAD = sorted((HERE / "bad").glob("*.yaml"))
HEAD = re.compile(r"^# (at|without|grow|expect): (.+?)\s*$")


def head(path: Path, key: str) -> list[str]:
    """Return what the head of a document says under a key."""
    text = path.read_bytes().decode("utf-8", "replace")
    lines = takewhile(lambda line: line.startswith("#"), text.splitlines())
    return [found[2] for line in lines if (found := HEAD.fullmatch(line)) and found[1] == key]


def lay_out(path: Path, into: Path) -> tuple[Path, str]:
    """Put a document into a copy of the base; return the folder of the pack and where the document stands."""
    shutil.copytree(HERE / "base", into, dirs_exist_ok=True)
    pack = into / "minimal"
    at = next(iter(head(path, "at")), f"rules/{path.name}")
    gone = head(path, "without")
    for name in gone:
        (pack / name).unlink()
    if not gone:
        target = (into if at.startswith("shared/") else pack) / at
        target.parent.mkdir(parents=True, exist_ok=True)
        growth = sum(map(int, head(path, "grow")))
        target.write_bytes(path.read_bytes() + b"#" * growth)
    return pack, at


def problems_of(pack: Path) -> list[Problem]:
    """Read, and when nothing is wrong compile, a folder."""
    _, found = read_folder(pack)
    _, shared = read_shared(pack.parent / "shared")
    found += shared
    if not any(problem.severity == "error" for problem in found):
        try:
            compile_folder(pack)
        except SangaoError as error:
            found += [problem for problem in error.problems if problem not in found]
    return found


def expected(path: Path, at: str) -> list[str]:
    """Return the problems a document names, each as `code file:line:column`."""
    named = []
    for line in head(path, "expect"):
        code, _, place = line.partition(" ")
        named.append(f"{code} {f'{at}:{place}' if re.fullmatch(r'[0-9]+:[0-9]+', place) else place or at}")
    return sorted(named)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_document_has_no_problem(path: Path, tmp_path: Path) -> None:
    pack, _ = lay_out(path, tmp_path)
    assert [problem.report("en") for problem in problems_of(pack)] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_document_has_exactly_the_problems_it_names(path: Path, tmp_path: Path) -> None:
    pack, at = lay_out(path, tmp_path)
    named = expected(path, at)
    assert named, "a bad document says what is wrong with it"
    found = problems_of(pack)
    assert sorted(f"{problem.code} {problem.where}" for problem in found) == named
    for problem in found:
        for lang in ("zh", "en"):
            said = problem.report(lang)
            assert not re.search(r"\{\w+\}", said), f"a part of the message is not filled: {said}"


def test_every_code_of_the_rules_area_has_a_failing_document() -> None:
    shown = {line.split()[0] for path in BAD for line in head(path, "expect")}
    assert ENTRIES.keys() - shown == set()


def test_every_expected_code_stands_in_the_catalogue() -> None:
    shown = {line.split()[0] for path in BAD for line in head(path, "expect")}
    assert shown - catalogue().keys() == set()


def test_problems_of_a_folder_are_sorted_by_file_and_line(tmp_path: Path) -> None:
    for name in ("needs", "wrong_shape", "syntax"):
        lay_out(HERE / "bad" / f"{name}.yaml", tmp_path)
    _, found = read_folder(tmp_path / "minimal")
    places = [(problem.where.file, problem.where.line, problem.where.column) for problem in found]
    assert places == sorted(places)
    assert {file for file, _, _ in places} == {"rules/needs.yaml", "rules/syntax.yaml", "rules/wrong_shape.yaml"}
