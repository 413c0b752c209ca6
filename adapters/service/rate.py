"""How often one client may ask: a bucket of tokens for each, and a bound on how many clients are remembered.

The client asked longest ago is forgotten first; it comes back with a full bucket, so that a flood of addresses costs
memory up to the bound and never locks out those who behave.

    [rate]
    per_second = 20      # in the long run; 0, the default, limits nothing
    burst = 100          # at once after a pause
    clients = 10000      # remembered at a time
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from time import monotonic
from typing import Any

from sangao.adapters.service.faults import Refusal
from sangao.engine.errors import Problem, SangaoError

FREE = frozenset({"/health", "/ready", "/metrics"})
"""Paths that are never limited: a monitor must not be refused while somebody else asks too much."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, at once after a pause, and clients remembered; 0 a second limits nothing."""

    per_second: float = 0.0
    burst: int = 100
    clients: int = 10_000


def rate(table: Mapping[str, Any]) -> Rate:
    """Read the table `rate` of the settings; texts of the environment are taken as numbers.

    Raises SangaoError with every `service.unknown_setting` and `service.wrong_setting`.

    >>> rate({"per_second": "2.5"})
    Rate(per_second=2.5, burst=100, clients=10000)
    """
    known: dict[str, type[float] | type[int]] = {"per_second": float, "burst": int, "clients": int}
    problems = [Problem("service.unknown_setting", parts={"name": f"rate.{key}"}) for key in table.keys() - known]
    values: dict[str, Any] = {}
    for key in known.keys() & table.keys():
        try:
            number = known[key](table[key])
            if isinstance(table[key], bool) or not isfinite(number) or number < (key != "per_second"):
                raise ValueError
            values[key] = number
        except (TypeError, ValueError):
            problems.append(Problem("service.wrong_setting", parts={"name": f"rate.{key}"}))
    if problems:
        raise SangaoError(problems, usage=True)
    return Rate(**values)


class Buckets:
    """The buckets of all clients, safe in any thread.

    >>> buckets = Buckets(Rate(per_second=2, burst=1))
    >>> buckets.wait("a", now=0.0), buckets.wait("a", now=0.0), buckets.wait("a", now=0.5), buckets.wait("b", now=0.5)
    (0.0, 0.5, 0.0, 0.0)
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client → tokens, when

    def wait(self, client: str, now: float | None = None) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        rate, now = self._rate, monotonic() if now is None else now
        if not rate.per_second:
            return 0.0
        with self._lock:
            tokens, then = self._left.pop(client, (float(rate.burst), now))
            tokens = min(float(rate.burst), tokens + max(0.0, now - then) * rate.per_second)
            short = max(0.0, 1.0 - tokens)
            self._left[client] = (tokens if short else tokens - 1.0, max(now, then))
            while len(self._left) > rate.clients:
                self._left.popitem(last=False)
        return short / rate.per_second

    def admit(self, scope: Mapping[str, Any]) -> None:
        """Let an ASGI request pass, or raise Refusal (429, with `Retry-After`).

        A client is the address the server sees: behind a proxy, what uvicorn takes from the headers of a proxy that
        it was told to trust.
        """
        if scope["path"] in FREE:
            return
        client = scope.get("client")
        seconds = self.wait(str(client[0]) if client else "")
        if seconds:
            told = Problem("operations.too_many", parts={"seconds": ceil(seconds)})
            raise Refusal(429, told, headers={"Retry-After": str(ceil(seconds))})

    def __len__(self) -> int:
        return len(self._left)
