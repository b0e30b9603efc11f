"""Runs the tests on SQLite, then on PostgreSQL where there is one. Arguments go to pytest.

What asks no database runs once, and so does what a browser does with a page, but for the main jobs: tests/conftest.py.
"""

from __future__ import annotations

import os
import signal
import sys

import pytest
from with_services import INTERRUPTED, leave, run

# Three for two processors: many tests wait. Those that wait long are spread, see tests/conftest.py.
OPTIONS = ("-q", "-rs", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, leave)
    runs: dict[str, dict[str, str]] = {"SQLite": {}}
    if url := os.environ.get("TEST_POSTGRES_URL"):
        runs["SQLite"]["TEST_TURN"] = "first"
        runs["PostgreSQL"] = {"DATABASE_URL": url, "TEST_TURN": "second"}
    worst = 0
    for name, database in runs.items():
        print(f"Tests on {name}", flush=True)
        status = run([sys.executable, "-m", "pytest", *OPTIONS, *arguments], {**os.environ, **database})
        if status in (INTERRUPTED, pytest.ExitCode.INTERRUPTED):
            return status
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
