"""PostgreSQL: its own pg_dump and psql. The password goes to them by the environment, which others cannot read."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

from smarketing.backups.archive import ArchiveReader, ArchiveWriter
from smarketing.backups.tables import LEFT_OUT, row_counts, table_names

MEMBER = "database.dump"
LOCK_SECONDS = 10
SECRETS = {"password", "sslpassword"}
PLAIN = ("--no-owner", "--no-privileges")


DROP_FUNCTIONS = """
DO $$ DECLARE own regprocedure; BEGIN
  FOR own IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS
    (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
  LOOP EXECUTE 'DROP FUNCTION ' || own; END LOOP;
END $$;
"""


class ToolFailed(Exception):
    """pg_dump, pg_restore or psql is missing or refused; the message is its own."""


class Tool:
    """One of PostgreSQL's programs; it does not outlive the block, and a failure in it is one of ours."""

    def __init__(self, connection: BaseDatabaseWrapper, *command: str, is_fed: bool = False) -> None:
        password = connection.settings_dict["PASSWORD"]
        self.name, self.is_fed = command[0], is_fed
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115, a pipe that nobody empties would stop it
        try:
            self.process = subprocess.Popen(  # noqa: S603, our own words
                command,
                stdin=subprocess.PIPE if is_fed else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if is_fed else subprocess.PIPE,
                stderr=self.said,
                env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
            )
        except FileNotFoundError as error:
            message = f"{self.name} is missing: it comes with PostgreSQL's client (Debian: postgresql-client)"
            raise ToolFailed(message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        has_gone = self.is_fed and kind is BrokenPipeError  # it did not want more, and says why
        with suppress(BrokenPipeError):
            if self.process.stdin:
                self.process.stdin.close()
        if kind and not has_gone:
            self.process.kill()
        failed = self.process.wait()
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        self.said.close()
        if failed and (has_gone or not kind):
            raise ToolFailed(f"{self.name}: {' '.join(lines[:2]) or 'it failed without a word'}")

    @property
    def input(self) -> IO[bytes]:
        assert self.process.stdin
        return self.process.stdin

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout


def save(connection: BaseDatabaseWrapper, archive: ArchiveWriter, folder: Path) -> dict[str, int]:
    """The counts of the tables that went into the archive: both are read of one snapshot."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits while the other program reads
        cursor.execute("SELECT pg_export_snapshot()")
        options = ("--format=custom", "--compress=0", f"--snapshot={cursor.fetchone()[0]}", *PLAIN)
        left_out = (f"--exclude-table-data={table}" for table in LEFT_OUT)
        with Tool(connection, "pg_dump", *options, *left_out, _database(connection)) as dump:
            archive.add(MEMBER, dump.output)
        return row_counts(connection)


def load(connection: BaseDatabaseWrapper, archive: ArchiveReader, folder: Path) -> None:
    """In place of what is there, in one transaction, which ends only once all was read and counted."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        dump = Path(own) / MEMBER
        with dump.open("wb") as file:
            archive.copy(MEMBER, file)
        options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", _database(connection))
        with Tool(connection, "psql", *options, is_fed=True) as client:
            client.input.write(_begin(connection).encode())
            with Tool(connection, "pg_restore", "--file=-", *PLAIN, str(dump)) as script:
                while chunk := script.output.read(1 << 16):
                    client.input.write(chunk)
            client.input.write(_end(connection, archive.manifest.rows).encode())


def _begin(connection: BaseDatabaseWrapper) -> str:
    names = [connection.ops.quote_name(table) for table in table_names(connection)]
    drop = f"DROP TABLE {', '.join(names)} CASCADE;" if names else ""
    begin = f"BEGIN; SET client_min_messages = warning; SET LOCAL lock_timeout = '{LOCK_SECONDS}s';"
    return f"{begin} {drop} {DROP_FUNCTIONS}\n"


def _end(connection: BaseDatabaseWrapper, rows: dict[str, int]) -> str:
    """The one statement that makes it so comes after everything was counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
    checks = "".join(
        f"IF (SELECT count(*) FROM {schema}.{connection.ops.quote_name(table)}) <> {int(count)} "  # noqa: S608
        f"THEN RAISE EXCEPTION 'a table does not hold the {int(count)} rows that its manifest names'; END IF; "
        for table, count in rows.items()
    )
    return f"\nDO $$ BEGIN {checks} END $$;\nCOMMIT;\n"


def _database(connection: BaseDatabaseWrapper) -> str:
    """Where the database is, without the password: what stands on a command line can be read by everybody."""
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} - SECRETS
    given = {key: value for key, value in connection.get_connection_params().items() if key in known}
    return "--dbname=" + make_conninfo(**given)
