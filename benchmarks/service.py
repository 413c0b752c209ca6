"""The service under load, against an echo endpoint of the same server in the same run (`python benchmarks/service.py`).

Starts the service with two worker processes, the decision log on, and drives it over a few kept connections from this
process: an echo that reads and returns the same body, then `diagnosis-correctness` with a prefetch of normal size, in
turns, several rounds. Calls are either all of new patients or of patients seen again; with tokens each carries one of
its own, signed ES384. Reports requests a second, the ratio to the echo, the processor time a call takes in the workers
(which other work on the machine moves less), and the 50th and 99th percentile at half of that rate, beside the 99th of
the echo at the same pace: what it takes is the machine's. The generator shares the machine with the server, as a
hospital's first trial does.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PORT = 8471
PATH = "/cds-services/diagnosis-correctness"
BASE = f"http://127.0.0.1:{PORT}"
ISS = "https://ehr.example.org/"


def application() -> Any:
    """Return the service with an echo beside it: what each worker process starts with."""
    from fastapi import Request
    from starlette.responses import Response

    from sangao.adapters.service.app import create_app
    from sangao.adapters.service.memory import settle
    from sangao.adapters.service.settings import read_settings

    app = create_app(read_settings(), loaded=settle)

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        """Return the body."""
        return Response(await request.body(), media_type="application/json")

    return app


# --- what is sent -----------------------------------------------------------------------------------------------------
def bodies(count: int) -> list[bytes]:
    """Return calls about patients who all differ: eight pressures, sixteen laboratory values, five diagnoses, drugs."""
    from tests.adapters.service.hosted import LOINC, PERSON, call, coded, condition, drug, found, pressure

    dice = random.Random(7)
    made = []
    for _ in range(count):
        days = sorted(f"2026-0{dice.randint(1, 3)}-{dice.randint(1, 9):02}" for _ in range(8))
        bp = [pressure(f"b{i}", dice.randint(110, 180), dice.randint(60, 105), day) for i, day in enumerate(days)]
        labs = [
            {
                "resourceType": "Observation",
                "id": f"l{i}",
                "status": "final",
                "category": [coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
                "code": coded(LOINC, code),
                "subject": {"reference": "Patient/p1"},
                "effectiveDateTime": f"2026-0{1 + i // len(LABS)}-15T08:30:00+08:00",
                "valueQuantity": {
                    "value": round(dice.uniform(low, high), 1),
                    "unit": unit,
                    "system": "http://unitsofmeasure.org",
                    "code": unit,
                },
            }
            for i, (code, low, high, unit) in enumerate(LABS * 2)
        ]
        conditions = [
            condition(code, f"c{i}") for i, code in enumerate(("I10", "E11.900", "E78.500", "I25.1", "K76.0"))
        ]
        drugs = [drug(code, f"m{i}") for i, code in enumerate(("C09AA02", "C08CA01", "A10BA02", "C10AA05"))]
        data = {"patient": PERSON, "bp": found(*bp), "labs": found(*labs), "conditions": found(*conditions)}
        body = call(prefetch={**data, "meds": found(*drugs)})
        made.append(json.dumps({**body, "hookInstance": str(uuid4())}).encode())
    return made


LABS = [
    ("14771-0", 4.5, 11.0, "mmol/L"),
    ("4548-4", 5.0, 10.0, "%"),
    ("14647-2", 3.0, 7.0, "mmol/L"),
    ("22748-8", 1.5, 5.0, "mmol/L"),
    ("14646-4", 0.8, 2.0, "mmol/L"),
    ("14927-8", 0.6, 4.0, "mmol/L"),
    ("14682-9", 50.0, 180.0, "umol/L"),
    ("2823-3", 3.4, 5.4, "mmol/L"),
]


class Sender:
    """Renders requests; with a key every call has a token of its own."""

    def __init__(self, tokens: bool, many: int, folder: Path) -> None:
        self.sent = bodies(many)
        self._next = itertools.cycle(self.sent)
        self._tokens: Iterator[str] = iter(())
        if tokens:
            import jwt
            from cryptography.hazmat.primitives.asymmetric import ec

            self._jwt, self._key = jwt, ec.generate_private_key(ec.SECP384R1())
            public = json.loads(jwt.get_algorithm_by_name("ES384").to_jwk(self._key.public_key()))
            (folder / "keys.json").write_text(json.dumps({"keys": [{**public, "kid": "k"}]}), encoding="utf-8")
        self.tokens = tokens

    def requests(self, path: str, count: int) -> list[bytes]:
        """Return so many requests, ready to be written."""
        return [self._request(path, next(self._next)) for _ in range(count)]

    def _request(self, path: str, body: bytes) -> bytes:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: application/json\r\n"
        if self.tokens and path != "/echo":
            now = int(time.time())
            claims = {"iss": ISS, "aud": BASE + path, "exp": now + 3000, "iat": now, "jti": str(uuid4())}
            head += f"Authorization: Bearer {self._jwt.encode(claims, self._key, 'ES384', {'kid': 'k'})}\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


# --- sending ----------------------------------------------------------------------------------------------------------
class Line(asyncio.Protocol):
    """One kept connection: writes the next request when an answer is whole, notes how long each took."""

    def __init__(self, waiting: list[bytes], took: list[float], done: asyncio.Future[None], pace: float) -> None:
        self._waiting, self._took, self._done, self._pace = waiting, took, done, pace
        self._buffer = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._due = time.perf_counter() + random.random() * self._pace
        self._next()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the service refused: {self._buffer[:600]!r}")
        self._took.append(time.perf_counter() - self._began)
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if not self._done.done():
            self._done.set_result(None)

    def _next(self) -> None:
        if not self._waiting:
            self._transport.close()
            return
        if self._pace:
            self._due += self._pace
            wait = self._due - time.perf_counter()
            if wait > 0:
                asyncio.get_running_loop().call_later(wait, self._send)
                return
        self._send()

    def _send(self) -> None:
        if not self._waiting:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(self._waiting.pop())


async def drive(requests: list[bytes], lines: int, rate: float = 0.0) -> tuple[float, list[float]]:
    """Return the requests a second that were answered, and how long each took; `rate` holds them to a pace."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    begun, ends = time.perf_counter(), []
    for _ in range(lines):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(
            lambda d=done: Line(requests, took, d, lines / rate if rate else 0.0), "127.0.0.1", PORT
        )
    await asyncio.gather(*ends)
    return len(took) / (time.perf_counter() - begun), took


def quantile(took: list[float], part: float) -> float:
    """Return a percentile in milliseconds."""
    return sorted(took)[min(len(took) - 1, int(len(took) * part))] * 1000


def spent(running: subprocess.Popen[bytes]) -> float:
    """Return the seconds of processor time of all workers so far (Linux)."""
    every = [one.read_text().rpartition(")")[2].split() for one in Path("/proc").glob("[0-9]*/stat") if one.exists()]
    own = [told for told in every if int(told[1]) == running.pid]
    return sum(int(told[11]) + int(told[12]) for told in own) / os.sysconf("SC_CLK_TCK")


async def ready(running: subprocess.Popen[bytes]) -> None:
    """Wait until every worker has loaded its packs."""
    import httpx

    good = 0
    async with httpx.AsyncClient() as client:
        for _ in range(1200):
            if running.poll() is not None:
                break
            try:
                good = good + 1 if (await client.get(f"{BASE}/ready")).status_code == 200 else 0
            except httpx.HTTPError:
                good = 0
            if good >= 20:
                return
            await asyncio.sleep(0.05)
    raise SystemExit("the service does not get ready")


def server(folder: Path, tokens: bool, pack: str, workers: int) -> subprocess.Popen[bytes]:
    """Start the service."""
    settings = [
        f'[server]\nworkers = {workers}\nport = {PORT}\nlog_level = "warning"',
        f'[packs]\ndefault = "{pack}"',
        f'[journal]\nurl = "{folder / "journal.db"}"',
        f'[page]\nkey = "{uuid4().hex}{uuid4().hex}"',
    ]
    if tokens:
        settings.append(f'[jwt]\nrequired = true\nseen_file = "{folder / "seen.db"}"')
        settings.append(f'[[jwt.issuers]]\niss = "{ISS}"\nkeys_file = "{folder / "keys.json"}"')
    (folder / "service.toml").write_text("\n".join(settings), encoding="utf-8")
    given = {**os.environ, "SANGAO_SERVICE": str(folder / "service.toml"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uvicorn", "benchmarks.service:application", "--factory", "--no-access-log"]
    command += ["--port", str(PORT), "--workers", str(workers), "--log-level", "warning"]
    return subprocess.Popen(command, cwd=ROOT, env=given)


async def measured(sender: Sender, running: subprocess.Popen[bytes], args: argparse.Namespace) -> dict[str, Any]:
    """Return what was measured: rounds of echo and service in turns, then the service at half its rate."""
    await ready(running)
    rates: dict[str, list[float]] = {"/echo": [], PATH: []}
    each: dict[str, list[float]] = {"/echo": [], PATH: []}
    for _ in range(args.rounds):
        for path, many in rates.items():
            requests = sender.requests(path, args.requests)
            before = spent(running)
            rate, _ = await drive(requests, args.lines)
            many.append(rate)
            each[path].append((spent(running) - before) / args.requests * 1000)
    best = statistics.median(rates[PATH])
    paced = max(200, int(best / 2 * args.seconds))
    _, took = await drive(sender.requests(PATH, paced), args.lines, best / 2)
    _, beside = await drive(sender.requests("/echo", paced), args.lines, best / 2)
    echo = statistics.median(rates["/echo"])
    return {
        "echo": round(echo),
        "service": round(best),
        "ratio": round(best / echo, 3),
        "echo cpu ms": round(statistics.median(each["/echo"]), 2),
        "service cpu ms": round(statistics.median(each[PATH]), 2),
        "p50 ms at half": round(quantile(took, 0.5), 1),
        "p99 ms at half": round(quantile(took, 0.99), 1),
        "echo p99 ms then": round(quantile(beside, 0.99), 1),
        "bytes": len(sender.sent[0]),
    }


def main() -> None:
    """Measure and print one JSON object for each way of asking."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=4000, help="a round")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--lines", type=int, default=64, help="connections")
    options.add_argument("--seconds", type=float, default=5.0, help="at half rate")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--pack", default="sangao_national")
    options.add_argument("--only", choices=["new", "again", "new+tokens", "again+tokens"])
    args = options.parse_args()
    for way in ("again", "new", "again+tokens", "new+tokens"):
        if args.only and way != args.only:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sender = Sender("tokens" in way, 50 if way.startswith("again") else args.requests * args.rounds, folder)
            running = server(folder, sender.tokens, args.pack, args.workers)
            try:
                print(json.dumps({"way": way, **asyncio.run(measured(sender, running, args))}), flush=True)
            finally:
                running.terminate()
                running.wait(30)


if __name__ == "__main__":
    main()
