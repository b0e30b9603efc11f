"""All that an installation holds, to be compared."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from tests.broker.site import Site

NOT_IN_BACKUPS = {"django_session", "cache"}
OF_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
OF_POSTGRES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def rows(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a backup holds."""
    is_sqlite = site.database.startswith("sqlite")
    connect = sqlite3.connect if is_sqlite else psycopg.connect
    with closing(connect(site.database.removeprefix("sqlite:///"))) as connection:
        tables = connection.execute(OF_SQLITE if is_sqlite else OF_POSTGRES).fetchall()
        return {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for (table,) in sorted(tables)
            if table not in NOT_IN_BACKUPS
        }


def files(site: Site) -> dict[str, bytes]:
    root = site.folder / "uploads"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
