"""One log in one database: rows put behind each other, read in order, packs kept beside them.

A batch is one transaction that holds the head of the chain, so several processes may write to one log. Nothing here
waits for anybody: `sangao.adapters.journal.writer` gathers the batches.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sangao.adapters.journal import database
from sangao.adapters.journal.entry import GENESIS, Draft, Row, Seal, moment, named, now, text
from sangao.adapters.journal.tables import HEAD, META, PACKS, ROWS, columns, row_of
from sangao.adapters.journal.turns import turn
from sangao.engine.errors import SangaoError, Span, fail, why

FORMAT: Final = 1
ONLY_ONE: Final = 0x5A6A  # the advisory lock of PostgreSQL under which tables are made

# Statements of every batch, made once.
_HEAD: Final = sql.select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.one == 1)
_HEAD_LOCKED: Final = _HEAD.with_for_update()
_MOVE: Final = HEAD.update().where(HEAD.c.one == 1)
_ADD: Final = ROWS.insert()


class Store:
    """One log in one database. Raises SangaoError (`journal.url`, `journal.unavailable`, `journal.key` …)."""

    def __init__(self, url: str | Path, seal: Seal, *, make: bool = True, writes: bool = True) -> None:
        self.seal = seal
        place = database.address(url)
        self.file = Path(place.database or "") if place.get_backend_name() == "sqlite" else None
        self._seen = 0  # how far this process knows the log to reach
        self._inodes: tuple[int, int | None] | None = None
        with self.failing():
            if self.file is not None:
                database.touch(self.file, make, writes)
            self.engine = database.engine(place, self.file, writes)
            self._begin(make) if writes else self._look()
            self._inodes = database.inodes(self.file) if self.file is not None else None

    # --- writing ------------------------------------------------------------------------------------------------------
    def append(self, drafts: Sequence[Draft]) -> list[Row]:
        """Commit rows behind the last one, all or none. Raises SangaoError; then none of them stands in the log."""
        with self.failing():
            with self.writing() as connection:
                rows = self.chained(connection, drafts)
            self._still_there()
        self._seen = rows[-1].seq
        return rows

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that may write."""
        with turn(self.file), self.engine.connect() as connection:
            connection.execution_options(**{database.WRITES: True})
            with connection.begin():
                yield connection

    def chained(self, connection: Connection, drafts: Sequence[Draft]) -> list[Row]:
        """Put rows behind the last one, within a transaction."""
        seq, last = self.head(connection, lock=True)
        if seq < self._seen:
            raise fail("journal.rolled_back", seq=seq, known=self._seen)
        rows = []
        for draft in drafts:
            seq, prev = seq + 1, last
            last = self.seal.of(seq, draft, prev)
            rows.append(Row(seq, draft, prev, last))
        connection.execute(_ADD, [columns(row) for row in rows])
        connection.execute(_MOVE, {"seq": seq, "hash": last})
        return rows

    def keep(self, hash: str, pack: str, data: Callable[[], bytes]) -> None:
        """Keep the bytes of a pack, once."""
        kept = sql.select(PACKS.c.hash).where(PACKS.c.hash == hash)
        with self.reading() as connection:
            if connection.execute(kept).first() is not None:
                return
        row = {"hash": hash, "pack": pack, "time": moment(now()), "data": zlib.compress(data())}
        with self.failing(), self.writing() as connection:
            self.head(connection, lock=True)
            if connection.execute(kept).first() is None:
                connection.execute(PACKS.insert(), row)

    # --- reading ------------------------------------------------------------------------------------------------------
    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it as of one moment."""
        with self.failing(), self.engine.connect() as connection:
            if self.file is None:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def head(self, connection: Connection, *, lock: bool = False) -> tuple[int, str]:
        """Return the number and hash of the last row; with `lock` nobody else adds one until the transaction ends."""
        seq, hash = connection.execute(_HEAD_LOCKED if lock else _HEAD).one()
        return int(seq), str(hash)

    def rows(self, connection: Connection, *conditions: Any) -> Iterator[Row]:
        """Return the rows that meet conditions on `ROWS`, in order, a thousand at a time."""
        asked = sql.select(ROWS).where(*conditions).order_by(ROWS.c.seq)
        with connection.execution_options(yield_per=1000).execute(asked) as found:
            for one in found:
                yield row_of(one._mapping)

    def pack(self, hash: str) -> bytes | None:
        """Return the bytes of a kept pack, None when it was not kept."""
        with self.reading() as connection:
            found = connection.execute(sql.select(PACKS.c.data).where(PACKS.c.hash == hash)).scalar()
        return None if found is None else zlib.decompress(found)

    def wipe(self) -> None:
        """Leave nothing on the disk of rows that were deleted: SQLite overwrites them and empties its log of writes.

        While somebody reads that waits for the next time.
        """
        if self.file is not None:
            with suppress(sqlite3.OperationalError), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    # --- the database -------------------------------------------------------------------------------------------------
    def _begin(self, make: bool) -> None:
        """Make the tables and the first row where there are none; see that the key and the format fit."""
        with self.writing() as connection:  # only one process at a time: workers start together
            if self.file is None:
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(ONLY_ONE)))
            if make:
                META.create_all(connection)
            elif not sql.inspect(connection).has_table(HEAD.name):
                raise fail("journal.not_a_journal", Span(str(self.file or "")), usage=True)
            self._has_our_columns(connection)
            found = connection.execute(sql.select(HEAD).where(HEAD.c.one == 1)).first()
            if found is None:
                self._first(connection)
                return
        self._fits(found)

    def _look(self) -> None:
        """See that there is a log, and that the key and the format fit."""
        with self.reading() as connection:
            there = sql.inspect(connection).has_table(HEAD.name)
            if there:
                self._has_our_columns(connection)
            found = connection.execute(sql.select(HEAD).where(HEAD.c.one == 1)).first() if there else None
        if found is None:
            raise fail("journal.not_a_journal", Span(str(self.file or "")), usage=True)
        self._fits(found)

    def _has_our_columns(self, connection: Connection) -> None:
        """Raise SangaoError when a version with other columns wrote this log: our rows would not fit there."""
        inspector = sql.inspect(connection)
        for table in META.sorted_tables:
            if inspector.has_table(table.name):
                there = {one["name"] for one in inspector.get_columns(table.name)}
                if lacking := {*table.columns.keys()} - there:
                    names = "、".join(f"{table.name}.{name}" for name in sorted(lacking))
                    raise fail("journal.other_version", Span(str(self.file or "")), usage=True, columns=names)

    def _fits(self, head: Any) -> None:
        self._seen = head.seq
        if head.format > FORMAT:
            raise fail("journal.newer", usage=True, format=head.format, known=FORMAT)
        if head.key != self.seal.mark():
            raise fail("journal.key", usage=True)

    def _first(self, connection: Connection) -> None:
        """Write the row that begins a log, and its head."""
        first = Draft("begin", moment(now()), named(), text({"format": FORMAT}))
        hash = self.seal.of(1, first, GENESIS)
        head = {"one": 1, "format": FORMAT, "key": self.seal.mark(), "seq": 1, "hash": hash}
        connection.execute(HEAD.insert(), head)
        connection.execute(ROWS.insert(), columns(Row(1, first, GENESIS, hash)))
        self._seen = 1

    def _still_there(self) -> None:
        """Raise SangaoError when what was just committed went to a file that nobody will find again."""
        if self.file is None:
            return
        found, before = database.inodes(self.file), self._inodes
        moved = (
            before is not None and found is not None and (found[0] != before[0] or before[1] not in (None, found[1]))
        )
        if found is None or moved:
            self.engine.dispose()  # the next batch opens whatever stands there by then
            self._inodes = None
            raise fail("journal.gone", Span(str(self.file)))
        self._inodes = found

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turn what a database or a disk says into a problem, without what was to be written."""
        try:
            yield
        except SangaoError:
            raise
        except OSError as error:
            raise fail("journal.unavailable", reason=why(error)) from error
        except SQLAlchemyError as error:
            said = type(error).__name__
            if isinstance(error, DBAPIError) and error.orig is not None:
                said = str(error.orig).strip().partition("\n")[0] or type(error.orig).__name__
            raise fail("journal.unavailable", reason=database.reason(said)) from error
