"""Canonical bytes of a pack, its hash, and the `.sangao` file: data only, nothing in it is ever executed.

A file is little-endian and readable from C: magic `SANGAOPK`, u32 format version, u32 number of sections, then per
section a name (16 bytes, zero-padded), u64 offset, u64 length and the SHA-256 of its bytes. Sections: `meaning` (what
runners read; its hash is the pack's hash), `text`, `cases`, and later `program` and `signatures`, which leave the
hash as it is.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sangao.engine.errors import Problem, SangaoError, Span, fail, why
from sangao.engine.pack import ir, typed
from sangao.engine.pack.sound import sound
from sangao.engine.placed import target

MAGIC = b"SANGAOPK"
# 1, 2: `enough:` could not tell a fact that cannot be used, or half of it measured, from a blank one; 3: no date
# could be `ahead`.
VERSION = 4
HEAD = struct.Struct("<8sII")
SECTION = struct.Struct("<16sQQ32s")
MOST = 64  # sections; a larger number means the head is not one of ours

MEANING = ("meta", "dictionary", "leaves", "decisions", "settings", "guards", "contradictions", "measures", "pathways")
LATER = frozenset({"measures", "pathways"})  # left out while empty: a pack from before they had a name keeps its hash
CASES = ("promises", "cases", "questions")
TEXT = ("words", "citations", "documents", "params")


def encode(value: Any) -> Any:
    """Return a JSON value: a dataclass becomes `{"!": name, field: …}` without the fields that hold their default.

    >>> encode(ir.Both((ir.Read("a"),)))
    {'!': 'Both', 'items': [{'!': 'Read', 'leaf': 'a'}]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: getattr(value, one.name) for one in fields(value)}
        kept = {name: encode(part) for name, part in named.items() if part != _defaults(type(value)).get(name, _NONE)}
        return {"!": type(value).__name__, **kept}
    if isinstance(value, Fraction):
        return {"!": "Fraction", "is": str(value)}
    if isinstance(value, Mapping):
        return {"!": "dict", "items": [[key, encode(part)] for key, part in value.items()]}
    if isinstance(value, tuple | list):
        return [encode(part) for part in value]
    return value


_NONE = object()
_DEFAULTS: dict[type[Any], dict[str, Any]] = {}


def _defaults(one: type[Any]) -> dict[str, Any]:
    if one not in _DEFAULTS:
        _DEFAULTS[one] = {part.name: part.default for part in fields(one)}
    return _DEFAULTS[one]


def section(pack: ir.Pack, names: tuple[str, ...]) -> bytes:
    """Return the canonical bytes of some fields of a pack."""
    parts = {name: encode(getattr(pack, name)) for name in names if name not in LATER or getattr(pack, name)}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def pack_hash(pack: ir.Pack) -> str:
    """Return the SHA-256 of the meaning section: two packs with one hash answer every chart alike."""
    return hashlib.sha256(section(pack, MEANING)).hexdigest()


def dumps(pack: ir.Pack, further: Mapping[str, bytes] | None = None) -> bytes:
    """Return the bytes of a `.sangao` file; `further` adds sections such as `program`."""
    parts = {"meaning": section(pack, MEANING), "text": section(pack, TEXT), "cases": section(pack, CASES)}
    parts |= further or {}
    at = HEAD.size + SECTION.size * len(parts)
    table = b""
    for name, data in parts.items():
        table += SECTION.pack(name.encode(), at, len(data), hashlib.sha256(data).digest())
        at += len(data)
    return HEAD.pack(MAGIC, VERSION, len(parts)) + table + b"".join(parts.values())


def sections(data: bytes, name: str = "") -> dict[str, bytes]:
    """Return the sections of a file by name, each checked against its hash.

    Raises SangaoError: `host.not_a_pack`, `host.pack_newer`, `host.pack_older`, `host.pack_damaged`.
    """
    where = Span(name)
    if len(data) < HEAD.size or data[: len(MAGIC)] != MAGIC:
        raise fail("host.not_a_pack", where, usage=True)
    _, version, number = HEAD.unpack_from(data)
    if version != VERSION:
        code = "host.pack_newer" if version > VERSION else "host.pack_older"
        raise fail(code, where, usage=True, version=version, known=VERSION)
    if number > MOST or len(data) < HEAD.size + number * SECTION.size:
        raise fail("host.pack_damaged", where, usage=True, section="head")
    found: dict[str, bytes] = {}
    end = HEAD.size + number * SECTION.size
    for i in range(number):
        raw, start, length, digest = SECTION.unpack_from(data, HEAD.size + i * SECTION.size)
        title = raw.rstrip(b"\0").decode("ascii", "replace")
        part = data[start : start + length]
        if len(part) != length or hashlib.sha256(part).digest() != digest:
            raise fail("host.pack_damaged", where, usage=True, section=title)
        found[title] = part
        end = max(end, start + length)
    if len(data) != end:  # what no section holds nobody has checked
        raise fail("host.pack_damaged", where, usage=True, section="end")
    return found


def loads(data: bytes, name: str = "") -> ir.Pack:
    """Return the pack of a file's bytes. Raises SangaoError as `sections` does."""
    return _pack(sections(data, name), name)


def _pack(found: Mapping[str, bytes], name: str) -> ir.Pack:
    try:
        values: dict[str, Any] = {}
        for title in ("meaning", "text", "cases"):
            values |= {key: typed.field_of(key)(part) for key, part in json.loads(found[title]).items()}
        return sound(ir.Pack(**values))
    except (KeyError, TypeError, ValueError, RecursionError, AttributeError) as error:
        raise SangaoError([Problem("host.pack_damaged", Span(name), {"section": "content"})], usage=True) from error


def save(pack: ir.Pack, path: Path) -> str:
    """Write a `.sangao` file, whole or not at all, and return the pack's hash."""
    final = target(path)
    beside = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(dumps(pack))
        os.replace(beside, final)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise fail("host.unwritable", Span(str(path)), usage=True, reason=why(error)) from error
    return pack_hash(pack)


def load(path: Path) -> ir.Pack:
    """Open a `.sangao` file. Raises SangaoError (unreadable, not a pack, newer, older, damaged)."""
    return opened(path)[0]


def opened(path: Path) -> tuple[ir.Pack, str]:
    """Open a `.sangao` file, as `load`; also return the pack's hash, which need not be worked out again."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    found = sections(data, str(path))
    return _pack(found, str(path)), hashlib.sha256(found["meaning"]).hexdigest()
