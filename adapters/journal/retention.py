"""Old rows go behind a checkpoint: a chained row that says through which number they were removed and the last hash.

The checkpoint is committed first, then rows go a slice at a time, so that answers are written in between; a removal
that is broken off is finished by the next one, and verifies at every moment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sql

from sangao.adapters.journal import verify
from sangao.adapters.journal.entry import Draft, moment, named, now, text
from sangao.adapters.journal.store import Store
from sangao.adapters.journal.tables import ROWS

SLICE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal did: how many rows, through which number; `through` 0 when nothing was old enough."""

    rows: int
    through: int


def remove(store: Store, before: datetime) -> Removed:
    """Remove the rows from before a moment, as far as no younger one stands among them. Raises SangaoError."""
    limit = moment(before)
    with store.failing(), store.writing() as connection:
        seq, _ = store.head(connection, lock=True)
        checkpoints = list(store.rows(connection, ROWS.c.kind == "checkpoint"))
        start = verify.start_of(checkpoints)
        young = connection.execute(
            sql.select(sql.func.min(ROWS.c.seq)).where(ROWS.c.seq > start.through, ROWS.c.time >= limit)
        ).scalar()
        through = (seq if young is None else young - 1) if start.through < seq else start.through
        if through > start.through:
            last = connection.execute(sql.select(ROWS.c.hash).where(ROWS.c.seq == through)).scalar_one()
            said = text({"through": through, "hash": last, "before": limit})
            store.chained(connection, [Draft("checkpoint", moment(now()), named(), said)])
    gone = 0
    while through:
        with store.failing(), store.writing() as connection:
            old = sql.select(ROWS.c.seq).where(ROWS.c.seq <= through).order_by(ROWS.c.seq).limit(SLICE)
            done = connection.execute(sql.delete(ROWS).where(ROWS.c.seq.in_(old.scalar_subquery()))).rowcount
        gone += done
        if done < SLICE:
            break
    if gone:
        store.wipe()
    return Removed(gone, through if gone else 0)
