"""Many patients at once, by the kernel where it is built, else by its twin in Python: same buffers, same answers.

A stretch of patients is independent of every other, so threads share one program and one set of outputs.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sangao.engine.native import Kernel, chunk, is_native
from sangao.engine.run import columns
from sangao.engine.run.columns import Answered, Batch
from sangao.engine.run.flat import Out
from sangao.engine.run.lowering import Flat


@dataclass(slots=True, eq=False)
class Bulk:
    """A lowered pack, ready for batches; safe to share between threads.

    `native` says whether the kernel runs it (`use_native=False` keeps to Python).
    """

    flat: Flat
    use_native: bool = True
    native: bool = field(init=False)
    _kernel: Kernel | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.use_native and is_native():
            self._kernel = Kernel(self.flat.program.dumps())
        self.native = self._kernel is not None

    def run(self, batch: Batch, *, threads: int = 1) -> Answered:
        """Answer a batch. Raises ValueError for columns that do not fit the program; `threads` are for the kernel."""
        if self._kernel is None:
            return Answered(self.flat, columns.run(self.flat.program, batch), batch.rows)
        kernel, rows = self._kernel, batch.rows
        outs = tuple(columns.room(Out(kind), rows) for kind in kernel.outs)
        # Whole chunks for each thread; a part begins at a multiple of the chunk, so no two write the same byte.
        part = -(-rows // (chunk() * max(1, threads))) * chunk()
        parts = [(start, min(part, rows - start)) for start in range(0, rows, part)] if rows else []
        if len(parts) < 2:
            kernel.run(batch.slots, rows, outs=outs)
        else:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(lambda one: kernel.run(batch.slots, one[1], outs=outs, start=one[0]), parts))
        return Answered(self.flat, outs, rows)
