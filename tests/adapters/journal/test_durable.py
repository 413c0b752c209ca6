"""No acknowledged answer is lost, whenever the process is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.adapters.journal.making import log

LONG = os.environ.get("SANGAO_TIER") == "long"
WRITES = """
import asyncio, os, sys, threading
from sangao.adapters.journal.entry import Entry
from sangao.adapters.journal.log import Journal

journal = Journal.open(sys.argv[1])
def entry():
    return Entry("test", "small", "ab" * 32, "cd" * 32, {"decisions": {}}, {"on": "2025-03-09", "text": "x" * 500})
def tell(receipt):
    os.write(1, f"{receipt.id} {receipt.seq}\\n".encode())
def thread():
    while True:
        tell(journal.record(entry()))
async def task():
    while True:
        tell(await journal.recorded(entry()))
async def tasks():
    await asyncio.gather(*(task() for _ in range(8)))
for _ in range(3):
    threading.Thread(target=thread, daemon=True).start()
asyncio.run(tasks())
"""


def killed(place: Path, seconds: float) -> list[str]:
    """Write to a log from threads and tasks, kill -9 after a while, return what was acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITES, str(place)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        told = first + process.stdout.read()
        assert process.wait() == -signal.SIGKILL
    return told.decode().splitlines()


@pytest.mark.parametrize("times", [2, pytest.param(40, marks=pytest.mark.long)])
def test_no_acknowledged_answer_is_lost_by_kill_9(tmp_path: Path, times: int) -> None:
    chance = random.Random(times)
    acknowledged: set[str] = set()
    for _ in range(times):
        told = killed(tmp_path / "log.db", chance.uniform(0, 0.25))
        assert told
        acknowledged |= set(told)
        with log(tmp_path) as journal:
            assert journal.verify() == ()
            kept = {f"{row.draft.subject} {row.seq}" for row in journal.entries()}
        assert acknowledged <= kept, "an answer that was given stands in the log, at its number"


def test_two_processes_begin_and_write_one_chain(tmp_path: Path) -> None:
    place = str(tmp_path / "log.db")
    with (
        subprocess.Popen([sys.executable, "-c", WRITES, place], stdout=subprocess.PIPE) as one,
        subprocess.Popen([sys.executable, "-c", WRITES, place], stdout=subprocess.PIPE) as other,
    ):
        for process in (one, other):
            assert process.stdout is not None and process.stdout.readline()
        time.sleep(1 if LONG else 0.2)
        for process in (one, other):
            process.kill()
    with log(tmp_path) as journal:
        assert journal.verify() == () and journal.head().seq > 2
