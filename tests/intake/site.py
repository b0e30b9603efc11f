"""A whole installation of its own: web, worker and beat as the Procfile starts them, a database, a broker, a disk.

Everything can be killed and started again. The disk is a small one in memory where this machine lets us mount it.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg

from tests.broker.site import ROOT, Site, fill

sys.path.insert(0, str(ROOT / "setup"))
import servers

DISK_BYTES = 600 << 20
UP_SECONDS = 300
PASSWORD = "an intake that does not end 7391"
PEOPLE = """
from agreements.models import Agreement
from smarketing.accounts.models import Membership, Role, User
team = Agreement.objects.get().marketing_team
for number in range({count}):
    user = User.objects.create_user(f"clerk{{number}}@example.org", {password!r}, name=f"Clerk {{number}}")
    Membership.objects.create(user=user, team=team, role=Role.MEMBER)
"""


class Intake:
    """Starts with `set_up`, ends with the stack that it was given."""

    def __init__(self, folder: Path, *, postgres: bool, clerks: int, stack: ExitStack) -> None:
        self.folder, self.stack, self.is_postgres, self.clerks = folder, stack, postgres, clerks
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.has_own_disk = self._mounted()
        self.port = servers.free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())

    def _mounted(self) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(self.disk)]
        try:
            mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            return False
        if mounted:
            self.stack.callback(subprocess.run, ["umount", "--lazy", str(self.disk)], check=False)
        return mounted

    def set_up(self) -> None:
        var = self.disk / "var"
        var.mkdir()
        self.stack.callback(self.end)
        database, broker = f"sqlite:///{var / 'site.sqlite3'}", "filesystem://localhost"
        if self.is_postgres:
            self.postgres, self.redis = Postgres(self.disk), Redis(self.folder)
            self.stack.callback(self.postgres.stop)
            self.stack.callback(self.redis.stop)
            self.postgres.start()
            self.redis.start()
            database, broker = self.postgres.url, self.redis.url
        self.site = Site(var, broker, database)
        self.site.environment |= {
            "PORT": str(self.port),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        fill(self.site, "agreement")
        self.site.python(PEOPLE.format(count=self.clerks, password=PASSWORD))
        for name in self.commands:
            self.start(name)
        self.wait_until_up()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["sh", "-c", self.commands[name]],
                cwd=ROOT,
                env=self.site.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def keep_running(self) -> None:
        """What systemd does in an installation, or `make run` in the demonstration."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.start(name)

    def send(self, name: str, signum: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.processes[name].send_signal(signum)

    def children(self, name: str) -> list[int]:
        pid = self.processes[name].pid
        with suppress(FileNotFoundError, ProcessLookupError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def is_up(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.address}/accounts/login/", timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + UP_SECONDS
        while not self.is_up():
            if time.monotonic() > deadline:
                raise AssertionError(f"The portal did not come up again.\n{self.log()}")
            self.keep_running()
            time.sleep(0.3)

    def fill_disk(self) -> None:
        """To the last byte."""
        with (self.disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while file.write(b"\0" * size):
                        pass

    def free_disk(self) -> None:
        (self.disk / "filler").unlink(missing_ok=True)

    def end(self) -> None:
        for process in self.processes.values():
            servers.stop_group(process, signal.SIGKILL)

    def log(self, lines: int = 30) -> str:
        return "\n".join(servers.tail(self.folder / f"{name}.log", lines) for name in self.processes)


class Postgres:
    """As it is installed: every acknowledged commit is on the disk."""

    def __init__(self, disk: Path) -> None:
        self.binaries, self.user = servers.postgres_binaries(), servers.unprivileged_user("postgres")
        self.own, self.port = disk / "postgres", servers.free_port()
        self.own.mkdir()
        for folder in (disk, disk.parent):
            folder.chmod(0o755)  # it passes through them as another user
        if self.user:
            os.chown(self.own, self.user.pw_uid, self.user.pw_gid)
        self.data, self.log = self.own / "data", self.own / "log"
        owner = ("--username", "smarketing", "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
        servers.run([self.binaries / "initdb", "-D", self.data, *owner], self.own, self.user)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://smarketing@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_wal_size": "64MB",
            "min_wal_size": "32MB",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *settings]
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.process = servers.launch(command, self.log, user=self.user)
        wait_for(self.is_up, "PostgreSQL", self.log)

    def is_up(self) -> bool:
        with suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=5) as connection:
            return bool(connection.execute("SELECT 1").fetchone())
        return False

    def stop(self) -> None:
        """At once, as by a lost machine: nothing is written any more."""
        if self.process and self.process.poll() is None:
            servers.stop_group(self.process, signal.SIGQUIT)

    def terminate_connections(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )


class Redis:
    def __init__(self, folder: Path) -> None:
        self.port, self.log = servers.free_port(), folder / "redis.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = servers.launch([servers.find_program("redis-server"), *options], self.log)
        wait_for(lambda: servers.is_open(self.port), "Redis", self.log)

    def stop(self) -> None:
        if self.process:
            servers.stop_group(self.process, signal.SIGKILL)


def wait_for(answers: Callable[[], bool], name: str, log: Path) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while not answers():
        assert time.monotonic() < deadline, f"{name} did not come up.\n{servers.tail(log)}"
        time.sleep(0.1)
