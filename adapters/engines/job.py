"""What travels to the workers of an engine: made and checked where the question is asked, opened where it is answered.

The pack travels as the bytes of one `.sangao` file, which a worker process opens once.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Span, fail
from sangao.engine.guide import Pack, load
from sangao.engine.pack import canon, ir

ROWS = 1 << 16  # rows of a batch an engine is asked for: with fewer, what every batch costs shows
KEPT = 8  # jobs, and packs, that a process keeps ready


@dataclass(frozen=True, slots=True)
class Job:
    """A question on its way to workers, picklable.

    `names` are the columns a worker is given, the person key first. `on` is the day of all rows (with a mapping that
    names its own only where `fixed`), `on_column` the column with the day of each. `mapping` is fitted to the header,
    or None where columns are named after facts. Jobs of one `digest` are one.
    """

    data: bytes
    decisions: tuple[str, ...]
    names: tuple[str, ...]
    on: date
    fixed: bool
    on_column: str | None = None
    lists: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    mapping: Any = None
    digest: str = ""


def job(
    pack: Pack | str | Path,
    decisions: Sequence[str],
    names: Sequence[str],
    *,
    key: str,
    on: str | date | None = None,
    on_column: str | None = None,
    lists: Sequence[str] = (),
    complete: Sequence[str] = (),
    mapping: Mapping[str, Any] | None = None,
) -> Job:
    """Return a job for a table whose columns have these names. Raises SangaoError for what `Pack.stratify` refuses.

    `pack` is an open pack, or the name, folder or `.sangao` file of one; the rest is as for `Pack.stratify`. With a
    `mapping` (docs/mapping.md, as parsed YAML) the lists are what it says, and its day holds where none is given.
    """
    opened = pack if isinstance(pack, Pack) else load(pack)
    asked = tuple(dict.fromkeys(opened.decision(one).id for one in decisions))
    columns = (key, *(one for one in names if one != key))
    made = Job(canon.dumps(opened.compiled), asked, columns, Chart.of(on=on).on, on is not None)
    if mapping is not None:
        made = replace(made, mapping=_fitted(names, key, on_column, mapping))
    elif key not in names:
        raise fail("table.no_column", usage=True, name=key, nearest="、".join(names[:8]))
    else:
        made = replace(made, on_column=on_column, lists=tuple(lists), complete=tuple(complete))
    runner = make(made, opened.compiled)
    made = replace(made, names=(key, *(one for one in runner.needed if one != key)))
    made = replace(made, digest=hashlib.sha256(repr(made).encode()).hexdigest())
    with _lock:
        _free(made).append(
            runner
        )  # it reads the same columns whatever stands beside them: the first batch here gets it
    return made


def _fitted(names: Sequence[str], key: str, on_column: str | None, mapping: Mapping[str, Any]) -> Any:
    from sangao.adapters.tabular.fitting import fitted
    from sangao.adapters.tabular.mapping import read_mapping

    given = {**mapping, "key": key, "group": None} | ({"on": {"column": on_column}} if on_column else {})
    return fitted(list(names), read_mapping({one: value for one, value in given.items() if value is not None}), Span())


# --- on a worker ------------------------------------------------------------------------------------------------------
_lock = threading.Lock()
_idle: OrderedDict[str, list[Any]] = OrderedDict()  # runners that are free, of the jobs asked last


@lru_cache(maxsize=KEPT)
def _opened(data: bytes) -> ir.Pack:
    return canon.loads(data)


def answer(asked: Job, batch: Any) -> list[Any]:
    """Return the answer columns of a record batch, by a runner that no other thread is using meanwhile."""
    with _lent(asked) as runner:
        found: list[Any] = runner(batch)
    return found


def fields(asked: Job) -> list[Any]:
    """Return the fields of the answer columns."""
    with _lent(asked) as runner:
        found: list[Any] = runner.fields
    return found


@contextmanager
def _lent(asked: Job) -> Iterator[Any]:
    """Lend a runner that the process keeps: an engine's threads are not Python's, what is kept per thread is gone after
    every call there. One that failed is not kept."""
    with _lock:
        free = _free(asked)
        runner = free.pop() if free else make(asked, _opened(asked.data))
    yield runner
    free.append(runner)


def _free(asked: Job) -> list[Any]:
    """Return the runners of a job that are free; those of jobs not asked for long are let go of. Under the lock."""
    free = _idle.setdefault(asked.digest, [])
    _idle.move_to_end(asked.digest)
    if len(_idle) > KEPT:
        _idle.popitem(last=False)
    return free


def make(asked: Job, pack: ir.Pack) -> Any:
    """Return a new runner of a job. Raises SangaoError where the extra `arrow` is missing or the columns do not do."""
    try:
        from sangao.adapters.engines import runners
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in ("numpy", "pyarrow"):
            raise
        raise fail("table.no_extra", usage=True, name="arrow") from error
    return runners.Plain(asked, pack) if asked.mapping is None else runners.Mapped(asked, pack)
