"""The service as a process: it listens on this machine, closes who does not speak, and stops in good order."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.adapters.service.hosted import PERSON, call


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    folder = tmp_path_factory.mktemp("serving")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "service.toml").write_text(
        f'[server]\nport = {port}\n[limits]\nheader_seconds = 0.5\n[packs]\ndefault = "htn_primary_2025"\n'
        f'[journal]\nurl = "{folder / "log.db"}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-c", "from sangao.adapters.main import main; main()", "serve", "--settings"]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen([*command, str(folder / "service.toml")], stderr=said, text=True, env={**os.environ})
        try:
            for _ in range(600):
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                time.sleep(0.1)
            yield process, port, folder / "said.txt"
        finally:
            process.kill()
            process.wait(10)


def test_who_sends_no_headers_or_not_all_of_them_is_closed(running: tuple[subprocess.Popen[str], int, Path]) -> None:
    for sent in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"):
        with socket.create_connection(("127.0.0.1", running[1]), timeout=10) as line:
            line.sendall(sent)
            assert line.recv(100) == b""
    with socket.create_connection(("127.0.0.1", running[1]), timeout=10) as line:  # the second request of a line too
        line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in line.recv(1000)
        line.sendall(b"GET /health HTTP/1.1\r\n")
        said = line.recv(1000)
        while said:
            assert b"HTTP/1.1" not in said
            said = line.recv(1000)


def test_what_is_no_http_is_400_and_the_service_lives(running: tuple[subprocess.Popen[str], int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", running[1]), timeout=10) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
        assert b"400" in line.recv(1000)
    assert httpx.get(f"http://127.0.0.1:{running[1]}/health").json() == {"status": "ok"}


def test_only_this_machine_is_listened_to(running: tuple[subprocess.Popen[str], int, Path]) -> None:
    others = [one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for address in others:
        if not str(address).startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((str(address), running[1]), timeout=2)


def test_told_to_stop_it_answers_what_it_has_and_ends(running: tuple[subprocess.Popen[str], int, Path]) -> None:
    process, port, said = running
    path = f"http://127.0.0.1:{port}/cds-services/next-steps"
    with httpx.Client() as client:
        assert client.post(path, json=call(prefetch={"patient": PERSON})).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert process.returncode in (0, -signal.SIGTERM)
    text = said.read_text(encoding="utf-8")
    assert "Application shutdown complete" in text and "Traceback" not in text and "1961" not in text
