"""The database behind the log: four tables, SQLite in WAL mode with every commit on the disk, or PostgreSQL by URL.

A batch is one transaction that holds the head of the chain, so several processes may write to one log. Nothing here
waits for anybody: `sangao.adapters.journal.writer` gathers the batches.
"""

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from sangao.adapters.journal.entry import GENESIS, Draft, Row, Seal, moment, named, now, text
from sangao.engine.errors import SangaoError, Span, fail, why

FORMAT: Final = 1
BUSY_SECONDS: Final = 5
META: Final = sql.MetaData()
NUMBER: Final = sql.BigInteger().with_variant(sql.Integer, "sqlite")

ROWS: Final = sql.Table(
    "sangao_journal",
    META,
    sql.Column("seq", NUMBER, primary_key=True, autoincrement=False),
    sql.Column("kind", sql.String(16), nullable=False),
    sql.Column("time", sql.String(27), nullable=False),
    sql.Column("tenant", sql.String(200), nullable=False),
    sql.Column("service", sql.String(200), nullable=False),
    sql.Column("subject", sql.String(200), nullable=False, index=True),
    sql.Column("pack", sql.String(200), nullable=False),
    sql.Column("pack_hash", sql.String(200), nullable=False),
    sql.Column("chart_hash", sql.String(200), nullable=False),
    sql.Column("facts", sql.Text),
    sql.Column("body", sql.Text, nullable=False),
    sql.Column("prev", sql.String(64), nullable=False),
    sql.Column("hash", sql.String(64), nullable=False),
)
HEAD: Final = sql.Table(
    "sangao_journal_head",
    META,
    sql.Column("one", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("format", sql.Integer, nullable=False),
    sql.Column("keyed", sql.Boolean, nullable=False),
    sql.Column("seq", NUMBER, nullable=False),
    sql.Column("hash", sql.String(64), nullable=False),
)
PACKS: Final = sql.Table(
    "sangao_journal_packs",
    META,
    sql.Column("hash", sql.String(64), primary_key=True),
    sql.Column("pack", sql.String(200), nullable=False),
    sql.Column("time", sql.String(27), nullable=False),
    sql.Column("data", sql.LargeBinary, nullable=False),
)


class Store:
    """One log in one database. Raises SangaoError (`journal.url`, `journal.unavailable`, `journal.key` …)."""

    def __init__(self, url: str | Path, seal: Seal, *, make: bool = True) -> None:
        self.seal = seal
        self.url = address(url)
        self.file = Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None
        self._seen = 0  # how far this process knows the log to reach
        self._inodes: tuple[int, int | None] | None = None
        with self.failing():
            if self.file is not None:
                _touch(self.file, make)
            self.engine = _engine(self.url, self.file)
            self._begin(make)
            self._inodes = _inodes(self.file) if self.file is not None else None

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
        with self.engine.execution_options(sangao_write=True).begin() as connection:
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
        connection.execute(ROWS.insert(), [columns(row) for row in rows])
        connection.execute(HEAD.update().where(HEAD.c.one == 1).values(seq=seq, hash=last))
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
        asked = sql.select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.one == 1)
        seq, hash = connection.execute(asked.with_for_update() if lock else asked).one()
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

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    # --- the database -------------------------------------------------------------------------------------------------
    def _begin(self, make: bool) -> None:
        """Make the tables and the first row where there are none; see that the key and the format fit."""
        if make:
            META.create_all(self.engine)
        elif not sql.inspect(self.engine).has_table(HEAD.name):
            raise fail("journal.not_a_journal", Span(str(self.file or "")), usage=True)
        with self.writing() as connection:
            found = connection.execute(sql.select(HEAD).where(HEAD.c.one == 1).with_for_update()).first()
            if found is None:
                first = Draft("begin", moment(now()), named(), text({"format": FORMAT}))
                hash = self.seal.of(1, first, GENESIS)
                head = {"one": 1, "format": FORMAT, "keyed": self.seal.key is not None, "seq": 1, "hash": hash}
                connection.execute(HEAD.insert(), head)
                connection.execute(ROWS.insert(), columns(Row(1, first, GENESIS, hash)))
                self._seen = 1
                return
            self._seen = found.seq
            if found.format > FORMAT:
                raise fail("journal.newer", usage=True, format=found.format, known=FORMAT)
            last = next(iter(self.rows(connection, ROWS.c.seq == found.seq)), None)
        fits = last is None or self.seal.of(last.seq, last.draft, last.prev) == last.hash
        if found.keyed != (self.seal.key is not None) or (found.keyed and not fits):
            raise fail("journal.key", usage=True)

    def _still_there(self) -> None:
        """Raise SangaoError when what was just committed went to a file that nobody will find again."""
        if self.file is None:
            return
        found, before = _inodes(self.file), self._inodes
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
            raise fail("journal.unavailable", reason=reason(said)) from error


def address(url: str | Path) -> URL:
    """Return the address of a log; a path is an SQLite file. Raises SangaoError (`journal.url`, `journal.no_extra`).

    >>> address("log.db").get_backend_name(), address("postgresql://h/log").drivername
    ('sqlite', 'postgresql+psycopg')
    """
    try:
        found = make_url(str(url)) if "://" in str(url) else URL.create("sqlite", database=str(url))
        backend = found.get_backend_name()
        if backend == "postgresql" and "+" not in found.drivername:
            found = found.set(drivername="postgresql+psycopg")
        if backend == "sqlite" and (not found.database or ":memory:" in found.database or found.query):
            raise fail("journal.url", usage=True)
        found.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError) as error:
        raise fail("journal.url", usage=True) from error
    except ImportError as error:
        raise fail("journal.no_extra", usage=True, name="postgres") from error
    return found


FULL: Final = {"zh": "磁盘已满", "en": "the disk is full"}
SAID: Final = (
    ("disk is full", FULL),
    ("No space left", FULL),
    ("could not extend file", FULL),
    ("disk I/O error", {"zh": "磁盘读写出错", "en": "the disk failed"}),
    ("unable to open", {"zh": "数据库文件打不开", "en": "the database file cannot be opened"}),
    ("no such table", {"zh": "数据库里没有日志的表", "en": "the database has no tables of a log"}),
    ("does not exist", {"zh": "数据库里没有日志的表", "en": "the database has no tables of a log"}),
    ("UNIQUE constraint", {"zh": "日志的末尾被改动", "en": "the end of the log was changed"}),
    ("duplicate key", {"zh": "日志的末尾被改动", "en": "the end of the log was changed"}),
    ("locked", {"zh": "数据库被占用", "en": "somebody else holds the database"}),
    ("readonly", {"zh": "数据库只读", "en": "the database is read-only"}),
    ("not a database", {"zh": "文件不是数据库", "en": "the file is no database"}),
    ("malformed", {"zh": "数据库文件损坏", "en": "the database file is damaged"}),
)


def reason(said: str) -> dict[str, str]:
    """Return what a database said in words; what is not listed is a failed connection, for a driver may say more than
    a log should hold.

    >>> reason("database or disk is full")["en"]
    'the disk is full'
    """
    other = {"zh": "数据库连接失败", "en": "the connection to the database failed"}
    return next((words for part, words in SAID if part in said), other)


DRAFTED: Final = Draft.__slots__


def columns(row: Row) -> dict[str, Any]:
    """Return a row as the columns of `ROWS`, which are also the keys of an exported line."""
    found = {name: getattr(row.draft, name) for name in DRAFTED}
    found["seq"], found["prev"], found["hash"] = row.seq, row.prev, row.hash
    return found


def row_of(found: Any) -> Row:
    """Return a row from its columns."""
    draft = Draft(**{name: found[name] for name in DRAFTED})
    return Row(int(found["seq"]), draft, found["prev"], found["hash"])


def _touch(file: Path, make: bool) -> None:
    """Make the file before the database does, for nobody else to read."""
    if make:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | (os.O_CREAT if make else 0), 0o600))


def _inodes(file: Path) -> tuple[int, int | None] | None:
    """Return which file stands there, and which log of writes beside it; None when it is gone."""
    try:
        here = os.stat(file).st_ino
    except OSError:
        return None
    try:
        return here, os.stat(f"{file}-wal").st_ino
    except OSError:  # lost, or never there on a disk that has no WAL
        return here, None


def _engine(url: URL, file: Path | None) -> Engine:
    if file is None:
        return sql.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_SECONDS})
    # INVARIANT: a file that is gone is never made again in silence (`mode=rw`).
    where = f"{file.absolute().as_uri()}?mode=rw"
    options: dict[str, Any] = {"uri": True, "timeout": BUSY_SECONDS, "isolation_level": None}
    engine = sql.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(where, check_same_thread=False, **options),
        poolclass=sql.QueuePool,
    )

    @event.listens_for(engine, "connect")
    def prepared(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=1000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("sangao_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
