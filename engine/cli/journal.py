"""What a long run has done so far, kept beside its output: a run that is stopped at any moment goes on from there.

The folder `.NAME.run` beside the output holds growing parts (answers, rejects) and `state.json`: what the run is about,
how long each part was when it was written, with a checksum, and what the counts had come to. It is replaced whole, so a
kill between two steps leaves the earlier one; what stands behind it in the parts is cut off and done again. What the
run is about must be the same in every respect, else going on would join two different tables.
"""

import json
import os
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from sangao.engine.errors import SangaoError, Span, fail, why

SCHEMA = "sangao.run/1"
EVERY = 1.0  # seconds between two states: what a kill costs at most
CHUNK = 1 << 20
CHANGED = "table.changed"  # refused, and what was done is left: what the user makes of it is not ours to say
ABOUT = {
    "sangao": ("sangao 版本", "the version of sangao"),
    "packs": ("规则包", "the packs"),
    "decisions": ("判断", "the decisions"),
    "source": ("输入数据", "the input"),
    "mapping": ("映射", "the mapping"),
    "group": ("分组的列(--group)", "the column people are counted by (--group)"),
    "day": ("判断日期", "the day judged by"),
    "options": ("选项", "the options"),
    "rows": ("每批行数(所装组件不同)", "the rows at a time (other extras are installed)"),
}
"""Each part of what a run is about, in words."""


class Journal:
    """The parts of a run and its last state: None when it starts anew, else what `mark` was given."""

    def __init__(self, folder: Path, about: Mapping[str, Any], parts: Sequence[str]) -> None:
        self.folder, self.about = folder, dict(about)
        self.state: Any = None
        self.marked = False
        self._files: dict[str, BinaryIO] = {}
        self._sums = dict.fromkeys(parts, 0)
        self._next = monotonic() + EVERY

    def path(self, name: str) -> Path:
        """Return where a part stands."""
        return self.folder / name

    def open(self) -> None:
        """Open the parts: where the last state left them, empty when there is none that holds.

        Raises SangaoError (`table.other_run`) when the state is of another run.
        """
        found = self._earlier()
        sizes = found["parts"] if found is not None else {}
        for name in self._sums:
            file = self._files[name] = self.path(name).open("ab")
            size, self._sums[name] = sizes.get(name, (0, 0))
            file.truncate(size)
        if found is not None:
            self.state, self.marked = found["state"], True

    def _earlier(self) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / "state.json").read_bytes())
            about, parts = found["about"], found["parts"]
            if found["schema"] != SCHEMA or parts.keys() != self._sums.keys():
                return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        now = json.loads(json.dumps(self.about))
        other = [name for name in ABOUT if about.get(name) != now.get(name)]
        if other:
            what = {"zh": "、".join(ABOUT[one][0] for one in other), "en": ", ".join(ABOUT[one][1] for one in other)}
            raise fail("table.other_run", Span(str(self.folder)), usage=True, what=what)
        whole = all(_sum(self.path(name), size) == value for name, (size, value) in parts.items())
        return found if whole else None

    def append(self, name: str, data: bytes) -> None:
        """Write to the end of a part."""
        self._files[name].write(data)
        self._sums[name] = zlib.crc32(data, self._sums[name])

    def mark(self, state: Callable[[], Any], now: bool = False) -> None:
        """Keep what has been done, from time to time or `now`: `state` gives it as JSON can hold it."""
        if not now and monotonic() < self._next:
            return
        parts = {}
        for name, file in self._files.items():
            file.flush()
            parts[name] = (file.tell(), self._sums[name])
        found = {"schema": SCHEMA, "about": self.about, "parts": parts, "state": state()}
        new = self.folder / "state.new"
        new.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        os.replace(new, self.folder / "state.json")
        self.marked = True
        self._next = monotonic() + EVERY

    def forget(self) -> None:
        """Give up what was kept, before its parts get their final names: nobody can go on from here."""
        (self.folder / "state.json").unlink(missing_ok=True)
        self.marked = False

    def close(self) -> None:
        """Close the parts."""
        for file in self._files.values():
            with suppress(OSError):  # of a full disk: what could not be written is cut off when the run goes on
                file.close()


@contextmanager
def kept(out: Path, about: Mapping[str, Any], parts: Sequence[str], restart: bool = False) -> Iterator[Journal]:
    """Give the journal of a run that writes `out`; when the run has ended well or was refused, nothing of it is left.

    Raises SangaoError when the folder cannot be written (`host.unwritable`), another run is at it (`table.busy`), or it
    is of another run (`table.other_run`) and `restart` does not throw that away.
    """
    folder = out.with_name(f".{out.name}.run")
    try:
        folder.mkdir(exist_ok=True)
        lock = (folder / "lock").open("ab")
    except OSError as error:
        raise fail("host.unwritable", Span(str(out)), usage=True, reason=why(error)) from error
    with lock:
        if not _locked(lock):
            raise fail("table.busy", Span(str(out)), usage=True)
        if restart:
            (folder / "state.json").unlink(missing_ok=True)
        journal = Journal(folder, about, parts)
        journal.open()  # of another run: what is there is left as it is
        try:
            yield journal
        except BaseException as error:
            journal.close()
            changed = isinstance(error, SangaoError) and error.problems[0].code != CHANGED
            if changed or not journal.marked:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        journal.close()
        shutil.rmtree(folder, ignore_errors=True)


def _sum(path: Path, size: int) -> int | None:
    """Return the checksum of the beginning of a file, None where it is shorter."""
    found = 0
    try:
        with path.open("rb") as file:
            while size:
                data = file.read(min(size, CHUNK))
                if not data:
                    return None
                found = zlib.crc32(data, found)
                size -= len(data)
    except OSError:
        return None
    return found


def _locked(file: BinaryIO) -> bool:
    """Return whether this process holds the file alone from now on; the system lets go of it when the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
