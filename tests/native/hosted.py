"""libsangao as a host sees it: the shared library that `make libsangao` builds, through its one header."""

import fcntl
import os
import re
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cffi import FFI

from sangao.engine.guide import Pack
from sangao.engine.pack import canon
from sangao.engine.run import library
from sangao.engine.run.library import Embedded
from tests.laws.hosts import Row
from tests.laws.test_charts import pack as shipped
from tests.native.clinic import clinic

ROOT = Path(__file__).parents[2]
HEADER = ROOT / "engine" / "native" / "sangao.h"
TOOLS = [one for one in ("make", os.environ.get("CC") or "cc") if shutil.which(one.split()[0]) is None]
needs_library = pytest.mark.skipif(bool(TOOLS), reason=f"libsangao cannot be built here: no {', '.join(TOOLS)}")
NONE = -(2**63)

ffi = FFI()
ffi.cdef(
    re.sub(r"^#.*$|^extern \"C\" \{$|^\}$|SANGAO_API ", "", HEADER.read_text(encoding="utf-8"), flags=re.MULTILINE)
)


def build() -> Path:
    """Build the library where it is missing or older than its sources; return its folder."""
    folder = ROOT / "build" / "libsangao"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / ".libsangao.lock").open("w") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "libsangao"], cwd=ROOT, check=True)
    return folder


@cache
def lib() -> Any:
    """Return the library."""
    return ffi.dlopen(str(next(build().glob("*sangao.*[!h]"))))


@cache
def saved(pack: Pack) -> bytes:
    """Return the bytes of a `.sangao` file with a program."""
    return canon.dumps(pack.compiled, {"program": library.dumps(pack.compiled, pack.hash, pack.decisions)})


class Hosted:
    """A pack opened by the library."""

    def __init__(self, data: bytes) -> None:
        c = lib()
        out, why = ffi.new("sangao_pack **"), ffi.new("sangao_why *")
        code = c.sangao_pack_read(data, len(data), out, why)
        if code:
            assert why.code == code and out[0] == ffi.NULL
            raise ValueError(code, ffi.string(why.text).decode())
        self.pack = ffi.gc(out[0], c.sangao_pack_close)
        about = ffi.new("sangao_about *")
        assert lib().sangao_pack_about(self.pack, about) == 0
        self.about = {
            name: text(getattr(about, name)) for name in ("id", "edition", "hash", "zh", "en", "from", "until")
        }
        self.inputs = [lib().sangao_input_at(self.pack, i) for i in range(about.inputs)]
        self.decisions = [lib().sangao_decision_at(self.pack, i) for i in range(about.decisions)]

    def decide(self, row: Row) -> tuple[list[tuple[int, ...]], list[int]]:
        """Return (status, value, at least, at most, possible) of every decision, and what was kept out."""
        answers = ffi.new("sangao_answer[]", len(self.decisions))
        kept, why = ffi.new("uint8_t[]", len(row)), ffi.new("sangao_why *")
        values, states = [value for value, _ in row], bytes(state for _, state in row)
        given = ffi.new("int32_t[]", values)
        code = lib().sangao_decide(self.pack, given, states, ffi.NULL, 0, answers, kept, why)
        assert code == 0, ffi.string(why.text)
        return [(x.status, x.value, x.at_least, x.at_most, x.possible) for x in answers], list(kept)

    def stratify(self, rows: list[Row]) -> tuple[list[list[tuple[int, ...]]], list[list[int]]]:
        """Return the same of many rows, asked at once."""
        many, keep = len(rows), []
        columns = ffi.new("sangao_column[]", len(self.inputs))
        answers = ffi.new("sangao_answers[]", len(self.decisions))
        for i in range(len(self.inputs)):
            parts = (
                ffi.new("int32_t[]", [row[i][0] for row in rows]),
                ffi.new("uint8_t[]", [row[i][1] for row in rows]),
                ffi.new("uint8_t[]", many),
            )
            keep.append(parts)
            columns[i] = (i, *parts)
        for i in range(len(self.decisions)):
            out = (ffi.new("uint8_t[]", many), *(ffi.new("int64_t[]", many) for _ in range(3)))
            masks = ffi.new("uint64_t[]", many)
            keep.append((*out, masks))
            answers[i] = (i, *out, masks)
        why = ffi.new("sangao_why *")
        code = lib().sangao_stratify(self.pack, columns, len(self.inputs), answers, len(self.decisions), many, why)
        assert code == 0, ffi.string(why.text)
        found = [
            [(x.status[i], x.value[i], x.at_least[i], x.at_most[i], x.possible[i]) for x in answers]
            for i in range(many)
        ]
        return found, [[columns[j].kept_out[i] for j in range(len(self.inputs))] for i in range(many)]


def text(of: Any) -> str:
    """Return a text of the library."""
    return str(ffi.string(of).decode())


def expected(of: Embedded, pack: Pack, opened: Any, assumed: Any) -> list[tuple[int, ...]]:
    """Return what the library should say of a chart from what both passes of the pack allow."""
    found: list[tuple[int, ...]] = []
    for name in of.decisions:
        outcome = pack.compiled.decisions[name].outcome
        a, b = opened[name], assumed[name]
        low = high = value = NONE
        possible = 0
        if outcome.kind in ("number", "date"):
            closed, open_too = b is not None and b[0] == b[1], a is not None and a[0] == a[1]
            low, high = a or (NONE, NONE)
            value = b[0] if closed else NONE
            if outcome.kind == "date":
                low, high, value = (
                    one if one == NONE else NONE if one < 1 else min(one, 3652059) for one in (low, high, value)
                )
        elif outcome.kind == "set":
            closed, open_too = b[0] == b[1], a[0] == a[1]
            low, high, possible = a[0], a[1], a[1]
            value = b[0] if closed else NONE
        else:
            closed, open_too, possible = b & b - 1 == 0, a & a - 1 == 0, a
            value = b.bit_length() - 1 if closed else NONE
            if outcome.ordered:
                low, high = (a & -a).bit_length() - 1, a.bit_length() - 1
        status = 2 if not closed else 0 if open_too else 1
        found.append((status, value, low, high, possible))
    return found


@cache
def pack(name: str) -> Pack:
    """Return a pack by name."""
    return Pack(clinic()) if name == "clinic" else shipped(name)


@cache
def opened(name: str) -> Hosted:
    """Return a pack as the library opens it."""
    return Hosted(saved(pack(name)))


@cache
def meaning() -> bytes:
    """Return the bytes of the meaning that `rehashed` files hold."""
    return canon.section(pack("htn_guideline_2024").compiled, canon.MEANING)


def rehashed(program: bytes) -> bytes:
    """Return a pack file with another program, hashed as if it were right."""
    parts, table = {"meaning": meaning(), "program": program}, b""
    at = canon.HEAD.size + canon.SECTION.size * len(parts)
    for name, data in parts.items():
        table += canon.SECTION.pack(name.encode(), at, len(data), sha256(data).digest())
        at += len(data)
    return canon.HEAD.pack(canon.MAGIC, canon.VERSION, len(parts)) + table + b"".join(parts.values())
