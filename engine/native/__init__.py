"""The optional C twin of `sangao.engine.run.columns`: same programs, same buffers, same answers, much faster.

The extension is built with the wheel where a compiler exists; `is_native` says whether it is here. Callers hand over
program bytes and plain buffers; calls release the GIL, a `Kernel` may be shared between threads.
"""

from collections.abc import Sequence
from typing import Any

ffi: Any = None
lib: Any = None
try:
    from sangao.engine.native import _kernel
except ImportError:
    pass
else:
    ffi, lib = _kernel.ffi, _kernel.lib

PLAIN, SSE2, AVX2 = 0, 1, 2  # which instructions a run may use at most
SLOT = (0, 1, 4, 2)  # bytes per patient of a column that comes in, by its kind (bitmaps apart)
ITEM = (0, 1, 8, 8)  # and of an output


def is_native() -> bool:
    """Return whether the kernel is built into this installation.

    >>> is_native() in (True, False)
    True
    """
    return lib is not None


class Kernel:
    """One verified program, ready to run. Raises ValueError for bytes that are no sound program."""

    def __init__(self, program: bytes) -> None:
        why = ffi.new("char[]", 80)
        found = lib.sangao_open(program, len(program), why, 80)
        if found == ffi.NULL:
            raise ValueError(ffi.string(why).decode())
        self._program = ffi.gc(found, lib.sangao_close)
        self.slots = tuple(lib.sangao_slot_kind(found, i) for i in range(lib.sangao_slots(found)))
        self.outs = tuple(lib.sangao_out_kind(found, i) for i in range(lib.sangao_outs(found)))

    def run(
        self,
        slots: Sequence[Any],
        rows: int,
        *,
        offsets: Sequence[int] = (),
        outs: Sequence[Any] = (),
        start: int = 0,
        most: int = AVX2,
    ) -> tuple[Any, ...]:
        """Run rows `start` to `start + rows` and return one writable buffer per output.

        `slots`: a buffer or None (a bitmap of everybody) each; `offsets`: rows before the first patient, per slot;
        `outs`: buffers to write to, made when not given; `start`: a multiple of `chunk()`. Raises ValueError for
        buffers that are too short or of the wrong number, MemoryError.
        """
        if len(slots) != len(self.slots) or (offsets and len(offsets) != len(slots)) or start % chunk() or rows < 0:
            raise ValueError("arguments do not fit the program")
        last = start + rows
        offsets = offsets or (0,) * len(slots)
        entering = ffi.new("sangao_slot[]", max(1, len(slots)))
        kept = []  # keeps the views alive while C reads them
        for i, (kind, data, offset) in enumerate(zip(self.slots, slots, offsets, strict=True)):
            if data is None and kind == 0:
                continue
            view = ffi.from_buffer(data)
            until = offset + last
            if offset < 0 or len(view) < ((until + 7) // 8 if kind == 0 else SLOT[kind] * until):
                raise ValueError(f"slot {i} is too short")
            kept.append(view)
            entering[i].data, entering[i].offset = view, offset
        if not outs:
            outs = [bytearray((last + 7) // 8 if kind == 0 else ITEM[kind] * last) for kind in self.outs]
        leaving = ffi.new("void *[]", max(1, len(outs)))
        if len(outs) != len(self.outs):
            raise ValueError("arguments do not fit the program")
        for i, (kind, data) in enumerate(zip(self.outs, outs, strict=True)):
            view = ffi.from_buffer(data, require_writable=True)
            if len(view) < ((last + 7) // 8 if kind == 0 else ITEM[kind] * last):
                raise ValueError(f"output {i} is too short")
            kept.append(view)
            leaving[i] = view
        if rows:
            state = lib.sangao_run(self._program, entering, leaving, start, rows, most)
            if state:
                raise MemoryError if state == -1 else ValueError("arguments do not fit the program")
        return tuple(outs)


def chunk() -> int:
    """Return how many patients the kernel takes at a time; a part of a run starts at a multiple of it."""
    return int(lib.sangao_chunk())


def best() -> int:
    """Return which instructions this machine has: `PLAIN`, `SSE2` or `AVX2`."""
    return int(lib.sangao_best())
