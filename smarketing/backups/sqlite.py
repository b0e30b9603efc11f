"""SQLite: a copy of one instant, made by the database itself while others write."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from smarketing.backups.archive import ArchiveReader, ArchiveWriter, Damaged
from smarketing.backups.tables import LEFT_OUT

MEMBER = "database.sqlite3"
PATIENCE_SECONDS = 20


def save(connection: BaseDatabaseWrapper, archive: ArchiveWriter, folder: Path) -> dict[str, int]:
    """The counts of the tables that went into the archive."""
    with tempfile.TemporaryDirectory(dir=folder) as own, connection.wrap_database_errors:
        copy = Path(own) / MEMBER
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])  # reads one instant, and leaves what was deleted behind
        with closing(sqlite3.connect(copy, isolation_level=None)) as plain:
            plain.execute("PRAGMA secure_delete = ON")
            for table in LEFT_OUT:
                plain.execute(f'DELETE FROM "{table}"')  # noqa: S608, a table's name
            counts = _counts(plain)
        with copy.open("rb") as file:
            archive.add(MEMBER, file)
    return counts


def load(connection: BaseDatabaseWrapper, archive: ArchiveReader, folder: Path) -> None:
    """In place of what is there, in one transaction of SQLite's own: who has it open meanwhile sees all or nothing."""
    with tempfile.TemporaryDirectory(dir=folder) as own, connection.wrap_database_errors:
        copy = Path(own) / MEMBER
        with copy.open("wb") as file:
            archive.copy(MEMBER, file)
        with closing(sqlite3.connect(copy)) as source:
            if _counts(source) != archive.manifest.rows:
                raise Damaged("its database does not hold the rows that its manifest names")
            connection.ensure_connection()
            source.backup(connection.connection, progress=_not_for_ever())


def _not_for_ever() -> Callable[[int, int, int], None]:
    deadline = time.monotonic() + PATIENCE_SECONDS

    def look(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise sqlite3.OperationalError("The database is in use: stop the portal first.")

    return look


def _counts(plain: sqlite3.Connection) -> dict[str, int]:
    tables = plain.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall()
    return {
        table: plain.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608, a table's name
        for (table,) in sorted(tables)
        if table not in LEFT_OUT
    }
