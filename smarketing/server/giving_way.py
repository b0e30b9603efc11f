"""Work that nobody waits for gives way to people: on SQLite one writes at a time."""

import time

from django.db import connection

PAUSE = 0.03  # seconds: several times as long as those who wait take to ask again
HELD = 0.2  # seconds for which such work may keep others waiting
FIRST, LEAST = 400, 50


def give_way() -> None:
    """Between two transactions."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE)


class Pace:
    """How many rows go into one transaction, so that it takes HELD at most, whatever the machine has to do."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.rows = min(most, FIRST) if connection.vendor == "sqlite" else most

    def took(self, rows: int, seconds: float) -> None:
        if connection.vendor == "sqlite":
            self.rows = max(min(int(rows * HELD / seconds), 2 * self.rows, self.most), min(LEAST, self.most))
