"""Django's SQLite, in which whoever waits for the one writer asks again soon: everybody's turn comes in milliseconds.

SQLite's own waiting asks every tenth of a second in the end. Beside an import, which writes again a moment after it has
written, some never met that moment and others waited for many seconds.
"""

import sqlite3
import time
from collections.abc import Callable
from random import uniform
from typing import Any

from django.db.backends.sqlite3 import base

from smarketing.server.folding import found

SOON = (0.002, 0.006)  # seconds; not the same for all, so that they do not meet again and again


class PatientCursor(base.SQLiteCursorWrapper):
    patience = 20.0

    def execute(self, query: str, params: Any = None) -> Any:
        return self._asking(lambda: super(PatientCursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        rows = list(param_list)
        return self._asking(lambda: super(PatientCursor, self).executemany(query, rows))

    def _asking(self, statement: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return statement()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(uniform(*SOON))  # noqa: S311  no secret


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout = 0").close()  # what waits is the cursor
        connection.create_function("smarketing_found", 7, found, deterministic=True)
        return connection

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=PatientCursor)
