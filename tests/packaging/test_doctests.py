"""The examples in docstrings run, under the names users import (`--doctest-modules engine` loads second copies)."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import sangao.adapters
import sangao.engine


def modules(package: str, home: str) -> list[str]:
    """The modules of a package, found as files so that collecting imports none of them."""
    found = []
    for path in sorted(Path(home).rglob("*.py")):
        parts = path.relative_to(home).with_suffix("").parts
        if parts[-1] != "__main__":
            found.append(".".join((package, *parts)).removesuffix(".__init__"))
    return found


@pytest.mark.parametrize(
    "module",
    [name for house in (sangao.engine, sangao.adapters) for name in modules(house.__name__, house.__path__[0])],
)
def test_the_examples_run(module: str) -> None:
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sangao"):
            raise
        pytest.skip(f"needs {error.name}, which is behind an extra")
    assert doctest.testmod(found, optionflags=doctest.ELLIPSIS).failed == 0
