"""The tables of a log, and rows as their columns."""

from typing import Any, Final

import sqlalchemy as sql

from sangao.adapters.journal.entry import Draft, Row

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
    sql.Column("key", sql.String(64), nullable=False),  # what the key leaves as its mark, nothing without one
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
