"""Runs a command beside a PostgreSQL, a Redis and a RabbitMQ made for it, and stops them whatever happens.

    python setup/with_services.py -- pytest
    python setup/with_services.py TEST_POSTGRES_URL -- python manage.py check

The command finds them in TEST_POSTGRES_URL, TEST_REDIS_URL and TEST_RABBITMQ_URL, a browser in TEST_CHROMIUM and the
real data in REAL_DATA. Variables named before the dashes are the only ones it needs. What cannot be had is named and
left out; with CI=true or REQUIRE_ALL=1 it ends the run instead.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import servers

# The slowest first: the others start while it does.
STARTERS: dict[str, Callable[[Path], servers.Server]] = {
    "TEST_RABBITMQ_URL": servers.start_rabbitmq,
    "TEST_POSTGRES_URL": servers.start_postgres,
    "TEST_REDIS_URL": servers.start_redis,
}
INTERRUPTED = 130
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEFT_OUT = {
    "TEST_RABBITMQ_URL": "tests on RabbitMQ",
    "TEST_POSTGRES_URL": "tests on PostgreSQL",
    "TEST_REDIS_URL": "tests on Redis",
    "TEST_CHROMIUM": "tests of pages in a browser",
    "REAL_DATA": "tests on real data",
}
# The tests choose their own database, broker and keys; the developer's, or a production's, stay out of it.
NOT_FOR_TESTS = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "DEMO")


def main(wanted: list[str], command: list[str]) -> int:
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    running: dict[str, servers.Server] = {}
    missing: dict[str, str] = {}
    folder = Path(tempfile.mkdtemp(prefix="smarketing-tests-"))
    folder.chmod(0o755)  # PostgreSQL passes through it as another user
    try:
        start_all(wanted, folder, running, missing)
        wait_for_all(running, missing)
        env = environment({name: server.url for name, server in running.items() if name not in missing})
        env["VAR_DIR"] = str(folder / "var")
        missing |= other_missing(env)
        if not may_go_on({name: reason for name, reason in missing.items() if name in wanted}):
            return 1
        return run(command, env)
    finally:
        for server in running.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def start_all(wanted: list[str], folder: Path, running: dict[str, servers.Server], missing: dict[str, str]) -> None:
    for name, start in STARTERS.items():
        if name not in wanted:
            continue
        own = folder / name.lower()
        own.mkdir()
        try:
            running[name] = start(own)
        except servers.NotAvailable as reason:
            missing[name] = str(reason)


def wait_for_all(running: dict[str, servers.Server], missing: dict[str, str]) -> None:
    for name, server in running.items():
        try:
            server.wait()
        except servers.NotAvailable as reason:
            missing[name] = str(reason)


def environment(found: dict[str, str]) -> dict[str, str]:
    ours = {*NOT_FOR_TESTS, *STARTERS}
    env = {name: value for name, value in os.environ.items() if name not in ours} | found
    browser = env.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return env | ({"TEST_CHROMIUM": browser} if browser else {})


def other_missing(env: dict[str, str]) -> dict[str, str]:
    missing = {}
    if "TEST_CHROMIUM" not in env:
        missing["TEST_CHROMIUM"] = "no chromium is installed (Debian: apt-get install chromium)"
    if not Path(env.get("REAL_DATA") or "missing").is_dir():
        missing["REAL_DATA"] = "REAL_DATA names no folder"
    return missing


def may_go_on(missing: dict[str, str]) -> bool:
    """Says what is missing, and whether that ends the run."""
    required = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_ALL") == "1"
    for name, reason in missing.items():
        print(f"{'Missing' if required else 'Left out'}: {LEFT_OUT[name]}, for {reason}", file=sys.stderr)
    return not (missing and required)


def run(command: list[str], env: dict[str, str]) -> int:
    """The command's exit status, or INTERRUPTED after a Ctrl-C, which it has had too and may take its time over."""
    process = subprocess.Popen(command, env=env)
    interrupted = False
    try:
        while True:
            try:
                status = process.wait()
                return INTERRUPTED if interrupted else status
            except KeyboardInterrupt:
                if interrupted:
                    process.terminate()
                interrupted = True
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    if "--" not in sys.argv[1:-1]:
        sys.exit(__doc__)
    split = sys.argv.index("--")
    sys.exit(main(sys.argv[1:split] or list(LEFT_OUT), sys.argv[split + 1 :]))
