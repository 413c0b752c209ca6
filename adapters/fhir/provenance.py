"""Which of the resources that were read an answer rests on, down through every decision it reads."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sangao.engine.answer import Result
from sangao.engine.explain import argument, later

REFERENCE = re.compile(r"[A-Z][A-Za-z]{2,40}/[A-Za-z0-9\-.]{1,64}|urn:(?:uuid|oid):[0-9a-zA-Z.\-]+|https?://\S+")


def sources(result: Result, because: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the references of the resources an argument looked at, each once, the nearest first."""
    decisions = result.pack.compiled.decisions
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(because)
    while waiting:
        following: list[str] = []
        for one in waiting:
            for datum in one["data"]:
                source = str(datum["source"]).partition("#")[0]  # what is inside a resource is traced to it
                if REFERENCE.fullmatch(source):
                    found[source] = None
                if datum["fact"] in decisions and datum["fact"] not in seen:
                    following.append(datum["fact"])
        seen.update(following)
        case = later.case_of(result.pack, result.chart) if following else None
        waiting = [one for name in following if case for one in argument.because(case, decisions[name])]
    return list(found)
