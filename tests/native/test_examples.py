"""The C and the Java program of examples/ answer the recorded cases, and those are what the packs say today."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.test_charts import pack
from tests.native import hosted, recorded
from tests.native.hosted import needs_library

ROOT = Path(__file__).parents[2]
CASES = {
    name: text.count("\ncase\t")
    for name in recorded.RECORDED
    for text in [(recorded.FOLDER / f"{name}.tsv").read_text(encoding="utf-8")]
}


@pytest.mark.parametrize("name", recorded.RECORDED)
def test_the_recorded_cases_are_current(name: str) -> None:
    kept = (recorded.FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    assert kept == "".join(recorded.lines(pack(name))), (
        "run `python tests/native/recorded.py` and commit examples/recorded"
    )
    assert CASES[name] > 100


def run(language: str, out: Path) -> str:
    """Build and run an example over packs that are there already; return what it printed."""
    hosted.build()
    for name in CASES:
        (out / f"{name}.sangao").write_bytes(hosted.saved(pack(name)))
    command = ["make", "-s", f"OUT={out}", f"SANGAO={Path(sys.executable).with_name('sangao')}"]
    done = subprocess.run(command, cwd=ROOT / "examples" / language, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_library
def test_a_c_program_answers_the_recorded_cases(tmp_path: Path) -> None:
    said = run("c", tmp_path)
    assert all(f"{many} cases, 0 answered otherwise than recorded" in said for many in CASES.values())
    assert "warning" not in said


@needs_library
@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK on this machine: no javac")
def test_a_java_program_answers_the_recorded_cases(tmp_path: Path) -> None:
    said = run("java", tmp_path)
    assert all(f"{many} cases, 0 answered otherwise than recorded" in said for many in CASES.values())
    assert "warning" not in said.lower()


@needs_library
def test_a_case_that_is_answered_otherwise_is_told_and_fails(tmp_path: Path) -> None:
    run("c", tmp_path)
    wrong = tmp_path / "wrong.tsv"
    kept = (recorded.FOLDER / "htn_primary_2025.tsv").read_text(encoding="utf-8")
    wrong.write_text(kept.replace("\tsettled\tgrade2\t", "\tsettled\tgrade1\t", 1), encoding="utf-8")
    command = [tmp_path / "cases", tmp_path / "htn_primary_2025.sangao", wrong]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "1 answered otherwise" in done.stdout and "recorded ask\thtn.grade" in done.stdout


@needs_library
def test_the_c_of_the_page_compiles_and_says_what_it_should(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "libsangao.md").read_text(encoding="utf-8")
    (tmp_path / "page.c").write_text(page.partition("```c\n")[2].partition("```")[0], encoding="utf-8")
    (tmp_path / "htn.sangao").write_bytes(hosted.saved(pack("htn_primary_2025")))
    here = hosted.build()
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{here}", "page.c", "-o", "page"]
    subprocess.run([*command, f"-L{here}", "-lsangao", f"-Wl,-rpath,{here}"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "page"], cwd=tmp_path, capture_output=True, text=True, check=True)
    outcome = pack("htn_primary_2025").compiled.words["htn.grade=grade1"].zh
    assert done.stdout == f"还不能定,至少:{outcome}\n"
