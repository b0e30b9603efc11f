"""Django's own, one at a time: of two that are started at once the second waits, and finds nothing left to do."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

NUMBER = 0x534C41  # of the lock; nobody else in this database has it


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with alone(options["database"]):
            super().handle(*args, **options)


@contextmanager
def alone(database: str) -> Iterator[None]:
    connection = connections[database]
    if connection.vendor == "postgresql":
        own = connection.copy()
        own.settings_dict["OPTIONS"].pop("pool", None)
        with closing(own), own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [NUMBER])
            yield
    else:
        path = Path(connection.settings_dict["NAME"])
        with path.with_name(f"{path.name}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
