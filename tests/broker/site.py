"""An installation of its own: a database, a broker and worker processes, as `make run` and production have them."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from smarketing.server.folding import found

ROOT = Path(__file__).resolve().parents[2]
AGREEMENT = ROOT / "tests" / "acceptance" / "bank.toml"
PATIENCE = 90
WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle")


class Site:
    def __init__(self, folder: Path, broker: str, database: str) -> None:
        self.folder, self.database = folder, database
        self.environment = {
            **os.environ,
            "DEMO": "1",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database,
            "BROKER_URL": broker,
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        answer = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def python(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code).strip()

    def query(self, statement: str) -> list[Any]:
        """The first column of the rows, without the seconds that another Django takes to start."""
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=20)) as connection:
                connection.create_function("smarketing_found", 7, found, deterministic=True)
                rows = connection.execute(statement).fetchall()
                connection.commit()
        else:
            with psycopg.connect(self.database) as connection:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return [row[0] for row in rows]

    def wait(self, statement: str, until: Callable[[list[Any]], bool]) -> list[Any]:
        deadline = time.monotonic() + PATIENCE
        while not until(answer := self.query(statement)):
            assert time.monotonic() < deadline, f"{statement} still answers {answer!r}\n{self.log()}"
            time.sleep(0.1)
        return answer

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        process = self.started(*arguments)
        try:
            yield process
        finally:
            end(process)

    def started(self, *arguments: str, app: str = "smarketing") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", app, *arguments]
        with (self.folder / "celery.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def worker(self) -> Any:
        return self.process(*WORKER)

    def log(self) -> str:
        return (self.folder / "celery.log").read_text()[-4000:]


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def migrated(folder: Path) -> Iterator[str]:
    """A database with one agreement in it, to make others from."""
    with new_database(folder) as database:
        site = Site(folder, "filesystem://localhost", database)
        site.manage("migrate", "-v0")
        site.manage("load_agreement", str(AGREEMENT))
        yield database


@contextmanager
def new_database(folder: Path, template: str = "") -> Iterator[str]:
    """A file, or in the pass on PostgreSQL a database of the tests' server; like the template, if there is one."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        path = folder / "site.sqlite3"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    name, like = f"site_{uuid.uuid4().hex}", f'TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {like}')
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
