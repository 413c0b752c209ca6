"""A database query is a table like any other; the password of its address is never shown or written."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `sql` is not installed")
import sqlalchemy as sa

from sangao.adapters.tabular import query
from sangao.engine.cli import journal, running, tally
from tests.adapters.tabular import small
from tests.adapters.tabular.small import codes
from tests.adapters.tabular.test_resumed import Stopped, stopping_at

SQL = "select * from people order by rowid"
SECRET = "ge:heim/p@ss"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    people = small.people(120)
    small.write(tmp_path / "county.csv", people)
    with sqlite3.connect("county.db") as base:
        base.execute(f"create table people ({', '.join(small.HEADER)})")
        rows = [tuple(number(one) for one in person.values()) for person in people]
        base.executemany(f"insert into people values ({', '.join('?' * len(small.HEADER))})", rows)
    base.close()
    return tmp_path


def number(text: str) -> Any:
    return None if not text else float(text) if text.replace(".", "", 1).isdigit() else text


def test_a_query_is_answered_as_the_same_text_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = small.done("county.csv", "text.csv")
    found = small.done("sqlite:///county.db", "query.csv", "--sql", SQL)
    assert found["decisions"] == expected["decisions"] and found["rejected_by_code"] == expected["rejected_by_code"]
    assert Path("query.csv").read_bytes() == Path("text.csv").read_bytes()
    Path("map.yaml").write_text(json.dumps({**small.MAP, "sql": SQL}), encoding="utf-8")
    monkeypatch.setenv("COUNTY_DB", "sqlite:///county.db")
    small.done("env:COUNTY_DB", "again.csv")
    assert Path("again.csv").read_bytes() == Path("text.csv").read_bytes()


def test_two_processes_answer_a_query_too(folder: Path) -> None:
    small.done("sqlite:///county.db", "one.csv", "--sql", SQL)
    small.done("sqlite:///county.db", "two.csv", "--sql", SQL, "--workers", "2")
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()


@pytest.mark.parametrize(
    ("source", "more", "code"),
    [
        ("sqlite:///county.db", (), "table.no_query"),
        ("sqlite:///county.db", ("--sql", "delete from people"), "table.no_query"),
        ("sqlite:///county.db", ("--sql", "select * from nobody"), "table.query"),
        ("sqlite:///county.db", ("--sql", "select 编号 from people"), "table.no_column"),
        ("sqlite:///nowhere/county.db", ("--sql", SQL), "host.unreadable"),
        ("sqlite:///nowhere.db", ("--sql", SQL), "host.unreadable"),
        ("sqlite:///county.db", ("--sql", "with x as (select 1) delete from people"), "table.query"),
        ("sqlite:///county.db", ("--sql", "with x as (select 1) delete from people returning *"), "table.query"),
        (
            "sqlite:///county.db",
            ("--sql", "with x as (select * from people) insert into people select * from x"),
            "table.query",
        ),
        ("sqlite:///file:county.db?uri=true", ("--sql", "with x as (select 1) delete from people"), "table.query"),
        ("sqlite:///county.db", ("--sql", "select 1; delete from people"), "table.no_query"),
        ("env:NO_SUCH_VARIABLE", ("--sql", SQL), "table.no_address"),
        ("nobase://me@host/db", ("--sql", SQL), "table.no_driver"),
        ("://", ("--sql", SQL), "table.bad_address"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(folder: Path, source: str, more: tuple[str, ...], code: str) -> None:
    assert codes(small.run(source, "out.csv", *more))[0] == code
    assert not list(folder.glob("*out.csv*")) and not Path("nowhere.db").exists()
    with sqlite3.connect("county.db") as base:
        assert base.execute("select count(*) from people").fetchone() == (120,)
    base.close()


def test_a_server_is_told_that_nothing_will_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is here: what a connection would be told, in order, before the query."""
    told: list[str] = []

    class Connection:
        def __enter__(self) -> "Connection":
            return self

        def __exit__(self, *error: object) -> None:
            told.append("end")

        def execution_options(self, **given: Any) -> "Connection":
            return self

        def exec_driver_sql(self, sql: str) -> Any:
            told.append(sql)
            return iter(())

    class Engine:
        def connect(self) -> Connection:
            return Connection()

    monkeypatch.setattr(query.sa, "create_engine", lambda url, **given: Engine())
    for address, first in (
        ("postgresql://me@host/db", "SET TRANSACTION READ ONLY"),
        ("mysql+pymysql://me@host/db", "START TRANSACTION READ ONLY"),
        ("mariadb+pymysql://me@host/db", "START TRANSACTION READ ONLY"),
    ):
        told.clear()
        list(query._rows(sa.make_url(address), SQL))
        assert told == [first, SQL, "end"]


def test_a_database_whose_writer_keeps_a_log_is_read(folder: Path) -> None:
    with sqlite3.connect("county.db") as base:
        base.execute("pragma journal_mode = wal")
    base.close()
    small.done("sqlite:///county.db", "query.csv", "--sql", SQL)


def test_a_key_that_was_rounded_is_refused_and_one_that_is_no_number_is_blank(folder: Path) -> None:
    with sqlite3.connect("county.db") as base:
        base.execute("update people set 编号 = 1.23456789012345678e17 where 编号 = 'R0003'")
    base.close()
    assert codes(small.run("sqlite:///county.db", "out.csv", "--sql", SQL)) == ["table.key_rounded"]


def test_the_password_is_shown_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that says what it was called with, as some do, when it cannot connect and when it breaks off."""
    url = sa.URL.create("sqlite", "me", SECRET, None, None, "county.db", {"token": "t0ken"})
    address = url.render_as_string(hide_password=False)
    assert "heim" in address
    real = sa.create_engine("sqlite:///county.db")

    def broken(url: Any, **given: Any) -> Any:
        raise sa.exc.OperationalError("connect", {}, RuntimeError(f"cannot reach {address} with {SECRET}, t0ken"))

    monkeypatch.setattr(query.sa, "create_engine", broken)
    shown = small.run(address, "out.csv", "--sql", SQL)
    assert codes(shown) == ["table.query"] and "cannot reach" in shown.stderr
    monkeypatch.setattr(query.sa, "create_engine", lambda url, **given: real)
    monkeypatch.setattr(journal, "EVERY", 0.0)
    monkeypatch.setattr(running, "BATCH", 25)
    with monkeypatch.context() as patched:
        stopping_at(patched, tally.Tally, "add", 3)
        assert isinstance(small.run(address, "out.csv", "--sql", SQL).exception, Stopped)
    texts = [shown.output, *(one.read_text("utf-8") for one in folder.rglob("*") if one.suffix in (".json", ".csv"))]
    assert any("source" in one for one in texts), "the state of the run is among them"
    ended = small.run(address, "out.csv", "--sql", SQL)
    assert ended.exit_code == 0
    texts += [ended.output, *(one.read_text("utf-8") for one in folder.glob("out.csv*"))]
    assert not [one for one in texts if "heim" in one or "t0ken" in one]


def test_what_stands_in_rows_is_not_quoted(folder: Path) -> None:
    url = sa.make_url("sqlite:///county.db")
    error = sa.exc.OperationalError("select", {}, RuntimeError("cannot cast 'R0001'"))
    assert query._said(error, url, begun=True) == "OperationalError"
    assert query._said(sa.exc.DataError("select", {}, RuntimeError("'R0001'")), url, begun=False) == "DataError"


def test_rows_that_come_otherwise_are_not_joined_to_those_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "EVERY", 0.0)
    monkeypatch.setattr(running, "BATCH", 25)
    with monkeypatch.context() as patched:
        stopping_at(patched, tally.Tally, "add", 3)
        assert isinstance(small.run("sqlite:///county.db", "out.csv", "--sql", SQL).exception, Stopped)
    with sqlite3.connect("county.db") as base:
        base.execute("update people set 年龄 = 30 where 编号 = 'R0003'")
    base.close()
    result = small.run("sqlite:///county.db", "out.csv", "--sql", SQL)
    assert codes(result) == ["table.changed"] and "ORDER BY" in result.stderr
    assert not Path("out.csv").exists()
    assert small.run("sqlite:///county.db", "out.csv", "--sql", SQL, "--restart").exit_code == 0
    small.done("sqlite:///county.db", "whole.csv", "--sql", SQL)
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()
