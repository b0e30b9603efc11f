"""An installation of its own: a database, a broker and worker processes, as `make run` and production have them."""

import fcntl
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
from tests.needs import IS_POSTGRES

ROOT = Path(__file__).resolve().parents[2]
AGREEMENT = ROOT / "tests" / "acceptance" / "bank.toml"
SERVER = os.environ["DATABASE_URL"] if IS_POSTGRES else ""
FILLED = {  # after `migrate`
    "agreement": (("collectstatic", "--noinput", "-v0"), ("load_agreement", str(AGREEMENT))),
    "demonstration": (("load_demo",),),
}
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


def fill(site: Site, name: str) -> None:
    for command in (("migrate", "-v0"), *FILLED[name]):
        site.manage(*command)


def kept(name: str, server: str = SERVER) -> Site:
    """A site with this in its database, made once for all workers of a run, to make others from."""
    folder = Path(os.environ["VAR_DIR"], "kept", name, urlsplit(server).scheme or "sqlite")
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / "address"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            database = created(folder, server)
            fill(Site(folder, "filesystem://localhost", database), name)
            address.write_text(database)
    return Site(folder, "filesystem://localhost", address.read_text())


@contextmanager
def new_database(folder: Path, template: Site | None = None) -> Iterator[str]:
    """A file, or in the pass on PostgreSQL a database of the tests' server; like the template, if there is one."""
    database = created(folder, SERVER, template)
    yield database
    if SERVER:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{urlsplit(database).path[1:]}" WITH (FORCE)')


def created(folder: Path, server: str, template: Site | None = None) -> str:
    if not server:
        path = folder / "site.sqlite3"
        if template:
            shutil.copy(template.database.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    name = f"site_{uuid.uuid4().hex}"
    like = f'TEMPLATE "{urlsplit(template.database).path[1:]}"' if template else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {like}')
    return urlsplit(server)._replace(path=f"/{name}").geturl()
