"""PURE. How much a process does at once: the one place from which servers, workers and connection pools take it.

A web process answers PLACES requests at once. Some more may wait for a place, and threads are left over that say no at
once or tell how the portal is, whatever the others do.
"""

import os


def number(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else default


LEAST = {"WEB_CONCURRENCY": 1, "WEB_PLACES": 2, "WORKER_TASKS": 1}  # less is refused by a system check
WEB_PROCESSES = max(number("WEB_CONCURRENCY", 2), 1)
PLACES = max(number("WEB_PLACES", 8), 2)
SHARE = PLACES // 2  # one person's, and that of all who are not signed in together
WAITING = 2 * PLACES
THREADS = PLACES + WAITING + 4
TASKS = max(number("WORKER_TASKS", 4), 1)
POOL = max(PLACES, TASKS) + 1  # the connections of a process: one for each that works at once, one for its main thread
CONNECTIONS = WEB_PROCESSES * (PLACES + 2) + TASKS + 1 + 2  # of all: web with its health, a worker, a beat
