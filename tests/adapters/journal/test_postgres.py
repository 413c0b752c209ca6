"""The log in PostgreSQL: the same chain, several processes at once, a server that goes away.

Starts a server of its own in a folder of the test, so only in the tier `long`.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sangao.adapters.journal.log import Journal
from sangao.engine.errors import SangaoError
from tests.adapters.journal.making import plain
from tests.adapters.journal.test_durable import WRITES

pytestmark = pytest.mark.long
FOLDERS = ("", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin")


def program(name: str) -> str:
    """Return a program of PostgreSQL, or skip."""
    found = next((path for one in FOLDERS if (path := shutil.which(name, path=one or None))), None)
    if found is None:
        pytest.skip(f"the program {name} of PostgreSQL is not installed")
    return found


class Server:
    """A server of PostgreSQL that listens on a socket in its own folder only; not as root, who it refuses to run as."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user is not None:
            try:
                shutil.chown(folder, self.user)
            except LookupError:
                pytest.skip("PostgreSQL does not run as root and there is no user postgres")
        self._run(program("initdb"), "-D", str(folder / "data"), "-U", "log", "-A", "trust", "-N")

    @property
    def url(self) -> str:
        """Return the address of the log."""
        return f"postgresql://log@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses=''"
        self._run(
            program("pg_ctl"),
            "-D",
            str(self.folder / "data"),
            "-w",
            "-o",
            options,
            "-l",
            str(self.folder / "l"),
            "start",
        )

    def stop(self, how: str = "immediate") -> None:
        self._run(program("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def _run(self, *arguments: str) -> None:
        subprocess.run(arguments, check=True, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that runs."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    folder = Path("/tmp") / f"sangao-log-{os.getpid()}"  # a socket's path must be short
    folder.mkdir(mode=0o755)
    found = Server(folder)
    found.start()
    yield found
    found.stop()
    shutil.rmtree(folder)


def test_the_chain_is_the_same_in_postgresql(server: Server) -> None:
    with Journal.open(server.url, key="secret") as journal:
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda number: journal.record(plain(number)), range(300)))
        assert sorted(one.seq for one in receipts) == list(range(2, 302))
        assert journal.verify() == () and journal.head().seq == 301
        with journal.store.writing() as connection:
            connection.exec_driver_sql("update sangao_journal set body = '{}' where seq = 9")
        assert [one.code for one in journal.verify()] == ["journal.altered"]
        assert journal.entry(receipts[0].id).seq == receipts[0].seq
        with journal.store.writing() as connection:
            for table in ("sangao_journal", "sangao_journal_head", "sangao_journal_packs"):
                connection.exec_driver_sql(f"drop table {table}")


def test_a_server_that_stops_loses_nothing_that_was_acknowledged(server: Server) -> None:
    with Journal.open(server.url) as journal:
        written = {journal.record(plain(number)).id for number in range(50)}
        server.stop()
        with pytest.raises(SangaoError, match=r"journal\.unavailable"):
            journal.record(plain())
        server.start()
        written.add(journal.record(plain()).id)
        assert written <= {row.draft.subject for row in journal.entries()} and journal.verify() == ()


def test_processes_that_are_killed_leave_a_whole_chain(server: Server) -> None:
    told: set[str] = set()
    writers = [subprocess.Popen([sys.executable, "-c", WRITES, server.url], stdout=subprocess.PIPE) for _ in range(2)]
    time.sleep(4)
    for one in writers:
        one.kill()
        told |= set(one.communicate()[0].decode().splitlines())
    with Journal.open(server.url) as journal:
        assert told and journal.verify() == ()
        assert told <= {f"{row.draft.subject} {row.seq}" for row in journal.entries()}
