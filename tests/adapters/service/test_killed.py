"""The whole service is killed while it answers: whoever got an answer finds it in the log."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from sangao.adapters.journal.log import Journal

pytestmark = pytest.mark.long
BODY = {"chart": {"facts": {"sbp_office": 152, "dbp_office": 96}}, "decisions": ["htn.grade"]}
ROUNDS, CLIENTS = 5, 4


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def started(place: Path, port: int) -> subprocess.Popen[bytes]:
    set_ = {
        "SANGAO_JOURNAL_URL": str(place),
        "SANGAO_PACKS_DEFAULT": "htn_primary_2025",
        "SANGAO_SERVER_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-c", "from sangao.adapters.main import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **set_}, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the service did not become ready")


def asking(port: int, told: list[str]) -> None:
    """Ask until the service is gone, and note what was answered."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        try:
            while True:
                told.append(client.post("/api/v1/decide", json=BODY).raise_for_status().json()["entry"])
        except httpx.TransportError:
            return


def test_a_killed_service_has_every_answer_it_gave_in_its_log(tmp_path: Path) -> None:
    place, told, chance = tmp_path / "log.db", list[str](), random.Random(5)
    for _ in range(ROUNDS):
        port = free()
        process = started(place, port)
        clients = [threading.Thread(target=asking, args=(port, told)) for _ in range(CLIENTS)]
        for one in clients:
            one.start()
        time.sleep(chance.uniform(0.3, 1.5))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for one in clients:
            one.join()
    with Journal.open(place) as journal:
        assert journal.verify() == ()
        kept = {row.draft.subject for row in journal.entries()}
    assert len(told) > ROUNDS * CLIENTS and set(told) <= kept
