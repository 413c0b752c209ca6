"""The tree keeps the shape that packaging relies on."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters import hookspecs

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("engine", "adapters", "guidelines")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# An address of a package registry, of a mirror of one, or an option that names one.
REGISTRY = re.compile(
    r"""(?:https?|file)://[^\s"'<>)]*(?:pypi|pythonhosted|/simple\b|npmjs|crates\.io|proxy\.golang)
      | https?://(?:mirrors?|registry)\.
      | (?:index[-_]url|find[-_]links|trusted[-_]host)[\s=:"']+[^\s"']*[./][^\s"']*
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tracked() -> Iterator[Path]:
    """The files git tracks; links are skipped, their targets are listed themselves."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return (path for path in paths if path.is_file() and not path.is_symlink())


def test_every_folder_with_python_is_a_package() -> None:
    homes = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    above = {up for home in homes for up in home.parents if ROOT in up.parents}
    assert not [str(home.relative_to(ROOT)) for home in sorted(homes | above) if not (home / "__init__.py").exists()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_links_stand(folder: str) -> None:
    """Without them mypy checks one file and says success."""
    link = ROOT / "sangao" / folder
    assert link.is_symlink(), f"{link} is not a link: was this checked out without symlink support?"
    assert link.readlink() == Path("..") / folder


def test_no_tracked_file_names_a_registry() -> None:
    found = []
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in REGISTRY.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "https://" + "pypi.example/simple",
        "--index-url " + "http://h/s",
        "file:///opt/" + "pypi/files",
        "https://" + "mirrors.example.cn/x",
    ],
)
def test_a_registry_address_is_recognised(text: str) -> None:
    assert REGISTRY.search(text)


def test_constraints_are_plain_pins() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert not [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]
    assert pins == sorted(pins, key=str.lower)


def test_every_dependency_is_pinned() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *chain(*PROJECT["project"]["optional-dependencies"].values())]
    pinned = {name(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    assert {name(line) for line in wanted} - {"sangao"} <= pinned


def name(requirement: str) -> str:
    """The name of a requirement as registries compare it: `types_PyYAML>=6` is `types-pyyaml`."""
    bare = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert bare is not None
    return re.sub(r"[-_.]+", "-", bare.group()).lower()


@pytest.mark.parametrize(
    "target", [*PROJECT["project"]["scripts"].values(), *PROJECT["project"]["entry-points"]["sangao"].values()]
)
def test_every_announced_module_exists(target: str) -> None:
    assert find_spec(target.partition(":")[0]) is not None


def test_the_kernel_is_under_contract_once_it_exists() -> None:
    """`native` cannot stand in a forbidden contract before its folder does."""
    if not (ROOT / "engine" / "native").exists():
        return
    contracts = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert "sangao.engine.native" in contracts["running needs no authoring"]["source_modules"]


def test_no_module_is_named_as_a_hook() -> None:
    """Once imported, such a module would stand where the package has its hook, and the hub would not find it."""
    hooks = {name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), f"{hookspecs.PROJECT}_spec")}
    assert "commands" in hooks
    assert [path for path in (ROOT / "adapters").rglob("*.py") if path.stem in hooks] == []
