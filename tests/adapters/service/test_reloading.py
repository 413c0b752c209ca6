"""Packs exchanged under load: no request is dropped, each is answered whole by the old pack or by the new one."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sangao.adapters.service import signing
from sangao.engine.guide import load
from tests.adapters.service.clinics import BASE, put
from tests.adapters.service.hosted import PERSON, call, hosted, problems
from tests.adapters.service.test_signing import key

CHART = {"on": "2025-10-09", "facts": {"sbp_office": 150, "dbp_office": 70}}
RUN = "from sangao.adapters.main import main; main()"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two packs with the decision that is asked: one calls 150/70 high, the other does not know the question."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("clinic", "minimal"):
        load(BASE / name).save(folder / name)
    return {name: (folder / name).read_bytes() for name in ("clinic", "minimal")}


def test_every_request_of_a_reload_is_answered_by_the_old_or_the_new(tmp_path: Path, files: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, files["clinic"])
    seen: list[tuple[int, str]] = []
    with hosted(packs_default=str(file)) as client:
        packs, ended = client.app.state.house.packs, threading.Event()

        def asks() -> None:
            while not ended.is_set():
                answer = client.post("/api/v1/decide", json={"chart": CHART})
                seen.append((answer.status_code, answer.json()["packs"][0]["id"]))

        threads = [threading.Thread(target=asks) for _ in range(3)]
        for one in threads:
            one.start()
        for name in ("minimal", "clinic", "minimal"):
            put(file, files[name])
            assert packs.reload().changed == ("default",)
            reached = len(seen) + 5
            while len(seen) < reached:
                time.sleep(0.005)
        ended.set()
        for one in threads:
            one.join()
        assert client.post("/api/v1/decide", json={"chart": CHART}).json()["packs"][0]["id"] == "minimal"
    assert {status for status, _ in seen} == {200}
    assert {name for _, name in seen} == {"clinic", "minimal"}


def test_what_does_not_load_shows_on_ready_and_in_the_metrics(tmp_path: Path, files: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, files["clinic"])
    with hosted(packs_default=str(file)) as client:
        assert client.get("/ready").json() == {"status": "ready", "packs": ["default"], "troubled": []}
        put(file, b"a letter")
        client.app.state.house.packs.reload()
        codes = ["operations.pack_kept", "host.not_a_pack"]
        assert client.get("/ready").json()["troubled"] == [{"tenant": None, "name": "default", "problems": codes}]
        assert client.post("/api/v1/decide", json={"chart": CHART}).status_code == 200, "the old one answers"


def test_a_pack_that_never_loaded_is_refused_for_now(tmp_path: Path, files: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, files["clinic"])
    with hosted(packs_default=str(file), packs_other=str(tmp_path / "absent.sangao")) as client:
        answer = client.post("/api/v1/decide", json={"chart": CHART, "pack": "other"})
        assert (answer.status_code, problems(answer)) == (503, ["operations.pack_unavailable"])
        answer = client.post("/api/v1/decide", json={"chart": CHART, "pack": "another"})
        assert (answer.status_code, problems(answer)) == (404, ["operations.unknown_served"])


def test_a_pack_whose_key_is_taken_away_is_refused_everywhere(tmp_path: Path, files: dict[str, bytes]) -> None:
    file, (private, public) = tmp_path / "county.sangao", key(tmp_path, "old")
    put(file, files["clinic"])
    signing.sign(file, private)
    with hosted(packs_default=str(file), signing_keys=str(public)) as client:
        packs = client.app.state.house.packs
        assert client.post("/api/v1/decide", json={"chart": CHART}).status_code == 200
        assert "sangao_ready 1.0" in client.get("/metrics").text
        _, other = key(tmp_path, "new")
        packs._there().reload(keys=(other,))
        asked = {"/api/v1/decide": {"chart": CHART}, "/cds-services/next-steps": call(prefetch={"patient": PERSON})}
        for path, body in asked.items():
            answer = client.post(path, json=body)
            assert (answer.status_code, problems(answer)) == (503, ["operations.pack_withdrawn"])
            assert answer.headers["Retry-After"] and str(tmp_path) not in answer.text
        ready = client.get("/ready")
        assert ready.status_code == 503 and ready.json()["reason"] == "operations.pack_withdrawn"
        assert client.get("/sources").status_code == 200
        packs._there().reload(keys=(public,))
        assert (
            client.get("/ready").status_code == client.post("/api/v1/decide", json={"chart": CHART}).status_code == 200
        )


def test_a_pack_that_never_loaded_is_refused_for_now_by_the_hooks_too(tmp_path: Path, files: dict[str, bytes]) -> None:
    put(tmp_path / "county.sangao", files["clinic"])
    absent = str(tmp_path / "absent.sangao")
    with hosted(packs_default=absent, packs_other=str(tmp_path / "county.sangao")) as client:
        answer = client.post("/cds-services/next-steps", json=call(prefetch={"patient": PERSON}))
        assert (answer.status_code, problems(answer)) == (503, ["operations.pack_unavailable"])
        assert "clinic" in client.get("/sources").text


def test_who_asks_too_often_is_told_to_wait_and_health_is_free(tmp_path: Path, files: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, files["clinic"])
    with hosted(packs_default=str(file), rate_per_second="0.01", rate_burst="2") as client:
        answers = [client.post("/api/v1/decide", json={"chart": CHART}) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert problems(answers[-1]) == ["operations.too_many"] and int(answers[-1].headers["Retry-After"]) > 90
        assert all(client.get(path).status_code == 200 for path in ("/health", "/ready", "/metrics") for _ in range(3))
        hook = client.post("/cds-services/diagnosis-correctness", json={})
        assert hook.status_code == 429 and problems(hook) == ["operations.too_many"]


def wait(until: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_a_service_that_is_told_to_reload_drops_nobody(tmp_path: Path, files: dict[str, bytes]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    put(tmp_path / "county.sangao", files["clinic"])
    settings = tmp_path / "service.toml"
    settings.write_text('[packs]\ndefault = "county.sangao"\n[journal]\nurl = "none"\n', encoding="utf-8")
    command = [sys.executable, "-c", RUN, "serve", "--settings", str(settings), "--port", str(port)]
    base, seen, ended = f"http://127.0.0.1:{port}", list[tuple[int, str]](), threading.Event()

    def answers() -> Any:
        try:
            return httpx.get(f"{base}/ready").status_code == 200
        except httpx.TransportError:
            return False

    def asks() -> None:
        with httpx.Client(base_url=base) as client:
            while not ended.is_set():
                answer = client.post("/api/v1/decide", json={"chart": CHART})
                seen.append((answer.status_code, answer.json()["packs"][0]["id"]))

    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as service:
        try:
            wait(answers)
            threads = [threading.Thread(target=asks) for _ in range(3)]
            for one in threads:
                one.start()
            for name in ("minimal", "clinic") * 3:
                put(tmp_path / "county.sangao", files[name])
                service.send_signal(signal.SIGHUP)
                wait(lambda name=name: bool(seen) and seen[-1][1] == name)
            settings.write_text("[packs\n", encoding="utf-8")
            service.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            ended.set()
            for one in threads:
                one.join()
        finally:
            ended.set()
            os.kill(service.pid, signal.SIGTERM)
        assert service.wait(30) in (0, -signal.SIGTERM)
    assert {status for status, _ in seen} == {200} and {name for _, name in seen} == {"clinic", "minimal"}
