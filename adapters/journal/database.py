"""The database a log stands in: its address, how it is opened, what it says when it fails.

SQLite in WAL mode with every commit on the disk (`synchronous=FULL`), or PostgreSQL.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sangao.engine.errors import fail

BUSY_SECONDS: Final = 5
WRITES: Final = "sangao_write"
"""The execution option of a connection that will write."""


def address(url: str | Path) -> URL:
    """Return the address of a log; a path is an SQLite file. Raises SangaoError (`journal.url`, `journal.no_extra`).

    >>> address("log.db").get_backend_name()
    'sqlite'
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


def touch(file: Path, make: bool, writes: bool = True) -> None:
    """Make the file before the database does, for nobody else to read; raise OSError when it cannot be opened."""
    if make and writes:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    way = (os.O_RDWR | (os.O_CREAT if make else 0)) if writes else os.O_RDONLY
    os.close(os.open(file, way, 0o600))


def inodes(file: Path) -> tuple[int, int | None] | None:
    """Return which file stands there, and which log of writes beside it; None when it is gone."""
    try:
        here = os.stat(file).st_ino
    except OSError:
        return None
    try:
        return here, os.stat(f"{file}-wal").st_ino
    except OSError:  # lost, or never there on a disk that has no WAL
        return here, None


def engine(url: URL, file: Path | None, writes: bool = True) -> Engine:
    """Return what opens connections; without `writes` they can only read, so a copy that nobody may touch will do."""
    if file is None:
        ways: dict[str, Any] = {"connect_timeout": BUSY_SECONDS}
        return sql.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=ways)
    # INVARIANT: a file that is gone is never made again in silence (`mode=rw`).
    where = f"{file.absolute().as_uri()}?mode={'rw' if writes else _reading(file)}"
    options: dict[str, Any] = {"uri": True, "timeout": BUSY_SECONDS, "isolation_level": None}
    found = sql.create_engine(
        "sqlite://",
        hide_parameters=True,  # what failed to be written is a patient's
        creator=lambda: sqlite3.connect(where, check_same_thread=False, **options),
        poolclass=sql.QueuePool,
    )
    if writes:

        @event.listens_for(found, "connect")
        def prepared(connection: Any, _: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(found, "begin")
    def begun(connection: Connection) -> None:
        wanted = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if wanted else "BEGIN")

    return found


def _reading(file: Path) -> str:
    """Return how a file is opened to be read: where it or its folder may not be written it is a copy that stays as it
    is, and nothing is made beside it.
    """
    guarded = not file.stat().st_mode & 0o222 or not os.access(file.parent, os.W_OK)
    return "ro&immutable=1" if guarded and not Path(f"{file}-wal").exists() else "ro"
