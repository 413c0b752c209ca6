"""What a run over a table asks: the questions in order, what they mean to a reader, what makes two runs the same."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sangao.engine.chart import today
from sangao.engine.cli.jobs import Question
from sangao.engine.cli.maps import is_address
from sangao.engine.errors import Span, fail
from sangao.engine.fact import Dictionary
from sangao.engine.guide import Pack
from sangao.engine.placed import target

ENDS = 1 << 16  # bytes at each end of a file that are looked at to tell it from another


def chosen(packs: Sequence[Pack], by: Sequence[str] | None) -> list[Question]:
    """Return the questions asked, in the order of `--by` or of the packs; an id that two packs share names its pack."""
    if by:
        found = []
        for name in by:
            holding = [i for i, pack in enumerate(packs) if name in pack.compiled.decisions]
            if not holding:
                packs[0].decision(name)  # says which name is nearest
            found += [(i, name) for i in holding]
    else:
        found = [(i, name) for i, pack in enumerate(packs) for name in pack.decisions]
    found = list(dict.fromkeys(found))
    ids = [name for _, name in found]
    return [Question(i, name, name if ids.count(name) == 1 else f"{name}@{packs[i].id}") for i, name in found]


def merged(packs: Sequence[Pack]) -> Dictionary:
    """Return one dictionary for all packs asked, for checking a mapping against."""
    facts: dict[str, Any] = {}
    groups: dict[str, Any] = {}
    for pack in packs:
        facts = {**pack.compiled.dictionary.facts, **facts}
        groups = {**pack.compiled.dictionary.groups, **groups}
    return Dictionary(facts, groups)


def different(given: str | Path, *outs: Path | None) -> None:
    """Refuse to write over the input or one output over the other."""
    met: set[Path] = set() if is_address(given) else {Path(given).resolve()}
    for one in outs:
        if one is None:
            continue
        place = target(one)
        if place in met:
            raise fail("table.clash", Span(str(one)), usage=True)
        met.add(place)


def described(packs: Sequence[Pack], questions: Sequence[Question]) -> dict[str, Any]:
    """Return what a reader of the answer table needs: packs with hashes, and outcome names in declared order."""
    decisions = {}
    for one in questions:
        outcome = packs[one.pack].compiled.decisions[one.decision].outcome
        decisions[one.name] = {
            "pack": packs[one.pack].id,
            "kind": outcome.kind,
            "outcomes": list(outcome.codes),
            "ordered": outcome.ordered,
            "unit": outcome.unit or None,
        }
    named = [{"id": one.id, "edition": one.edition, "hash": one.hash} for one in packs]
    return {"schema": "sangao.table/1", "packs": named, "decisions": decisions}


def about(
    packs: Sequence[Pack],
    questions: Sequence[Question],
    columns: Any,
    mapping: Any,
    on: date | None,
    given: str,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what two runs must agree in for one to go on with the other, as JSON can hold it."""
    group = (mapping or {}).get("group")  # told apart: the command line may name it, and the mapping is the same file
    rest = {name: value for name, value in (mapping or {}).items() if name != "group"}
    mapped = json.dumps(rest, ensure_ascii=False, default=str)
    dated = on is not None or getattr(columns, "dated", False)
    return {
        "sangao": version("sangao"),
        "packs": [one.hash for one in packs],
        "decisions": [[one.pack, one.decision, one.name] for one in questions],
        "source": address(columns, given) if is_address(given) else looks(Path(given)),
        "mapping": hashlib.sha256(mapped.encode("utf-8", "surrogatepass")).hexdigest(),
        "group": None if group is None else str(group),
        "day": str(on) if dated else today().isoformat(),  # else it would change at midnight
        "options": dict(options),
    }


def address(columns: Any, given: str) -> str:
    """Return what an address and its query are known by: never the address itself, which may hold a password."""
    named = getattr(columns, "named", None) or given
    return hashlib.sha256(str(named).encode()).hexdigest()


def looks(path: Path) -> list[Any]:
    """Return what a file is known by: its length, the moment it was written, and its two ends."""
    found = path.stat()
    with path.open("rb") as file:
        ends = hashlib.sha256(file.read(ENDS))
        file.seek(-min(ENDS, found.st_size), os.SEEK_END)
        ends.update(file.read())
    return [found.st_size, found.st_mtime_ns, ends.hexdigest()]
