"""What several tests of the service share."""

from collections.abc import Iterator

import pytest

from sangao.engine.guide import load
from tests.adapters.service.clinics import BASE, CLINIC, MINIMAL
from tests.adapters.service.hosted import Client, hosted


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("saved")
    for name in (CLINIC, MINIMAL):
        load(BASE / name).save(folder / name)
    return {name: (folder / name).read_bytes() for name in (CLINIC, MINIMAL)}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with hosted() as one:
        yield one
