"""The pack of an old decision, by its hash: given by the caller, kept in the log, or still in the cache."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import canon, kept


class Keeping(Protocol):
    """What keeps packs beside its entries."""

    def pack(self, hash: str) -> bytes | None:
        """Return the bytes of a pack, None when it was not kept."""


class Shelf:
    """Finds packs by hash and holds those that it found; `given` are packs of the caller, looked at first."""

    def __init__(self, keeping: Keeping, given: Iterable[Pack] = ()) -> None:
        self._keeping = keeping
        self._found: dict[str, Pack] = {one.hash: one for one in given}

    def pack(self, hash: str) -> Pack | None:
        """Return the pack of this hash, None while nobody has it."""
        found = self._found.get(hash) or self._kept(hash) or _cached(hash)
        if found is not None:
            self._found[hash] = found
        return found

    def _kept(self, hash: str) -> Pack | None:
        data = self._keeping.pack(hash)
        if data is None:
            return None
        try:
            meaning = canon.sections(data)["meaning"]
            if hashlib.sha256(meaning).hexdigest() != hash:
                return None
            return Pack(canon.loads(data), hash)
        except (SangaoError, KeyError):
            return None


def _cached(hash: str) -> Pack | None:
    place = kept.place()
    for path in sorted(place.glob("*.sangao")) if place is not None and place.is_dir() else ():
        try:
            if meaning(path) == hash:
                compiled, found = canon.opened(path)
                return Pack(compiled, found)
        except (SangaoError, OSError):
            continue
    return None


def meaning(path: Path) -> str | None:
    """Return the pack hash that the head of a `.sangao` file states, without reading the rest; None when it has none.

    Raises OSError.
    """
    with path.open("rb") as file:
        head = file.read(canon.HEAD.size + canon.MOST * canon.SECTION.size)
    if len(head) < canon.HEAD.size or not head.startswith(canon.MAGIC):
        return None
    _, _, number = canon.HEAD.unpack_from(head)
    for i in range(min(number, canon.MOST)):
        at = canon.HEAD.size + i * canon.SECTION.size
        if len(head) < at + canon.SECTION.size:
            return None
        name, _, _, digest = canon.SECTION.unpack_from(head, at)
        if name.rstrip(b"\0") == b"meaning":
            return str(digest.hex())
    return None
