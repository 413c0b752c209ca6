"""The wheel holds what the tree holds (a folder without `__init__.py` imports from the tree and is lost there)."""

import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("engine", "adapters", "guidelines")
RUBBISH = shutil.ignore_patterns("__pycache__", "*.py[cod]", "*.so", "*.pyd", "*.o", ".*")


def files(folder: Path) -> set[PurePosixPath]:
    return {PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy without the links: a `build/` left by an older tree would come back in the wheel."""
    copy = tmp_path_factory.mktemp("tree") / "sangao"
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=RUBBISH)
    (copy / "sangao").mkdir()
    for name in ("pyproject.toml", "setup.py", "LICENSE", "DISCLAIMER.md", "sangao/__init__.py", "sangao/py.typed"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> set[PurePosixPath]:
    """The names in a wheel built with the tools of this environment, so that no network is needed."""
    source, out = tree.parent / "source", tmp_path_factory.mktemp("wheel")
    shutil.copytree(tree, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.glob("sangao-*.whl")
    with ZipFile(path) as archive:
        return {PurePosixPath(name) for name in archive.namelist()}


def test_the_wheel_holds_every_file_of_the_tree(tree: Path, wheel: set[PurePosixPath]) -> None:
    wanted = {
        PurePosixPath("sangao") / name
        for folder in FOLDERS
        for name in map(PurePosixPath(folder).joinpath, files(tree / folder))
    }
    lost = sorted(map(str, wanted - wheel))
    assert not lost, f"lost on the way to the wheel (a missing __init__.py, or a pattern in package-data): {lost}"


def test_the_wheel_holds_every_guideline_document(wheel: set[PurePosixPath]) -> None:
    documents = {
        PurePosixPath("sangao/guidelines") / path.relative_to(ROOT / "guidelines").as_posix()
        for path in (ROOT / "guidelines").rglob("*.yaml")
    }
    assert documents <= wheel


def test_the_wheel_brings_one_name_and_its_papers(wheel: set[PurePosixPath]) -> None:
    tops = {name.parts[0] for name in wheel}
    (info,) = tops - {"sangao"}
    assert info.endswith(".dist-info")
    assert PurePosixPath("sangao/py.typed") in wheel
    assert {PurePosixPath(info) / "licenses" / name for name in ("LICENSE", "DISCLAIMER.md")} <= wheel
    assert not [str(name) for name in wheel if "tests" in name.parts or "__pycache__" in name.parts]
