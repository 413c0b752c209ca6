"""Ten minutes of calls: memory stays where it was after the first (tier long; `SANGAO_SOAK_SECONDS`: other times)."""

import asyncio
import os
import random
import resource
import time
from pathlib import Path

import httpx
import pytest

from sangao.adapters.service.app import create_app
from tests.adapters.service.hosted import PERSON, call, condition, drug, found, pressure, settings_of

SECONDS = float(os.environ.get("SANGAO_SOAK_SECONDS", "600"))
GROWTH = 48 * 1024 * 1024


def memory() -> int:
    """Return the bytes this process has in memory now, its highest where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.long
def test_memory_stays_flat(tmp_path: Path) -> None:
    dice = random.Random(11)

    async def soak() -> list[int]:
        app = create_app(settings_of(journal_url=str(tmp_path / "log.db")))
        marks: list[int] = []
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8042") as client:
                while (await client.get("/ready")).status_code != 200:
                    await asyncio.sleep(0.05)
                begun = time.monotonic()
                while (past := time.monotonic() - begun) < SECONDS:
                    bp = [
                        pressure(f"b{i}", dice.randint(100, 200), dice.randint(55, 98), f"2026-03-0{i}")
                        for i in (1, 5, 9)
                    ]
                    data = {"patient": PERSON, "bp": found(*bp), "meds": found(drug("C09AA02"))}
                    body = call(prefetch={**data, "conditions": found(condition("I10"))})
                    for service in ("diagnosis-correctness", "next-steps"):
                        assert (await client.post(f"/cds-services/{service}", json=body)).status_code == 200
                    if past > SECONDS / 10 * (len(marks) + 1):
                        marks.append(memory())
        return marks

    marks = asyncio.run(soak())
    assert len(marks) >= 8
    assert marks[-1] - marks[1] < GROWTH, f"memory by tenths of the time: {marks}"
