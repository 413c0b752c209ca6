"""The rows of a database query as a table of records, streamed. What the address holds of secrets is never shown."""

import os
import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import NullPool

from sangao.adapters.tabular import cells, lines
from sangao.adapters.tabular.binding import BoundTable, bind
from sangao.adapters.tabular.fitting import fitted
from sangao.adapters.tabular.keys import exact, spoken
from sangao.adapters.tabular.mapping import TableMap
from sangao.engine.errors import Span, fail, why
from sangao.engine.fact import Dictionary

BUFFER = 5000  # rows fetched at a time
READING = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(select|with|values|table)\b", re.IGNORECASE | re.DOTALL)
QUOTED = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"|`[^`\\]*`")  # with a backslash in it, it stays
ANOTHER = re.compile(r";(?!(?:\s|;)*\Z)|\binto\s+(?:outfile|dumpfile)\b", re.IGNORECASE)
READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
}
"""What is said before the query: one that begins with `with` may delete, and any may call what does."""
SECRETS = frozenset({"password", "passwd", "pwd", "token", "secret", "sslpassword", "sslkey"})
HIDDEN = "***"


@dataclass(slots=True)
class QueryTable:
    """A query: `Columns` of `sangao.adapters.columns`; `named` is its address without secrets, and the query."""

    url: sa.URL | None
    map: TableMap
    key: str
    header: tuple[str, ...]
    named: str
    total: int | None = None
    watched: bool = True

    @property
    def dated(self) -> bool:
        """Return whether the mapping says of which day the rows are."""
        return bool(self.map.on or self.map.on_column)

    def bind(self, dictionary: Dictionary, on: date | None) -> BoundTable:
        """Check the mapping against a dictionary. Raises SangaoError with all problems at once."""
        return bind(self, dictionary, on)

    def records(self) -> Generator[lines.Record]:
        """Yield the rows, numbered from 1. Raises SangaoError (`table.query`) where the database breaks off."""
        assert self.url is not None and self.map.sql is not None
        key, where = self.header.index(self.key), shown(self.url).partition("?")[0]
        with closing(_rows(self.url, self.map.sql)) as rows:
            for number, row in enumerate(rows, 1):
                found = [text(one) for one in row]
                if isinstance(row[key], float | Decimal):
                    if not exact(row[key]):
                        raise fail("table.key_rounded", Span(where, number, key + 1), usage=True, key=self.key)
                    found[key] = found[key] if row[key] == row[key] else ""  # no number is no key
                yield number, found

    def __getstate__(self) -> tuple[Any, ...]:
        return self.map, self.key, self.header, self.named  # a worker is given records; the address stays here

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.map, self.key, self.header, self.named = state
        self.url, self.total, self.watched = None, None, True


def open_query(source: str, table: TableMap) -> QueryTable:
    """Open a query and find the mapped columns in it. Raises SangaoError with all problems at once.

    `source` is an address as SQLAlchemy writes it, or `env:NAME` for one that stands in the environment.
    """
    if source.startswith("env:"):
        found = os.environ.get(source.removeprefix("env:"))
        if not found:
            raise fail("table.no_address", usage=True, name=source.removeprefix("env:"))
        source = found
    if table.sql is None or READING.match(table.sql) is None or ANOTHER.search(QUOTED.sub("''", table.sql)):
        raise fail("table.no_query", usage=True)
    try:
        url = sa.make_url(source)
    except exc.ArgumentError as error:
        raise fail("table.bad_address", usage=True) from error
    with closing(_rows(url, table.sql, describe=True)) as described:
        header = tuple(next(described))
    named = shown(url)
    table = fitted([cells.clean(one) for one in header], table, Span(named.partition("?")[0]))
    return QueryTable(url, table, table.key, tuple(map(cells.clean, header)), f"{named}\n{table.sql}")


def _rows(url: sa.URL, sql: str, describe: bool = False) -> Generator[Any]:
    """Yield the rows of a query, or with `describe` the names of its columns; nothing is ever committed."""
    begun = False
    try:
        engine = sa.create_engine(_there(url), poolclass=NullPool)
        with engine.connect() as connection:
            if before := READ_ONLY.get(url.get_backend_name()):
                connection.exec_driver_sql(before)
            # INVARIANT: no commit follows; what another kind of database did in the transaction is rolled back.
            streamed = connection.execution_options(stream_results=True, max_row_buffer=BUFFER, no_parameters=True)
            result = streamed.exec_driver_sql(sql)
            begun = True
            if describe:
                yield list(result.keys())
                return
            yield from result
    except exc.NoSuchModuleError as error:
        raise fail("table.no_driver", usage=True, name=url.drivername) from error
    except ModuleNotFoundError as error:
        raise fail("table.no_driver", usage=True, name=error.name or url.drivername) from error
    except exc.SQLAlchemyError as error:
        raise fail(
            "table.query", Span(shown(url).partition("?")[0]), usage=True, reason=_said(error, url, begun)
        ) from None


def _there(url: sa.URL) -> sa.URL:
    """Return the address with a file of SQLite opened to be read; one that is not there would be made, empty.

    >>> _there(sa.make_url("sqlite://")).render_as_string()
    'sqlite://'
    """
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return url
    name = url.database
    if name.startswith("file:"):  # an address of SQLite's own: it says itself where it is
        return url if url.query.get("mode") == "memory" else url.update_query_dict({"mode": "ro", "uri": "true"})
    if not Path(name).is_file():
        raise fail("host.unreadable", Span(shown(url).partition("?")[0]), usage=True, reason=why())
    named = "file:" + quote(Path(name).absolute().as_posix())
    return url.set(database=named).update_query_dict({"mode": "ro", "uri": "true"})


def shown(url: sa.URL) -> str:
    """Return an address without what it holds of secrets.

    >>> shown(sa.make_url("postgresql://me:geheim@host/db?token=t&sslmode=require"))
    'postgresql://me:***@host/db?sslmode=require&token=***'
    """
    query = {key: HIDDEN if key.lower() in SECRETS else value for key, value in sorted(url.query.items())}
    return url.set(query=query).render_as_string(hide_password=True).replace(quote(HIDDEN, safe=""), HIDDEN)


def _said(error: exc.SQLAlchemyError, url: sa.URL, begun: bool) -> str:
    """Return what went wrong: the kind, and what the driver says of the query or the connection.

    Once rows are read a driver may quote what stands in them: then the kind alone.
    """
    kind = type(error).__name__
    if begun or not isinstance(error, exc.OperationalError | exc.ProgrammingError | exc.ArgumentError):
        return kind
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    secrets = [str(url.password or ""), *(str(url.query[key]) for key in url.query if key.lower() in SECRETS)]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            said = said.replace(form, HIDDEN)
    return f"{kind}: {said}"


def text(value: Any) -> str:
    """Return a cell as a text table would hold it.

    >>> text(None), text(True), text(152), text(date(2025, 3, 9)), text(b"7.1")
    ('', 'true', '152', '2025-03-09', '7.1')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return spoken(value)
    return value.isoformat() if isinstance(value, date) else str(value)
